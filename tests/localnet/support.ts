import {
  PublicKey,
  SystemProgram,
  TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
  type AddressLookupTableAccount,
  type Keypair,
  type TransactionError,
} from "@solana/web3.js";
import type { Localnet } from "@valetkey/localnet";

/** A well-formed hash that no chain has. */
export const UNKNOWN_BLOCKHASH = new PublicKey(new Uint8Array(32).fill(9)).toBase58();

/** Moves lamports between system accounts. */
export function transfer(from: Keypair, to: PublicKey, lamports: number): TransactionInstruction {
  return SystemProgram.transfer({ fromPubkey: from.publicKey, toPubkey: to, lamports });
}

/** A call of the memo program. */
export function memo(text: string): TransactionInstruction {
  return new TransactionInstruction({
    programId: new PublicKey("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr"),
    keys: [],
    data: Buffer.from(text),
  });
}

/** A signed v0 transaction. */
export async function signed(
  { connection }: Localnet,
  payer: Keypair,
  instructions: TransactionInstruction[],
  blockhash?: string,
  tables: AddressLookupTableAccount[] = [],
): Promise<VersionedTransaction> {
  const recentBlockhash = blockhash ?? (await connection.getLatestBlockhash()).blockhash;
  const message = new TransactionMessage({
    payerKey: payer.publicKey,
    recentBlockhash,
    instructions,
  }).compileToV0Message(tables);
  const transaction = new VersionedTransaction(message);
  transaction.sign([payer]);
  return transaction;
}

/** Waits until a transaction is confirmed; its error, if it failed. */
export async function confirmed(
  { connection }: Localnet,
  signature: string,
): Promise<TransactionError | null> {
  const latest = await connection.getLatestBlockhash();
  return (await connection.confirmTransaction({ signature, ...latest })).value.err;
}

/** The error that a promise is rejected with; fails when it isn't. */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof Error) return outcome;
  throw new Error(`expected a rejection, got ${String(outcome)}`);
}
