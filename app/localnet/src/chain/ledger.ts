import type { TransactionMetadata } from "litesvm/dist/internal.js";
import type { ResolvedTransaction } from "./message.js";
import type { TransactionErrorJson } from "./transaction-error.js";

/** A token account's balance beside a transaction, as `meta.preTokenBalances` has it. */
export interface TokenBalance {
  readonly accountIndex: number;
  readonly mint: string;
  readonly owner: string;
  readonly programId: string;
  readonly uiTokenAmount: object;
}

/** Balances of a transaction's accounts at one moment, in the order of its keys. */
export interface Balances {
  readonly lamports: readonly bigint[];
  readonly tokens: readonly TokenBalance[];
}

/** A transaction that landed, with or without an error. */
export interface LandedTransaction {
  readonly tx: ResolvedTransaction;
  readonly slot: number;
  /** Unix seconds. */
  readonly blockTime: number;
  readonly err: TransactionErrorJson | null;
  /** Lamports. */
  readonly fee: bigint;
  readonly meta: TransactionMetadata;
  readonly before: Balances;
  readonly after: Balances;
}

/** What a node remembers of the past: transactions by signature and address, block times by slot. */
export class Ledger {
  readonly #capacity: number;
  readonly #bySignature = new Map<string, LandedTransaction>();
  readonly #byAddress = new Map<string, LandedTransaction[]>();
  #times: { slot: number; unixSeconds: number }[] = [];

  /** @param capacity how many transactions are kept; the oldest go first. */
  constructor(capacity = 100_000) {
    this.#capacity = capacity;
  }

  /** Number of transactions kept. */
  get size(): number {
    return this.#bySignature.size;
  }

  /** Records a transaction. */
  add(landed: LandedTransaction): void {
    this.#bySignature.set(landed.tx.signature, landed);
    for (const address of new Set(landed.tx.keys.map(String))) {
      const list = this.#byAddress.get(address);
      if (list === undefined) this.#byAddress.set(address, [landed]);
      else list.push(landed);
    }
    for (const [signature, old] of this.#bySignature) {
      if (this.#bySignature.size <= this.#capacity) break;
      this.#forget(signature, old);
    }
  }

  /** The transaction with this signature, if it landed. */
  get(signature: string): LandedTransaction | undefined {
    return this.#bySignature.get(signature);
  }

  /** Transactions that name this address, newest first. */
  ofAddress(address: string): readonly LandedTransaction[] {
    return [...(this.#byAddress.get(address) ?? [])].reverse();
  }

  /** Notes the block time from `slot` on. */
  noteTime(slot: number, unixSeconds: number): void {
    this.#times.push({ slot, unixSeconds });
    if (this.#times.length > 2 * this.#capacity) this.#times = this.#times.slice(-this.#capacity);
  }

  /** Block time of a finished slot in unix seconds; undefined when it's not known. */
  timeOf(slot: number): number | undefined {
    let low = 0;
    let high = this.#times.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#times[middle]?.slot ?? 0) <= slot) low = middle + 1;
      else high = middle;
    }
    return this.#times[low - 1]?.unixSeconds;
  }

  #forget(signature: string, old: LandedTransaction): void {
    this.#bySignature.delete(signature);
    for (const address of new Set(old.tx.keys.map(String))) {
      const list = this.#byAddress.get(address)?.filter((landed) => landed !== old) ?? [];
      if (list.length === 0) this.#byAddress.delete(address);
      else this.#byAddress.set(address, list);
    }
  }
}
