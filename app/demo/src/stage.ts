// Sets the stage: two tokens, a market, an enemy, and the people. Nothing here is part of what the main job shows.
import type { Program } from "@coral-xyz/anchor";
import {
  createAssociatedTokenAccount,
  createMint,
  getAssociatedTokenAddressSync,
  mintTo,
} from "@solana/spl-token";
import type { PublicKey } from "@solana/web3.js";
import {
  sendAndConfirmTransaction,
  Transaction,
  type Keypair,
  type TransactionInstruction,
} from "@solana/web3.js";

import type { Arena } from "../../../artifacts/arena.js";
import {
  arenaProgram,
  enemyOf,
  GOBLIN,
  units,
  walletProvider,
} from "../../../examples/support/arena.js";
import { findPool, findPosition, type Pool } from "./arena.js";
import type { Network } from "./network.js";

/** Base units of one whole token: both mints have six decimals. */
export const WHOLE = 1_000_000n;
const LIQUIDITY = 1_000_000n * WHOLE;
const MARKET_FEE_BPS = 30;

/** Everything that stands on the stage. */
export interface Stage {
  /** Signs for herself, owns the vault. */
  readonly owner: Keypair;
  /** Deep pockets: made the market, and can move its price. */
  readonly trader: Keypair;
  /** Gets paid: SOL to the friend, gold to the guild. */
  readonly friend: PublicKey;
  readonly guild: PublicKey;
  readonly gold: PublicKey;
  readonly potion: PublicKey;
  readonly pool: Pool;
  readonly goblin: PublicKey;
  /** Builds the arena's instructions. */
  readonly arena: Program<Arena>;
  /** Token account of a wallet or of the vault. */
  readonly tokensOf: (holder: PublicKey, mint: PublicKey) => PublicKey;
  /** Sends instructions as the trader. */
  readonly trade: (instructions: readonly TransactionInstruction[]) => Promise<void>;
}

/** Token account of a wallet, or of a vault. */
export const tokensOf = (holder: PublicKey, mint: PublicKey): PublicKey =>
  getAssociatedTokenAddressSync(mint, holder, true);

/** Builds the stage. */
export async function setStage(network: Network): Promise<Stage> {
  const { connection } = network;
  const [owner, trader] = await Promise.all([network.wallet(20), network.wallet(100)]);
  const [friend, guild] = await Promise.all([network.wallet(1), network.wallet(1)]);
  const arena = arenaProgram(walletProvider(connection, trader));
  const trade = async (instructions: readonly TransactionInstruction[]): Promise<void> => {
    const transaction = new Transaction().add(...instructions);
    await sendAndConfirmTransaction(connection, transaction, [trader]);
  };

  const mint = (): Promise<PublicKey> => createMint(connection, trader, trader.publicKey, null, 6);
  const [gold, potion] = [await mint(), await mint()];
  const holders: readonly [PublicKey, PublicKey, bigint][] = [
    [trader.publicKey, gold, 10n * LIQUIDITY],
    [trader.publicKey, potion, 10n * LIQUIDITY],
    [owner.publicKey, gold, 1_000n * WHOLE],
    [guild.publicKey, gold, 0n],
  ];
  for (const [holder, token, amount] of holders) {
    const account = await createAssociatedTokenAccount(connection, trader, token, holder);
    if (amount > 0n) await mintTo(connection, trader, token, account, trader, amount);
  }

  const pool = findPool(gold, potion);
  await trade(await market(arena, trader.publicKey, pool));
  const goblin = enemyOf(GOBLIN);
  if ((await connection.getAccountInfo(goblin)) === null) {
    const payer = trader.publicKey;
    await trade([await arena.methods.spawnEnemy(GOBLIN).accounts({ payer }).instruction()]);
  }
  return {
    ...{ owner, trader, gold, potion, pool, goblin, arena, tokensOf, trade },
    ...{ friend: friend.publicKey, guild: guild.publicKey },
  };
}

async function market(
  arena: Program<Arena>,
  maker: PublicKey,
  pool: Pool,
): Promise<readonly TransactionInstruction[]> {
  const { mintA, mintB, address } = pool;
  const amount = units(LIQUIDITY);
  return await Promise.all([
    arena.methods.createPool(MARKET_FEE_BPS).accounts({ payer: maker, mintA, mintB }).instruction(),
    arena.methods
      .openPosition()
      .accounts({ authority: maker, payer: maker, pool: address })
      .instruction(),
    arena.methods
      .addLiquidity(amount, amount, units(0n))
      .accountsPartial({
        authority: maker,
        pool: address,
        position: findPosition(address, maker),
        reserveA: pool.reserveOf(mintA),
        reserveB: pool.reserveOf(mintB),
        tokenA: tokensOf(maker, mintA),
        tokenB: tokensOf(maker, mintB),
      })
      .instruction(),
  ]);
}
