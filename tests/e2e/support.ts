// The end-to-end suite's cluster: the embedded localnet, or the one that VALETKEY_RPC_URL names (a local
// validator with both programs deployed and a faucet). VALETKEY_WS_URL says where its WebSocket is, when that isn't the next port.
import {
  Connection,
  Keypair,
  LAMPORTS_PER_SOL,
  Transaction,
  type TransactionInstruction,
} from "@solana/web3.js";

import { closeConnection } from "@valetkey/localnet";

import {
  openArena,
  openMarket,
  startArenaLocalnet,
  walletProvider,
  type Market,
} from "../../examples/support/arena.js";

/** A cluster with the arena open and a market in it. */
export interface World {
  readonly connection: Connection;
  readonly url: string;
  readonly market: Market;
  /** Whoever opened the market: holds 1,000 of each of its tokens. */
  readonly trader: Keypair;
  /** A funded key. */
  wallet(sol?: number): Promise<Keypair>;
  /** Moves the clock; null where the cluster's clock is its own. */
  readonly advance: ((by: { seconds?: number; blocks?: number }) => Promise<void>) | null;
  stop(): Promise<void>;
}

/** Opens the world; `stop()` it afterwards. */
export async function openWorld(): Promise<World> {
  const url = process.env["VALETKEY_RPC_URL"];
  const base = url === undefined ? await embedded() : remote(url);
  const trader = await base.wallet(20);
  await openArena(base.connection, trader);
  return { ...base, trader, market: await openMarket(base.connection, trader) };
}

type Base = Omit<World, "market" | "trader">;

async function embedded(): Promise<Base> {
  const localnet = await startArenaLocalnet();
  return {
    connection: localnet.connection,
    url: localnet.url,
    wallet: (sol = 10) => localnet.wallet({ sol }),
    advance: (by) => localnet.advance(by),
    stop: () => localnet.stop(),
  };
}

function remote(url: string): Base {
  const wsEndpoint = process.env["VALETKEY_WS_URL"];
  const connection = new Connection(url, {
    commitment: "confirmed",
    ...(wsEndpoint === undefined ? {} : { wsEndpoint }),
  });
  return {
    connection,
    url,
    wallet: async (sol = 10) => {
      const keypair = Keypair.generate();
      const signature = await connection.requestAirdrop(keypair.publicKey, sol * LAMPORTS_PER_SOL);
      await connection.confirmTransaction(
        { signature, ...(await connection.getLatestBlockhash()) },
        "confirmed",
      );
      return keypair;
    },
    advance: null,
    stop: () => {
      closeConnection(connection);
      return Promise.resolve();
    },
  };
}

/** Sends instructions with a plain wallet, past the client under test. */
export function sendAs(
  { connection }: World,
  keypair: Keypair,
  instructions: readonly TransactionInstruction[],
  signers: Keypair[] = [],
): Promise<string> {
  const transaction = new Transaction().add(...instructions);
  return walletProvider(connection, keypair).sendAndConfirm(transaction, signers);
}
