import type { PublicKey, TransactionInstruction } from "@solana/web3.js";

import type { PlanData, SessionAccount } from "../codec/index.js";
import { ED25519_PROGRAM, SECP256K1_PROGRAM, SECP256R1_PROGRAM } from "../codec/constants.js";
import { ValetkeyError } from "../errors/index.js";

/** What a call says about its fees. */
export interface CallFees {
  /**
   * The fee budget of the terms pays back what this transaction costs its fee payer: signatures and priority fee. The terms' sponsor
   * must be the session key.
   */
  readonly payBack: true;
}

/** The most that instructions' own wishes may cost as priority fee: 0.01 SOL per transaction. */
export const MOST_PRIORITY_LAMPORTS = 10_000_000n;

const LAMPORTS_PER_SIGNATURE = 5_000n;
const MICRO = 1_000_000n;

/** Lamports of priority fee for a compute limit at a price in micro-lamports per unit. */
export function priorityLamports(computeUnitLimit: number, computeUnitPrice: bigint): bigint {
  return (BigInt(computeUnitLimit) * computeUnitPrice + MICRO - 1n) / MICRO;
}

/** Refuses a priority fee that instructions from elsewhere ask for and that is above the cap. */
export function checkPriority(lamports: bigint, most = MOST_PRIORITY_LAMPORTS): void {
  if (lamports > most) throw new ValetkeyError("PriorityFeeTooHigh", { lamports, most });
}

/**
 * The plan's fee bracket: what the transaction costs the session key, who is its only signer. A simulation's copy asks for no more
 * than the budget gives, since its compute limit is only an upper bound.
 *
 * @throws ValetkeyError `FeeBudgetExceeded`, `InvalidInput` when the terms' sponsor is another key.
 */
export function payBackOf(input: {
  readonly session: SessionAccount;
  readonly payer: PublicKey;
  /** All instructions of the transaction: those of precompiles check signatures that cost, too. */
  readonly instructions: readonly TransactionInstruction[];
  readonly priority: bigint;
  readonly simulation: boolean;
}): NonNullable<PlanData["fee"]> {
  const { session, payer, instructions, priority, simulation } = input;
  const cost = LAMPORTS_PER_SIGNATURE * (1n + checkedSignatures(instructions)) + priority;
  const { feeBudget, feesPaid } = session;
  if (feeBudget === null)
    throw new ValetkeyError("FeeBudgetExceeded", { cost, perExecute: 0n, left: 0n });
  if (feeBudget.sponsor !== payer.toBase58())
    throw new ValetkeyError("InvalidInput", {
      what: "fees.payBack",
      reason: `the terms pay back to ${feeBudget.sponsor}, who doesn't sign this transaction`,
    });
  const left = feeBudget.total - feesPaid;
  const { perExecute } = feeBudget;
  const most = perExecute < left ? perExecute : left;
  if (cost > most && !simulation)
    throw new ValetkeyError("FeeBudgetExceeded", { cost, perExecute, left });
  // Index 0 is the session key.
  return { lamports: cost > most ? most : cost, account: 0 };
}

/** Signatures that precompile instructions check; their first byte is the number. */
function checkedSignatures(instructions: readonly TransactionInstruction[]): bigint {
  const precompiles: readonly string[] = [ED25519_PROGRAM, SECP256K1_PROGRAM, SECP256R1_PROGRAM];
  return instructions.reduce(
    (sum, { programId, data }) =>
      precompiles.includes(programId.toBase58()) ? sum + BigInt(data[0] ?? 0) : sum,
    0n,
  );
}
