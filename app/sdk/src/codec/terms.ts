// Terms: the argument of `grant_session`, byte by byte.
import { refused } from "../errors/error.js";
import { addressToBytes, bytesToAddress, type Address } from "./address.js";
import { Reader, Writer } from "./bytes.js";
import {
  HEADER_SIZE,
  LIMIT_SIZE,
  MAX_KEYS,
  MAX_LIMITS,
  MAX_RULES,
  MAX_SESSION_SIZE,
  VERSION,
} from "./constants.js";
import { assetIndex, keyIndex, optionalIndex, readAsset, readOptionalKey } from "./keys.js";
import { readRule, writeRule } from "./rule.js";
import type { LimitData, RuleData, TermsData } from "./types.js";

const UNLIMITED = 2;
const CLOSES = 4;
const POSITION_KEYS = 8;
const FEE = 16;
const ORIGIN = 32;
const GUARDIAN = 64;
const EXTENSIONS = 128;

/** How terms are written. */
export interface EncodeTermsOptions {
  /** Keys of the table that the instruction gives as accounts; their 32 bytes are left out. */
  readonly accountKeys?: readonly Address[];
}

/**
 * The bytes of terms. The same terms and options always give the same bytes; bounds are checked (`TermsTooLarge`), the rest is
 * `terms()`' work.
 *
 * @example
 * ```ts
 * const bytes = encodeTerms(termsData, { accountKeys: [mint.toBase58()] });
 * ```
 */
export function encodeTerms(terms: TermsData, options: EncodeTermsOptions = {}): Uint8Array {
  checkBounds(terms);
  const byAccount = new Set(options.accountKeys ?? []);
  const { keys } = terms;
  const writer = new Writer("terms");
  writer.u8(VERSION).u8(flagsOf(terms)).i64(terms.startsAt).i64(terms.expiresAt);
  writer.u32(terms.uses === "unlimited" ? 0 : terms.uses);
  writer.u8(keys.length).u8(terms.limits.length).u8(terms.rules.length);
  writer.u32(
    Number(keys.reduce((bits, key, i) => bits | (byAccount.has(key) ? 1n << BigInt(i) : 0n), 0n)),
  );
  if (terms.feeBudget !== null) {
    writer.u8(keyIndex(keys, terms.feeBudget.sponsor));
    writer.u64(terms.feeBudget.total).u64(terms.feeBudget.perExecute);
  }
  if (terms.origin !== null) writer.fixed(terms.origin, 32);
  if (terms.guardian !== null) writer.u8(keyIndex(keys, terms.guardian));
  if (terms.extensions !== 0n) writer.u64(terms.extensions);
  for (const key of keys) if (!byAccount.has(key)) writer.bytes(addressToBytes(key));
  for (const limit of terms.limits) writeLimit(writer, limit, keys);
  for (const rule of terms.rules) writeRule(writer, withoutCounters(rule), keys);
  return writer.done();
}

/**
 * Keys of the table that are given as accounts, in the order in which the instruction passes them.
 *
 * @example
 * ```ts
 * const passed = accountKeysOf(termsData, { accountKeys: mintsOf(termsData) });
 * ```
 */
export function accountKeysOf(terms: TermsData, options: EncodeTermsOptions): readonly Address[] {
  const byAccount = new Set(options.accountKeys ?? []);
  return terms.keys.filter((key) => byAccount.has(key));
}

/**
 * Bytes of the session account that these terms make.
 *
 * @example
 * ```ts
 * const rent = await connection.getMinimumBalanceForRentExemption(sessionSize(termsData));
 * ```
 */
export function sessionSize(terms: TermsData): number {
  const writer = new Writer("rules");
  for (const rule of terms.rules) writeRule(writer, withoutCounters(rule), terms.keys);
  const table = 32 * terms.keys.length + LIMIT_SIZE * terms.limits.length;
  return HEADER_SIZE + table + 2 * terms.rules.length + writer.length;
}

/**
 * Reads terms; anything that isn't exactly their format is `TermsMalformed`.
 *
 * @example
 * ```ts
 * const data = decodeTerms(bytes, { accounts: [mint.toBase58()] });
 * ```
 */
