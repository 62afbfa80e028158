import assert from "node:assert/strict";
import { AnchorProvider, Wallet } from "@coral-xyz/anchor";
import { Keypair, PublicKey, SendTransactionError, Transaction } from "@solana/web3.js";
import { startLocalnet, type Localnet } from "@valetkey/localnet";
import { memo, rejection, signed, transfer } from "./support.js";

describe("localnet: Anchor's provider", () => {
  let localnet: Localnet;
  let payer: Keypair;
  let provider: AnchorProvider;

  before(async () => {
    localnet = await startLocalnet();
    payer = await localnet.wallet();
    provider = new AnchorProvider(localnet.connection, new Wallet(payer), {
      commitment: "confirmed",
    });
  });
  after(() => localnet.stop());

  it("sends and confirms legacy and v0 transactions, one and many", async () => {
    const to = Keypair.generate().publicKey;
    const legacy = (lamports: number) => new Transaction().add(transfer(payer, to, lamports));
    await provider.sendAndConfirm(legacy(1_000_000));
    await provider.sendAndConfirm(await signed(localnet, payer, [transfer(payer, to, 2_000_000)]));
    await provider.sendAll([{ tx: legacy(3_000_000) }, { tx: legacy(4_000_000) }]);
    assert.equal(await localnet.connection.getBalance(to), 10_000_000);
  });

  it("simulates, with the accounts asked for", async () => {
    const to = Keypair.generate().publicKey;
    const tx = new Transaction().add(transfer(payer, to, 5_000_000), memo("simulated"));
    const result = await provider.simulate(tx, [], "confirmed", [to]);
    assert.ok(result.logs?.some((line) => line.includes("simulated")));
    assert.equal(await localnet.connection.getBalance(to), 0);
  });

  it("fails with its usual errors, with and without preflight", async () => {
    const broke = () => new Transaction().add(transfer(payer, PublicKey.default, 10 ** 15));
    const early = await rejection(provider.sendAndConfirm(broke()));
    assert.ok(early instanceof SendTransactionError);
    assert.ok(early.logs?.some((line) => line.includes("insufficient lamports")));
    const late = await rejection(provider.sendAndConfirm(broke(), [], { skipPreflight: true }));
    assert.ok(late instanceof SendTransactionError);
  });
});
