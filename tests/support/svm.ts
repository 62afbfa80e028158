// An in-process Solana runtime for tests: LiteSVM with web3.js types at its surface. Every test makes
// its own, so tests share no state and may run in any order.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import {
  Keypair,
  LAMPORTS_PER_SOL,
  PublicKey,
  TransactionMessage,
  VersionedTransaction,
  type AddressLookupTableAccount,
  type TransactionInstruction,
} from "@solana/web3.js";
import litesvm from "litesvm/dist/internal.js";

const { Account, Clock, FailedTransactionMetadata, LiteSvm, TransactionErrorInstructionError } =
  litesvm;

/** Unix seconds at which every test runtime starts (2027-01-15), so that runs are repeatable. */
export const START_TIME = 1_800_000_000n;

/** A program to deploy: its address, and a built file or its bytes. */
export interface ProgramInput {
  readonly address: PublicKey;
  readonly program: string | Uint8Array;
}

/** An account as the runtime stores it. */
export interface AccountState {
  readonly lamports: bigint;
  readonly data: Uint8Array;
  readonly owner: PublicKey;
  readonly executable?: boolean;
}

/** What became of a transaction. */
export interface SendResult {
  readonly ok: boolean;
  /** The runtime's error as it prints it, e.g. `InstructionError(0, Custom(6001))`; null when ok. */
  readonly err: string | null;
  /** Index of the instruction that failed; null when ok or when the transaction itself was refused. */
  readonly failedInstruction: number | null;
  /** The number of a program's own error; null for anything else. */
  readonly customError: number | null;
  readonly logs: readonly string[];
  readonly computeUnits: bigint;
  readonly returnData: Uint8Array;
  /** Serialized size of the whole transaction. */
  readonly bytes: number;
  readonly signature: Uint8Array;
}

/** How to build a transaction: who pays the fee (default: first signer), and lookup tables. */
export interface SendOptions {
  readonly payer?: Keypair;
  readonly lookupTables?: readonly AddressLookupTableAccount[];
}

/** A test runtime; see the members. */
export interface Svm {
  /** LiteSVM itself, for what this surface lacks. */
  readonly raw: InstanceType<typeof LiteSvm>;
  /** A funded key that pays when a call names no signer. */
  readonly payer: Keypair;
  /** Builds a v0 transaction on a fresh blockhash, signs and runs it. Never throws for a failed one. */
  send(
    instructions: readonly TransactionInstruction[],
    signers?: readonly Keypair[],
    options?: SendOptions,
  ): SendResult;
  /** Like `send`, but throws with the logs when the transaction fails: for the steps that set up a test. */
  mustSend(
    instructions: readonly TransactionInstruction[],
    signers?: readonly Keypair[],
    options?: SendOptions,
  ): SendResult;
  /** Runs a transaction that the test built and signed itself (use `blockhash()`). */
  sendTransaction(transaction: VersionedTransaction): SendResult;
  /** Like `send`, without keeping what it changed. */
  simulate(
    instructions: readonly TransactionInstruction[],
    signers?: readonly Keypair[],
    options?: SendOptions,
  ): SendResult;
  /** A blockhash that no earlier transaction has used. */
  blockhash(): string;
  airdrop(address: PublicKey, lamports?: bigint): void;
  /** A new key with `lamports` (default 10 SOL). */
  fundedKeypair(lamports?: bigint): Keypair;
  getAccount(address: PublicKey): AccountState | null;
  /** Writes an account directly, also into states that no transaction can reach. */
  setAccount(address: PublicKey, account: AccountState): void;
  /** Lamports of an address; 0 when there is no account. */
  balance(address: PublicKey): bigint;
  /** Least lamports of a rent-exempt account with `size` bytes. */
  rent(size: number): bigint;
  /** Unix seconds now. */
  now(): bigint;
  setClock(clock: { readonly unixTimestamp?: bigint; readonly slot?: bigint }): void;
  /** Moves the clock forward by `seconds`. */
  advance(seconds: bigint): void;
}

/**
 * Path of a built program of ours: `artifact("arena")`, `artifact("fixtures/floor")`.
 * The environment variable VALETKEY_ARTIFACTS names another folder, e.g. that of a fresh build.
 */
export function artifact(name: string): string {
  const folder = process.env["VALETKEY_ARTIFACTS"];
  return folder === undefined
    ? fileURLToPath(new URL(`../../artifacts/${name}.so`, import.meta.url))
    : `${folder}/${name}.so`;
}

/**
 * Starts a runtime with the SPL programs and those given.
 *
 * @example
 * const svm = createSvm({ programs: [{ address: ARENA, program: artifact("arena") }] });
 * const player = svm.fundedKeypair();
 * const result = svm.send([strike], [player]);
 */
