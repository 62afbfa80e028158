// Little-endian writer and reader with every length and range checked.
import { ValetkeyError, invalid } from "../errors/error.js";

/** Makes the error that a reader throws; the default is `MalformedBytes`. */
export type ReadFailure = (reason: string, offset: number) => ValetkeyError;

/** Collects bytes; numbers out of their type's range are `InvalidInput`. */
export class Writer {
  readonly #parts: number[] = [];
  readonly #what: string;

  /** @param what names the thing being written, in errors. */
  constructor(what: string) {
    this.#what = what;
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#parts.length;
  }

  /** A byte. */
  u8(value: number): this {
    return this.#uint(BigInt(this.#integer(value)), 1);
  }
  /** Two bytes, unsigned. */
  u16(value: number): this {
    return this.#uint(BigInt(this.#integer(value)), 2);
  }
  /** Four bytes, unsigned. */
  u32(value: number): this {
    return this.#uint(BigInt(this.#integer(value)), 4);
  }
  /** Eight bytes, unsigned. */
  u64(value: bigint): this {
    return this.#uint(value, 8);
  }
  /** Eight bytes, signed. */
  i64(value: bigint): this {
    if (value < -(1n << 63n) || value >= 1n << 63n) throw invalid(this.#what, `${value} is no i64`);
    return this.#uint(BigInt.asUintN(64, value), 8);
  }
  /** Bytes as they are. */
  bytes(value: Uint8Array): this {
    for (const byte of value) this.#parts.push(byte);
    return this;
  }
  /** Bytes that must have exactly this length. */
  fixed(value: Uint8Array, length: number): this {
    if (value.length !== length) {
      throw invalid(this.#what, `${value.length} bytes where ${length} belong`);
    }
    return this.bytes(value);
  }
  /** Reserved bytes. */
  zeros(count: number): this {
    for (let i = 0; i < count; i += 1) this.#parts.push(0);
    return this;
  }
  /** An unsigned number of 1, 2, 4 or 8 bytes. */
  uint(value: bigint, width: number): this {
    return this.#uint(value, width);
  }
  /** Everything written. */
  done(): Uint8Array {
    return Uint8Array.from(this.#parts);
  }

  #integer(value: number): number {
    if (!Number.isSafeInteger(value)) throw invalid(this.#what, `${value} is no integer`);
    return value;
  }
  #uint(value: bigint, width: number): this {
    if (typeof value !== "bigint" || value < 0n || value >= 1n << BigInt(8 * width)) {
      throw invalid(this.#what, `${String(value)} doesn't fit ${width} bytes`);
    }
    for (let i = 0; i < width; i += 1) this.#parts.push(Number((value >> BigInt(8 * i)) & 255n));
    return this;
  }
}

/** Reads bytes from the front; reading past the end throws the reader's error. */
export class Reader {
  readonly #bytes: Uint8Array;
  readonly #failure: ReadFailure;
  #offset = 0;

  constructor(bytes: Uint8Array, what: string, failure?: ReadFailure) {
    this.#bytes = bytes;
    this.#failure =
      failure ??
      ((reason, offset) => new ValetkeyError("MalformedBytes", { what, reason, offset }));
  }

  /** Offset of the next byte. */
  get offset(): number {
    return this.#offset;
  }
  /** Bytes not read yet. */
  get left(): number {
    return this.#bytes.length - this.#offset;
  }

  /** A byte. */
  u8(): number {
    return Number(this.uint(1));
  }
  /** Two bytes, unsigned. */
  u16(): number {
    return Number(this.uint(2));
  }
  /** Four bytes, unsigned. */
  u32(): number {
    return Number(this.uint(4));
  }
  /** Eight bytes, unsigned. */
  u64(): bigint {
    return this.uint(8);
  }
  /** Eight bytes, signed. */
  i64(): bigint {
    return BigInt.asIntN(64, this.uint(8));
  }
  /** A copy of the next bytes. */
  take(length: number): Uint8Array {
    if (length > this.left) this.fail(`${length} bytes wanted, ${this.left} left`);
    const slice = this.#bytes.slice(this.#offset, this.#offset + length);
    this.#offset += length;
    return slice;
  }
  /** An unsigned number of this many bytes. */
  uint(width: number): bigint {
    let value = 0n;
    this.take(width).forEach((byte, i) => {
      value |= BigInt(byte) << BigInt(8 * i);
    });
    return value;
  }
  /** Skips bytes that must be zero. */
  zeros(count: number): void {
    if (this.take(count).some((byte) => byte !== 0)) this.fail("reserved bytes aren't zero");
  }
  /** Refuses bytes that follow. */
  end(): void {
    if (this.left > 0) this.fail(`${this.left} bytes follow the end`);
  }
  /** Throws the reader's error at the present offset. */
  fail(reason: string): never {
    throw this.#failure(reason, this.#offset);
  }
}

/** True when both hold the same bytes. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Bytes as lowercase hex. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Joins byte arrays. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}
