// A grant in plain words, a function of the terms alone.
import type { SessionAccount, TermsData } from "../codec/types.js";
import { limitLines } from "./limits.js";
import type { Names } from "./names.js";
import { optInLines } from "./opt-ins.js";
import { ruleLines } from "./rules.js";
import { createSpeaker } from "./speaker.js";
import { countText, durationText, timeText } from "./words.js";

/** One line of the text. */
export interface Line {
  /**
   * Stable name of what the line is about: `window`, `uses`; `limit.0` and what belongs to it, `limit.0.perPeriod`; `rule.0` and
   * its conditions, `rule.0.account.1`.
   */
  readonly key: string;
  readonly text: string;
  /** `warning`: wider than it looks; `danger`: without a bound. */
  readonly level: "info" | "warning" | "danger";
}

/**
 * What an owner approves, line by line: window and uses, what may leave, then each rule with its conditions. The same terms and
 * names always give the same lines, and other terms give others. Names make it easier to read and hide nothing: an address
 * stands beside its name when it is first mentioned, and each time when the name could be taken for another's.
 *
 * @example
 * ```ts
 * const names = mergeNames(namesFromIdl(idl), { names: { [mint.toBase58()]: "gold" }, decimals: { [mint.toBase58()]: 6 } });
 * for (const { text, level } of describeGrant(session.terms, names)) show(text, level);
 * ```
 */
export function describeGrant(
  terms: TermsData | SessionAccount,
  names: Names = {},
): readonly Line[] {
  const known = "config" in terms ? withDecimals(terms, names) : names;
  const speaker = createSpeaker(known);
  return [
    ...("config" in terms ? sessionLines(terms) : []),
    ...windowLines(terms),
    ...optInLines(terms, speaker),
    ...limitLines(terms, speaker),
    ...terms.rules.flatMap((rule, index) => ruleLines({ rule, index, terms, names, speaker })),
  ];
}

/** The program read a session's decimals from the mints: they are right, whatever the caller says. */
export function withDecimals(session: SessionAccount, names: Names): Names {
  const found = session.limits.map(({ asset, decimals }) => [asset, decimals] as const);
  return { ...names, decimals: { ...names.decimals, ...Object.fromEntries(found) } };
}

function sessionLines(session: SessionAccount): readonly Line[] {
  const { sessionKey, vault, grantId, revoked } = session;
  const info = (key: string, text: string): Line => ({ key, text, level: "info" });
  return [
    info("sessionKey", `Session key ${sessionKey} signs for the vault ${vault}.`),
    info("grant", `Grant ${grantId.toString()}.`),
    ...(revoked ? [info("revoked", "Revoked: it allows nothing any more.")] : []),
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
