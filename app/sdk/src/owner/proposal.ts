import { PublicKey, type AccountMeta } from "@solana/web3.js";

import type { ProposalKind, ProposalPayload } from "../codec/index.js";
import { ValetkeyError } from "../errors/index.js";
import type { Line } from "../grant/describe.js";
import type { Names } from "../grant/names.js";
import type { Landed } from "../send/index.js";
import type { CallOptions, OwnerContext } from "./context.js";
import {
  approveProposal,
  cancelProposal,
  enactProposal,
  type EnactInput,
} from "./proposal-acts.js";
import {
  approversOf,
  isSettled,
  statusOf,
  type ProposalContent,
  type ProposalState,
  type ProposalStatus,
} from "./proposal-state.js";
import { proposalLines } from "./proposal-words.js";
import { readProposal, readProposalState } from "./read-proposal.js";

/** An act that waits for approvals, as it was read. What it would do never changes; counters are those of the last call. */
export interface Proposal {
  readonly address: PublicKey;
  readonly id: bigint;
  readonly kind: ProposalKind;
  /** What it would do, as data; null while it is unfinished. */
  readonly payload: ProposalPayload | null;
  /** Names its content: approvals count for these bytes alone. Null while it is unfinished. */
  readonly hash: Uint8Array | null;
  /** The accounts of a plan from index 4 on, for owners who can't read the ledger; null for other kinds, or when unknown. */
  readonly accounts: readonly AccountMeta[] | null;
  /** Wrote it, and gets its rent back. */
  readonly payer: PublicKey;
  /** Where it stands; see `ProposalStatus`. */
  readonly status: ProposalStatus;
  /** The owners who have approved. */
  readonly approvals: readonly PublicKey[];
  /** How many approvals it needs. */
  readonly threshold: number;
  /** Unix seconds from which it may be enacted; null while approvals are missing. */
  readonly readyAt: bigint | null;
  /** Unix seconds: no approval and no act after it. */
  readonly deadline: bigint;
  /** A change of owners that nobody can cancel any more. */
  readonly settled: boolean;
  /**
   * What it would do, in words, from the bytes on chain that `hash` covers. Show it before you approve.
   *
   * @example
   * for (const { text, level } of proposal.describe(namesFromIdl(idl))) show(text, level);
   */
  readonly describe: (names?: Names) => readonly Line[];
  /**
   * Approves exactly what `describe` says, with the wallet and each cosigner who is an owner and hasn't approved.
   *
   * @throws ValetkeyError `ProposalUnreadable` for a plan whose accounts aren't known, `NotAnOwner`, `AlreadyApproved`,
   * `ProposalIncomplete`, `ProposalExpired`, `ProposalNotFound`.
   */
  readonly approve: (options?: CallOptions) => Promise<Landed>;
  /**
   * Closes it without enacting it; its rent goes to its payer. Any one owner may, its payer while nobody has approved, anyone once
   * it is dead.
   *
   * @throws ValetkeyError `NotAuthorized`, `ProposalSettled`, `ProposalNotFound`.
   */
  readonly cancel: (options?: CallOptions) => Promise<Landed>;
  /**
   * Does what it says, once enough owners approved and its time has come; anyone may. Its rent goes to its payer.
   *
   * @throws ValetkeyError `ProposalNotReady`, `ProposalExpired`, `ProposalNotFound`, and those of the act.
   */
  readonly enact: (input?: EnactInput) => Promise<Landed>;
  /** Reads approvals and status again. */
  readonly refresh: () => Promise<ProposalStatus>;
}

/** Opens the proposal at an address. */
export async function openProposal(
  context: OwnerContext,
  address: PublicKey,
  accounts?: readonly AccountMeta[],
): Promise<Proposal> {
  const { content, state } = await readProposal(context, address, accounts);
  return createProposal(context, content, state);
}

function createProposal(
  context: OwnerContext,
  content: ProposalContent,
  first: ProposalState,
): Proposal {
  const { address, payload, hash, payer, accounts } = content;
  const { account } = first;
  if (account === null)
    throw new ValetkeyError("ProposalNotFound", { proposal: address.toBase58() });
  let state = first;
  const read = async (): Promise<ProposalState> => {
    const next = await readProposalState(context, address);
    if (next.account !== null && hash !== null && !isSame(next.account.hash, hash)) {
      const reason = "another proposal stands at this address now: open it anew";
      throw new ValetkeyError("ProposalUnreadable", { proposal: address.toBase58(), reason });
    }
    state = next;
    return next;
  };
  const landed = async (act: Promise<Landed>): Promise<Landed> => {
    const done = await act;
    await read().catch(() => undefined);
    return done;
  };
  return {
    ...{ address, id: account.id, kind: account.kind, payload, hash, accounts, payer },
    ...{ deadline: account.deadline },
    get status() {
      return statusOf(state);
    },
    get approvals() {
      return approversOf(state).map((owner) => new PublicKey(owner));
    },
    get threshold() {
      return state.config.threshold;
    },
    get readyAt() {
      const { readyAt = 0n } = state.account ?? {};
      return readyAt === 0n ? null : readyAt;
    },
    get settled() {
      return isSettled(state);
    },
    describe: (names = {}) => proposalLines(context, content, state, names),
    approve: async (options = {}) =>
      await landed(approveProposal(context, content, await read(), options)),
    cancel: async (options = {}) =>
      await landed(cancelProposal(context, content, await read(), options)),
    enact: async (input = {}) => await landed(enactProposal(context, content, await read(), input)),
    refresh: async () => statusOf(await read()),
  };
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
