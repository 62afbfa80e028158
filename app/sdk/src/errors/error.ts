// The one error class of the client.
import {
  isProgramErrorCode,
  messageFor,
  refusal,
  type ErrorCode,
  type ErrorContext,
  type ProgramErrorCode,
  type RefusalContext,
} from "./codes.js";

/** What an error carries beside code and context. */
export interface ErrorDetails {
  readonly cause?: unknown;
  /** Logs of the transaction or simulation that failed. */
  readonly logs?: readonly string[];
  /** Signature of the transaction that failed, when it was sent. */
  readonly signature?: string;
}

/** The stable JSON form of an error; bigints are decimal strings. */
export interface ErrorJson {
  readonly name: "ValetkeyError";
  readonly code: ErrorCode;
  readonly message: string;
  readonly context: unknown;
  readonly logs?: readonly string[];
  readonly signature?: string;
}

/**
 * Every failure that the client knows by name. Tell them apart by `code`; `context` is typed per code.
 *
 * @example
 * ```ts
 * try { await session.send({ instructions }); }
 * catch (error) { if (isValetkeyError(error, "LimitTotalExceeded")) console.log(error.context.left); }
 * ```
 */
export class ValetkeyError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = "ValetkeyError";
  readonly code: C;
  readonly context: ErrorContext[C];
  readonly logs?: readonly string[];
  readonly signature?: string;

  constructor(code: C, context: ErrorContext[C], details: ErrorDetails = {}) {
    super(messageFor(code, context), details.cause === undefined ? {} : { cause: details.cause });
    this.code = code;
    this.context = context;
    if (details.logs !== undefined) this.logs = details.logs;
    if (details.signature !== undefined) this.signature = details.signature;
  }

  /** The stable JSON form: code, message, context (bigints as decimal strings), logs, signature. */
  toJSON(): ErrorJson {
    return {
      name: this.name,
      code: this.code,
      message: this.message,
      context: plain(this.context),
      ...(this.logs === undefined ? {} : { logs: this.logs }),
      ...(this.signature === undefined ? {} : { signature: this.signature }),
    };
  }
}

/**
 * True when a value is a {@link ValetkeyError} (of that code); works across copies of this package, unlike `instanceof`.
 *
 * @example
 * ```ts
 * if (isValetkeyError(error, "NotInScope")) console.log(error.context.nearest);
 * ```
 */
export function isValetkeyError<C extends ErrorCode = ErrorCode>(
  error: unknown,
  code?: C,
): error is ValetkeyError<C> {
  if (!(error instanceof Error) || error.name !== "ValetkeyError" || !("code" in error))
    return false;
  return code === undefined || error.code === code;
}

/** An error with one of the program's codes, found by the client before anything is sent. */
export function refused<C extends ProgramErrorCode>(
  code: C,
  parts: Partial<Omit<RefusalContext, "number">> = {},
): ValetkeyError<C> {
  return new ValetkeyError(code, refusal(code, parts));
}

/** An `InvalidInput` error: which input, and what is wrong with it. */
export function invalid(what: string, reason: string): ValetkeyError<"InvalidInput"> {
  return new ValetkeyError("InvalidInput", { what, reason });
}

/**
 * The refusal inside an error with a program code, or null for any other error.
 *
 * @example
 * ```ts
 * if (isValetkeyError(error)) console.log(refusalOf(error)?.left);
 * ```
 */
export function refusalOf(error: ValetkeyError): RefusalContext | null {
  return isProgramErrorCode(error.code) ? (error.context as RefusalContext) : null;
}

function plain(value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Uint8Array) return Array.from(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if ("toBase58" in value && typeof value.toBase58 === "function")
    return String((value as { toBase58(): unknown }).toBase58());
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, plain(entry)]));
}
