// Landing a transaction on the localnet: compute limit, re-sends, re-signing, aborts, and every failure by name.
import assert from "node:assert/strict";

import { startLocalnet, type Localnet } from "@valetkey/localnet";
import { generateKey } from "@valetkey/sdk/keys/node";
import { isValetkeyError } from "@valetkey/sdk/errors";
import type { Keypair, PublicKey } from "@solana/web3.js";
import { SystemProgram, type Connection } from "@solana/web3.js";

import { VALETKEY_PROGRAM_ID } from "../../app/sdk/src/addresses.js";
import { signWithKeys, toSessionKey } from "../../app/sdk/src/keys/session-key.js";
import { send, type SendRequest, type SessionEvent } from "../../app/sdk/src/send/index.js";
import { compileTransaction } from "../../app/sdk/src/transaction/index.js";
import { startRpcProxy, type RpcProxy } from "../support/rpc-proxy.js";

const LAMPORTS = 2_000_000n;

describe("sending", () => {
  let localnet: Localnet;
  let proxy: RpcProxy;
  let wallet: Keypair;
  let to: PublicKey;
  let events: SessionEvent[];

  before(async () => {
    localnet = await startLocalnet();
    proxy = await startRpcProxy(localnet.url);
  });
  after(async () => {
    await proxy.stop();
    await localnet.stop();
  });
  beforeEach(async () => {
    wallet = await localnet.wallet({ sol: 1 });
    to = generateKey().publicKey;
    events = [];
    proxy.intercept = null;
  });

  const transfer = (more: Partial<SendRequest> = {}, lamports = LAMPORTS): SendRequest => ({
    connection: proxy.connection,
    programId: VALETKEY_PROGRAM_ID,
    payer: wallet.publicKey,
    build: (input) =>
      compileTransaction({
        payer: wallet.publicKey,
        instructions: [
          SystemProgram.transfer({ fromPubkey: wallet.publicKey, toPubkey: to, lamports }),
        ],
        ...input,
      }),
    sign: (transaction) => signWithKeys(transaction, [toSessionKey(wallet)]),
    onEvent: [(event) => events.push(event)],
    ...more,
  });
  const received = (connection: Connection = localnet.connection) => connection.getBalance(to);
  const types = () => events.map(({ type }) => type);

  it("simulates for the compute limit, signs, sends and confirms", async () => {
    const landed = await send(transfer());
    assert.equal(await received(), Number(LAMPORTS));
    assert.deepEqual(types(), ["simulated", "signed", "sent", "confirmed"]);
    assert.equal(landed.feeLamports, 5000);
    assert.ok(landed.computeUnits !== null && landed.computeUnits < 1_000);
    assert.deepEqual(landed.copies, [landed.signature]);
    assert.ok(landed.logs.length > 0);
  });

  it("sends the same bytes again when they got lost", async () => {
    let lost = 0;
    proxy.intercept = ({ method }) =>
      method === "sendTransaction" && lost++ === 0
        ? Promise.resolve({ result: "1".repeat(64) })
        : null;
    const { copies } = await send(transfer());
    assert.equal(await received(), Number(LAMPORTS));
    assert.equal(copies.length, 1);
    assert.deepEqual(
      events
        .filter(({ type }) => type === "sent")
        .map((event) => "attempt" in event && event.attempt),
      [1, 2],
    );
  });

  it("survives an endpoint that hangs up now and then", async () => {
    let count = 0;
    proxy.intercept = ({ method }) =>
      ["sendTransaction", "getSignatureStatuses"].includes(method) && count++ % 3 !== 2
        ? Promise.resolve("hang up")
        : null;
    await send(transfer());
    assert.equal(await received(), Number(LAMPORTS));
  });

  it("signs a fresh copy when the blockhash dies first", async () => {
    await withLostSends(async () => {
      const { copies, signature } = await send(transfer({ resigns: 1 }));
      assert.equal(copies.length, 2);
      assert.equal(copies[1], signature);
      const resigned = events.find((event) => event.type === "resigned");
      assert.deepEqual(resigned, { type: "resigned", signature, previous: copies[0] });
      assert.equal(await received(), Number(LAMPORTS));
    });
  });

  it("never signs again unasked: a dead blockhash is an error with the signature", async () => {
    await withLostSends(async () => {
      await assert.rejects(send(transfer()), (error) => {
        assert.ok(isValetkeyError(error, "BlockhashExpired"));
        assert.equal(typeof error.signature, "string");
        return true;
      });
      assert.equal(await received(), 0);
    });
  });

  it("names what the simulation found, before anything is signed", async () => {
    await assert.rejects(send(transfer({}, 10n ** 12n)), (error) => {
      assert.ok(isValetkeyError(error));
      assert.ok(["InstructionFailed", "InsufficientFunds"].includes(error.code), error.code);
      assert.ok((error.logs ?? []).length > 0);
      return true;
    });
    assert.deepEqual(types(), []);
  });

  it("names what failed on the chain, with logs and signature", async () => {
    const request = transfer({ computeUnitLimit: 200_000 }, 10n ** 12n);
    await assert.rejects(send(request), (error) => {
      assert.ok(isValetkeyError(error));
      assert.ok(["InstructionFailed", "InsufficientFunds"].includes(error.code), error.code);
      assert.ok((error.logs ?? []).length > 0);
      assert.equal(typeof error.signature, "string");
      return true;
    });
  });

  it("does nothing for a caller who has aborted", async () => {
    await assert.rejects(send(transfer({ signal: AbortSignal.abort() })), (error) =>
      isValetkeyError(error, "Aborted"),
    );
    assert.deepEqual(types(), []);
  });

  it("stops waiting when the caller aborts, and tells what may still land", async () => {
    const abort = new AbortController();
    proxy.intercept = ({ method }) =>
      method === "sendTransaction" ? Promise.resolve({ result: "1".repeat(64) }) : null;
    const onEvent = [
      (event: SessionEvent) => {
        if (event.type === "sent") abort.abort();
      },
    ];
    await assert.rejects(send(transfer({ signal: abort.signal, onEvent })), (error) => {
      assert.ok(isValetkeyError(error, "Aborted"));
      assert.equal(typeof error.signature, "string");
      return true;
    });
  });

  it("is not disturbed by a listener that throws", async () => {
    const onEvent = [
      () => {
        throw new Error("a listener's bug");
      },
    ];
    await send(transfer({ onEvent }));
    assert.equal(await received(), Number(LAMPORTS));
  });

  it("names an endpoint that isn't there", async () => {
    const gone = await startRpcProxy(localnet.url);
    await gone.stop();
    await assert.rejects(send(transfer({ connection: gone.connection })), (error) => {
      assert.ok(isValetkeyError(error, "RpcFailed"));
      assert.equal(error.context.method, "getLatestBlockhash");
      return true;
    });
  });

  // Loses every send until the first copy's blockhash is dead.
  async function withLostSends(work: () => Promise<void>): Promise<void> {
    let dead = false;
    proxy.intercept = ({ method }, forward) => {
      if (method !== "sendTransaction" || dead) return null;
      return (async () => {
        await localnet.advance({ blocks: 200 });
        dead = true;
        return await forward({ method: "getHealth", params: [] });
      })();
    };
    await work();
  }
});
