/**
 * Valetkey's client: an owner approves terms once, a session key then runs composed instructions alone.
 *
 * @example
 * const owner = createOwner({ connection, wallet });
 * const session = await owner.session({ key: generateKey(), terms: myTerms });
 * await session.send({ instructions });
 */
export { createOwner, type Owner } from "./owner/create-owner.js";
export { createCouncil, type Council } from "./owner/create-council.js";
export type { SessionRequest } from "./owner/open-or-grant.js";
export type { Amount, DepositAmount } from "./owner/amounts.js";
export type { CallOptions } from "./owner/context.js";
export type { ExecuteInput } from "./owner/execute.js";
export type { OwnersInput } from "./owner/owners.js";
export type { OwnersChange } from "./owner/set-owners.js";
export type { Proposal } from "./owner/proposal.js";
export type { EnactInput } from "./owner/proposal-acts.js";
export type { ProposalStatus } from "./owner/proposal-state.js";
export type { ProposalFilter } from "./owner/find-proposals.js";
export type { Propose, ProposeOptions } from "./owner/propose.js";
export type { Renewal, RenewInput } from "./owner/renew.js";
export { revokeAsGuardian } from "./owner/revoke-as-guardian.js";
export { findSessions, type FoundSession, type SessionFilter } from "./owner/find-sessions.js";
export type { RevokeInput } from "./owner/revoke.js";
export { approveDelegate, revokeDelegate, type DelegateInput } from "./owner/approve-delegate.js";
export type { WalletLike, WalletObject } from "./owner/wallet.js";
export type { Withdrawal } from "./owner/withdraw.js";

export { openSession, type GrantRequest, type OpenSessionInput } from "./session/open-session.js";
export type { MinReceive } from "./compose/index.js";
export type { ExplainInput } from "./session/explain.js";
export type { SessionProvider } from "./session/provider.js";
export type { Remaining, RemainingLimit } from "./session/remaining.js";
export type { SendOptions, Sent } from "./session/send.js";
export type { CallFees } from "./session/fees.js";
export type { NativeAccounts } from "./session/native-accounts.js";
export type { Session } from "./session/session.js";
export type { SessionNotice, SessionSnapshot } from "./session/store.js";
export type { SessionTables } from "./session/tables.js";

export { generateKey, keyFromSeed } from "./keys/memory.js";
export { toSessionKey, type SessionKey, type SessionKeyLike } from "./keys/session-key.js";

export {
  allow,
  allowLike,
  allowSolTransfer,
  allowStakeDeactivation,
  allowStakeDelegation,
  allowSyncNative,
  allowTokenAccountClosing,
  allowTokenAccountCreation,
  allowTokenTransfer,
  any,
  floor,
  free,
  limit,
  ownerToken,
  positionKey,
  programOwned,
  readPin,
  SOL,
  terms,
  vault,
  vaultToken,
} from "./terms/index.js";
export type {
  AllowInput,
  AllowLikeInput,
  ArgumentRule,
  ArgumentValue,
  AssetInput,
  FeeBudget,
  IdlLike,
  OptIns,
  Pin,
  ProgramLike,
  ProgramRuleOptions,
  Recipients,
  Role,
  RoleObject,
  Rule,
  RuleOptions,
  Terms,
  TermsInput,
  TokenProgram,
  TransferHook,
} from "./terms/index.js";

export {
  describeDifference,
  describeGrant,
  describeOwners,
  describePlan,
  grantText,
  mergeNames,
  namesFromIdl,
  type Line,
  type Names,
} from "./grant/index.js";
export {
  findCouncil,
  findPositionKey,
  findProposal,
  findSession,
  findVault,
  findVaultConfig,
  VALETKEY_PROGRAM_ID,
} from "./addresses.js";
export type { Landed, OnEvent, SessionEvent } from "./send/index.js";
export type { Verdict } from "./policy/index.js";
export type {
  ProposalKind,
  ProposalPayload,
  SessionAccount,
  TermsData,
  TokenExtension,
  ValetkeyEvent,
  VaultConfig,
} from "./codec/index.js";
export {
  isValetkeyError,
  refusalOf,
  ValetkeyError,
  type ErrorCode,
  type ErrorContext,
  type RefusalContext,
} from "./errors/index.js";
