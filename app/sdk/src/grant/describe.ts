// A grant in plain words, a function of the terms alone.
import { toHex } from "../codec/bytes.js";
import type { LimitData, SessionAccount, TermsData } from "../codec/types.js";
import { ruleLines } from "./rules.js";
import {
  amountText,
  assetText,
  countText,
  durationText,
  keyText,
  timeText,
  type Names,
} from "./words.js";

/** One line of the text. */
export interface Line {
  /** Stable name of what the line is about, `limit.0.total`. */
  readonly key: string;
  readonly text: string;
  /** `warning`: wider than it looks; `danger`: without a bound. */
  readonly level: "info" | "warning" | "danger";
}

/**
 * What an owner approves, line by line: window, uses, guardian, limits, rules. The same terms always give the same lines. Names
 * and decimals that the caller knows make it easier to read; the terms hold only addresses and base units.
 *
 * @example
 * ```ts
 * for (const { text, level } of describeGrant(data, { names: { [usdc]: "USDC" }, decimals: { [usdc]: 6 } })) show(text, level);
 * ```
 */
export function describeGrant(
  terms: TermsData | SessionAccount,
  names: Names = {},
): readonly Line[] {
  const known = "config" in terms ? withDecimals(terms, names) : names;
  return [
    ...("config" in terms ? sessionLines(terms) : []),
    ...windowLines(terms),
    ...optInLines(terms, known),
    ...(terms.limits.length === 0 ? [noLimit(terms)] : []),
    ...terms.limits.flatMap((limit, index) => limitLines(limit, index, known)),
    ...terms.rules.flatMap((rule, index) => ruleLines(rule, index, known)),
  ];
}

function withDecimals(session: SessionAccount, names: Names): Names {
  const found = session.limits.map(({ asset, decimals }) => [asset, decimals] as const);
  return { ...names, decimals: { ...Object.fromEntries(found), ...names.decimals } };
}

function sessionLines(session: SessionAccount): readonly Line[] {
  const info = (key: string, text: string): Line => ({ key, text, level: "info" });
  return [
    info("sessionKey", `Session key ${session.sessionKey} signs for vault ${session.vault}.`),
    info("grant", `Grant ${session.grantId.toString()}.`),
    ...(session.revoked ? [info("revoked", "Revoked: it allows nothing any more.")] : []),
  ];
}

function windowLines(terms: TermsData | SessionAccount): readonly Line[] {
  const { startsAt, expiresAt, uses } = terms;
  const opens = "createdAt" in terms && terms.createdAt > startsAt ? terms.createdAt : startsAt;
  const length = expiresAt - opens;
  const window: Line = {
    key: "window",
    text: `From ${timeText(opens)} until ${timeText(expiresAt)} (${durationText(length)}).`,
    level: length > 86_400n ? "warning" : "info",
  };
  const count: Line =
    uses === "unlimited"
      ? { key: "uses", text: "Any number of transactions.", level: "warning" }
      : { key: "uses", text: `At most ${countText(uses, "transaction")}.`, level: "info" };
  return [window, count];
}

function optInLines(terms: TermsData, names: Names): readonly Line[] {
  const lines: Line[] = [];
  const add = (key: string, text: string, level: Line["level"]): number =>
    lines.push({ key, text, level });
  if (terms.guardian !== null) {
    add("guardian", `${keyText(terms.guardian, names)} may end it, nothing else.`, "info");
  }
  if (terms.origin !== null)
    add("origin", `Asked for by the site with hash ${toHex(terms.origin)}.`, "info");
  if (terms.closeAccounts) {
    add(
      "closeAccounts",
      "Empty and wrapped-SOL token accounts of the vault may be closed.",
      "warning",
    );
  }
  if (terms.positionKeys)
    add("positionKeys", "Fresh keys of the session may sign for positions.", "warning");
  if (terms.extensions !== 0n) {
    add(
      "extensions",
      `Token-2022 extensions allowed: bits ${terms.extensions.toString(16)} (hex).`,
      "warning",
    );
  }
  if (terms.feeBudget !== null) {
    const { sponsor, total, perExecute } = terms.feeBudget;
    const each = amountText(perExecute, "SOL", names);
    const text = `${keyText(sponsor, names)} may be paid ${amountText(total, "SOL", names)} for fees, ${each} at a time.`;
    add("feeBudget", text, "warning");
  }
  return lines;
}

function noLimit(terms: TermsData): Line {
  const fees = terms.feeBudget === null ? "" : " but for the fee budget";
  return { key: "limits", text: `No SOL and no token may leave the vault${fees}.`, level: "info" };
}

function limitLines(limit: LimitData, index: number, names: Names): readonly Line[] {
  const { asset, source, total, perExecute, perPeriod } = limit;
  const from = source === "vault" ? "the vault" : keyText(source, names);
  const lines: Line[] = [];
  const add = (part: string, text: string): number =>
    lines.push({ key: `limit.${index}.${part}`, text, level: "info" });
  add("total", `At most ${amountText(total, asset, names)} may leave ${from} in all.`);
  if (perExecute !== null)
    add(
      "perExecute",
      `At most ${amountText(perExecute, asset, names)} in one transaction's execute.`,
    );
  if (perPeriod !== null) {
    const { amount, seconds } = perPeriod;
    const cap = amountText(amount, asset, names);
    const name = assetText(asset, names);
    add(
      "perPeriod",
      `At most ${cap} in each ${durationText(BigInt(seconds))}; two periods of ${name} may follow one another.`,
    );
  }
  return lines;
}
