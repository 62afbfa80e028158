import {
  TransactionMessage,
  type AddressLookupTableAccount,
  type Connection,
  type PublicKey,
  type SimulatedTransactionResponse,
  type Signer,
  type Transaction,
  type TransactionInstruction,
  type VersionedTransaction,
} from "@solana/web3.js";

import { ValetkeyError } from "../errors/index.js";
import { rpc } from "../send/rpc.js";
import { fetchTable } from "../tables/index.js";
import { simulateInstructions } from "./explain.js";
import { innerLogs } from "./inner-logs.js";
import { sendLists, type SessionParts } from "./send.js";

/**
 * An Anchor provider whose wallet is the vault: what a program's own client sends through it runs in the
 * session. The transaction's fee payer and blockhash don't matter, the session sets its own.
 */
export interface SessionProvider {
  readonly connection: Connection;
  /** The vault: what `program.methods` fills in where a program wants its user. */
  readonly publicKey: PublicKey;
  readonly send: (
    transaction: Transaction | VersionedTransaction,
    signers?: Signer[],
  ) => Promise<string>;
  /** Runs the transaction's instructions in the session; returns the signature once confirmed. */
  readonly sendAndConfirm: (
    transaction: Transaction | VersionedTransaction,
    signers?: Signer[],
  ) => Promise<string>;
  readonly sendAll: (
    transactions: { tx: Transaction | VersionedTransaction; signers?: Signer[] }[],
  ) => Promise<string[]>;
  /** Runs them without landing them; the logs read as if they had been sent outside the session. */
  readonly simulate: (
    transaction: Transaction | VersionedTransaction,
    signers?: Signer[],
  ) => Promise<Omit<SimulatedTransactionResponse, "err">>;
}

/** Makes the provider of a session. */
export function createProvider(parts: SessionParts): SessionProvider {
  const { connection, vault, programId } = parts.context;
  const run = async (transaction: Transaction | VersionedTransaction, signers: Signer[] = []) => {
    refuseSigners(signers);
    const { instructions, lookupTables } = await takeApart(connection, transaction);
    const [sent] = await sendLists(parts, instructions, { lookupTables });
    return sent?.signature ?? "";
  };
  return {
    connection,
    publicKey: vault,
    send: run,
    sendAndConfirm: run,
    sendAll: async (transactions) => {
      const signatures: string[] = [];
      for (const { tx, signers } of transactions) signatures.push(await run(tx, signers));
      return signatures;
    },
    simulate: async (transaction, signers = []) => {
      refuseSigners(signers);
      const { instructions, lookupTables } = await takeApart(connection, transaction);
      const { logs, computeUnits } = await simulateInstructions(parts, instructions, {
        lookupTables,
      });
      return { logs: [...innerLogs(logs, programId)], unitsConsumed: computeUnits };
    },
  };
}

// No outer signature reaches an inner instruction, so a further signer can't be meant to.
function refuseSigners(signers: readonly (Signer | undefined)[]): void {
  const [signer] = signers.filter((one) => one !== undefined);
  if (signer !== undefined)
    throw new ValetkeyError("ForeignSigner", { index: 0, signer: signer.publicKey.toBase58() });
}

async function takeApart(
  connection: Connection,
  transaction: Transaction | VersionedTransaction,
): Promise<{
  readonly instructions: readonly TransactionInstruction[];
  readonly lookupTables: readonly AddressLookupTableAccount[];
}> {
  if (!("message" in transaction))
    return { instructions: transaction.instructions, lookupTables: [] };
  const { message } = transaction;
  const lookupTables: AddressLookupTableAccount[] = [];
  for (const { accountKey: table } of message.addressTableLookups) {
    const found = await rpc("getAccountInfo", () => fetchTable({ connection, table }));
    if (found === null)
      throw new ValetkeyError("TableNotUsable", {
        table: table.toBase58(),
        reason: "there is no account",
      });
    lookupTables.push(found);
  }
  const options = { addressLookupTableAccounts: lookupTables };
  return {
    instructions: TransactionMessage.decompile(message, options).instructions,
    lookupTables,
  };
}
