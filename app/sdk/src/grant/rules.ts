// A rule in words.
import { toHex } from "../codec/bytes.js";
import type { AccountConstraint, DataConstraint, RuleData } from "../codec/types.js";
import type { Line } from "./describe.js";
import { amountText, assetText, countText, keyText, type Names } from "./words.js";

const OPERATORS = {
  eq: "=",
  ne: "≠",
  lt: "<",
  le: "≤",
  gt: ">",
  ge: "≥",
  in: "one of",
  mask: "with mask",
} as const;

const TYPED: Readonly<Record<string, string>> = {
  "11111111111111111111111111111111 02000000": "transfer SOL out of the vault",
  "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA 03": "transfer tokens out of the vault",
  "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA 0c": "transfer tokens out of the vault",
  "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA 11": "bring wrapped SOL up to date",
  "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb 03": "transfer tokens out of the vault",
  "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb 0c": "transfer tokens out of the vault",
  "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb 11": "bring wrapped SOL up to date",
  "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL 01": "create a token account, paid by the vault",
};

/** Lines for one rule; the first names program and instruction. */
export function ruleLines(rule: RuleData, index: number, names: Names): readonly Line[] {
  const key = (part: string): string => `rule.${index}.${part}`;
  const code = toHex(rule.discriminator);
  const what = TYPED[`${rule.program} ${code}`] ?? `instruction ${code}`;
  const uses = rule.uses === null ? "" : `, at most ${countText(rule.uses, "time")}`;
  const count =
    rule.minAccounts === rule.maxAccounts
      ? countText(rule.minAccounts, "account")
      : `${rule.minAccounts} to ${rule.maxAccounts} accounts`;
  const head = `Rule ${index + 1}: ${keyText(rule.program, names)}: ${what} with ${count}${uses}.`;
  const lines: Line[] = [{ key: key("program"), text: head, level: "info" }];
  if (rule.mode === "native") {
    lines.push({
      key: key("mode"),
      text: "Checked by the program itself (native mode).",
      level: "info",
    });
  }
  for (const [i, one] of rule.data.entries()) lines.push(dataLine(one, key(`data.${i}`), names));
  for (const one of rule.accounts)
    lines.push(accountLine(one, key(`account.${one.position}`), names));
  if (rule.floor !== null) {
    const { give, get, minimum, per } = rule.floor;
    const text = `For every ${amountText(per, give, names)} that leaves, at least ${amountText(minimum, get, names)} must come back, each time.`;
    lines.push({ key: key("floor"), text, level: "info" });
  }
  if (rule.cap !== null) {
    const text = `The ${rule.cap.field} argument at byte ${place(rule.cap)} may add up to ${rule.cap.total.toString()}.`;
    lines.push({ key: key("cap"), text, level: "info" });
  }
  if (rule.pin !== null) {
    const text = `Only while the program stays as it was in slot ${rule.pin.slot.toString()}.`;
    lines.push({ key: key("pin"), text, level: "info" });
  }
  if (rule.unbound) {
    const text =
      "Accounts that no line names may be anybody's: the session key can send to strangers' accounts.";
    lines.push({ key: key("unbound"), text, level: "danger" });
  }
  return lines;
}

function place(at: { readonly offset: number; readonly from: "start" | "end" }): string {
  return at.from === "start" ? String(at.offset) : `${at.offset} from the end`;
}

function dataLine(constraint: DataConstraint, key: string, names: Names): Line {
  const at = place(constraint);
  const level = constraint.from === "end" ? "warning" : "info";
  const note =
    constraint.from === "end"
      ? " (counted from the end: no protection where the program ignores extra bytes)"
      : "";
  const line = (what: string): Line => ({ key, text: `${what}${note}.`, level });
  if (constraint.field === "bytes") {
    const { operator, value } = constraint;
    return line(`Bytes ${at} ${OPERATORS[operator]} ${toHex(value)}`);
  }
  const { field, operator } = constraint;
  const values =
    constraint.field === "key"
      ? constraint.values.map((one) => keyText(one, names))
      : constraint.values.map(String);
  return line(`The ${field} argument at byte ${at} ${OPERATORS[operator]} ${values.join(", ")}`);
}

function accountLine(constraint: AccountConstraint, key: string, names: Names): Line {
  const at = `Account ${constraint.position} is`;
  const info = (what: string): Line => ({ key, text: `${at} ${what}.`, level: "info" });
  const mint = (one: string | null): string => (one === null ? "any mint" : assetText(one, names));
  switch (constraint.kind) {
    case "key":
      return info(keyText(constraint.key, names));
    case "set":
      return info(`one of ${constraint.keys.map((one) => keyText(one, names)).join(", ")}`);
    case "vault":
      return info("the vault, which signs");
    case "vaultToken":
      return info(`a token account of the vault, of ${mint(constraint.mint)}`);
    case "ownerToken":
      return info(
        `a token account of ${keyText(constraint.owner, names)}, of ${mint(constraint.mint)}`,
      );
    case "positionKey":
      return info("a position key of this session");
    case "programOwned":
      return {
        key,
        text: `${at} any account of the program itself, not only yours.`,
        level: "warning",
      };
    case "any":
      return { key, text: `${at} any account, also a stranger's.`, level: "danger" };
  }
}
