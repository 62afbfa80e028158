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
  allowTokenAccountCreation,
  allowTokenTransfer,
} from "./known.js";
export type { Recipients, TokenProgram } from "./known.js";
export { any, free, ownerToken, programOwned, vault, vaultToken } from "./roles.js";
export type { Role, RoleObject } from "./roles.js";
export type { Rule, RuleOptions } from "./rule.js";
export { originHash, terms } from "./terms.js";
export type { Terms, TermsInput } from "./terms.js";
