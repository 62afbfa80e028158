// The program's instructions as web3.js objects.
import type { AccountMeta, PublicKey, TransactionInstruction } from "@solana/web3.js";

import { addressToBytes } from "./address.js";
import { Writer } from "./bytes.js";
import { INSTRUCTIONS_SYSVAR, SYSTEM_PROGRAM } from "./constants.js";
import { instructionData, makeInstruction, meta } from "./instruction.js";
import { encodeExecute, ownersKeysHash } from "./plan.js";
import { accountKeysOf, encodeTerms } from "./terms.js";
import type { PlanData, TermsData } from "./types.js";

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
  return makeInstruction(input.programId, keys, instructionData("create_vault", args));
}

/**
 * Grants a session: threshold of owners sign. `accountKeys` are keys of the table passed as accounts instead of bytes; by default
 * the mints of limits and floors, which must be passed anyway. `bindKeys` adds the hash of the accounts, for transactions that
 * take some of them from a lookup table: what a table holds is an endpoint's word.
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
  readonly bindKeys?: boolean;
}): TransactionInstruction {
  const { bytes, accounts } = termsArgument(input.terms, input.accountKeys);
  const keys = [
    meta(input.payer, "sw"),
    meta(input.config),
    meta(input.session, "w"),
    meta(input.sessionKey),
    meta(SYSTEM_PROGRAM),
    meta(INSTRUCTIONS_SYSVAR),
    ...input.owners.map((owner) => meta(owner, "s")),
    ...accounts,
  ];
  const args = new Writer("grant_session").u64(input.grantId).u64(input.epoch);
  args.u8(input.owners.length).bytes(hashOption(keys, input.bindKeys));
  args.u32(bytes.length).bytes(bytes);
  return makeInstruction(input.programId, keys, instructionData("grant_session", args.done()));
}

/** Terms as an instruction carries them: their bytes, and the accounts that belong to them. */
export function termsArgument(
  terms: TermsData,
  accountKeys?: readonly string[],
): { readonly bytes: Uint8Array; readonly accounts: readonly AccountMeta[] } {
  const mints = mintsOf(terms);
  const options = { accountKeys: accountKeys ?? mints };
  const given = accountKeysOf(terms, options);
  const others = mints.filter((mint) => !given.includes(mint));
  const accounts = [...given, ...others].map((key) => meta(key));
  return { bytes: encodeTerms(terms, options), accounts };
}

/** The option of a hash over the accounts from index 1 on. */
export function hashOption(keys: readonly AccountMeta[], bind = false): Uint8Array {
  const writer = new Writer("keys hash").u8(bind ? 1 : 0);
  if (bind) writer.fixed(ownersKeysHash(keys.map(({ pubkey }) => pubkey)), 32);
  return writer.done();
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
  return makeInstruction(
    input.programId,
    keys,
    instructionData("execute", encodeExecute(input.plan)),
  );
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
  return makeInstruction(input.programId, keys, instructionData("revoke_session", args.done()));
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
  return makeInstruction(input.programId, keys, instructionData("revoke_all"));
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
  return makeInstruction(input.programId, keys, instructionData("close_session"));
}
