// Addresses of the example game and market (programs/arena).
import { PublicKey } from "@solana/web3.js";

import idl from "../../../artifacts/arena.json" with { type: "json" };

/** The arena's interface. */
export const ARENA_IDL = idl;
/** Address of the arena program. */
export const ARENA_PROGRAM_ID = new PublicKey(idl.address);
/** The weakest enemy, and what it is called. */
export const GOBLIN = 0;

const derive = (...seeds: readonly (string | PublicKey | number)[]): PublicKey =>
  PublicKey.findProgramAddressSync(
    seeds.map((seed) => {
      if (typeof seed === "string") return Buffer.from(seed);
      return typeof seed === "number" ? Uint8Array.of(seed) : seed.toBytes();
    }),
    ARENA_PROGRAM_ID,
  )[0];

/** The player account of an owner. */
export const findPlayer = (owner: PublicKey): PublicKey => derive("player", owner);
/** The enemy of a kind. */
export const findEnemy = (kind: number): PublicKey => derive("enemy", kind);
/** Shares of an owner in a pool. */
export const findPosition = (pool: PublicKey, owner: PublicKey): PublicKey =>
  derive("position", pool, owner);

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
  const address = derive("pool", mintA, mintB);
  return { address, mintA, mintB, reserveOf: (mint) => derive("reserve", address, mint) };
}
