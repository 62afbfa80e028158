// The key table: addresses in data, one-byte indices in bytes.
import { refused } from "../errors/error.js";
import type { Address, Asset } from "./address.js";
import type { Reader } from "./bytes.js";
import { NO_KEY } from "./constants.js";

/** Index of an address in the table; an address that isn't there is `TermsMalformed`. */
export function keyIndex(keys: readonly Address[], key: Address): number {
  const index = keys.indexOf(key);
  if (index < 0) throw refused("TermsMalformed", { detail: `${key} isn't in the key table.` });
  return index;
}

/** Index of an asset's mint, 255 for SOL. */
export function assetIndex(keys: readonly Address[], asset: Asset): number {
  return asset === "SOL" ? NO_KEY : keyIndex(keys, asset);
}

/** Index of a key, 255 for none. */
export function optionalIndex(keys: readonly Address[], key: Address | null): number {
  return key === null ? NO_KEY : keyIndex(keys, key);
}

/** Reads a key index and looks it up. */
export function readKey(reader: Reader, keys: readonly Address[]): Address {
  const index = reader.u8();
  return keys[index] ?? reader.fail(`key ${index} isn't in the table`);
}

/** Reads a key index where 255 means none. */
export function readOptionalKey(reader: Reader, keys: readonly Address[]): Address | null {
  const index = reader.u8();
  if (index === NO_KEY) return null;
  return keys[index] ?? reader.fail(`key ${index} isn't in the table`);
}

/** Reads an asset: a key index, or 255 for SOL. */
export function readAsset(reader: Reader, keys: readonly Address[]): Asset {
  return readOptionalKey(reader, keys) ?? "SOL";
}
