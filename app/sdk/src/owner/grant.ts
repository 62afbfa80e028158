import { PublicKey, SystemProgram, type TransactionInstruction } from "@solana/web3.js";

import { findSession } from "../addresses.js";
import {
  closeSessionInstruction,
  grantSessionInstruction,
  grantSessionProposedInstruction,
  mintsOf,
  type SessionAccount,
  type TermsData,
} from "../codec/index.js";
import { ValetkeyError } from "../errors/index.js";
import type { Landed } from "../send/index.js";
import { actOf, type OwnerAct } from "./act.js";
import { checkAmounts, type DepositAmount } from "./amounts.js";
import { actAtOnce } from "./at-once.js";
import type { CallOptions, OwnerContext } from "./context.js";
import { approvals, delegateContext } from "./delegate.js";
import { depositInstructions, opening } from "./deposit.js";
import type { ActingContext } from "./door.js";

/** What one approval grants. */
export interface GrantInput extends CallOptions {
  readonly sessionKey: PublicKey;
  readonly terms: TermsData;
  /** Tells this grant from every other one of the same key. */
  readonly grantId: bigint;
  readonly deposit?: readonly DepositAmount[];
  readonly topUpLamports?: bigint;
  /** The chain's clock. */
  readonly now: bigint;
  /** The ended session that stands at the address, to be closed first. */
  readonly ended: SessionAccount | null;
}

/**
 * Opens the vault when missing, creates its token accounts, deposits, gives the session key its fee money, and grants the session:
 * one transaction with the signatures of the owners present. What doesn't fit one goes through a proposal that the same owners
 * open, approve and enact, signed together.
 *
 * @throws ValetkeyError `TermsTooLarge` over the program's own bounds; `ProposalUnfinished`.
 */
export async function grantSession(context: ActingContext, input: GrantInput): Promise<Landed> {
  const { sessionKey, terms, grantId, now } = input;
  const open = opening(context, context.state);
  const around = await preparations(context, input);
  const act = grantAct(context, input, [...open, ...around]);
  const longWay = () => ({
    payload: { kind: "grant", grantId, sessionKey: sessionKey.toBase58(), terms } as const,
    ...{ now, subject: sessionKey, first: open, around },
    enact: (proposal: PublicKey) =>
      grantProposed(context, { ...input, proposal, proposalPayer: context.wallet.publicKey }),
  });
  return await actAtOnce(context, act, longWay, input);
}

/**
 * What a grant needs beside itself, but for the vault: token accounts, a deposit, what the wallets present approve for the vault as
 * their delegate, fee money, the end of an older session.
 */
export async function preparations(
  context: OwnerContext,
  input: Pick<GrantInput, "sessionKey" | "terms" | "deposit" | "topUpLamports" | "ended">,
): Promise<readonly TransactionInstruction[]> {
  const { deposit = [], topUpLamports, terms, sessionKey } = input;
  if (deposit.length > 0) checkAmounts("deposit", deposit);
  checkTopUp(topUpLamports);
  const move = await depositInstructions(context, { amounts: deposit, mints: mintsUsed(terms) });
  const { config, programId } = context;
  const session = findSession({ config, sessionKey, programId });
  const approve = await approvals(delegateContext(context), { session, limits: terms.limits });
  return [
    ...move,
    ...approve,
    ...topUp(context, sessionKey, topUpLamports),
    ...closing(context, input.ended, sessionKey),
  ];
}

/** The instruction that enacts an approved grant. */
export function grantProposed(
  { programId, wallet, config }: OwnerContext,
  input: {
    readonly sessionKey: PublicKey;
    readonly terms: TermsData;
    readonly proposal: PublicKey;
    readonly proposalPayer: PublicKey;
  },
): TransactionInstruction {
  const { sessionKey, terms, proposal, proposalPayer } = input;
  const session = findSession({ config, sessionKey, programId });
  return grantSessionProposedInstruction({
    ...{ programId, config, proposal, proposalPayer, payer: wallet.publicKey },
    ...{ session, sessionKey, mints: mintsOf(terms) },
  });
}

/** Every address that instructions name, and the grant's own System program. */
function addressesOf(instructions: readonly TransactionInstruction[]): readonly string[] {
  const named = instructions.flatMap(({ programId, keys }) => [
    programId,
    ...keys.map(({ pubkey }) => pubkey),
  ]);
  return [SystemProgram.programId, ...named].map(String);
}

// A key that the transaction names anyway (a mint, a program, a token account), or that a table has where the accounts are bound, is
// given as an account: one byte instead of 32.
function grantAct(
  { programId, wallet, config, owners, state }: ActingContext,
  input: GrantInput,
  around: readonly TransactionInstruction[],
): OwnerAct {
  const { sessionKey, terms, grantId } = input;
  const payer = wallet.publicKey;
  const session = findSession({ config, sessionKey, programId });
  const named = [...mintsOf(terms), ...addressesOf(around)];
  return actOf(around, (bindKeys, tables) => {
    const held = tables.flatMap(({ state: { addresses } }) => addresses.map(String));
    const cheap = new Set([...named, ...held]);
    return grantSessionInstruction({
      ...{ programId, payer, config, session, sessionKey, owners, grantId, terms, bindKeys },
      epoch: state?.epoch ?? 1n,
      accountKeys: terms.keys.filter((key) => cheap.has(key)),
    });
  });
}

function closing(
  { programId, config }: OwnerContext,
  ended: SessionAccount | null,
  sessionKey: PublicKey,
) {
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
  // A wallet's tokens stay in the wallet.
  const limits = terms.limits.filter(({ source }) => source === "vault");
  const mints = mintsOf({ ...terms, limits });
  return [...new Set([...mints, ...roles])].map((mint) => new PublicKey(mint));
}
