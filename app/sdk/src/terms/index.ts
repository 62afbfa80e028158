// Terms: what an owner approves.
export { allow } from "./allow.js";
export type { AllowInput } from "./allow.js";
export { allowLike } from "./allow-like.js";
export type { AllowLikeInput } from "./allow-like.js";
export { floor, limit, SOL } from "./amounts.js";
export type { AssetInput } from "./amounts.js";
export type { ArgumentRule, ArgumentValue } from "./argument-rules.js";
export type { IdlLike, ProgramLike } from "./idl.js";
export {
  allowSolTransfer,
  allowSyncNative,
  allowTokenAccountClosing,
  allowTokenAccountCreation,
  allowTokenTransfer,
} from "./known.js";
export type { Recipients, TokenProgram, TransferHook } from "./known.js";
export { allowStakeDeactivation, allowStakeDelegation } from "./known-stake.js";
export { readPin } from "./pin.js";
export type { Pin } from "./pin.js";
export { any, free, ownerToken, positionKey, programOwned, vault, vaultToken } from "./roles.js";
export type { Role, RoleObject } from "./roles.js";
export type { ProgramRuleOptions, Rule, RuleOptions } from "./rule.js";
export { originHash, terms } from "./terms.js";
export type { FeeBudget, OptIns, Terms, TermsInput } from "./terms.js";
