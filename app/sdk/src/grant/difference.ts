// What a renewal changes, in plain words.
import type { Address, Asset } from "../codec/address.js";
import type { LimitData, SessionAccount, SessionLimit, TermsData } from "../codec/types.js";
import { compared, type Change } from "./compared.js";
import { withDecimals, type Line } from "./describe.js";
import { linesOf } from "./limits.js";
import type { Names } from "./names.js";
import { extensionLines, feeLines, optInLines } from "./opt-ins.js";
import { ruleDifference } from "./rule-difference.js";
import { createSpeaker, type Speaker } from "./speaker.js";
import { countText, durationText, timeText } from "./words.js";

/**
 * What new terms change for a session, line by line: added, removed, raised, lowered, extended. What was spent stays counted, and
 * is said where the session is given and not only its terms. Terms that allow the same give no line. Warnings are what widens.
 *
 * @example
 * ```ts
 * const names = namesFromIdl(idl);
 * for (const { text, level } of describeDifference(sessionAccount, termsData, names)) show(text, level);
 * ```
 */
export function describeDifference(
  before: TermsData | SessionAccount,
  after: TermsData,
  names: Names = {},
): readonly Line[] {
  const known = "config" in before ? withDecimals(before, names) : names;
  const change: Change = {
    before,
    after,
    names: known,
    speaker: createSpeaker(known, { repeats: true }),
  };
  return [
    ...windowChange(change),
    ...usesChange(change),
    ...headChange(change),
    ...limitChange(change),
    ...ruleDifference(change),
  ];
}

function windowChange({ before, after }: Change): readonly Line[] {
  const lines: Line[] = [];
  if (before.startsAt !== after.startsAt) {
    const text = `Starts ${timeText(after.startsAt)} instead of ${timeText(before.startsAt)}: a renewal can't change that.`;
    lines.push({ key: "window.start", text, level: "danger" });
  }
  const more = after.expiresAt - before.expiresAt;
  if (more === 0n) return lines;
  const [word, length] = more > 0n ? ["Extended", more] : ["Shortened", -more];
  const text = `${word} by ${durationText(length)}: until ${timeText(after.expiresAt)} instead of ${timeText(before.expiresAt)}.`;
  lines.push({ key: "window", text, level: more > 0n ? "warning" : "info" });
  return lines;
}

function usesChange({ before, after }: Change): readonly Line[] {
  if (before.uses === after.uses) return [];
  const spent = "usesSpent" in before ? spentUses(before.usesSpent, after.uses) : "";
  const said = (uses: number | "unlimited"): string =>
    uses === "unlimited" ? "any number of transactions" : countText(uses, "transaction");
  const raised =
    after.uses === "unlimited" || (before.uses !== "unlimited" && after.uses > before.uses);
  const text = `${raised ? "Raised" : "Lowered"}: ${said(after.uses)} in all instead of ${said(before.uses)}${spent}.`;
  return [{ key: "uses", text, level: raised ? "warning" : "info" }];
}

function spentUses(spent: number, allowed: number | "unlimited"): string {
  const left = allowed === "unlimited" ? "" : `, ${Math.max(allowed - spent, 0)} are left`;
  return `; ${spent} were spent and stay counted${left}`;
}

/** Guardian, origin, opt-ins and fee budget: their lines, as new or gone. */
function headChange({ before, after, speaker }: Change): readonly Line[] {
  const budgets = before.feeBudget !== null && after.feeBudget !== null;
  const isFee = ({ key }: Line): boolean => budgets && key.startsWith("feeBudget");
  const [old, now] = [before, after].map((terms) =>
    optInLines(terms, speaker).filter((line) => !isFee(line)),
  );
  const extensions = new Set(extensionLines(before.extensions & after.extensions).map(keyOf));
  const lines = compared(old ?? [], now ?? []).filter(({ key }) => !extensions.has(key));
  return [...lines, ...(budgets ? feeChange(before, after, speaker) : [])];
}

const keyOf = ({ key }: Line): string => key;

