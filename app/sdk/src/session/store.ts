import { endedReason, type SessionState } from "./state.js";
import { remainingOf, type Remaining } from "./remaining.js";

/** A session at one moment: the same object until something but the time has changed. */
export interface SessionSnapshot {
  readonly status: "live" | "ended";
  /** Why it ended; null while it lives. */
  readonly reason: string | null;
  /** Unix seconds. */
  readonly expiresAt: bigint;
  readonly remaining: Remaining;
}

/** What a session tells its listeners. */
export type SessionNotice = "expiring" | "used" | "ended";

/** Keeps the newest known state of a session and tells listeners about it. */
export interface SessionStore {
  readonly state: () => SessionState;
  readonly getSnapshot: () => SessionSnapshot;
  /** Reads the chain; calls that come while one is under way share its answer, unless they ask for one that begins `anew`. */
  readonly refresh: (input?: { readonly anew?: boolean }) => Promise<SessionState>;
  /** Tells that the session ended through this object, so that its account may be gone. */
  readonly end: (reason: string) => void;
  /** Returns the function that ends the subscription. */
  readonly on: (notice: SessionNotice, listener: () => void) => () => void;
}

/** How long before the end "expiring" is told. */
const WARN_SECONDS = 60;
const LONGEST_TIMER_SECONDS = 86_400;

/** Makes the store of a session from a first state and a way to read a newer one. */
export function createStore(first: SessionState, read: () => Promise<SessionState>): SessionStore {
  const listeners = new Map<SessionNotice, Set<() => void>>();
  let state = first;
  let snapshot = toSnapshot(first);
  let underWay: Promise<SessionState> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let warned = false;

  const tell = (notice: SessionNotice) => {
    for (const listener of [...(listeners.get(notice) ?? [])])
      try {
        listener();
      } catch {
        // A listener's own trouble is not the session's.
      }
  };
  const replace = (next: SessionState, reason?: string) => {
    const before = snapshot;
    state = next;
    const after = toSnapshot(next, reason ?? (before.status === "ended" ? before.reason : null));
    if (same(before, after)) return;
    snapshot = after;
    if (before.status === "live" && after.status === "ended") tell("ended");
    else if (after.status === "live") tell("used");
  };
  const share = () =>
    (underWay ??= read()
      .then((next) => {
        replace(next);
        return next;
      })
      .finally(() => {
        underWay = undefined;
      }));
  const refresh = async ({ anew = false } = {}) => {
    if (anew) await underWay?.catch(() => undefined);
    return await share();
  };
  // One timer at most, only while somebody listens, and never a reason for a process to stay alive.
  const watch = () => {
    clearTimeout(timer);
    const wanted = (["expiring", "ended"] as const).some(
      (one) => (listeners.get(one)?.size ?? 0) > 0,
    );
    if (!wanted || snapshot.status === "ended") return;
    const left = secondsLeft(state);
    const wait = left > WARN_SECONDS ? left - WARN_SECONDS : left;
    timer = setTimeout(() => void onTimer(), Math.min(wait, LONGEST_TIMER_SECONDS) * 1000 + 250);
    if (typeof timer === "object") timer.unref();
  };
  const onTimer = async () => {
    await refresh().catch(() => undefined);
    if (snapshot.status === "live" && secondsLeft(state) <= WARN_SECONDS && !warned) {
      warned = true;
      tell("expiring");
    }
    watch();
  };
  return {
    state: () => state,
    getSnapshot: () => snapshot,
    refresh,
    end: (reason) => {
      replace(state, reason);
      watch();
    },
    on: (notice, listener) => {
      const set = listeners.get(notice) ?? new Set();
      listeners.set(notice, set.add(listener));
      watch();
      return () => {
        set.delete(listener);
        watch();
      };
    },
  };
}

function secondsLeft({ account, now }: SessionState): number {
  return account === null ? 0 : Math.max(0, Number(account.expiresAt - now));
}

function toSnapshot(state: SessionState, known: string | null = null): SessionSnapshot {
  const reason = known ?? endedReason(state);
  const remaining = remainingOf(reason === null ? state : { ...state, account: null });
  const expiresAt = state.account?.expiresAt ?? 0n;
  return { status: reason === null ? "live" : "ended", reason, expiresAt, remaining };
}

// Time passing alone makes no new snapshot.
function same(a: SessionSnapshot, b: SessionSnapshot): boolean {
  const text = (snapshot: SessionSnapshot) =>
    JSON.stringify(snapshot, (key, value: unknown) =>
      key.startsWith("seconds") ? 0 : typeof value === "bigint" ? value.toString() : value,
    );
  return text(a) === text(b);
}
