import assert from "node:assert/strict";

import { Keypair, SystemProgram } from "@solana/web3.js";
import { startLocalnet, valetkeyProgram, type Localnet } from "@valetkey/localnet";
import { allowSolTransfer, isValetkeyError, limit, SOL, terms } from "@valetkey/sdk";

describe("localnet: sessions", () => {
  let localnet: Localnet;
  const shop = Keypair.generate().publicKey;
  const shopping = terms({
    expiresInSeconds: 60,
    uses: 2,
    allow: [allowSolTransfer({ to: shop })],
    limits: [limit({ asset: SOL, total: 3_000_000n })],
  });
  const deposit = [{ asset: SOL, amount: 10_000_000n }];

  before(async () => {
    localnet = await startLocalnet();
  });
  after(() => localnet.stop());

  it("has Valetkey deployed, and opens a session in one line", async () => {
    const { session, owner } = await localnet.session({ terms: shopping, deposit });
    const fromPubkey = session.vault;
    const buy = SystemProgram.transfer({ fromPubkey, toPubkey: shop, lamports: 2_000_000 });
    await session.send({ instructions: [buy] });
    assert.equal(await localnet.connection.getBalance(shop), 2_000_000);
    assert.equal((await session.remaining()).limits[0]?.total, 1_000_000n);
    assert.ok(owner.vault.equals(session.vault));
    await assert.rejects(session.send({ instructions: [buy] }), (error) =>
      isValetkeyError(error, "LimitTotalExceeded"),
    );
  });

  it("takes a wallet and a key of the caller's, and sessions end with the clock", async () => {
    const wallet = await localnet.wallet({ sol: 1 });
    const key = Keypair.generate();
    const { session, owner } = await localnet.session({ terms: shopping, wallet, key });
    assert.ok(owner.publicKey.equals(wallet.publicKey));
    assert.ok(session.key.publicKey.equals(key.publicKey));
    await localnet.advance({ seconds: 60 });
    assert.equal((await session.remaining()).seconds, 0);
  });

  it("deploys another build of Valetkey when one is given", async () => {
    const own = valetkeyProgram();
    const other = await startLocalnet({
      programs: [{ ...own, upgradeAuthority: Keypair.generate().publicKey }],
    });
    const account = await other.connection.getAccountInfo(own.programId);
    assert.equal(account?.owner.toBase58(), "BPFLoaderUpgradeab1e11111111111111111111111");
    await other.stop();
  });
});
