// Errors that only the client knows: context types and messages. Addresses are base58 strings.

/** A position of an instruction for which a rule still needs a role. */
export interface OpenPosition {
  readonly position: number;
  readonly name: string;
  readonly choices: readonly string[];
}

/** Why a rule doesn't match an instruction. */
export interface RuleMiss {
  /** Position of the rule in the terms. */
  readonly rule: number;
  /** The program's name for the failure. */
  readonly code: string;
  readonly reason: string;
}

/** The context of each client error. */
export interface ClientErrorContext {
  readonly InvalidInput: { readonly what: string; readonly reason: string };
  readonly MalformedBytes: {
    readonly what: string;
    readonly reason: string;
    readonly offset: number;
  };
  readonly UnknownInstruction: { readonly instruction: string; readonly known: readonly string[] };
  readonly UnknownAccount: {
    readonly instruction: string;
    readonly account: string;
    readonly known: readonly string[];
  };
  readonly UnknownArgument: {
    readonly instruction: string;
    readonly argument: string;
    readonly known: readonly string[];
  };
  readonly ArgumentNotFixed: {
    readonly instruction: string;
    readonly argument: string;
    readonly reason: string;
  };
  readonly RuleIncomplete: {
    readonly instruction: string;
    readonly positions: readonly OpenPosition[];
  };
  readonly SignerNotVault: { readonly instruction: string; readonly account: string };
  readonly NotInScope: {
    readonly index: number;
    readonly program: string;
    readonly nearest: readonly RuleMiss[];
  };
  readonly ForeignSigner: {
    readonly index: number;
    readonly signer: string;
    readonly name?: string;
  };
  readonly NativeAccountsMissing: {
    readonly index: number;
    readonly program: string;
    /** Position of the native rule in the terms. */
    readonly rule: number;
  };
  readonly EmptyRequest: { readonly what: string };
  readonly TransactionTooLarge: {
    readonly bytes: number;
    readonly limit: number;
    readonly over: number;
    readonly advice: string;
  };
  readonly TooManyLocks: { readonly locks: number; readonly limit: number };
  readonly TraceTooLong: { readonly instructions: number; readonly limit: number };
  /** Lamports. */
  readonly PriorityFeeTooHigh: { readonly lamports: bigint; readonly most: bigint };
  /** Lamports: what this transaction costs, what one execute may pay back, what the budget has left. */
  readonly FeeBudgetExceeded: {
    readonly cost: bigint;
    readonly perExecute: bigint;
    readonly left: bigint;
  };
  readonly TableNotUsable: { readonly table: string; readonly reason: string };
  readonly SessionNotFound: {
    readonly session: string;
    readonly config: string;
    readonly sessionKey: string;
    readonly request?: unknown;
  };
  readonly DelegateSlotTaken: {
    readonly mint: string;
    /** The wallet's token account, which has room for one delegate. */
    readonly account: string;
    /** Its delegate now; null when there is none. */
    readonly delegate: string | null;
    /** The live session of this vault that the approval was made for, where that is known. */
    readonly session?: string;
  };
  readonly VaultNotFound: { readonly config: string };
  readonly SessionEnded: { readonly session: string; readonly reason: string };
  readonly GrantDiffers: {
    readonly session: string;
    readonly revoked: boolean;
    readonly reason: string;
  };
  readonly ProposalNotFound: { readonly proposal: string };
  readonly ProposalUnreadable: { readonly proposal: string; readonly reason: string };
  readonly ProposalUnfinished: {
    readonly proposal: string;
    /** Transactions that landed, of how many. */
    readonly landed: number;
    readonly of: number;
    readonly reason: string;
  };
  readonly WrongCluster: { readonly expected: string; readonly actual: string };
  readonly IndexUnavailable: { readonly reason: string };
  readonly BlockhashExpired: { readonly lastValidBlockHeight?: number };
  /** `once`: the number to send the same action again under, see `session.send`. */
  readonly NotConfirmed: { readonly reason: string; readonly once?: bigint };
  readonly InsufficientFunds: {
    readonly account: string;
    readonly needed?: bigint;
    readonly available?: bigint;
  };
  readonly AccountInUse: { readonly reason: string };
  readonly AlreadyProcessed: { readonly reason: string };
  readonly InnerInstructionFailed: {
    readonly index: number;
    readonly program: string;
    readonly code: number | null;
    readonly name?: string;
    readonly reason?: string;
  };
  readonly InstructionFailed: {
    readonly index: number;
    readonly program: string | null;
    readonly code: number | null;
    readonly name?: string;
    readonly reason?: string;
  };
  readonly TransactionFailed: { readonly reason: string };
  readonly RpcFailed: { readonly method?: string; readonly reason: string };
  /** `once`: the number to send the same action again under, see `session.send`; absent when nothing was sent. */
  readonly Aborted: { readonly during: string; readonly once?: bigint };
  readonly WalletRefused: { readonly reason: string };
  readonly KeyUnavailable: { readonly reason: string };
  readonly KeyRefused: { readonly reason: string };
  readonly SignatureRefused: { readonly signer: string; readonly reason: string };
}

