// The program's instructions as web3.js objects.
import { PublicKey, TransactionInstruction, type AccountMeta } from "@solana/web3.js";

import { addressToBytes, type AddressLike } from "./address.js";
import { concatBytes, Writer } from "./bytes.js";
import { INSTRUCTIONS_SYSVAR, SYSTEM_PROGRAM } from "./constants.js";
import { discriminator } from "./discriminator.js";
import { encodeExecute, encodeOwnerExecute } from "./plan.js";
import { accountKeysOf, encodeTerms } from "./terms.js";
import type { PlanData, PlanInner, TermsData } from "./types.js";

/** Names of the program's instructions. */
export type InstructionName =
  | "create_vault"
  | "grant_session"
  | "execute"
  | "revoke_session"
  | "revoke_all"
  | "close_session"
  | "owner_execute";

/**
 * First 8 bytes of an instruction's data.
 *
 * @example
 * ```ts
 * const first = instructionDiscriminator("execute");
 * ```
 */
export function instructionDiscriminator(name: InstructionName): Uint8Array {
  return discriminator("global", name);
}

/** A web3.js instruction from plain bytes; a Buffer where the platform has one. */
export function makeInstruction(
  programId: PublicKey,
  keys: readonly AccountMeta[],
  data: Uint8Array,
): TransactionInstruction {
  const buffer = typeof Buffer === "undefined" ? (data as Buffer) : Buffer.from(data);
  return new TransactionInstruction({ programId, keys: [...keys], data: buffer });
}

function meta(key: AddressLike, flags: "" | "s" | "w" | "sw" = ""): AccountMeta {
  const pubkey = key instanceof PublicKey ? key : new PublicKey(key.toString());
  return { pubkey, isSigner: flags.includes("s"), isWritable: flags.includes("w") };
}

function data(name: InstructionName, ...parts: readonly Uint8Array[]): Uint8Array {
  return concatBytes(instructionDiscriminator(name), ...parts);
}

/**
 * Opens the canonical vault config of an owner; anyone may pay.
 *
 * @example
 * ```ts
 * createVaultInstruction({ programId, payer, config, owner: wallet.publicKey, index: 0 });
 * ```
 */
export function createVaultInstruction(input: {
  readonly programId: PublicKey;
  readonly payer: PublicKey;
  readonly config: PublicKey;
  readonly owner: PublicKey;
  readonly index: number;
}): TransactionInstruction {
  const args = new Writer("create_vault").bytes(input.owner.toBytes()).u8(input.index).done();
  const keys = [meta(input.payer, "sw"), meta(input.config, "w"), meta(SYSTEM_PROGRAM)];
  return makeInstruction(input.programId, keys, data("create_vault", args));
}

/**
 * Grants a session: threshold of owners sign. `accountKeys` are keys of the table passed as accounts instead of bytes; by default
 * the mints of limits and floors, which must be passed anyway.
 *
 * @example
 * ```ts
 * grantSessionInstruction({
 *   ...{ programId, payer, config, session: address, sessionKey, owners: [wallet.publicKey] },
 *   ...{ grantId: 7n, epoch, terms: termsData },
 * });
 * ```
 */
export function grantSessionInstruction(input: {
  readonly programId: PublicKey;
  readonly payer: PublicKey;
  readonly config: PublicKey;
  readonly session: PublicKey;
  readonly sessionKey: PublicKey;
  readonly owners: readonly PublicKey[];
  readonly grantId: bigint;
  readonly epoch: bigint;
  readonly terms: TermsData;
  readonly accountKeys?: readonly string[];
}): TransactionInstruction {
  const mints = mintsOf(input.terms);
  const options = { accountKeys: input.accountKeys ?? mints };
  const terms = encodeTerms(input.terms, options);
  const args = new Writer("grant_session").u64(input.grantId).u64(input.epoch);
  args.u8(input.owners.length).u32(terms.length).bytes(terms);
  const given = accountKeysOf(input.terms, options);
  const others = mints.filter((mint) => !given.includes(mint));
  const keys = [
    meta(input.payer, "sw"),
    meta(input.config),
    meta(input.session, "w"),
    meta(input.sessionKey),
    meta(SYSTEM_PROGRAM),
    meta(INSTRUCTIONS_SYSVAR),
    ...input.owners.map((owner) => meta(owner, "s")),
    ...[...given, ...others].map((key) => meta(key)),
  ];
  return makeInstruction(input.programId, keys, data("grant_session", args.done()));
}

/**
 * The mints that limits and floors of the terms name, each once, in order.
 *
 * @example
 * ```ts
 * const mints = mintsOf(termsData).map((mint) => new PublicKey(mint));
 * ```
 */
