import { createHash } from "node:crypto";
import bs58 from "bs58";

/** How many block hashes stay valid, and for how many blocks. */
export const RING_SIZE = 150;

/** The hashes of the newest blocks: a transaction must name one of them. */
export class BlockhashRing {
  readonly #seed: Uint8Array;
  readonly #heights = new Map<string, number>();
  #latest = "";
  #height = -1;

  /** @param seed makes this chain's hashes its own: those of an earlier run are unknown here. */
  constructor(seed: Uint8Array) {
    this.#seed = seed;
    this.moveTo(0);
  }

  /** Adds the blocks up to `height` and forgets those that are 150 or more blocks old. */
  moveTo(height: number): void {
    for (let h = Math.max(this.#height + 1, height - RING_SIZE + 1); h <= height; h += 1) {
      this.#latest = bs58.encode(blockHash(this.#seed, h));
      this.#heights.set(this.#latest, h);
    }
    this.#height = Math.max(this.#height, height);
    for (const [hash, h] of this.#heights) {
      if (h > this.#height - RING_SIZE) break;
      this.#heights.delete(hash);
    }
  }

  /** The newest block hash, and the last block height at which it can be used. */
  latest(): { readonly blockhash: string; readonly lastValidBlockHeight: number } {
    return { blockhash: this.#latest, lastValidBlockHeight: this.#height + RING_SIZE - 1 };
  }

  /** Whether a transaction with this block hash may still land. */
  has(blockhash: string): boolean {
    return this.#heights.has(blockhash);
  }
}

function blockHash(seed: Uint8Array, height: number): Uint8Array {
  return createHash("sha256").update(seed).update(`block ${height}`).digest();
}
