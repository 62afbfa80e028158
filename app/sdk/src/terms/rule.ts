// A rule before it has its place in terms.
import type {
  AccountConstraint,
  CapData,
  DataConstraint,
  FloorData,
  RuleData,
} from "../codec/types.js";
import { invalid } from "../errors/error.js";
import type { Pin } from "./pin.js";

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
  /** Unique in the terms. What was spent stays with it when the terms are renewed. */
  readonly id?: number;
}

/** What rules for programs without a decoder of their own may say besides. */
export interface ProgramRuleOptions extends RuleOptions {
  /**
   * `vault` (when left out): the session runs the instruction and the vault signs it. `native`: the session key sends the
   * instruction itself, and the program checks the session; it has no floor and no pin.
   */
  readonly mode?: "vault" | "native";
  /** The deployment that was looked at, see `readPin`: after an upgrade of the program the rule allows nothing. */
  readonly pinned?: Pin;
  /** Lets unconstrained writable accounts and programs through: loud in the grant's text. */
  readonly unbound?: boolean;
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
    readonly cap?: CapData | null;
  },
  options: ProgramRuleOptions,
): Rule {
  const { uses = null, floor = null, id = null, mode = "vault", pinned } = options;
  if (id !== null && (!Number.isInteger(id) || id < 0 || id > 65_535)) {
    throw invalid("rule id", `${id} isn't an integer from 0 to 65535`);
  }
  const accounts = [...(parts.accounts ?? [])].sort((a, b) => a.position - b.position);
  const { label, program, discriminator, minAccounts, maxAccounts, data = [] } = parts;
  const pin =
    pinned === undefined ? null : { programData: pinned.programData.toBase58(), slot: pinned.slot };
  return {
    ...{ label, program, discriminator, minAccounts, maxAccounts, data, accounts },
    ...{ mode, uses, floor, id, pin, cap: parts.cap ?? null },
    unbound: parts.unbound ?? options.unbound ?? false,
  };
}