function feeChange(before: Change["before"], after: TermsData, speaker: Speaker): readonly Line[] {
  const same =
    before.feeBudget?.sponsor === after.feeBudget?.sponsor &&
    before.feeBudget?.total === after.feeBudget?.total &&
    before.feeBudget?.perExecute === after.feeBudget?.perExecute;
  if (same) return [];
  const paid = "feesPaid" in before ? before.feesPaid : 0n;
  const counted = paid > 0n ? ` ${speaker.amount(paid, "SOL")} were paid and stay counted.` : "";
  const [old, now] = [before, after].map((terms) =>
    feeLines(terms, speaker).filter(({ key }) => key === "feeBudget"),
  );
  return compared(old ?? [], now ?? []).map((line) => ({ ...line, text: line.text + counted }));
}

function limitChange({ before, after, speaker }: Change): readonly Line[] {
  const same = (a: LimitData, b: LimitData): boolean =>
    a.asset === b.asset && a.source === b.source;
  const removed = before.limits.flatMap((limit, index): readonly Line[] => {
    if (after.limits.some((other) => same(limit, other))) return [];
    const key = `limit.${index}.removed`;
    const from = sourceText(limit.source, speaker);
    const text = `Removed: the limit of ${speaker.asset(limit.asset)}; no more of it may leave ${from}.`;
    if (spentOf(limit) === 0n) return [{ key, text, level: "info" }];
    const spent = `${text} ${spentText(limit, null, speaker)}: it can't be dropped.`;
    return [{ key, text: spent, level: "danger" }];
  });
  return [
    ...removed,
    ...after.limits.flatMap((limit, index): readonly Line[] => {
      const old = before.limits.find((other) => same(limit, other));
      if (old !== undefined) return oneLimit(old, limit, index, speaker);
      return linesOf(limit, index, speaker).map((line, i) =>
        i === 0 ? { ...line, text: `Added: ${line.text}`, level: "warning" } : line,
      );
    }),
  ];
}

function oneLimit(
  old: LimitData | SessionLimit,
  limit: LimitData,
  index: number,
  speaker: Speaker,
): readonly Line[] {
  const lines: Line[] = [];
  const { asset } = limit;
  const add = (part: string, text: string, wider: boolean): number =>
    lines.push({ key: `limit.${index}${part}`, text, level: wider ? "warning" : "info" });
  const from = sourceText(limit.source, speaker);
  const parts = [
    ["", "in all", old.total, limit.total],
    [".perExecute", "at a time (in one execute)", old.perExecute, limit.perExecute],
    [".perPeriod", "in each period", old.perPeriod?.amount, limit.perPeriod?.amount],
  ] as const;
  for (const [part, when, was, now] of parts) {
    if (was === now || (was ?? null) === (now ?? null)) continue;
    const wider = now == null || (was != null && now > was);
    const spent = part === "" ? ` ${spentText(old, limit.total, speaker)}` : "";
    add(
      part,
      `${boundText(was, now, when, (amount) => speaker.amount(amount, asset))} may leave ${from}.${spent}`.trimEnd(),
      wider,
    );
  }
  const [was, now] = [old.perPeriod?.seconds, limit.perPeriod?.seconds];
  if (was !== undefined && now !== undefined && was !== now) {
    const text = `Periods of ${durationText(BigInt(now))} instead of ${durationText(BigInt(was))}.`;
    add(".seconds", text, now < was);
  }
  return lines;
}

function boundText(
  was: bigint | null | undefined,
  now: bigint | null | undefined,
  when: string,
  said: (amount: bigint) => string,
): string {
  if (now == null) return `Bound dropped: no longer at most ${said(was ?? 0n)} ${when}`;
  if (was == null) return `New bound: at most ${said(now)} ${when}`;
  return `${now > was ? "Raised" : "Lowered"}: at most ${said(now)} ${when} instead of ${said(was)}`;
}

function sourceText(source: Address, speaker: Speaker): string {
  return source === "vault" ? "the vault" : `the own account of the wallet ${speaker.key(source)}`;
}

function spentOf(limit: LimitData | SessionLimit): bigint {
  return "spent" in limit ? limit.spent : 0n;
}

function spentText(
  limit: LimitData | SessionLimit,
  total: bigint | null,
  speaker: Speaker,
): string {
  const spent = spentOf(limit);
  if (spent === 0n) return "";
  const amount = (value: bigint, asset: Asset): string => speaker.amount(value, asset);
  const counted = `${amount(spent, limit.asset)} was spent and stays counted`;
  if (total === null) return counted;
  return `${counted}, ${amount(total > spent ? total - spent : 0n, limit.asset)} is left.`;
}
