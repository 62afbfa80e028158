import type { Asset, SessionAccount, SessionLimit } from "../codec/index.js";
import { limitRemaining } from "../policy/index.js";
import { endedReason, type SessionState } from "./state.js";

/** What is left of one limit, in base units. */
export interface RemainingLimit {
  readonly asset: Asset;
  /** `vault`, or the wallet whose tokens the limit is about. */
  readonly source: SessionLimit["source"];
  /** What may still leave; for a wallet's tokens no more than the wallet has approved for the vault. */
  readonly total: bigint;
  /** The most that one execute may let out, already cut to what is left otherwise. */
  readonly perExecute: bigint;
  /** What is left in this period, and in how many seconds the next begins; null without a period. */
  readonly period: { readonly left: bigint; readonly secondsLeft: number } | null;
}

/** What is left of a session. */
export interface Remaining {
  /** Seconds until it ends; 0 when it is over. */
  readonly seconds: number;
  readonly uses: number | "unlimited";
  readonly limits: readonly RemainingLimit[];
  /** Rules with uses of their own, by their position in the terms. */
  readonly rules: readonly { readonly rule: number; readonly id: number; readonly uses: number }[];
  /** Lamports that the program may still pay to the sponsor; null without a fee budget. */
  readonly fees: bigint | null;
}

/** Counts what is left of a session at the cluster's time. */
export function remainingOf(state: SessionState): Remaining {
  const { account, now } = state;
  if (account === null || endedReason(state) !== null)
    return { seconds: 0, uses: 0, limits: [], rules: [], fees: null };
  const { uses, usesSpent, feeBudget, feesPaid } = account;
  return {
    seconds: Number(account.expiresAt - now),
    uses: uses === "unlimited" ? uses : uses - usesSpent,
    limits: account.limits.map((limit, i) =>
      remainingLimit(limit, account, now, state.approved?.[i] ?? null),
    ),
    rules: account.rules.flatMap(({ id, uses: own, usesSpent: spent }, rule) =>
      own === null ? [] : [{ rule, id, uses: own - spent }],
    ),
    fees: feeBudget === null ? null : feeBudget.total - feesPaid,
  };
}

function remainingLimit(
  limit: SessionLimit,
  { startsAt }: SessionAccount,
  now: bigint,
  approved: bigint | null,
): RemainingLimit {
  const { asset, source } = limit;
  const atMost = (left: bigint) => (approved !== null && approved < left ? approved : left);
  const perExecute = limitRemaining({ limit, spentInThisExecute: 0n, now, startsAt });
  // A renewal may put the total below what was spent.
  const total = limit.total > limit.spent ? limit.total - limit.spent : 0n;
  return {
    ...{ asset, source, total: atMost(total), perExecute: atMost(perExecute) },
    period: remainingPeriod(limit, startsAt, now),
  };
}

// A limit without its other bounds answers what is left in its period.
function remainingPeriod(limit: SessionLimit, startsAt: bigint, now: bigint) {
  if (limit.perPeriod === null) return null;
  const { amount, seconds } = limit.perPeriod;
  const only = { ...limit, perExecute: null, spent: 0n, total: amount };
  const left = limitRemaining({ limit: only, spentInThisExecute: 0n, now, startsAt });
  const elapsed = now > startsAt ? now - startsAt : 0n;
  return { left, secondsLeft: seconds - Number(elapsed % BigInt(seconds)) };
}
