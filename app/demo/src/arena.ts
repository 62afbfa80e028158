// The example game and market (programs/arena), beside what the examples share of it.
import type { PublicKey } from "@solana/web3.js";

import idl from "../../../artifacts/arena.json" with { type: "json" };
import { arenaAddress } from "../../../examples/support/arena.js";

/** The arena's interface. */
export const ARENA_IDL = idl;

/** Shares of an owner in a pool. */
export const findPosition = (pool: PublicKey, owner: PublicKey): PublicKey =>
  arenaAddress("position", pool, owner);

/** A pool of two mints, in the order that the program wants. */
export interface Pool {
  readonly address: PublicKey;
  readonly mintA: PublicKey;
  readonly mintB: PublicKey;
  readonly reserveOf: (mint: PublicKey) => PublicKey;
}

/** The pool of two mints. */
export function findPool(one: PublicKey, other: PublicKey): Pool {
  const inOrder = Buffer.compare(one.toBuffer(), other.toBuffer()) < 0;
  const [mintA, mintB] = inOrder ? [one, other] : [other, one];
  const address = arenaAddress("pool", mintA, mintB);
  return { address, mintA, mintB, reserveOf: (mint) => arenaAddress("reserve", address, mint) };
}
