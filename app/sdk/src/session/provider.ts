import type {
  Connection,
  PublicKey,
  SimulatedTransactionResponse,
  Signer,
  Transaction,
  VersionedTransaction,
} from "@solana/web3.js";

import { ValetkeyError } from "../errors/index.js";
import { simulateInstructions } from "./explain.js";
import { innerLogs } from "./inner-logs.js";
import { sendLists, type SessionParts } from "./send.js";
import { takeApart } from "./take-apart.js";

/**
 * An Anchor provider whose wallet is the vault, or the session key: what a program's own client sends through it runs in the
 * session. The transaction's fee payer and blockhash don't matter, the session sets its own.
 */
export interface SessionProvider {
  readonly connection: Connection;
  /** The vault, or the session key: what `program.methods` fills in where a program wants its user. */
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

/** Makes a provider of a session for a user: its vault, or its key. The rules decide how an instruction runs, not the provider. */
export function createProvider(parts: SessionParts, publicKey: PublicKey): SessionProvider {
  const { connection, programId } = parts.context;
  const run = async (transaction: Transaction | VersionedTransaction, signers: Signer[] = []) => {
    refuseSigners(signers);
    const { instructions, keepTables } = await takeApart(connection, transaction);
    const [sent] = await sendLists(parts, instructions, { keepTables });
    return sent?.signature ?? "";
  };
  return {
    connection,
    publicKey,
    send: run,
    sendAndConfirm: run,
    sendAll: async (transactions) => {
      const signatures: string[] = [];
      for (const { tx, signers } of transactions) signatures.push(await run(tx, signers));
      return signatures;
    },
    simulate: async (transaction, signers = []) => {
      refuseSigners(signers);
      const { instructions, keepTables } = await takeApart(connection, transaction);
      const { logs, computeUnits } = await simulateInstructions(parts, instructions, {
        keepTables,
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
