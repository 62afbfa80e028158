import {
  SendTransactionError,
  Transaction,
  type Connection,
  type Keypair,
  type TransactionInstruction,
} from "@solana/web3.js";
import { DeployError } from "./errors.js";

const POLL_MS = 250;

/** Who pays, who else signs, and what is done. The first signer pays. */
export interface Work {
  readonly what: string;
  readonly instructions: readonly TransactionInstruction[];
  readonly signers: readonly [Keypair, ...Keypair[]];
}

/**
 * Sends one transaction and waits until it is confirmed, by polling: no WebSocket is needed.
 *
 * @returns the signature
 * @throws DeployError when it fails or expires
 */
export async function sendAndConfirm(connection: Connection, work: Work): Promise<string> {
  const latest = await connection.getLatestBlockhash("confirmed");
  const raw = sign(work, latest.blockhash);
  let signature: string;
  try {
    signature = await connection.sendRawTransaction(raw, { preflightCommitment: "confirmed" });
  } catch (cause) {
    throw new DeployError(`${work.what} was refused: ${reasonOf(cause)}`, { cause });
  }
  for (;;) {
    // The height is read first, so that a transaction that lands in its last block isn't missed.
    const height = await connection.getBlockHeight("confirmed");
    const status = (await connection.getSignatureStatuses([signature])).value[0];
    if (status?.err) {
      throw new DeployError(`${work.what} failed: ${JSON.stringify(status.err)} (${signature})`);
    }
    if (status && status.confirmationStatus !== "processed") return signature;
    if (height > latest.lastValidBlockHeight) {
      throw new DeployError(`${work.what} didn't land in time (${signature}); try again.`);
    }
    await pause(POLL_MS);
  }
}

/** Signs a transaction over `blockhash` and returns its bytes. */
export function sign({ instructions, signers }: Work, blockhash: string): Buffer {
  const transaction = new Transaction();
  transaction.add(...instructions);
  transaction.feePayer = signers[0].publicKey;
  transaction.recentBlockhash = blockhash;
  const distinct = new Map(signers.map((key) => [key.publicKey.toBase58(), key]));
  transaction.sign(...distinct.values());
  return transaction.serialize();
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof SendTransactionError)) {
    return cause instanceof Error ? cause.message : String(cause);
  }
  return [cause.transactionError.message, ...(cause.logs ?? [])].join("\n  ");
}

/** Waits so many milliseconds. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
