// Limits, floors and `once` numbers: the program's arithmetic, in bigints.
import type { SessionLimit } from "../codec/types.js";
import { refused, type ValetkeyError } from "../errors/error.js";

const U64_MAX = (1n << 64n) - 1n;

/**
 * Number of the period that `now` lies in: `(now - startsAt) / seconds`, 0 before the start.
 *
 * @example
 * ```ts
 * periodNumber(1_000n, 400n, 300); // 2n
 * ```
 */
export function periodNumber(now: bigint, startsAt: bigint, seconds: number): bigint {
  return now > startsAt && seconds > 0 ? (now - startsAt) / BigInt(seconds) : 0n;
}

/** The period that counts now and what was spent in it; a clock that goes back never reopens a period. */
function periodNow(limit: SessionLimit, now: bigint, startsAt: bigint) {
  const number = periodNumber(now, startsAt, limit.perPeriod?.seconds ?? 0);
  return number > limit.period
    ? { number, spent: 0n }
    : { number: limit.period, spent: limit.periodSpent };
}

/** A time against which limits are counted, and what this execute already took. */
export interface LimitMoment {
  readonly limit: SessionLimit;
  readonly spentInThisExecute: bigint;
  readonly now: bigint;
  readonly startsAt: bigint;
}

/**
 * What may still leave in this execute: the least of all bounds.
 *
 * @example
 * ```ts
 * const left = limitRemaining({ limit: limitNow, now, startsAt: sessionAccount.startsAt, spentInThisExecute: 0n });
 * ```
 */
export function limitRemaining(input: LimitMoment): bigint {
  const { limit, spentInThisExecute: before, now, startsAt } = input;
  const left = [limit.total - limit.spent - before];
  if (limit.perExecute !== null) left.push(limit.perExecute - before);
  if (limit.perPeriod !== null) {
    left.push(limit.perPeriod.amount - periodNow(limit, now, startsAt).spent - before);
  }
  const least = left.reduce((smallest, one) => (one < smallest ? one : smallest), U64_MAX);
  return least < 0n ? 0n : least;
}

/**
 * The error with which the program would refuse that `more` leaves, or null.
 *
 * @example
 * ```ts
 * const error = limitRefusal({ limit: limitNow, now, startsAt: sessionAccount.startsAt, spentInThisExecute: 0n, more: 5n });
 * ```
 */
export function limitRefusal(input: LimitMoment & { readonly more: bigint }): ValetkeyError | null {
  const { limit, spentInThisExecute: before, more, now, startsAt } = input;
  const amount = before + more;
  if (amount > U64_MAX) return refused("ArithmeticOverflow", { asked: more, left: 0n });
  const passes = (spent: bigint, cap: bigint): bigint | null => {
    if (spent + amount <= cap) return null;
    const left = cap - spent - before;
    return left < 0n ? 0n : left;
  };
  const total = passes(limit.spent, limit.total);
  if (total !== null) return refused("LimitTotalExceeded", { asked: more, left: total });
  const execute = limit.perExecute === null ? null : passes(0n, limit.perExecute);
  if (execute !== null) return refused("LimitPerExecuteExceeded", { asked: more, left: execute });
  if (limit.perPeriod === null) return null;
  const period = passes(periodNow(limit, now, startsAt).spent, limit.perPeriod.amount);
  return period === null ? null : refused("LimitPerPeriodExceeded", { asked: more, left: period });
}

/**
 * The limit's counters after an execute that took `outflow`; check with `limitRefusal` first.
 *
 * @example
 * ```ts
 * const after = settleLimit({ limit: limitNow, outflow: 5n, now, startsAt: sessionAccount.startsAt });
 * ```
 */
export function settleLimit(input: {
  readonly limit: SessionLimit;
  readonly outflow: bigint;
  readonly now: bigint;
  readonly startsAt: bigint;
}): SessionLimit {
  const { limit, outflow, now, startsAt } = input;
  const spent = limit.spent + outflow;
  if (limit.perPeriod === null) return { ...limit, spent, period: 0n, periodSpent: 0n };
  const period = periodNow(limit, now, startsAt);
  return { ...limit, spent, period: period.number, periodSpent: period.spent + outflow };
}

/**
 * What a floor asks for what left: the least base units of `get` that do.
 *
 * @example
 * ```ts
 * floorMinimum({ minimum: 90n, per: 100n, out: 1_000n }); // 900n
 * ```
 */
export function floorMinimum(input: {
  readonly minimum: bigint;
  readonly per: bigint;
  readonly out: bigint;
}): bigint {
  const { minimum, per, out } = input;
  return (out * minimum + per - 1n) / per;
}

/**
 * True when a floor is met: `out × minimum ≤ received × per`.
 *
 * @example
 * ```ts
 * floorMet({ minimum: 90n, per: 100n, out: 1_000n, received: 900n }); // true
 * ```
 */
export function floorMet(input: {
  readonly minimum: bigint;
  readonly per: bigint;
  readonly out: bigint;
  readonly received: bigint;
}): boolean {
  return input.out * input.minimum <= input.received * input.per;
}

/** How far below the highest `once` number one may still be used. */
export const ONCE_WINDOW = 128n;

/**
 * The `once` state after a number; null when the program would refuse it with `AlreadyExecuted`.
 *
 * @example
 * ```ts
 * const isFresh = acceptOnce(sessionAccount, 7n) !== null;
 * ```
 */
export function acceptOnce(
  state: { readonly onceHighest: bigint; readonly onceMap: bigint },
  number: bigint,
): { readonly onceHighest: bigint; readonly onceMap: bigint } | null {
  const { onceHighest: high, onceMap: map } = state;
  if (number > high) {
    const ahead = number - high;
    if (ahead > ONCE_WINDOW) return { onceHighest: number, onceMap: 0n };
    const moved = map << ahead;
    const last = high === 0n ? 0n : 1n << (ahead - 1n);
    return { onceHighest: number, onceMap: BigInt.asUintN(128, moved | last) };
  }
  const behind = high - number;
  if (number <= 0n || behind === 0n || behind > ONCE_WINDOW) return null;
  const bit = 1n << (behind - 1n);
  return (map & bit) === 0n ? { onceHighest: high, onceMap: map | bit } : null;
}
