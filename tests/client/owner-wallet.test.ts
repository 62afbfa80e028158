// An owner's wallet: what is asked for its signature must be what comes back signed.
import assert from "node:assert/strict";

import { isValetkeyError, type ErrorCode } from "@valetkey/sdk/errors";
import type { Transaction, VersionedTransaction } from "@solana/web3.js";
import {
  ComputeBudgetProgram,
  Keypair,
  PublicKey,
  SystemProgram,
  TransactionInstruction,
} from "@solana/web3.js";

import { toOwnerWallet, type WalletObject } from "../../app/sdk/src/owner/wallet.js";
import { compileTransaction } from "../../app/sdk/src/transaction/index.js";

const BLOCKHASH = Keypair.generate().publicKey.toBase58();
const OTHER_BLOCKHASH = Keypair.generate().publicKey.toBase58();
const LIGHTHOUSE = new PublicKey("L2TExMFKdjpN9kozasaurPirfHy9P8sbXoAN1qA3S95");

describe("an owner's wallet", () => {
  const owner = Keypair.generate();
  const [friend, thief] = [Keypair.generate().publicKey, Keypair.generate().publicKey];

  const pay = (toPubkey: PublicKey) =>
    SystemProgram.transfer({ fromPubkey: owner.publicKey, toPubkey, lamports: 5 });
  const build = (instructions: TransactionInstruction[], blockhash = BLOCKHASH) =>
    compileTransaction({ payer: owner.publicKey, instructions, blockhash }).transaction;
  const asked = () => build([pay(friend)]);

  // A wallet that signs what `answer` makes of the question.
  const wallet = (
    answer: (transaction: VersionedTransaction) => VersionedTransaction,
    signer = owner,
  ): WalletObject => ({
    publicKey: owner.publicKey,
    signTransaction: <T extends Transaction | VersionedTransaction>(transaction: T) => {
      const signed = answer(transaction as VersionedTransaction);
      if (signer === owner) signed.sign([owner]);
      else signed.addSignature(owner.publicKey, new Uint8Array(64).fill(3));
      return Promise.resolve(signed as T);
    },
  });

  const refusedWith = (code: ErrorCode) => (error: unknown) => isValetkeyError(error, code);

  it("may be a Keypair", async () => {
    const signed = await toOwnerWallet(owner).sign(asked(), []);
    assert.ok(signed.signatures[0]?.some((byte) => byte !== 0));
  });

  it("may sign what was asked", async () => {
    await toOwnerWallet(wallet((transaction) => transaction)).sign(asked(), []);
  });

  it("may set fees, add assertions and take a newer blockhash", async () => {
    const assertion = new TransactionInstruction({ programId: LIGHTHOUSE, keys: [] });
    const price = ComputeBudgetProgram.setComputeUnitPrice({ microLamports: 7 });
    const kind = wallet(() => build([price, pay(friend), assertion], OTHER_BLOCKHASH));
    const signed = await toOwnerWallet(kind).sign(asked(), []);
    assert.equal(signed.message.recentBlockhash, OTHER_BLOCKHASH);
  });

  for (const [name, instructions] of [
    ["pays somebody else", [pay(thief)]],
    ["adds a payment", [pay(friend), pay(thief)]],
    ["leaves something out", [SystemProgram.transfer({ ...args(), lamports: 1 })]],
    ["adds a program of its own", [pay(friend), stranger()]],
  ] as const)
    it(`is refused when it ${name}`, async () => {
      const changed = wallet(() => build([...instructions]));
      await assert.rejects(
        toOwnerWallet(changed).sign(asked(), []),
        refusedWith("SignatureRefused"),
      );
    });

  it("is refused when its signature is worth nothing", async () => {
    const forged = wallet((transaction) => transaction, Keypair.generate());
    await assert.rejects(toOwnerWallet(forged).sign(asked(), []), refusedWith("SignatureRefused"));
  });

  it("may say no, by name", async () => {
    const no: WalletObject = {
      publicKey: owner.publicKey,
      signTransaction: () => Promise.reject(new Error("User rejected the request.")),
    };
    await assert.rejects(toOwnerWallet(no).sign(asked(), []), (error) => {
      assert.ok(isValetkeyError(error, "WalletRefused"));
      assert.match(error.message, /User rejected/);
      return true;
    });
  });

  it("must be connected and able to sign", () => {
    for (const wallet of [{ publicKey: null }, { publicKey: owner.publicKey }])
      assert.throws(() => toOwnerWallet(wallet), refusedWith("WalletRefused"));
  });

  function args() {
    return { fromPubkey: owner.publicKey, toPubkey: friend };
  }

  function stranger() {
    return new TransactionInstruction({ programId: thief, keys: [] });
  }
});
