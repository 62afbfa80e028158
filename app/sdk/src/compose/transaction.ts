// A whole transaction of a session: executes, and the native instructions that stand beside them, in order.
import type { TransactionInstruction } from "@solana/web3.js";

import type { Address } from "../codec/address.js";
import { invalid, ValetkeyError } from "../errors/error.js";
import type { PlanAccount } from "../policy/accounts.js";
import { writableOutside } from "./accounts.js";
import { normaliseFor, type ComposeInput } from "./compose.js";
import { nativeCall, type NativeCall } from "./native.js";
import type { Change, Wishes } from "./normalise.js";
import { composeRun, type ComposedRun, type Placed } from "./run.js";

/** One instruction of a composed transaction. */
export type ComposedStep =
  | { readonly kind: "execute"; readonly run: ComposedRun }
  | { readonly kind: "native"; readonly call: NativeCall };

/** A composed transaction. */
export interface ComposedTransaction {
  /** Executes and native instructions, in the order of the list. */
  readonly steps: readonly ComposedStep[];
  /** The executes among them. */
  readonly runs: readonly ComposedRun[];
  /** The native instructions among them. */
  readonly natives: readonly NativeCall[];
  /** Instructions that stand before all of them. */
  readonly outer: readonly TransactionInstruction[];
  readonly wishes: Wishes;
  readonly changes: readonly Change[];
  /** False when an account that nobody read decides whether a rule matches. */
  readonly sure: boolean;
  /** Accounts of the executes, each once. */
  readonly accounts: readonly PlanAccount[];
}

/**
 * Composes instructions to one atomic transaction. What a native rule allows stands as it is, what a vault rule allows runs inside
 * `execute`; the order is kept, so that native instructions between others make a second execute, which costs a further use.
 * Errors are those of `composePlan`, and `NativeAccountsMissing`.
 *
 * @example
 * ```ts
 * const { steps } = composeTransaction({ programId, address, session: sessionAccount, payer, instructions: [strike, swap] });
 * console.log(steps.map(({ kind }) => kind)); // ["native", "execute"]
 * ```
 */
export function composeTransaction(
  input: ComposeInput & { readonly origins?: readonly number[] },
): ComposedTransaction {
  const { payer, minReceive } = input;
  const used = input.session.rules.map(() => 0);
  const sorted = normaliseFor(input, input.instructions, input.origins);
  const changes: Change[] = [...sorted.changes];
  const groups: (NativeCall | Placed[])[] = [];
  for (const placed of sorted.inside) {
    const native = nativeCall(input, placed, used);
    const last = groups.at(-1);
    if (native !== null) {
      groups.push(native);
      const text = "its game checks the session: stands in the transaction itself";
      changes.push({ instruction: placed.index, kind: "native", text });
    } else if (Array.isArray(last)) last.push(placed);
    else {
      if (groups.some((group) => Array.isArray(group))) {
        const text = "begins another execute, behind a native instruction: one more use";
        changes.push({ instruction: placed.index, kind: "split", text });
      }
      groups.push([placed]);
    }
  }
  const natives = groups.flatMap((group) => (Array.isArray(group) ? [] : [group]));
  const insides = groups.flatMap((group) => (Array.isArray(group) ? [group] : []));
  if (groups.length === 0)
    throw new ValetkeyError("EmptyRequest", { what: "The list of instructions for the session" });
  if (minReceive !== undefined && minReceive.length > 0 && insides.length !== 1)
    throw invalid(
      "minReceive",
      insides.length === 0
        ? "native instructions alone run no plan that could keep it"
        : "it is kept by one execute: put the native instructions in front of the others, or behind them",
    );
  const outside = [...sorted.outside, ...natives.map(({ instruction }) => instruction)];
  const steps = groups.map((group): ComposedStep => {
    if (!Array.isArray(group)) return { kind: "native", call: group };
    const others = insides.filter((other) => other !== group).flat();
    const elsewhere = [...outside, ...others.map(({ instruction }) => instruction)];
    const writableElsewhere = writableOutside(payer, elsewhere);
    return {
      kind: "execute",
      run: composeRun(input, { inside: group, writableElsewhere, used, minReceive }),
    };
  });
  const runs = steps.flatMap((step) => (step.kind === "execute" ? [step.run] : []));
  return {
    ...{ steps, runs, natives, changes, wishes: sorted.wishes, outer: sorted.outside },
    sure: runs.every(({ sure }) => sure),
    accounts: distinct(runs),
  };
}

function distinct(runs: readonly ComposedRun[]): readonly PlanAccount[] {
  const accounts = runs.flatMap(({ planAccounts }) => planAccounts);
  return [...new Map<Address, PlanAccount>(accounts.map((one) => [one.address, one])).values()];
}
