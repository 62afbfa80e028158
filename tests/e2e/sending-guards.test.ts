// What a session's sends guard beside the terms: tables of other people's transactions, priority fees that come as wishes, numbers of
// several tabs.
import assert from "node:assert/strict";

import { IDBFactory } from "fake-indexeddb";
import {
  ComputeBudgetProgram,
  Keypair,
  SystemProgram,
  TransactionMessage,
  VersionedTransaction,
  type AddressLookupTableAccount,
  type TransactionInstruction,
} from "@solana/web3.js";
import {
  allowSolTransfer,
  createOwner,
  isValetkeyError,
  limit,
  openSession,
  SOL,
  terms,
  type ErrorCode,
  type Owner,
  type Session,
  type SessionEvent,
} from "@valetkey/sdk";
import { createKeyStore } from "@valetkey/sdk/keys/browser";

import { startRpcProxy, type RpcProxy } from "../support/rpc-proxy.js";
import { openWorld, type World } from "./support.js";

describe("what sends guard, end to end", () => {
  let world: World;
  let proxy: RpcProxy;
  let wallet: Keypair;
  let owner: Owner;
  let session: Session;
  const shop = Keypair.generate().publicKey;
  const stall = Keypair.generate().publicKey;
  const indexedDB = globalThis.indexedDB;

  before(async () => {
    globalThis.indexedDB = new IDBFactory();
    world = await openWorld();
    proxy = await startRpcProxy(world.url);
    wallet = await world.wallet(5);
    owner = createOwner({ connection: world.connection, wallet });
    await owner.deposit({ amounts: [{ asset: SOL, amount: 1_000_000_000n }] });
    session = await owner.session({
      key: await createKeyStore().loadOrCreate("player"),
      fees: { topUpLamports: 100_000_000n },
      terms: terms({
        expiresInSeconds: 3_600,
        uses: 200,
        allow: [allowSolTransfer({ to: [shop, stall] })],
        limits: [limit({ asset: SOL, total: 900_000_000n })],
      }),
    });
  });
  after(async () => {
    globalThis.indexedDB = indexedDB;
    await proxy.stop();
    await world.stop();
  });
  beforeEach(() => {
    proxy.intercept = null;
  });

  const buy = (to = shop) =>
    SystemProgram.transfer({ fromPubkey: owner.vault, toPubkey: to, lamports: 1_000_000 });
  const named = (code: ErrorCode) => (error: unknown) => isValetkeyError(error, code);
  const open = (connection = world.connection) =>
    createKeyStore()
      .loadOrCreate("player")
      .then((key) => openSession({ connection, key, owner: wallet.publicKey }));
  /** A transaction as another client builds it, with the addresses of a table looked up. */
  const v0 = (instructions: TransactionInstruction[], table: AddressLookupTableAccount) =>
    new VersionedTransaction(
      new TransactionMessage({
        payerKey: owner.vault,
        recentBlockhash: SystemProgram.programId.toBase58(),
        instructions,
      }).compileToV0Message([table]),
    );

  describe("tables of a transaction that another client built", () => {
    let table: AddressLookupTableAccount;
    before(async () => {
      table = await session.tables.create({ addresses: [shop, stall] });
    });

    it("are kept although they save nothing, and work when the endpoint is honest", async () => {
      const reader = await open();
      const before = await world.connection.getBalance(shop);
      const signature = await reader.provider.sendAndConfirm(v0([buy()], table));
      assert.equal(await world.connection.getBalance(shop), before + 1_000_000);
      const landed = await world.connection.getTransaction(signature, {
        maxSupportedTransactionVersion: 0,
      });
      const [lookup] = landed?.transaction.message.addressTableLookups ?? [];
      assert.ok(lookup?.accountKey.equals(table.key));
    });

    it("j01: can't swap one allowed address for another when the endpoint lies", async () => {
      const before = await world.connection.getBalance(stall);
      proxy.intercept = ({ method, params }, forward) =>
        method === "getAccountInfo" && params[0] === table.key.toBase58()
          ? forward({ method, params }).then((answer) => swapEntry(answer, shop, stall))
          : null;
      const lying = await open(proxy.connection);
      const attempt = lying.provider.sendAndConfirm(v0([buy()], table));
      await assert.rejects(attempt, named("KeysHashMismatch"));
      assert.equal(await world.connection.getBalance(stall), before);
    });

    it("j01: are refused when they give an address that stands in the transaction already", async () => {
      proxy.intercept = ({ method, params }, forward) =>
        method === "getAccountInfo" && params[0] === table.key.toBase58()
          ? forward({ method, params }).then((answer) => swapEntry(answer, shop, owner.vault))
          : null;
      const lying = await open(proxy.connection);
      const attempt = lying.provider.sendAndConfirm(v0([buy()], table));
      await assert.rejects(attempt, named("TableNotUsable"));
    });
  });

  describe("priority fees that instructions ask for", () => {
    const wishes = (microLamports: number, units = 200_000) => [
      ComputeBudgetProgram.setComputeUnitLimit({ units }),
      ComputeBudgetProgram.setComputeUnitPrice({ microLamports }),
      buy(),
    ];

    it("are paid up to 0.01 SOL, named above, and nothing is sent then", async () => {
      const before = await world.connection.getBalance(session.key.publicKey);
      const events: SessionEvent[] = [];
      const onEvent = (event: SessionEvent) => events.push(event);
      const instructions = wishes(100_000_000);
      await assert.rejects(session.send({ instructions, onEvent }), (error) => {
        assert.ok(isValetkeyError(error, "PriorityFeeTooHigh"));
        assert.equal(error.context.most, 10_000_000n);
        assert.ok(error.context.lamports >= 20_000_000n);
        return true;
      });
      assert.ok(!events.some(({ type }) => type === "signed"));
      assert.equal(await world.connection.getBalance(session.key.publicKey), before);
      const sent = await session.send({ instructions: wishes(10_000_000) });
      assert.ok((sent.feeLamports ?? 0) >= 2_000_000);
    });

    it("are paid above that where the caller says so", async () => {
      const instructions = wishes(100_000_000);
      const sent = await session.send({ instructions, mostPriorityLamports: 30_000_000n });
      assert.ok((sent.feeLamports ?? 0) >= 20_000_000);
    });
  });

  it("a payment back is refused by name where the terms have no fee budget", async () => {
    const attempt = session.send({ instructions: [buy()], fees: { payBack: true } });
    await assert.rejects(attempt, named("FeeBudgetExceeded"));
  });

  it("m10: two tabs with one key store never take each other's numbers", async () => {
    const tabs = [await open(), await open()];
    const composed: string[] = [];
    const onEvent = ({ type }: SessionEvent) => type === "composed" && composed.push(type);
    const six = [...tabs, ...tabs, ...tabs];
    const all = [...six, ...six].map((tab) => tab.send({ instructions: [buy()], onEvent }));
    const numbers = (await Promise.all(all)).map(({ once }) => once);
    assert.equal(new Set(numbers).size, 12);
    assert.equal(composed.length, 12, "no number was refused and taken anew");
  });

  it("m10: the number is still there after a reload, whatever the clock says", async () => {
    const { key } = session;
    const atLeast = 1n << 40n;
    const scope = { session: "a session", atLeast };
    const first = await key.takeNumber?.(scope);
    const reloaded = await createKeyStore().load("player");
    assert.deepEqual(
      [first, await reloaded?.takeNumber?.({ ...scope, atLeast: 5n })],
      [atLeast, atLeast + 1n],
    );
    assert.equal(await reloaded?.takeNumber?.({ ...scope, session: "another" }), atLeast);
  });
});

/** An answer about a lookup table's account in which one address stands for another. */
function swapEntry(
  answer: Record<string, unknown>,
  from: { toBuffer(): Buffer },
  to: { toBuffer(): Buffer },
): Record<string, unknown> {
  const { value, ...rest } = answer["result"] as { value: { data: [string, string] } };
  const bytes = Buffer.from(value.data[0], "base64");
  to.toBuffer().copy(bytes, bytes.indexOf(from.toBuffer()));
  return { result: { ...rest, value: { ...value, data: [bytes.toString("base64"), "base64"] } } };
}
