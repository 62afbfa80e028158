// The account list of an execute: each address once, its indices, its outer flags.
import type { AccountMeta, PublicKey, TransactionInstruction } from "@solana/web3.js";

import type { Address } from "../codec/address.js";
import { INSTRUCTIONS_SYSVAR } from "../codec/constants.js";

/** Accounts of an execute, in order; `indexOf` finds any of them. */
export interface AccountTable {
  /** All of them, from index 0 on. */
  readonly all: readonly { readonly pubkey: PublicKey; readonly isWritable: boolean }[];
  /** Metas from index 4 on, as the instruction passes them; nobody signs. */
  readonly rest: readonly AccountMeta[];
  readonly vaultWritable: boolean;
  indexOf(key: PublicKey): number;
}

/**
 * Lists the accounts of inner instructions behind session key, session, config and vault. An account is writable when any inner
 * instruction wants it so, or the transaction marks it so elsewhere (`writableElsewhere`): the runtime makes no difference.
 */
export function accountTable(input: {
  readonly first: readonly [PublicKey, PublicKey, PublicKey, PublicKey];
  readonly instructions: readonly TransactionInstruction[];
  readonly writableElsewhere: ReadonlySet<Address>;
}): AccountTable {
  const entries = new Map<Address, { readonly pubkey: PublicKey; isWritable: boolean }>();
  const [sessionKey, session, config, vault] = input.first;
  const add = (pubkey: PublicKey, isWritable: boolean): void => {
    const text = pubkey.toBase58();
    const writable = isWritable && text !== INSTRUCTIONS_SYSVAR;
    const entry = entries.get(text);
    if (entry === undefined) entries.set(text, { pubkey, isWritable: writable });
    else entry.isWritable ||= writable;
  };
  add(sessionKey, false);
  add(session, true);
  add(config, false);
  add(vault, false);
  for (const { keys } of input.instructions) {
    for (const { pubkey, isWritable } of keys) add(pubkey, isWritable);
  }
  for (const { programId } of input.instructions) add(programId, false);
  const order = new Map([...entries.keys()].map((text, index) => [text, index]));
  const all = [...entries.values()].map(({ pubkey, isWritable }) => ({
    pubkey,
    isWritable: isWritable || input.writableElsewhere.has(pubkey.toBase58()),
  }));
  return {
    all,
    rest: [...entries.values()].slice(4).map((entry) => ({ ...entry, isSigner: false })),
    vaultWritable: entries.get(vault.toBase58())?.isWritable ?? false,
    indexOf: (key) => order.get(key.toBase58()) ?? -1,
  };
}

/** What the instructions outside and the fee payer make writable. */
export function writableOutside(
  payer: PublicKey,
  outside: readonly TransactionInstruction[],
): ReadonlySet<Address> {
  const keys = outside.flatMap((instruction) => instruction.keys);
  const writable = keys.filter(({ isWritable }) => isWritable);
  return new Set([payer.toBase58(), ...writable.map(({ pubkey }) => pubkey.toBase58())]);
}
