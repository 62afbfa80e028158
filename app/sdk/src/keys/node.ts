/**
 * Session keys of servers and bots (`@valetkey/sdk/keys/node`): from an environment variable, or from a
 * file that a password encrypts.
 */
export { keyFromEnvironment } from "./environment.js";
export { createEncryptedKeyFile, keyFromEncryptedFile } from "./encrypted-file.js";
export { generateWebCryptoKey, webCryptoKey, type WebCryptoKeyPair } from "./webcrypto.js";
export { generateKey, keyFromSeed } from "./memory.js";
export type { SessionKey } from "./session-key.js";
