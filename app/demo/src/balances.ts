// Balances before and after, as the reader sees them.
import type { Connection, PublicKey } from "@solana/web3.js";

import { decimal } from "./report.js";
import { tokensOf, type Stage } from "./stage.js";

/** What an address holds. */
export interface Balances {
  readonly lamports: bigint;
  readonly gold: bigint;
  readonly potion: bigint;
}

/** Reads what an address holds; a missing token account holds nothing. */
export async function balancesOf(
  connection: Connection,
  { gold, potion }: Stage,
  holder: PublicKey,
): Promise<Balances> {
  const tokens = async (mint: PublicKey): Promise<bigint> => {
    const account = tokensOf(holder, mint);
    if ((await connection.getAccountInfo(account)) === null) return 0n;
    return BigInt((await connection.getTokenAccountBalance(account)).value.amount);
  };
  const [lamports, goldAmount, potionAmount] = await Promise.all([
    connection.getBalance(holder),
    tokens(gold),
    tokens(potion),
  ]);
  return { lamports: BigInt(lamports), gold: goldAmount, potion: potionAmount };
}

/** Balances in words. */
export function balanceText({ lamports, gold, potion }: Balances): string {
  return `${decimal(lamports, 9)} SOL · ${decimal(gold, 6)} gold · ${decimal(potion, 6)} potion`;
}
