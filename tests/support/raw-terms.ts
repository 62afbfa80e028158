// Terms byte by byte, as docs/layout.md describes them: what the client's encoder refuses to write must reach the program here.
import { createHash } from "node:crypto";

import {
  Keypair,
  SystemProgram,
  SYSVAR_INSTRUCTIONS_PUBKEY,
  TransactionInstruction,
  type AccountMeta,
  type PublicKey,
} from "@solana/web3.js";
import { findSession, instructionDiscriminator } from "@valetkey/sdk/layers";

import { sendLarge } from "./large-transaction.js";
import type { SendResult } from "./svm.js";
import type { World } from "./world.js";

const le = (value: bigint | number, size: number): number[] =>
  Array.from({ length: size }, (_, i) => Number((BigInt(value) >> BigInt(8 * i)) & 255n));

/** Little-endian integers. */
export const u16 = (value: number): number[] => le(value, 2);
export const u32 = (value: number): number[] => le(value, 4);
export const u64 = (value: bigint | number): number[] => le(value, 8);

/** A rule; what is left out makes System `Transfer` from the vault to anyone. */
export interface RawRule {
  readonly program?: number;
  readonly mode?: number;
  readonly id?: number;
  readonly flags?: number;
  readonly kind?: number;
  readonly least?: number;
  readonly most?: number;
  readonly discriminator?: readonly number[];
  /** The bytes of length and counts, when they shall not be true. */
  readonly discriminatorLength?: number;
  readonly dataCount?: number;
  readonly accountCount?: number;
  /** What the flags announce. */
  readonly parts?: readonly number[];
  readonly data?: readonly (readonly number[])[];
  readonly accounts?: readonly (readonly number[])[];
}

/** Account constraints: position, kind, length, payload. */
export const VAULT_AT = (position: number): readonly number[] => [position, 2, 0];
export const ANY_AT = (position: number): readonly number[] => [position, 7, 0];

/** Bytes of a rule. */
export function rawRule(rule: RawRule = {}): readonly number[] {
  const { program = 0, mode = 0, id = 0, flags = 0, kind = 1, least = 2, most = 2 } = rule;
  const { discriminator = [2, 0, 0, 0], parts = [], data = [] } = rule;
  const { accounts = [VAULT_AT(0), ANY_AT(1)] } = rule;
  return [
    ...[program, mode, ...u16(id), flags, kind, least, most],
    rule.discriminatorLength ?? discriminator.length,
    rule.dataCount ?? data.length,
    rule.accountCount ?? accounts.length,
    ...[...discriminator, ...parts, ...data.flat(), ...accounts.flat()],
  ];
}

/** A rule of a program without typed decoder (the key table's first), with the vault at position 0. */
export const rawOtherRule = (rule: RawRule = {}): readonly number[] =>
  rawRule({
    ...{ kind: 0, least: 1, most: 40, discriminator: [0], accounts: [VAULT_AT(0)] },
    ...rule,
  });

/** Bytes of a data constraint. */
export const rawData = (
  offset: number,
  kind: number,
  operator: number,
  payload: readonly number[],
): readonly number[] => [...u16(offset), kind, operator, payload.length, ...payload];

/** Bytes of a limit; what is left out is one lamport of the vault. */
export function rawLimit(
  limit: {
    readonly asset?: number;
    readonly source?: number;
    readonly flags?: number;
    readonly total?: bigint;
    readonly parts?: readonly number[];
  } = {},
): readonly number[] {
  const { asset = 255, source = 255, flags = 0, total = 1n, parts = [] } = limit;
  return [asset, source, flags, ...u64(total), ...parts];
}

/** Terms; what is left out makes one rule for System `Transfer`, an hour from `now`, one use. */
export interface RawTerms {
  readonly version?: number;
  readonly flags?: number;
  readonly startsAt?: bigint;
  readonly expiresAt?: bigint;
  readonly uses?: number;
  /** Keys, limits, rules, when the numbers shall not be true. */
  readonly counts?: readonly [number, number, number];
  readonly byAccount?: number;
  /** What the flags announce. */
  readonly parts?: readonly number[];
  /** The keys given inline. */
  readonly keys?: readonly PublicKey[];
  readonly limits?: readonly (readonly number[])[];
  readonly rules?: readonly (readonly number[])[];
  readonly tail?: readonly number[];
}

