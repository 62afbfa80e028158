import { NONCE_ACCOUNT_LENGTH, SystemProgram } from "@solana/web3.js";
import bs58 from "bs58";
import type { LiteSvm } from "litesvm/dist/internal.js";
import { readAccount } from "./engine.js";
import type { ResolvedTransaction } from "./message.js";

const ADVANCE_NONCE = 4;
const NONCE_OFFSET = 40;

/**
 * Whether the transaction lives by a durable nonce: its first instruction advances a nonce account
 * whose stored value is the block hash that the transaction names.
 */
export function hasDurableNonce(svm: LiteSvm, tx: ResolvedTransaction): boolean {
  const first = tx.message.compiledInstructions[0];
  if (first === undefined || first.data.length !== 4 || first.data[0] !== ADVANCE_NONCE) {
    return false;
  }
  if (!tx.keys[first.programIdIndex]?.equals(SystemProgram.programId)) return false;
  const address = tx.keys[first.accountKeyIndexes[0] ?? -1];
  const account = address === undefined ? null : readAccount(svm, address.toBytes());
  if (account?.data().length !== NONCE_ACCOUNT_LENGTH) return false;
  const stored = account.data().subarray(NONCE_OFFSET, NONCE_OFFSET + 32);
  return bs58.encode(stored) === tx.message.recentBlockhash;
}
