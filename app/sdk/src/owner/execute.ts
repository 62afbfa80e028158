import type { PublicKey, TransactionInstruction } from "@solana/web3.js";

import type { Landed } from "../send/index.js";
import { sendAsOwner, type CallOptions, type OwnerContext } from "./context.js";
import { openDoor } from "./door.js";
import { ownerPlan } from "./owner-plan.js";

const COMPUTE_BUDGET = "ComputeBudget111111111111111111111111111111";
const ASSOCIATED_TOKEN = "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL";

/** Instructions that the vault signs, on its owners' authority. */
export interface ExecuteInput extends CallOptions {
  readonly instructions: readonly TransactionInstruction[];
}

/**
 * Runs instructions with the vault as signer and the owner's signature: no session, no scope, no limits.
 * Token accounts that the wallet pays for are created before the plan; compute-budget instructions are
 * dropped, the client sets its own. With `recovery` the vault isn't System-owned, or has data (`VaultSound` otherwise).
 */
export async function execute(
  context: OwnerContext,
  input: ExecuteInput,
  recovery = false,
): Promise<Landed> {
  const acting = await openDoor(context);
  const parts = sortParts(input.instructions, context.wallet.publicKey);
  return await sendAsOwner(context, ownerPlan(acting, { ...parts, recovery }), input);
}

/** What runs before a plan, paid by the wallet, and what runs inside. */
export function sortParts(
  instructions: readonly TransactionInstruction[],
  payer: PublicKey,
): { readonly before: TransactionInstruction[]; readonly inside: TransactionInstruction[] } {
  const wanted = instructions.filter((one) => one.programId.toBase58() !== COMPUTE_BUDGET);
  return {
    before: wanted.filter((instruction) => isPaidBy(instruction, payer)),
    inside: wanted.filter((instruction) => !isPaidBy(instruction, payer)),
  };
}

function isPaidBy({ programId, keys }: TransactionInstruction, owner: PublicKey): boolean {
  return programId.toBase58() === ASSOCIATED_TOKEN && keys[0]?.pubkey.equals(owner) === true;
}
