// A first session: the owner approves once, then the session key buys in a shop, alone and within limits.
import assert from "node:assert/strict";

import { Keypair, SystemProgram } from "@solana/web3.js";
import { allowSolTransfer, createOwner, generateKey, limit, SOL, terms } from "@valetkey/sdk";

import { startArenaLocalnet } from "./support/arena.js";

const localnet = await startArenaLocalnet();
const { connection } = localnet;
const wallet = await localnet.wallet({ sol: 10 });
const shop = Keypair.generate().publicKey;

// README: begin
const owner = createOwner({ connection, wallet });
const session = await owner.session({
  key: generateKey(),
  terms: terms({
    expiresInSeconds: 3_600,
    uses: 20,
    allow: [allowSolTransfer({ to: shop, max: 10_000_000n })],
    limits: [limit({ asset: SOL, total: 50_000_000n })],
  }),
  deposit: [{ asset: SOL, amount: 1_000_000_000n }],
  fees: { topUpLamports: 5_000_000n },
}); // the wallet signed once, here; what follows the session key signs
const fromPubkey = session.vault;
const buy = SystemProgram.transfer({ fromPubkey, toPubkey: shop, lamports: 10_000_000 });
await session.send({ instructions: [buy] });
// README: end

assert.equal(await connection.getBalance(shop), 10_000_000);
const { uses, limits } = await session.remaining();
assert.equal(uses, 19);
assert.equal(limits[0]?.total, 40_000_000n);
console.log(`bought; ${String(uses)} uses and ${String(limits[0].total)} lamports are left`);
await localnet.stop();
