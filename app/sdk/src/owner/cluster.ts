import type { Connection, PublicKey } from "@solana/web3.js";

import { VALETKEY_PROGRAM_ID } from "../addresses.js";
import { ValetkeyError } from "../errors/index.js";
import { rpc } from "../send/rpc.js";

// Genesis hashes of the public clusters.
const PUBLIC_CLUSTERS: Readonly<Record<string, string>> = {
  "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d": "mainnet",
  EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG: "devnet",
  "4uhcVJyU9pJkvQyS88uRDiswHXSCkY3zQawwpjk2NsNY": "testnet",
};

/**
 * Returns a check that the connection leads where the program id belongs: the local program's id (whose
 * key is public) is refused on every public cluster. The endpoint is asked once.
 *
 * @returns a function that throws ValetkeyError `WrongCluster`.
 */
export function clusterCheck(connection: Connection, programId: PublicKey): () => Promise<void> {
  let checked: Promise<void> | undefined;
  const check = async () => {
    if (!programId.equals(VALETKEY_PROGRAM_ID)) return;
    const actual = PUBLIC_CLUSTERS[await rpc("getGenesisHash", () => connection.getGenesisHash())];
    if (actual !== undefined)
      throw new ValetkeyError("WrongCluster", { expected: "local", actual });
  };
  return () =>
    (checked ??= check().catch((error: unknown) => {
      checked = undefined;
      throw error;
    }));
}
