// Mints and token accounts for tests, made by the real token programs.
import {
  AccountLayout,
  MINT_SIZE,
  TOKEN_PROGRAM_ID,
  createAssociatedTokenAccountIdempotentInstruction,
  createInitializeMint2Instruction,
  createMintToInstruction,
  getAssociatedTokenAddressSync,
} from "@solana/spl-token";
import { Keypair, SystemProgram, type PublicKey } from "@solana/web3.js";

import type { Svm } from "./svm.js";

/** Creates a mint and returns its address; `svm.payer` is its authority unless another is named. */
export function createMint(
  svm: Svm,
  options: {
    readonly decimals?: number;
    readonly authority?: PublicKey;
    readonly tokenProgram?: PublicKey;
  } = {},
): PublicKey {
  const {
    decimals = 6,
    authority = svm.payer.publicKey,
    tokenProgram = TOKEN_PROGRAM_ID,
  } = options;
  const mint = Keypair.generate();
  svm.mustSend(
    [
      SystemProgram.createAccount({
        fromPubkey: svm.payer.publicKey,
        newAccountPubkey: mint.publicKey,
        lamports: Number(svm.rent(MINT_SIZE)),
        space: MINT_SIZE,
        programId: tokenProgram,
      }),
      createInitializeMint2Instruction(mint.publicKey, decimals, authority, null, tokenProgram),
    ],
    [svm.payer, mint],
  );
  return mint.publicKey;
}

/** Creates the associated token account of `owner` (a program address too), with `amount` in it. */
export function createTokenAccount(
  svm: Svm,
  input: {
    readonly mint: PublicKey;
    readonly owner: PublicKey;
    readonly amount?: bigint;
    readonly tokenProgram?: PublicKey;
  },
): PublicKey {
  const { mint, owner, amount = 0n, tokenProgram = TOKEN_PROGRAM_ID } = input;
  const address = getAssociatedTokenAddressSync(mint, owner, true, tokenProgram);
  const payer = svm.payer.publicKey;
  const create = createAssociatedTokenAccountIdempotentInstruction(
    payer,
    address,
    owner,
    mint,
    tokenProgram,
  );
  const fill = createMintToInstruction(mint, address, payer, amount, [], tokenProgram);
  svm.mustSend(amount === 0n ? [create] : [create, fill]);
  return address;
}

/** Base units in a token account; throws when there is none. */
export function tokenAmount(svm: Svm, address: PublicKey): bigint {
  const account = svm.getAccount(address);
  if (account === null) throw new Error(`no token account at ${address.toBase58()}`);
  return AccountLayout.decode(account.data).amount;
}
