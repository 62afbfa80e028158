// Conditions on arguments: `{ amount: { max: 5n } }` to data constraints.
import { PublicKey } from "@solana/web3.js";

import type { CapData, DataConstraint, FieldPlace } from "../codec/types.js";
import { ValetkeyError } from "../errors/error.js";
import {
  argumentPlaces,
  comparableField,
  type ArgumentPlace,
  type ComparableField,
} from "./arguments.js";
import { sameName, type IdlInstructionLike, type ProgramLike } from "./idl.js";

/** A value of an argument. */
export type ArgumentValue = bigint | number | boolean | PublicKey | Uint8Array;

/**
 * What an argument must be; a bare value means `equals`. `min` and `max` are included. `mask`: of these bits, exactly those of
 * `equals` are set. `cap`: what the argument may add up to over all uses of the rule; a rule caps one argument.
 */
export type ArgumentRule =
  | ArgumentValue
  | {
      readonly equals?: ArgumentValue;
      readonly not?: ArgumentValue;
      readonly min?: bigint | number;
      readonly max?: bigint | number;
      readonly oneOf?: readonly ArgumentValue[];
      readonly mask?: { readonly bits: bigint | number; readonly equals: bigint | number };
      readonly cap?: bigint;
    };

type Operator = "eq" | "ne" | "ge" | "le" | "in" | "mask";

/** What conditions on arguments come to. */
export interface ArgumentParts {
  readonly data: readonly DataConstraint[];
  readonly cap: CapData | null;
}

/**
 * Data constraints and the cap for named arguments. An argument without a fixed distance from start or end, or of a type that can't be
 * compared, is `ArgumentNotFixed`; the start is preferred, since a program may ignore bytes that follow its arguments.
 */
export function argumentConstraints(
  program: ProgramLike,
  instruction: IdlInstructionLike,
  rules: Readonly<Record<string, ArgumentRule>>,
): ArgumentParts {
  const { idl } = program;
  const places = argumentPlaces(idl, instruction.args, instruction.discriminator.length);
  const caps: CapData[] = [];
  const data = Object.entries(rules).flatMap(([name, rule]) => {
    const place =
      places.find((one) => one.path === name) ?? places.find((one) => sameName(one.path, name));
    if (place === undefined) {
      const known = places.map((one) => one.path);
      throw new ValetkeyError("UnknownArgument", {
        instruction: instruction.name,
        argument: name,
        known,
      });
    }
    const fail = (reason: string): never => {
      throw new ValetkeyError("ArgumentNotFixed", {
        instruction: instruction.name,
        argument: name,
        reason,
      });
    };
    const at = fieldPlace(place, fail);
    const field =
      comparableField(idl, place) ??
      fail(`its type ${JSON.stringify(place.type)} can't be compared`);
    const cap = capOf(rule);
    if (cap !== null) {
      if (caps.length > 0) return fail("a rule caps one argument, and it has another cap already");
      caps.push(capData(at, field, cap, fail));
    }
    return conditions(rule, fail).map(([operator, values]) =>
      constraint(at, field, operator, values, fail),
    );
  });
  return { data, cap: caps[0] ?? null };
}

function isBare(rule: ArgumentRule): rule is ArgumentValue {
  return typeof rule !== "object" || rule instanceof PublicKey || rule instanceof Uint8Array;
}

function capOf(rule: ArgumentRule): bigint | null {
  return isBare(rule) ? null : (rule.cap ?? null);
}

function capData(
  at: FieldPlace,
  { field, ordered }: ComparableField,
  total: bigint,
  fail: (reason: string) => never,
): CapData {
  const summable = field === "u8" || field === "u16" || field === "u32" || field === "u64";
  if (!summable || !ordered) return fail("a cap sums unsigned numbers, and this is none");
  if (typeof total !== "bigint" || total < 1n || total >= 1n << 64n) {
    return fail("its cap must be a bigint from 1 that fits a u64");
  }
  return { ...at, field, total };
}

function fieldPlace(place: ArgumentPlace, fail: (reason: string) => never): FieldPlace {
  if (place.size === null) return fail("its length varies");
  if (place.fromStart !== null) return { offset: place.fromStart, from: "start" };
  if (place.fromEnd !== null) return { offset: place.fromEnd, from: "end" };
  return fail("arguments of varying length stand before and after it");
}

function conditions(
  rule: ArgumentRule,
  fail: (reason: string) => never,
): readonly (readonly [Operator, readonly ArgumentValue[]])[] {
  if (isBare(rule)) return [["eq", [rule]]];
  const { equals, not, min, max, oneOf, mask, cap } = rule;
  const found: (readonly [Operator, readonly ArgumentValue[]])[] = [];
  if (equals !== undefined) found.push(["eq", [equals]]);
  if (not !== undefined) found.push(["ne", [not]]);
  if (min !== undefined) found.push(["ge", [min]]);
  if (max !== undefined) found.push(["le", [max]]);
  if (oneOf !== undefined) found.push(["in", oneOf]);
  if (mask !== undefined) found.push(["mask", [mask.bits, mask.equals]]);
  return found.length > 0 || cap !== undefined
    ? found
    : fail("the condition is empty; say equals, not, min, max, oneOf, mask or cap");
}

function constraint(
  at: FieldPlace,
  { field, width, ordered }: ComparableField,
  operator: Operator,
  values: readonly ArgumentValue[],
  fail: (reason: string) => never,
): DataConstraint {
  if (!ordered && (operator === "ge" || operator === "le"))
    return fail("it has no order to compare by");
  if (operator === "in" && (values.length < 1 || values.length > 16)) {
    return fail("oneOf takes 1 to 16 values");
  }
  if (operator === "mask" && (field === "i64" || field === "key" || field === "bytes")) {
    return fail("a mask needs an unsigned number");
  }
  if (field === "key") {
    if (operator !== "eq" && operator !== "ne" && operator !== "in") {
      return fail("keys have no order");
    }
    const keys = values.map((value) =>
      value instanceof PublicKey ? value.toBase58() : fail("its value must be a PublicKey"),
    );
    return { ...at, field, operator, values: keys };
  }
  if (field === "bytes") {
    const [value] = values;
    if (operator !== "eq" && operator !== "ne") return fail("bytes know equals and not only");
    if (!(value instanceof Uint8Array) || value.length !== width) {
      return fail(`its value must be a Uint8Array of ${width} bytes`);
    }
    return { ...at, field, operator, value: Uint8Array.from(value) };
  }
  const masked = operator === "mask";
  const low =
    field === "i64" ? -(1n << 63n) : ordered || masked ? 0n : -(1n << BigInt(8 * width - 1));
  const high = field === "i64" ? (1n << 63n) - 1n : (1n << BigInt(8 * width)) - 1n;
  const numbers = values.map((value) => {
    if (typeof value === "object") return fail("its value must be a number");
    if (typeof value === "number" && !Number.isSafeInteger(value))
      return fail(`${value} isn't an integer`);
    const number = BigInt(value);
    if (number < low || number > high) return fail(`${number} is out of its range`);
    // A negative value of i8, i16, i32 is compared by its bytes.
    return field === "i64" ? number : BigInt.asUintN(8 * width, number);
  });
  const [bits = 0n, wanted = 0n] = numbers;
  if (masked && (bits === 0n || (bits & wanted) !== wanted)) {
    return fail("its mask has no bits, or asks for bits that it doesn't look at");
  }
  return { ...at, field, operator, values: numbers };
}
