// Whether a session lives: one function for each question.
import type { SessionAccount } from "../codec/types.js";
import { refused, type ValetkeyError } from "../errors/error.js";

type Life = Pick<SessionAccount, "revoked" | "epoch" | "startsAt" | "createdAt" | "expiresAt">;

/**
 * The error with which the program would refuse any use now, or null. Times are unix seconds.
 *
 * @example
 * ```ts
 * const why = liveRefusal({ session: sessionAccount, now })?.message;
 * ```
 */
export function liveRefusal(input: {
  readonly session: Life;
  readonly now: bigint;
  /** The config's epoch; left out, it isn't checked. */
  readonly epoch?: bigint;
}): ValetkeyError | null {
  const { session, now, epoch = session.epoch } = input;
  if (session.revoked) return refused("SessionRevoked");
  if (session.epoch !== epoch) return refused("EpochStale", { asked: epoch, left: session.epoch });
  if (now >= session.expiresAt) {
    return refused("SessionExpired", { asked: now, left: session.expiresAt });
  }
  const opens = session.startsAt > session.createdAt ? session.startsAt : session.createdAt;
  return now < opens ? refused("SessionNotStarted", { asked: now, left: opens }) : null;
}

/**
 * Dead: revoked, expired, or of an older epoch. Dead never lives again.
 *
 * @example
 * ```ts
 * isDead({ session: sessionAccount, now: sessionAccount.expiresAt, epoch }); // true
 * ```
 */
export function isDead(input: {
  readonly session: Pick<SessionAccount, "revoked" | "epoch" | "expiresAt">;
  readonly now: bigint;
  readonly epoch: bigint;
}): boolean {
  const { session, now, epoch } = input;
  return session.revoked || session.epoch !== epoch || now >= session.expiresAt;
}

/**
 * True when anyone may close the account: the epoch has moved, or it is dead and past its grant deadline.
 *
 * @example
 * ```ts
 * if (isClosable({ session: sessionAccount, now, epoch })) console.log("its rent can come back");
 * ```
 */
export function isClosable(input: {
  readonly session: Pick<SessionAccount, "revoked" | "epoch" | "expiresAt" | "grantDeadline">;
  readonly now: bigint;
  readonly epoch: bigint;
}): boolean {
  const { session, now, epoch } = input;
  return session.epoch !== epoch || (isDead(input) && now > session.grantDeadline);
}
