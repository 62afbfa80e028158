// Chooses lookup tables by what they really save.
import {
  AddressLookupTableAccount,
  type PublicKey,
  type TransactionInstruction,
} from "@solana/web3.js";

import { compileMessage } from "../transaction/compile.js";
import { tableCandidates, transactionSize } from "../transaction/size.js";

/** What tables are chosen for. */
export interface SelectTablesInput {
  readonly payer: PublicKey;
  readonly instructions: readonly TransactionInstruction[];
  /** Tables at hand, in any order; the same one may come twice. */
  readonly tables: readonly AddressLookupTableAccount[];
  /** The present slot: what a table got in this slot or later can't be used yet. */
  readonly slot: number | bigint;
  /** Tables that are used whether they save bytes or not; they come first. */
  readonly always?: readonly AddressLookupTableAccount[];
}

/** Any hash does for measuring: its length never changes. */
const SOME_HASH = "11111111111111111111111111111111";

/**
 * The tables that make the transaction smallest: one is taken at a time, the one that saves most, measured on the compiled
 * message; then each is dropped again without which it is no larger. The same input in any order gives the same choice, never
 * larger than without tables. Deactivated tables are left out, and addresses that are still warming up.
 *
 * @example
 * ```ts
 * const chosen = selectTables({ payer, instructions, tables, slot });
 * const compiled = compileTransaction({ payer, instructions, tables: chosen, blockhash });
 * ```
 */
export function selectTables(input: SelectTablesInput): readonly AddressLookupTableAccount[] {
  const { payer, instructions, slot, always = [] } = input;
  const measure = (tables: readonly AddressLookupTableAccount[]): number =>
    transactionSize(compileMessage({ payer, instructions, blockhash: SOME_HASH, tables }));
  const wanted = new Set(tableCandidates(payer, instructions));
  const candidates = distinct(input.tables)
    .map((table) => usableTable(table, slot))
    .filter((table) => table !== null)
    .filter(({ key }) => !always.some((one) => one.key.equals(key)))
    .filter((table) => table.state.addresses.some((key) => wanted.has(key.toBase58())));
  let chosen = always;
  let size = measure(chosen);
  for (;;) {
    const best = smallest(candidates, chosen, measure);
    if (best === null || best.size >= size) break;
    chosen = best.tables;
    size = best.size;
  }
  for (const table of chosen.slice(always.length)) {
    const without = chosen.filter((other) => other !== table);
    const smaller = measure(without);
    if (smaller <= size) {
      chosen = without;
      size = smaller;
    }
  }
  return chosen;
}

/**
 * The part of a table that a transaction may use at a slot: null when it is deactivated or nothing in it has warmed up. What was
 * added in this very slot is cut off.
 *
 * @example
 * ```ts
 * const usable = tables.map((table) => usableTable(table, slot)).filter((one) => one !== null);
 * ```
 */
export function usableTable(
  table: AddressLookupTableAccount,
  slot: number | bigint,
): AddressLookupTableAccount | null {
  if (!table.isActive()) return null;
  const { addresses, lastExtendedSlot, lastExtendedSlotStartIndex } = table.state;
  const warm = BigInt(lastExtendedSlot) < BigInt(slot);
  const count = warm ? addresses.length : Math.min(lastExtendedSlotStartIndex, addresses.length);
  if (count === 0) return null;
  if (count === addresses.length) return table;
  const state = { ...table.state, addresses: addresses.slice(0, count) };
  return new AddressLookupTableAccount({ key: table.key, state });
}

function distinct(
  tables: readonly AddressLookupTableAccount[],
): readonly AddressLookupTableAccount[] {
  const byKey = new Map(tables.map((table) => [table.key.toBase58(), table]));
  return [...byKey.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, table]) => table);
}

function smallest(
  candidates: readonly AddressLookupTableAccount[],
  chosen: readonly AddressLookupTableAccount[],
  measure: (tables: readonly AddressLookupTableAccount[]) => number,
): { readonly tables: readonly AddressLookupTableAccount[]; readonly size: number } | null {
  let best: ReturnType<typeof smallest> = null;
  for (const candidate of candidates) {
    if (chosen.includes(candidate)) continue;
    const tables = [...chosen, candidate];
    const size = measure(tables);
    if (best === null || size < best.size) best = { tables, size };
  }
  return best;
}
