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
export { instructionDiscriminator } from "./instruction.js";
export type { InstructionName } from "./instruction.js";
export {
  closeSessionInstruction,
  createVaultInstruction,
  executeInstruction,
  grantSessionInstruction,
  mintsOf,
  revokeAllInstruction,
  revokeSessionInstruction,
} from "./instructions.js";
export {
  createCouncilInstruction,
  ownerExecuteInstruction,
  recoverInstruction,
  renewSessionInstruction,
  setOwnersInstruction,
} from "./owner-instructions.js";
export type { OwnerPlanInput } from "./owner-instructions.js";
export {
  appendProposalInstruction,
  approveInstruction,
  cancelInstruction,
  grantSessionProposedInstruction,
  ownerExecuteProposedInstruction,
  proposeInstruction,
  renewSessionProposedInstruction,
  setOwnersProposedInstruction,
} from "./proposal-instructions.js";
export type { ProposalPlace } from "./proposal-instructions.js";
export {
  decodePayload,
  decodeProposal,
  encodePayload,
  MAX_PAYLOAD_SIZE,
  PROPOSAL_DISCRIMINATOR,
  PROPOSAL_HEADER_SIZE,
  PROPOSAL_OFFSETS,
  proposalHash,
} from "./proposal.js";
export type { OwnersData, ProposalAccount, ProposalKind, ProposalPayload } from "./proposal.js";
export {
  decodeExecute,
  decodeOwnerExecute,
  encodeExecute,
  encodeOwnerExecute,
  keysHash,
  ownersKeysHash,
} from "./plan.js";
export type { OwnerPlan } from "./plan.js";
export { decodeRefusal, parseRefusalLine } from "./refusal.js";
export { decodeSession, SESSION_DISCRIMINATOR, SESSION_OFFSETS } from "./session.js";
export { accountKeysOf, decodeTerms, encodeTerms, sessionSize } from "./terms.js";
export type { EncodeTermsOptions } from "./terms.js";
export type * from "./types.js";
