// Chooses the rule for each inner instruction.
import type { PlanInner, SessionRule } from "../codec/types.js";
import { messageFor } from "../errors/codes.js";
import type { RuleMiss } from "../errors/client-errors.js";
import { refused, ValetkeyError } from "../errors/error.js";
import type { AccountView } from "../policy/accounts.js";
import { matchInner } from "../policy/match.js";

/** A rule that was chosen. */
export interface Choice {
  /** Position of the rule in the terms. */
  readonly rule: number;
  /** False when accounts that nobody read decide whether it matches. */
  readonly sure: boolean;
}

/**
 * The rule for an inner instruction: one that surely matches before one that may, one with uses left before one without, then the
 * first. `used` counts inner instructions of the same plan per rule. Throws `NotInScope` with the nearest rules and why they
 * don't match, `RuleUsesSpent` when only uses are missing.
 */
export function chooseRule(input: {
  readonly rules: readonly SessionRule[];
  readonly inner: Omit<PlanInner, "rule">;
  readonly view: AccountView;
  readonly used: readonly number[];
  /** Position of the instruction in the list that was given, for errors. */
  readonly index: number;
}): Choice {
  const { rules, view, used, index } = input;
  const misses: RuleMiss[] = [];
  const matches: (Choice & { readonly usesLeft: boolean })[] = [];
  const program = view.accounts[input.inner.program]?.address ?? "";
  for (const [position, rule] of rules.entries()) {
    if (rule.program !== program) continue;
    const match = matchInner({ rule, inner: { ...input.inner, rule: position }, view });
    if (match.verdict === "no") {
      const { code, context } = match.refused;
      misses.push({ rule: position, code, reason: messageFor(code, context) });
      continue;
    }
    const spent = rule.usesSpent + (used[position] ?? 0);
    const usesLeft = rule.uses === null || spent < rule.uses;
    matches.push({ rule: position, sure: match.verdict === "yes", usesLeft });
  }
  const able = matches.filter(({ usesLeft }) => usesLeft);
  const best = able.find(({ sure }) => sure) ?? able[0];
  if (best !== undefined) return { rule: best.rule, sure: best.sure };
  const [spent] = matches;
  if (spent !== undefined) {
    throw refused("RuleUsesSpent", { inner: index, rule: spent.rule, asked: 1n, left: 0n });
  }
  throw new ValetkeyError("NotInScope", { index, program, nearest: nearest(misses) });
}

/** Rules for the very instruction, when there are any; they say more than rules for others of the program. */
function nearest(misses: readonly RuleMiss[]): readonly RuleMiss[] {
  const same = misses.filter(({ code }) => code !== "InstructionNotInScope");
  return same.length > 0 ? same : misses;
}
