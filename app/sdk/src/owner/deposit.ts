import { SystemProgram, type PublicKey, type TransactionInstruction } from "@solana/web3.js";

import { createVaultInstruction, type VaultConfig } from "../codec/index.js";
import type { Landed } from "../send/index.js";
import { checkAmounts, mintsAmong, type DepositAmount } from "./amounts.js";
import { readConfig, sendAsOwner, type CallOptions, type OwnerContext } from "./context.js";
import { refuseMissing } from "./door.js";
import {
  associatedToken,
  createAssociatedToken,
  NATIVE_MINT,
  readMints,
  syncNative,
  transferChecked,
  type MintInfo,
} from "./token.js";
import { missingAccounts } from "./vault-tokens.js";

/** Puts assets of the wallet into the vault; opens the vault when it is missing. */
export async function deposit(
  context: OwnerContext,
  input: { readonly amounts: readonly DepositAmount[] } & CallOptions,
): Promise<Landed> {
  checkAmounts("deposit", input.amounts);
  await context.checkCluster();
  const open = opening(context, await readConfig(context));
  const move = await depositInstructions(context, { amounts: input.amounts, mints: [] });
  return await sendAsOwner(context, { instructions: [...open, ...move] }, input);
}

/** Opens the owner's canonical vault config, paid by the wallet, where it is missing; a missing council is `VaultNotFound`. */
export function opening(
  context: OwnerContext,
  state: VaultConfig | null,
): readonly TransactionInstruction[] {
  if (state !== null) return [];
  refuseMissing(context);
  const { programId, config, wallet, vaultIndex } = context;
  const { publicKey: owner } = wallet;
  const index = vaultIndex ?? 0;
  return [createVaultInstruction({ programId, payer: owner, config, owner, index })];
}

/**
 * Instructions that create the vault's missing token accounts (of `mints`, and of what is deposited), and
 * move the amounts there.
 */
export async function depositInstructions(
  context: OwnerContext,
  input: { readonly amounts: readonly DepositAmount[]; readonly mints: readonly PublicKey[] },
): Promise<readonly TransactionInstruction[]> {
  const { connection, vault, wallet } = context;
  const wrapped = input.amounts.some(({ wrap }) => wrap === true);
  const wanted = [...mintsAmong(input.amounts), ...input.mints, ...(wrapped ? [NATIVE_MINT] : [])];
  const unique = wanted.filter((mint, i) => wanted.findIndex((m) => m.equals(mint)) === i);
  const mints = await readMints(connection, unique);
  const missing = await missingAccounts(context, mints);
  return [
    ...missing.map((mint) => createAssociatedToken(wallet.publicKey, vault, mint)),
    ...input.amounts.flatMap((amount) => moveIn(context, amount, mints)),
  ];
}

function moveIn(
  { wallet, vault }: OwnerContext,
  { asset, amount, wrap }: DepositAmount,
  mints: readonly MintInfo[],
): readonly TransactionInstruction[] {
  const authority = wallet.publicKey;
  const pay = (toPubkey: PublicKey) =>
    SystemProgram.transfer({ fromPubkey: authority, toPubkey, lamports: amount });
  if (asset === "SOL" && wrap !== true) return [pay(vault)];
  const mint = mints.find((one) => one.mint.equals(asset === "SOL" ? NATIVE_MINT : asset));
  if (mint === undefined) return [];
  const to = associatedToken(vault, mint);
  if (asset === "SOL") return [pay(to), syncNative(to)];
  return [transferChecked({ mint, from: associatedToken(authority, mint), to, authority, amount })];
}
