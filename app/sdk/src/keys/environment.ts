import bs58 from "bs58";

import { keyRefused, keyUnavailable } from "./key-errors.js";
import { memoryKey } from "./memory.js";
import type { SessionKey } from "./session-key.js";

/**
 * Reads a session key from an environment variable: base58, hexadecimal, or the JSON array that
 * `solana-keygen` writes; 32 bytes of seed, or 64 of seed and address. The variable is deleted from
 * `process.env` afterwards, so that child processes don't inherit it.
 *
 * @throws ValetkeyError `KeyUnavailable` when the variable isn't set, `KeyRefused` when it can't be read
 * (its content is never quoted).
 * @example
 * const key = keyFromEnvironment({ variable: "BOT_SESSION_KEY" });
 */
export function keyFromEnvironment(input: { readonly variable: string }): SessionKey {
  const source = `environment variable ${input.variable}`;
  const text = process.env[input.variable]?.trim();
  if (text === undefined || text === "") throw keyUnavailable(source, "it isn't there");
  const bytes = decode(text);
  if (bytes === null)
    throw keyRefused(source, "neither base58, hexadecimal nor a JSON array of bytes");
  const key = keyFromBytes(bytes, source);
  Reflect.deleteProperty(process.env, input.variable);
  return key;
}

/** The key of 32 bytes of seed, or of 64 bytes whose second half must be the matching address. */
function keyFromBytes(bytes: Uint8Array, source: string): SessionKey {
  if (bytes.length !== 32 && bytes.length !== 64)
    throw keyRefused(source, `a key has 32 or 64 bytes, this has ${bytes.length.toString()}`);
  const key = memoryKey(bytes.slice(0, 32));
  const address = bytes.slice(32);
  if (address.length > 0 && !key.publicKey.toBytes().every((byte, i) => byte === address[i]))
    throw keyRefused(source, "its two halves don't belong together");
  return key;
}

function decode(text: string): Uint8Array | null {
  if (/^([0-9a-f]{64}|[0-9a-f]{128})$/i.test(text))
    return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  try {
    if (!text.startsWith("[")) return bs58.decode(text);
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) && list.every(isByte) ? Uint8Array.from(list) : null;
  } catch {
    return null;
  }
}

function isByte(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 255;
}
