// Token accounts in unusual states, made by the real token programs.
import {
  AuthorityType,
  MINT_SIZE,
  NATIVE_MINT,
  TOKEN_PROGRAM_ID,
  createApproveInstruction,
  createInitializeAccount3Instruction,
  createMintToInstruction,
  createSetAuthorityInstruction,
} from "@solana/spl-token";
import { Keypair, SystemProgram, type PublicKey } from "@solana/web3.js";

import type { Svm } from "./svm.js";

/** Puts wrapped SOL's mint where every cluster has it. */
export function installNativeMint(svm: Svm): void {
  const data = new Uint8Array(MINT_SIZE);
  data.set([9, 1], 44); // decimals, initialized
  svm.setAccount(NATIVE_MINT, { lamports: svm.rent(MINT_SIZE), data, owner: TOKEN_PROGRAM_ID });
}

/** A token account beside the associated one: who owns it, what is in it, and what else somebody may do with it. */
export interface TokenAccountInput {
  readonly mint: PublicKey;
  readonly owner: PublicKey;
  readonly program?: PublicKey;
  /** Base units, minted by `svm.payer`; of the native mint: wrapped lamports. */
  readonly amount?: bigint;
  /** Set by a first owner; it stays when the account changes hands (but for wrapped SOL). */
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
    readonly program?: PublicKey;
  },
): void {
  const { account, wallet, delegate, amount, program = TOKEN_PROGRAM_ID } = input;
  const owner = wallet.publicKey;
  const step = createApproveInstruction(account, delegate, owner, amount, [], program);
  svm.mustSend([step], [wallet]);
}

/** Hands a token account to a new owner. */
export function giveTokenAccount(
  svm: Svm,
  input: { readonly account: PublicKey; readonly from: Keypair; readonly to: PublicKey },
): void {
  const { account, from, to } = input;
  const kind = AuthorityType.AccountOwner;
  svm.mustSend([createSetAuthorityInstruction(account, from.publicKey, kind, to)], [from]);
}
