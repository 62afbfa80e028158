// Caps: what one argument adds up to over all uses of a rule.
import type { CapData, PlanInner, SessionRule } from "../codec/types.js";
import { refused, type ValetkeyError } from "../errors/error.js";
import { fieldNumber } from "./data.js";

/** Counts the caps of a session through a plan. */
export interface Caps {
  /** Adds the argument of an inner instruction to its rule's cap; the refusal when it is missing or too much, else null. */
  readonly spend: (
    inner: Pick<PlanInner, "rule" | "data">,
  ) => ValetkeyError<"ArgumentCapExceeded"> | null;
}

/** The caps as a session's rules have them now. */
export function createCaps(rules: readonly SessionRule[]): Caps {
  const spent = rules.map(({ capSpent }) => capSpent);
  return {
    spend({ rule, data }) {
      const cap = rules[rule]?.cap ?? null;
      if (cap === null) return null;
      const left = cap.total - (spent[rule] ?? 0n);
      const value = fieldNumber(cap, data);
      if (value === null || value > left) {
        return refused("ArgumentCapExceeded", {
          rule,
          asked: value ?? 0n,
          left: atLeastZero(left),
        });
      }
      spent[rule] = (spent[rule] ?? 0n) + value;
      return null;
    },
  };
}

/**
 * What a cap still has; a renewal may leave it below what was spent.
 *
 * @example
 * ```ts
 * for (const { cap, capSpent } of sessionAccount.rules) if (cap !== null) console.log(capLeft(cap, capSpent));
 * ```
 */
export function capLeft(cap: CapData, spent: bigint): bigint {
  return atLeastZero(cap.total - spent);
}

function atLeastZero(value: bigint): bigint {
  return value < 0n ? 0n : value;
}
