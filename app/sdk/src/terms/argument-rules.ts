// Conditions on arguments: `{ amount: { max: 5n } }` to data constraints.
import { PublicKey } from "@solana/web3.js";

import type { DataConstraint, FieldPlace } from "../codec/types.js";
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

/** What an argument must be; a bare value means `equals`. `min` and `max` are included. */
export type ArgumentRule =
  | ArgumentValue
  | {
      readonly equals?: ArgumentValue;
      readonly not?: ArgumentValue;
      readonly min?: bigint | number;
      readonly max?: bigint | number;
      readonly oneOf?: readonly ArgumentValue[];
    };

type Operator = "eq" | "ne" | "ge" | "le" | "in";

/**
 * Data constraints for named arguments. An argument without a fixed distance from start or end, or of a type that can't be
 * compared, is `ArgumentNotFixed`; the start is preferred, since a program may ignore bytes that follow its arguments.
 */
export function argumentConstraints(
  program: ProgramLike,
  instruction: IdlInstructionLike,
  rules: Readonly<Record<string, ArgumentRule>>,
): readonly DataConstraint[] {
  const { idl } = program;
  const places = argumentPlaces(idl, instruction.args, instruction.discriminator.length);
  return Object.entries(rules).flatMap(([name, rule]) => {
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
    return conditions(rule, fail).map(([operator, values]) =>
      constraint(at, field, operator, values, fail),
    );
  });
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
  if (typeof rule !== "object" || rule instanceof PublicKey || rule instanceof Uint8Array) {
    return [["eq", [rule]]];
  }
  const { equals, not, min, max, oneOf } = rule;
  const found: (readonly [Operator, readonly ArgumentValue[]])[] = [];
  if (equals !== undefined) found.push(["eq", [equals]]);
  if (not !== undefined) found.push(["ne", [not]]);
  if (min !== undefined) found.push(["ge", [min]]);
  if (max !== undefined) found.push(["le", [max]]);
  if (oneOf !== undefined) found.push(["in", oneOf]);
  return found.length > 0
    ? found
    : fail("the condition is empty; say equals, not, min, max or oneOf");
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
  if (field === "key") {
    if (operator === "ge" || operator === "le") return fail("keys have no order");
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
  const low = field === "i64" ? -(1n << 63n) : ordered ? 0n : -(1n << BigInt(8 * width - 1));
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
  return { ...at, field, operator, values: numbers };
}
