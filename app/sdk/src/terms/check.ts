// What the program would refuse in terms, found before anything is sent.
import type { Address } from "../codec/address.js";
import { toHex, Writer } from "../codec/bytes.js";
import { isNativeMint, MAX_LIFE_SECONDS } from "../codec/constants.js";
import { extensionNumbers, OFFERED_EXTENSIONS } from "../codec/extensions.js";
import { writeRule } from "../codec/rule.js";
import { checkBounds } from "../codec/terms.js";
import type { LimitData, RuleData, TermsData } from "../codec/types.js";
import type { ProgramErrorCode } from "../errors/codes.js";
import { refused, type ValetkeyError } from "../errors/error.js";
import { checkRule } from "./check-rule.js";

/** Where terms are to be granted; `vault` and `config` may be unknown yet. */
export interface Place {
  readonly programId: Address;
  readonly vault?: Address;
  readonly config?: Address;
}

/** Throws what the program would refuse in terms, whatever the time. */
export function checkTerms(terms: TermsData, place: Place): void {
  if (terms.rules.length === 0) throw refused("EmptyScope");
  checkFeeBudget(terms.feeBudget);
  checkExtensions(terms.extensions);
  checkBounds(terms);
  const { uses } = terms;
  if (uses !== "unlimited" && (!Number.isInteger(uses) || uses < 1 || uses > 0xffff_ffff)) {
    throw refused("BadUses");
  }
  const key = terms.keys.findIndex((one, i) => terms.keys.indexOf(one) !== i);
  if (key >= 0) throw refused("DuplicateKey", { subject: "key", index: key });
  checkLimits(terms.limits, place);
  const contents = terms.rules.map((rule) => contentOf(rule, terms.keys));
  for (const [index, rule] of terms.rules.entries()) {
    checkRule({ rule, index, terms, place });
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

function checkFeeBudget(budget: TermsData["feeBudget"]): void {
  if (budget === null) return;
  const { total, perExecute } = budget;
  if (perExecute > 0n && perExecute <= total) return;
  throw refused("BadLimit", {
    ...{ asked: perExecute, left: total },
    detail: "A fee budget pays something per execute, and not more than in all.",
  });
}

function checkExtensions(bits: bigint): void {
  const [first] = extensionNumbers(bits & ~OFFERED_EXTENSIONS);
  if (first === undefined) return;
  const detail =
    first === 3
      ? "A mint that can be closed may come back as another one under the same address."
      : `Token-2022's extension ${first} can't be allowed.`;
  throw refused("FeatureRefused", { asked: BigInt(first), detail });
}

function checkLimits(limits: readonly LimitData[], { vault, config }: Place): void {
  const seen = new Set<string>();
  for (const [index, { asset, source, total, perExecute, perPeriod }] of limits.entries()) {
    const fail = (code: ProgramErrorCode, detail?: string): ValetkeyError =>
      refused(code, { subject: "limit", index, ...(detail === undefined ? {} : { detail }) });
    const parts = [total, perExecute, perPeriod?.amount, BigInt(perPeriod?.seconds ?? 1)];
    if (parts.includes(0n)) throw fail("BadLimit");
    if (source === vault || source === config) {
      throw fail("BadLimit", "A limit's wallet isn't the vault or its config; leave it out.");
    }
    if (isNativeMint(asset)) throw fail("MintRefused", "Wrapped SOL counts as SOL.");
    const name = `${asset} ${source}`;
    if (seen.has(name)) throw fail("DuplicateLimit");
    seen.add(name);
  }
}
