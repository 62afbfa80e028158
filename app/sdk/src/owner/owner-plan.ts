import type { TransactionInstruction } from "@solana/web3.js";

import { ownerExecuteInstruction } from "../codec/index.js";
import { composeOwnerPlan } from "../compose/index.js";
import type { OwnerContext } from "./context.js";

/**
 * Wraps instructions that the vault must sign into the owners' own plan.
 *
 * @throws ValetkeyError `EmptyRequest`, `ForeignSigner`, `TooManyInner`, `SelfCall`, `ForbiddenAccount`.
 */
export function ownerPlan(
  { programId, config, vault, wallet }: OwnerContext,
  instructions: readonly TransactionInstruction[],
): TransactionInstruction {
  const owners = [wallet.publicKey];
  const plan = composeOwnerPlan({ programId, config, vault, owners, instructions });
  return ownerExecuteInstruction({ programId, config, vault, ...plan });
}