export function decodeTerms(
  bytes: Uint8Array,
  options: { readonly accounts?: readonly Address[] } = {},
): TermsData {
  const reader = new Reader(bytes, "terms", (reason, offset) =>
    refused("TermsMalformed", { subject: "offset", asked: BigInt(offset), detail: `${reason}.` }),
  );
  if (reader.u8() !== VERSION) reader.fail("unknown version");
  const flags = reader.u8();
  if ((flags & 1) !== 0) reader.fail("reserved flag");
  const startsAt = reader.i64();
  const expiresAt = reader.i64();
  const count = reader.u32();
  if ((flags & UNLIMITED) !== 0 && count !== 0) throw refused("BadUses", { asked: BigInt(count) });
  const counts = [reader.u8(), reader.u8(), reader.u8()] as const;
  if (counts[0] > MAX_KEYS || counts[1] > MAX_LIMITS || counts[2] > MAX_RULES) {
    throw refused("TermsTooLarge");
  }
  const bitmap = reader.u32();
  if (counts[0] < 32 && bitmap >>> counts[0] !== 0) reader.fail("bit of a key that isn't there");
  const fee =
    (flags & FEE) === 0
      ? null
      : { sponsor: reader.u8(), total: reader.u64(), perExecute: reader.u64() };
  const origin = (flags & ORIGIN) === 0 ? null : reader.take(32);
  if (origin?.every((byte) => byte === 0)) reader.fail("an origin of zeros");
  const guardian = (flags & GUARDIAN) === 0 ? null : reader.u8();
  const extensions = (flags & EXTENSIONS) === 0 ? 0n : reader.u64();
  if ((flags & EXTENSIONS) !== 0 && extensions === 0n) reader.fail("extensions of nothing");
  const accounts = [...(options.accounts ?? [])];
  const keys = Array.from({ length: counts[0] }, (_, i) => {
    if (((bitmap >>> i) & 1) === 0) return bytesToAddress(reader.take(32));
    return accounts.shift() ?? reader.fail("a key is given by an account that isn't passed");
  });
  const limits = Array.from({ length: counts[1] }, () => readLimit(reader, keys));
  const rules = Array.from({ length: counts[2] }, () => plainRule(reader, keys));
  reader.end();
  const keyAt = (index: number): Address => keys[index] ?? reader.fail(`no key ${index}`);
  return {
    ...{ startsAt, expiresAt, uses: (flags & UNLIMITED) === 0 ? count : "unlimited" },
    ...{ closeAccounts: (flags & CLOSES) !== 0, positionKeys: (flags & POSITION_KEYS) !== 0 },
    feeBudget: fee === null ? null : { ...fee, sponsor: keyAt(fee.sponsor) },
    guardian: guardian === null ? null : keyAt(guardian),
    ...{ origin, extensions, keys, limits, rules },
  };
}

function flagsOf(terms: TermsData): number {
  return (
    (terms.uses === "unlimited" ? UNLIMITED : 0) |
    (terms.closeAccounts ? CLOSES : 0) |
    (terms.positionKeys ? POSITION_KEYS : 0) |
    (terms.feeBudget === null ? 0 : FEE) |
    (terms.origin === null ? 0 : ORIGIN) |
    (terms.guardian === null ? 0 : GUARDIAN) |
    (terms.extensions === 0n ? 0 : EXTENSIONS)
  );
}

/** Throws `TermsTooLarge` when a bound is passed: keys, limits, rules, bytes of the session. */
export function checkBounds(terms: TermsData): void {
  const tooMany = (what: string, asked: number, left: number): void => {
    if (asked <= left) return;
    throw refused("TermsTooLarge", {
      asked: BigInt(asked),
      left: BigInt(left),
      detail: `They hold ${asked} ${what}, ${asked - left} too many.`,
    });
  };
  tooMany("keys", terms.keys.length, MAX_KEYS);
  tooMany("limits", terms.limits.length, MAX_LIMITS);
  tooMany("rules", terms.rules.length, MAX_RULES);
  tooMany("bytes of session", sessionSize(terms), MAX_SESSION_SIZE);
}

function writeLimit(writer: Writer, limit: LimitData, keys: readonly Address[]): void {
  const source = limit.source === "vault" ? null : limit.source;
  writer.u8(assetIndex(keys, limit.asset)).u8(optionalIndex(keys, source));
  writer.u8((limit.perExecute === null ? 0 : 1) | (limit.perPeriod === null ? 0 : 2));
  writer.u64(limit.total);
  if (limit.perExecute !== null) writer.u64(limit.perExecute);
  if (limit.perPeriod !== null) writer.u64(limit.perPeriod.amount).u32(limit.perPeriod.seconds);
}

function readLimit(reader: Reader, keys: readonly Address[]): LimitData {
  const asset = readAsset(reader, keys);
  const source = readOptionalKey(reader, keys) ?? "vault";
  const flags = reader.u8();
  if (flags > 3) reader.fail("unknown limit flag");
  const total = reader.u64();
  const perExecute = (flags & 1) === 0 ? null : reader.u64();
  const perPeriod = (flags & 2) === 0 ? null : { amount: reader.u64(), seconds: reader.u32() };
  return { asset, source, total, perExecute, perPeriod };
}

function plainRule(reader: Reader, keys: readonly Address[]): RuleData {
  const rule = readRule(reader, keys);
  if (rule.usesSpent !== 0 || rule.capSpent !== 0n) reader.fail("a counter isn't zero");
  return withoutCounters(rule);
}

/** The rule without a session's counters. */
export function withoutCounters(rule: RuleData): RuleData {
  const { id, program, mode, discriminator, minAccounts, maxAccounts, uses } = rule;
  const { floor, unbound, pin, cap, data, accounts } = rule;
  return {
    ...{ id, program, mode, discriminator, minAccounts, maxAccounts, uses },
    ...{ floor, unbound, pin, cap, data, accounts },
  };
}
