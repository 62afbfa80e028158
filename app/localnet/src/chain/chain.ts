import { randomBytes } from "node:crypto";
import { EventEmitter } from "node:events";
import type { PublicKey, VersionedTransaction } from "@solana/web3.js";
import type { Account, AddressAndAccount, TransactionMetadata } from "litesvm/dist/internal.js";
import { readBalances } from "./balances.js";
import { BlockhashRing } from "./blockhashes.js";
import { readAccount, type Engine } from "./engine.js";
import { messageFee } from "./fees.js";
import { Ledger, type LandedTransaction } from "./ledger.js";
import { calledPrograms, resolveTransaction, type ResolvedTransaction } from "./message.js";
import { hasDurableNonce } from "./nonce.js";
import { moveSlotHashes, slotHashesData, writeSysvars } from "./sysvars.js";
import { finishSlot, followRealTime, jump, startTime, type ChainTime } from "./time.js";
import { errorJson, landsWithError, type TransactionErrorJson } from "./transaction-error.js";

/** How a chain is set up. */
export interface ChainOptions {
  /** Real milliseconds per slot. */
  readonly slotMs: number;
  /** Block time at the start in unix seconds; real time when left out. */
  readonly genesisUnixSeconds?: number | undefined;
  /** Source of real time in milliseconds. */
  readonly nowMs?: () => number;
}

/** What the chain tells those who watch it. */
export interface ChainEvents {
  /** A slot was finished. */
  slot: [slot: number];
  /** A transaction landed. */
  transaction: [landed: LandedTransaction];
  /** An account was set from outside, without a transaction. */
  account: [address: PublicKey];
}

/** The outcome of running a transaction without keeping it. */
export interface Simulation {
  readonly err: TransactionErrorJson | null;
  /** Absent when the transaction never started. */
  readonly meta: TransactionMetadata | undefined;
  /** Accounts as they would be; empty after an error. */
  readonly accounts: readonly AddressAndAccount[];
  readonly tx: ResolvedTransaction;
}

/** The outcome of sending: landed (perhaps with an error), or refused and not recorded. */
export type SendOutcome =
  | { readonly landed: LandedTransaction }
  | { readonly refused: TransactionErrorJson; readonly meta?: TransactionMetadata };

/** A chain of one node: LiteSVM plus what it leaves out (slots, time, block hashes, a ledger). */
export class Chain {
  readonly engine: Engine;
  readonly events = new EventEmitter<ChainEvents>();
  readonly ledger = new Ledger();
  readonly #seed = randomBytes(32);
  readonly #ring = new BlockhashRing(this.#seed);
  readonly #slotMs: number;
  readonly #nowMs: () => number;
  #time: ChainTime;
  #slotHashes: Uint8Array;

