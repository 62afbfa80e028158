// What the program would refuse in a renewal, beside what it refuses in any terms.
import { sameBytes } from "../codec/bytes.js";
import { sessionSize } from "../codec/terms.js";
import type { SessionAccount, SessionLimit, TermsData } from "../codec/types.js";
import { refused } from "../errors/error.js";
import { periodNumber } from "../policy/limits.js";

/**
 * Throws what the program would refuse when a live session gets new terms: `BadWindow` (another start), `TermsTooLarge` (more
 * bytes than `size`, the account's), `SpentLimitDropped`, `PeriodInUse`, `RuleIdReused`. `now` is the chain's clock.
 */
export function checkRenewal(input: {
  readonly session: SessionAccount;
  readonly terms: TermsData;
  /** Bytes of the session's account; left out: what its present terms need. */
  readonly size?: number;
  readonly now: bigint;
}): void {
  const { session, terms, now } = input;
  if (terms.startsAt !== session.startsAt) {
    const detail = "A renewal keeps the start of the session's window.";
    throw refused("BadWindow", { asked: terms.startsAt, left: session.startsAt, detail });
  }
  const [asked, left] = [sessionSize(terms), input.size ?? sessionSize(session)];
  if (asked > left) {
    const detail = `They need ${asked} bytes, and the session's account has ${left}.`;
    throw refused("TermsTooLarge", { asked: BigInt(asked), left: BigInt(left), detail });
  }
  for (const [index, limit] of session.limits.entries()) {
    checkLimit({ limit, index, terms, now, startsAt: session.startsAt });
  }
  for (const [rule, next] of terms.rules.entries()) {
    const before = session.rules.find(({ id }) => id === next.id);
    const same =
      before === undefined ||
      (before.program === next.program &&
        before.mode === next.mode &&
        sameBytes(before.discriminator, next.discriminator));
    if (!same) throw refused("RuleIdReused", { rule });
  }
}

function checkLimit(input: {
  readonly limit: SessionLimit;
  readonly index: number;
  readonly terms: TermsData;
  readonly now: bigint;
  readonly startsAt: bigint;
}): void {
  const { limit, index, terms, now, startsAt } = input;
  const where = { subject: "limit", index } as const;
  const next = terms.limits.find(
    ({ asset, source }) => asset === limit.asset && source === limit.source,
  );
  if (next === undefined) {
    if (limit.spent > 0n) throw refused("SpentLimitDropped", { ...where, left: limit.spent });
    return;
  }
  const seconds = limit.perPeriod?.seconds ?? 0;
  if (seconds === 0 || next.perPeriod?.seconds === seconds) return;
  const current = periodNumber(now, startsAt, seconds) <= limit.period;
  if (current && limit.periodSpent > 0n) {
    throw refused("PeriodInUse", { ...where, left: limit.periodSpent });
  }
}
