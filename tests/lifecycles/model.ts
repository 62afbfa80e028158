// What a person would expect of a vault and its sessions, in a page: the verdict on each act, and what it changes.
import type { ProgramErrorCode } from "@valetkey/sdk/errors";

/** The terms of every session of the stateful run. */
export const TERMS = {
  uses: 6,
  lifeSeconds: 500n,
  sol: { total: 1_000n, perExecute: 400n },
  tokens: { total: 500n, perPeriod: { amount: 200n, seconds: 100n } },
} as const;

/** What leaves in one inner instruction; a hidden one goes through a router, where no decoder sees the amount. */
export interface Payment {
  readonly asset: "sol" | "tokens";
  readonly amount: bigint;
  readonly hidden: boolean;
}

/** What the model knows of a session. */
export interface SessionModel {
  readonly epoch: bigint;
  readonly startsAt: bigint;
  readonly revoked: boolean;
  readonly uses: number;
  readonly spent: { readonly sol: bigint; readonly tokens: bigint };
  readonly period: bigint;
  readonly periodSpent: bigint;
}

/** An error that is expected, or the session as it is afterwards. */
export type Verdict =
  | { readonly refused: ProgramErrorCode }
  | { readonly refused: null; readonly session: SessionModel };

/** A session as it is granted. */
export const fresh = (epoch: bigint, startsAt: bigint): SessionModel => ({
  ...{ epoch, startsAt, revoked: false, uses: 0, spent: { sol: 0n, tokens: 0n } },
  ...{ period: 0n, periodSpent: 0n },
});

/** Whether the session is dead. */
export const isDead = (session: SessionModel, epoch: bigint, now: bigint): boolean =>
  session.revoked || session.epoch !== epoch || now >= session.startsAt + TERMS.lifeSeconds;

/** What `execute` says of these payments. */
export function judge(
  session: SessionModel | null,
  payments: readonly Payment[],
  context: { readonly epoch: bigint; readonly now: bigint; readonly rightKey: boolean },
): Verdict {
  const { epoch, now, rightKey } = context;
  if (session === null) return { refused: "NotASession" };
  if (!rightKey) return { refused: "NotSessionKey" };
  if (session.revoked) return { refused: "SessionRevoked" };
  if (session.epoch !== epoch) return { refused: "EpochStale" };
  if (now >= session.startsAt + TERMS.lifeSeconds) return { refused: "SessionExpired" };

  const number = (now - session.startsAt) / TERMS.tokens.perPeriod.seconds;
  const period = number > session.period ? number : session.period;
  const before = number > session.period ? 0n : session.periodSpent;
  const leaving = { sol: 0n, tokens: 0n };
  for (const [index, { asset, amount, hidden }] of payments.entries()) {
    leaving[asset] += amount;
    const seen = hidden ? null : brokenOf(asset, session, leaving, before);
    if (seen !== null) return { refused: seen };
    if (index === 0 && session.uses >= TERMS.uses) return { refused: "UsesSpent" };
  }
  const last =
    brokenOf("sol", session, leaving, before) ?? brokenOf("tokens", session, leaving, before);
  if (last !== null) return { refused: last };
  const spent = {
    sol: session.spent.sol + leaving.sol,
    tokens: session.spent.tokens + leaving.tokens,
  };
  const counted = leaving.tokens > 0n ? { period, periodSpent: before + leaving.tokens } : {};
  return { refused: null, session: { ...session, uses: session.uses + 1, spent, ...counted } };
}

/** The bound that one asset breaks. */
function brokenOf(
  asset: Payment["asset"],
  session: SessionModel,
  now: { readonly sol: bigint; readonly tokens: bigint },
  before: bigint,
): ProgramErrorCode | null {
  const total = session.spent[asset] + now[asset];
  if (total > TERMS[asset].total) return "LimitTotalExceeded";
  if (asset === "sol") return now.sol > TERMS.sol.perExecute ? "LimitPerExecuteExceeded" : null;
  return before + now.tokens > TERMS.tokens.perPeriod.amount ? "LimitPerPeriodExceeded" : null;
}
