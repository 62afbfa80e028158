// A stolen session key in the hands of someone who doesn't use our client: no check before sending, straight to the chain.
import { randomInt } from "node:crypto";

import {
  ComputeBudgetProgram,
  TransactionMessage,
  VersionedTransaction,
  type AccountMeta,
  type Connection,
  type Keypair,
  type PublicKey,
  type TransactionInstruction,
} from "@solana/web3.js";
import { toValetkeyError, type ValetkeyError } from "@valetkey/sdk/errors";
import { executeInstruction, VALETKEY_PROGRAM_ID } from "@valetkey/sdk/layers";

/** One inner instruction under a rule, by its position in the terms. */
export interface Attempt {
  readonly rule: number;
  readonly instruction: TransactionInstruction;
}

/** The session that the thief uses. */
export interface Target {
  readonly connection: Connection;
  readonly key: Keypair;
  readonly session: PublicKey;
  readonly config: PublicKey;
  readonly vault: PublicKey;
}

/** Sends a plan without any check before; returns the chain's refusal, or null when it went through. */
export async function attempt(
  target: Target,
  steps: readonly Attempt[],
  once?: bigint,
): Promise<ValetkeyError | null> {
  const { connection, key } = target;
  const latest = await connection.getLatestBlockhash();
  const message = new TransactionMessage({
    payerKey: key.publicKey,
    recentBlockhash: latest.blockhash,
    instructions: [unlike(), executeOf(target, steps, once)],
  }).compileToV0Message();
  const transaction = new VersionedTransaction(message);
  transaction.sign([key]);
  const signature = await connection.sendTransaction(transaction, { skipPreflight: true });
  // web3.js resolves with the chain's refusal when the WebSocket tells it, and rejects with it when its own question does.
  const error = await connection.confirmTransaction({ signature, ...latest }).then(
    ({ value }): unknown => value.err,
    (refusal: unknown) => {
      if (refusal instanceof Error) throw refusal;
      return refusal;
    },
  );
  if (error === null) return null;
  const landed = await connection.getTransaction(signature, {
    commitment: "confirmed",
    maxSupportedTransactionVersion: 0,
  });
  const logs = landed?.meta?.logMessages ?? null;
  return toValetkeyError({ error, logs, programId: VALETKEY_PROGRAM_ID, signature });
}

/** Makes each attempt a transaction of its own: equal bytes would be the same transaction, which runs once. */
const unlike = (): TransactionInstruction =>
  ComputeBudgetProgram.setComputeUnitLimit({ units: 400_000 + randomInt(100_000) });

function executeOf(
  { key, session, config, vault }: Target,
  steps: readonly Attempt[],
  once: bigint | undefined,
): TransactionInstruction {
  const fixed = [key.publicKey, session, config, vault];
  const metas: AccountMeta[] = fixed.map((pubkey) => ({
    pubkey,
    isSigner: false,
    isWritable: false,
  }));
  const place = (pubkey: PublicKey, isWritable: boolean): number => {
    const found = metas.findIndex((meta) => meta.pubkey.equals(pubkey));
    const meta = metas[found];
    if (meta === undefined) return metas.push({ pubkey, isSigner: false, isWritable }) - 1;
    meta.isWritable ||= isWritable;
    return found;
  };
  const inner = steps.map(({ rule, instruction }) => ({
    rule,
    program: place(instruction.programId, false),
    accounts: instruction.keys.map((meta) => place(meta.pubkey, meta.isWritable)),
    data: Uint8Array.from(instruction.data),
  }));
  return executeInstruction({
    ...{ programId: VALETKEY_PROGRAM_ID, sessionKey: key.publicKey, session, config, vault },
    vaultWritable: metas[3]?.isWritable ?? false,
    accounts: metas.slice(fixed.length),
    plan: { inner, ...(once === undefined ? {} : { once }) },
  });
}
