// What may leave, in words.
import type { Address } from "../codec/address.js";
import type { LimitData, TermsData } from "../codec/types.js";
import type { Line } from "./describe.js";
import type { Speaker } from "./speaker.js";
import { durationText } from "./words.js";

/** Lines for all limits, and for everything that has none. */
export function limitLines(terms: TermsData, speaker: Speaker): readonly Line[] {
  const lines = terms.limits.flatMap((limit, index) => linesOf(limit, index, speaker));
  const own = terms.limits.filter(({ source }) => source === "vault");
  const sol = own.some(({ asset }) => asset === "SOL");
  const tokens = own.some(({ asset }) => asset !== "SOL");
  const rest = `${sol ? "No" : "No SOL and no"} ${tokens ? "other token" : "token"}`;
  const fees = terms.feeBudget === null || sol ? "" : " but for the fee budget";
  const wallets = own.length === terms.limits.length ? "" : ", and nothing else may leave a wallet";
  const text = `${rest} may leave the vault${fees}${wallets}.`;
  return [...lines, { key: "limits", text, level: "info" }];
}

/** Lines for one limit; the first says what, from where and how much in all. */
export function linesOf(limit: LimitData, index: number, speaker: Speaker): readonly Line[] {
  const { asset, source, total, perExecute, perPeriod } = limit;
  const lines: Line[] = [];
  const add = (part: string, text: string, level: Line["level"] = "info"): number =>
    lines.push({ key: `limit.${index}${part}`, text, level });
  const most = speaker.amount(total, asset);
  if (source === "vault") add("", `At most ${most} may leave the vault in all.`);
  else {
    const wrapped = asset === "SOL" ? ", as wrapped SOL" : "";
    add("", `${walletText(source, speaker)}: at most ${most} in all${wrapped}.`, "warning");
  }
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

/** From whose account a session takes as approved delegate. */
function walletText(source: Address, speaker: Speaker): string {
  const whose = speaker.reader(source)
    ? `YOUR wallet's own account (${source})`
    : `the own account of the wallet ${speaker.key(source)}`;
  return `Takes from ${whose}, as approved delegate`;
}
