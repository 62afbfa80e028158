import { ed25519 } from "@noble/curves/ed25519";
import { PublicKey } from "@solana/web3.js";

import { keyRefused } from "./key-errors.js";
import type { SessionKey } from "./session-key.js";

/**
 * Makes a new session key that lives in memory only: when the process or the page ends it is gone, and
 * with it the session (its owner can still revoke, close and withdraw).
 *
 * @example
 * const session = await owner.session({ key: generateKey(), terms: myTerms });
 */
export function generateKey(): SessionKey {
  return memoryKey(ed25519.utils.randomSecretKey());
}

/**
 * The session key of a 32-byte Ed25519 seed, kept in memory. The seed is copied: wipe yours afterwards.
 *
 * @throws ValetkeyError `KeyRefused` when the seed isn't 32 bytes.
 * @example
 * const key = keyFromSeed({ seed: seedFromMySecretManager });
 */
export function keyFromSeed(input: { readonly seed: Uint8Array }): SessionKey {
  if (input.seed.length !== 32)
    throw keyRefused("the seed", `a seed has 32 bytes, this has ${input.seed.length.toString()}`);
  return memoryKey(input.seed.slice());
}

/** Wraps a seed that the caller no longer keeps. The secret stays in this closure. */
export function memoryKey(seed: Uint8Array): SessionKey {
  const publicKey = new PublicKey(ed25519.getPublicKey(seed));
  return Object.freeze({
    publicKey,
    signMessage: (message: Uint8Array) => Promise.resolve(ed25519.sign(message, seed)),
  });
}
