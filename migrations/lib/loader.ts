/** Instructions and accounts of the upgradeable loader (BPF loader v3). */
import {
  PublicKey,
  SystemProgram,
  SYSVAR_CLOCK_PUBKEY,
  SYSVAR_RENT_PUBKEY,
  TransactionInstruction,
  type AccountMeta,
} from "@solana/web3.js";

/** Address of the upgradeable loader. */
export const LOADER_ID = new PublicKey("BPFLoaderUpgradeab1e11111111111111111111111");
/** Bytes before the program in a buffer account: tag, optional authority. */
export const BUFFER_HEADER_BYTES = 37;
/** Bytes before the program in a program data account: tag, slot, optional authority. */
export const PROGRAM_DATA_HEADER_BYTES = 45;
/** Bytes of the program account: tag, address of the program data. */
export const PROGRAM_BYTES = 36;
/** The loader extends a program by no less than this. */
export const MINIMUM_EXTENSION_BYTES = 10_240;

const TAG_PROGRAM = 2;
const TAG_PROGRAM_DATA = 3;
const AUTHORITY_FLAG_OFFSET = 12;

/** What the chain holds for a program. */
export interface OnChainProgram {
  /** Undefined when the program is frozen. */
  readonly authority: PublicKey | undefined;
  /** The program's bytes, with the zeros behind it that are left for longer versions. */
  readonly content: Buffer;
}

/** Address of the account that holds the program's bytes. */
export function programDataAddress(programId: PublicKey): PublicKey {
  return PublicKey.findProgramAddressSync([programId.toBuffer()], LOADER_ID)[0];
}

/** Does this account's data point to the program's data account? */
export function isProgramAccount(data: Buffer, programId: PublicKey): boolean {
  return (
    data.length >= PROGRAM_BYTES &&
    data.readUInt32LE(0) === TAG_PROGRAM &&
    new PublicKey(data.subarray(4, PROGRAM_BYTES)).equals(programDataAddress(programId))
  );
}

/** Reads a program data account; undefined when the bytes are something else. */
export function parseProgramData(data: Buffer): OnChainProgram | undefined {
  if (data.length < PROGRAM_DATA_HEADER_BYTES || data.readUInt32LE(0) !== TAG_PROGRAM_DATA) {
    return undefined;
  }
  const authority = data.subarray(AUTHORITY_FLAG_OFFSET + 1, PROGRAM_DATA_HEADER_BYTES);
  return {
    authority: data[AUTHORITY_FLAG_OFFSET] === 1 ? new PublicKey(authority) : undefined,
    content: data.subarray(PROGRAM_DATA_HEADER_BYTES),
  };
}

/** Makes a freshly created account a buffer of `authority`. */
export function initializeBuffer(buffer: PublicKey, authority: PublicKey): TransactionInstruction {
  return instruction(tag(0), [writable(buffer), readonly(authority)]);
}

/** Writes `bytes` into the buffer at `offset` (counted from the program's first byte). */
export function writeBuffer(
  buffer: PublicKey,
  authority: PublicKey,
  offset: number,
  bytes: Buffer,
): TransactionInstruction {
  const data = Buffer.concat([tag(1), u32(offset), u64(bytes.length), bytes]);
  return instruction(data, [writable(buffer), signer(authority)]);
}

/** Makes the buffer's content a program at the freshly created account `programId`. */
export function deployBuffer(
  payer: PublicKey,
  programId: PublicKey,
  buffer: PublicKey,
  authority: PublicKey,
  length: number,
): TransactionInstruction {
  return instruction(Buffer.concat([tag(2), u64(length)]), [
    { pubkey: payer, isSigner: true, isWritable: true },
    writable(programDataAddress(programId)),
    writable(programId),
    writable(buffer),
    readonly(SYSVAR_RENT_PUBKEY),
    readonly(SYSVAR_CLOCK_PUBKEY),
    readonly(SystemProgram.programId),
    signer(authority),
  ]);
}

/** Replaces the program's bytes by the buffer's; the buffer's rent goes to `spill`. */
export function upgradeFromBuffer(
  programId: PublicKey,
  buffer: PublicKey,
  authority: PublicKey,
  spill: PublicKey,
): TransactionInstruction {
  return instruction(tag(3), [
    writable(programDataAddress(programId)),
    writable(programId),
    writable(buffer),
    writable(spill),
    readonly(SYSVAR_RENT_PUBKEY),
    readonly(SYSVAR_CLOCK_PUBKEY),
    signer(authority),
  ]);
}

/** Closes the buffer; its rent goes to `recipient`. */
export function closeBuffer(
  buffer: PublicKey,
  recipient: PublicKey,
  authority: PublicKey,
): TransactionInstruction {
  return instruction(tag(5), [writable(buffer), writable(recipient), signer(authority)]);
}

/** Makes room for `bytes` more in the program's data account, paid by `payer`. */
export function extendProgram(
  programId: PublicKey,
  payer: PublicKey,
  bytes: number,
): TransactionInstruction {
  return instruction(Buffer.concat([tag(6), u32(bytes)]), [
    writable(programDataAddress(programId)),
    writable(programId),
    readonly(SystemProgram.programId),
    { pubkey: payer, isSigner: true, isWritable: true },
  ]);
}

function instruction(data: Buffer, keys: AccountMeta[]): TransactionInstruction {
  return new TransactionInstruction({ programId: LOADER_ID, keys, data });
}

function writable(pubkey: PublicKey): AccountMeta {
  return { pubkey, isSigner: false, isWritable: true };
}

function readonly(pubkey: PublicKey): AccountMeta {
  return { pubkey, isSigner: false, isWritable: false };
}

function signer(pubkey: PublicKey): AccountMeta {
  return { pubkey, isSigner: true, isWritable: false };
}

const tag = u32;

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
