import type { Keypair, PublicKey } from "@solana/web3.js";
import { type VersionedTransaction } from "@solana/web3.js";

import { memoryKey } from "./memory.js";

/**
 * The Ed25519 key that signs during a session. Nothing but its address and the act of signing is
 * visible, so a key may live in memory, in WebCrypto, in a file, or in somebody else's machine.
 *
 * @example
 * const key: SessionKey = generateKey();
 * const signature = await key.signMessage(message.serialize()); // 64 bytes
 */
export interface SessionKey {
  /** The session key's address. */
  readonly publicKey: PublicKey;
  /** Signs `message` as it is and returns the 64 bytes of the signature. */
  readonly signMessage: (message: Uint8Array) => Promise<Uint8Array>;
  /**
   * The next number that no holder of this key has taken yet, at least `atLeast`: for keys that several tabs share. Left out, each
   * session object counts for itself.
   */
  readonly takeNumber?: (input: {
    readonly session: string;
    readonly atLeast: bigint;
  }) => Promise<bigint>;
}

/** What the client takes for a key: a `SessionKey`, or a web3.js `Keypair` (kept in memory). */
export type SessionKeyLike = SessionKey | Keypair;

/**
 * Turns a `Keypair` into a `SessionKey`; a `SessionKey` is returned as it is.
 *
 * @example
 * ```ts
 * const key = toSessionKey(wallet);
 * ```
 */
export function toSessionKey(key: SessionKeyLike): SessionKey {
  return "signMessage" in key ? key : memoryKey(key.secretKey.slice(0, 32));
}

/**
 * Signs a transaction with session keys: each signs the message bytes, the signatures of others stay.
 * The transaction is changed in place and returned.
 */
export async function signWithKeys(
  transaction: VersionedTransaction,
  keys: readonly SessionKey[],
): Promise<VersionedTransaction> {
  const message = transaction.message.serialize();
  for (const key of keys) transaction.addSignature(key.publicKey, await key.signMessage(message));
  return transaction;
}
