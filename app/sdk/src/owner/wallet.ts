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
  /** Where the wallet has it, several transactions are asked for in one prompt. */
  readonly signAllTransactions?:
    (<T extends Transaction | VersionedTransaction>(transactions: T[]) => Promise<T[]>) | undefined;
}

/** What the client takes for an owner's wallet. */
export type WalletLike = WalletObject | Keypair;

/** A transaction to be signed, and the tables by which it can be read. */
export interface Unsigned {
  readonly transaction: VersionedTransaction;
  readonly tables: readonly AddressLookupTableAccount[];
}

/** An owner's wallet, made uniform. */
export interface OwnerWallet {
  readonly publicKey: PublicKey;
  /** Asks for the owner's signature and checks what comes back. */
  readonly sign: (
    transaction: VersionedTransaction,
    tables: readonly AddressLookupTableAccount[],
  ) => Promise<VersionedTransaction>;
  /** The same for several, in one prompt where the wallet can. */
  readonly signAll: (unsigned: readonly Unsigned[]) => Promise<readonly VersionedTransaction[]>;
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
  if (!("signTransaction" in wallet) && "secretKey" in wallet) return keypairWallet(wallet);
  if (wallet.signTransaction === undefined)
    throw new ValetkeyError("WalletRefused", { reason: "it can't sign transactions" });
  const ask = wallet.signTransaction.bind(wallet);
  const askAll = wallet.signAllTransactions?.bind(wallet);
  const check = checkerOf(publicKey);
  const sign: OwnerWallet["sign"] = async (transaction, tables) => {
    const verify = check({ transaction, tables });
    return verify(await named(() => ask(transaction)));
  };
  return {
    publicKey,
    sign,
    signAll: async (unsigned) => {
      const signed: VersionedTransaction[] = [];
      if (askAll === undefined || unsigned.length < 2) {
        for (const { transaction, tables } of unsigned)
          signed.push(await sign(transaction, tables));
        return signed;
      }
      const checks = unsigned.map(check);
      const all = await named(() => askAll(unsigned.map(({ transaction }) => transaction)));
      if (all.length !== unsigned.length)
        throw new ValetkeyError("WalletRefused", { reason: "it didn't sign all transactions" });
      return all.map((one, i) => checks[i]?.(one) ?? one);
    },
  };
}

function keypairWallet(keypair: Keypair): OwnerWallet {
  const sign = (transaction: VersionedTransaction): VersionedTransaction => {
    transaction.sign([keypair]);
    return transaction;
  };
  return {
    publicKey: keypair.publicKey,
    sign: (transaction) => Promise.resolve(sign(transaction)),
    signAll: (unsigned) => Promise.resolve(unsigned.map(({ transaction }) => sign(transaction))),
  };
}

/** Asks the wallet; what it throws gets a name. */
async function named<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    if (isValetkeyError(cause)) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ValetkeyError("WalletRefused", { reason }, { cause });
  }
}

/** Remembers what is asked, before the wallet can touch it; then checks what comes back. */
function checkerOf(owner: PublicKey) {
  return ({ transaction, tables }: Unsigned) => {
    const asked = {
      message: transaction.message.serialize(),
      instructions: instructionsOf(transaction, tables),
      payer: transaction.message.staticAccountKeys[0],
      // What others have signed can't change any more.
      signed: transaction.signatures.some((one) => one.some((byte) => byte !== 0)),
    };
    return (signed: VersionedTransaction): VersionedTransaction => {
      checkSigned({ signed, asked, tables, owner });
      return signed;
    };
  };
}

// Wallets may set their own fees and add assertions of this program; anything else is a changed order.
const ADDED_BY_WALLETS: readonly string[] = [
  "ComputeBudget111111111111111111111111111111",
  "L2TExMFKdjpN9kozasaurPirfHy9P8sbXoAN1qA3S95",
];

function checkSigned(input: {
  readonly signed: VersionedTransaction;
  readonly asked: {
    readonly message: Uint8Array;
    readonly instructions: readonly string[];
    readonly payer: PublicKey | undefined;
    readonly signed: boolean;
  };
  readonly tables: readonly AddressLookupTableAccount[];
  readonly owner: PublicKey;
}): void {
  const { signed, asked, tables, owner } = input;
  const refuse = (reason: string) =>
    new ValetkeyError("SignatureRefused", { signer: owner.toBase58(), reason });
  const message = signed.message.serialize();
  const same =
    message.length === asked.message.length &&
    message.every((byte, i) => byte === asked.message[i]);
  if (!same) {
    if (asked.signed) throw refuse("the wallet changed what others have signed");
    const got = instructionsOf(signed, tables);
    const expected = asked.instructions;
    if (got.length !== expected.length || got.some((one, i) => one !== expected[i]))
      throw refuse("the wallet changed the instructions");
    const [payer] = signed.message.staticAccountKeys;
    if (asked.payer === undefined || payer?.equals(asked.payer) !== true)
      throw refuse("the wallet changed the fee payer");
  }
  const index = signed.message.staticAccountKeys.findIndex((key) => key.equals(owner));
  const signature = signed.signatures[index];
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
