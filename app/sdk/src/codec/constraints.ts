// Data and account constraints of a rule, byte by byte.
import { refused } from "../errors/error.js";
import type { Address } from "./address.js";
import { Reader, Writer } from "./bytes.js";
import { MAX_CHOICES } from "./constants.js";
import { keyIndex, optionalIndex, readKey, readOptionalKey } from "./keys.js";
import type {
  AccountConstraint,
  AccountRole,
  DataConstraint,
  FieldPlace,
  NumericField,
} from "./types.js";

/** Field kinds in the order of their numbers. */
export const FIELDS = ["u8", "u16", "u32", "u64", "i64", "key", "bytes"] as const;
/** Operators in the order of their numbers. */
export const OPERATORS = ["eq", "ne", "lt", "le", "gt", "ge", "in", "mask"] as const;
/** Account roles in the order of their numbers. */
export const ROLES = [
  "key",
  "set",
  "vault",
  "vaultToken",
  "ownerToken",
  "positionKey",
  "programOwned",
  "any",
] as const;

const FROM_END = 0x80;
const WIDTHS: Readonly<Record<NumericField, number>> = { u8: 1, u16: 2, u32: 4, u64: 8, i64: 8 };

/** Bytes of a numeric field. */
export function fieldWidth(field: NumericField): number {
  return WIDTHS[field];
}

/** The field kind byte: number of the field, bit 7 when counted from the end. */
export function fieldByte(place: FieldPlace & { readonly field: (typeof FIELDS)[number] }): number {
  return FIELDS.indexOf(place.field) | (place.from === "end" ? FROM_END : 0);
}

/** Reads a field kind byte. */
export function readField(reader: Reader): {
  readonly field: (typeof FIELDS)[number];
  readonly from: "start" | "end";
} {
  const byte = reader.u8();
  const field = FIELDS[byte & 0x7f] ?? reader.fail(`unknown field kind ${byte}`);
  return { field, from: (byte & FROM_END) === 0 ? "start" : "end" };
}

function writeNumber(writer: Writer, field: NumericField, value: bigint): void {
  if (field === "i64") writer.i64(value);
  else writer.uint(value, fieldWidth(field));
}

function readNumber(reader: Reader, field: NumericField): bigint {
  return field === "i64" ? reader.i64() : reader.uint(fieldWidth(field));
}

/** Writes one data constraint. */
export function writeDataConstraint(
  writer: Writer,
  constraint: DataConstraint,
  keys: readonly Address[],
): void {
  const payload = new Writer("data constraint");
  if (constraint.field === "bytes") payload.bytes(constraint.value);
  else if (constraint.field === "key") {
    for (const key of constraint.values) payload.u8(keyIndex(keys, key));
  } else {
    for (const value of constraint.values) writeNumber(payload, constraint.field, value);
  }
  checkCount(constraint);
  writer
    .u16(constraint.offset)
    .u8(fieldByte(constraint))
    .u8(OPERATORS.indexOf(constraint.operator))
    .u8(payload.length)
    .bytes(payload.done());
}

function checkCount(constraint: DataConstraint): void {
  const { operator } = constraint;
  const count = constraint.field === "bytes" ? constraint.value.length : constraint.values.length;
  const most =
    constraint.field === "bytes"
      ? 255
      : operator === "in"
        ? MAX_CHOICES
        : operator === "mask"
          ? 2
          : 1;
  const least = operator === "mask" ? 2 : 1;
  const signedMask = operator === "mask" && constraint.field === "i64";
  if (count < least || count > most || signedMask) {
    throw refused("BadConstraint", {
      detail: `${operator} on ${constraint.field} takes other values.`,
    });
  }
}

/** Reads one data constraint. */
export function readDataConstraint(reader: Reader, keys: readonly Address[]): DataConstraint {
  const offset = reader.u16();
  const { field, from } = readField(reader);
  const operator = OPERATORS[reader.u8()] ?? reader.fail("unknown operator");
  const payload = new Reader(reader.take(reader.u8()), "payload", (reason) => reader.fail(reason));
  const place = { offset, from };
  const constraint = readPayload(payload, place, field, operator, keys);
  payload.end();
  try {
    checkCount(constraint);
  } catch {
    reader.fail(`${operator} on ${field} takes other values`);
  }
  return constraint;
}

function readPayload(
  payload: Reader,
  place: FieldPlace,
  field: (typeof FIELDS)[number],
  operator: (typeof OPERATORS)[number],
  keys: readonly Address[],
): DataConstraint {
  if (field === "bytes") {
    if (operator !== "eq" && operator !== "ne") return payload.fail("bytes know = and ≠ only");
    return { ...place, field, operator, value: payload.take(payload.left) };
  }
  if (field === "key") {
    if (operator !== "eq" && operator !== "ne" && operator !== "in") {
      return payload.fail("keys know =, ≠ and in only");
    }
    const values: Address[] = [];
    while (payload.left > 0) values.push(readKey(payload, keys));
    return { ...place, field, operator, values };
  }
  const values: bigint[] = [];
  while (payload.left > 0) values.push(readNumber(payload, field));
  return { ...place, field, operator, values };
}

/** Writes one account constraint. */
export function writeAccountConstraint(
  writer: Writer,
  constraint: AccountConstraint,
  keys: readonly Address[],
): void {
  const payload = new Writer("account constraint");
  if (constraint.kind === "key") payload.u8(keyIndex(keys, constraint.key));
  if (constraint.kind === "set") {
    if (constraint.keys.length < 1 || constraint.keys.length > MAX_CHOICES) {
      throw refused("BadConstraint", { detail: "A set holds 1 to 16 keys." });
    }
    for (const key of constraint.keys) payload.u8(keyIndex(keys, key));
  }
  if (constraint.kind === "vaultToken") payload.u8(optionalIndex(keys, constraint.mint));
  if (constraint.kind === "ownerToken") {
    payload.u8(keyIndex(keys, constraint.owner)).u8(optionalIndex(keys, constraint.mint));
  }
  writer
    .u8(constraint.position)
    .u8(ROLES.indexOf(constraint.kind))
    .u8(payload.length)
    .bytes(payload.done());
}

/** Reads one account constraint. */
export function readAccountConstraint(reader: Reader, keys: readonly Address[]): AccountConstraint {
  const position = reader.u8();
  const kind = ROLES[reader.u8()] ?? reader.fail("unknown account constraint");
  const payload = new Reader(reader.take(reader.u8()), "payload", (reason) => reader.fail(reason));
  const role = readRole(payload, kind, keys);
  payload.end();
  return { position, ...role };
}

function readRole(
  payload: Reader,
  kind: (typeof ROLES)[number],
  keys: readonly Address[],
): AccountRole {
  switch (kind) {
    case "key":
      return { kind, key: readKey(payload, keys) };
    case "set": {
      const chosen: Address[] = [];
      while (payload.left > 0) chosen.push(readKey(payload, keys));
      if (chosen.length < 1 || chosen.length > MAX_CHOICES)
        payload.fail("a set holds 1 to 16 keys");
      return { kind, keys: chosen };
    }
    case "vaultToken":
      return { kind, mint: readOptionalKey(payload, keys) };
    case "ownerToken":
      return { kind, owner: readKey(payload, keys), mint: readOptionalKey(payload, keys) };
    case "vault":
    case "positionKey":
    case "programOwned":
    case "any":
      return { kind };
  }
}
