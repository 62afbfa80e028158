// Sorts ordinary instructions: what runs inside the session, what stands outside, what is only a wish.
import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import { type AccountMeta } from "@solana/web3.js";

import type { Address } from "../codec/address.js";
import {
  ATA_PROGRAM,
  COMPUTE_BUDGET_PROGRAM,
  ED25519_PROGRAM,
  LOOKUP_TABLE_PROGRAM,
  SECP256K1_PROGRAM,
  SECP256R1_PROGRAM,
  TOKEN_2022_PROGRAM,
  TOKEN_PROGRAM,
} from "../codec/constants.js";
import { makeInstruction } from "../codec/instruction.js";
import { ValetkeyError } from "../errors/error.js";

/**
 * Something that compose did differently from what was asked: a `wish` for compute budget was read, an instruction was `hoisted`
 * out, `dropped`, put `outside`, left to its game as `native`, begins another execute (`split`), is signed by the vault in its
 * owner's place (`delegated`), or got a `memo` in front or the accounts of its mint's `hook`.
 */
export interface Change {
  /** Position of the instruction in the list that was given. */
  readonly instruction: number;
  readonly kind:
    "wish" | "hoisted" | "dropped" | "outside" | "native" | "split" | "delegated" | "memo" | "hook";
  readonly text: string;
}

/** What compute-budget instructions asked for. */
export interface Wishes {
  readonly computeUnitLimit?: number;
  /** Micro-lamports per compute unit. */
  readonly computeUnitPrice?: bigint;
}

/** Instructions, sorted. */
export interface Normalised {
  /** Run by the session, with their position in the list that was given. */
  readonly inside: readonly {
    readonly index: number;
    readonly instruction: TransactionInstruction;
  }[];
  /** Stand in the transaction itself, before the execute. */
  readonly outside: readonly TransactionInstruction[];
  readonly wishes: Wishes;
  readonly changes: readonly Change[];
}

const OUTSIDE: readonly Address[] = [
  LOOKUP_TABLE_PROGRAM,
  ED25519_PROGRAM,
  SECP256K1_PROGRAM,
  SECP256R1_PROGRAM,
];

/**
 * Sorts instructions and reports every change: compute budget becomes wishes, creating a token account of the vault is hoisted
 * out and paid by the fee payer, closing one is dropped unless `closesAllowed`, precompiles and lookup-table instructions stand
 * outside, and transfers that one of `wallets` would sign are signed by the vault as its delegate. Everything else, memos too,
 * runs inside.
 *
 * @example
 * ```ts
 * const { inside, outside, changes } = normalise({ instructions, vault: session.vault, payer, closesAllowed: false });
 * ```
 */
export function normalise(input: {
  readonly instructions: readonly TransactionInstruction[];
  readonly vault: PublicKey;
  readonly payer: PublicKey;
  readonly closesAllowed: boolean;
  /** Wallets whose delegate the vault is. */
  readonly wallets?: ReadonlySet<Address>;
  /** For each instruction its position in the caller's list, when it isn't this one's. */
  readonly origins?: readonly number[];
}): Normalised {
  const inside: { index: number; instruction: TransactionInstruction }[] = [];
  const outside: TransactionInstruction[] = [];
  const changes: Change[] = [];
  let wishes: Wishes = {};
  for (const [at, instruction] of input.instructions.entries()) {
    const index = input.origins?.[at] ?? at;
    const program = instruction.programId.toBase58();
    const change = (kind: Change["kind"], text: string): void => {
      changes.push({ instruction: index, kind, text });
    };
    if (program === COMPUTE_BUDGET_PROGRAM) {
      wishes = { ...wishes, ...readWish(instruction.data) };
      change("wish", "compute-budget instruction read as a wish");
    } else if (OUTSIDE.includes(program)) {
      refuseVaultSigner(instruction, index, input.vault);
      outside.push(instruction);
      change("outside", "stands in the transaction itself, before the execute");
    } else if (createsVaultAccount(instruction, input.vault)) {
      outside.push(hoisted(instruction, input.payer));
      change("hoisted", "token account of the vault, created outside and paid by the fee payer");
    } else if (!input.closesAllowed && closesVaultAccount(instruction, input.vault)) {
      change("dropped", "closing a token account of the vault isn't allowed by the terms");
    } else {
      const delegated = asDelegate(instruction, input.vault, input.wallets);
      inside.push({ index, instruction: delegated ?? instruction });
      if (delegated !== null) change("delegated", "the vault signs as the wallet's delegate");
    }
  }
  return { inside, outside, wishes, changes };
}

function readWish(data: Uint8Array): Wishes {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (data[0] === 2 && data.length === 5) return { computeUnitLimit: view.getUint32(1, true) };
  if (data[0] === 3 && data.length === 9) return { computeUnitPrice: view.getBigUint64(1, true) };
  return {};
}

function refuseVaultSigner(
  instruction: TransactionInstruction,
  index: number,
  vault: PublicKey,
): void {
  if (!instruction.keys.some(({ pubkey, isSigner }) => isSigner && pubkey.equals(vault))) return;
  const context = { index, signer: vault.toBase58(), name: "the vault, which can't sign outside" };
  throw new ValetkeyError("ForeignSigner", context);
}

function createsVaultAccount(instruction: TransactionInstruction, vault: PublicKey): boolean {
  const { data, keys, programId } = instruction;
  if (programId.toBase58() !== ATA_PROGRAM || data.length > 1 || (data[0] ?? 0) > 1) return false;
  return keys[2]?.pubkey.equals(vault) ?? false;
}

function hoisted(instruction: TransactionInstruction, payer: PublicKey): TransactionInstruction {
  const [, ...rest] = instruction.keys;
  const first: AccountMeta = { pubkey: payer, isSigner: true, isWritable: true };
  // Idempotent: another action in flight may have created it already.
  return makeInstruction(instruction.programId, [first, ...rest], Uint8Array.of(1));
}

/** A transfer that a wallet would sign, signed by the vault instead; null for everything else. */
function asDelegate(
  instruction: TransactionInstruction,
  vault: PublicKey,
  wallets: ReadonlySet<Address> | undefined,
): TransactionInstruction | null {
  const authority = transferAuthority(instruction);
  const key = authority === null ? undefined : instruction.keys[authority];
  if (authority === null || key === undefined || wallets?.has(key.pubkey.toBase58()) !== true)
    return null;
  const keys = instruction.keys.map((meta, at) =>
    at === authority ? { ...meta, pubkey: vault } : meta,
  );
  return makeInstruction(instruction.programId, keys, instruction.data);
}

/** Position of the authority in a `Transfer` or `TransferChecked`; null for any other instruction. */
function transferAuthority({ programId, data }: TransactionInstruction): number | null {
  const program = programId.toBase58();
  if (program !== TOKEN_PROGRAM && program !== TOKEN_2022_PROGRAM) return null;
  return data[0] === 3 ? 2 : data[0] === 12 ? 3 : null;
}

function closesVaultAccount(instruction: TransactionInstruction, vault: PublicKey): boolean {
  const program = instruction.programId.toBase58();
  if (program !== TOKEN_PROGRAM && program !== TOKEN_2022_PROGRAM) return false;
  return instruction.data[0] === 9 && (instruction.keys[2]?.pubkey.equals(vault) ?? false);
}
