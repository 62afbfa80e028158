/**
 * Session keys of browsers (`@valetkey/sdk/keys/browser`): WebCrypto keys that no script can read, kept
 * in IndexedDB as key objects, so that a reload finds the same session again. Nothing is ever written
 * to `localStorage`.
 */
export { generateWebCryptoKey, webCryptoKey, type WebCryptoKeyPair } from "./webcrypto.js";
export { createKeyStore, type KeyStore } from "./key-store.js";
export { generateKey, keyFromSeed } from "./memory.js";
export type { SessionKey } from "./session-key.js";
