// Pins: a rule that stops working when its program is upgraded.
import { PublicKey, type Connection } from "@solana/web3.js";

import { UPGRADEABLE_LOADER } from "../codec/constants.js";
import { invalid } from "../errors/error.js";
import { readProgram, readProgramData } from "../policy/pin.js";
import { rpc } from "../send/rpc.js";

/** The deployment of a program that a rule is pinned to. */
export interface Pin {
  /** Where the upgradeable loader keeps the program's code. */
  readonly programData: PublicKey;
  /** Slot of its deployment. */
  readonly slot: bigint;
}

/**
 * Reads how a program is deployed now, for `pinned`. A program that isn't the upgradeable loader's is `InvalidInput`: it can't be
 * pinned. The endpoint's answer is part of what the owner approves; a wrong one makes rules that allow nothing.
 *
 * @example
 * ```ts
 * const pinned = await readPin({ connection, program: programId });
 * const rule = allow({ program: arena, instruction: "strike", accounts: { player, enemy: programOwned }, pinned });
 * ```
 */
export async function readPin(input: {
  readonly connection: Pick<Connection, "getAccountInfo">;
  readonly program: PublicKey;
}): Promise<Pin> {
  const { connection, program } = input;
  const read = (address: PublicKey) =>
    rpc("getAccountInfo", () => connection.getAccountInfo(address, "confirmed"));
  const fail = (reason: string) => invalid("pinned program", `${program.toBase58()} ${reason}`);
  const found = await read(program);
  if (found === null) throw fail("doesn't exist");
  const pointer = readProgram({ owner: found.owner.toBase58(), data: found.data });
  if (pointer === null) {
    throw fail(`isn't a program of the upgradeable loader (${UPGRADEABLE_LOADER})`);
  }
  const programData = new PublicKey(pointer);
  const kept = await read(programData);
  const slot =
    kept === null ? null : readProgramData({ owner: kept.owner.toBase58(), data: kept.data });
  if (slot === null) throw fail("was closed");
  return { programData, slot };
}
