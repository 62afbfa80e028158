import type { PublicKey } from "@solana/web3.js";
import type { Chain } from "../chain/chain.js";
import type { LandedTransaction } from "../chain/ledger.js";
import { method, type Methods } from "../rpc/method.js";
import { invalidParams } from "../rpc/rpc-error.js";
import { z } from "zod";
import { WATCHES, type Notice, type Watch } from "./watches.js";

/** Milliseconds before a notice that is due at once: the answer with the id must arrive first. */
const PENDING_DELAY_MS = 5;

/** Sends one JSON message to a socket. */
export type SendMessage = (message: object) => void;

interface Subscription {
  readonly kind: string;
  readonly watch: Watch;
  readonly send: SendMessage;
}

/** All subscriptions of all sockets, fed by the chain's events. */
export class SubscriptionHub {
  readonly #chain: Chain;
  readonly #subscriptions = new Map<number, Subscription>();
  #nextId = 1;

  constructor(chain: Chain) {
    this.#chain = chain;
    chain.events.on("slot", (slot) => this.#tell((watch) => watch.onSlot?.(slot)));
    chain.events.on("transaction", (landed) => this.#onTransaction(landed));
    chain.events.on("account", (address) => this.#onAccounts([address]));
  }

  /** The subscribe and unsubscribe methods for one socket. */
  methodsFor(send: SendMessage): Methods {
    const methods: Record<string, Methods[string]> = {};
    for (const [kind, open] of Object.entries(WATCHES)) {
      methods[`${kind}Subscribe`] = (chain, params) =>
        this.#add({ kind, watch: open(chain, params), send });
      methods[`${kind}Unsubscribe`] = method(z.tuple([z.number()]), (_chain, [id]) =>
        this.#remove(kind, id, send),
      );
    }
    return methods;
  }

  /** Ends all subscriptions of a socket that was closed. */
  drop(send: SendMessage): void {
    for (const [id, subscription] of this.#subscriptions) {
      if (subscription.send === send) this.#subscriptions.delete(id);
    }
  }

  #add(subscription: Subscription): number {
    const id = this.#nextId++;
    this.#subscriptions.set(id, subscription);
    if (subscription.watch.pending !== undefined) {
      setTimeout(() => this.#deliver(id, subscription.watch.pending?.()), PENDING_DELAY_MS);
    }
    return id;
  }

  #remove(kind: string, id: number, send: SendMessage): true {
    const subscription = this.#subscriptions.get(id);
    if (subscription?.kind !== kind || subscription.send !== send) {
      throw invalidParams("Invalid subscription id.");
    }
    this.#subscriptions.delete(id);
    return true;
  }

  #onTransaction(landed: LandedTransaction): void {
    this.#tell((watch) => watch.onTransaction?.(landed));
    this.#onAccounts(landed.tx.keys.filter((_, index) => landed.tx.writable[index]));
  }

  #onAccounts(addresses: readonly PublicKey[]): void {
    const { slot } = this.#chain.time();
    this.#tell((watch) => watch.onAccounts?.(addresses, slot));
  }

  #tell(notices: (watch: Watch) => readonly Notice[] | undefined): void {
    for (const [id, { watch }] of [...this.#subscriptions]) this.#deliver(id, notices(watch));
  }

  #deliver(id: number, notices: readonly Notice[] = []): void {
    for (const { result, last } of notices) {
      const subscription = this.#subscriptions.get(id);
      if (subscription === undefined) return;
      if (last === true) this.#subscriptions.delete(id);
      subscription.send({
        jsonrpc: "2.0",
        method: `${subscription.kind}Notification`,
        params: { result, subscription: id },
      });
    }
  }
}
