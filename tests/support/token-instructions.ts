// Token instructions that spl-token has no builder for, and SPL multisigs.
import {
  MULTISIG_SIZE,
  TOKEN_PROGRAM_ID,
  createInitializeMultisigInstruction,
} from "@solana/spl-token";
import { Keypair, SystemProgram, TransactionInstruction, type PublicKey } from "@solana/web3.js";

import type { Svm } from "./svm.js";
import { createTokenAccount } from "./token.js";

/** A Token instruction by number: all accounts writable, the last one signs. */
export function tokenInstruction(
  number: number,
  accounts: readonly PublicKey[],
  args: Uint8Array = new Uint8Array(),
  programId: PublicKey = TOKEN_PROGRAM_ID,
): TransactionInstruction {
  return new TransactionInstruction({
    programId,
    keys: accounts.map((pubkey, i) => ({
      pubkey,
      isSigner: i === accounts.length - 1,
      isWritable: i !== accounts.length - 1,
    })),
    data: Buffer.from([number, ...args]),
  });
}

/** `UnwrapLamports` (45): wrapped lamports leave a native account for any other; `null` means all of them. */
export function unwrapLamports(
  account: PublicKey,
  destination: PublicKey,
  authority: PublicKey,
  lamports: bigint | null = null,
): TransactionInstruction {
  const amount = Buffer.alloc(8);
  if (lamports !== null) amount.writeBigUInt64LE(lamports);
  const args = lamports === null ? [0] : [1, ...amount];
  return tokenInstruction(45, [account, destination, authority], Uint8Array.from(args));
}

/** `Batch` (255): the instructions in one. */
export function batch(instructions: readonly TransactionInstruction[]): TransactionInstruction {
  return new TransactionInstruction({
    programId: TOKEN_PROGRAM_ID,
    keys: instructions.flatMap((instruction) => instruction.keys),
    data: Buffer.concat([
      Buffer.from([255]),
      ...instructions.map(({ keys, data }) =>
        Buffer.concat([Buffer.from([keys.length, data.length]), data]),
      ),
    ]),
  });
}

/** An SPL multisig of which any one member may act, and its token account with `amount`. */
export function createMultisig(
  svm: Svm,
  mint: PublicKey,
  members: readonly PublicKey[],
  amount: bigint,
): { readonly multisig: PublicKey; readonly tokens: PublicKey } {
  const account = Keypair.generate();
  svm.mustSend(
    [
      SystemProgram.createAccount({
        fromPubkey: svm.payer.publicKey,
        newAccountPubkey: account.publicKey,
        lamports: Number(svm.rent(MULTISIG_SIZE)),
        space: MULTISIG_SIZE,
        programId: TOKEN_PROGRAM_ID,
      }),
      createInitializeMultisigInstruction(account.publicKey, [...members], 1),
    ],
    [svm.payer, account],
  );
  const tokens = createTokenAccount(svm, { mint, owner: account.publicKey, amount });
  return { multisig: account.publicKey, tokens };
}
