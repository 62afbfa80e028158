import type { AccountMeta, PublicKey, TransactionInstruction } from "@solana/web3.js";

import { ownerExecuteInstruction, type PlanInner } from "../codec/index.js";
import { ValetkeyError } from "../errors/index.js";
import type { OwnerContext } from "./context.js";

// Accounts before the plan's own: config, vault, instructions sysvar.
const FIXED = 3;

/**
 * Wraps instructions that the vault must sign into the owners' own plan. No other signer is possible
 * inside, and nothing but the program's few invariants limits what they do.
 *
 * @throws ValetkeyError `EmptyRequest`, `ForeignSigner`, `TooManyInner`.
 */
export function ownerPlan(
  context: Pick<OwnerContext, "programId" | "config" | "vault"> & { readonly owner: PublicKey },
  instructions: readonly TransactionInstruction[],
): TransactionInstruction {
  const { programId, config, vault, owner } = context;
  if (instructions.length === 0) throw new ValetkeyError("EmptyRequest", { what: "instructions" });
  const accounts: AccountMeta[] = [{ pubkey: owner, isSigner: true, isWritable: false }];
  const indexOf = (pubkey: PublicKey, isWritable: boolean): number => {
    if (pubkey.equals(vault)) return 1;
    const found = accounts.findIndex((meta) => meta.pubkey.equals(pubkey));
    const known = accounts[found];
    if (known === undefined)
      return FIXED - 1 + accounts.push({ pubkey, isSigner: false, isWritable });
    known.isWritable ||= isWritable;
    return FIXED + found;
  };
  const inner = instructions.map((instruction, index): PlanInner => {
    const foreign = instruction.keys.find((key) => key.isSigner && !key.pubkey.equals(vault));
    if (foreign !== undefined)
      throw new ValetkeyError("ForeignSigner", { index, signer: foreign.pubkey.toBase58() });
    return {
      rule: 255,
      program: indexOf(instruction.programId, false),
      accounts: instruction.keys.map(({ pubkey, isWritable }) => indexOf(pubkey, isWritable)),
      data: Uint8Array.from(instruction.data),
    };
  });
  return ownerExecuteInstruction({ programId, config, vault, accounts, inner });
}
