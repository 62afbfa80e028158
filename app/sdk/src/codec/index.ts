// Accounts, terms and plans as bytes.
export { addressToBytes, bytesToAddress, toAddress } from "./address.js";
export type { Address, AddressLike, Asset } from "./address.js";
export { base64ToBytes, bytesToBase64 } from "./base64.js";
export { CONFIG_DISCRIMINATOR, CONFIG_OFFSETS, decodeVaultConfig } from "./config.js";
export { CONFIG_SIZE, HEADER_SIZE, MAX_SESSION_SIZE } from "./constants.js";
export { discriminator } from "./discriminator.js";
export { encodeSession } from "./encode-session.js";
export { decodeEvent, decodeEvents } from "./events.js";
export type { ValetkeyEvent } from "./events.js";
export { extensionBits, extensionName, TOKEN_EXTENSIONS } from "./extensions.js";
export type { TokenExtension } from "./extensions.js";
export {
  closeSessionInstruction,
  createVaultInstruction,
  executeInstruction,
  grantSessionInstruction,
  instructionDiscriminator,
  mintsOf,
  ownerExecuteInstruction,
  revokeAllInstruction,
  revokeSessionInstruction,
} from "./instructions.js";
export type { InstructionName } from "./instructions.js";
export {
  decodeExecute,
  decodeOwnerExecute,
  encodeExecute,
  encodeOwnerExecute,
  keysHash,
} from "./plan.js";
export { decodeRefusal, parseRefusalLine } from "./refusal.js";
export { decodeSession, SESSION_DISCRIMINATOR, SESSION_OFFSETS } from "./session.js";
export { accountKeysOf, decodeTerms, encodeTerms, sessionSize } from "./terms.js";
export type { EncodeTermsOptions } from "./terms.js";
export type * from "./types.js";
