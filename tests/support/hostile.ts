// Scripts for the hostile program (tests/fixtures/programs/hostile/README.md). Accounts are named by their index in the instruction.
import { PublicKey, TransactionInstruction, type AccountMeta } from "@solana/web3.js";

import { artifact, type ProgramInput } from "./svm.js";

/** Address of the hostile program in tests. */
export const HOSTILE = new PublicKey("Hosti1e111111111111111111111111111111111111");

/** The hostile program, to deploy into a runtime. */
export const hostileProgram = (): ProgramInput => ({
  address: HOSTILE,
  program: artifact("fixtures/hostile"),
});

/** The bytes of one operation. */
export type Operation = Buffer;

const u16 = (value: number): number[] => [value & 255, value >> 8];
const u32 = (value: number): number[] => [...u16(value & 0xffff), ...u16(value >>> 16)];
const u64 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
};
const blob = (bytes: Uint8Array): number[] => [...u16(bytes.length), ...bytes];

/** An account of a CPI, with the privileges to ask for. */
export interface InvokedAccount {
  readonly account: number;
  readonly signer?: boolean;
  readonly writable?: boolean;
}

/** A CPI into the program at index `program`. */
export const invoke = (
  program: number,
  accounts: readonly InvokedAccount[],
  data: Uint8Array,
): Operation =>
  Buffer.from([
    ...[0, program, accounts.length],
    ...accounts.flatMap(({ account, signer = false, writable = false }) => [
      account,
      (signer ? 1 : 0) | (writable ? 2 : 0),
    ]),
    ...blob(data),
  ]);

/** Writes bytes into an account's data. */
export const write = (account: number, offset: number, bytes: Uint8Array): Operation =>
  Buffer.from([1, account, ...u16(offset), ...blob(bytes)]);

/** Changes two balances. */
export const moveLamports = (from: number, to: number, lamports: bigint): Operation =>
  Buffer.from([2, from, to, ...u64(lamports)]);

/** Sets the return data. */
export const returnData = (bytes: Uint8Array): Operation => Buffer.from([3, ...blob(bytes)]);

/** Changes the length of an account's data. */
export const resize = (account: number, size: number): Operation =>
  Buffer.from([4, account, ...u32(size)]);

/** Fails with a custom error. */
export const fail = (code: number): Operation => Buffer.from([5, ...u32(code)]);

/** Changes the owner program of an account to the account at index `owner`. */
export const assign = (account: number, owner: number): Operation =>
  Buffer.from([6, account, owner]);

/** Ends the script with success before this slot. */
export const waitForSlot = (slot: bigint): Operation => Buffer.from([7, ...u64(slot)]);

/** Logs bytes the way events are logged. */
export const logData = (bytes: Uint8Array): Operation => Buffer.from([8, ...blob(bytes)]);

/** An instruction of the hostile program that runs `script`. */
export function hostileInstruction(
  keys: readonly AccountMeta[],
  script: readonly Operation[],
): TransactionInstruction {
  return new TransactionInstruction({
    programId: HOSTILE,
    keys: [...keys],
    data: Buffer.concat(script),
  });
}
