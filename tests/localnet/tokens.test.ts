import assert from "node:assert/strict";
import {
  createMint,
  getAccount,
  getMint,
  getOrCreateAssociatedTokenAccount,
  mintTo,
  NATIVE_MINT,
  TOKEN_2022_PROGRAM_ID,
  TOKEN_PROGRAM_ID,
  transfer,
} from "@solana/spl-token";
import { Keypair, type PublicKey } from "@solana/web3.js";
import { startLocalnet, type Localnet } from "@valetkey/localnet";
import { rejection } from "./support.js";

for (const program of [TOKEN_PROGRAM_ID, TOKEN_2022_PROGRAM_ID]) {
  describe(`localnet: spl-token with ${program.toBase58()}`, () => {
    let localnet: Localnet;
    let payer: Keypair;
    let mint: PublicKey;

    before(async () => {
      localnet = await startLocalnet();
      payer = await localnet.wallet();
      const { connection } = localnet;
      mint = await createMint(
        connection,
        payer,
        payer.publicKey,
        null,
        6,
        undefined,
        undefined,
        program,
      );
    });
    after(() => localnet.stop());

    const accountOf = (owner: PublicKey) =>
      getOrCreateAssociatedTokenAccount(
        localnet.connection,
        payer,
        mint,
        owner,
        false,
        undefined,
        undefined,
        program,
      );

    it("mints, transfers and reads it all back", async () => {
      const { connection } = localnet;
      const from = await accountOf(payer.publicKey);
      const friend = Keypair.generate().publicKey;
      const to = await accountOf(friend);
      await mintTo(connection, payer, mint, from.address, payer, 5_500_000, [], undefined, program);
      const signature = await transfer(
        connection,
        payer,
        from.address,
        to.address,
        payer,
        1_250_000n,
        [],
        undefined,
        program,
      );
      const account = await getAccount(connection, to.address, "confirmed", program);
      assert.equal(account.amount, 1_250_000n);
      assert.equal((await getMint(connection, mint, "confirmed", program)).supply, 5_500_000n);
      assert.deepEqual((await connection.getTokenAccountBalance(to.address)).value, {
        amount: "1250000",
        decimals: 6,
        uiAmount: 1.25,
        uiAmountString: "1.25",
      });
      assert.equal((await connection.getTokenSupply(mint)).value.uiAmountString, "5.5");
      const owned = await connection.getTokenAccountsByOwner(friend, { mint });
      assert.deepEqual(
        owned.value.map(({ pubkey }) => pubkey.toBase58()),
        [to.address.toBase58()],
      );
      const parsed = await connection.getParsedTokenAccountsByOwner(friend, { programId: program });
      const info = parsed.value[0]?.account.data.parsed as { info: { tokenAmount: object } };
      assert.deepEqual(info.info.tokenAmount, {
        amount: "1250000",
        decimals: 6,
        uiAmount: 1.25,
        uiAmountString: "1.25",
      });
      const landed = await connection.getTransaction(signature, {
        maxSupportedTransactionVersion: 0,
      });
      const after = landed?.meta?.postTokenBalances?.find(({ owner }) => owner === String(friend));
      assert.equal(after?.uiTokenAmount.amount, "1250000");
    });

    it("finds token accounts by filters, sliced", async () => {
      const { connection } = localnet;
      const { address } = await accountOf(payer.publicKey);
      const found = await connection.getProgramAccounts(program, {
        filters: [
          { memcmp: { offset: 0, bytes: mint.toBase58() } },
          { memcmp: { offset: 32, bytes: payer.publicKey.toBase58() } },
        ],
        dataSlice: { offset: 32, length: 32 },
      });
      assert.deepEqual(
        found.map(({ pubkey }) => pubkey.toBase58()),
        [address.toBase58()],
      );
      assert.deepEqual(found[0]?.account.data, payer.publicKey.toBuffer());
      const none = await connection.getProgramAccounts(program, { filters: [{ dataSize: 7 }] });
      assert.deepEqual(none, []);
    });

    it("says what is not a token account", async () => {
      const error = await rejection(localnet.connection.getTokenAccountBalance(mint));
      assert.match(error.message, /not a Token account/);
      const missing = Keypair.generate().publicKey;
      assert.match(
        (await rejection(localnet.connection.getTokenSupply(missing))).message,
        /could not find account/,
      );
    });
  });
}

describe("localnet: standard programs", () => {
  it("has the native mint and p-token", async () => {
    const localnet = await startLocalnet();
    assert.equal((await getMint(localnet.connection, NATIVE_MINT)).decimals, 9);
    const payer = await localnet.wallet();
    const mint = await createMint(localnet.connection, payer, payer.publicKey, null, 0);
    const from = await getOrCreateAssociatedTokenAccount(
      localnet.connection,
      payer,
      mint,
      payer.publicKey,
    );
    const signature = await mintTo(localnet.connection, payer, mint, from.address, payer, 1);
    const landed = await localnet.connection.getTransaction(signature, {
      maxSupportedTransactionVersion: 0,
    });
    // The older token program takes some 4,500 units for this.
    assert.ok((landed?.meta?.computeUnitsConsumed ?? Infinity) < 500);
    await localnet.stop();
  });
});
