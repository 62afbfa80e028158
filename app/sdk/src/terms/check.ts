// What the program would refuse in terms, found before anything is sent.
import type { Address } from "../codec/address.js";
import { Writer } from "../codec/bytes.js";
import {
  ATA_PROGRAM,
  MAX_LIFE_SECONDS,
  MAX_RULE_ACCOUNTS,
  NATIVE_MINT,
  NATIVE_MINT_2022,
  RESERVED_PROGRAMS,
  SYSTEM_PROGRAM,
} from "../codec/constants.js";
import { fieldWidth } from "../codec/constraints.js";
import { writeRule } from "../codec/rule.js";
import { checkBounds } from "../codec/terms.js";
import type {
  AccountConstraint,
  DataConstraint,
  LimitData,
  RuleData,
  TermsData,
} from "../codec/types.js";
import { toHex } from "../codec/bytes.js";
import { refused, type ValetkeyError } from "../errors/error.js";
import type { ProgramErrorCode } from "../errors/codes.js";
import { isTypedProgram, typedShape } from "../policy/typed.js";

/** Throws what the program would refuse in terms, whatever the time; `vault` may be unknown yet. */
export function checkTerms(terms: TermsData, programId: Address, vault?: Address): void {
  if (
    terms.closeAccounts ||
    terms.positionKeys ||
    terms.feeBudget !== null ||
    terms.extensions !== 0n
  ) {
    throw refused("FeatureRefused");
  }
  if (terms.rules.length === 0) throw refused("EmptyScope");
  checkBounds(terms);
  const { uses } = terms;
  if (uses !== "unlimited" && (!Number.isInteger(uses) || uses < 1 || uses > 0xffff_ffff)) {
    throw refused("BadUses");
  }
  const key = terms.keys.findIndex((one, i) => terms.keys.indexOf(one) !== i);
  if (key >= 0) throw refused("DuplicateKey", { subject: "key", index: key });
  checkLimits(terms.limits);
  const contents = terms.rules.map((rule) => contentOf(rule, terms.keys));
  for (const [index, rule] of terms.rules.entries()) {
    checkRule(rule, index, programId, vault);
    const same = (other: RuleData, i: number): boolean =>
      i < index && (other.id === rule.id || contents[i] === contents[index]);
    if (terms.rules.some(same)) throw refused("DuplicateRule", { rule: index });
  }
}

/** Throws `BadWindow` when the window is empty, over, or ends more than 365 days from now. */
export function checkWindow(terms: TermsData, now: bigint): void {
  const { startsAt, expiresAt } = terms;
  const opens = startsAt > now ? startsAt : now;
  const last = now + BigInt(MAX_LIFE_SECONDS);
  if (startsAt < 0n || expiresAt <= opens || expiresAt > last) {
    throw refused("BadWindow", { asked: expiresAt, left: last });
  }
}

function contentOf(rule: RuleData, keys: readonly Address[]): string {
  const writer = new Writer("rule");
  writeRule(writer, { ...rule, id: 0 }, keys);
  return toHex(writer.done());
}

function isNativeMint(asset: string): boolean {
  return asset === NATIVE_MINT || asset === NATIVE_MINT_2022;
}

function checkLimits(limits: readonly LimitData[]): void {
  const seen = new Set<string>();
  for (const [index, { asset, source, total, perExecute, perPeriod }] of limits.entries()) {
    const fail = (code: ProgramErrorCode, detail?: string): ValetkeyError =>
      refused(code, { subject: "limit", index, ...(detail === undefined ? {} : { detail }) });
    const parts = [total, perExecute, perPeriod?.amount, BigInt(perPeriod?.seconds ?? 1)];
    if (parts.includes(0n)) throw fail("BadLimit");
    if (source !== "vault") throw fail("FeatureRefused");
    if (isNativeMint(asset)) throw fail("MintRefused", "Wrapped SOL counts as SOL.");
    if (seen.has(asset)) throw fail("DuplicateLimit");
    seen.add(asset);
  }
}

function checkRule(
  rule: RuleData,
  index: number,
  programId: Address,
  vault: Address | undefined,
): void {
  const fail = (code: ProgramErrorCode, detail?: string): ValetkeyError =>
    refused(code, { rule: index, ...(detail === undefined ? {} : { detail }) });
  const { program, discriminator, floor } = rule;
  if (program === programId || RESERVED_PROGRAMS.includes(program)) throw fail("ReservedProgram");
  const { length } = discriminator;
  const typed = isTypedProgram(program);
  const lengths = program === SYSTEM_PROGRAM ? [4] : typed ? [1] : [1, 4, 8];
  if (!lengths.includes(length)) throw fail("BadDiscriminator");
  if (rule.minAccounts > rule.maxAccounts || rule.maxAccounts > MAX_RULE_ACCOUNTS) {
    throw fail("BadConstraint", "An inner instruction has at most 61 accounts.");
  }
  if (rule.uses !== null && (!Number.isInteger(rule.uses) || rule.uses < 1)) throw fail("BadUses");
  if (floor !== null && (floor.give === floor.get || floor.minimum === 0n || floor.per === 0n)) {
    throw fail("BadFloor");
  }
  if (floor !== null && (isNativeMint(floor.give) || isNativeMint(floor.get))) {
    throw fail("MintRefused", "Wrapped SOL counts as SOL.");
  }
  if (rule.mode !== "vault" || rule.pin !== null || rule.cap !== null) throw fail("FeatureRefused");
  checkConstraints(rule, vault, fail);
  if (typed) checkTyped(rule, fail);
}

function checkConstraints(
  rule: RuleData,
  vault: Address | undefined,
  fail: (code: ProgramErrorCode, detail?: string) => ValetkeyError,
): void {
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
    if (kind === "positionKey") throw fail("FeatureRefused");
    if (vault !== undefined && namedKeys(constraint).includes(vault)) {
      throw fail("BadConstraint", `Position ${position} names the vault; use the role vault.`);
    }
    if (kind === "programOwned" && isTypedProgram(rule.program)) throw fail("BadConstraint");
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

function checkTyped(
  rule: RuleData,
  fail: (code: ProgramErrorCode, detail?: string) => ValetkeyError,
): void {
  const shape = typedShape(rule.program, rule.discriminator);
  if (shape === null || rule.unbound) {
    throw fail("UnsafeRule", "The program's typed decoder doesn't allow this instruction.");
  }
  if (rule.minAccounts !== shape.accounts || rule.maxAccounts !== shape.accounts) {
    throw fail("UnsafeRule", `This instruction has exactly ${shape.accounts} accounts.`);
  }
  if (shape.bound === null) return;
  const bound = rule.accounts.find(({ position }) => position === shape.bound);
  if (bound === undefined || !["key", "set", "vault"].includes(bound.kind)) {
    const what = rule.program === ATA_PROGRAM ? "the wallet" : `account ${shape.bound}`;
    throw fail("UnsafeRule", `The rule must bind ${what} by key, set or vault.`);
  }
}
