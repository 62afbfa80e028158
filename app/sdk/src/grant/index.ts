// Read and describe grants without web3.js (entry point `@valetkey/sdk/grant`): bytes and base58 only.
export { decodeVaultConfig } from "../codec/config.js";
export { decodeSession } from "../codec/session.js";
export { decodeTerms, encodeTerms, sessionSize } from "../codec/terms.js";
export type { Address, Asset } from "../codec/address.js";
export type {
  AccountConstraint,
  AccountRole,
  CapData,
  DataConstraint,
  FieldPlace,
  FloorData,
  LimitData,
  NumericField,
  PinData,
  PlanInner,
  RuleData,
  SessionAccount,
  SessionLimit,
  SessionRule,
  TermsData,
  UnsignedField,
  VaultConfig,
} from "../codec/types.js";
export { extensionName, TOKEN_EXTENSIONS } from "../codec/extensions.js";
export type { TokenExtension } from "../codec/extensions.js";
export { describeGrant } from "./describe.js";
export { describeDifference } from "./difference.js";
export { describeOwners } from "./owners.js";
export type { Owners } from "./owners.js";
export { describePlan } from "./plan.js";
export type { PlanWords } from "./plan.js";
export type { Line } from "./describe.js";
export { amountText, decimalText, durationText, timeText } from "./words.js";
export { namesFromIdl } from "./idl-names.js";
export { mergeNames } from "./names.js";
export type { ArgumentNames, InstructionNames, Names } from "./names.js";
export { grantText } from "./text.js";
export type { TextOptions } from "./text.js";
export type { IdlAccountItem, IdlInstructionLike, IdlLike, IdlNamedField } from "../terms/idl.js";
