// Reads the vectors that Rust writes (tests/vectors): hex, decimal strings, refusals by name.
import { readFileSync } from "node:fs";

/** A refusal as the vectors hold it. */
export interface VectorRefusal {
  readonly name: string;
  readonly code: number;
  readonly inner: number;
  readonly rule: number;
  readonly subject: string;
  readonly index: number;
  readonly asked: string;
  readonly left: string;
}

/** A vector file. */
export type Vectors<Case, Rest = object> = {
  readonly about: string;
  readonly cases: readonly Case[];
} & Rest;

/** Loads a vector file; the caller says what its cases are. */
export function loadVectors(name: string): unknown {
  const url = new URL(`../../vectors/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8"));
}

/** Bytes of hex. */
export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
