// The plan: arguments of `execute` and `owner_execute`, without the instruction's discriminator.
import { sha256 } from "@noble/hashes/sha2";

import { refused } from "../errors/error.js";
import { addressToBytes, type AddressLike } from "./address.js";
import { concatBytes, Reader, Writer } from "./bytes.js";
import { MAX_INNER } from "./constants.js";
import type { PlanData, PlanInner } from "./types.js";

/** Index of the first account that `keys_hash` covers. */
export const KEYS_HASH_FROM = 3;
/** The rule of everything that owners' plans do. */
const NO_RULE = 255;
/** Index of the first account that the hash in an act of owners covers. */
export const OWNERS_HASH_FROM = 1;

/**
 * The bytes of `execute`'s arguments.
 *
 * @example
 * ```ts
 * const bytes = encodeExecute({ once: 7n, inner: [{ rule: 0, program: 5, accounts: [3, 4], data: strike.data }] });
 * ```
 */
export function encodeExecute(plan: PlanData): Uint8Array {
  const { once, seq, grant, keysHash, fee, minReceive, positionKeys } = plan;
  const present = [once, seq, grant, keysHash, fee, minReceive, positionKeys];
  const writer = new Writer("plan");
  writer.u8(
    present.reduce<number>((flags, part, i) => flags | (part === undefined ? 0 : 1 << i), 0),
  );
  if (once !== undefined) writer.u64(once);
  if (seq !== undefined) writer.u64(seq);
  if (grant !== undefined) writer.u64(grant);
  if (keysHash !== undefined) writer.fixed(keysHash, 32);
  if (fee !== undefined) writer.u64(fee.lamports).u8(fee.account);
  if (minReceive !== undefined) {
    writer.u8(minReceive.length);
    for (const { asset, amount } of minReceive) writer.u8(asset).u64(amount);
  }
  if (positionKeys !== undefined) {
    writer.u8(positionKeys.length);
    for (const key of positionKeys) writer.u8(key.account).u16(key.number).u8(key.bump);
  }
  writeInner(writer, plan.inner);
  return writer.done();
}

/** The arguments of `owner_execute` and `recover`. */
export interface OwnerPlan {
  /** sha256 of the accounts from index 1 on; absent when nothing binds them. */
  readonly keysHash?: Uint8Array;
  readonly inner: readonly PlanInner[];
}

/**
 * The bytes of `owner_execute`'s and `recover`'s arguments; every rule is 255.
 *
 * @example
 * ```ts
 * const bytes = encodeOwnerExecute({ inner: [inner] });
 * ```
 */
export function encodeOwnerExecute({ keysHash, inner }: OwnerPlan): Uint8Array {
  const writer = new Writer("plan").u8(keysHash === undefined ? 0 : 1);
  if (keysHash !== undefined) writer.fixed(keysHash, 32);
  return writer.bytes(encodeOwnersInner(inner)).done();
}

/** The bytes of an owners' plan alone. */
export function encodeOwnersInner(inner: readonly PlanInner[]): Uint8Array {
  const writer = new Writer("plan");
  writeInner(
    writer,
    inner.map((one) => ({ ...one, rule: NO_RULE })),
  );
  return writer.done();
}

/**
 * Reads `execute`'s arguments; what isn't exactly the format is refused as the program does it.
 *
 * @example
 * ```ts
 * const { once, inner } = decodeExecute(bytes);
 * ```
 */
export function decodeExecute(bytes: Uint8Array): PlanData {
  const reader = planReader(bytes);
  const flags = reader.u8();
  if (flags > 127) reader.fail("unknown flag");
  const has = (bit: number): boolean => (flags & (1 << bit)) !== 0;
  return {
    ...(has(0) ? { once: reader.u64() } : {}),
    ...(has(1) ? { seq: reader.u64() } : {}),
    ...(has(2) ? { grant: reader.u64() } : {}),
    ...(has(3) ? { keysHash: reader.take(32) } : {}),
    ...(has(4) ? { fee: { lamports: reader.u64(), account: reader.u8() } } : {}),
    ...(has(5)
      ? { minReceive: many(reader, () => ({ asset: reader.u8(), amount: reader.u64() })) }
      : {}),
    ...(has(6) ? { positionKeys: many(reader, () => readPositionKey(reader)) } : {}),
    inner: readInner(reader),
  };
}

/**
 * Reads `owner_execute`'s and `recover`'s arguments.
 *
 * @example
 * ```ts
 * const { inner } = decodeOwnerExecute(bytes);
 * ```
 */
export function decodeOwnerExecute(bytes: Uint8Array): OwnerPlan {
  const reader = planReader(bytes);
  const flags = reader.u8();
  if (flags > 1) reader.fail("unknown flag");
  return { ...(flags === 1 ? { keysHash: reader.take(32) } : {}), inner: readInner(reader) };
}

/** Reads an owners' plan alone; a session's rule in it is refused, as the program does it. */
export function decodeOwnersInner(bytes: Uint8Array): readonly PlanInner[] {
  const inner = readInner(planReader(bytes));
  for (const [i, { rule }] of inner.entries())
    if (rule !== NO_RULE) throw refused("RuleOutOfRange", { inner: i, rule });
  return inner;
}

/**
 * sha256 of the ordered addresses from index 3 on: what the guard `keys_hash` expects.
 *
 * @example
 * ```ts
 * const guard = { keysHash: keysHash([session.vault, ...addresses]) };
 * ```
 */
export function keysHash(accounts: readonly AddressLike[]): Uint8Array {
  return sha256(concatBytes(...accounts.slice(KEYS_HASH_FROM).map(addressToBytes)));
}

/**
 * sha256 of an owners' act's ordered addresses from index 1 on; give all of them, from index 0.
 *
 * @example
 * ```ts
 * const bound = ownersKeysHash(addresses);
 * ```
 */
export function ownersKeysHash(accounts: readonly AddressLike[]): Uint8Array {
  return sha256(concatBytes(...accounts.slice(OWNERS_HASH_FROM).map(addressToBytes)));
}

function planReader(bytes: Uint8Array): Reader {
  return new Reader(bytes, "plan", (reason, offset) =>
    refused("MalformedPlan", { subject: "offset", asked: BigInt(offset), detail: `${reason}.` }),
  );
}

function readPositionKey(reader: Reader) {
  return { account: reader.u8(), number: reader.u16(), bump: reader.u8() };
}

function many<T>(reader: Reader, read: () => T): readonly T[] {
  return Array.from({ length: reader.u8() }, read);
}

function checkCount(count: number): void {
  if (count === 0) throw refused("EmptyPlan");
  if (count > MAX_INNER) {
    throw refused("TooManyInner", { asked: BigInt(count), left: BigInt(MAX_INNER) });
  }
}

function writeInner(writer: Writer, inner: readonly PlanInner[]): void {
  checkCount(inner.length);
  writer.u8(inner.length);
  for (const { rule, program, accounts, data } of inner) {
    writer.u8(rule).u8(program).u8(accounts.length);
    for (const account of accounts) writer.u8(account);
    writer.u16(data.length).bytes(data);
  }
}

function readInner(reader: Reader): readonly PlanInner[] {
  const count = reader.u8();
  checkCount(count);
  const inner = Array.from({ length: count }, () => ({
    rule: reader.u8(),
    program: reader.u8(),
    accounts: Array.from(reader.take(reader.u8())),
    data: reader.take(reader.u16()),
  }));
  if (reader.left > 0) throw refused("TrailingBytes");
  return inner;
}
