// Conditions on accounts in words, and what is left open.
import type { Address } from "../codec/address.js";
import { toHex } from "../codec/bytes.js";
import type { AccountConstraint, RuleData } from "../codec/types.js";
import type { Line } from "./describe.js";
import { knownInstruction } from "./known.js";
import type { InstructionNames } from "./names.js";
import { fold, isIdentifier, type Speaker } from "./speaker.js";
import { choiceText } from "./words.js";

/** The account at a position by its name, with the position when the name alone doesn't say which. */
export function accountName(called: InstructionNames | undefined, position: number): string {
  const names = called?.accounts ?? [];
  const name = names[position];
  if (name === undefined || !/^[A-Za-z0-9_. ]{1,64}$/.test(name)) return `account ${position}`;
  const same = names.filter((one) => fold(one) === fold(name));
  return same.length === 1 ? `\`${name}\`` : `\`${name}\` (account ${position})`;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The line for one condition. */
export function accountLine(input: {
  readonly constraint: AccountConstraint;
  readonly prefix: string;
  readonly rule: RuleData;
  readonly called: InstructionNames | undefined;
  readonly speaker: Speaker;
}): Line {
  const { constraint, prefix, rule, called, speaker } = input;
  const key = `${prefix}.account.${constraint.position}`;
  const subject = capital(accountName(called, constraint.position));
  const isKnown = knownInstruction(rule.program, toHex(rule.discriminator)) !== undefined;
  const line = (text: string, level: Line["level"] = "info"): Line => ({
    ...{ key, level, text: `${subject} ${text}.` },
  });
  const token = (mint: Address | null): string => (mint === null ? "any token" : speaker.key(mint));
  switch (constraint.kind) {
    case "key":
      return line(`is ${speaker.key(constraint.key)}`);
    case "set":
      return line(`is one of ${choiceText(constraint.keys.map((one) => speaker.key(one)))}`);
    case "vault":
      // Where a known instruction asks for a signature, it needs no condition.
      return line(isKnown || rule.mode === "native" ? "is the vault" : "is the vault, which signs");
    case "vaultToken":
      return line(`is a token account of the vault, for ${token(constraint.mint)}`);
    case "ownerToken": {
      const owner = speaker.key(constraint.owner);
      return line(`is a token account that belongs to ${owner}, for ${token(constraint.mint)}`);
    }
    case "positionKey":
      return line("is a fresh address of this session (a position key), which signs", "warning");
    case "programOwned": {
      const program = speaker.key(rule.program);
      return line(`is any account that belongs to ${program}, not only yours`, "warning");
    }
    case "any":
      return line("is any account, also a stranger's", "danger");
  }
}

/** What the positions without a condition may be; loud where that lets somebody else receive. */
export function openLines(input: {
  readonly rule: RuleData;
  readonly prefix: string;
  readonly called: InstructionNames | undefined;
}): readonly Line[] {
  const { rule, prefix, called } = input;
  const known = knownInstruction(rule.program, toHex(rule.discriminator));
  const bound = new Set(rule.accounts.map(({ position }) => position));
  const positions = Array.from({ length: rule.maxAccounts }, (_, position) => position);
  const open = positions.filter((one) => !bound.has(one) && known?.fixed.includes(one) !== true);
  const say = (which: readonly number[]): string =>
    capital(choiceText(openNames(called, which), "and"));
  const key = `${prefix}.open`;
  if (rule.unbound) {
    const which = open.length === 0 ? "Accounts that no line names" : say(open);
    const text = `${which} may be anybody's: the session key can send to strangers' accounts.`;
    return [{ key: `${prefix}.unbound`, text, level: "danger" }];
  }
  if (rule.mode === "native" && open.length > 0) {
    const text = `${say(open)}: read only, a token account of the vault, or the session's own.`;
    return [{ key, text, level: "info" }];
  }
  // Behind the accounts that a known instruction has come those of a transfer hook, which are bound like any program's.
  const own = open.filter((one) => one < (known?.accounts.length ?? 0));
  const rest = open.filter((one) => !own.includes(one));
  const lines: Line[] = [];
  if (own.length > 0) {
    const receiver = known?.receiver ?? null;
    lines.push(
      receiver !== null && own.includes(receiver)
        ? { key, text: `${say(own)} may be anybody's: no line says who receives.`, level: "danger" }
        : { key, text: `${say(own)} may be any.`, level: "info" },
    );
  }
  if (rest.length > 0) {
    const tokens = known === undefined ? ", or a token account of the vault" : "";
    const text = `${say(rest)}: read only${tokens}.`;
    lines.push({ key: own.length > 0 ? `${key}.more` : key, text, level: "info" });
  }
  return lines;
}

/** Named positions one by one, the rest in ranges: `a`, `b` and accounts 7 to 12. */
function openNames(
  called: InstructionNames | undefined,
  open: readonly number[],
): readonly string[] {
  const isNamed = (one: number): boolean => isIdentifier(called?.accounts[one] ?? "");
  const ranges: [number, number][] = [];
  for (const one of open.filter((position) => !isNamed(position))) {
    const last = ranges.at(-1);
    if (last?.[1] === one - 1) last[1] = one;
    else ranges.push([one, one]);
  }
  return [
    ...open.filter(isNamed).map((one) => accountName(called, one)),
    ...ranges.map(([from, to]) =>
      from === to ? accountName(called, from) : `accounts ${from} to ${to}`,
    ),
  ];
}
