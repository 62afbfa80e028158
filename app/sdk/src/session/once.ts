/** Hands out `once` numbers of one session: each one time, rising. */
export interface OnceNumbers {
  readonly next: () => Promise<bigint>;
  /** Makes every later number larger than this one. */
  readonly raise: (highest: bigint) => void;
}

/**
 * The numbers of a session that this object opens. They start above what the chain has seen, and not
 * below this machine's unix seconds, so that a reload doesn't hand out numbers again that are still in
 * flight; then they rise one by one, since the program remembers the last 128 only. `shared` draws from a
 * counter that all tabs with the same key store have in common. Whoever else uses the same key may be
 * faster: then the program refuses the number before anything runs, and the next is taken.
 */
export function createOnceNumbers(
  highestSeen: bigint,
  unixMilliseconds: number,
  shared?: (atLeast: bigint) => Promise<bigint>,
): OnceNumbers {
  const start = BigInt(Math.floor(unixMilliseconds / 1000));
  let last = highestSeen > start ? highestSeen : start;
  const raise = (highest: bigint) => {
    if (highest > last) last = highest;
  };
  return {
    next: async () => {
      const own = (last += 1n);
      // Without the counter the program still lets each number run once.
      const taken = (await shared?.(own).catch(() => own)) ?? own;
      raise(taken);
      return taken;
    },
    raise,
  };
}
