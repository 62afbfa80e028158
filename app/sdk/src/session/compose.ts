import {
  PublicKey,
  type AddressLookupTableAccount,
  type TransactionInstruction,
} from "@solana/web3.js";

import { executeInstruction, keysHash, type SessionAccount } from "../codec/index.js";
import { composePlan, type ComposedPlan, type PositionKey } from "../compose/index.js";
import { ValetkeyError } from "../errors/index.js";
import type { AccountFact } from "../policy/index.js";
import { rpc } from "../send/rpc.js";
import { selectTables } from "../tables/index.js";
import { compileTransaction, type CompiledTransaction } from "../transaction/index.js";
import type { BuildInput } from "../send/index.js";
import type { SessionContext } from "./context.js";

/** Amounts that a plan must bring in, in base units. */
export type MinReceive = readonly { readonly asset: "SOL" | PublicKey; readonly amount: bigint }[];

/** What a transaction of a session is made from. */
export interface ComposeRequest {
  readonly instructions: readonly TransactionInstruction[];
  readonly lookupTables: readonly AddressLookupTableAccount[];
  readonly minReceive?: MinReceive | undefined;
  readonly positionKeys: readonly PositionKey[];
  /** Tables whose content no endpoint can have made up. */
  readonly isTrusted: (table: AddressLookupTableAccount) => boolean;
}

/** A plan that is ready to be numbered, compiled and signed. */
export interface ReadyPlan {
  readonly composed: ComposedPlan;
  readonly compile: (input: BuildInput & { readonly once: bigint }) => CompiledTransaction;
}

/**
 * Composes instructions under a session's terms and chooses lookup tables. Addresses that come out of a
 * table which an endpoint described are bound by `keys_hash`: if it lied, the program refuses.
 *
 * @throws ValetkeyError those of `composePlan`.
 */
export async function preparePlan(
  context: SessionContext,
  account: SessionAccount,
  request: ComposeRequest,
): Promise<ReadyPlan> {
  const composed = await composeSurely(context, account, request);
  const { computeUnitPrice = context.computeUnitPrice } = composed.wishes;
  const payer = context.key.publicKey;
  const instructions = (once: bigint, bound: boolean) => [
    ...composed.outer,
    executeInstruction({
      programId: context.programId,
      sessionKey: payer,
      session: context.address,
      config: context.config,
      vault: context.vault,
      vaultWritable: composed.vaultWritable,
      accounts: composed.accounts,
      plan: { ...composed.plan, once, ...(bound ? { keysHash: hashOf(composed) } : {}) },
    }),
  ];
  const tables = await chooseTables(context, instructions(1n, false), request.lookupTables);
  const bound = tables.some((table) => !request.isTrusted(table));
  return {
    composed,
    compile: ({ once, ...input }) =>
      compileTransaction({
        payer,
        instructions: instructions(once, bound),
        tables,
        ...(computeUnitPrice === undefined ? {} : { computeUnitPrice }),
        innerCalls: composed.inner.length,
        ...input,
      }),
  };
}

/** Composes; where accounts that nobody read decide between rules, reads the accounts and composes again. */
export async function composeSurely(
  context: SessionContext,
  account: SessionAccount,
  request: Pick<ComposeRequest, "instructions" | "minReceive" | "positionKeys">,
  always = false,
): Promise<ComposedPlan> {
  const { instructions, minReceive, positionKeys } = request;
  const compose = (facts?: ReadonlyMap<string, AccountFact | null>) =>
    composePlan({
      programId: context.programId,
      address: context.address,
      session: account,
      payer: context.key.publicKey,
      instructions,
      positionKeys,
      ...(minReceive === undefined ? {} : { minReceive }),
      ...(facts === undefined ? {} : { facts }),
    });
  const first = compose();
  if (!always && (first.sure || !hasChoice(account, first))) return first;
  return compose(await readFacts(context, first));
}

// With one rule for each instruction, what the accounts hold doesn't change the plan.
function hasChoice({ rules }: SessionAccount, { inner }: ComposedPlan): boolean {
  const name = (rule: number) =>
    `${rules[rule]?.program ?? ""} ${String(rules[rule]?.discriminator)}`;
  return inner.some(
    ({ rule }) => rules.filter((_, other) => name(other) === name(rule)).length > 1,
  );
}

async function readFacts(
  { connection }: SessionContext,
  { planAccounts }: ComposedPlan,
): Promise<ReadonlyMap<string, AccountFact | null>> {
  const addresses = planAccounts.map(({ address }) => address);
  const accounts = await rpc("getMultipleAccounts", () =>
    connection.getMultipleAccountsInfo(
      addresses.map((address) => new PublicKey(address)),
      "confirmed",
    ),
  );
  return new Map(
    addresses.map((address, i) => {
      const info = accounts[i];
      if (info == null) return [address, null];
      const { owner, data, executable } = info;
      return [address, { owner: owner.toBase58(), data, executable }];
    }),
  );
}

async function chooseTables(
  { connection, key }: SessionContext,
  instructions: readonly TransactionInstruction[],
  tables: readonly AddressLookupTableAccount[],
): Promise<readonly AddressLookupTableAccount[]> {
  if (tables.length === 0) return [];
  const slot = await rpc("getSlot", () => connection.getSlot("confirmed"));
  return selectTables({ payer: key.publicKey, instructions, tables, slot });
}

function hashOf({ planAccounts }: ComposedPlan): Uint8Array {
  return keysHash(planAccounts.map(({ address }) => address));
}

/** Refuses input that is neither a list of instructions nor a list of such lists. */
export function toLists(
  instructions: readonly TransactionInstruction[] | readonly (readonly TransactionInstruction[])[],
): readonly (readonly TransactionInstruction[])[] {
  if (instructions.length === 0)
    throw new ValetkeyError("EmptyRequest", { what: "The list of instructions" });
  const [first] = instructions;
  return Array.isArray(first)
    ? (instructions as readonly (readonly TransactionInstruction[])[])
    : [instructions as readonly TransactionInstruction[]];
}
