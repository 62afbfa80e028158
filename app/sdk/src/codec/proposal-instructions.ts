// Instructions of proposals: writing, approving, cancelling, and the acts that consume one.
import type { AccountMeta, PublicKey, TransactionInstruction } from "@solana/web3.js";

import { Writer } from "./bytes.js";
import { INSTRUCTIONS_SYSVAR, SYSTEM_PROGRAM } from "./constants.js";
import { instructionData, makeInstruction, meta } from "./instruction.js";
import { kindNumber, type ProposalKind } from "./proposal.js";

/** What every instruction of a proposal names. */
export interface ProposalPlace {
  readonly programId: PublicKey;
  readonly config: PublicKey;
  readonly proposal: PublicKey;
}

/**
 * Opens a proposal with the first bytes of its payload; anyone pays. `mentioned` are accounts that the program ignores: from them
 * other owners learn whom a plan names, since a proposal holds only their hash.
 *
 * @example
 * ```ts
 * const head = { kind: "owners", id: 7n, epoch, deadline: now + 86_400n } as const;
 * proposeInstruction({ programId, config, proposal: address, payer, ...head, length: bytes.length, bytes });
 * ```
 */
export function proposeInstruction(
  input: ProposalPlace & {
    readonly payer: PublicKey;
    readonly kind: ProposalKind;
    readonly id: bigint;
    readonly epoch: bigint;
    readonly deadline: bigint;
    /** Of the whole payload. */
    readonly length: number;
    readonly bytes: Uint8Array;
    readonly mentioned?: readonly AccountMeta[];
  },
): TransactionInstruction {
  const { programId, payer, config, proposal, bytes, mentioned = [] } = input;
  const args = new Writer("propose").u8(kindNumber(input.kind)).u64(input.id).u64(input.epoch);
  args.i64(input.deadline).u32(input.length).u32(bytes.length).bytes(bytes);
  const own = [meta(payer, "sw"), meta(config), meta(proposal, "w"), meta(SYSTEM_PROGRAM)];
  const data = instructionData("propose", args.done());
  return makeInstruction(programId, [...own, ...mentioned], data);
}

/**
 * Writes the next bytes of a payload; the last ones seal the proposal. Only its payer may.
 *
 * @example
 * ```ts
 * appendProposalInstruction({ programId, config, proposal: address, payer, offset: 800, bytes });
 * ```
 */
export function appendProposalInstruction(
  input: ProposalPlace & {
    readonly payer: PublicKey;
    readonly offset: number;
    readonly bytes: Uint8Array;
    readonly mentioned?: readonly AccountMeta[];
  },
): TransactionInstruction {
  const { programId, payer, config, proposal, offset, bytes, mentioned = [] } = input;
  const args = new Writer("append_proposal").u32(offset).u32(bytes.length).bytes(bytes);
  const own = [meta(payer, "s"), meta(config), meta(proposal, "w")];
  const data = instructionData("append_proposal", args.done());
  return makeInstruction(programId, [...own, ...mentioned], data);
}

/**
 * An owner approves the content of this hash.
 *
 * @example
 * ```ts
 * const hash = proposalHash(decodeProposal(account.data));
 * approveInstruction({ programId, config, proposal: address, owner: wallet.publicKey, hash });
 * ```
 */
export function approveInstruction(
  input: ProposalPlace & { readonly owner: PublicKey; readonly hash: Uint8Array },
): TransactionInstruction {
  const { programId, config, proposal, owner, hash } = input;
  const keys = [meta(owner, "s"), meta(config), meta(proposal, "w"), meta(INSTRUCTIONS_SYSVAR)];
  const args = new Writer("approve").fixed(hash, 32).done();
  return makeInstruction(programId, keys, instructionData("approve", args));
}

/**
 * Closes a proposal without enacting it: any one owner; its payer while nobody has approved; anyone once it is dead.
 *
 * @example
 * ```ts
 * cancelInstruction({ programId, config, proposal: address, authority: wallet.publicKey, payer });
 * ```
 */
