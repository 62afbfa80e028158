// The program's refusals: 24 bytes of return data, or one log line.
import {
  programErrorName,
  refusal,
  type RefusalContext,
  type RefusalSubject,
} from "../errors/codes.js";
import { Reader } from "./bytes.js";

const SUBJECTS: readonly RefusalSubject[] = [
  "none",
  "limit",
  "position",
  "data",
  "minReceive",
  "account",
  "key",
  "offset",
];

/** Bytes of a refusal in return data. */
export const REFUSAL_SIZE = 24;

/**
 * Reads a refusal from return data; null when the bytes aren't one.
 *
 * @example
 * ```ts
 * const { asked, left } = decodeRefusal(bytes) ?? {};
 * ```
 */
export function decodeRefusal(bytes: Uint8Array): RefusalContext | null {
  if (bytes.length !== REFUSAL_SIZE) return null;
  const reader = new Reader(bytes, "refusal");
  const number = reader.u32();
  const inner = reader.u8();
  const rule = reader.u8();
  const subject = SUBJECTS[reader.u8()];
  const index = reader.u8();
  if (subject === undefined || programErrorName(number) === undefined) return null;
  const none = (value: number): number | null => (value === 255 ? null : value);
  const asked = reader.u64();
  const left = reader.u64();
  const offset = subject === "offset";
  const amounts = !offset && (asked !== 0n || left !== 0n);
  return {
    ...{ number, inner: none(inner), rule: none(rule), subject, index: none(index) },
    ...{ asked: amounts || offset ? asked : null, left: amounts ? left : null },
  };
}

/**
 * Reads the log line `valetkey: NAME inner=… rule=… limit=… asked=… left=…`; null when it names another error.
 *
 * @example
 * ```ts
 * parseRefusalLine("valetkey: UsesSpent asked=1 left=0", 6009)?.left; // 0n
 * ```
 */
export function parseRefusalLine(line: string, number: number): RefusalContext | null {
  const name = programErrorName(number);
  if (name === undefined || !new RegExp(`^valetkey: ${name}\\b`).test(line)) return null;
  const parts = new Map([...line.matchAll(/(\w+)=(\d+)/g)].map(([, key, value]) => [key, value]));
  const numeric = (key: string): number | null => {
    const value = parts.get(key);
    return value === undefined ? null : Number(value);
  };
  const big = (key: string): bigint | null => {
    const value = parts.get(key);
    return value === undefined ? null : BigInt(value);
  };
  const subject = SUBJECTS.find((one) => parts.has(label(one))) ?? "none";
  if (subject === "offset") {
    const where = { inner: numeric("inner"), rule: numeric("rule") };
    return refusal(name, { ...where, subject, asked: big("offset") });
  }
  return refusal(name, {
    ...{ inner: numeric("inner"), rule: numeric("rule"), subject },
    ...{ index: numeric(label(subject)), asked: big("asked"), left: big("left") },
  });
}

/** How the log line calls a subject. */
function label(subject: RefusalSubject): string {
  return subject === "minReceive" ? "min_receive" : subject;
}
