import type { TransactionInstruction } from "@solana/web3.js";

import { ownerExecuteInstruction, recoverInstruction } from "../codec/index.js";
import { composeOwnerPlan } from "../compose/index.js";
import { actOf, type OwnerAct } from "./act.js";
import type { ActingContext } from "./door.js";

/**
 * The act in which instructions that the vault must sign are the owners' own plan, after those that run outside of it.
 *
 * @throws ValetkeyError `EmptyRequest`, `ForeignSigner`, `TooManyInner`, `SelfCall`, `ForbiddenAccount`.
 */
export function ownerPlan(
  { programId, config, vault, owners }: ActingContext,
  input: {
    readonly before?: readonly TransactionInstruction[];
    readonly inside: readonly TransactionInstruction[];
    /** For a vault that isn't System-owned, or has data. */
    readonly recovery?: boolean;
  },
): OwnerAct {
  const { before = [], inside: instructions, recovery = false } = input;
  const plan = composeOwnerPlan({ programId, config, vault, owners, instructions });
  const make = recovery ? recoverInstruction : ownerExecuteInstruction;
  return actOf(before, (bindKeys) => make({ programId, config, vault, ...plan, bindKeys }));
}
