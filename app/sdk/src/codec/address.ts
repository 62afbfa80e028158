// Addresses as base58 text: what the codec's data holds, so that reading a grant needs no web3.js.
import bs58 from "bs58";

import { invalid } from "../errors/error.js";

/** A 32-byte address in base58. */
export type Address = string;

/** An asset: the word `SOL`, or a mint's address. */
export type Asset = Address;

/** Anything that prints as base58: an {@link Address} or a web3.js `PublicKey`. */
export interface AddressLike {
  toString(): string;
}

/**
 * The 32 bytes of an address; anything else is `InvalidInput`.
 *
 * @example
 * ```ts
 * addressToBytes("11111111111111111111111111111111").length; // 32
 * ```
 */
export function addressToBytes(address: AddressLike): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = bs58.decode(address.toString());
  } catch {
    throw invalid("address", `"${address.toString()}" is no base58`);
  }
  if (bytes.length !== 32)
    throw invalid("address", `"${address.toString()}" has ${bytes.length} bytes, not 32`);
  return bytes;
}

/**
 * The base58 text of 32 bytes.
 *
 * @example
 * ```ts
 * bytesToAddress(new Uint8Array(32)); // 11111111111111111111111111111111
 * ```
 */
export function bytesToAddress(bytes: Uint8Array): Address {
  if (bytes.length !== 32) throw invalid("address", `${bytes.length} bytes, not 32`);
  return bs58.encode(bytes);
}

/**
 * The base58 text of an address or PublicKey, checked.
 *
 * @example
 * ```ts
 * toAddress(mint) === mint.toBase58(); // true
 * ```
 */
export function toAddress(address: AddressLike): Address {
  return bytesToAddress(addressToBytes(address));
}
