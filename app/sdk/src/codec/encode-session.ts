// A session account as bytes, for those who show or test one without a chain.
import { invalid } from "../errors/error.js";
import { addressToBytes } from "./address.js";
import { Writer } from "./bytes.js";
import { HEADER_SIZE, LIMIT_SIZE, NO_KEY, VERSION } from "./constants.js";
import { assetIndex, keyIndex, optionalIndex } from "./keys.js";
import { writeRule } from "./rule.js";
import { SESSION_DISCRIMINATOR } from "./session.js";
import type { SessionAccount, SessionLimit } from "./types.js";

/**
 * The bytes of a session account, as the program writes them; `size` is the account's when a renewal left room behind.
 *
 * @example
 * ```ts
 * const bytes = encodeSession(sessionAccount);
 * const same = decodeSession(bytes);
 * ```
 */
export function encodeSession(session: SessionAccount, size?: number): Uint8Array {
  const { keys, limits, rules } = session;
  const writer = new Writer("session");
  writer.bytes(SESSION_DISCRIMINATOR).u8(VERSION).u8(flagsOf(session));
  writer.u8(keys.length).u8(limits.length).u8(rules.length).u8(session.bump);
  writer.u8(session.feeBudget === null ? NO_KEY : keyIndex(keys, session.feeBudget.sponsor));
  writer.u8(optionalIndex(keys, session.guardian)).u8(session.vaultBump).zeros(3);
  writer.u32(session.revision).u64(session.grantId);
  for (const key of [session.config, session.vault, session.sessionKey, session.rentPayer]) {
    writer.bytes(addressToBytes(key));
  }
  writer.fixed(session.origin ?? new Uint8Array(32), 32);
  writer.u64(session.epoch).i64(session.startsAt).i64(session.expiresAt);
  writer.i64(session.grantDeadline).i64(session.createdAt);
  writer.u64(session.seq).u64(session.onceHighest).uint(session.onceMap, 16);
  writer.u32(session.uses === "unlimited" ? 0 : session.uses).u32(session.usesSpent);
  writer.u64(session.feeBudget?.total ?? 0n).u64(session.feeBudget?.perExecute ?? 0n);
  writer.u64(session.feesPaid).u64(session.extensions).zeros(16);
  for (const key of keys) writer.bytes(addressToBytes(key));
  for (const limit of limits) writeLimit(writer, limit, keys);
  const bodies = rules.map((rule) => {
    const body = new Writer("rule");
    writeRule(body, rule, keys);
    return body.done();
  });
  let offset = HEADER_SIZE + 32 * keys.length + LIMIT_SIZE * limits.length + 2 * rules.length;
  for (const body of bodies) {
    writer.u16(offset);
    offset += body.length;
  }
  for (const body of bodies) writer.bytes(body);
  if (size !== undefined && size < writer.length) {
    throw invalid("session", `it needs ${writer.length} bytes, more than ${size}`);
  }
  return writer.zeros((size ?? writer.length) - writer.length).done();
}

function flagsOf(session: SessionAccount): number {
  return (
    (session.revoked ? 1 : 0) |
    (session.uses === "unlimited" ? 2 : 0) |
    (session.closeAccounts ? 4 : 0) |
    (session.positionKeys ? 8 : 0) |
    (session.feeBudget === null ? 0 : 16) |
    (session.record ? 32 : 0)
  );
}

function writeLimit(writer: Writer, limit: SessionLimit, keys: readonly string[]): void {
  const { asset, source, perExecute, perPeriod } = limit;
  writer.u8(assetIndex(keys, asset)).u8(source === "vault" ? NO_KEY : keyIndex(keys, source));
  const flags =
    (perExecute === null ? 0 : 1) | (perPeriod === null ? 0 : 2) | (limit.token2022 ? 4 : 0);
  writer.u8(flags).u8(limit.decimals);
  writer.u32(perPeriod?.seconds ?? 0);
  writer
    .u64(limit.total)
    .u64(perExecute ?? 0n)
    .u64(perPeriod?.amount ?? 0n);
  writer.u64(limit.spent).u64(limit.period).u64(limit.periodSpent);
}
