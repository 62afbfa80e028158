// System instructions by number, also those that web3.js has no builder for.
import { SystemProgram, TransactionInstruction, type PublicKey } from "@solana/web3.js";

/** Data of a System instruction: its number (u32), then `u64s`, then `tail`. */
export function systemData(
  number: number,
  u64s: readonly bigint[] = [],
  tail: Uint8Array = new Uint8Array(),
): Buffer {
  const head = Buffer.alloc(4 + 8 * u64s.length);
  head.writeUInt32LE(number, 0);
  u64s.forEach((value, i) => head.writeBigUInt64LE(value, 4 + 8 * i));
  return Buffer.concat([head, tail]);
}

/** A System instruction; the first account signs, all are writable. */
export function systemInstruction(
  number: number,
  accounts: readonly PublicKey[],
  u64s: readonly bigint[] = [],
  tail: Uint8Array = new Uint8Array(),
): TransactionInstruction {
  return new TransactionInstruction({
    programId: SystemProgram.programId,
    keys: accounts.map((pubkey, i) => ({ pubkey, isSigner: i === 0, isWritable: true })),
    data: systemData(number, u64s, tail),
  });
}

/** `CreateAccountAllowPrefund` (13): allocates and assigns an account that already has lamports. */
export const createAccountAllowPrefund = (
  account: PublicKey,
  owner: PublicKey,
  space = 0n,
): TransactionInstruction => systemInstruction(13, [account], [0n, space], owner.toBytes());
