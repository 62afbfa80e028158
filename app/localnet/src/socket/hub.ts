import type { PublicKey } from "@solana/web3.js";
import type { Chain } from "../chain/chain.js";
import type { LandedTransaction } from "../chain/ledger.js";
import { method, type Methods } from "../rpc/method.js";
import { invalidParams } from "../rpc/rpc-error.js";
import { z } from "zod";
import { WATCHES, type Notice, type Watch } from "./watches.js";

/** One client's socket, as the hub uses it. */
export interface Channel {
  /** Sends one JSON message. */
  readonly send: (message: object) => void;
  /** Runs `work` once the client has handled everything sent so far, the current answer included. */
  readonly afterAnswer: (work: () => void) => void;
}

interface Subscription {
  readonly kind: string;
  readonly watch: Watch;
  readonly channel: Channel;
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
  methodsFor(channel: Channel): Methods {
    const methods: Record<string, Methods[string]> = {};
    for (const [kind, open] of Object.entries(WATCHES)) {
      methods[`${kind}Subscribe`] = (chain, params) =>
        this.#add({ kind, watch: open(chain, params), channel });
      methods[`${kind}Unsubscribe`] = method(z.tuple([z.number()]), (_chain, [id]) =>
        this.#remove(kind, id, channel),
      );
    }
    return methods;
  }

  /** Ends all subscriptions of a socket that was closed. */
  drop(channel: Channel): void {
    for (const [id, subscription] of this.#subscriptions) {
      if (subscription.channel === channel) this.#subscriptions.delete(id);
    }
  }

  #add(subscription: Subscription): number {
    const id = this.#nextId++;
    this.#subscriptions.set(id, subscription);
    const { watch, channel } = subscription;
    // A client doesn't know the id before it has the answer: an earlier notice would be lost.
    if (watch.pending !== undefined) {
      channel.afterAnswer(() => this.#deliver(id, watch.pending?.()));
    }
    return id;
  }

  #remove(kind: string, id: number, channel: Channel): true {
    const subscription = this.#subscriptions.get(id);
    if (subscription?.kind !== kind || subscription.channel !== channel) {
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
      subscription.channel.send({
        jsonrpc: "2.0",
        method: `${subscription.kind}Notification`,
        params: { result, subscription: id },
      });
    }
  }
}
