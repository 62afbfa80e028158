// What tests say about outcomes: refusals by name and subject, and accounts that must not have changed.
import assert from "node:assert/strict";

import { PROGRAM_ERRORS, type ProgramErrorCode } from "@valetkey/sdk/errors";
import type { PublicKey } from "@solana/web3.js";

import type { SendResult, Svm } from "./svm.js";

const NONE = 255;
const SUBJECTS = [
  "none",
  "limit",
  "position",
  "data",
  "minReceive",
  "outer",
  "key",
  "byte",
] as const;

/** What a refusal says beside its name; only what a test names is compared. `null` means: must be absent. */
export interface RefusalFields {
  readonly inner?: number | null;
  readonly rule?: number | null;
  /** Kind and index of the subject, e.g. `{ limit: 0 }` or `{ position: 2 }`. */
  readonly limit?: number;
  readonly position?: number;
  readonly data?: number;
  readonly minReceive?: number;
  readonly outer?: number;
  readonly key?: number;
  readonly asked?: bigint;
  readonly left?: bigint;
}

/** Asserts that the transaction failed with Valetkey's error `name`, saying `fields` in its log line and return data alike. */
export function expectRefused(
  result: SendResult,
  name: ProgramErrorCode,
  fields: RefusalFields = {},
): void {
  const context = `${String(result.err)}\n${result.logs.join("\n")}`;
  assert.ok(!result.ok, `expected ${name}, but the transaction passed\n${context}`);
  assert.equal(nameOf(result.customError), name, context);
  if (Object.keys(fields).length === 0) return;
  const data = Buffer.from(result.returnData);
  assert.equal(data.length, 24, `no refusal in the return data\n${context}`);
  assert.equal(data.readUInt32LE(0), PROGRAM_ERRORS[name].number);
  const { inner, rule, asked, left, ...subjects } = fields;
  if (inner !== undefined) assert.equal(data[4], inner ?? NONE, `inner\n${context}`);
  if (rule !== undefined) assert.equal(data[5], rule ?? NONE, `rule\n${context}`);
  for (const [subject, index] of Object.entries(subjects)) {
    assert.equal(SUBJECTS[data[6] ?? NONE], subject, context);
    assert.equal(data[7], index, `${subject}\n${context}`);
  }
  if (asked !== undefined) assert.equal(data.readBigUInt64LE(8), asked, `asked\n${context}`);
  if (left !== undefined) assert.equal(data.readBigUInt64LE(16), left, `left\n${context}`);
  assert.ok(
    result.logs.some((line) => line.includes(`valetkey: ${name}`)),
    `no log line\n${context}`,
  );
}

/** Asserts that the transaction passed; shows its logs otherwise. */
export function expectOk(result: SendResult): SendResult {
  assert.ok(result.ok, `${String(result.err)}\n${result.logs.join("\n")}`);
  return result;
}

/** Asserts that a red attack worked, i.e. that the danger is real. */
export const expectStolen = expectOk;

/** Name of one of Valetkey's errors, or a sentence about the number. */
export function nameOf(code: number | null): string {
  if (code === null) return "no custom error";
  const found = Object.entries(PROGRAM_ERRORS).find(([, { number }]) => number === code);
  return found?.[0] ?? `the foreign error ${code}`;
}

/** Accounts as they were: lamports, owner and bytes. */
export type Snapshot = ReadonlyMap<string, string>;

/** Copies accounts, to be compared later with `expectUnchanged`. */
export function snapshot(svm: Svm, addresses: readonly PublicKey[]): Snapshot {
  return new Map(
    addresses.map((address) => {
      const account = svm.getAccount(address);
      const state =
        account === null || account.lamports === 0n
          ? "no account"
          : `${account.lamports} lamports, owner ${account.owner.toBase58()}, ${Buffer.from(account.data).toString("hex")}`;
      return [address.toBase58(), state];
    }),
  );
}

/** Asserts that two snapshots are equal, byte by byte. */
export function expectUnchanged(before: Snapshot, after: Snapshot): void {
  assert.deepEqual(Object.fromEntries(after), Object.fromEntries(before));
}
