// Token accounts in unusual states, made by the real token programs.
import {
  AuthorityType,
  NATIVE_MINT,
  TOKEN_PROGRAM_ID,
  createApproveInstruction,
  createInitializeAccount3Instruction,
  createMintToInstruction,
  createSetAuthorityInstruction,
} from "@solana/spl-token";
import { Keypair, SystemProgram, type PublicKey } from "@solana/web3.js";

import type { Svm } from "./svm.js";

/** A token account beside the associated one: who owns it, what is in it, and what else somebody may do with it. */
export interface TokenAccountInput {
  readonly mint: PublicKey;
  readonly owner: PublicKey;
  readonly program?: PublicKey;
  /** Base units, minted by `svm.payer`; of the native mint: wrapped lamports. */
  readonly amount?: bigint;
  /** Set while a helper key still owns the account, then kept when `owner` becomes its owner. */
  readonly closeAuthority?: PublicKey;
}

/** Makes a token account and returns its address. */
export function extraTokenAccount(svm: Svm, input: TokenAccountInput): PublicKey {
  const { mint, owner, program = TOKEN_PROGRAM_ID, amount = 0n, closeAuthority } = input;
  const account = Keypair.generate();
  const native = mint.equals(NATIVE_MINT);
  const first = closeAuthority === undefined ? owner : svm.payer.publicKey;
  const address = account.publicKey;
  svm.mustSend(
    [
      SystemProgram.createAccount({
        fromPubkey: svm.payer.publicKey,
        newAccountPubkey: address,
        lamports: Number(svm.rent(165) + (native ? amount : 0n)),
        space: 165,
        programId: program,
      }),
      createInitializeAccount3Instruction(address, mint, first, program),
      ...(amount > 0n && !native
        ? [createMintToInstruction(mint, address, svm.payer.publicKey, amount, [], program)]
        : []),
      // The owner's own change of the owner field clears a close authority, so the close authority comes first from the helper,
      // and the account changes hands by its bytes.
      ...(closeAuthority === undefined
        ? []
        : [
            createSetAuthorityInstruction(
              address,
              first,
              AuthorityType.CloseAccount,
              closeAuthority,
              [],
              program,
            ),
            createSetAuthorityInstruction(
              address,
              first,
              AuthorityType.AccountOwner,
              owner,
              [],
              program,
            ),
          ]),
    ],
    [svm.payer, account],
  );
  return address;
}

/** Lets `delegate` spend up to `amount` from a wallet's token account. */
export function approve(
  svm: Svm,
  input: {
    readonly account: PublicKey;
    readonly wallet: Keypair;
    readonly delegate: PublicKey;
    readonly amount: bigint;
  },
): void {
  const { account, wallet, delegate, amount } = input;
  svm.mustSend([createApproveInstruction(account, delegate, wallet.publicKey, amount)], [wallet]);
}
