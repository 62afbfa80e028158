import { PublicKey } from "@solana/web3.js";
import type { LiteSvm } from "litesvm/dist/internal.js";
import { readAccount } from "./engine.js";
import type { Balances, TokenBalance } from "./ledger.js";
import { readMint, readTokenAccount, uiTokenAmount } from "./tokens.js";

/** Reads what the accounts hold right now: lamports, and tokens where they are token accounts. */
export function readBalances(svm: LiteSvm, keys: readonly PublicKey[]): Balances {
  const lamports: bigint[] = [];
  const tokens: TokenBalance[] = [];
  keys.forEach((key, accountIndex) => {
    const account = readAccount(svm, key.toBytes());
    lamports.push(account?.lamports() ?? 0n);
    const token = account === null ? undefined : readTokenAccount(account);
    if (account === null || token === undefined) return;
    tokens.push({
      accountIndex,
      mint: token.mint,
      owner: token.owner,
      programId: new PublicKey(account.owner()).toBase58(),
      uiTokenAmount: uiTokenAmount(token.amount, decimalsOf(svm, token.mint)),
    });
  });
  return { lamports, tokens };
}

/** Decimals of a mint; 0 when it doesn't exist. */
export function decimalsOf(svm: LiteSvm, mint: string): number {
  const account = readAccount(svm, new PublicKey(mint).toBytes());
  return account === null ? 0 : (readMint(account)?.decimals ?? 0);
}
