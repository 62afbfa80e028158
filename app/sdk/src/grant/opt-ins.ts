// What terms allow only when they say so: each line is loud.
import { toHex } from "../codec/bytes.js";
import { extensionName, extensionNumbers, type TokenExtension } from "../codec/extensions.js";
import type { TermsData } from "../codec/types.js";
import type { Line } from "./describe.js";
import type { Speaker } from "./speaker.js";

/** What each extension of a token means for who approves it. */
const EXTENSIONS: Readonly<Record<TokenExtension, readonly [string, Line["level"]]>> = {
  transferFee: [
    "a part of each transfer goes to the token's issuer; it counts as leaving",
    "warning",
  ],
  confidentialTransfer: ["amounts may be hidden; what is hidden is not counted", "warning"],
  confidentialTransferFee: ["a hidden part of hidden transfers goes to the issuer", "warning"],
  defaultAccountState: ["new accounts may begin frozen, until the issuer thaws them", "warning"],
  memoRequired: ["accounts may demand a memo before they receive", "warning"],
  interestBearing: ["wallets show more than is there; limits count without interest", "warning"],
  cpiGuard: ["accounts may refuse transfers that a program makes for their owner", "warning"],
  permanentDelegate: [
    "the issuer can take the tokens away at any time, beyond every limit",
    "danger",
  ],
  transferHook: ["the issuer's own program runs at each transfer and may refuse it", "warning"],
  scaledUiAmount: [
    "the issuer sets by what wallets multiply amounts; limits count without",
    "warning",
  ],
  pausable: ["the issuer can stop all transfers", "warning"],
};

/** Lines for guardian, origin, opt-ins and fee budget. */
export function optInLines(terms: TermsData, speaker: Speaker): readonly Line[] {
  const lines: Line[] = [];
  const add = (key: string, text: string, level: Line["level"]): number =>
    lines.push({ key, text, level });
  if (terms.guardian !== null) {
    const text = `The guardian ${speaker.key(terms.guardian)} may end it, nothing else.`;
    add("guardian", text, "info");
  }
  if (terms.origin !== null)
    add("origin", `Asked for by the site with hash ${toHex(terms.origin)}.`, "info");
  if (terms.closeAccounts) {
    const text =
      "Token accounts of the vault may be closed: empty ones and wrapped SOL; their SOL goes to the vault.";
    add("closeAccounts", text, "warning");
  }
  if (terms.positionKeys) {
    const text =
      "Fresh addresses of this session (position keys) may sign where a rule says so: what they come to own is the session's.";
    add("positionKeys", text, "warning");
  }
  lines.push(...extensionLines(terms.extensions), ...feeLines(terms, speaker));
  return lines;
}

/** A line for each Token-2022 extension that terms allow. */
export function extensionLines(bits: bigint): readonly Line[] {
  return extensionNumbers(bits).map((number): Line => {
    const name = extensionName(number);
    if (name === undefined) {
      const text = `Tokens may have Token-2022's extension ${number}: nobody here knows what it does.`;
      return { key: `extension.${number}`, text, level: "danger" };
    }
    const [means, level] = EXTENSIONS[name];
    const text = `Tokens may have Token-2022's extension ${name}: ${means}.`;
    return { key: `extension.${name}`, text, level };
  });
}

/** What may be paid for fees, and what that and the SOL limit come to. */
export function feeLines(terms: TermsData, speaker: Speaker): readonly Line[] {
  if (terms.feeBudget === null) return [];
  const { sponsor, total, perExecute } = terms.feeBudget;
  const [all, each] = [speaker.amount(total, "SOL"), speaker.amount(perExecute, "SOL")];
  const limit = terms.limits.find(({ asset, source }) => asset === "SOL" && source === "vault");
  const text = `The sponsor ${speaker.key(sponsor)} may be paid ${all} in all for fees, at most ${each} at a time (in one execute).`;
  const line: Line = { key: "feeBudget", text, level: "warning" };
  if (limit === undefined) return [line];
  const both = speaker.amount(total + limit.total, "SOL");
  const sum = `Beside the SOL limit: both together let ${both} leave the vault.`;
  return [line, { key: "feeBudget.sum", text: sum, level: "warning" }];
}