export function cancelInstruction(
  input: ProposalPlace & { readonly authority: PublicKey; readonly payer: PublicKey },
): TransactionInstruction {
  const { programId, config, proposal, authority, payer } = input;
  const keys = [meta(authority, "s"), meta(config), meta(proposal, "w"), meta(payer, "w")];
  return makeInstruction(programId, keys, instructionData("cancel"));
}

/** An act by proposal: where it is, and who gets its rent. */
type Proposed = ProposalPlace & {
  /** Paid the proposal's rent and gets it back. */
  readonly proposalPayer: PublicKey;
};

/**
 * Opens the session that an approved proposal grants; `mints` are those of the terms' limits and floors.
 *
 * @example
 * ```ts
 * const place = { programId, config, proposal: address, proposalPayer: payer };
 * grantSessionProposedInstruction({ ...place, payer, session: session.address, sessionKey, mints: mintsOf(termsData) });
 * ```
 */
export function grantSessionProposedInstruction(
  input: Proposed & {
    readonly payer: PublicKey;
    readonly session: PublicKey;
    readonly sessionKey: PublicKey;
    readonly mints: readonly string[];
  },
): TransactionInstruction {
  const { programId, payer, config, session, sessionKey, proposal, proposalPayer, mints } = input;
  const keys = [
    ...[meta(payer, "sw"), meta(config), meta(session, "w"), meta(sessionKey)],
    ...[meta(SYSTEM_PROGRAM), meta(proposal, "w"), meta(proposalPayer, "w")],
    ...mints.map((mint) => meta(mint)),
  ];
  return makeInstruction(programId, keys, instructionData("grant_session_proposed"));
}

/**
 * Gives a live session the terms of an approved proposal.
 *
 * @example
 * ```ts
 * const place = { programId, config, proposal: address, proposalPayer: payer };
 * renewSessionProposedInstruction({ ...place, session: session.address, mints: mintsOf(termsData) });
 * ```
 */
export function renewSessionProposedInstruction(
  input: Proposed & { readonly session: PublicKey; readonly mints: readonly string[] },
): TransactionInstruction {
  const { programId, config, session, proposal, proposalPayer, mints } = input;
  const keys = [
    ...[meta(config), meta(session, "w"), meta(proposal, "w"), meta(proposalPayer, "w")],
    ...mints.map((mint) => meta(mint)),
  ];
  return makeInstruction(programId, keys, instructionData("renew_session_proposed"));
}

/**
 * Sets the owners of an approved proposal.
 *
 * @example
 * ```ts
 * setOwnersProposedInstruction({ programId, config, proposal: address, proposalPayer: payer });
 * ```
 */
export function setOwnersProposedInstruction(input: Proposed): TransactionInstruction {
  const { programId, config, proposal, proposalPayer } = input;
  const keys = [meta(config, "w"), meta(proposal, "w"), meta(proposalPayer, "w")];
  return makeInstruction(programId, keys, instructionData("set_owners_proposed"));
}

/**
 * Runs the plan of an approved proposal; `accounts` are those from index 4 on, in the order that its hash covers.
 *
 * @example
 * ```ts
 * const place = { programId, config, proposal: address, proposalPayer: payer };
 * ownerExecuteProposedInstruction({ ...place, vault: owner.vault, accounts: [], recovery: false });
 * ```
 */
export function ownerExecuteProposedInstruction(
  input: Proposed & {
    readonly vault: PublicKey;
    readonly accounts: readonly AccountMeta[];
    /** True for `recover_proposed`. */
    readonly recovery: boolean;
  },
): TransactionInstruction {
  const { programId, config, vault, proposal, proposalPayer, accounts, recovery } = input;
  const keys = [
    ...[meta(config), meta(vault, "w"), meta(proposal, "w"), meta(proposalPayer, "w")],
    ...accounts,
  ];
  const name = recovery ? "recover_proposed" : "owner_execute_proposed";
  return makeInstruction(programId, keys, instructionData(name));
}
