// What the program would refuse in a rule.
import type { Address } from "../codec/address.js";
import {
  ATA_PROGRAM,
  isNativeMint,
  MAX_RULE_ACCOUNTS,
  RESERVED_PROGRAMS,
} from "../codec/constants.js";
import { fieldWidth } from "../codec/constraints.js";
import { TOKEN_EXTENSIONS } from "../codec/extensions.js";
import type { AccountConstraint, DataConstraint, RuleData, TermsData } from "../codec/types.js";
import type { ProgramErrorCode } from "../errors/codes.js";
import { refused, type ValetkeyError } from "../errors/error.js";
import { discriminatorLengths, isTypedProgram, typedShape } from "../policy/typed.js";
import type { Place } from "./check.js";

interface Checked {
  readonly rule: RuleData;
  readonly index: number;
  readonly terms: TermsData;
  readonly place: Place;
}

type Fail = (code: ProgramErrorCode, detail?: string) => ValetkeyError;

/** Throws what the program would refuse in one rule of terms. */
export function checkRule(checked: Checked): void {
  const { rule, index, place } = checked;
  const fail: Fail = (code, detail) =>
    refused(code, { rule: index, ...(detail === undefined ? {} : { detail }) });
  const { program, discriminator } = rule;
  if (program === place.programId || RESERVED_PROGRAMS.includes(program)) {
    throw fail("ReservedProgram");
  }
  if (!discriminatorLengths(program).includes(discriminator.length)) throw fail("BadDiscriminator");
  if (rule.minAccounts > rule.maxAccounts || rule.maxAccounts > MAX_RULE_ACCOUNTS) {
    throw fail("BadConstraint", "An inner instruction has at most 61 accounts.");
  }
  if (rule.uses !== null && (!Number.isInteger(rule.uses) || rule.uses < 1)) throw fail("BadUses");
  checkFloor(rule, fail);
  checkCap(rule, fail);
  checkMode(rule, fail);
  checkConstraints(checked, fail);
  if (isTypedProgram(program)) checkTyped(checked, fail);
}

function checkFloor({ floor }: RuleData, fail: Fail): void {
  if (floor === null) return;
  if (floor.give === floor.get || floor.minimum === 0n || floor.per === 0n) throw fail("BadFloor");
  if (isNativeMint(floor.give) || isNativeMint(floor.get)) {
    throw fail("MintRefused", "Wrapped SOL counts as SOL.");
  }
}

function checkCap({ cap }: RuleData, fail: Fail): void {
  if (cap === null) return;
  const reachable = cap.from === "start" || cap.offset >= fieldWidth(cap.field);
  if (reachable && cap.total > 0n) return;
  throw fail("BadConstraint", "A cap sums an argument that can be there, and allows something.");
}

function checkMode({ mode, program, floor, pin }: RuleData, fail: Fail): void {
  if (mode === "vault") return;
  if (isTypedProgram(program)) {
    throw fail("UnsafeRule", "Native mode is for programs that check sessions themselves.");
  }
  if (floor !== null || pin !== null) {
    throw fail("UnsafeRule", "A native rule moves nothing of the vault: no floor, no pin.");
  }
}

function checkConstraints({ rule, terms, place: { vault } }: Checked, fail: Fail): void {
  const unreachable = rule.data.some((one) => one.from === "end" && one.offset < widthOf(one));
  if (unreachable)
    throw fail("BadConstraint", "A field begins less than its width before the end.");
  let next = 0;
  for (const constraint of rule.accounts) {
    const { position, kind } = constraint;
    if (position < next || position >= rule.maxAccounts) {
      throw fail("BadConstraint", `Account position ${position} is out of order or range.`);
    }
    next = position + 1;
    if (vault !== undefined && namedKeys(constraint).includes(vault)) {
      throw fail("BadConstraint", `Position ${position} names the vault; use the role vault.`);
    }
    if (kind === "programOwned" && isTypedProgram(rule.program)) throw fail("BadConstraint");
    if (kind !== "positionKey") continue;
    if (!terms.positionKeys) {
      throw fail("UnsafeRule", "Position keys need the opt-in positionKeys of the terms.");
    }
    if (rule.mode === "native") {
      throw fail("UnsafeRule", "Position keys sign in execute alone, not in native mode.");
    }
  }
}

/** Keys that must not be the vault: it is said as "vault", so that a reader sees where it signs. */
function namedKeys(constraint: AccountConstraint): readonly Address[] {
  if (constraint.kind === "key") return [constraint.key];
  if (constraint.kind === "set") return constraint.keys;
  return constraint.kind === "ownerToken" ? [constraint.owner] : [];
}

function widthOf(constraint: DataConstraint): number {
  if (constraint.field === "bytes") return constraint.value.length;
  return constraint.field === "key" ? 32 : fieldWidth(constraint.field);
}

function checkTyped({ rule, terms }: Checked, fail: Fail): void {
  const shape = typedShape(rule.program, rule.discriminator);
  if (shape === null || rule.unbound) {
    throw fail("UnsafeRule", "The program's typed decoder doesn't allow this instruction.");
  }
  if (shape.closes && !terms.closeAccounts) {
    throw fail("UnsafeRule", "Closing accounts needs the opt-in closeAccounts of the terms.");
  }
  const hook = shape.hook && allowsHook(terms);
  if (rule.minAccounts < shape.accounts || (!hook && rule.maxAccounts > shape.accounts)) {
    const extra = shape.hook
      ? " More only for a transfer hook, with the opt-in transferHook of the terms."
      : "";
    throw fail("UnsafeRule", `This instruction has exactly ${shape.accounts} accounts.${extra}`);
  }
  const kinds = shape.boundByVault ? ["key", "set", "vault"] : ["key", "set"];
  const open = shape.bound.find(
    (position) =>
      !rule.accounts.some((one) => one.position === position && kinds.includes(one.kind)),
  );
  if (open === undefined) return;
  const what = rule.program === ATA_PROGRAM ? "the wallet" : `account ${open}`;
  throw fail("UnsafeRule", `The rule must bind ${what} by ${kinds.join(" or ")}.`);
}

function allowsHook({ extensions }: TermsData): boolean {
  return ((extensions >> BigInt(TOKEN_EXTENSIONS.transferHook)) & 1n) === 1n;
}
