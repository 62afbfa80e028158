import type { AccountMeta, PublicKey } from "@solana/web3.js";

import type {
  Address,
  ProposalAccount,
  ProposalPayload,
  SessionAccount,
  VaultConfig,
} from "../codec/index.js";
import { refused } from "../errors/error.js";

/**
 * Where a proposal stands: `unfinished` (bytes are missing), `collecting` approvals, `waiting` for its timelock, `ready` to be
 * enacted, `dead` (its deadline has passed, or everything was revoked, or the owners changed), `closed` (enacted or cancelled).
 */
export type ProposalStatus = "unfinished" | "collecting" | "waiting" | "ready" | "dead" | "closed";

/** A proposal's counters, as they were last read. */
export interface ProposalState {
  /** Null once it is closed. */
  readonly account: ProposalAccount | null;
  readonly config: VaultConfig;
  /** The chain's clock. */
  readonly now: bigint;
}

/** What never changes about a sealed proposal. */
export interface ProposalContent {
  readonly address: PublicKey;
  readonly payer: PublicKey;
  /** Null while it is unfinished. */
  readonly payload: ProposalPayload | null;
  /** Of the very bytes that were read. */
  readonly hash: Uint8Array | null;
  /** A plan's accounts from index 4 on; null when nobody told them. */
  readonly accounts: readonly AccountMeta[] | null;
  /** The session of a renewal. */
  readonly session: SessionAccount | null;
  /** Decimals of the mints that it names. */
  readonly decimals: Readonly<Record<Address, number>>;
}

/** The owners who have approved. */
export function approversOf({ account, config }: ProposalState): readonly Address[] {
  const bits = account?.approvals ?? 0;
  return config.owners.filter((_, i) => ((bits >> i) & 1) === 1);
}

/** A change of owners that all owners but one, and more than the threshold, approved: it can't be cancelled. */
export function isSettled(state: ProposalState): boolean {
  const { account, config } = state;
  const count = approversOf(state).length;
  return (
    account?.kind === "owners" &&
    account.ownersRevision === config.ownersRevision &&
    count >= config.owners.length - 1 &&
    count > config.threshold
  );
}

/** Where it stands, by the program's own rules. */
export function statusOf(state: ProposalState): ProposalStatus {
  const { account, config, now } = state;
  if (account === null) return "closed";
  const sameOwners = account.kind !== "owners" || account.ownersRevision === config.ownersRevision;
  const sameEpoch = account.epoch === config.epoch || isSettled(state);
  if (now > account.deadline || !sameEpoch || !sameOwners) return "dead";
  if (!account.sealed) return "unfinished";
  if (account.readyAt === 0n) return "collecting";
  return now < account.readyAt ? "waiting" : "ready";
}

/** Refuses what can't be approved or enacted any more: `ProposalExpired`. */
export function checkAlive(state: ProposalState): void {
  if (statusOf(state) !== "dead" || state.account === null) return;
  throw refused("ProposalExpired", { asked: state.now, left: state.account.deadline });
}

/** Refuses to enact what isn't ready: `ProposalExpired`, `ProposalIncomplete`, `ProposalNotReady`. */
export function checkEnactable(state: ProposalState): void {
  checkAlive(state);
  const { account, config, now } = state;
  const status = statusOf(state);
  if (status === "unfinished") throw refused("ProposalIncomplete");
  if (status === "collecting") {
    const numbers = { asked: BigInt(config.threshold), left: BigInt(approversOf(state).length) };
    throw refused("ProposalNotReady", { ...numbers, detail: "Approvals are missing." });
  }
  if (status === "waiting") {
    const { readyAt = 0n } = account ?? {};
    const detail = `Its timelock has ${String(readyAt - now)} seconds left.`;
    throw refused("ProposalNotReady", { asked: readyAt, left: now, detail });
  }
}

/** Refuses to cancel what this caller can't: `NotAuthorized`, `ProposalSettled`. */
export function checkCancellable(
  state: ProposalState,
  caller: { readonly isOwner: boolean; readonly isPayer: boolean },
): void {
  if (statusOf(state) === "dead") return;
  const unapproved = approversOf(state).length === 0;
  if (!caller.isOwner && !(caller.isPayer && unapproved)) throw refused("NotAuthorized");
  if (isSettled(state)) throw refused("ProposalSettled");
}
