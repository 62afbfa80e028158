// Conditions on instruction data in words.
import type { Asset } from "../codec/address.js";
import { toHex } from "../codec/bytes.js";
import type { DataConstraint, FieldPlace } from "../codec/types.js";
import type { Line } from "./describe.js";
import type { ArgumentNames, InstructionNames } from "./names.js";
import { fold, isIdentifier, type Speaker } from "./speaker.js";
import { choiceText } from "./words.js";

const OPERATORS = {
  eq: "is",
  ne: "is not",
  lt: "is less than",
  le: "is at most",
  gt: "is more than",
  ge: "is at least",
  in: "is",
} as const;

const WIDTHS = { u8: 1, u16: 2, u32: 4, u64: 8, i64: 8, key: 32 } as const;

/** What a reader must know of a place that is counted from the end. */
export const FROM_END =
  " (counted from the end: no protection where the program ignores extra bytes)";

type Field = DataConstraint["field"];

/** A place as the terms say it. */
export function rawPlace({ offset, from }: FieldPlace): string {
  return from === "start"
    ? `at byte ${offset} of the data`
    : `${offset} bytes before the end of the data`;
}

/** The name of the argument that lies exactly there and compares this way; undefined when none does, or another has its name. */
export function argumentName(
  called: InstructionNames | undefined,
  at: FieldPlace,
  field: Field,
  size: number = WIDTHS[field as keyof typeof WIDTHS],
): string | undefined {
  const found = argumentAt(called, at, field, size);
  return found === undefined ? undefined : `\`${found.name}\``;
}

function argumentAt(
  called: InstructionNames | undefined,
  at: FieldPlace,
  field: Field,
  size: number,
): ArgumentNames | undefined {
  const args = called?.args ?? [];
  const found = args.find((one) => {
    const offset = at.from === "start" ? one.fromStart : one.fromEnd;
    return offset === at.offset && one.field === field && one.size === size;
  });
  if (found === undefined || !isIdentifier(found.name)) return undefined;
  const same = args.filter(({ name }) => fold(name) === fold(found.name));
  return same.length === 1 ? found : undefined;
}

/** The line for one condition; `asset` is what a known transfer's amount counts. */
export function dataLine(input: {
  readonly constraint: DataConstraint;
  readonly key: string;
  readonly called: InstructionNames | undefined;
  readonly asset: Asset | null;
  readonly speaker: Speaker;
}): Line {
  const { constraint, key, called, asset, speaker } = input;
  const size = constraint.field === "bytes" ? constraint.value.length : WIDTHS[constraint.field];
  const argument = argumentAt(called, constraint, constraint.field, size);
  const subject =
    argument === undefined
      ? `The ${constraint.field} ${rawPlace(constraint)}`
      : `\`${argument.name}\``;
  const end = constraint.from === "end";
  const note = end ? FROM_END : "";
  const text = `${subject} ${predicate(constraint, argument, asset, speaker)}${note}.`;
  return { key, text, level: end ? "warning" : "info" };
}

function predicate(
  constraint: DataConstraint,
  argument: ArgumentNames | undefined,
  asset: Asset | null,
  speaker: Speaker,
): string {
  if (constraint.field === "bytes")
    return `${OPERATORS[constraint.operator]} ${toHex(constraint.value)} (hex)`;
  if (constraint.field === "key") {
    const keys = constraint.values.map((one) => speaker.key(one));
    return `${OPERATORS[constraint.operator]} ${oneOf(constraint.operator, keys)}`;
  }
  const { operator, values } = constraint;
  const word = (value: bigint): string => valueText(value, operator, argument, asset, speaker);
  if (operator === "mask") {
    const [mask = 0n, value = 0n] = values;
    return `masked with ${mask.toString(2)} is ${value.toString(2)} (binary)`;
  }
  return `${OPERATORS[operator]} ${oneOf(operator, values.map(word))}`;
}

const oneOf = (operator: string, choices: readonly string[]): string =>
  operator === "in" ? `one of ${choiceText(choices)}` : choiceText(choices);

function valueText(
  value: bigint,
  operator: "eq" | "ne" | "lt" | "le" | "gt" | "ge" | "in" | "mask",
  argument: ArgumentNames | undefined,
  asset: Asset | null,
  speaker: Speaker,
): string {
  if (argument === undefined) return value.toString();
  if (asset !== null && argument.name === "amount") return speaker.amount(value, asset);
  const word = argument.values?.[Number(value)];
  if (word !== undefined && isIdentifier(word)) return `${word} (${value.toString()})`;
  const equality = operator === "eq" || operator === "ne" || operator === "in";
  const negative = argument.signed && equality;
  return (negative ? BigInt.asIntN(8 * argument.size, value) : value).toString();
}
