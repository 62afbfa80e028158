/** Hands out `once` numbers of one session: each one time, rising one by one. */
export interface OnceNumbers {
  readonly next: () => bigint;
  /** Makes every later number larger than this one. */
  readonly raise: (highest: bigint) => void;
}

/**
 * The numbers of a session that this object opens. They start above what the chain has seen, and not
 * below this machine's unix seconds, so that a reload doesn't hand out numbers again that are still in
 * flight; then they rise one by one, since the program remembers the last 128 only. Whoever else uses the
 * same key may be faster: then the program refuses the number before anything runs, and the next is taken.
 */
export function createOnceNumbers(highestSeen: bigint, unixMilliseconds: number): OnceNumbers {
  const start = BigInt(Math.floor(unixMilliseconds / 1000));
  let last = highestSeen > start ? highestSeen : start;
  return {
    next: () => (last += 1n),
    raise: (highest) => {
      if (highest > last) last = highest;
    },
  };
}
