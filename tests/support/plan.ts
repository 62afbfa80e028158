// Ordinary instructions in, a plan and the accounts of `execute` out. No judgement here: what the client would refuse to compose
// must reach the program.
import type { AccountMeta, PublicKey, TransactionInstruction } from "@solana/web3.js";
import type { PlanInner } from "@valetkey/sdk/layers";

/** An inner instruction under a rule (its position in the session); a bare instruction stands under rule 0. */
export type Step =
  TransactionInstruction | { readonly rule: number; readonly instruction: TransactionInstruction };

/** What `steps` need: the inner instructions, the accounts after the fixed ones, and whether a fixed one must be writable. */
export interface ComposedSteps {
  readonly inner: readonly PlanInner[];
  readonly accounts: readonly AccountMeta[];
  /** Writable as any step asks, by position of the fixed accounts. */
  readonly fixedWritable: readonly boolean[];
}

/**
 * Lays out the accounts of `steps` after the `fixed` ones, each once, writable when any step wants it writable. Signer marks are
 * dropped, but for keys in `signers`.
 */
export function composeSteps(
  steps: readonly Step[],
  fixed: readonly PublicKey[],
  signers: readonly PublicKey[] = [],
): ComposedSteps {
  const metas = fixed.map((pubkey) => ({ pubkey, isSigner: false, isWritable: false }));
  const place = (pubkey: PublicKey, isWritable: boolean): number => {
    const found = metas.findIndex((meta) => meta.pubkey.equals(pubkey));
    const meta = metas[found];
    if (meta !== undefined) {
      meta.isWritable ||= isWritable;
      return found;
    }
    const isSigner = signers.some((signer) => signer.equals(pubkey));
    return metas.push({ pubkey, isSigner, isWritable }) - 1;
  };
  const inner = steps.map((step) => {
    const { rule, instruction } = "instruction" in step ? step : { rule: 0, instruction: step };
    return {
      rule,
      program: place(instruction.programId, false),
      accounts: instruction.keys.map((meta) => place(meta.pubkey, meta.isWritable)),
      data: new Uint8Array(instruction.data),
    };
  });
  return {
    inner,
    accounts: metas.slice(fixed.length),
    fixedWritable: metas.slice(0, fixed.length).map((meta) => meta.isWritable),
  };
}
