import assert from "node:assert/strict";
import {
  ComputeBudgetProgram,
  Keypair,
  LAMPORTS_PER_SOL,
  SendTransactionError,
  sendAndConfirmTransaction,
  SystemProgram,
  Transaction,
  type VersionedTransaction,
} from "@solana/web3.js";
import bs58 from "bs58";
import { startLocalnet, type Localnet } from "@valetkey/localnet";
import { confirmed, memo, rejection, signed, transfer, UNKNOWN_BLOCKHASH } from "./support.js";

describe("localnet: transactions", () => {
  let localnet: Localnet;
  let payer: Keypair;

  before(async () => {
    localnet = await startLocalnet();
    payer = await localnet.wallet();
  });
  after(() => localnet.stop());

  it("confirms transfers at once and takes the fee", async () => {
    const to = Keypair.generate().publicKey;
    const times: number[] = [];
    for (let i = 0; i < 5; i += 1) {
      const started = performance.now();
      await sendAndConfirmTransaction(
        localnet.connection,
        new Transaction().add(transfer(payer, to, LAMPORTS_PER_SOL + i)),
        [payer],
      );
      times.push(performance.now() - started);
    }
    assert.ok(Math.min(...times) < 150, `took ${times.join(", ")} ms`);
    assert.equal(await localnet.connection.getBalance(to), 5 * LAMPORTS_PER_SOL + 10);
    assert.equal(
      await localnet.connection.getBalance(payer.publicKey),
      95 * LAMPORTS_PER_SOL - 10 - 5 * 5000,
    );
  });

  it("records what a transaction did", async () => {
    const { connection } = localnet;
    const to = Keypair.generate().publicKey;
    const tx = await signed(localnet, payer, [transfer(payer, to, 2_000_000), memo("hello")]);
    const signature = await connection.sendTransaction(tx);
    assert.equal(await confirmed(localnet, signature), null);
    const got = await connection.getTransaction(signature, { maxSupportedTransactionVersion: 0 });
    assert.ok(got?.meta);
    assert.equal(got.meta.err, null);
    assert.equal(got.meta.fee, 5000);
    assert.equal(got.version, 0);
    assert.ok((got.meta.computeUnitsConsumed ?? 0) > 150);
    assert.ok(got.meta.logMessages?.some((line) => line.includes("hello")));
    assert.equal((got.meta.postBalances[1] ?? 0) - (got.meta.preBalances[1] ?? 0), 2_000_000);
    assert.equal(got.transaction.message.staticAccountKeys[0]?.toBase58(), String(payer.publicKey));
    assert.equal(got.blockTime, await connection.getBlockTime(got.slot));
    const parsed = await connection.getParsedTransaction(signature, {
      maxSupportedTransactionVersion: 0,
    });
    assert.equal(parsed?.transaction.message.accountKeys[0]?.signer, true);
    const history = await connection.getSignaturesForAddress(to);
    assert.deepEqual(
      history.map((entry) => entry.signature),
      [signature],
    );
    const { value } = await connection.getSignatureStatus(signature);
    assert.equal(value?.confirmationStatus, "finalized");
  });

  it("charges for priority as it says beforehand", async () => {
    const { connection } = localnet;
    const before = await connection.getBalance(payer.publicKey);
    const tx = await signed(localnet, payer, [
      ComputeBudgetProgram.setComputeUnitPrice({ microLamports: 1_234_567 }),
      memo("priority"),
    ]);
    const { value: expected } = await connection.getFeeForMessage(tx.message);
    const signature = await connection.sendTransaction(tx);
    assert.equal(before - (await connection.getBalance(payer.publicKey)), expected);
    const got = await connection.getTransaction(signature, { maxSupportedTransactionVersion: 0 });
    assert.equal(got?.meta?.fee, expected);
  });

  it("refuses an unknown block hash, with and without preflight", async () => {
    for (const skipPreflight of [false, true]) {
      const tx = await signed(localnet, payer, [memo("unknown")], UNKNOWN_BLOCKHASH);
      const error = await rejection(localnet.connection.sendTransaction(tx, { skipPreflight }));
      assert.match(error.message, /Blockhash not found/);
    }
  });

  it("refuses a block hash that is 150 blocks old, and accepts a younger one", async () => {
    const { connection } = localnet;
    const { blockhash } = await connection.getLatestBlockhash();
    await localnet.advance({ blocks: 140 });
    const young = await signed(localnet, payer, [memo("young")], blockhash);
    await connection.sendTransaction(young);
    assert.equal((await connection.isBlockhashValid(blockhash)).value, true);
    await localnet.advance({ blocks: 10 });
    assert.equal((await connection.isBlockhashValid(blockhash)).value, false);
    const old = await signed(localnet, payer, [memo("old")], blockhash);
    const error = await rejection(connection.sendTransaction(old));
    assert.match(error.message, /Blockhash not found/);
  });

  it("refuses the same bytes twice", async () => {
    const { connection } = localnet;
    const to = Keypair.generate().publicKey;
    const bytes = (await signed(localnet, payer, [transfer(payer, to, 3_000_000)])).serialize();
    const signature = await connection.sendRawTransaction(bytes);
    const error = await rejection(connection.sendRawTransaction(bytes));
    assert.match(error.message, /already been processed/);
    assert.equal(await connection.sendRawTransaction(bytes, { skipPreflight: true }), signature);
    assert.equal(await connection.getBalance(to), 3_000_000);
  });

  it("refuses a failing transaction before it lands, with error and logs", async () => {
    const { connection } = localnet;
    const tx = await signed(localnet, payer, [transfer(payer, payer.publicKey, 10 ** 15)]);
    const before = await connection.getBalance(payer.publicKey);
    const error = await rejection(connection.sendTransaction(tx));
    assert.ok(error instanceof SendTransactionError);
    assert.match(error.message, /Error processing Instruction 0: custom program error: 0x1/);
    assert.ok(error.logs?.some((line) => line.includes("insufficient lamports")));
    assert.equal(await connection.getBalance(payer.publicKey), before);
    assert.equal(
      await connection.getTransaction(signatureOf(tx), { maxSupportedTransactionVersion: 0 }),
      null,
    );
  });

  it("records a failing transaction that skips preflight, and takes its fee", async () => {
    const { connection } = localnet;
    const tx = await signed(localnet, payer, [transfer(payer, payer.publicKey, 10 ** 15)]);
    const before = await connection.getBalance(payer.publicKey);
    const signature = await connection.sendTransaction(tx, { skipPreflight: true });
    assert.deepEqual(await confirmed(localnet, signature), {
      InstructionError: [0, { Custom: 1 }],
    });
    const got = await connection.getTransaction(signature, { maxSupportedTransactionVersion: 0 });
    assert.deepEqual(got?.meta?.err, { InstructionError: [0, { Custom: 1 }] });
    assert.equal(await connection.getBalance(payer.publicKey), before - 5000);
  });

  it("refuses a wrong signature and bytes that are no transaction", async () => {
    const { connection } = localnet;
    const tx = await signed(localnet, payer, [memo("forged")]);
    tx.signatures[0]?.fill(7);
    assert.match(
      (await rejection(connection.sendTransaction(tx))).message,
      /signature verification failure/,
    );
    for (const bytes of [[1, 2, 3], [0], Array<number>(1300).fill(1), [...tx.serialize(), 0]]) {
      const error = await rejection(connection.sendRawTransaction(Uint8Array.from(bytes)));
      assert.match(error.message, /transaction/);
    }
  });

  it("runs 200 transactions in flight together", async () => {
    const { connection } = localnet;
    const { blockhash } = await connection.getLatestBlockhash();
    const to = Keypair.generate().publicKey;
    const signatures = await Promise.all(
      Array.from({ length: 200 }, async (_, i) => {
        const tx = await signed(localnet, payer, [transfer(payer, to, 1_000_000 + i)], blockhash);
        const signature = await connection.sendTransaction(tx);
        assert.equal(await confirmed(localnet, signature), null);
        return signature;
      }),
    );
    assert.equal(new Set(signatures).size, 200);
    assert.equal(await connection.getBalance(to), 200 * 1_000_000 + (199 * 200) / 2);
  });

  it("runs a transaction that lives by a durable nonce, after its hash has aged", async () => {
    const { connection } = localnet;
    const nonce = Keypair.generate();
    const rent = await connection.getMinimumBalanceForRentExemption(80);
    await sendAndConfirmTransaction(
      connection,
      SystemProgram.createNonceAccount({
        fromPubkey: payer.publicKey,
        noncePubkey: nonce.publicKey,
        authorizedPubkey: payer.publicKey,
        lamports: rent,
      }),
      [payer, nonce],
    );
    const stored = await connection.getNonce(nonce.publicKey);
    assert.ok(stored);
    const advance = SystemProgram.nonceAdvance({
      noncePubkey: nonce.publicKey,
      authorizedPubkey: payer.publicKey,
    });
    await localnet.advance({ blocks: 200 });
    const tx = await signed(localnet, payer, [advance, memo("durable")], stored.nonce);
    await connection.sendTransaction(tx);
    assert.notEqual((await connection.getNonce(nonce.publicKey))?.nonce, stored.nonce);
  });

  function signatureOf(tx: VersionedTransaction): string {
    return bs58.encode(tx.signatures[0] ?? new Uint8Array(64));
  }
});
