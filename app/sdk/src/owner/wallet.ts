import { ed25519 } from "@noble/curves/ed25519";
import type { Keypair } from "@solana/web3.js";
import {
  TransactionMessage,
  type AddressLookupTableAccount,
  type PublicKey,
  type Transaction,
  type TransactionInstruction,
  type VersionedTransaction,
} from "@solana/web3.js";

import { isValetkeyError, ValetkeyError } from "../errors/index.js";

/** A wallet object: that of wallet-adapter, or Anchor's `Wallet`. */
export interface WalletObject {
  readonly publicKey: PublicKey | null;
  readonly signTransaction?:
    (<T extends Transaction | VersionedTransaction>(transaction: T) => Promise<T>) | undefined;
}

/** What the client takes for an owner's wallet. */
export type WalletLike = WalletObject | Keypair;

/** An owner's wallet, made uniform. */
export interface OwnerWallet {
  readonly publicKey: PublicKey;
  /** Asks for the owner's signature and checks what comes back. */
  readonly sign: (
    transaction: VersionedTransaction,
    tables: readonly AddressLookupTableAccount[],
  ) => Promise<VersionedTransaction>;
}

/**
 * Makes a wallet uniform.
 *
 * @throws ValetkeyError `WalletRefused` when it isn't connected or can't sign transactions.
 */
export function toOwnerWallet(wallet: WalletLike): OwnerWallet {
  const { publicKey } = wallet;
  if (publicKey === null)
    throw new ValetkeyError("WalletRefused", { reason: "it isn't connected" });
  if (!("signTransaction" in wallet) && "secretKey" in wallet)
    return {
      publicKey,
      sign: (transaction) => {
        transaction.sign([wallet]);
        return Promise.resolve(transaction);
      },
    };
  if (wallet.signTransaction === undefined)
    throw new ValetkeyError("WalletRefused", { reason: "it can't sign transactions" });
  const ask = wallet.signTransaction.bind(wallet);
  return {
    publicKey,
    sign: async (transaction, tables) => {
      const asked = transaction.message.serialize();
      const expected = instructionsOf(transaction, tables);
      const signed = await ask(transaction).catch((cause: unknown) => {
        if (isValetkeyError(cause)) throw cause;
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new ValetkeyError("WalletRefused", { reason }, { cause });
      });
      checkSigned({ signed, asked, expected, tables, owner: publicKey });
      return signed;
    },
  };
}

// Wallets may set their own fees and add assertions of this program; anything else is a changed order.
const ADDED_BY_WALLETS: readonly string[] = [
  "ComputeBudget111111111111111111111111111111",
  "L2TExMFKdjpN9kozasaurPirfHy9P8sbXoAN1qA3S95",
];

function checkSigned(input: {
  readonly signed: VersionedTransaction;
  readonly asked: Uint8Array;
  readonly expected: readonly string[];
  readonly tables: readonly AddressLookupTableAccount[];
  readonly owner: PublicKey;
}): void {
  const { signed, asked, expected, tables, owner } = input;
  const refuse = (reason: string) =>
    new ValetkeyError("SignatureRefused", { signer: owner.toBase58(), reason });
  const message = signed.message.serialize();
  const same = message.length === asked.length && message.every((byte, i) => byte === asked[i]);
  if (!same) {
    const got = instructionsOf(signed, tables);
    if (got.length !== expected.length || got.some((one, i) => one !== expected[i]))
      throw refuse("the wallet changed the instructions");
    if (signed.message.staticAccountKeys[0]?.equals(owner) !== true)
      throw refuse("the wallet changed the fee payer");
  }
  const signature = signed.signatures[0];
  if (signature === undefined || !ed25519.verify(signature, message, owner.toBytes()))
    throw refuse("it isn't over this transaction");
}

/** The instructions in a comparable form, less those that wallets may add. */
function instructionsOf(
  { message }: VersionedTransaction,
  tables: readonly AddressLookupTableAccount[],
): readonly string[] {
  const { instructions } = TransactionMessage.decompile(message, {
    addressLookupTableAccounts: [...tables],
  });
  return instructions
    .filter(({ programId }) => !ADDED_BY_WALLETS.includes(programId.toBase58()))
    .map(fingerprint);
}

function fingerprint({ programId, keys, data }: TransactionInstruction): string {
  const metas = keys.map(({ pubkey }) => pubkey.toBase58()).join(" ");
  return `${programId.toBase58()} ${metas} ${Array.from(data).join(",")}`;
}