export function createSvm(input: { readonly programs?: readonly ProgramInput[] } = {}): Svm {
  const raw = new LiteSvm();
  for (const { address, program } of input.programs ?? []) {
    const bytes = typeof program === "string" ? readFileSync(program) : program;
    raw.addProgram(address.toBytes(), bytes);
  }
  const payer = Keypair.generate();

  const blockhash = (): string => {
    raw.expireBlockhash();
    return raw.latestBlockhash();
  };
  const build = (
    instructions: readonly TransactionInstruction[],
    signers: readonly Keypair[],
    options: SendOptions,
  ): VersionedTransaction => {
    const feePayer = options.payer ?? signers[0] ?? payer;
    const message = new TransactionMessage({
      payerKey: feePayer.publicKey,
      recentBlockhash: blockhash(),
      instructions: [...instructions],
    }).compileToV0Message([...(options.lookupTables ?? [])]);
    const transaction = new VersionedTransaction(message);
    transaction.sign([...new Set([feePayer, ...signers])]);
    return transaction;
  };
  const setClock: Svm["setClock"] = ({ unixTimestamp, slot }) => {
    const clock = raw.getClock();
    raw.setClock(
      new Clock(
        slot ?? clock.slot,
        clock.epochStartTimestamp,
        clock.epoch,
        clock.leaderScheduleEpoch,
        unixTimestamp ?? clock.unixTimestamp,
      ),
    );
  };
  const sendTransaction: Svm["sendTransaction"] = (transaction) => {
    const bytes = transaction.serialize();
    return toResult(raw.sendVersionedTransaction(bytes), bytes.length);
  };
  const airdrop: Svm["airdrop"] = (address, lamports = 10n * BigInt(LAMPORTS_PER_SOL)) => {
    blockhash();
    const result = raw.airdrop(address.toBytes(), lamports);
    if (result === null || result instanceof FailedTransactionMetadata)
      throw new Error(`airdrop of ${lamports.toString()} lamports failed`);
  };

  setClock({ unixTimestamp: START_TIME });
  airdrop(payer.publicKey, 1_000n * BigInt(LAMPORTS_PER_SOL));

  const send: Svm["send"] = (instructions, signers = [], options = {}) =>
    sendTransaction(build(instructions, signers, options));

  return {
    raw,
    payer,
    send,
    mustSend(instructions, signers, options) {
      const result = send(instructions, signers, options);
      if (!result.ok) throw new Error(`${String(result.err)}\n${result.logs.join("\n")}`);
      return result;
    },
    sendTransaction,
    simulate(instructions, signers = [], options = {}) {
      const bytes = build(instructions, signers, options).serialize();
      return toResult(raw.simulateVersionedTransaction(bytes), bytes.length);
    },
    blockhash,
    airdrop,
    fundedKeypair(lamports) {
      const keypair = Keypair.generate();
      airdrop(keypair.publicKey, lamports);
      return keypair;
    },
    getAccount(address) {
      const account = raw.getAccount(address.toBytes());
      if (account === null) return null;
      return {
        lamports: account.lamports(),
        data: account.data(),
        owner: new PublicKey(account.owner()),
        executable: account.executable(),
      };
    },
    setAccount(address, { lamports, data, owner, executable = false }) {
      raw.setAccount(
        address.toBytes(),
        new Account(lamports, data, owner.toBytes(), executable, 0n),
      );
    },
    balance: (address) => raw.getBalance(address.toBytes()) ?? 0n,
    rent: (size) => raw.minimumBalanceForRentExemption(BigInt(size)),
    now: () => raw.getClock().unixTimestamp,
    setClock,
    advance: (seconds) => setClock({ unixTimestamp: raw.getClock().unixTimestamp + seconds }),
  };
}

type Outcome = ReturnType<
  | InstanceType<typeof LiteSvm>["sendVersionedTransaction"]
  | InstanceType<typeof LiteSvm>["simulateVersionedTransaction"]
>;

function toResult(outcome: Outcome, bytes: number): SendResult {
  const failed = outcome instanceof FailedTransactionMetadata;
  const meta = "meta" in outcome ? outcome.meta() : outcome;
  const error = failed ? outcome.err() : null;
  const instructionError = error instanceof TransactionErrorInstructionError ? error : null;
  const inner = instructionError?.err();
  return {
    ok: !failed,
    err: failed ? describe(outcome.toString()) : null,
    failedInstruction: instructionError?.index ?? null,
    customError: typeof inner === "object" && "code" in inner ? inner.code : null,
    logs: meta.logs(),
    computeUnits: meta.computeUnitsConsumed(),
    returnData: meta.returnData().data(),
    bytes,
    signature: meta.signature(),
  };
}

// LiteSVM's enums come without their names; its debug text has them.
function describe(debugText: string): string {
  return /err: (.*?), meta: TransactionMetadata/s.exec(debugText)?.[1] ?? debugText;
}
