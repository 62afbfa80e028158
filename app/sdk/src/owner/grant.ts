import { PublicKey, SystemProgram, type TransactionInstruction } from "@solana/web3.js";

import { findSession } from "../addresses.js";
import {
  closeSessionInstruction,
  grantSessionInstruction,
  mintsOf,
  type SessionAccount,
  type TermsData,
  type VaultConfig,
} from "../codec/index.js";
import { isValetkeyError, refusal, ValetkeyError } from "../errors/index.js";
import type { Landed } from "../send/index.js";
import { compileTransaction } from "../transaction/index.js";
import { checkAmounts, type DepositAmount } from "./amounts.js";
import { ownTables, sendAsOwner, type CallOptions, type OwnerContext } from "./context.js";
import { depositInstructions, openVault } from "./deposit.js";

/** What one approval grants. */
export interface GrantInput extends CallOptions {
  readonly sessionKey: PublicKey;
  readonly terms: TermsData;
  /** Tells this grant from every other one of the same key. */
  readonly grantId: bigint;
  readonly deposit?: readonly DepositAmount[];
  readonly topUpLamports?: bigint;
  /** The vault config as it is now, null when it was never opened. */
  readonly config: VaultConfig | null;
  /** The ended session that stands at the address, to be closed first. */
  readonly ended: SessionAccount | null;
}

/**
 * Sends one transaction with the owner's signature alone: opens the vault when missing, creates its token
 * accounts, deposits, gives the session key its fee money, and grants the session.
 *
 * @throws ValetkeyError `TermsTooLarge` when that doesn't fit one transaction.
 */
export async function grantSession(context: OwnerContext, input: GrantInput): Promise<Landed> {
  const { deposit = [], topUpLamports } = input;
  if (deposit.length > 0) checkAmounts("deposit", deposit);
  checkTopUp(topUpLamports);
  const move = await depositInstructions(context, {
    amounts: deposit,
    mints: mintsUsed(input.terms),
  });
  const around = [
    ...(input.config === null ? [openVault(context)] : []),
    ...move,
    ...topUp(context, input.sessionKey, topUpLamports),
    ...closing(context, input),
  ];
  const instructions = [...around, grantInstruction(context, input, around)];
  checkFits(context, input, instructions);
  return await sendAsOwner(context, instructions, input);
}

/** Refuses, before the wallet is asked, what doesn't fit one transaction. */
function checkFits(
  context: OwnerContext,
  input: GrantInput,
  instructions: readonly TransactionInstruction[],
): void {
  try {
    compileTransaction({
      payer: context.wallet.publicKey,
      instructions,
      tables: ownTables(context, instructions, input),
      blockhash: SystemProgram.programId.toBase58(),
      computeUnitLimit: 1_400_000,
    });
  } catch (failure) {
    if (!isValetkeyError(failure, "TransactionTooLarge")) throw failure;
    const { bytes, limit, over } = failure.context;
    const detail =
      `The grant's transaction has ${over.toString()} bytes more than fit: deposit in a call of its own, ` +
      `or allow less (each address that the terms name takes 32 bytes; no lookup table may give it).`;
    const sizes = { asked: BigInt(bytes), left: BigInt(limit), detail };
    throw new ValetkeyError("TermsTooLarge", refusal("TermsTooLarge", sizes), { cause: failure });
  }
}

/** Every address that instructions name, and the grant's own System program. */
function addressesOf(instructions: readonly TransactionInstruction[]): readonly string[] {
  const named = instructions.flatMap(({ programId, keys }) => [
    programId,
    ...keys.map(({ pubkey }) => pubkey),
  ]);
  return [SystemProgram.programId, ...named].map(String);
}

// A key that the transaction names anyway (a mint, a program, a token account) is given as an account: one byte instead of 32.
function grantInstruction(
  { programId, wallet, config }: OwnerContext,
  input: GrantInput,
  around: readonly TransactionInstruction[],
): TransactionInstruction {
  const { sessionKey, terms, grantId } = input;
  const payer = wallet.publicKey;
  const named = new Set([...mintsOf(terms), ...addressesOf(around)]);
  return grantSessionInstruction({
    programId,
    payer,
    config,
    session: findSession({ config, sessionKey, programId }),
    sessionKey,
    owners: [payer],
    grantId,
    epoch: input.config?.epoch ?? 1n,
    terms,
    accountKeys: terms.keys.filter((key) => named.has(key)),
  });
}

function closing({ programId, config }: OwnerContext, { ended, sessionKey }: GrantInput) {
  if (ended === null) return [];
  const session = findSession({ config, sessionKey, programId });
  const rentPayer = new PublicKey(ended.rentPayer);
  return [closeSessionInstruction({ programId, session, config, rentPayer })];
}

function topUp({ wallet }: OwnerContext, toPubkey: PublicKey, lamports: bigint | undefined) {
  if (lamports === undefined || lamports === 0n) return [];
  return [SystemProgram.transfer({ fromPubkey: wallet.publicKey, toPubkey, lamports })];
}

function checkTopUp(lamports: bigint | undefined): void {
  if (lamports === undefined) return;
  if (typeof lamports !== "bigint" || lamports < 0n || lamports >= 1n << 64n)
    throw new ValetkeyError("InvalidInput", {
      what: "fees.topUpLamports",
      reason: "it must be a bigint, 0 to 2^64 - 1",
    });
}

/** Mints that move under the terms: those of limits, floors, and token accounts of the vault. */
function mintsUsed(terms: TermsData): readonly PublicKey[] {
  const roles = terms.rules.flatMap(({ accounts }) =>
    accounts.flatMap((role) =>
      role.kind === "vaultToken" && role.mint !== null ? [role.mint] : [],
    ),
  );
  return [...new Set([...mintsOf(terms), ...roles])].map((mint) => new PublicKey(mint));
}
