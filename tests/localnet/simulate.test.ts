import assert from "node:assert/strict";
import {
  Keypair,
  SystemProgram,
  TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from "@solana/web3.js";
import {
  createMint,
  createAssociatedTokenAccountInstruction,
  getAssociatedTokenAddressSync,
} from "@solana/spl-token";
import { startLocalnet, type Localnet } from "@valetkey/localnet";
import { memo, rejection, signed, transfer, UNKNOWN_BLOCKHASH } from "./support.js";

describe("localnet: simulateTransaction", () => {
  let localnet: Localnet;
  let payer: Keypair;

  before(async () => {
    localnet = await startLocalnet();
    payer = await localnet.wallet();
  });
  after(() => localnet.stop());

  it("runs an unsigned transaction with a replaced block hash and keeps nothing", async () => {
    const { connection } = localnet;
    const to = Keypair.generate().publicKey;
    const tx = await signed(localnet, payer, [transfer(payer, to, 7_000_000), memo("try")]);
    tx.message.recentBlockhash = UNKNOWN_BLOCKHASH;
    tx.signatures[0]?.fill(0);
    const { value } = await connection.simulateTransaction(tx, {
      replaceRecentBlockhash: true,
      accounts: { encoding: "base64", addresses: [to.toBase58()] },
    });
    assert.equal(value.err, null);
    assert.equal(value.accounts?.[0]?.lamports, 7_000_000);
    assert.equal(value.accounts[0].owner, SystemProgram.programId.toBase58());
    assert.ok((value.unitsConsumed ?? 0) > 150);
    assert.ok(value.logs?.some((line) => line.includes("try")));
    assert.equal(await connection.getBalance(to), 0);
  });

  it("checks signatures when asked, and the block hash unless told otherwise", async () => {
    const { connection } = localnet;
    const tx = await signed(localnet, payer, [memo("forged")]);
    tx.signatures[0]?.fill(3);
    const { value } = await connection.simulateTransaction(tx, { sigVerify: true });
    assert.equal(value.err, "SignatureFailure");
    const aged = await signed(localnet, payer, [memo("aged")], UNKNOWN_BLOCKHASH);
    assert.equal((await connection.simulateTransaction(aged)).value.err, "BlockhashNotFound");
    const both = { sigVerify: true, replaceRecentBlockhash: true };
    const error = await rejection(connection.simulateTransaction(tx, both));
    assert.match(error.message, /sigVerify may not be used with replaceRecentBlockhash/);
  });

  it("gives error, logs and no accounts for a failing transaction", async () => {
    const tx = await signed(localnet, payer, [transfer(payer, payer.publicKey, 10 ** 15)]);
    const { value } = await localnet.connection.simulateTransaction(tx, {
      accounts: { encoding: "base64", addresses: [payer.publicKey.toBase58()] },
    });
    assert.deepEqual(value.err, { InstructionError: [0, { Custom: 1 }] });
    assert.deepEqual(value.accounts, [null]);
    assert.ok(value.logs?.some((line) => line.includes("insufficient lamports")));
  });

  it("gives inner instructions and return data", async () => {
    const { connection } = localnet;
    const mint = await createMint(connection, payer, payer.publicKey, null, 0);
    const owner = Keypair.generate().publicKey;
    const create = createAssociatedTokenAccountInstruction(
      payer.publicKey,
      getAssociatedTokenAddressSync(mint, owner),
      owner,
      mint,
    );
    const tx = await signed(localnet, payer, [create]);
    const { value } = await connection.simulateTransaction(tx, { innerInstructions: true });
    assert.equal(value.err, null);
    const inner = value.innerInstructions?.[0]?.instructions ?? [];
    assert.ok(inner.some(({ programId }) => programId.equals(SystemProgram.programId)));
    // 21 = GetAccountDataSize, whose answer is return data.
    const programId = (await connection.getAccountInfo(mint))?.owner;
    assert.ok(programId);
    const keys = [{ pubkey: mint, isSigner: false, isWritable: false }];
    const size = new TransactionInstruction({ programId, keys, data: Buffer.of(21) });
    const ask = await signed(localnet, payer, [size]);
    const { value: asked } = await connection.simulateTransaction(ask);
    assert.equal(asked.returnData?.programId, programId.toBase58());
    const [data] = asked.returnData.data;
    assert.equal(Buffer.from(data, "base64").readBigUInt64LE(), 165n);
  });

  it("takes legacy transactions", async () => {
    const { blockhash } = await localnet.connection.getLatestBlockhash();
    const message = new TransactionMessage({
      payerKey: payer.publicKey,
      recentBlockhash: blockhash,
      instructions: [memo("legacy")],
    }).compileToLegacyMessage();
    const tx = new VersionedTransaction(message);
    const { value } = await localnet.connection.simulateTransaction(tx);
    assert.equal(value.err, null);
  });
});
