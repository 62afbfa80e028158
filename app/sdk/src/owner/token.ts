import {
  PublicKey,
  SystemProgram,
  TransactionInstruction,
  type AccountMeta,
  type Connection,
} from "@solana/web3.js";

import { ValetkeyError } from "../errors/index.js";
import { readAccounts } from "./accounts.js";

/** The programs that hold tokens. */
export const TOKEN_PROGRAM = new PublicKey("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");
export const TOKEN_2022_PROGRAM = new PublicKey("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb");
const ATA_PROGRAM = new PublicKey("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL");
/** The mint whose tokens are wrapped SOL. */
export const NATIVE_MINT = new PublicKey("So11111111111111111111111111111111111111112");

/** What a transfer must know of a mint. */
export interface MintInfo {
  readonly mint: PublicKey;
  readonly tokenProgram: PublicKey;
  readonly decimals: number;
}

/**
 * Reads program and decimals of mints, in the order asked.
 *
 * @throws ValetkeyError `InvalidInput` for an address that is no mint.
 */
export async function readMints(
  connection: Connection,
  mints: readonly PublicKey[],
): Promise<readonly MintInfo[]> {
  const found = await findMints(connection, mints);
  return mints.map((mint, i) => {
    const info = found[i] ?? null;
    if (info !== null) return info;
    const reason = "there is no mint at this address";
    throw new ValetkeyError("InvalidInput", { what: mint.toBase58(), reason });
  });
}

/** Reads program and decimals of mints, in the order asked; null for an address that is no mint, or none any more. */
export async function findMints(
  connection: Connection,
  mints: readonly PublicKey[],
): Promise<readonly (MintInfo | null)[]> {
  const accounts = await readAccounts(connection, mints);
  return mints.map((mint, i) => {
    const account = accounts[i] ?? null;
    const decimals = account?.data[44];
    const program = [TOKEN_PROGRAM, TOKEN_2022_PROGRAM].find((id) => account?.owner.equals(id));
    if (program === undefined || decimals === undefined || (account?.data.length ?? 0) < 82)
      return null;
    return { mint, tokenProgram: program, decimals };
  });
}

/** The associated token account of `owner`, who may be a program's address. */
export function associatedToken(owner: PublicKey, { mint, tokenProgram }: MintInfo): PublicKey {
  const seeds = [owner.toBytes(), tokenProgram.toBytes(), mint.toBytes()];
  return PublicKey.findProgramAddressSync(seeds, ATA_PROGRAM)[0];
}

/** Creates the associated token account of `owner` where it is missing; `payer` pays its rent. */
export function createAssociatedToken(
  payer: PublicKey,
  owner: PublicKey,
  mint: MintInfo,
): TransactionInstruction {
  return instruction(ATA_PROGRAM, Uint8Array.of(1), [
    [payer, "sw"],
    [associatedToken(owner, mint), "w"],
    [owner, ""],
    [mint.mint, ""],
    [SystemProgram.programId, ""],
    [mint.tokenProgram, ""],
  ]);
}

/** Moves tokens, with mint and decimals checked by the token program. */
export function transferChecked(input: {
  readonly mint: MintInfo;
  readonly from: PublicKey;
  readonly to: PublicKey;
  readonly authority: PublicKey;
  readonly amount: bigint;
}): TransactionInstruction {
  const { mint, from, to, authority, amount } = input;
  return instruction(mint.tokenProgram, checkedAmount(12, amount, mint), [
    [from, "w"],
    [mint.mint, ""],
    [to, "w"],
    [authority, "s"],
  ]);
}

/** Lets a delegate take so much from an account, and no more; what was approved before is replaced. */
export function approveChecked(input: {
  readonly mint: MintInfo;
  readonly account: PublicKey;
  readonly delegate: PublicKey;
  readonly owner: PublicKey;
  readonly amount: bigint;
}): TransactionInstruction {
  const { mint, account, delegate, owner, amount } = input;
  return instruction(mint.tokenProgram, checkedAmount(13, amount, mint), [
    [account, "w"],
    [mint.mint, ""],
    [delegate, ""],
    [owner, "s"],
  ]);
}

/** Takes back what an account has approved for its delegate. */
export function revokeApproval(input: {
  readonly tokenProgram: PublicKey;
  readonly account: PublicKey;
  readonly owner: PublicKey;
}): TransactionInstruction {
  return instruction(input.tokenProgram, Uint8Array.of(5), [
    [input.account, "w"],
    [input.owner, "s"],
  ]);
}

/** Destroys tokens, with mint and decimals checked by the token program. */
export function burnChecked(input: {
  readonly mint: MintInfo;
  readonly account: PublicKey;
  readonly authority: PublicKey;
  readonly amount: bigint;
}): TransactionInstruction {
  const { mint, account, authority, amount } = input;
  return instruction(mint.tokenProgram, checkedAmount(15, amount, mint), [
    [account, "w"],
    [mint.mint, "w"],
    [authority, "s"],
  ]);
}

/** Takes the lamports above its rent out of a token account, a frozen one too; not of a native one. */
export function withdrawExcess(input: {
  readonly tokenProgram: PublicKey;
  readonly account: PublicKey;
  readonly to: PublicKey;
  readonly authority: PublicKey;
}): TransactionInstruction {
  return instruction(input.tokenProgram, Uint8Array.of(38), [
    [input.account, "w"],
    [input.to, "w"],
    [input.authority, "s"],
  ]);
}

function checkedAmount(number: number, amount: bigint, { decimals }: MintInfo): Uint8Array {
  const data = new Uint8Array(10);
  data[0] = number;
  new DataView(data.buffer).setBigUint64(1, amount, true);
  data[9] = decimals;
  return data;
}

/** Closes an empty (or native) token account; its lamports go to `to`. */
export function closeToken(input: {
  readonly tokenProgram: PublicKey;
  readonly account: PublicKey;
  readonly to: PublicKey;
  readonly authority: PublicKey;
}): TransactionInstruction {
  return instruction(input.tokenProgram, Uint8Array.of(9), [
    [input.account, "w"],
    [input.to, "w"],
    [input.authority, "s"],
  ]);
}

/** Counts lamports that were sent to a native token account as its tokens. */
export function syncNative(account: PublicKey): TransactionInstruction {
  return instruction(TOKEN_PROGRAM, Uint8Array.of(17), [[account, "w"]]);
}

function instruction(
  programId: PublicKey,
  data: Uint8Array,
  keys: readonly (readonly [PublicKey, "" | "s" | "w" | "sw"])[],
): TransactionInstruction {
  const metas: AccountMeta[] = keys.map(([pubkey, flags]) => ({
    pubkey,
    isSigner: flags.includes("s"),
    isWritable: flags.includes("w"),
  }));
  const buffer = typeof Buffer === "undefined" ? (data as Buffer) : Buffer.from(data);
  return new TransactionInstruction({ programId, keys: metas, data: buffer });
}
