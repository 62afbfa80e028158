import { PublicKey, type TransactionInstruction } from "@solana/web3.js";

import { findSession } from "../addresses.js";
import {
  approveInstruction,
  cancelInstruction,
  mintsOf,
  ownerExecuteProposedInstruction,
  renewSessionProposedInstruction,
  setOwnersProposedInstruction,
} from "../codec/index.js";
import { refused, ValetkeyError } from "../errors/error.js";
import type { Landed } from "../send/index.js";
import { endedReason, readClosableState } from "../session/state.js";
import { proposedActOf } from "./act.js";
import type { DepositAmount } from "./amounts.js";
import { sendAsOwner, type CallOptions, type OwnerContext } from "./context.js";
import { presentOwners } from "./door.js";
import { grantProposed, preparations } from "./grant.js";
import {
  approversOf,
  checkAlive,
  checkCancellable,
  checkEnactable,
  type ProposalContent,
  type ProposalState,
} from "./proposal-state.js";

/** What may go with the act of a proposal. */
export interface EnactInput extends CallOptions {
  /** With a grant: moved from the wallet into the vault in the same transaction. */
  readonly deposit?: readonly DepositAmount[];
  /** With a grant: lamports for the session key, from the wallet. */
  readonly fees?: { readonly topUpLamports: bigint };
}

function checkOpen({ address }: ProposalContent, state: ProposalState): void {
  if (state.account !== null) return;
  throw new ValetkeyError("ProposalNotFound", { proposal: address.toBase58() });
}

/** Approves the content that was read. */
export async function approveProposal(
  context: OwnerContext,
  content: ProposalContent,
  state: ProposalState,
  options: CallOptions,
): Promise<Landed> {
  const { programId, config } = context;
  const { address: proposal, hash, payload, accounts } = content;
  checkOpen(content, state);
  checkAlive(state);
  if (hash === null || payload === null) throw refused("ProposalIncomplete");
  if ("inner" in payload && accounts === null) {
    const reason = "the accounts of its plan aren't known here";
    throw new ValetkeyError("ProposalUnreadable", { proposal: proposal.toBase58(), reason });
  }
  const present = presentOwners(context, state.config);
  if (present.length === 0) throw refused("NotAnOwner");
  const approved = approversOf(state);
  const missing = present.filter((owner) => !approved.includes(owner.toBase58()));
  if (missing.length === 0) throw refused("AlreadyApproved");
  const place = { programId, config, proposal, hash };
  const instructions = missing.map((owner) => approveInstruction({ ...place, owner }));
  return await sendAsOwner(context, { instructions }, options);
}

/** Closes a proposal without enacting it. */
export async function cancelProposal(
  context: OwnerContext,
  content: ProposalContent,
  state: ProposalState,
  options: CallOptions,
): Promise<Landed> {
  const { programId, config, wallet } = context;
  const { address: proposal, payer } = content;
  checkOpen(content, state);
  const [owner] = presentOwners(context, state.config);
  const isPayer = payer.equals(wallet.publicKey);
  checkCancellable(state, { isOwner: owner !== undefined, isPayer });
  const authority = owner ?? wallet.publicKey;
  const cancel = cancelInstruction({ programId, config, proposal, authority, payer });
  return await sendAsOwner(context, { instructions: [cancel] }, options);
}

/** Does what an approved proposal says. */
export async function enactProposal(
  context: OwnerContext,
  content: ProposalContent,
  state: ProposalState,
  input: EnactInput,
): Promise<Landed> {
  checkOpen(content, state);
  checkEnactable(state);
  const { before, last } = await actOf(context, content, input);
  return await sendAsOwner(context, proposedActOf(before, last), input);
}

async function actOf(
  context: OwnerContext,
  content: ProposalContent,
  input: EnactInput,
): Promise<{
  readonly before: readonly TransactionInstruction[];
  readonly last: TransactionInstruction;
}> {
  const { connection, programId, config, vault } = context;
  const { address: proposal, payer: proposalPayer, payload, accounts, session } = content;
  const place = { programId, config, proposal, proposalPayer };
  if (payload === null) throw refused("ProposalIncomplete");
  switch (payload.kind) {
    case "grant": {
      const { terms } = payload;
      const sessionKey = new PublicKey(payload.sessionKey);
      const where = { connection, config, session: findSession({ config, sessionKey, programId }) };
      const found = await readClosableState(where);
      const ended = found.account;
      if (ended !== null && endedReason(found) === null)
        throw refused("SessionExists", { detail: "End it, or propose a grant for another key." });
      const { deposit, fees } = input;
      const before = await preparations(context, {
        ...{ sessionKey, terms, ended },
        ...(deposit === undefined ? {} : { deposit }),
        ...(fees === undefined ? {} : { topUpLamports: fees.topUpLamports }),
      });
      return { before, last: grantProposed(context, { ...place, sessionKey, terms }) };
    }
    case "renewal": {
      if (session !== null && session.revision !== payload.revision)
        throw refused("RevisionMismatch");
      const mints = mintsOf(payload.terms);
      const address = new PublicKey(payload.session);
      const last = renewSessionProposedInstruction({ ...place, session: address, mints });
      return { before: [], last };
    }
    case "owners":
      return { before: [], last: setOwnersProposedInstruction(place) };
    case "plan":
    case "recovery": {
      if (accounts === null) {
        const reason = "the accounts of its plan aren't known here";
        throw new ValetkeyError("ProposalUnreadable", { proposal: proposal.toBase58(), reason });
      }
      const recovery = payload.kind === "recovery";
      const last = ownerExecuteProposedInstruction({ ...place, vault, accounts, recovery });
      return { before: [], last };
    }
  }
}
