import {
  AddressLookupTableAccount,
  PublicKey,
  TransactionMessage,
  type Connection,
  type MessageAddressTableLookup,
  type MessageV0,
  type Transaction,
  type TransactionInstruction,
  type VersionedTransaction,
} from "@solana/web3.js";

import { ValetkeyError } from "../errors/index.js";
import { rpc } from "../send/rpc.js";
import { fetchTable } from "../tables/index.js";

/** A transaction that another client built, as instructions again. */
export interface TakenApart {
  readonly instructions: readonly TransactionInstruction[];
  /**
   * The transaction's own lookup tables, cut down to the entries it uses. What they hold is the endpoint's word, so each address
   * that came out of one must be looked up there again: then the plan's hash lets the program refuse a lie.
   */
  readonly keepTables: readonly AddressLookupTableAccount[];
}

/**
 * Takes a transaction apart.
 *
 * @throws ValetkeyError `TableNotUsable` for a table that isn't there, doesn't hold what the transaction names, or gives an address
 * twice (no cluster would have run that).
 */
export async function takeApart(
  connection: Connection,
  transaction: Transaction | VersionedTransaction,
): Promise<TakenApart> {
  if (!("message" in transaction))
    return { instructions: transaction.instructions, keepTables: [] };
  const { message } = transaction;
  const keepTables: AddressLookupTableAccount[] = [];
  const seen = new Set(message.staticAccountKeys.map(String));
  for (const lookup of message.addressTableLookups) {
    const table = await usedPart(connection, lookup);
    for (const index of [...lookup.writableIndexes, ...lookup.readonlyIndexes]) {
      const address = String(table.state.addresses[index]);
      if (seen.has(address))
        throw unusable(table.key, `it gives ${address}, which is there already`);
      seen.add(address);
    }
    keepTables.push(table);
  }
  const options = { addressLookupTableAccounts: keepTables };
  return { instructions: TransactionMessage.decompile(message, options).instructions, keepTables };
}

/**
 * Refuses a message in which an address of a kept table isn't looked up: there the endpoint's word would stand unchecked.
 * Programs that the message calls itself are always static, and named by nobody else.
 *
 * @throws ValetkeyError `TableNotUsable`.
 */
export function checkKept(
  message: MessageV0,
  { instructions, keepTables }: Pick<TakenApart, "instructions" | "keepTables">,
): void {
  const fixed = new Set(message.staticAccountKeys.map(String));
  for (const { programId } of instructions) fixed.delete(programId.toBase58());
  for (const { key, state } of keepTables)
    for (const address of state.addresses)
      if (fixed.has(address.toBase58()))
        throw unusable(key, `${address.toBase58()} of it must stand in the transaction itself`);
}

async function usedPart(
  connection: Connection,
  { accountKey, writableIndexes, readonlyIndexes }: MessageAddressTableLookup,
): Promise<AddressLookupTableAccount> {
  const found = await rpc("getAccountInfo", () => fetchTable({ connection, table: accountKey }));
  if (found === null) throw unusable(accountKey, "there is no account");
  const used = [...writableIndexes, ...readonlyIndexes];
  if (used.some((index) => found.state.addresses[index] === undefined))
    throw unusable(accountKey, "it holds less than the transaction names");
  // An entry that isn't used is overwritten with an address that nobody names.
  const nobody = PublicKey.unique();
  const addresses = found.state.addresses.map((one, i) => (used.includes(i) ? one : nobody));
  return new AddressLookupTableAccount({ key: accountKey, state: { ...found.state, addresses } });
}

function unusable(table: PublicKey, reason: string): ValetkeyError {
  return new ValetkeyError("TableNotUsable", { table: table.toBase58(), reason });
}
