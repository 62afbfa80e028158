// Ordinary instructions in, plan out.
import { PublicKey, type TransactionInstruction } from "@solana/web3.js";

import type { SessionAccount } from "../codec/types.js";
import { ValetkeyError } from "../errors/error.js";
import { writableOutside } from "./accounts.js";
import { closesAllowed, delegatingWallets } from "./allowed.js";
import { normalise, type Change, type Normalised, type Wishes } from "./normalise.js";
import { composeRun, type ComposedRun, type MinReceive, type RunContext } from "./run.js";

/** What a plan is composed from. */
export interface ComposeInput extends RunContext {
  readonly instructions: readonly TransactionInstruction[];
  readonly minReceive?: MinReceive;
}

/** A composed plan. */
export interface ComposedPlan extends ComposedRun {
  /** Instructions of the transaction itself, before the execute. */
  readonly outer: readonly TransactionInstruction[];
  readonly wishes: Wishes;
  readonly changes: readonly Change[];
}

/**
 * Composes ordinary instructions to one plan: normalises them, lists their accounts, chooses a rule for each. Named errors:
 * `ForeignSigner`, `NotInScope`, `RuleUsesSpent`, `ForbiddenAccount`, `SelfCall`, `TooManyInner`, `EmptyRequest`. Native rules
 * are not looked at: `composeTransaction` mixes both.
 *
 * @example
 * ```ts
 * const composed = composePlan({ programId, address, session: sessionAccount, payer, instructions });
 * const execute = executeInstruction({
 *   ...{ programId, sessionKey, session: address, config, vault: session.vault, ...composed },
 *   plan: { ...composed.plan, once: 7n },
 * });
 * ```
 */
export function composePlan(input: ComposeInput): ComposedPlan {
  const { inside, outside, wishes, changes } = normaliseFor(input, input.instructions);
  if (inside.length === 0) {
    throw new ValetkeyError("EmptyRequest", { what: "The list of instructions for the session" });
  }
  const run = composeRun(input, {
    inside,
    writableElsewhere: writableOutside(input.payer, outside),
    used: input.session.rules.map(() => 0),
    minReceive: input.minReceive,
  });
  return { ...run, outer: outside, wishes, changes };
}

/** Sorts instructions by what a session's terms say of closes and wallets. */
export function normaliseFor(
  { session, payer }: { readonly session: SessionAccount; readonly payer: PublicKey },
  instructions: readonly TransactionInstruction[],
  origins?: readonly number[],
): Normalised {
  return normalise({
    ...{ instructions, payer, vault: new PublicKey(session.vault) },
    ...{ closesAllowed: closesAllowed(session), wallets: delegatingWallets(session) },
    ...(origins === undefined ? {} : { origins }),
  });
}
