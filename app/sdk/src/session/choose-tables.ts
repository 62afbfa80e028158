import type { AddressLookupTableAccount, TransactionInstruction } from "@solana/web3.js";

import { SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, TOKEN_PROGRAM } from "../codec/constants.js";
import { rpc } from "../send/rpc.js";
import { maskTables, selectTables } from "../tables/index.js";
import type { SessionContext } from "./context.js";

/** Tables at hand. */
export interface TableRequest {
  readonly lookupTables: readonly AddressLookupTableAccount[];
  /** Used in any case. */
  readonly keepTables: readonly AddressLookupTableAccount[];
  readonly isTrusted: (table: AddressLookupTableAccount) => boolean;
  /** Instructions beside the executes: no plan's hash covers their accounts. */
  readonly outside: readonly TransactionInstruction[];
}

/** Programs that whoever is called checks by itself. */
const CHECKED: readonly string[] = [SYSTEM_PROGRAM, TOKEN_PROGRAM, TOKEN_2022_PROGRAM];

/** Chooses lookup tables for the instructions of a session's transaction. */
export async function chooseTables(
  { connection, key }: SessionContext,
  request: TableRequest,
  instructions: readonly TransactionInstruction[],
): Promise<readonly AddressLookupTableAccount[]> {
  const { keepTables: always } = request;
  if (request.lookupTables.length === 0) return always;
  const slot = await rpc("getSlot", () => connection.getSlot("confirmed"));
  const tables = request.lookupTables.map((table) =>
    request.isTrusted(table) ? table : masked(table, request.outside, key.publicKey),
  );
  return selectTables({ payer: key.publicKey, instructions, tables, slot, always });
}

/** A table of which an endpoint's word decides nothing outside the executes. */
function masked(
  table: AddressLookupTableAccount,
  outside: readonly TransactionInstruction[],
  payer: SessionContext["key"]["publicKey"],
): AddressLookupTableAccount {
  const named = new Set(outside.flatMap(({ keys }) => keys.map(({ pubkey }) => String(pubkey))));
  for (const program of CHECKED) named.delete(program);
  if (named.size === 0) return table;
  const keep = new Set(table.state.addresses.map(String).filter((one) => !named.has(one)));
  return maskTables({ tables: [table], keep, payer })[0] ?? table;
}
