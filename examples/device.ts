// A device: a machine that buys its own supplies. It makes its key once and keeps it encrypted; its owner
// grants the key a small weekly budget from another computer, and can end it from there at any time.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Keypair, SystemProgram } from "@solana/web3.js";
import {
  allowSolTransfer,
  createOwner,
  isValetkeyError,
  limit,
  openSession,
  SOL,
  terms,
  type SessionKey,
} from "@valetkey/sdk";
import { createEncryptedKeyFile, keyFromEncryptedFile } from "@valetkey/sdk/keys/node";

import { startArenaLocalnet } from "./support/arena.js";

const localnet = await startArenaLocalnet();
const { connection } = localnet;
const wallet = await localnet.wallet({ sol: 10 });
const supplier = Keypair.generate().publicKey;
const folder = await mkdtemp(join(tmpdir(), "valetkey-device-"));
const file = { path: join(folder, "device.key.json"), password: "from the device's secure store" };

// On the device, once: the key is made here and never leaves it; only its address does.
const { publicKey: deviceAddress } = await createEncryptedKeyFile(file);

// On the owner's computer: only the device's address is known. `signMessage` is never called there.
const device: SessionKey = {
  publicKey: deviceAddress,
  signMessage: () => Promise.reject(new Error("the device signs, not the owner's computer")),
};
const owner = createOwner({ connection, wallet, vaultIndex: 7 }); // a vault of its own, for the device
await owner.session({
  key: device,
  terms: terms({
    expiresInSeconds: 30 * 86_400,
    uses: 200,
    allow: [allowSolTransfer({ to: supplier, max: 20_000_000n })],
    limits: [
      limit({
        asset: SOL,
        total: 200_000_000n,
        perPeriod: { amount: 50_000_000n, seconds: 7 * 86_400 },
      }),
    ],
    guardian: supplier, // may end the session, nothing else
  }),
  deposit: [{ asset: SOL, amount: 300_000_000n }],
  fees: { topUpLamports: 2_000_000n },
});

// On the device, after each start: it opens its key and finds its session again.
const key = await keyFromEncryptedFile(file);
const session = await openSession({ connection, key, owner: wallet.publicKey, vaultIndex: 7 });
const pay = (lamports: number) =>
  session.send({
    instructions: [
      SystemProgram.transfer({ fromPubkey: session.vault, toPubkey: supplier, lamports }),
    ],
  });
await pay(20_000_000);
await pay(20_000_000);

// The week's budget is 50 million lamports: the device can ask beforehand what is left, and the chain holds it.
const [budget] = (await session.remaining()).limits;
assert.equal(budget?.period?.left, 10_000_000n);
await assert.rejects(pay(20_000_000), (error) => isValetkeyError(error, "LimitPerPeriodExceeded"));

// A week later there is budget again.
await localnet.advance({ seconds: 7 * 86_400 });
await pay(20_000_000);
assert.equal(await connection.getBalance(supplier), 60_000_000);

// The device is stolen: the owner ends its session and takes the money back, without the device.
await owner.revokeSession({ sessionKey: deviceAddress });
await assert.rejects(pay(1_000_000), (error) => isValetkeyError(error, "SessionRevoked"));
await owner.withdraw({ amounts: "everything" });
assert.equal(await connection.getBalance(owner.vault), 0);
console.log("three payments within budget, one refused, then revoked and emptied");

await rm(folder, { recursive: true });
await localnet.stop();
