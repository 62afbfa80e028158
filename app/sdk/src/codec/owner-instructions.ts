// Instructions of councils and owners: opening, changing, spending, renewing.
import type { AccountMeta, PublicKey, TransactionInstruction } from "@solana/web3.js";

import { addressToBytes } from "./address.js";
import { Writer } from "./bytes.js";
import { INSTRUCTIONS_SYSVAR, SYSTEM_PROGRAM } from "./constants.js";
import { instructionData, makeInstruction, meta } from "./instruction.js";
import { hashOption, termsArgument } from "./instructions.js";
import { encodeOwnerExecute, ownersKeysHash } from "./plan.js";
import type { OwnersData } from "./proposal.js";
import type { PlanInner, TermsData } from "./types.js";

/**
 * Opens a council's vault config; `base`, a fresh key, signs and gives the address. The owners don't sign: sorted by their bytes.
 *
 * @example
 * ```ts
 * createCouncilInstruction({ programId, payer, base, config, owners: [wallet.publicKey], threshold: 1, timelockSeconds: 0 });
 * ```
 */
export function createCouncilInstruction(
  input: {
    readonly programId: PublicKey;
    readonly payer: PublicKey;
    readonly base: PublicKey;
    readonly config: PublicKey;
  } & OwnersData,
): TransactionInstruction {
  const { programId, payer, base, config } = input;
  const keys = [meta(payer, "sw"), meta(base, "s"), meta(config, "w"), meta(SYSTEM_PROGRAM)];
  return makeInstruction(programId, keys, instructionData("create_council", ownersArgument(input)));
}

/**
 * Sets owners, threshold and timelock: a threshold of the present owners (`signers`) sign.
 *
 * @example
 * ```ts
 * const signers = [wallet.publicKey];
 * setOwnersInstruction({ programId, config, signers, epoch, owners: signers, threshold: 1, timelockSeconds: 0 });
 * ```
 */
export function setOwnersInstruction(
  input: {
    readonly programId: PublicKey;
    readonly config: PublicKey;
    readonly signers: readonly PublicKey[];
    readonly epoch: bigint;
  } & OwnersData,
): TransactionInstruction {
  const { programId, config, signers, epoch } = input;
  const keys = [
    meta(config, "w"),
    meta(INSTRUCTIONS_SYSVAR),
    ...signers.map((owner) => meta(owner, "s")),
  ];
  const args = new Writer("set_owners").u64(epoch).bytes(ownersArgument(input));
  return makeInstruction(programId, keys, instructionData("set_owners", args.done()));
}

function ownersArgument({ threshold, timelockSeconds, owners }: OwnersData): Uint8Array {
  const writer = new Writer("owners").u8(threshold).u32(timelockSeconds).u32(owners.length);
  for (const owner of owners) writer.bytes(addressToBytes(owner));
  return writer.done();
}

/**
 * Gives a live session new terms: threshold of owners sign. `accountKeys` and `bindKeys` as in `grantSessionInstruction`.
 *
 * @example
 * ```ts
 * const owners = [wallet.publicKey];
 * renewSessionInstruction({ programId, config, session: address, owners, epoch, revision: 0, terms: termsData });
 * ```
 */
export function renewSessionInstruction(input: {
  readonly programId: PublicKey;
  readonly config: PublicKey;
  readonly session: PublicKey;
  readonly owners: readonly PublicKey[];
  readonly epoch: bigint;
  /** The session's revision now: another renewal in between is refused (`RevisionMismatch`). */
  readonly revision: number;
  readonly terms: TermsData;
  readonly accountKeys?: readonly string[];
  readonly bindKeys?: boolean;
}): TransactionInstruction {
  const { bytes, accounts } = termsArgument(input.terms, input.accountKeys);
  const keys = [
    meta(input.config),
    meta(input.session, "w"),
    meta(INSTRUCTIONS_SYSVAR),
    ...input.owners.map((owner) => meta(owner, "s")),
    ...accounts,
  ];
  const args = new Writer("renew_session").u64(input.epoch).u32(input.revision);
  args.u8(input.owners.length).bytes(hashOption(keys, input.bindKeys));
  args.u32(bytes.length).bytes(bytes);
  return makeInstruction(input.programId, keys, instructionData("renew_session", args.done()));
}

/**
 * The owners' own plan; `accounts` are those from index 3 on, the owners among them as signers. `bindKeys` adds their hash.
 *
 * @example
 * ```ts
 * const composed = composeOwnerPlan({ programId, config, vault: owner.vault, owners: [wallet.publicKey], instructions });
 * ownerExecuteInstruction({ programId, config, vault: owner.vault, ...composed });
 * ```
 */
export function ownerExecuteInstruction(input: OwnerPlanInput): TransactionInstruction {
  return planInstruction("owner_execute", input);
}

/**
 * The owners' own plan for a vault that isn't System-owned, or has data: as `ownerExecuteInstruction`.
 *
 * @example
 * ```ts
 * const composed = composeOwnerPlan({ programId, config, vault: owner.vault, owners: [wallet.publicKey], instructions });
 * recoverInstruction({ programId, config, vault: owner.vault, ...composed });
 * ```
 */
export function recoverInstruction(input: OwnerPlanInput): TransactionInstruction {
  return planInstruction("recover", input);
}

/** What `owner_execute` and `recover` are made of. */
export interface OwnerPlanInput {
  readonly programId: PublicKey;
  readonly config: PublicKey;
  readonly vault: PublicKey;
  readonly accounts: readonly AccountMeta[];
  readonly inner: readonly PlanInner[];
  readonly bindKeys?: boolean;
}

function planInstruction(
  name: "owner_execute" | "recover",
  input: OwnerPlanInput,
): TransactionInstruction {
  const { programId, config, vault, accounts, inner, bindKeys = false } = input;
  const keys = [meta(config), meta(vault, "w"), meta(INSTRUCTIONS_SYSVAR), ...accounts];
  const keysHash = bindKeys ? { keysHash: ownersKeysHash(keys.map(({ pubkey }) => pubkey)) } : {};
  const args = encodeOwnerExecute({ ...keysHash, inner });
  return makeInstruction(programId, keys, instructionData(name, args));
}