  constructor(engine: Engine, options: ChainOptions) {
    this.engine = engine;
    this.#slotMs = options.slotMs;
    this.#nowMs = options.nowMs ?? Date.now;
    const slot = Number(engine.svm.getClock().slot);
    this.#time = startTime(slot, this.#nowMs(), options.genesisUnixSeconds);
    this.#slotHashes = slotHashesData(this.#seed, slot);
    this.ledger.noteTime(slot, this.#time.unixSeconds);
    writeSysvars(engine, this.#time, this.#slotHashes);
  }

  /** Where the chain stands, after catching up with real time. */
  time(): ChainTime {
    this.#move(followRealTime(this.#time, this.#nowMs(), this.#slotMs));
    return this.#time;
  }

  /** Jumps ahead in time, slots and (only if asked) blocks. */
  advance(by: { readonly seconds: number; readonly blocks: number }): void {
    this.#move(jump(this.time(), by, this.#slotMs));
  }

  /** The newest block hash and the last block height at which it can be used. */
  latestBlockhash(): { readonly blockhash: string; readonly lastValidBlockHeight: number } {
    this.time();
    return this.#ring.latest();
  }

  /** Whether a transaction with this block hash may still land. */
  isBlockhashValid(blockhash: string): boolean {
    this.time();
    return this.#ring.has(blockhash);
  }

  /** Reads an account; null when it doesn't exist. */
  account(address: PublicKey): Account | null {
    this.time();
    return readAccount(this.engine.svm, address.toBytes());
  }

  /** Writes an account from outside and tells its watchers. */
  setAccount(address: PublicKey, account: Account): void {
    this.engine.svm.setAccount(address.toBytes(), account);
    this.events.emit("account", address);
  }

  /** Runs a transaction on the present state and keeps nothing. */
  simulate(
    transaction: VersionedTransaction,
    options: { readonly verifySignatures: boolean; readonly checkBlockhash: boolean },
  ): Simulation {
    const bytes = transaction.serialize();
    this.time();
    const { svm } = this.engine;
    const tx = resolveTransaction(svm, transaction, bytes);
    const stale = options.checkBlockhash ? this.#refusal(tx) : undefined;
    if (stale !== undefined) return { err: stale, meta: undefined, accounts: [], tx };
    svm.setSigverify(options.verifySignatures);
    const result = svm.simulateVersionedTransaction(bytes);
    svm.setSigverify(true);
    if ("err" in result) {
      return { err: this.#explain(tx, result.err()), meta: result.meta(), accounts: [], tx };
    }
    return { err: null, meta: result.meta(), accounts: result.postAccounts(), tx };
  }

  /** Runs a transaction for good, in a slot of its own. */
  send(transaction: VersionedTransaction): SendOutcome {
    const bytes = transaction.serialize();
    const blockTime = this.time().unixSeconds;
    const { svm } = this.engine;
    const tx = resolveTransaction(svm, transaction, bytes);
    const stale = this.#refusal(tx);
    if (stale !== undefined) return { refused: stale };
    const before = readBalances(svm, tx.keys);
    const result = svm.sendVersionedTransaction(bytes);
    const failed = "err" in result;
    const err = failed ? this.#explain(tx, result.err()) : null;
    const meta = failed ? result.meta() : result;
    if (err !== null && !landsWithError(err)) return { refused: err, meta };
    const slot = this.#time.slot + 1;
    const after = readBalances(svm, tx.keys);
    const fee = messageFee(tx.message);
    const landed = { tx, slot, blockTime, err, fee, meta, before, after };
    this.ledger.add(landed);
    this.#move(finishSlot(this.#time));
    this.events.emit("transaction", landed);
    return { landed };
  }

  #refusal(tx: ResolvedTransaction): TransactionErrorJson | undefined {
    if (this.ledger.get(tx.signature) !== undefined) return "AlreadyProcessed";
    if (this.#ring.has(tx.message.recentBlockhash)) return undefined;
    return hasDurableNonce(this.engine.svm, tx) ? undefined : "BlockhashNotFound";
  }

  /** LiteSVM has one error for a missing and for a non-executable program; agave has two. */
  #explain(tx: ResolvedTransaction, error: Parameters<typeof errorJson>[0]): TransactionErrorJson {
    const json = errorJson(error);
    if (json !== "InvalidProgramForExecution") return json;
    const missing = calledPrograms(tx).some(
      (program) => readAccount(this.engine.svm, program.toBytes()) === null,
    );
    return missing ? "ProgramAccountNotFound" : json;
  }

  #move(to: ChainTime): void {
    const from = this.#time;
    if (to.slot === from.slot && to.unixSeconds === from.unixSeconds) return;
    this.#time = to;
    this.#ring.moveTo(to.blockHeight);
    const moved = to.slot - from.slot;
    this.#slotHashes = moveSlotHashes(this.#slotHashes, this.#seed, to.slot, moved);
    writeSysvars(this.engine, to, this.#slotHashes);
    if (moved === 0) return;
    this.ledger.noteTime(to.slot, to.unixSeconds);
    this.events.emit("slot", to.slot);
  }
}
