import {
  PublicKey,
  SystemProgram,
  type AddressLookupTableAccount,
  type TransactionInstruction,
} from "@solana/web3.js";

import { executeInstruction, keysHash, type SessionAccount } from "../codec/index.js";
import { SYSTEM_PROGRAM } from "../codec/constants.js";
import {
  composeTransaction,
  type ComposedRun,
  type ComposedTransaction,
  type MinReceive,
  type PositionKey,
} from "../compose/index.js";
import { ValetkeyError } from "../errors/index.js";
import type { AccountFact } from "../policy/index.js";
import { rpc } from "../send/rpc.js";
import type { BuildInput } from "../send/index.js";
import { MAX_COMPUTE_UNITS } from "../send/simulate.js";
import { compileTransaction, type CompiledTransaction } from "../transaction/index.js";
import { chooseTables } from "./choose-tables.js";
import type { SessionContext } from "./context.js";
import { checkPriority, payBackOf, priorityLamports, type CallFees } from "./fees.js";
import { checkKept } from "./take-apart.js";
import { dressTransfers } from "./token-2022.js";

/** What a transaction of a session is made from. */
export interface ComposeRequest {
  readonly instructions: readonly TransactionInstruction[];
  readonly lookupTables: readonly AddressLookupTableAccount[];
  /** Tables whose entries must be looked up in them. */
  readonly keepTables: readonly AddressLookupTableAccount[];
  readonly minReceive?: MinReceive | undefined;
  readonly fees?: CallFees | undefined;
  /** The most that wishes may cost as priority fee; left out, the session's own bound. */
  readonly mostPriorityLamports?: bigint | undefined;
  readonly positionKeys: readonly PositionKey[];
  /** Tables whose content no endpoint can have made up. */
  readonly isTrusted: (table: AddressLookupTableAccount) => boolean;
}

/** A transaction that is ready to be numbered, compiled and signed. */
export interface ReadyPlan {
  readonly composed: ComposedTransaction;
  /** Inner instructions of its executes, together. */
  readonly inner: number;
  /** `once` is null for native instructions alone, which carry no number. */
  readonly compile: (input: BuildInput & Copy) => CompiledTransaction;
}

/** What tells a copy of an action from others. */
export interface Copy {
  readonly once: bigint | null;
  readonly loadedAccountsBytes?: number;
}

/**
 * Composes instructions under a session's terms and chooses lookup tables. Addresses that come out of a
 * table which an endpoint described are bound by `keys_hash`: if it lied, the program refuses.
 *
 * @throws ValetkeyError those of `composeTransaction`, `FeeBudgetExceeded`, `PriorityFeeTooHigh`.
 */
export async function preparePlan(
  context: SessionContext,
  account: SessionAccount,
  request: ComposeRequest,
): Promise<ReadyPlan> {
  const composed = await composeSurely(context, account, request);
  const { computeUnitPrice = context.computeUnitPrice } = composed.wishes;
  const { steps, runs, outer, natives } = composed;
  const payer = context.key.publicKey;
  if (request.fees?.payBack === true && runs.length === 0)
    throw new ValetkeyError("InvalidInput", {
      what: "fees.payBack",
      reason: "native instructions alone run no plan that could pay back",
    });
  const instructions = (guards: Guards) => [
    ...outer,
    ...steps.map((step) =>
      step.kind === "native"
        ? step.call.instruction
        : executeOf(context, step.run, {
            bound: guards.bound,
            once: step.run === runs[0] ? guards.once : null,
            fee: step.run === runs.at(-1) ? guards.fee : undefined,
          }),
    ),
  ];
  const measured = request.fees?.payBack === true ? { lamports: 0n, account: 0 } : undefined;
  const unbound = { once: 1n, bound: false, fee: measured };
  const outside = [...outer, ...natives.map(({ instruction }) => instruction)];
  const tables = await chooseTables(context, { ...request, outside }, instructions(unbound));
  const bound = tables.some((table) => !request.isTrusted(table));
  const inner = runs.reduce((sum, run) => sum + run.inner.length, 0);
  return {
    composed,
    inner,
    compile: ({ once, simulation, ...input }) => {
      const price = simulation ? simulatedPrice(composed, computeUnitPrice) : computeUnitPrice;
      const priority = priorityLamports(input.computeUnitLimit, price ?? 0n);
      const { mostPriorityLamports: most = context.mostPriorityLamports } = request;
      if (composed.wishes.computeUnitPrice !== undefined && !simulation)
        checkPriority(priority, most);
      const cost = { session: account, payer, instructions: outer, priority, simulation };
      const fee = request.fees?.payBack === true ? payBackOf(cost) : undefined;
      const compiled = compileTransaction({
        payer,
        instructions: instructions({ once, bound, fee }),
        tables,
        ...(price === undefined ? {} : { computeUnitPrice: price }),
        innerCalls: inner,
        ...input,
      });
      const { keepTables } = request;
      checkKept(compiled.message, { instructions: instructions(unbound), keepTables });
      return compiled;
    },
  };
}

