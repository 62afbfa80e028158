// An owner's transaction, and what lookup tables may do in it.
import type { AddressLookupTableAccount, TransactionInstruction } from "@solana/web3.js";

import { rpc } from "../send/rpc.js";
import { maskTables, selectTables, usableTable } from "../tables/index.js";
import { compileMessage } from "../transaction/compile.js";
import { MAX_TRANSACTION_BYTES, transactionSize } from "../transaction/size.js";
import { checkedAddresses } from "./checked-addresses.js";
import type { CallOptions, OwnerContext } from "./context.js";

/** An owner's act, in the spellings that the program knows. */
export interface OwnerAct {
  readonly instructions: readonly TransactionInstruction[];
  /** The same with the accounts of one instruction bound, so that tables may give them; for these tables. */
  readonly bound?: (tables: readonly AddressLookupTableAccount[]) => BoundAct;
}

/** An act in which no table can change the accounts of one instruction: the program knows their hash, or compares each. */
export interface BoundAct {
  readonly instructions: readonly TransactionInstruction[];
  /** Base58 of the accounts that are bound. */
  readonly addresses: ReadonlySet<string>;
}

/** Instructions and the tables for them. */
export interface Spelling {
  readonly instructions: readonly TransactionInstruction[];
  readonly tables: readonly AddressLookupTableAccount[];
}

/** An act whose last instruction can carry the hash of its accounts: all from index 1 on are bound then. */
export function actOf(
  before: readonly TransactionInstruction[],
  last: (bindKeys: boolean, tables: readonly AddressLookupTableAccount[]) => TransactionInstruction,
): OwnerAct {
  return {
    instructions: [...before, last(false, [])],
    bound: (tables) => {
      const instruction = last(true, tables);
      return { instructions: [...before, instruction], addresses: boundBy(instruction) };
    },
  };
}

/** An act by proposal: the program compares each account from index 1 on with what was approved. */
export function proposedActOf(
  before: readonly TransactionInstruction[],
  last: TransactionInstruction,
): OwnerAct {
  const instructions = [...before, last];
  return { instructions, bound: () => ({ instructions, addresses: boundBy(last) }) };
}

function boundBy({ keys }: TransactionInstruction): ReadonlySet<string> {
  return new Set(keys.slice(1).map(({ pubkey }) => pubkey.toBase58()));
}

/** The caller's tables, less what can't be used yet. */
export async function usableTables(
  { connection }: OwnerContext,
  { lookupTables = [] }: CallOptions,
): Promise<readonly AddressLookupTableAccount[]> {
  if (lookupTables.length === 0) return [];
  const slot = await rpc("getSlot", () => connection.getSlot("confirmed"));
  return lookupTables
    .map((table) => usableTable(table, slot))
    .filter((table): table is AddressLookupTableAccount => table !== null);
}

/**
 * An act in words that fit one transaction, as far as any do, and the tables for them. Where the plain spelling fits, tables give
 * nothing that matters, so that an endpoint which lies about one can't even make it fail. `tables` must be usable.
 */
export function spell(
  { programId, wallet }: OwnerContext,
  act: OwnerAct,
  tables: readonly AddressLookupTableAccount[],
): Spelling {
  const { instructions } = act;
  if (tables.length === 0) return { instructions, tables };
  const payer = wallet.publicKey;
  const choose = (all: readonly TransactionInstruction[], bound: ReadonlySet<string>): Spelling => {
    const keep = new Set([...checkedAddresses(programId, all), ...bound]);
    const masked = maskTables({ tables, keep, payer });
    const chosen = selectTables({ payer, instructions: all, tables: masked, slot: LATER });
    return { instructions: all, tables: chosen };
  };
  const plain = choose(instructions, new Set());
  const size = sizeOf(payer, plain);
  if (act.bound === undefined || size <= MAX_TRANSACTION_BYTES - BUDGET_BYTES) return plain;
  const bound = act.bound(tables);
  const other = choose(bound.instructions, bound.addresses);
  return sizeOf(payer, other) < size ? other : plain;
}

/** Compute-budget's program and its one instruction, which every transaction gets. */
export const BUDGET_BYTES = 32 + 8;

// Tables that are usable stay so.
const LATER = (1n << 64n) - 1n;

function sizeOf(
  payer: OwnerContext["wallet"]["publicKey"],
  { instructions, tables }: Spelling,
): number {
  const blockhash = payer.toBase58();
  return transactionSize(compileMessage({ payer, instructions, blockhash, tables }));
}
