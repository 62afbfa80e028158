// A rule before it has its place in terms.
import type { AccountConstraint, DataConstraint, FloorData, RuleData } from "../codec/types.js";
import { invalid } from "../errors/error.js";

/** One allowed instruction: made by `allow`, `allowLike` and their like, put into `terms`. */
export interface Rule extends Omit<RuleData, "id"> {
  /** Unique in the terms; null = its position, counted from 1. */
  readonly id: number | null;
  /** How the grant's text and errors call it. */
  readonly label: string;
}

/** What every rule may say. */
export interface RuleOptions {
  /** Uses of this rule, inner instructions; left out, only the session's uses count. */
  readonly uses?: number;
  /** What must come back for what leaves. */
  readonly floor?: FloorData;
  readonly id?: number;
}

/** A rule from its parts. */
export function makeRule(
  parts: {
    readonly label: string;
    readonly program: string;
    readonly discriminator: Uint8Array;
    readonly minAccounts: number;
    readonly maxAccounts: number;
    readonly data?: readonly DataConstraint[];
    readonly accounts?: readonly AccountConstraint[];
    readonly unbound?: boolean;
  },
  options: RuleOptions,
): Rule {
  const { uses = null, floor = null, id = null } = options;
  if (id !== null && (!Number.isInteger(id) || id < 0 || id > 65_535)) {
    throw invalid("rule id", `${id} isn't an integer from 0 to 65535`);
  }
  const accounts = [...(parts.accounts ?? [])].sort((a, b) => a.position - b.position);
  const { label, program, discriminator, minAccounts, maxAccounts, data = [] } = parts;
  return {
    ...{ label, program, discriminator, minAccounts, maxAccounts, data, accounts },
    ...{ mode: "vault", uses, floor, id, unbound: parts.unbound ?? false, pin: null, cap: null },
  };
}
