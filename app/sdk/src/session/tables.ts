import type { AddressLookupTableAccount, PublicKey, TransactionInstruction } from "@solana/web3.js";

import { ValetkeyError } from "../errors/index.js";
import { signWithKeys } from "../keys/session-key.js";
import { send, type Landed } from "../send/index.js";
import { rpc } from "../send/rpc.js";
import {
  closeTable,
  createTable,
  deactivateTable,
  extendTable,
  fetchTable,
  tableClosableAt,
  waitForTable,
} from "../tables/index.js";
import { compileTransaction } from "../transaction/index.js";
import type { SessionContext } from "./context.js";

/** Lookup tables that the session key owns and pays for. */
export interface SessionTables {
  /**
   * Creates a table with these addresses (at most 256) and waits until it can be used. Every later send of
   * this session object may use it.
   */
  readonly create: (input: {
    readonly addresses: readonly PublicKey[];
    readonly signal?: AbortSignal;
  }) => Promise<AddressLookupTableAccount>;
  /** Adds addresses to a table of this session key and waits until they can be used. */
  readonly extend: (input: {
    readonly table: PublicKey;
    readonly addresses: readonly PublicKey[];
    readonly signal?: AbortSignal;
  }) => Promise<AddressLookupTableAccount>;
  /** The tables made or extended through this object. */
  readonly list: () => readonly AddressLookupTableAccount[];
  /** True for a table of this object that holds exactly what was put there, so that no endpoint lied. */
  readonly isTrusted: (table: AddressLookupTableAccount) => boolean;
  /**
   * Takes tables out of use, and closes those that have cooled down (513 slots, about four minutes): their
   * rent goes to the owner. Call it again later for the rest.
   */
  readonly sweep: (input?: { readonly tables?: readonly PublicKey[] }) => Promise<{
    readonly closed: readonly PublicKey[];
    readonly cooling: readonly PublicKey[];
  }>;
}

/** Sends instructions that only the session key signs, outside the program. */
export async function sendAsKey(
  context: SessionContext,
  instructions: readonly TransactionInstruction[],
  signal?: AbortSignal,
): Promise<Landed> {
  const { connection, programId, key, computeUnitPrice } = context;
  const payer = key.publicKey;
  const price = computeUnitPrice === undefined ? {} : { computeUnitPrice };
  return await send({
    connection,
    programId,
    payer,
    build: (input) => compileTransaction({ payer, instructions, ...price, ...input }),
    sign: (transaction) => signWithKeys(transaction, [key]),
    signal,
    onEvent: [context.onEvent],
  });
}

/** Makes the table manager of a session. */
export function createSessionTables(context: SessionContext): SessionTables {
  const { connection, key, owner } = context;
  const authority = key.publicKey;
  const own = new Map<string, AddressLookupTableAccount>();
  const trusted = new Set<AddressLookupTableAccount>();
  const ready = async (
    table: PublicKey,
    addresses: readonly PublicKey[],
    signal: AbortSignal | undefined,
  ) => {
    const usable = await waitForTable({
      connection,
      table,
      addresses,
      ...(signal === undefined ? {} : { signal }),
    });
    own.set(table.toBase58(), usable);
    return usable;
  };
  return {
    list: () => [...own.values()],
    isTrusted: (table) => trusted.has(table),
    create: async ({ addresses, signal }) => {
      if (addresses.length === 0)
        throw new ValetkeyError("EmptyRequest", { what: "addresses of a lookup table" });
      const recentSlot = await rpc("getSlot", () => connection.getSlot("finalized"));
      const steps = createTable({ authority, payer: authority, recentSlot, addresses });
      for (const instructions of steps.transactions) await sendAsKey(context, instructions, signal);
      const table = await ready(steps.table, addresses, signal);
      const unique = [...new Set(addresses.map(String))];
      if (unique.join() === table.state.addresses.join()) trusted.add(table);
      return table;
    },
    extend: async ({ table, addresses, signal }) => {
      const found = await known(context, table);
      const held = found.state.addresses;
      for (const instructions of extendTable({
        table,
        authority,
        payer: authority,
        addresses,
        held,
      }))
        await sendAsKey(context, instructions, signal);
      return await ready(table, addresses, signal);
    },
    sweep: async ({ tables = [...own.values()].map((table) => table.key) } = {}) => {
      const [closed, cooling]: [PublicKey[], PublicKey[]] = [[], []];
      for (const table of tables) {
        const found = await rpc("getAccountInfo", () => fetchTable({ connection, table }));
        own.delete(table.toBase58());
        if (found === null) continue;
        const closableAt = tableClosableAt(found);
        const slot = await rpc("getSlot", () => connection.getSlot("confirmed"));
        if (closableAt === null) await sendAsKey(context, [deactivateTable({ table, authority })]);
        if (closableAt === null || BigInt(slot) <= closableAt) cooling.push(table);
        else {
          await sendAsKey(context, [closeTable({ table, authority, recipient: owner })]);
          closed.push(table);
        }
      }
      return { closed, cooling };
    },
  };
}

async function known(
  { connection, key }: SessionContext,
  table: PublicKey,
): Promise<AddressLookupTableAccount> {
  const found = await rpc("getAccountInfo", () => fetchTable({ connection, table }));
  const unusable = (reason: string) =>
    new ValetkeyError("TableNotUsable", { table: table.toBase58(), reason });
  if (found === null) throw unusable("there is no account");
  if (found.state.authority?.equals(key.publicKey) !== true)
    throw unusable("the session key has no authority over it");
  return found;
}
