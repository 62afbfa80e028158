// Compiles a v0 transaction and refuses what could never land, before anything is signed.
import {
  ComputeBudgetProgram,
  TransactionMessage,
  VersionedTransaction,
  type AddressLookupTableAccount,
  type MessageV0,
  type PublicKey,
  type TransactionInstruction,
} from "@solana/web3.js";

import { makeInstruction } from "../codec/instruction.js";
import { invalid, ValetkeyError } from "../errors/error.js";
import {
  lockedAccounts,
  MAX_LOCKS,
  MAX_TRACE,
  MAX_TRANSACTION_BYTES,
  tableCandidates,
  transactionSize,
} from "./size.js";

/** What a transaction is made of. */
export interface CompileInput {
  readonly payer: PublicKey;
  readonly instructions: readonly TransactionInstruction[];
  /** Lookup tables to use, all of them; choose with `selectTables`. */
  readonly tables?: readonly AddressLookupTableAccount[];
  readonly blockhash: string;
  /** Compute units, 0 to 1,400,000. */
  readonly computeUnitLimit?: number;
  /** Priority fee in micro-lamports per compute unit. */
  readonly computeUnitPrice?: bigint;
  /** Most bytes of accounts that the transaction may load; left out, the cluster's own bound (64 MiB). */
  readonly loadedAccountsBytes?: number;
  /** Calls that the instructions are known to make, for the trace check. */
  readonly innerCalls?: number;
}

/** A compiled, unsigned transaction and its measures. */
export interface CompiledTransaction {
  readonly message: MessageV0;
  /** Unsigned; its signatures are zero. */
  readonly transaction: VersionedTransaction;
  readonly bytes: number;
  /** What it would have without lookup tables; may exceed what fits. */
  readonly bytesWithoutTables: number;
  /** Accounts locked, at most 64. */
  readonly locks: number;
  /** Who must sign, the payer first. */
  readonly signers: readonly PublicKey[];
}

/**
 * Compiles instructions to a v0 transaction. Throws `TransactionTooLarge` over 1,232 bytes, `TooManyLocks` over 64 accounts,
 * `TraceTooLong` over 64 instructions, calls included.
 *
 * @example
 * ```ts
 * const { message, bytes } = compileTransaction({ payer, instructions, blockhash, computeUnitLimit: 200_000 });
 * ```
 */
export function compileTransaction(input: CompileInput): CompiledTransaction {
  const { payer, tables = [], blockhash } = input;
  if (input.instructions.length === 0) {
    throw new ValetkeyError("EmptyRequest", { what: "The list of instructions" });
  }
  const instructions = [...budgetInstructions(input), ...input.instructions];
  const locks = lockedAccounts(payer, instructions).size;
  if (locks > MAX_LOCKS) throw new ValetkeyError("TooManyLocks", { locks, limit: MAX_LOCKS });
  const trace = instructions.length + (input.innerCalls ?? 0);
  if (trace > MAX_TRACE) {
    throw new ValetkeyError("TraceTooLong", { instructions: trace, limit: MAX_TRACE });
  }
  const plain = compileMessage({ payer, instructions, blockhash });
  const message =
    tables.length === 0 ? plain : compileMessage({ payer, instructions, blockhash, tables });
  const bytes = transactionSize(message);
  if (bytes > MAX_TRANSACTION_BYTES) {
    const over = bytes - MAX_TRANSACTION_BYTES;
    const advice = sizeAdvice(payer, instructions, message, over);
    throw new ValetkeyError("TransactionTooLarge", {
      bytes,
      limit: MAX_TRANSACTION_BYTES,
      over,
      advice,
    });
  }
  return {
    message,
    transaction: new VersionedTransaction(message),
    bytes,
    bytesWithoutTables: transactionSize(plain),
    locks,
    signers: message.staticAccountKeys.slice(0, message.header.numRequiredSignatures),
  };
}

/** Compiles a message without any check of ours; for measuring. */
export function compileMessage(input: {
  readonly payer: PublicKey;
  readonly instructions: readonly TransactionInstruction[];
  readonly blockhash: string;
  readonly tables?: readonly AddressLookupTableAccount[];
}): MessageV0 {
  const { payer, instructions, blockhash, tables = [] } = input;
  const message = new TransactionMessage({
    payerKey: payer,
    instructions: [...instructions],
    recentBlockhash: blockhash,
  });
  return message.compileToV0Message([...tables]);
}

function budgetInstructions(input: CompileInput): readonly TransactionInstruction[] {
  const { computeUnitLimit: units, computeUnitPrice: price, loadedAccountsBytes: loaded } = input;
  if (units !== undefined && (!Number.isInteger(units) || units < 0 || units > 1_400_000)) {
    throw invalid("computeUnitLimit", `${units} isn't an integer from 0 to 1,400,000`);
  }
  if (price !== undefined && (price < 0n || price >= 1n << 64n)) {
    throw invalid("computeUnitPrice", `${price} isn't a u64`);
  }
  return [
    ...(units === undefined ? [] : [ComputeBudgetProgram.setComputeUnitLimit({ units })]),
    ...(price === undefined
      ? []
      : [ComputeBudgetProgram.setComputeUnitPrice({ microLamports: price })]),
    ...(loaded === undefined ? [] : [setLoadedAccountsBytes(loaded)]),
  ];
}

/** Compute-budget instruction 4, which web3.js 1.x doesn't build. */
function setLoadedAccountsBytes(bytes: number): TransactionInstruction {
  const data = new Uint8Array(5);
  data[0] = 4;
  new DataView(data.buffer).setUint32(1, bytes, true);
  return makeInstruction(ComputeBudgetProgram.programId, [], data);
}

function sizeAdvice(
  payer: PublicKey,
  instructions: readonly TransactionInstruction[],
  message: MessageV0,
  over: number,
): string {
  const movable = new Set(tableCandidates(payer, instructions));
  const left = message.staticAccountKeys.filter((key) => movable.has(key.toBase58())).length;
  const saved = 31 * left - 34;
  return saved >= over
    ? `A lookup table with the ${left} accounts that stand in no table would save about ${saved} bytes.`
    : "Lookup tables alone wouldn't make it fit: split the instructions over several transactions.";
}
