// A lookup table's life: create, extend, deactivate, close.
import {
  AddressLookupTableProgram,
  type AddressLookupTableAccount,
  type PublicKey,
  type TransactionInstruction,
} from "@solana/web3.js";

import { invalid } from "../errors/error.js";

/** Most addresses of one table. */
export const MAX_TABLE_ADDRESSES = 256;
/** Addresses that one transaction adds; more wouldn't fit beside two signatures. */
const CHUNK = 20;
/** Slots that must pass between deactivating a table and closing it. */
const COOL_DOWN_SLOTS = 513n;

/** A table's transactions: each list is one transaction, in order. */
export interface TableSteps {
  readonly table: PublicKey;
  readonly transactions: readonly (readonly TransactionInstruction[])[];
}

/**
 * The transactions that create a table with these addresses (duplicates are left out). Send them in order, then wait with
 * `waitForTable`. `recentSlot` must be a slot that the cluster has seen lately.
 *
 * @example
 * ```ts
 * const { table, transactions } = createTable({ authority, payer, recentSlot: slot, addresses });
 * ```
 */
export function createTable(input: {
  readonly authority: PublicKey;
  readonly payer: PublicKey;
  readonly recentSlot: number | bigint;
  readonly addresses: readonly PublicKey[];
}): TableSteps {
  const { authority, payer, recentSlot, addresses } = input;
  const [create, table] = AddressLookupTableProgram.createLookupTable({
    authority,
    payer,
    recentSlot,
  });
  const [first = [], ...rest] = extendTable({ table, authority, payer, addresses });
  return { table, transactions: [[create, ...first], ...rest] };
}

/**
 * The transactions that add addresses to a table; what it holds already is left out.
 *
 * @example
 * ```ts
 * const transactions = extendTable({ table: table.key, authority, payer, addresses, held: table.state.addresses });
 * ```
 */
export function extendTable(input: {
  readonly table: PublicKey;
  readonly authority: PublicKey;
  readonly payer: PublicKey;
  readonly addresses: readonly PublicKey[];
  /** What the table holds, when it exists. */
  readonly held?: readonly PublicKey[];
}): readonly (readonly TransactionInstruction[])[] {
  const { table, authority, payer, held = [] } = input;
  const seen = new Set(held.map((key) => key.toBase58()));
  const fresh = input.addresses.filter((key) => {
    const text = key.toBase58();
    return seen.has(text) ? false : seen.add(text);
  });
  if (held.length + fresh.length > MAX_TABLE_ADDRESSES) {
    throw invalid("lookup table", `${held.length + fresh.length} addresses; one table holds 256`);
  }
  const chunks: TransactionInstruction[][] = [];
  for (let i = 0; i < fresh.length; i += CHUNK) {
    const addresses = fresh.slice(i, i + CHUNK);
    chunks.push([
      AddressLookupTableProgram.extendLookupTable({
        lookupTable: table,
        authority,
        payer,
        addresses,
      }),
    ]);
  }
  return chunks;
}

/**
 * Takes a table out of use; it can be closed once `tableClosableAt` has passed.
 *
 * @example
 * ```ts
 * deactivateTable({ table: table.key, authority });
 * ```
 */
export function deactivateTable(input: {
  readonly table: PublicKey;
  readonly authority: PublicKey;
}): TransactionInstruction {
  const { table: lookupTable, authority } = input;
  return AddressLookupTableProgram.deactivateLookupTable({ lookupTable, authority });
}

/**
 * Closes a deactivated table; its rent goes to `recipient`.
 *
 * @example
 * ```ts
 * closeTable({ table: table.key, authority, recipient: payer });
 * ```
 */
export function closeTable(input: {
  readonly table: PublicKey;
  readonly authority: PublicKey;
  readonly recipient: PublicKey;
}): TransactionInstruction {
  const { table: lookupTable, authority, recipient } = input;
  return AddressLookupTableProgram.closeLookupTable({ lookupTable, authority, recipient });
}

/**
 * The first slot in which a table can be closed; null while it is active.
 *
 * @example
 * ```ts
 * const from = tableClosableAt(table);
 * if (from !== null && slot >= from) console.log("closable");
 * ```
 */
export function tableClosableAt(table: AddressLookupTableAccount): bigint | null {
  return table.isActive() ? null : table.state.deactivationSlot + COOL_DOWN_SLOTS;
}
