// A malicious router: the hostile program carries out ordinary instructions with the vault's signature, which a rule gave it.
import type { PublicKey, AccountMeta, TransactionInstruction } from "@solana/web3.js";

import { HOSTILE, hostileInstruction, invoke, returnData, type Operation } from "./hostile.js";
import { vault, type RuleSpec } from "./rules.js";

/** The widest rule that there is: the hostile program with the vault at position 0, and anything behind it. */
export const relayRule = (discriminator = 0): RuleSpec => ({
  program: HOSTILE,
  discriminator: [discriminator],
  count: [1, 40],
  accounts: { 0: vault },
  unbound: true,
});

/** What the hostile program may be told beside instructions: an operation made from the position of each account. */
export type RelayStep = TransactionInstruction | ((at: (key: PublicKey) => number) => Operation);

/**
 * One instruction of the hostile program that runs `steps` with the privileges it received. The vault stands at position 0; `extra`
 * accounts come next, so that operations can name them.
 */
export function relay(
  vaultKey: PublicKey,
  steps: readonly RelayStep[],
  extra: readonly AccountMeta[] = [],
): TransactionInstruction {
  const metas: AccountMeta[] = [{ pubkey: vaultKey, isSigner: false, isWritable: true }];
  const place = (pubkey: PublicKey, isWritable: boolean): number => {
    const found = metas.findIndex((meta) => meta.pubkey.equals(pubkey));
    const meta = metas[found];
    if (meta === undefined) return metas.push({ pubkey, isSigner: false, isWritable }) - 1;
    meta.isWritable ||= isWritable;
    return found;
  };
  for (const meta of extra) place(meta.pubkey, meta.isWritable);
  const at = (key: PublicKey): number => place(key, false);
  const script = steps.map((step) => {
    if (typeof step === "function") return step(at);
    const accounts = step.keys.map((meta) => ({
      account: place(meta.pubkey, meta.isWritable),
      signer: meta.isSigner,
      writable: meta.isWritable,
    }));
    return invoke(place(step.programId, false), accounts, step.data);
  });
  return hostileInstruction(metas, script);
}

/** The discriminator of {@link idle}. */
export const IDLE = 3;

/** An instruction of the hostile program that does nothing with the accounts it gets: the vault first, then `extra`. */
export const idle = (vaultKey: PublicKey, extra: readonly AccountMeta[] = []) =>
  hostileInstruction(
    [{ pubkey: vaultKey, isSigner: false, isWritable: true }, ...extra],
    [returnData(new Uint8Array())],
  );
