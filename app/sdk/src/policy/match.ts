// One inner instruction against one rule: the program's order of checks, with "depends" where accounts weren't read.
import type { Address } from "../codec/address.js";
import { sameBytes } from "../codec/bytes.js";
import type { PlanInner, RuleData } from "../codec/types.js";
import { refusal, type ProgramErrorCode, type RefusalContext } from "../errors/codes.js";
import { factOf, isProtected, type AccountView } from "./accounts.js";
import { dataHolds, fieldNumber } from "./data.js";
import { checkPositions } from "./positions.js";
import { judgeTyped } from "./typed-accounts.js";
import { decodeTyped, type Typed, type Visible } from "./typed.js";

/** Why a rule refuses: the program's error and where. */
export interface Refused {
  readonly code: ProgramErrorCode;
  readonly context: RefusalContext;
}

/** What matching one inner instruction against one rule found. */
export type Match =
  | { readonly verdict: "no"; readonly refused: Refused }
  | {
      readonly verdict: "yes" | "depends";
      /** Accounts that would have to be read to be sure. */
      readonly unknown: readonly Address[];
      /** What leaves, where the data says so. */
      readonly visible: Visible | null;
      /** Null for a program without typed decoder. */
      readonly typed: Typed | null;
    };

/**
 * Judges an inner instruction by a rule as the program does: same checks, same order, same errors. What counts over several
 * instructions is not looked at: the rule's own uses and its cap; nor is its pin, which is about the whole transaction.
 *
 * @example
 * ```ts
 * const [rule] = sessionAccount.rules;
 * const match = rule && matchInner({ rule, inner, view });
 * if (match?.verdict === "no") console.log(match.refused.code);
 * ```
 */
export function matchInner(input: {
  readonly rule: RuleData;
  readonly inner: PlanInner;
  readonly view: AccountView;
}): Match {
  const { rule, inner, view } = input;
  const no = (code: ProgramErrorCode, parts: Parameters<typeof refusal>[1] = {}): Match => ({
    verdict: "no",
    refused: { code, context: refusal(code, parts) },
  });
  const program = view.accounts[inner.program];
  const programIndex = { subject: "account", index: inner.program } as const;
  if (program === undefined) return no("IndexOutOfRange", programIndex);
  if (isProtected(view, inner.program)) {
    const own = program.address === view.programId;
    return no(own ? "SelfCall" : "ForbiddenAccount", programIndex);
  }
  if (program.address !== rule.program) return no("ProgramNotInScope", programIndex);
  if (rule.mode !== "vault") return no("ModeMismatch");
  const { discriminator } = rule;
  if (!sameBytes(inner.data.slice(0, discriminator.length), discriminator)) {
    return no("InstructionNotInScope");
  }
  const count = inner.accounts.length;
  if (count < rule.minAccounts || count > rule.maxAccounts) {
    return no("AccountCountRefused", { asked: BigInt(count), left: BigInt(rule.maxAccounts) });
  }
  const typed = decodeTyped(rule.program, inner.data);
  if (typed !== null && "code" in typed) {
    const length = typed.code === "TypedDataRefused" ? { asked: BigInt(inner.data.length) } : {};
    return no(typed.code, length);
  }
  const broken = rule.data.findIndex((constraint) => !dataHolds(constraint, inner.data));
  if (broken >= 0) return no("DataConstraintFailed", brokenData(rule, broken, inner.data));
  const positions = checkPositions(rule, inner, view, typed);
  if ("code" in positions) return no(positions.code, { subject: "position", index: positions.at });
  const accounts = inner.accounts.flatMap((index) => view.accounts[index] ?? []);
  const judged =
    typed === null
      ? { visible: null, known: true }
      : judgeTyped(typed, rule.program, accounts, view);
  if ("refused" in judged) {
    const { code, position } = judged.refused;
    return no(code, position === undefined ? {} : { subject: "position", index: position });
  }
  const unread = judged.known ? [] : accounts.filter((account) => factOf(account) === undefined);
  const unknown = [...new Set([...positions.unknown, ...unread.map(({ address }) => address)])];
  const verdict = positions.unknown.length === 0 && judged.known ? "yes" : "depends";
  return { verdict, unknown, visible: judged.visible, typed };
}

function brokenData(rule: RuleData, index: number, data: Uint8Array) {
  const constraint = rule.data[index];
  const where = { subject: "data", index } as const;
  if (constraint === undefined || constraint.field === "key" || constraint.field === "bytes") {
    return where;
  }
  const asked = fieldNumber({ ...constraint, field: constraint.field }, data) ?? 0n;
  return {
    ...where,
    asked: BigInt.asUintN(64, asked),
    left: BigInt.asUintN(64, constraint.values[0] ?? 0n),
  };
}
