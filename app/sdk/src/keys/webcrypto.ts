import { PublicKey } from "@solana/web3.js";

import { keyRefused, keyUnavailable } from "./key-errors.js";
import type { SessionKey } from "./session-key.js";

/** A session key pair as WebCrypto holds it; the private half can't be exported, only used. */
export interface WebCryptoKeyPair {
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}

/**
 * Makes a session key that no script can read: WebCrypto keeps the private half and only signs with it.
 * Browsers since Chrome 137, Firefox 130 and Safari 17.4 can, and Node 20.
 *
 * @throws ValetkeyError `KeyUnavailable` where WebCrypto has no Ed25519: use `generateKey()` there.
 * @example
 * const key = await generateWebCryptoKey();
 */
export async function generateWebCryptoKey(): Promise<SessionKey> {
  return await webCryptoKey(await generateKeyPair());
}

/** Makes the bare WebCrypto pair, for stores; `webCryptoKey` makes a session key of it. */
export async function generateKeyPair(): Promise<WebCryptoKeyPair> {
  try {
    const pair = await globalThis.crypto.subtle.generateKey({ name: "Ed25519" }, false, [
      "sign",
      "verify",
    ]);
    if (!("privateKey" in pair)) throw new Error("no key pair");
    return { privateKey: pair.privateKey, publicKey: pair.publicKey };
  } catch (cause) {
    throw keyUnavailable("WebCrypto", "Ed25519 is missing here (or the page isn't secure)", cause);
  }
}

/**
 * The session key of a WebCrypto pair.
 *
 * @throws ValetkeyError `KeyRefused` when the pair isn't Ed25519, can't sign, or can be exported.
 *
 * @example
 * ```ts
 * const pair = await crypto.subtle.generateKey({ name: "Ed25519" }, false, ["sign", "verify"]);
 * const key = await webCryptoKey(pair as CryptoKeyPair);
 * ```
 */
export async function webCryptoKey(pair: WebCryptoKeyPair): Promise<SessionKey> {
  const { privateKey } = pair;
  const problem =
    privateKey.algorithm.name !== "Ed25519"
      ? `its algorithm is ${privateKey.algorithm.name}, not Ed25519`
      : !privateKey.usages.includes("sign")
        ? "it may not sign"
        : privateKey.extractable
          ? "it can be exported"
          : null;
  if (problem !== null) throw keyRefused("the WebCrypto key", problem);
  const { subtle } = globalThis.crypto;
  const publicKey = new PublicKey(new Uint8Array(await subtle.exportKey("raw", pair.publicKey)));
  return Object.freeze({
    publicKey,
    signMessage: async (message: Uint8Array) =>
      new Uint8Array(await subtle.sign("Ed25519", privateKey, message.slice())),
  });
}
