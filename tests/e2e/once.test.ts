// An action whose fate is unknown can be sent again without running twice.
import assert from "node:assert/strict";

import { Keypair, SystemProgram } from "@solana/web3.js";
import {
  allowSolTransfer,
  createOwner,
  generateKey,
  isValetkeyError,
  limit,
  openSession,
  SOL,
  terms,
} from "@valetkey/sdk";

import { startRpcProxy } from "../support/rpc-proxy.js";
import { openWorld } from "./support.js";

describe("sending again, end to end", () => {
  it("n04: aborting or losing the answer leaves a number under which the action may be sent again", async () => {
    const world = await openWorld();
    const proxy = await startRpcProxy(world.url);
    try {
      const wallet = await world.wallet(5);
      const owner = createOwner({ connection: world.connection, wallet });
      await owner.deposit({ amounts: [{ asset: SOL, amount: 1_000_000_000n }] });
      const key = generateKey();
      const shop = Keypair.generate().publicKey;
      await owner.session({
        key,
        fees: { topUpLamports: 50_000_000n },
        terms: terms({
          expiresInSeconds: 3_600,
          uses: 10,
          allow: [allowSolTransfer({ to: shop })],
          limits: [limit({ asset: SOL, total: 500_000_000n })],
        }),
      });
      const session = await openSession({
        connection: proxy.connection,
        key,
        owner: wallet.publicKey,
      });
      const buy = () =>
        SystemProgram.transfer({ fromPubkey: owner.vault, toPubkey: shop, lamports: 100_000_000 });
      // The first send lands; every status is withheld, and the caller gives up after a second.
      proxy.intercept = ({ method }) =>
        method === "getSignatureStatuses"
          ? Promise.resolve({ result: { context: { slot: 1 }, value: [null] } })
          : null;
      const stop = new AbortController();
      setTimeout(() => stop.abort(), 1_000);
      const lost = await session.send({ instructions: [buy()], signal: stop.signal }).then(
        () => null,
        (error: unknown) => error,
      );
      assert.ok(isValetkeyError(lost, "Aborted"));
      proxy.intercept = null;
      const { once } = lost.context;
      assert.ok(once !== undefined);
      const again = session.send({ instructions: [buy()], once });
      await assert.rejects(again, (error) => isValetkeyError(error, "AlreadyExecuted"));
      assert.equal(await world.connection.getBalance(shop), 100_000_000);
      const both = session.send({ instructions: [[buy()], [buy()]], once });
      await assert.rejects(both, (error) => isValetkeyError(error, "InvalidInput"));
    } finally {
      await proxy.stop();
      await world.stop();
    }
  });
});
