// The arena in a test runtime: its program object, its addresses, and an arena that is ready to play in.
import { AnchorProvider, BorshAccountsCoder, Program } from "@coral-xyz/anchor";
import { Connection, PublicKey, type TransactionInstruction } from "@solana/web3.js";
import BN from "bn.js";

import idl from "../../artifacts/arena.json" with { type: "json" };
import type { Arena } from "../../artifacts/arena.js";
import { artifact, type ProgramInput, type Svm } from "./svm.js";
import { createMint, createTokenAccount } from "./token.js";

/** Address of the arena. */
export const ARENA = new PublicKey(idl.address);

/** The arena, to deploy into a runtime. */
export const arenaProgram = (): ProgramInput => ({ address: ARENA, program: artifact("arena") });

/** Kinds of enemies and of the items that they drop. */
export const KIND = { goblin: 0, ogre: 1, dragon: 2 } as const;

/** A u64 as Anchor's client takes it. */
export const amount = (value: bigint): BN => new BN(value.toString());

/** The arena's `Program` for building instructions; it has no connection to send them through. */
export function arenaClient(): Program<Arena> {
  const provider = new AnchorProvider(new Connection("http://127.0.0.1:1"), {
    publicKey: PublicKey.default,
    signTransaction: (transaction) => Promise.resolve(transaction),
    signAllTransactions: (transactions) => Promise.resolve(transactions),
  });
  return new Program<Arena>(idl, provider);
}

const derive = (...seeds: (string | number | PublicKey)[]): PublicKey =>
  PublicKey.findProgramAddressSync(
    seeds.map((seed) => {
      if (typeof seed === "string") return Buffer.from(seed);
      return typeof seed === "number" ? Buffer.from([seed]) : seed.toBytes();
    }),
    ARENA,
  )[0];

/** Address of an owner's player. */
export const findPlayer = (owner: PublicKey): PublicKey => derive("player", owner);
/** Address of the enemy of a kind. */
export const findEnemy = (kind: number): PublicKey => derive("enemy", kind);
/** Address of the loot mint. */
export const LOOT_MINT = derive("loot-mint");
/** Address that mints loot. */
export const LOOT_AUTHORITY = derive("loot-authority");

/** A market and its mints in the order that the pool wants. */
export interface Pool {
  readonly pool: PublicKey;
  readonly mintA: PublicKey;
  readonly mintB: PublicKey;
  readonly reserveA: PublicKey;
  readonly reserveB: PublicKey;
}

/** Addresses of the pool of two mints, given in any order. */
export function findPool(one: PublicKey, other: PublicKey): Pool {
  const inOrder = Buffer.compare(one.toBuffer(), other.toBuffer()) < 0;
  const [mintA, mintB] = inOrder ? [one, other] : [other, one];
  const pool = derive("pool", mintA, mintB);
  const reserve = (mint: PublicKey): PublicKey => derive("reserve", pool, mint);
  return { pool, mintA, mintB, reserveA: reserve(mintA), reserveB: reserve(mintB) };
}

/** Address of an owner's shares in a pool. */
export const findPosition = (pool: PublicKey, owner: PublicKey): PublicKey =>
  derive("position", pool, owner);

/** Reads an arena account by its Rust-side name in camelCase, e.g. `player`. */
export function decodeArena(
  svm: Svm,
  name: "player" | "enemy" | "pool" | "position",
  address: PublicKey,
): Record<string, { toString(): string }> {
  const account = svm.getAccount(address);
  if (account === null) throw new Error(`no ${name} at ${address.toBase58()}`);
  const coder = new BorshAccountsCoder(arenaClient().idl);
  return coder.decode<Record<string, { toString(): string }>>(name, Buffer.from(account.data));
}

/** A loot mint, the three enemies, and a market of two ordinary mints with deep liquidity. */
export interface ReadyArena extends Pool {
  readonly client: Program<Arena>;
}

/** Sets a whole arena up with `liquidity` base units of both tokens in its pool (fee 0.3 %). */
export async function openArena(svm: Svm, liquidity = 1_000_000_000n): Promise<ReadyArena> {
  const client = arenaClient();
  const payer = svm.payer.publicKey;
  const found = findPool(createMint(svm), createMint(svm));
  const fund = (mint: PublicKey): PublicKey =>
    createTokenAccount(svm, { mint, owner: payer, amount: liquidity });
  const [tokenA, tokenB] = [fund(found.mintA), fund(found.mintB)];
  const { pool, mintA, mintB, reserveA, reserveB } = found;
  const steps: TransactionInstruction[] = await Promise.all([
    client.methods.createLootMint().accounts({ payer }).instruction(),
    ...Object.values(KIND).map((kind) =>
      client.methods.spawnEnemy(kind).accounts({ payer }).instruction(),
    ),
    client.methods.createPool(30).accounts({ payer, mintA, mintB }).instruction(),
    client.methods.openPosition().accounts({ authority: payer, payer, pool }).instruction(),
    client.methods
      .addLiquidity(amount(liquidity), amount(liquidity), amount(0n))
      .accounts({ authority: payer, pool, reserveA, reserveB, tokenA, tokenB })
      .instruction(),
  ]);
  for (const step of steps) svm.mustSend([step]);
  return { client, ...found };
}

/** Name of an arena error by its number. */
export function arenaError(code: number | null): string | undefined {
  return idl.errors.find((error) => error.code === code)?.name;
}