// A simulation asks for all compute units there are; at the full price a key that can well pay could not pay that.
function simulatedPrice(
  { wishes }: ComposedTransaction,
  price: bigint | undefined,
): bigint | undefined {
  const units = wishes.computeUnitLimit ?? 200_000;
  return price === undefined ? undefined : (price * BigInt(units)) / BigInt(MAX_COMPUTE_UNITS);
}

/** What an execute carries beside its plan. */
interface Guards {
  readonly once: bigint | null;
  readonly bound: boolean;
  readonly fee: ReturnType<typeof payBackOf> | undefined;
}

function executeOf(
  { programId, key, address: session, config, vault }: SessionContext,
  run: ComposedRun,
  { once, bound, fee }: Guards,
): TransactionInstruction {
  const named = run.planAccounts.map(({ address }) => address);
  // The program pays by the System program, out of the vault.
  const paying = fee !== undefined;
  const system = paying && !named.includes(SYSTEM_PROGRAM) ? [SystemProgram.programId] : [];
  const more = system.map((pubkey) => ({ pubkey, isSigner: false, isWritable: false }));
  return executeInstruction({
    ...{ programId, sessionKey: key.publicKey, session, config, vault },
    vaultWritable: run.vaultWritable || paying,
    accounts: [...run.accounts, ...more],
    plan: {
      ...run.plan,
      ...(once === null ? {} : { once }),
      ...(bound ? { keysHash: keysHash([...named, ...system]) } : {}),
      ...(paying ? { fee } : {}),
    },
  });
}

/** Composes; where accounts that nobody read decide between rules, reads the accounts and composes again. */
export async function composeSurely(
  context: SessionContext,
  account: SessionAccount,
  request: Pick<ComposeRequest, "instructions" | "minReceive" | "positionKeys">,
  always = false,
): Promise<ComposedTransaction> {
  const { minReceive, positionKeys } = request;
  const { instructions, origins, changes } = await dressTransfers(
    context,
    account,
    request.instructions,
  );
  const compose = (facts?: ReadonlyMap<string, AccountFact | null>) => {
    const composed = composeTransaction({
      programId: context.programId,
      address: context.address,
      session: account,
      payer: context.key.publicKey,
      ...{ instructions, origins, positionKeys },
      ...(minReceive === undefined ? {} : { minReceive }),
      ...(facts === undefined ? {} : { facts }),
    });
    return { ...composed, changes: [...changes, ...composed.changes] };
  };
  const first = compose();
  if (!always && (first.sure || !hasChoice(account, first))) return first;
  return compose(await readFacts(context, first));
}

// With one rule for each instruction, what the accounts hold doesn't change the plan.
function hasChoice({ rules }: SessionAccount, { runs }: ComposedTransaction): boolean {
  const name = (rule: number) =>
    `${rules[rule]?.program ?? ""} ${String(rules[rule]?.discriminator)}`;
  return runs
    .flatMap(({ inner }) => inner)
    .some(({ rule }) => rules.filter((_, other) => name(other) === name(rule)).length > 1);
}

async function readFacts(
  { connection }: SessionContext,
  composed: ComposedTransaction,
): Promise<ReadonlyMap<string, AccountFact | null>> {
  const addresses = composed.accounts.map(({ address }) => address);
  if (addresses.length === 0) return new Map();
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
