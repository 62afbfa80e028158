// What may leave, in words.
import type { LimitData, TermsData } from "../codec/types.js";
import type { Line } from "./describe.js";
import type { Speaker } from "./speaker.js";
import { durationText } from "./words.js";

/** Lines for all limits, and for everything that has none. */
export function limitLines(terms: TermsData, speaker: Speaker): readonly Line[] {
  const lines = terms.limits.flatMap((limit, index) => linesOf(limit, index, speaker));
  const sol = terms.limits.some(({ asset }) => asset === "SOL");
  const tokens = terms.limits.some(({ asset }) => asset !== "SOL");
  const rest = `${sol ? "No" : "No SOL and no"} ${tokens ? "other token" : "token"}`;
  const fees = terms.feeBudget === null ? "" : " but for the fee budget";
  const text = `${rest} may leave the vault${fees}.`;
  return [...lines, { key: "limits", text, level: "info" }];
}

function linesOf(limit: LimitData, index: number, speaker: Speaker): readonly Line[] {
  const { asset, source, total, perExecute, perPeriod } = limit;
  const from = source === "vault" ? "the vault" : speaker.key(source);
  const lines: Line[] = [];
  const add = (part: string, text: string): number =>
    lines.push({ key: `limit.${index}${part}`, text, level: "info" });
  add("", `At most ${speaker.amount(total, asset)} may leave ${from} in all.`);
  if (perExecute !== null)
    add(".perExecute", `At most ${speaker.amount(perExecute, asset)} at a time (in one execute).`);
  if (perPeriod !== null) {
    const cap = speaker.amount(perPeriod.amount, asset);
    const each = durationText(BigInt(perPeriod.seconds));
    const turn = "twice that may leave around the turn of a period";
    add(".perPeriod", `At most ${cap} in each period of ${each}; ${turn}.`);
  }
  return lines;
}
