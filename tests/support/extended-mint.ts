// Token-2022 mints with extensions.
import {
  AccountState,
  ExtensionType,
  TOKEN_2022_PROGRAM_ID,
  createInitializeDefaultAccountStateInstruction,
  createInitializeGroupPointerInstruction,
  createInitializeInterestBearingMintInstruction,
  createInitializeMetadataPointerInstruction,
  createInitializeMint2Instruction,
  createInitializeMintCloseAuthorityInstruction,
  createInitializeNonTransferableMintInstruction,
  createInitializePausableConfigInstruction,
  createInitializePermanentDelegateInstruction,
  createInitializeTransferFeeConfigInstruction,
  createInitializeTransferHookInstruction,
  getMintLen,
} from "@solana/spl-token";
import {
  Keypair,
  SystemProgram,
  type PublicKey,
  type TransactionInstruction,
} from "@solana/web3.js";

import type { Svm } from "./svm.js";

type Initialize = (mint: PublicKey, authority: PublicKey) => TransactionInstruction;
const program = TOKEN_2022_PROGRAM_ID;

const dangerous = {
  transferFee: [
    ExtensionType.TransferFeeConfig,
    (mint, authority) =>
      createInitializeTransferFeeConfigInstruction(
        mint,
        authority,
        authority,
        100,
        1n << 40n,
        program,
      ),
  ],
  transferHook: [
    ExtensionType.TransferHook,
    (mint, authority) =>
      createInitializeTransferHookInstruction(mint, authority, authority, program),
  ],
  permanentDelegate: [
    ExtensionType.PermanentDelegate,
    (mint, authority) => createInitializePermanentDelegateInstruction(mint, authority, program),
  ],
  closeAuthority: [
    ExtensionType.MintCloseAuthority,
    (mint, authority) => createInitializeMintCloseAuthorityInstruction(mint, authority, program),
  ],
  defaultFrozen: [
    ExtensionType.DefaultAccountState,
    (mint) => createInitializeDefaultAccountStateInstruction(mint, AccountState.Frozen, program),
  ],
  nonTransferable: [
    ExtensionType.NonTransferable,
    (mint) => createInitializeNonTransferableMintInstruction(mint, program),
  ],
  interest: [
    ExtensionType.InterestBearingConfig,
    (mint, authority) =>
      createInitializeInterestBearingMintInstruction(mint, authority, 500, program),
  ],
  pausable: [
    ExtensionType.PausableConfig,
    (mint, authority) => createInitializePausableConfigInstruction(mint, authority, program),
  ],
} satisfies Record<string, readonly [ExtensionType, Initialize]>;

const harmless = {
  metadataPointer: [
    ExtensionType.MetadataPointer,
    (mint, authority) => createInitializeMetadataPointerInstruction(mint, authority, mint, program),
  ],
  groupPointer: [
    ExtensionType.GroupPointer,
    (mint, authority) => createInitializeGroupPointerInstruction(mint, authority, mint, program),
  ],
} satisfies Record<string, readonly [ExtensionType, Initialize]>;

/** Extensions by which somebody may move, freeze, tax or re-create what a limit counts. */
export type DangerousExtension = keyof typeof dangerous;
/** Extensions that say something about a mint and nothing more. */
export type HarmlessExtension = keyof typeof harmless;

export const DANGEROUS_EXTENSIONS = Object.keys(dangerous) as DangerousExtension[];
export const HARMLESS_EXTENSIONS = Object.keys(harmless) as HarmlessExtension[];

/** A Token-2022 mint with one extension; `svm.payer` holds every authority. */
export function createExtendedMint(
  svm: Svm,
  extension: DangerousExtension | HarmlessExtension,
  decimals = 6,
  mint = Keypair.generate(),
): Keypair {
  const [type, initialize] = { ...dangerous, ...harmless }[extension];
  const authority = svm.payer.publicKey;
  const space = getMintLen([type]);
  svm.mustSend(
    [
      SystemProgram.createAccount({
        fromPubkey: authority,
        newAccountPubkey: mint.publicKey,
        lamports: Number(svm.rent(space)),
        space,
        programId: program,
      }),
      initialize(mint.publicKey, authority),
      createInitializeMint2Instruction(mint.publicKey, decimals, authority, authority, program),
    ],
    [svm.payer, mint],
  );
  return mint;
}
