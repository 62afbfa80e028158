// Data constraints against instruction data.
import { addressToBytes } from "../codec/address.js";
import { sameBytes } from "../codec/bytes.js";
import { fieldWidth } from "../codec/constraints.js";
import type { DataConstraint, FieldPlace, NumericField } from "../codec/types.js";

/**
 * True when the constraint holds; missing bytes make it false, whatever the operator.
 *
 * @example
 * ```ts
 * dataHolds({ offset: 8, from: "start", field: "u64", operator: "le", values: [5n] }, strike.data);
 * ```
 */
export function dataHolds(constraint: DataConstraint, data: Uint8Array): boolean {
  const { field } = constraint;
  if (field === "bytes") {
    const found = fieldBytes(constraint, constraint.value.length, data);
    return found !== null && sameBytes(found, constraint.value) === (constraint.operator === "eq");
  }
  if (field === "key") {
    const found = fieldBytes(constraint, 32, data);
    if (found === null) return false;
    const equal = constraint.values.some((key) => sameBytes(found, addressToBytes(key)));
    return equal === (constraint.operator !== "ne");
  }
  const value = fieldNumber({ ...constraint, field }, data);
  return value !== null && numberHolds(value, constraint.operator, constraint.values);
}

/** The number in a field, or null when bytes are missing. */
export function fieldNumber(
  place: FieldPlace & { readonly field: NumericField },
  data: Uint8Array,
): bigint | null {
  const bytes = fieldBytes(place, fieldWidth(place.field), data);
  if (bytes === null) return null;
  const value = bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return place.field === "i64" ? BigInt.asIntN(64, value) : value;
}

function fieldBytes(place: FieldPlace, width: number, data: Uint8Array): Uint8Array | null {
  const start = place.from === "end" ? data.length - place.offset : place.offset;
  return start < 0 || start + width > data.length ? null : data.slice(start, start + width);
}

function numberHolds(
  value: bigint,
  operator: "eq" | "ne" | "lt" | "le" | "gt" | "ge" | "in" | "mask",
  values: readonly bigint[],
): boolean {
  const [first = 0n, second = 0n] = values;
  switch (operator) {
    case "eq":
      return value === first;
    case "ne":
      return value !== first;
    case "lt":
      return value < first;
    case "le":
      return value <= first;
    case "gt":
      return value > first;
    case "ge":
      return value >= first;
    case "in":
      return values.includes(value);
    case "mask":
      return (value & first) === second;
  }
}
