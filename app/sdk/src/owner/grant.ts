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
import { sendAsOwner, usableTables, type CallOptions, type OwnerContext } from "./context.js";
import { depositInstructions, openVault } from "./deposit.js";

/** What one approval grants. */
export interface GrantInput extends CallOptions {
  readonly sessionKey: PublicKey;
  readonly terms: TermsData;
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
  const instructions = await fitting(context, input, around);
  return await sendAsOwner(context, instructions, input);
}

/**
 * The first spelling of the grant that fits. A key that the transaction names anyway (a mint, a program, a token account) is given
 * as an account, one byte instead of 32; then those in lookup tables too.
 */
async function fitting(
  context: OwnerContext,
  input: GrantInput,
  around: readonly TransactionInstruction[],
): Promise<readonly TransactionInstruction[]> {
  const { keys } = input.terms;
  const named = new Set([...mintsOf(input.terms), ...addressesOf(around)]);
  const inTables = new Set(
    (input.lookupTables ?? []).flatMap(({ state }) => state.addresses.map(String)),
  );
  const spellings = [
    keys.filter((key) => named.has(key)),
    keys.filter((key) => named.has(key) || inTables.has(key)),
  ];
  let failure: unknown;
  for (const accountKeys of inTables.size === 0 ? spellings.slice(0, 1) : spellings) {
    const instructions = [...around, grantInstruction(context, input, accountKeys)];
    try {
      compileTransaction({
        payer: context.wallet.publicKey,
        instructions,
        tables: await usableTables(context, instructions, input),
        blockhash: SystemProgram.programId.toBase58(),
        computeUnitLimit: 1_400_000,
      });
      return instructions;
    } catch (error) {
      failure = error;
    }
  }
  if (!isValetkeyError(failure, "TransactionTooLarge")) throw failure;
  const { bytes, limit, over } = failure.context;
  const detail =
    `The grant's transaction has ${over.toString()} bytes more than fit: pass lookup tables that hold ` +
    `the terms' keys, deposit in a call of its own, or allow less.`;
  const sizes = { asked: BigInt(bytes), left: BigInt(limit), detail };
  throw new ValetkeyError("TermsTooLarge", refusal("TermsTooLarge", sizes), { cause: failure });
}

/** Every address that instructions name, and the grant's own System program. */
function addressesOf(instructions: readonly TransactionInstruction[]): readonly string[] {
  const named = instructions.flatMap(({ programId, keys }) => [
    programId,
    ...keys.map(({ pubkey }) => pubkey),
  ]);
  return [SystemProgram.programId, ...named].map(String);
}

function grantInstruction(
  { programId, wallet, config }: OwnerContext,
  input: GrantInput,
  accountKeys: readonly string[],
): TransactionInstruction {
  const { sessionKey, terms } = input;
  const payer = wallet.publicKey;
  return grantSessionInstruction({
    programId,
    payer,
    config,
    session: findSession({ config, sessionKey, programId }),
    sessionKey,
    owners: [payer],
    grantId: randomU64(),
    epoch: input.config?.epoch ?? 1n,
    terms,
    accountKeys,
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

function randomU64(): bigint {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(8));
  return new DataView(bytes.buffer).getBigUint64(0);
}
