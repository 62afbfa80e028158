import type { Connection, PublicKey } from "@solana/web3.js";
import { DeployError } from "./errors.js";

/** Genesis hashes of the public clusters. */
const PUBLIC_CLUSTERS: Readonly<Record<string, string>> = {
  "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d": "mainnet",
  EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG: "devnet",
  "4uhcVJyU9pJkvQyS88uRDiHSHgn7tzVv9GDVPmhZZCUk": "testnet",
};

/** A cluster that answers, and which of the public ones it is. */
export interface Cluster {
  readonly genesisHash: string;
  /** `mainnet`, `devnet` or `testnet`; undefined for any other cluster. */
  readonly publicName: string | undefined;
}

/**
 * Asks the cluster who it is.
 *
 * @throws DeployError when nobody answers
 */
export async function identifyCluster(connection: Connection): Promise<Cluster> {
  try {
    const genesisHash = await connection.getGenesisHash();
    return { genesisHash, publicName: PUBLIC_CLUSTERS[genesisHash] };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DeployError(`The cluster doesn't answer: ${reason}`, { cause });
  }
}

/**
 * Airdrops the difference to `lamports`, and waits until it is there.
 *
 * @throws DeployError when the cluster gives nothing
 */
export async function airdropUpTo(
  connection: Connection,
  address: PublicKey,
  lamports: number,
): Promise<void> {
  const missing = lamports - (await connection.getBalance(address, "confirmed"));
  if (missing <= 0) return;
  try {
    await connection.requestAirdrop(address, missing);
  } catch (cause) {
    throw new DeployError("The cluster gives no airdrop: name a funded key with --payer.", {
      cause,
    });
  }
  for (let attempt = 0; attempt < 100; attempt++) {
    if ((await connection.getBalance(address, "confirmed")) >= lamports) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new DeployError("The airdrop didn't arrive within 10 seconds.");
}
