// Transactions: compile, measure, check.
export { compileTransaction } from "./compile.js";
export type { CompiledTransaction, CompileInput } from "./compile.js";
export {
  MAX_LOCKS,
  MAX_TRACE,
  MAX_TRANSACTION_BYTES,
  messageSize,
  tableCandidates,
  transactionSize,
} from "./size.js";
