// Turns what an endpoint says about a failed transaction into a named error.
import { base64ToBytes } from "../codec/base64.js";
import { decodeRefusal, parseRefusalLine } from "../codec/refusal.js";
import { programErrorName, refusal, type RefusalContext } from "./codes.js";
import { isValetkeyError, ValetkeyError, type ErrorDetails } from "./error.js";
import { readFailure } from "./logs.js";
import { rawFailure, type RawFailure } from "./raw-failure.js";

/** What is known about a transaction that failed. */
export interface TransactionFailure {
  /** The thrown error, or the `err` of a simulation or status. */
  readonly error: unknown;
  readonly logs?: readonly string[] | null;
  /** The Valetkey program's id, as a PublicKey or base58. */
  readonly programId: { toString(): string };
  /** Programs of the transaction's instructions, in order: names the one that failed when logs are missing. */
  readonly programs?: readonly { toString(): string }[];
  /** Return data of a simulation. */
  readonly returnData?:
    | {
        readonly programId: string;
        readonly data: readonly [string, string];
      }
    | null
    | undefined;
  readonly signature?: string;
  /** The fee payer, for `InsufficientFunds`. */
  readonly payer?: { toString(): string };
}

/**
 * Maps a failed transaction to a named error: the program's refusals by their name, an inner program's failure to
 * `InnerInstructionFailed`, the runtime's reasons to client codes. An error that is a ValetkeyError already is returned as it is.
 *
 * @example
 * ```ts
 * const { value } = await connection.simulateTransaction(transaction);
 * if (value.err) throw toValetkeyError({ error: value.err, logs: value.logs, returnData: value.returnData, programId });
 * ```
 */
export function toValetkeyError(failure: TransactionFailure): ValetkeyError {
  if (isValetkeyError(failure.error)) return failure.error;
  const raw = rawFailure(failure.error);
  const logs = failure.logs ?? raw.logs;
  const details: ErrorDetails = {
    ...(failure.error === undefined ? {} : { cause: failure.error }),
    ...(logs === null ? {} : { logs }),
    ...(failure.signature === undefined ? {} : { signature: failure.signature }),
  };
  if (raw.instruction !== null) return instructionError(failure, raw, logs, details);
  return transactionError(failure, raw, details);
}

function instructionError(
  failure: TransactionFailure,
  raw: RawFailure,
  logs: readonly string[] | null,
  details: ErrorDetails,
): ValetkeyError {
  const own = failure.programId.toString();
  const logged = logs === null ? null : readFailure(logs);
  const index = raw.instruction ?? 0;
  const program = logged?.topProgram ?? failure.programs?.[index]?.toString() ?? null;
  const code = logged?.code ?? raw.custom;
  const what = {
    code,
    ...(logged?.name == null ? {} : { name: logged.name }),
    ...(code === null ? { reason: logged?.reason ?? raw.reason } : {}),
  };
  if (logged !== null && logged.topProgram === own && logged.depth > 1) {
    const context = { index: logged.calls - 1, program: logged.program, ...what };
    return new ValetkeyError("InnerInstructionFailed", context, details);
  }
  if (program === own || (program === null && code !== null)) {
    const name = code === null ? undefined : programErrorName(code);
    if (name !== undefined) {
      const context = refusalContext(failure, logged, code ?? 0) ?? refusal(name);
      return new ValetkeyError(name, context, details);
    }
  }
  if (/insufficient (funds|lamports)/i.test(raw.reason)) {
    const account = failure.payer?.toString() ?? `An account of instruction ${index}`;
    return new ValetkeyError("InsufficientFunds", { account }, details);
  }
  return new ValetkeyError("InstructionFailed", { index, program, ...what }, details);
}

function refusalContext(
  failure: TransactionFailure,
  logged: ReturnType<typeof readFailure>,
  code: number,
): RefusalContext | null {
  const own = failure.programId.toString();
  const returned = failure.returnData;
  const fromSimulation =
    returned != null && returned.programId === own ? base64ToBytes(returned.data[0]) : null;
  for (const bytes of [logged?.returnData.get(own), fromSimulation]) {
    const found = bytes == null ? null : decodeRefusal(bytes);
    if (found !== null && found.number === code) return found;
  }
  return logged?.refusalLine == null ? null : parseRefusalLine(logged.refusalLine, code);
}

function transactionError(
  failure: TransactionFailure,
  raw: RawFailure,
  details: ErrorDetails,
): ValetkeyError {
  const { reason } = raw;
  const says = (pattern: RegExp) => pattern.test(reason);
  if (says(/BlockhashNotFound|blockhash not found|block height exceeded/i)) {
    return new ValetkeyError("BlockhashExpired", {}, details);
  }
  if (says(/AlreadyProcessed|already been processed/i)) {
    return new ValetkeyError("AlreadyProcessed", { reason }, details);
  }
  if (says(/AccountInUse|account in use|WouldExceed/i)) {
    return new ValetkeyError("AccountInUse", { reason }, details);
  }
  if (
    says(/InsufficientFunds|insufficient funds|insufficient lamports|prior credit|AccountNotFound/i)
  ) {
    const account = failure.payer?.toString() ?? "The fee payer or an account of the transaction";
    return new ValetkeyError("InsufficientFunds", { account }, details);
  }
  if (says(/AddressLookupTable|lookup table|lookup_table/i)) {
    return new ValetkeyError("TableNotUsable", { table: "of the transaction", reason }, details);
  }
  if (raw.fromCluster) return new ValetkeyError("TransactionFailed", { reason }, details);
  return new ValetkeyError("RpcFailed", { reason }, details);
}
