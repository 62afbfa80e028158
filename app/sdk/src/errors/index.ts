// Named errors of the client and the program (entry point `@valetkey/sdk/errors`).
export { ValetkeyError, isValetkeyError, refusalOf } from "./error.js";
export type { ErrorDetails, ErrorJson } from "./error.js";
export { isProgramErrorCode, messageFor, programErrorName, refusal } from "./codes.js";
export type {
  ClientErrorCode,
  ErrorCode,
  ErrorContext,
  ProgramErrorCode,
  RefusalContext,
  RefusalSubject,
} from "./codes.js";
export type { ClientErrorContext, OpenPosition, RuleMiss } from "./client-errors.js";
export { PROGRAM_ERRORS } from "./program-errors.js";
export { toValetkeyError } from "./from-transaction.js";
export type { TransactionFailure } from "./from-transaction.js";
