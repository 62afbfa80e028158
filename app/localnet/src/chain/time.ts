/** Slots in an epoch, as on the public clusters. */
export const SLOTS_PER_EPOCH = 432_000;

/** Where the chain stands in time. `slot` is the newest finished slot. */
export interface ChainTime {
  /** Newest finished slot; the next transaction runs in `slot + 1`. */
  readonly slot: number;
  /** Number of blocks so far: rises with real time only, so fewer than slots. */
  readonly blockHeight: number;
  /** Real milliseconds up to which slots have been counted. */
  readonly countedMs: number;
  /** Milliseconds that the chain is ahead of real time. */
  readonly offsetMs: number;
  /** Newest block time given out, in unix seconds; time never goes back. */
  readonly unixSeconds: number;
}

/** Starts the chain's time at `slot`, with block time `genesisUnixSeconds` at real `nowMs`. */
export function startTime(
  slot: number,
  nowMs: number,
  genesisUnixSeconds = Math.floor(nowMs / 1000),
): ChainTime {
  return {
    slot,
    blockHeight: 0,
    countedMs: nowMs,
    offsetMs: genesisUnixSeconds * 1000 - nowMs,
    unixSeconds: genesisUnixSeconds,
  };
}

/** Moves time on to real `nowMs`: one slot with one block for each `slotMs` that went by. */
export function followRealTime(time: ChainTime, nowMs: number, slotMs: number): ChainTime {
  const passed = Math.max(0, Math.floor((nowMs - time.countedMs) / slotMs));
  return {
    ...time,
    slot: time.slot + passed,
    blockHeight: time.blockHeight + passed,
    countedMs: time.countedMs + passed * slotMs,
    unixSeconds: Math.max(time.unixSeconds, Math.floor((nowMs + time.offsetMs) / 1000)),
  };
}

/**
 * Finishes the slot that a transaction ran in. No block is counted: many transactions in flight
 * must not age the block hash that they share, so these slots count as skipped ones do.
 */
export function finishSlot(time: ChainTime): ChainTime {
  return { ...time, slot: time.slot + 1 };
}

/** Jumps ahead by `seconds` of block time, their slots, and `blocks` blocks (at least one slot each). */
export function jump(
  time: ChainTime,
  by: { readonly seconds: number; readonly blocks: number },
  slotMs: number,
): ChainTime {
  const slots = Math.max(1, by.blocks, Math.floor((by.seconds * 1000) / slotMs));
  return {
    ...time,
    slot: time.slot + slots,
    blockHeight: time.blockHeight + by.blocks,
    offsetMs: time.offsetMs + by.seconds * 1000,
    unixSeconds: time.unixSeconds + Math.floor(by.seconds),
  };
}
