// Reads lookup tables from an endpoint, waits until they can be used, keeps them.
import {
  AddressLookupTableAccount,
  AddressLookupTableProgram,
  type Connection,
  type PublicKey,
} from "@solana/web3.js";

import { ValetkeyError } from "../errors/error.js";
import { usableTable } from "./select.js";

/**
 * Reads one table; an account that isn't a table is `TableNotUsable`, a missing one null.
 *
 * @example
 * ```ts
 * const table = await fetchTable({ connection, table: address });
 * ```
 */
export async function fetchTable(input: {
  readonly connection: Connection;
  readonly table: PublicKey;
}): Promise<AddressLookupTableAccount | null> {
  const { connection, table } = input;
  const account = await connection.getAccountInfo(table, "confirmed");
  if (account === null) return null;
  return decodeTable(table, account);
}

/**
 * Decodes a table's account; `TableNotUsable` when the account is none.
 *
 * @example
 * ```ts
 * const table = decodeTable(address, account);
 * ```
 */
export function decodeTable(
  table: PublicKey,
  account: { readonly owner: PublicKey; readonly data: Uint8Array },
): AddressLookupTableAccount {
  const unusable = (reason: string, cause?: unknown): ValetkeyError =>
    new ValetkeyError("TableNotUsable", { table: table.toBase58(), reason }, { cause });
  if (!account.owner.equals(AddressLookupTableProgram.programId)) {
    throw unusable("another program owns the account");
  }
  try {
    const state = AddressLookupTableAccount.deserialize(account.data);
    return new AddressLookupTableAccount({ key: table, state });
  } catch (cause) {
    throw unusable("its bytes are no lookup table", cause);
  }
}

/**
 * Waits until a table holds these addresses and all of them may be used (the slot after the last extension). Throws
 * `TableNotUsable` when that takes longer than `timeoutSeconds` (default 30), `Aborted` on the signal.
 *
 * @example
 * ```ts
 * const table = await waitForTable({ connection, table: address, addresses });
 * ```
 */
export async function waitForTable(input: {
  readonly connection: Connection;
  readonly table: PublicKey;
  readonly addresses: readonly PublicKey[];
  readonly timeoutSeconds?: number;
  readonly signal?: AbortSignal;
}): Promise<AddressLookupTableAccount> {
  const { connection, table, addresses, timeoutSeconds = 30, signal } = input;
  const until = Date.now() + timeoutSeconds * 1000;
  for (;;) {
    if (signal?.aborted)
      throw new ValetkeyError("Aborted", { during: "waiting for a lookup table" });
    const slot = await connection.getSlot("confirmed");
    const found = await fetchTable({ connection, table });
    const usable = found === null ? null : usableTable(found, slot);
    const held = new Set(usable?.state.addresses.map((key) => key.toBase58()));
    if (usable !== null && addresses.every((key) => held.has(key.toBase58()))) return usable;
    if (Date.now() >= until) {
      const reason = `it isn't ready after ${timeoutSeconds} seconds`;
      throw new ValetkeyError("TableNotUsable", { table: table.toBase58(), reason });
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Tables that were read before, each for a while. */
export interface TableCache {
  /** Reads the tables that aren't fresh in one call; missing and foreign accounts are left out. */
  get(tables: readonly PublicKey[]): Promise<readonly AddressLookupTableAccount[]>;
  /** Forgets one table, or all. */
  forget(table?: PublicKey): void;
}

/**
 * A cache of lookup tables. Entries older than `maxAgeSeconds` (default 60) are read again.
 *
 * @example
 * ```ts
 * const cache = createTableCache({ connection });
 * const tables = await cache.get(addresses);
 * ```
 */
export function createTableCache(input: {
  readonly connection: Connection;
  readonly maxAgeSeconds?: number;
}): TableCache {
  const { connection, maxAgeSeconds = 60 } = input;
  const held = new Map<
    string,
    { readonly table: AddressLookupTableAccount; readonly at: number }
  >();
  const fresh = (key: string): boolean => {
    const entry = held.get(key);
    return entry !== undefined && Date.now() - entry.at < maxAgeSeconds * 1000;
  };
  return {
    async get(tables) {
      const keys = [...new Map(tables.map((table) => [table.toBase58(), table])).values()];
      const stale = keys.filter((key) => !fresh(key.toBase58()));
      for (let i = 0; i < stale.length; i += 100) {
        const batch = stale.slice(i, i + 100);
        const accounts = await connection.getMultipleAccountsInfo(batch, "confirmed");
        batch.forEach((key, j) => {
          const account = accounts[j] ?? null;
          held.delete(key.toBase58());
          if (account === null) return;
          try {
            held.set(key.toBase58(), { table: decodeTable(key, account), at: Date.now() });
          } catch {
            // Not a lookup table: left out, the transaction goes without it.
          }
        });
      }
      return keys.flatMap((key) => held.get(key.toBase58())?.table ?? []);
    },
    forget(table) {
      if (table === undefined) held.clear();
      else held.delete(table.toBase58());
    },
  };
}