export function mintsOf(terms: TermsData): readonly string[] {
  const assets = [
    ...terms.limits.map((limit) => limit.asset),
    ...terms.rules.flatMap(({ floor }) => (floor === null ? [] : [floor.give, floor.get])),
  ];
  return [...new Set(assets)].filter((asset) => asset !== "SOL");
}

/**
 * Runs a plan under a session's terms; `accounts` are those from index 4 on.
 *
 * @example
 * ```ts
 * const composed = composePlan({ programId, address, session: sessionAccount, payer, instructions });
 * executeInstruction({ programId, sessionKey, session: address, config, vault: session.vault, ...composed });
 * ```
 */
export function executeInstruction(input: {
  readonly programId: PublicKey;
  readonly sessionKey: PublicKey;
  readonly session: PublicKey;
  readonly config: PublicKey;
  readonly vault: PublicKey;
  readonly vaultWritable: boolean;
  readonly accounts: readonly AccountMeta[];
  readonly plan: PlanData;
}): TransactionInstruction {
  const keys = [
    meta(input.sessionKey, "s"),
    meta(input.session, "w"),
    meta(input.config),
    meta(input.vault, input.vaultWritable ? "w" : ""),
    ...input.accounts,
  ];
  return makeInstruction(input.programId, keys, data("execute", encodeExecute(input.plan)));
}

/**
 * Ends a session now: any one owner, the guardian, or the session key. With `record`, an owner cancels a grant text before it lands.
 *
 * @example
 * ```ts
 * revokeSessionInstruction({ programId, authority: wallet.publicKey, session: address, config });
 * ```
 */
export function revokeSessionInstruction(input: {
  readonly programId: PublicKey;
  readonly authority: PublicKey;
  readonly session: PublicKey;
  readonly config: PublicKey;
  readonly record?: {
    readonly payer: PublicKey;
    readonly sessionKey: PublicKey;
    readonly deadline: bigint;
  };
}): TransactionInstruction {
  const { record } = input;
  const args = new Writer("revoke_session").u8(record === undefined ? 0 : 1);
  const keys = [meta(input.authority, "s"), meta(input.session, "w"), meta(input.config)];
  if (record !== undefined) {
    args.bytes(addressToBytes(record.sessionKey)).i64(record.deadline);
    keys.push(meta(record.payer, "sw"), meta(SYSTEM_PROGRAM));
  }
  return makeInstruction(input.programId, keys, data("revoke_session", args.done()));
}

/**
 * Ends every session of the vault at once: any one owner.
 *
 * @example
 * ```ts
 * revokeAllInstruction({ programId, owner: wallet.publicKey, config });
 * ```
 */
export function revokeAllInstruction(input: {
  readonly programId: PublicKey;
  readonly owner: PublicKey;
  readonly config: PublicKey;
}): TransactionInstruction {
  const keys = [meta(input.owner, "s"), meta(input.config, "w")];
  return makeInstruction(input.programId, keys, data("revoke_all"));
}

/**
 * Closes a dead session; rent goes to the recorded payer.
 *
 * @example
 * ```ts
 * closeSessionInstruction({ programId, session: address, config, rentPayer: payer });
 * ```
 */
export function closeSessionInstruction(input: {
  readonly programId: PublicKey;
  readonly session: PublicKey;
  readonly config: PublicKey;
  readonly rentPayer: PublicKey;
}): TransactionInstruction {
  const keys = [meta(input.session, "w"), meta(input.config), meta(input.rentPayer, "w")];
  return makeInstruction(input.programId, keys, data("close_session"));
}

/**
 * The owners' own plan; `accounts` are those from index 3 on, the owners among them as signers.
 *
 * @example
 * ```ts
 * const composed = composeOwnerPlan({ programId, config, vault: owner.vault, owners: [wallet.publicKey], instructions });
 * ownerExecuteInstruction({ programId, config, vault: owner.vault, ...composed });
 * ```
 */
export function ownerExecuteInstruction(input: {
  readonly programId: PublicKey;
  readonly config: PublicKey;
  readonly vault: PublicKey;
  readonly accounts: readonly AccountMeta[];
  readonly inner: readonly PlanInner[];
}): TransactionInstruction {
  const keys = [
    meta(input.config),
    meta(input.vault, "w"),
    meta(INSTRUCTIONS_SYSVAR),
    ...input.accounts,
  ];
  return makeInstruction(
    input.programId,
    keys,
    data("owner_execute", encodeOwnerExecute(input.inner)),
  );
}
