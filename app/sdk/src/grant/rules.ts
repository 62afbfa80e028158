// A rule in words.
import { toHex } from "../codec/bytes.js";
import type { FloorData, RuleData, TermsData } from "../codec/types.js";
import { accountLine, openLines } from "./account-lines.js";
import { argumentName, dataLine, FROM_END, rawPlace } from "./data-lines.js";
import type { Line } from "./describe.js";
import { amountAsset, effectText, knownInstruction } from "./known.js";
import type { InstructionNames, Names } from "./names.js";
import { isOnlyInstruction, type Speaker } from "./speaker.js";
import { countText, decimalText } from "./words.js";

/** What the lines of a rule are made from. */
export interface RuleWords {
  readonly rule: RuleData;
  /** Position in the terms. */
  readonly index: number;
  readonly terms: TermsData;
  readonly names: Names;
  readonly speaker: Speaker;
}

const NATIVE =
  "Used inside the program itself: the session key signs, the program enforces what it does, the vault and its limits have no part in it.";

/** Lines for one rule: the first names program and instruction, the rest are its conditions. */
export function ruleLines(words: RuleWords): readonly Line[] {
  const { rule, index, speaker } = words;
  const code = toHex(rule.discriminator);
  const called = speaker.instruction(rule);
  const prefix = `rule.${index}`;
  const lines: Line[] = [{ key: prefix, text: headText(words, called), level: "info" }];
  const add = (part: string, text: string, level: Line["level"] = "info"): number =>
    lines.push({ key: `${prefix}.${part}`, text, level });
  if (rule.mode === "native") add("mode", NATIVE);
  const asset = amountAsset(rule, code);
  for (const [i, constraint] of rule.data.entries())
    lines.push(dataLine({ constraint, key: `${prefix}.data.${i}`, called, asset, speaker }));
  if (rule.cap !== null) {
    const { field, total } = rule.cap;
    const name = argumentName(called, rule.cap, field) ?? `The ${field} ${rawPlace(rule.cap)}`;
    const most = asset !== null && name === "`amount`" ? speaker.amount(total, asset) : total;
    const end = rule.cap.from === "end";
    add(
      "cap",
      `${name} may add up to ${most.toString()} over all uses${end ? FROM_END : ""}.`,
      end ? "warning" : "info",
    );
  }
  for (const constraint of rule.accounts)
    lines.push(accountLine({ constraint, prefix, rule, called, speaker }));
  lines.push(...openLines({ rule, prefix, called }));
  lines.push(...floorLines(words, prefix, knownInstruction(rule.program, code) !== undefined));
  if (rule.pin !== null) {
    const { programData, slot } = rule.pin;
    const text = `Stops working when the program is upgraded: only as deployed in slot ${slot.toString()} (${speaker.key(programData)}).`;
    add("pin", text);
  }
  return lines;
}

function headText(words: RuleWords, called: InstructionNames | undefined): string {
  const { rule, index, names, speaker } = words;
  const code = toHex(rule.discriminator);
  const does = effectText(rule, code, words.terms);
  const effect = does === undefined ? "" : ` (${does})`;
  const id = rule.id === index + 1 ? "" : ` (id ${rule.id})`;
  const only = called !== undefined && isOnlyInstruction(names, rule, called.name);
  const what =
    called === undefined ? `instruction ${code}` : `${called.name}${only ? "" : ` (${code})`}`;
  const uses = rule.uses === null ? "" : `, at most ${countText(rule.uses, "time")}`;
  return `Rule ${index + 1}${id}: ${speaker.key(rule.program)}: ${what}${effect}${accountsText(rule, called)}${uses}.`;
}

/** Nothing when the instruction has the accounts that its interface names. */
function accountsText(rule: RuleData, called: InstructionNames | undefined): string {
  const { minAccounts, maxAccounts } = rule;
  if (minAccounts !== maxAccounts) return `, with ${minAccounts} to ${maxAccounts} accounts`;
  return called?.accounts.length === minAccounts
    ? ""
    : `, with ${countText(minAccounts, "account")}`;
}

function floorLines(words: RuleWords, prefix: string, typed: boolean): readonly Line[] {
  const { rule, terms, speaker } = words;
  const key = `${prefix}.floor`;
  if (rule.floor !== null) {
    const text = `${floorText(rule.floor, speaker)}, each time; no other token may leave under this rule.`;
    return [{ key, text, level: "info" }];
  }
  // A payment brings nothing back by its nature, and a native rule moves nothing.
  if (typed || rule.mode === "native" || terms.limits.length === 0) return [];
  const text =
    "No floor: nothing has to come back for what leaves under this rule, up to the limits.";
  return [{ key, text, level: "warning" }];
}

/** Per whole unit of what leaves when that comes out even, else as the terms count. */
function floorText(floor: FloorData, speaker: Speaker): string {
  const { give, get, minimum, per } = floor;
  const [one, least] = [speaker.decimals(give), speaker.decimals(get)];
  if (one !== undefined && least !== undefined) {
    const scaled = minimum * 10n ** BigInt(one + 18);
    if (per > 0n && scaled % per === 0n) {
      const given = speaker.quantity("1", give);
      const back = speaker.quantity(decimalText(scaled / per, least + 18), get);
      return `For every ${given} that leaves at least ${back} must come back`;
    }
  }
  return `For every ${speaker.amount(per, give)} that leaves at least ${speaker.amount(minimum, get)} must come back`;
}
