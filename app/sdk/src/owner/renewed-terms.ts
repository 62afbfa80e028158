// New terms for a live session, laid out so that what is under way still fits them.
import { sameBytes } from "../codec/bytes.js";
import { withoutCounters } from "../codec/terms.js";
import type { RuleData, SessionAccount, TermsData } from "../codec/index.js";

/**
 * Terms for a renewal: the session's `startsAt`; rules, limits and keys at the position that they have in the session, so that plans
 * which are under way still name them. A rule for which no id was chosen takes that of the session's rule for the same instruction,
 * an equal one first, and keeps its counters; any other gets an id that the session doesn't know.
 */
export function renewedTerms(
  session: SessionAccount,
  terms: TermsData,
  hasChosenId: (index: number) => boolean,
): TermsData {
  const rules = namedRules(session.rules, terms.rules, hasChosenId);
  const sameLimit = (a: TermsData["limits"][number], b: typeof a) =>
    a.asset === b.asset && a.source === b.source;
  return {
    ...terms,
    startsAt: session.startsAt,
    keys: inPlace(session.keys, terms.keys, (a, b) => a === b),
    limits: inPlace(session.limits, terms.limits, sameLimit),
    rules: inPlace(session.rules, rules, (a, b) => a.id === b.id),
  };
}

/** `after` in an order in which what `before` has too stands at the same index, as far as it has so many. */
function inPlace<A, B>(
  before: readonly A[],
  after: readonly B[],
  same: (a: A, b: B) => boolean,
): readonly B[] {
  const places = new Map<number, B>();
  const others: B[] = [];
  for (const one of after) {
    const index = before.findIndex((old) => same(old, one));
    if (index >= 0 && index < after.length && !places.has(index)) places.set(index, one);
    else others.push(one);
  }
  const next = others[Symbol.iterator]();
  return after.map((one, index) => places.get(index) ?? next.next().value ?? one);
}

function namedRules(
  before: readonly RuleData[],
  after: readonly RuleData[],
  hasChosenId: (index: number) => boolean,
): readonly RuleData[] {
  const ids = new Map<number, number>();
  for (const [i, { id }] of after.entries()) if (hasChosenId(i)) ids.set(i, id);
  const taken = (id: number): boolean => [...ids.values()].includes(id);
  for (const same of [sameContent, sameCall])
    for (const [i, rule] of after.entries()) {
      if (ids.has(i)) continue;
      const old = before.find((one) => !taken(one.id) && same(one, rule));
      if (old !== undefined) ids.set(i, old.id);
    }
  const known = new Set([...before.map(({ id }) => id), ...ids.values()]);
  let fresh = 0;
  return after.map((rule, i) => {
    const id = ids.get(i);
    if (id !== undefined) return { ...rule, id };
    do fresh += 1;
    while (known.has(fresh));
    return { ...rule, id: fresh };
  });
}

function sameCall(a: RuleData, b: RuleData): boolean {
  return (
    a.program === b.program && a.mode === b.mode && sameBytes(a.discriminator, b.discriminator)
  );
}

function sameContent(a: RuleData, b: RuleData): boolean {
  return sameCall(a, b) && textOf(a) === textOf(b);
}

function textOf(rule: RuleData): string {
  return JSON.stringify({ ...withoutCounters(rule), id: 0 }, (_, value: unknown) =>
    typeof value === "bigint" ? value.toString() : value instanceof Uint8Array ? [...value] : value,
  );
}
