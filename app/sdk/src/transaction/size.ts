// Sizes by arithmetic: web3.js can't serialize what is too large, and we want to say by how much.
import type { MessageV0, PublicKey, TransactionInstruction } from "@solana/web3.js";

/** Most bytes of a legacy or v0 transaction, signatures included. */
export const MAX_TRANSACTION_BYTES = 1232;
/** Most accounts that one transaction may lock. */
export const MAX_LOCKS = 64;
/** Most instructions that one transaction may run, calls included. */
export const MAX_TRACE = 64;

/** Bytes of a compact-u16 length. */
function compact(length: number): number {
  return length < 0x80 ? 1 : length < 0x4000 ? 2 : 3;
}

function vector(length: number): number {
  return compact(length) + length;
}

/**
 * Bytes of a v0 message on the wire.
 *
 * @example
 * ```ts
 * const free = MAX_TRANSACTION_BYTES - 65 - messageSize(message);
 * ```
 */
export function messageSize(message: MessageV0): number {
  const { staticAccountKeys, compiledInstructions, addressTableLookups } = message;
  let size = 1 + 3 + compact(staticAccountKeys.length) + 32 * staticAccountKeys.length + 32;
  size += compact(compiledInstructions.length);
  for (const { accountKeyIndexes, data } of compiledInstructions) {
    size += 1 + vector(accountKeyIndexes.length) + vector(data.length);
  }
  size += compact(addressTableLookups.length);
  for (const { writableIndexes, readonlyIndexes } of addressTableLookups) {
    size += 32 + vector(writableIndexes.length) + vector(readonlyIndexes.length);
  }
  return size;
}

/**
 * Bytes of the transaction with a v0 message, its signatures included.
 *
 * @example
 * ```ts
 * const fits = transactionSize(message) <= MAX_TRANSACTION_BYTES;
 * ```
 */
export function transactionSize(message: MessageV0): number {
  const signatures = message.header.numRequiredSignatures;
  return compact(signatures) + 64 * signatures + messageSize(message);
}

/** Every distinct account that the instructions and the payer lock. */
export function lockedAccounts(
  payer: PublicKey,
  instructions: readonly TransactionInstruction[],
): ReadonlySet<string> {
  const keys = new Set([payer.toBase58()]);
  for (const { programId, keys: metas } of instructions) {
    keys.add(programId.toBase58());
    for (const { pubkey } of metas) keys.add(pubkey.toBase58());
  }
  return keys;
}

/**
 * Accounts that a lookup table could hold: neither payer, signer, nor a program of the transaction itself.
 *
 * @example
 * ```ts
 * const addresses = tableCandidates(payer, instructions).map((key) => new PublicKey(key));
 * const { table } = createTable({ authority, payer, recentSlot: slot, addresses });
 * ```
 */
export function tableCandidates(
  payer: PublicKey,
  instructions: readonly TransactionInstruction[],
): readonly string[] {
  const fixed = new Set([payer.toBase58()]);
  for (const { programId, keys } of instructions) {
    fixed.add(programId.toBase58());
    for (const { pubkey, isSigner } of keys) if (isSigner) fixed.add(pubkey.toBase58());
  }
  return [...lockedAccounts(payer, instructions)].filter((key) => !fixed.has(key));
}
