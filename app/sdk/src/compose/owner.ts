// The owners' own plan: no rules, no limits; the vault signs what its owners sign.
import type { AccountMeta, PublicKey, TransactionInstruction } from "@solana/web3.js";

import type { Address } from "../codec/address.js";
import { INSTRUCTIONS_SYSVAR } from "../codec/constants.js";
import type { PlanInner } from "../codec/types.js";
import { refused, ValetkeyError } from "../errors/error.js";

/** By proposal, the plan's own accounts follow config, vault, proposal and its payer. */
const PROPOSED_FROM = 4;

/** An owner's plan, for `ownerExecuteInstruction`. */
export interface ComposedOwnerPlan {
  readonly inner: readonly PlanInner[];
  /** Metas from index 3 on (4 by proposal): first the owners, who sign, then the rest. */
  readonly accounts: readonly AccountMeta[];
}

/**
 * Composes instructions to a plan for `owner_execute`. Inside only the vault signs (`ForeignSigner`); the program itself may not
 * be called (`SelfCall`), the config may not appear (`ForbiddenAccount`). With `proposal` it is a plan that a proposal carries: nobody
 * signs beside the proposal's approvals.
 *
 * @example
 * ```ts
 * const composed = composeOwnerPlan({ programId, config, vault: owner.vault, owners: [wallet.publicKey], instructions });
 * const instruction = ownerExecuteInstruction({ programId, config, vault: owner.vault, ...composed });
 * ```
 */
export function composeOwnerPlan(input: {
  readonly programId: PublicKey;
  readonly config: PublicKey;
  readonly vault: PublicKey;
  readonly owners: readonly PublicKey[];
  readonly instructions: readonly TransactionInstruction[];
  /** The proposal that will carry the plan, and who pays for it. */
  readonly proposal?: { readonly address: PublicKey; readonly payer: PublicKey };
}): ComposedOwnerPlan {
  const { programId, config, vault, owners, instructions, proposal } = input;
  if (instructions.length === 0) {
    throw new ValetkeyError("EmptyRequest", { what: "The list of instructions" });
  }
  if (instructions.length > 16) {
    throw refused("TooManyInner", { asked: BigInt(instructions.length), left: 16n });
  }
  // By proposal nothing but the vault stands at an index of its own: a signature or a payer there may change its flags.
  const head =
    proposal === undefined
      ? [config.toBase58(), vault.toBase58(), INSTRUCTIONS_SYSVAR]
      : [config.toBase58(), vault.toBase58()];
  const entries = new Map<Address, AccountMeta>();
  const add = (pubkey: PublicKey, isWritable: boolean, isSigner = false): void => {
    const text = pubkey.toBase58();
    const entry = entries.get(text);
    if (entry === undefined) entries.set(text, { pubkey, isSigner, isWritable });
    else entry.isWritable ||= isWritable;
  };
  for (const owner of owners) add(owner, false, true);
  for (const [inner, { programId: program, keys }] of instructions.entries()) {
    if (program.equals(programId)) throw refused("SelfCall", { inner });
    for (const [position, { pubkey, isSigner, isWritable }] of keys.entries()) {
      if (isSigner && !pubkey.equals(vault)) {
        throw new ValetkeyError("ForeignSigner", { index: inner, signer: pubkey.toBase58() });
      }
      if (pubkey.equals(config)) {
        throw refused("ForbiddenAccount", { inner, subject: "position", index: position });
      }
      if (!head.includes(pubkey.toBase58())) {
        add(pubkey, isWritable);
      }
    }
  }
  for (const { programId: program } of instructions) add(program, false);
  const others = [...entries.keys()];
  const first = proposal === undefined ? head.length : PROPOSED_FROM;
  const indexOf = (key: PublicKey): number => {
    const index = head.indexOf(key.toBase58());
    return index >= 0 ? index : first + others.indexOf(key.toBase58());
  };
  const inner = instructions.map((instruction) => ({
    rule: 255,
    program: indexOf(instruction.programId),
    accounts: instruction.keys.map(({ pubkey }) => indexOf(pubkey)),
    data: Uint8Array.from(instruction.data),
  }));
  return { inner, accounts: [...entries.values()] };
}
