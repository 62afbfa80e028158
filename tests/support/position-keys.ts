// Position keys: addresses of the program that sign inside a plan where a program wants a fresh signing account.
import { PublicKey } from "@solana/web3.js";

import type { Session } from "./session.js";
import type { World } from "./world.js";

/** A position key of a session, as a plan names it. */
export interface PositionKey {
  readonly address: PublicKey;
  readonly number: number;
  readonly bump: number;
}

/** The position key with this number. */
export function positionKeyOf(
  world: Pick<World, "programId">,
  session: Pick<Session, "address">,
  number: number,
): PositionKey {
  const seeds = [
    Buffer.from("fresh"),
    session.address.toBytes(),
    Uint8Array.of(number & 255, number >> 8),
  ];
  const [address, bump] = PublicKey.findProgramAddressSync(seeds, world.programId);
  return { address, number, bump };
}
