import type { FailedTransactionMetadata } from "litesvm/dist/internal.js";
import { INSTRUCTION_ERRORS, TRANSACTION_ERRORS } from "./error-names.js";

/** An instruction's error as agave writes it in JSON. */
export type InstructionErrorJson = string | { readonly Custom: number };

/**
 * A transaction's error as agave writes it in JSON.
 *
 * @example "BlockhashNotFound"
 * @example { InstructionError: [0, { Custom: 6001 }] }
 */
export type TransactionErrorJson =
  | string
  | { readonly InstructionError: readonly [number, InstructionErrorJson] }
  | { readonly DuplicateInstruction: number }
  | { readonly InsufficientFundsForRent: { readonly account_index: number } }
  | { readonly ProgramExecutionTemporarilyRestricted: { readonly account_index: number } };

/** What LiteSVM hands out for a failed transaction. */
export type EngineError = ReturnType<FailedTransactionMetadata["err"]>;

/** Turns LiteSVM's error object into agave's JSON. */
export function errorJson(error: EngineError): TransactionErrorJson {
  if (typeof error === "number") return name(TRANSACTION_ERRORS, error);
  if ("err" in error) {
    const inner = error.err();
    if (typeof inner === "number") {
      return { InstructionError: [error.index, name(INSTRUCTION_ERRORS, inner)] };
    }
    if ("code" in inner) return { InstructionError: [error.index, { Custom: inner.code }] };
    return { InstructionError: [error.index, "BorshIoError"] };
  }
  if ("index" in error) return { DuplicateInstruction: error.index };
  const detail = { account_index: error.accountIndex };
  // The two remaining kinds have the same fields; only the class tells them apart.
  return error.toString().startsWith("TransactionErrorInsufficientFundsForRent")
    ? { InsufficientFundsForRent: detail }
    : { ProgramExecutionTemporarilyRestricted: detail };
}

/**
 * Whether a transaction with this error is still written to the ledger and pays its fee: what
 * fails while it runs is; what can't start is not.
 */
export function landsWithError(error: TransactionErrorJson): boolean {
  return (
    typeof error === "object" &&
    ("InstructionError" in error || "InsufficientFundsForRent" in error)
  );
}

const TEXTS: Readonly<Record<string, string>> = {
  AccountNotFound: "Attempt to debit an account but found no record of a prior credit.",
  AccountLoadedTwice: "Account loaded twice",
  AddressLookupTableNotFound: "Transaction loads an address table account that doesn't exist",
  AlreadyProcessed: "This transaction has already been processed",
  BlockhashNotFound: "Blockhash not found",
  InsufficientFundsForFee: "Insufficient funds for fee",
  InvalidAccountForFee: "This account may not be used to pay transaction fees",
  InvalidAddressLookupTableData:
    "Transaction loads an address table account that contains invalid data",
  InvalidAddressLookupTableIndex: "Transaction address table lookup uses an invalid index",
  InvalidAddressLookupTableOwner:
    "Transaction loads an address table account with an invalid owner",
  InvalidProgramForExecution: "This program may not be used for executing instructions",
  ProgramAccountNotFound: "Attempt to load a program that does not exist",
  SanitizeFailure: "Transaction failed to sanitize accounts offsets correctly",
  SignatureFailure: "Transaction did not pass signature verification",
  TooManyAccountLocks: "Transaction locked too many accounts",
  ComputationalBudgetExceeded: "Computational budget exceeded",
  GenericError: "generic instruction error",
  IncorrectAuthority: "Incorrect authority provided",
  IncorrectProgramId: "incorrect program id for instruction",
  InsufficientFunds: "insufficient funds for instruction",
  InvalidAccountData: "invalid account data for instruction",
  InvalidArgument: "invalid program argument",
  InvalidInstructionData: "invalid instruction data",
  InvalidSeeds: "Provided seeds do not result in a valid address",
  MissingAccount: "An account required by the instruction is missing",
  MissingRequiredSignature: "missing required signature for instruction",
  NotEnoughAccountKeys: "insufficient account keys for instruction",
  PrivilegeEscalation: "Cross-program invocation with unauthorized signer or writable account",
  ProgramFailedToComplete: "Program failed to complete",
  ReentrancyNotAllowed: "Cross-program invocation reentrancy not allowed for this instruction",
};

/** The sentence that agave puts into its error message for this error. */
export function errorText(error: TransactionErrorJson): string {
  if (typeof error === "string") return sentence(error);
  if ("InstructionError" in error) {
    const [index, inner] = error.InstructionError;
    const text =
      typeof inner === "string"
        ? sentence(inner)
        : `custom program error: 0x${inner.Custom.toString(16)}`;
    return `Error processing Instruction ${index}: ${text}`;
  }
  if ("DuplicateInstruction" in error) {
    return `Transaction contains a duplicate instruction (${error.DuplicateInstruction}) that is not allowed`;
  }
  if ("InsufficientFundsForRent" in error) {
    const index = error.InsufficientFundsForRent.account_index;
    return `Transaction results in an account (${index}) with insufficient funds for rent`;
  }
  const index = error.ProgramExecutionTemporarilyRestricted.account_index;
  return `Execution of the program referenced by account at index ${index} is temporarily restricted.`;
}

function sentence(word: string): string {
  return TEXTS[word] ?? word.replace(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase();
}

function name(names: readonly string[], index: number): string {
  return names[index] ?? `Unknown error ${index}`;
}