/** Bytes of terms. */
export function rawTerms(terms: RawTerms, now: bigint): Uint8Array {
  const { version = 1, flags = 0, startsAt = now, expiresAt = now + 3600n, uses = 1 } = terms;
  const { keys = [SystemProgram.programId], limits = [], rules = [rawRule()] } = terms;
  const byAccount = terms.byAccount ?? 0;
  const given = byAccount.toString(2).replaceAll("0", "").length;
  const counts = terms.counts ?? [keys.length + given, limits.length, rules.length];
  return Uint8Array.from([
    ...[version, flags, ...u64(startsAt), ...u64(expiresAt), ...u32(uses), ...counts],
    ...[...u32(byAccount), ...(terms.parts ?? [])],
    ...keys.flatMap((key) => [...key.toBytes()]),
    ...[...limits.flat(), ...rules.flat(), ...(terms.tail ?? [])],
  ]);
}

/** How to grant or renew by bytes, where it isn't the usual way. */
export interface RawGrantOptions {
  readonly key?: Keypair;
  readonly epoch?: bigint;
  readonly grantId?: bigint;
  /** Accounts of the terms. */
  readonly accounts?: readonly PublicKey[];
  /** The number of owners that the arguments name, when it shall not be true. */
  readonly owners?: number;
  /** sha256 of the accounts from index 1 on: the hash itself, or true for the right one. */
  readonly keysHash?: Uint8Array | true;
  readonly tail?: readonly number[];
}

const meta = (pubkey: PublicKey, flags = ""): AccountMeta => ({
  pubkey,
  isSigner: flags.includes("s"),
  isWritable: flags.includes("w"),
});

/** Owners, hash and terms, as both instructions end. */
function signedTerms(
  keys: readonly AccountMeta[],
  terms: Uint8Array,
  { owners = 1, keysHash, tail = [] }: RawGrantOptions,
): readonly number[] {
  const addresses = keys.slice(1).map(({ pubkey }) => pubkey.toBytes());
  const right = () => createHash("sha256").update(Buffer.concat(addresses)).digest();
  const hash = keysHash === true ? right() : keysHash;
  return [
    ...[owners, ...(hash === undefined ? [0] : [1, ...hash])],
    ...[...u32(terms.length), ...terms, ...tail],
  ];
}

/** Asks for a session with these bytes as terms, signed by the world's owner, in a transaction as large as it needs to be. */
export function tryGrantBytes(
  world: World,
  terms: Uint8Array,
  options: RawGrantOptions = {},
): SendResult & { readonly address: PublicKey; readonly key: Keypair } {
  const { svm, programId, config, owner } = world;
  const { key = Keypair.generate(), epoch = 1n, grantId = 7n, accounts = [] } = options;
  const address = findSession({ config, sessionKey: key.publicKey, programId });
  const keys = [
    ...[meta(svm.payer.publicKey, "sw"), meta(config), meta(address, "w"), meta(key.publicKey)],
    ...[meta(SystemProgram.programId), meta(SYSVAR_INSTRUCTIONS_PUBKEY)],
    meta(owner.publicKey, "s"),
    ...accounts.map((account) => meta(account)),
  ];
  const data = Buffer.from([
    ...instructionDiscriminator("grant_session"),
    ...[...u64(grantId), ...u64(epoch)],
    ...signedTerms(keys, terms, options),
  ]);
  const instruction = new TransactionInstruction({ programId, keys, data });
  const result = sendLarge(svm, [instruction], [svm.payer, owner]);
  return { ...result, address, key };
}

/** The instruction that gives a session these bytes as terms, for the world's owner to sign. */
export function renewBytesInstruction(
  world: World,
  session: PublicKey,
  terms: Uint8Array,
  options: RawGrantOptions & { readonly revision?: number } = {},
): TransactionInstruction {
  const { programId, config, owner } = world;
  const { epoch = 1n, revision = 0, accounts = [] } = options;
  const keys = [
    ...[meta(config), meta(session, "w"), meta(SYSVAR_INSTRUCTIONS_PUBKEY)],
    ...[meta(owner.publicKey, "s"), ...accounts.map((account) => meta(account))],
  ];
  const data = Buffer.from([
    ...createHash("sha256").update("global:renew_session").digest().subarray(0, 8),
    ...[...u64(epoch), ...u32(revision), ...signedTerms(keys, terms, options)],
  ]);
  return new TransactionInstruction({ programId, keys, data });
}

/** Asks for new terms of a session, by bytes. */
export function tryRenewBytes(
  world: World,
  session: PublicKey,
  terms: Uint8Array,
  options: RawGrantOptions & { readonly revision?: number } = {},
): SendResult {
  const instruction = renewBytesInstruction(world, session, terms, options);
  return sendLarge(world.svm, [instruction], [world.svm.payer, world.owner]);
}
