// Arguments of an instruction: where each lies in the data, as far as that is fixed.
import type { NumericField } from "../codec/types.js";
import { findNamed, type IdlLike, type IdlNamedField } from "./idl.js";

/** An argument (or a field of a struct argument, `params.amount`) and its place in the data. */
export interface ArgumentPlace {
  readonly path: string;
  /** The IDL's type of it. */
  readonly type: unknown;
  /** Bytes, null when they vary. */
  readonly size: number | null;
  /** Offset from the start of the data, discriminator included; null when something before it varies. */
  readonly fromStart: number | null;
  /** Distance of its first byte from the end; null when it or something after it varies. */
  readonly fromEnd: number | null;
}

interface Leaf {
  readonly path: string;
  readonly type: unknown;
  readonly size: number | null;
}

const SIZES: Readonly<Record<string, number>> = {
  bool: 1,
  u8: 1,
  i8: 1,
  u16: 2,
  i16: 2,
  u32: 4,
  i32: 4,
  f32: 4,
  u64: 8,
  i64: 8,
  f64: 8,
  u128: 16,
  i128: 16,
  u256: 32,
  i256: 32,
  pubkey: 32,
  publicKey: 32,
};

/** The arguments of an instruction with their places; struct arguments are unfolded. */
export function argumentPlaces(
  idl: IdlLike,
  args: readonly IdlNamedField[],
  discriminatorLength: number,
): readonly ArgumentPlace[] {
  const leaves = args.flatMap((arg) => unfold(idl, arg.name, arg.type, 0));
  const sum = (some: readonly Leaf[]): number | null =>
    some.reduce<number | null>(
      (total, { size }) => (total === null || size === null ? null : total + size),
      0,
    );
  return leaves.map((leaf, i) => {
    const before = sum(leaves.slice(0, i));
    return {
      ...leaf,
      fromStart: before === null ? null : discriminatorLength + before,
      fromEnd: sum(leaves.slice(i)),
    };
  });
}

function unfold(idl: IdlLike, path: string, type: unknown, depth: number): readonly Leaf[] {
  const fields = structFields(idl, type);
  if (fields !== null && depth < 8) {
    return fields.flatMap((field) => unfold(idl, `${path}.${field.name}`, field.type, depth + 1));
  }
  return [{ path, type, size: fixedSize(idl, type, depth) }];
}

/** Bytes of a type, null when they vary. */
function fixedSize(idl: IdlLike, type: unknown, depth: number): number | null {
  if (typeof type === "string") return SIZES[type] ?? null;
  if (typeof type !== "object" || type === null || depth > 8) return null;
  if ("array" in type && Array.isArray(type.array)) {
    const [element, count] = type.array as unknown[];
    const one = fixedSize(idl, element, depth + 1);
    return one === null || typeof count !== "number" ? null : one * count;
  }
  const fields = structFields(idl, type);
  if (fields !== null) {
    const sizes = fields.map((field) => fixedSize(idl, field.type, depth + 1));
    return sizes.reduce((sum, size) => (sum === null || size === null ? null : sum + size), 0);
  }
  return unitVariants(idl, type) === null ? null : 1;
}

function definition(idl: IdlLike, type: unknown): object | null {
  if (typeof type !== "object" || type === null || !("defined" in type)) return null;
  const { defined } = type;
  if (typeof defined !== "object" || defined === null || "generics" in defined) return null;
  const name = "name" in defined && typeof defined.name === "string" ? defined.name : "";
  const found = findNamed(idl.types ?? [], name)?.type;
  return typeof found === "object" ? found : null;
}

function structFields(idl: IdlLike, type: unknown): readonly IdlNamedField[] | null {
  const found = definition(idl, type);
  if (found === null || !("kind" in found) || found.kind !== "struct") return null;
  const fields: unknown = "fields" in found ? found.fields : [];
  if (!Array.isArray(fields)) return null;
  return fields.map((field: unknown, i) =>
    typeof field === "object" && field !== null && "name" in field && "type" in field
      ? { name: String(field.name), type: field.type }
      : { name: String(i), type: field },
  );
}

/** Names of the variants of an enum without fields, which is one byte; null for any other type. */
function unitVariants(idl: IdlLike, type: unknown): readonly string[] | null {
  const found = definition(idl, type);
  if (found === null || !("kind" in found) || found.kind !== "enum") return null;
  if (!("variants" in found) || !Array.isArray(found.variants)) return null;
  const names = found.variants.map((variant: unknown) =>
    typeof variant === "object" && variant !== null && "name" in variant && !("fields" in variant)
      ? String(variant.name)
      : null,
  );
  return names.some((name) => name === null) ? null : names.filter((name) => name !== null);
}

/** How the program's constraints can compare an argument. */
export interface ComparableField {
  readonly field: NumericField | "key" | "bytes";
  /** Bytes. */
  readonly width: number;
  /** False where only equality makes sense. */
  readonly ordered: boolean;
  /** Negative values are compared by their bytes (i8, i16, i32). */
  readonly signed: boolean;
  /** What the values 0, 1, 2… are called: of a bool, and of an enum without fields. */
  readonly values: readonly string[] | null;
}

/** The field to compare an argument by; null when constraints can't compare its type. */
export function comparableField(idl: IdlLike, place: ArgumentPlace): ComparableField | null {
  const { type, size } = place;
  const field = (
    kind: ComparableField["field"],
    more: Partial<ComparableField> = {},
  ): ComparableField => ({
    ...{ field: kind, width: size ?? 0, ordered: false, signed: false, values: null },
    ...more,
  });
  const values = type === "bool" ? ["false", "true"] : unitVariants(idl, type);
  if (values !== null) return field("u8", { values });
  if (type === "u8" || type === "u16" || type === "u32" || type === "u64" || type === "i64") {
    return field(type, { ordered: true });
  }
  if (type === "i8") return field("u8", { signed: true });
  if (type === "i16") return field("u16", { signed: true });
  if (type === "i32") return field("u32", { signed: true });
  if (type === "pubkey" || type === "publicKey") return field("key");
  const list =
    typeof type === "object" && type !== null && "array" in type && Array.isArray(type.array);
  const bytes = list && (type.array as unknown[])[0] === "u8" && size !== null && size <= 255;
  return bytes ? field("bytes") : null;
}
