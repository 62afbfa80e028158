// The registry of errors: for each code the type of its context and the sentence made from it.
import { CLIENT_MESSAGES, type ClientErrorContext } from "./client-errors.js";
import { PROGRAM_ERRORS } from "./program-errors.js";

/** A code that the program itself returns; the client throws the same ones when it can know beforehand. */
export type ProgramErrorCode = keyof typeof PROGRAM_ERRORS;

/** A code that only the client knows. */
export type ClientErrorCode = keyof ClientErrorContext;

/** Every code that a {@link ValetkeyError} can carry. */
export type ErrorCode = ProgramErrorCode | ClientErrorCode;

/** What a refusal's `index` counts. */
export type RefusalSubject =
  "none" | "limit" | "position" | "data" | "minReceive" | "account" | "key" | "offset";

/** Where and why the program (or the client, before sending) refused; what doesn't apply is null. */
export interface RefusalContext {
  /** The program's number for the error, 6000 and above. */
  readonly number: number;
  /** Inner instruction of the plan, counted from 0. */
  readonly inner: number | null;
  /** Position of the rule in the session's terms. */
  readonly rule: number | null;
  /** What `index` counts. */
  readonly subject: RefusalSubject;
  /** The limit, account position, data constraint, … that refused. */
  readonly index: number | null;
  /** What was asked, in base units, lamports, uses or bytes. */
  readonly asked: bigint | null;
  /** What was left of it. */
  readonly left: bigint | null;
  /** More in words, when the client found it. */
  readonly detail?: string;
}

/** The type of `context` for each code. */
export type ErrorContext = {
  readonly [C in ProgramErrorCode]: RefusalContext;
} & ClientErrorContext;

const byNumber = new Map<number, ProgramErrorCode>(
  Object.entries(PROGRAM_ERRORS).map(([name, { number }]) => [number, name as ProgramErrorCode]),
);

/**
 * The program's name for an error number, or undefined when it isn't one of ours.
 *
 * @example
 * ```ts
 * programErrorName(6009); // UsesSpent
 * ```
 */
export function programErrorName(number: number): ProgramErrorCode | undefined {
  return byNumber.get(number);
}

/**
 * True when the code is one of the program's.
 *
 * @example
 * ```ts
 * isProgramErrorCode("SessionExpired"); // true
 * ```
 */
export function isProgramErrorCode(code: string): code is ProgramErrorCode {
  return Object.hasOwn(PROGRAM_ERRORS, code);
}

/**
 * A refusal in which nothing but the name and the given parts apply.
 *
 * @example
 * ```ts
 * refusal("UsesSpent", { asked: 1n, left: 0n });
 * ```
 */
export function refusal(
  code: ProgramErrorCode,
  parts: Partial<Omit<RefusalContext, "number">> = {},
): RefusalContext {
  const { number } = PROGRAM_ERRORS[code];
  const nothing = {
    inner: null,
    rule: null,
    subject: "none",
    index: null,
    asked: null,
    left: null,
  } as const;
  return { number, ...nothing, ...parts };
}

/**
 * The sentence for a code and its context: what happened, where, and what to do about it.
 *
 * @example
 * ```ts
 * messageFor("SessionExpired", refusal("SessionExpired", { asked: 20n, left: 10n }));
 * ```
 */
export function messageFor<C extends ErrorCode>(code: C, context: ErrorContext[C]): string {
  return text(code, context);
}

function text(code: ErrorCode, context: unknown): string {
  if (isProgramErrorCode(code)) return programMessage(code, context as RefusalContext);
  return (CLIENT_MESSAGES[code] as (context: unknown) => string)(context);
}

const SUBJECTS: Readonly<Record<RefusalSubject, string>> = {
  none: "",
  limit: "limit",
  position: "account position",
  data: "data constraint",
  minReceive: "min_receive entry",
  account: "account",
  key: "key",
  offset: "byte offset",
};

function programMessage(code: ProgramErrorCode, context: RefusalContext): string {
  const { inner, rule, subject, index, asked, left, detail } = context;
  const where: string[] = [];
  if (inner !== null) where.push(`inner instruction ${inner}`);
  if (rule !== null) where.push(`rule ${rule}`);
  if (subject !== "none")
    where.push(index === null ? SUBJECTS[subject] : `${SUBJECTS[subject]} ${index}`);
  if (asked !== null) where.push(`asked ${asked.toString()}`);
  if (left !== null) where.push(`left ${left.toString()}`);
  const tail = where.length === 0 ? "" : ` (${where.join(", ")})`;
  return `${PROGRAM_ERRORS[code].message}${detail === undefined ? "" : ` ${detail}`}${tail}`;
}
