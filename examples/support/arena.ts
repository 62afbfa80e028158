// What a studio has before it meets Valetkey: a game on a cluster, with players' tokens and a market. The
// examples use the arena of programs/arena on a local network that lives inside the process.
import { fileURLToPath } from "node:url";

import { AnchorProvider, Program, type Provider } from "@coral-xyz/anchor";
import BN from "bn.js";
import { createMint, getOrCreateAssociatedTokenAccount, mintTo, transfer } from "@solana/spl-token";
import type { Keypair, Transaction } from "@solana/web3.js";
import { PublicKey, VersionedTransaction, type Connection } from "@solana/web3.js";
import { startLocalnet, type Localnet } from "@valetkey/localnet";

import idl from "../../artifacts/arena.json" with { type: "json" };
import type { Arena } from "../../artifacts/arena.js";

/** Address of the game's program. */
export const ARENA = new PublicKey(idl.address);

/** Kinds of enemies. */
export const GOBLIN = 0;

const ARENA_FILE = fileURLToPath(new URL("../../artifacts/arena.so", import.meta.url));

/** Starts a local network with the arena deployed beside Valetkey, which is there by itself. */
export const startArenaLocalnet = (): Promise<Localnet> =>
  startLocalnet({ programs: [{ programId: ARENA, path: ARENA_FILE }] });

/** A number of base units as Anchor's client takes it. */
export const units = (amount: bigint): BN => new BN(amount.toString());

/** The game's client, sending through any provider: a wallet's, or a session's. */
export const arenaProgram = (provider: Provider): Program<Arena> =>
  new Program<Arena>(idl, provider);

/** Anchor's provider of a plain wallet. */
export function walletProvider(connection: Connection, keypair: Keypair): AnchorProvider {
  const sign = <T extends Transaction | VersionedTransaction>(transaction: T): Promise<T> => {
    if (transaction instanceof VersionedTransaction) transaction.sign([keypair]);
    else transaction.partialSign(keypair);
    return Promise.resolve(transaction);
  };
  return new AnchorProvider(
    connection,
    {
      publicKey: keypair.publicKey,
      signTransaction: sign,
      signAllTransactions: (all) => Promise.all(all.map(sign)),
    },
    { commitment: "confirmed", preflightCommitment: "confirmed" },
  );
}

/** Address that the game derives from seeds. */
export const arenaAddress = (...seeds: readonly (string | number | PublicKey)[]): PublicKey =>
  PublicKey.findProgramAddressSync(
    seeds.map((seed) =>
      typeof seed === "string"
        ? Buffer.from(seed)
        : typeof seed === "number"
          ? Buffer.from([seed])
          : seed.toBytes(),
    ),
    ARENA,
  )[0];

/** Address of an owner's player. */
export const playerOf = (owner: PublicKey): PublicKey => arenaAddress("player", owner);
/** Address of the enemy of a kind. */
export const enemyOf = (kind: number): PublicKey => arenaAddress("enemy", kind);
/** The mint of the tokens that strikes earn. */
export const LOOT_MINT = arenaAddress("loot-mint");

/** Sends tokens from one wallet to another, whose account it opens. */
export async function sendTokens(
  connection: Connection,
  from: Keypair,
  {
    mint,
    to,
    amount,
  }: { readonly mint: PublicKey; readonly to: PublicKey; readonly amount: bigint },
): Promise<void> {
  const account = async (owner: PublicKey) =>
    (await getOrCreateAssociatedTokenAccount(connection, from, mint, owner)).address;
  await transfer(connection, from, await account(from.publicKey), await account(to), from, amount);
}

/** A market of two tokens, of which `coins` is the one that players start with. */
export interface Market {
  readonly pool: PublicKey;
  readonly coins: PublicKey;
  readonly gems: PublicKey;
  /** Reserve of each in the pool. */
  readonly coinReserve: PublicKey;
  readonly gemReserve: PublicKey;
}

/** Opens the game where it isn't open yet: loot mint and the goblin. */
export async function openArena(connection: Connection, payer: Keypair): Promise<void> {
  const program = arenaProgram(walletProvider(connection, payer));
  const exists = async (key: PublicKey) => (await connection.getAccountInfo(key)) !== null;
  const accounts = { payer: payer.publicKey };
  if (!(await exists(LOOT_MINT))) await program.methods.createLootMint().accounts(accounts).rpc();
  if (!(await exists(enemyOf(GOBLIN))))
    await program.methods.spawnEnemy(GOBLIN).accounts(accounts).rpc();
}

/** Opens a market of two new tokens with 10,000 of each in its pool; `payer` keeps 1,000 of each. */
export async function openMarket(connection: Connection, payer: Keypair): Promise<Market> {
  const DEPTH = 10_000_000_000n;
  const authority = payer.publicKey;
  const make = async () => {
    const mint = await createMint(connection, payer, authority, null, 6);
    const { address: account } = await getOrCreateAssociatedTokenAccount(
      connection,
      payer,
      mint,
      authority,
    );
    await mintTo(connection, payer, mint, account, payer, DEPTH + 1_000_000_000n);
    return { mint, account };
  };
  const tokens = [await make(), await make()];
  // A pool wants its mints in byte order.
  const [a, b] = tokens.sort((x, y) => Buffer.compare(x.mint.toBuffer(), y.mint.toBuffer()));
  if (a === undefined || b === undefined) throw new Error("no tokens");
  const [mintA, mintB] = [a.mint, b.mint];
  const pool = arenaAddress("pool", mintA, mintB);
  const [reserveA, reserveB] = [
    arenaAddress("reserve", pool, mintA),
    arenaAddress("reserve", pool, mintB),
  ];
  const program = arenaProgram(walletProvider(connection, payer));
  await program.methods.createPool(30).accounts({ payer: authority, mintA, mintB }).rpc();
  await program.methods.openPosition().accounts({ authority, payer: authority, pool }).rpc();
  await program.methods
    .addLiquidity(units(DEPTH), units(DEPTH), units(0n))
    .accounts({ authority, pool, reserveA, reserveB, tokenA: a.account, tokenB: b.account })
    .rpc();
  return { pool, coins: mintA, gems: mintB, coinReserve: reserveA, gemReserve: reserveB };
}
