import type { AccountMeta, PublicKey } from "@solana/web3.js";

import type {
  Address,
  ProposalAccount,
  ProposalPayload,
  SessionAccount,
  VaultConfig,
} from "../codec/index.js";

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
    account?.kind === "owners" && count >= config.owners.length - 1 && count > config.threshold
  );
}

/** Where it stands, by the program's own rules. */
export function statusOf(state: ProposalState): ProposalStatus {
  const { account, config, now } = state;
  if (account === null) return "closed";
  const sameOwners = account.kind !== "owners" || account.ownersRevision === config.ownersRevision;
  const sameEpoch = account.epoch === config.epoch || (isSettled(state) && sameOwners);
  if (now > account.deadline || !sameEpoch || !sameOwners) return "dead";
  if (!account.sealed) return "unfinished";
  if (account.readyAt === 0n) return "collecting";
  return now < account.readyAt ? "waiting" : "ready";
}
