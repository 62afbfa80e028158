// The network that the main job runs on: an embedded one of its own, or the cluster at --url.
import { setTimeout as sleep } from "node:timers/promises";

import { Connection, Keypair, LAMPORTS_PER_SOL } from "@solana/web3.js";
import { closeConnection } from "@valetkey/localnet";
import { VALETKEY_PROGRAM_ID } from "@valetkey/sdk";

import { ARENA, startArenaLocalnet } from "../../../examples/support/arena.js";

/** What the main job needs of a network. */
export interface Network {
  readonly name: string;
  readonly connection: Connection;
  /** A new funded key. */
  readonly wallet: (sol: number) => Promise<Keypair>;
  /** Lets so many seconds of block time pass: at once on the embedded network, by waiting elsewhere. */
  readonly advance: (seconds: number) => Promise<void>;
  /** Whether `advance` takes no time. */
  readonly jumps: boolean;
  readonly stop: () => Promise<void>;
}

/** Where another cluster is. */
export interface Endpoint {
  /** Its JSON-RPC; without it the embedded network is started. */
  readonly url?: string | undefined;
  /** Its WebSocket, when that isn't the JSON-RPC's next port. */
  readonly wsUrl?: string | undefined;
}

/** Opens the cluster at `url`, or starts the embedded network with the built programs. */
export async function openNetwork({ url, wsUrl }: Endpoint): Promise<Network> {
  return url === undefined ? await embedded() : await remote(url, wsUrl);
}

async function embedded(): Promise<Network> {
  const localnet = await startArenaLocalnet();
  return {
    name: `embedded local network at ${localnet.url}`,
    connection: localnet.connection,
    wallet: (sol) => localnet.wallet({ sol }),
    advance: (seconds) => localnet.advance({ seconds }),
    jumps: true,
    stop: () => localnet.stop(),
  };
}

async function remote(url: string, wsEndpoint: string | undefined): Promise<Network> {
  const connection = new Connection(url, {
    commitment: "confirmed",
    ...(wsEndpoint === undefined ? {} : { wsEndpoint }),
  });
  for (const [name, programId] of Object.entries({
    valetkey: VALETKEY_PROGRAM_ID,
    arena: ARENA,
  })) {
    if ((await connection.getAccountInfo(programId))?.executable !== true) {
      const fix = `npm run deploy -- --url ${url}`;
      throw new Error(`${url} has no program ${name} at ${programId.toBase58()}; run: ${fix}`);
    }
  }
  return {
    name: url,
    connection,
    wallet: async (sol) => {
      const keypair = Keypair.generate();
      const latest = await connection.getLatestBlockhash();
      const signature = await connection.requestAirdrop(keypair.publicKey, sol * LAMPORTS_PER_SOL);
      await connection.confirmTransaction({ signature, ...latest });
      return keypair;
    },
    advance: (seconds) => sleep((seconds + 2) * 1_000),
    jumps: false,
    stop: () => {
      closeConnection(connection);
      return Promise.resolve();
    },
  };
}
