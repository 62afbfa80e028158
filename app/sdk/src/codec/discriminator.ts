// Anchor's discriminators.
import { sha256 } from "@noble/hashes/sha2";

/**
 * First 8 bytes of `sha256("NAMESPACE:NAME")`: `global` for instructions, `account`, `event`.
 *
 * @example
 * ```ts
 * const first = discriminator("global", "grant_session");
 * ```
 */
export function discriminator(namespace: "global" | "account" | "event", name: string): Uint8Array {
  return sha256(`${namespace}:${name}`).slice(0, 8);
}
