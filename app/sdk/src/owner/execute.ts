import type { PublicKey, TransactionInstruction } from "@solana/web3.js";

import type { Landed } from "../send/index.js";
import { sendAsOwner, type CallOptions, type OwnerContext } from "./context.js";
import { ownerPlan } from "./owner-plan.js";

const COMPUTE_BUDGET = "ComputeBudget111111111111111111111111111111";
const ASSOCIATED_TOKEN = "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL";

/**
 * Runs instructions with the vault as signer and the owner's signature: no session, no scope, no limits.
 * Token accounts that the wallet pays for are created before the plan; compute-budget instructions are
 * dropped, the client sets its own.
 */
export async function execute(
  context: OwnerContext,
  input: { readonly instructions: readonly TransactionInstruction[] } & CallOptions,
): Promise<Landed> {
  const owner = context.wallet.publicKey;
  const wanted = input.instructions.filter((one) => one.programId.toBase58() !== COMPUTE_BUDGET);
  const before = wanted.filter((instruction) => isPaidBy(instruction, owner));
  const inside = wanted.filter((instruction) => !isPaidBy(instruction, owner));
  const plan = ownerPlan(context, inside);
  return await sendAsOwner(context, [...before, plan], input);
}

function isPaidBy({ programId, keys }: TransactionInstruction, owner: PublicKey): boolean {
  return programId.toBase58() === ASSOCIATED_TOKEN && keys[0]?.pubkey.equals(owner) === true;
}
