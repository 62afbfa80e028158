// What a renewal changes of rules: they are matched by id.
import type { RuleData, SessionRule, TermsData } from "../codec/types.js";
import { compared, type Change } from "./compared.js";
import type { Line } from "./describe.js";
import { ruleLines } from "./rules.js";

/** Lines for rules that were added, removed or changed. */
export function ruleDifference(change: Change): readonly Line[] {
  const { before, after } = change;
  const removed = before.rules.flatMap((rule, index): readonly Line[] => {
    if (after.rules.some(({ id }) => id === rule.id)) return [];
    const [head] = linesOf(change, before, rule, index);
    if (head === undefined) return [];
    const key = `rule.${index}.removed`;
    return [{ key, text: `Removed: ${head.text}`, level: "info" }];
  });
  return [
    ...removed,
    ...after.rules.flatMap((rule, index): readonly Line[] => {
      const now = linesOf(change, after, rule, index);
      const position = before.rules.findIndex(({ id }) => id === rule.id);
      const old = before.rules[position];
      if (old === undefined) return added(now);
      const was = linesOf(change, before, old, position).map((line) => ({
        ...line,
        key: line.key.replace(/^rule\.\d+/, `rule.${index}`),
      }));
      return changed(was, now, old, rule);
    }),
  ];
}

/** All lines of a rule as its terms say them; numbered by id, so that only its place doesn't make a difference. */
function linesOf(
  { names, speaker }: Change,
  terms: TermsData,
  rule: RuleData,
  index: number,
): readonly Line[] {
  return ruleLines({ rule, index, terms, names, speaker }).map((line) =>
    line.key === `rule.${index}`
      ? { ...line, text: line.text.replace(/^Rule \d+( \(id \d+\))?/, `Rule with id ${rule.id}`) }
      : line,
  );
}

function added(lines: readonly Line[]): readonly Line[] {
  return lines.map((line, i) =>
    i === 0 ? { ...line, text: `Added: ${line.text}`, level: "warning" } : line,
  );
}

function changed(
  was: readonly Line[],
  now: readonly Line[],
  old: RuleData | SessionRule,
  rule: RuleData,
): readonly Line[] {
  const lines = compared(was, now);
  const [head] = now;
  if (lines.length === 0 || head === undefined) return [];
  const first = lines.find(({ key }) => key === head.key) ?? {
    ...head,
    text: `Changed: ${head.text}`,
  };
  // Of a condition that is gone or another one nobody can say that it still narrows as much.
  const rest = lines
    .filter(({ key }) => key !== head.key)
    .map((line): Line => {
      const narrows = line.text.startsWith("Added: ") || line.level === "danger";
      const capped = line.key.endsWith(".cap") && !raises(old, rule);
      return narrows || capped ? line : { ...line, level: "warning" };
    });
  const widens = raises(old, rule) || rest.some(({ level }) => level !== "info");
  return [
    { ...first, text: first.text + counted(old), level: widens ? "warning" : first.level },
    ...rest,
  ];
}

function raises(old: RuleData, rule: RuleData): boolean {
  const uses = rule.uses === null ? old.uses !== null : old.uses !== null && rule.uses > old.uses;
  const cap = old.cap !== null && (rule.cap === null || rule.cap.total > old.cap.total);
  return uses || cap;
}

function counted(old: RuleData | SessionRule): string {
  if (!("usesSpent" in old)) return "";
  const uses = old.uses === null || old.usesSpent === 0 ? [] : [`${old.usesSpent} of its uses`];
  const cap = old.cap === null || old.capSpent === 0n ? [] : [`${old.capSpent} of its cap`];
  const spent = [...uses, ...cap];
  return spent.length === 0 ? "" : ` ${spent.join(" and ")} were spent and stay counted.`;
}
