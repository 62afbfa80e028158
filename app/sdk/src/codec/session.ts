// The session account, byte by byte.
import { refused } from "../errors/error.js";
import { bytesToAddress, type Address } from "./address.js";
import { Reader, sameBytes } from "./bytes.js";
import { HEADER_SIZE, MAX_KEYS, MAX_LIMITS, MAX_RULES, NO_KEY, VERSION } from "./constants.js";
import { discriminator } from "./discriminator.js";
import { readAsset, readOptionalKey } from "./keys.js";
import { readRule } from "./rule.js";
import type { SessionAccount, SessionLimit } from "./types.js";

/** First 8 bytes of every session account. */
export const SESSION_DISCRIMINATOR = /* @__PURE__ */ discriminator("account", "Session");

/** Offsets for `getProgramAccounts` filters. */
export const SESSION_OFFSETS = { config: 32, vault: 64, sessionKey: 96 } as const;

/**
 * Reads a session account. Foreign bytes are `NotASession`, as are bytes that contradict the layout; a newer one is
 * `UnknownVersion`. Zeroes behind the last rule are what a renewal to shorter terms leaves.
 *
 * @example
 * ```ts
 * const session = decodeSession(account.data);
 * const left = Number(session.expiresAt) - Date.now() / 1_000;
 * ```
 */
export function decodeSession(bytes: Uint8Array): SessionAccount {
  if (bytes.length < HEADER_SIZE || !sameBytes(bytes.slice(0, 8), SESSION_DISCRIMINATOR)) {
    throw refused("NotASession");
  }
  const reader = new Reader(bytes, "session", (reason) =>
    refused("NotASession", { detail: `${reason}.` }),
  );
  reader.take(8);
  if (reader.u8() !== VERSION) throw refused("UnknownVersion");
  const flags = reader.u8();
  if (flags > 63) reader.fail("unknown flag");
  const counts = { keys: reader.u8(), limits: reader.u8(), rules: reader.u8() };
  const bump = reader.u8();
  const sponsor = reader.u8();
  const guardian = reader.u8();
  const vaultBump = reader.u8();
  reader.zeros(3);
  const header = readHeader(reader);
  const unlimited = (flags & 2) !== 0;
  const record = (flags & 32) !== 0;
  const counted = { uses: reader.u32(), usesSpent: reader.u32() };
  const fee = { total: reader.u64(), perExecute: reader.u64() };
  const feesPaid = reader.u64();
  const extensions = reader.u64();
  reader.zeros(16);
  if (counts.keys > MAX_KEYS || counts.limits > MAX_LIMITS || counts.rules > MAX_RULES) {
    reader.fail("a count passes its bound");
  }
  const keys = Array.from({ length: counts.keys }, () => bytesToAddress(reader.take(32)));
  const limits = Array.from({ length: counts.limits }, () => readSessionLimit(reader, keys));
  const offsets = Array.from({ length: counts.rules }, () => reader.u16());
  const rules = offsets.map((offset) => {
    if (offset !== reader.offset) reader.fail("a rule doesn't stand at its offset");
    return readRule(reader, keys);
  });
  // A renewal that needs less room leaves zeroes behind.
  reader.zeros(reader.left);
  const keyAt = (index: number): Address | null =>
    index === NO_KEY ? null : (keys[index] ?? reader.fail(`no key ${index}`));
  const payer = keyAt(sponsor);
  return {
    ...header,
    ...{ revoked: (flags & 1) !== 0, record, bump, vaultBump },
    ...{ uses: unlimited ? "unlimited" : counted.uses, usesSpent: counted.usesSpent },
    ...{ closeAccounts: (flags & 4) !== 0, positionKeys: (flags & 8) !== 0 },
    feeBudget: (flags & 16) === 0 || payer === null ? null : { sponsor: payer, ...fee },
    ...{ feesPaid, guardian: keyAt(guardian), extensions, keys, limits, rules },
  };
}

function readHeader(reader: Reader) {
  const revision = reader.u32();
  const grantId = reader.u64();
  const key = () => bytesToAddress(reader.take(32));
  const keys = { config: key(), vault: key(), sessionKey: key(), rentPayer: key() };
  const origin = reader.take(32);
  const times = {
    epoch: reader.u64(),
    startsAt: reader.i64(),
    expiresAt: reader.i64(),
    grantDeadline: reader.i64(),
    createdAt: reader.i64(),
  };
  const seq = reader.u64();
  const onceHighest = reader.u64();
  const onceMap = reader.uint(16);
  const hash = origin.every((byte) => byte === 0) ? null : origin;
  return { revision, grantId, ...keys, origin: hash, ...times, seq, onceHighest, onceMap };
}

function readSessionLimit(reader: Reader, keys: readonly Address[]): SessionLimit {
  const asset = readAsset(reader, keys);
  const source = readOptionalKey(reader, keys) ?? "vault";
  const flags = reader.u8();
  if (flags > 7) reader.fail("unknown limit flag");
  const decimals = reader.u8();
  const seconds = reader.u32();
  const total = reader.u64();
  const perExecute = reader.u64();
  const amount = reader.u64();
  return {
    ...{ asset, source, total, decimals, token2022: (flags & 4) !== 0 },
    perExecute: (flags & 1) === 0 ? null : perExecute,
    perPeriod: (flags & 2) === 0 ? null : { amount, seconds },
    ...{ spent: reader.u64(), period: reader.u64(), periodSpent: reader.u64() },
  };
}