/** One sentence or two per client error: what, where, fix. */
export const CLIENT_MESSAGES: {
  readonly [C in keyof ClientErrorContext]: (context: ClientErrorContext[C]) => string;
} = {
  InvalidInput: ({ what, reason }) => `${what}: ${reason}`,
  MalformedBytes: ({ what, reason, offset }) =>
    `${what} can't be read at byte ${offset}: ${reason}`,
  UnknownInstruction: ({ instruction, known }) =>
    `The program's IDL has no instruction "${instruction}"; it has ${list(known)}.`,
  UnknownAccount: ({ instruction, account, known }) =>
    `${instruction} has no account "${account}"; it has ${list(known)}.`,
  UnknownArgument: ({ instruction, argument, known }) =>
    `${instruction} has no argument "${argument}"; it has ${list(known)}.`,
  ArgumentNotFixed: ({ instruction, argument, reason }) =>
    `Argument "${argument}" of ${instruction} can't be constrained: ${reason}. Constrain another argument, or leave it free.`,
  RuleIncomplete: ({ instruction, positions }) =>
    `The rule for ${instruction} leaves writable or signing positions open: ` +
    positions.map((p) => `${p.position} ${p.name} (${p.choices.join(", ")})`).join("; ") +
    `. Give each a role in "accounts".`,
  SignerNotVault: ({ instruction, account }) =>
    `"${account}" of ${instruction} must sign, and inside a session only the vault and position keys sign: give it the role "vault" or "positionKey", or call this instruction outside the session.`,
  NotInScope: ({ index, program, nearest }) =>
    `Instruction ${index} (program ${program}) matches no rule of the session` +
    (nearest.length === 0
      ? ": no rule names this program. Grant a session whose terms allow it."
      : `: ${nearest.map((miss) => `rule ${miss.rule}: ${miss.reason}`).join("; ")}.`),
  ForeignSigner: ({ index, signer, name }) =>
    `Instruction ${index} wants a signature of ${signer}${name === undefined ? "" : ` (${name})`}; inside a session only the vault and its position keys sign. ` +
    `Build the instruction with the vault as authority, or send it outside the session.`,
  NativeAccountsMissing: ({ index, program, rule }) =>
    `Instruction ${index} (program ${program}) is under the native rule ${rule}, but doesn't name the session, so that the game couldn't find it: ` +
    `build it with the accounts of session.nativeAccounts().`,
  EmptyRequest: ({ what }) => `${what} is empty; there is nothing to do.`,
  TransactionTooLarge: ({ bytes, limit, over, advice }) =>
    `The transaction has ${bytes} bytes, ${over} more than the ${limit} that fit. ${advice}`,
  TooManyLocks: ({ locks, limit }) =>
    `The transaction locks ${locks} accounts, at most ${limit} are possible. Split the instructions over several transactions.`,
  TraceTooLong: ({ instructions, limit }) =>
    `The transaction would run at least ${instructions} instructions, at most ${limit} are possible. Split it.`,
  PriorityFeeTooHigh: ({ lamports, most }) =>
    `The instructions ask for a priority fee of ${lamports.toString()} lamports, at most ${most.toString()} are paid on an instruction's word. ` +
    `Lower the price, or raise mostPriorityLamports.`,
  FeeBudgetExceeded: ({ cost, perExecute, left }) =>
    `The transaction costs ${cost.toString()} lamports, but the fee budget pays at most ${perExecute.toString()} per execute and has ${left.toString()} left. ` +
    `Send it without payBack, or ask the owner for a larger budget.`,
  TableNotUsable: ({ table, reason }) => `Lookup table ${table} can't be used: ${reason}.`,
  SessionNotFound: ({ session, sessionKey }) =>
    `There is no session ${session} for key ${sessionKey}; ask the owner for a grant.`,
  DelegateSlotTaken: ({ mint, account, delegate, session }) =>
    `Token account ${account} (mint ${mint}) has room for one delegate` +
    (delegate === null ? "" : `, now ${delegate}`) +
    (session === undefined ? "" : `, and session ${session} of this vault takes from it`) +
    `. Nothing was overwritten: end ${session === undefined ? "that approval" : "that session"} first, or use another account.`,
  VaultNotFound: ({ config }) =>
    `There is no vault config ${config}; the owner's first grant or deposit opens it.`,
  SessionEnded: ({ session, reason }) =>
    `Session ${session} has ended: ${reason}. Ask the owner for a new one.`,
  GrantDiffers: ({ session, revoked, reason }) =>
    `Session ${session} doesn't stand on the terms that were asked: ${reason}. ` +
    (revoked
      ? "It was revoked at once. Don't use this endpoint and these lookup tables again."
      : "Revoking it failed: revoke it now, with owner.revokeSession or owner.revokeAll, through another endpoint."),
  ProposalNotFound: ({ proposal }) =>
    `There is no proposal ${proposal}: it was enacted or cancelled, or never written.`,
  ProposalUnreadable: ({ proposal, reason }) =>
    `What proposal ${proposal} would do can't be read: ${reason}. Don't approve it before it can.`,
  ProposalUnfinished: ({ proposal, landed, of, reason }) =>
    `${landed} of ${of} transactions of proposal ${proposal} landed, then: ${reason}. ` +
    "Call the same again to finish, or cancel the proposal to get its rent back.",
  WrongCluster: ({ expected, actual }) =>
    `This build is for ${expected}, the connection leads to ${actual}. Use the endpoint or the program id of the same cluster.`,
  IndexUnavailable: ({ reason }) =>
    `The endpoint can't list program accounts (${reason}); keep your own list of session keys or use another endpoint.`,
  BlockhashExpired: () =>
    "The transaction's blockhash expired before it landed; sign again with a fresh one.",
  NotConfirmed: ({ reason, once }) =>
    `The transaction was sent but not seen confirmed: ${reason}. It may still land; ${again(once)}.`,
  InsufficientFunds: ({ account, needed, available }) =>
    `${account} holds too little${needed === undefined ? "" : `: ${needed.toString()} needed`}${available === undefined ? "" : `, ${available.toString()} there`}. Fund it and try again.`,
  AccountInUse: ({ reason }) => `An account of the transaction is in use (${reason}); try again.`,
  AlreadyProcessed: ({ reason }) => `The cluster has processed these bytes already (${reason}).`,
  InnerInstructionFailed: ({ index, program, code, name, reason }) =>
    `Inner instruction ${index} failed in program ${program}: ${failure(code, name, reason)}.`,
  InstructionFailed: ({ index, program, code, name, reason }) =>
    `Instruction ${index}${program === null ? "" : ` (program ${program})`} failed: ${failure(code, name, reason)}.`,
  TransactionFailed: ({ reason }) => `The cluster refused the transaction: ${reason}.`,
  RpcFailed: ({ method, reason }) =>
    `The endpoint failed${method === undefined ? "" : ` at ${method}`}: ${reason}.`,
  Aborted: ({ during, once }) =>
    `Aborted by the caller during ${during}.${once === undefined ? "" : ` It may still land; ${again(once)}.`}`,
  WalletRefused: ({ reason }) => `The wallet didn't sign: ${reason}.`,
  KeyUnavailable: ({ reason }) => `The session key isn't available: ${reason}.`,
  KeyRefused: ({ reason }) => `The key can't be used: ${reason}.`,
  SignatureRefused: ({ signer, reason }) => `The signature of ${signer} isn't valid: ${reason}.`,
};

function again(once: bigint | undefined): string {
  const number =
    once === undefined ? "" : `, or send it under the same once number ${once.toString()}`;
  return `look its signature up before sending anew${number}`;
}

function failure(code: number | null, name?: string, reason?: string): string {
  const parts = [name, code === null ? undefined : `error ${code}`, reason];
  return parts.filter((part) => part !== undefined).join(", ") || "no reason given";
}

function list(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.join(", ");
}
