import assert from "node:assert/strict";
import { once } from "node:events";
import { Connection, Keypair, LAMPORTS_PER_SOL, PublicKey } from "@solana/web3.js";
import { closeConnection, GENESIS_HASH, startLocalnet, type Localnet } from "@valetkey/localnet";
import WebSocket from "ws";
import { confirmed, memo, rejection, signed } from "./support.js";

const PUBLIC_GENESIS = [
  "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d",
  "EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG",
  "4uhcVJyU9pJkvQyS88uRDiswHXSCkY3zQawwpjk2NsNY",
];

describe("localnet: JSON-RPC", () => {
  let localnet: Localnet;

  before(async () => {
    localnet = await startLocalnet();
  });
  after(() => localnet.stop());

  interface Answer {
    result?: unknown;
    error?: { code: number; message: string };
  }

  async function post(body: string): Promise<Answer> {
    const headers = { "content-type": "application/json" };
    const response = await fetch(localnet.url, { method: "POST", headers, body });
    return (await response.json()) as Answer;
  }

  const call = (method: string, params?: unknown) =>
    post(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }));

  it("answers what a client asks first", async () => {
    const { connection } = localnet;
    assert.match((await connection.getVersion())["solana-core"], /litesvm/);
    assert.equal(await connection.getGenesisHash(), GENESIS_HASH);
    assert.ok(!PUBLIC_GENESIS.includes(GENESIS_HASH));
    assert.equal(new PublicKey(GENESIS_HASH).toBytes().length, 32);
    assert.equal((await call("getHealth")).result, "ok");
    const epoch = await connection.getEpochInfo();
    assert.equal(epoch.epoch, Math.floor(epoch.absoluteSlot / epoch.slotsInEpoch));
    assert.ok((await connection.getMinimumBalanceForRentExemption(165)) > 0);
    assert.equal((await connection.getRecentPrioritizationFees()).length, 150);
  });

  it("gives airdrops, equal ones too", async () => {
    const { connection } = localnet;
    const to = Keypair.generate().publicKey;
    const signatures = await Promise.all(
      [1, 2, 3].map(() => connection.requestAirdrop(to, LAMPORTS_PER_SOL)),
    );
    assert.equal(new Set(signatures).size, 3);
    assert.equal(await connection.getBalance(to), 3 * LAMPORTS_PER_SOL);
    const error = await rejection(connection.requestAirdrop(Keypair.generate().publicKey, 1));
    assert.match(error.message, /insufficient funds for rent/);
  });

  it("reads many accounts at once, missing ones as null", async () => {
    const wallet = await localnet.wallet({ sol: 2 });
    const missing = Keypair.generate().publicKey;
    const accounts = await localnet.connection.getMultipleAccountsInfo([wallet.publicKey, missing]);
    assert.equal(accounts[0]?.lamports, 2 * LAMPORTS_PER_SOL);
    assert.equal(accounts[1], null);
    assert.equal(await localnet.connection.getAccountInfo(missing), null);
  });

  it("answers batches", async () => {
    const payer = await localnet.wallet();
    const tx = await signed(localnet, payer, [memo("batch")]);
    const signature = await localnet.connection.sendTransaction(tx);
    const got = await localnet.connection.getParsedTransactions([signature, "1".repeat(64)], {
      maxSupportedTransactionVersion: 0,
    });
    assert.deepEqual(
      got.map((one) => one?.transaction.signatures[0]),
      [signature, undefined],
    );
  });

  it("names a method that it doesn't have, and those that it has", async () => {
    const { error } = await call("getInflationReward", [[]]);
    assert.equal(error?.code, -32601);
    assert.match(error.message, /getInflationReward.*Available: .*getAccountInfo.*sendTransaction/);
    assert.match((await rejection(localnet.connection.getSupply())).message, /getSupply/);
    assert.equal((await call("__proto__")).error?.code, -32601);
  });

  const key = PublicKey.default.toBase58();
  const bad: readonly [string, unknown][] = [
    ["getBalance", []],
    ["getBalance", ["nonsense"]],
    ["getBalance", [key, { commitment: "soon" }]],
    ["getBalance", [key, {}, "one too many"]],
    ["getBalance", { key }],
    ["getAccountInfo", [key, { encoding: "base32" }]],
    ["getAccountInfo", [key, { dataSlice: { offset: -1, length: 1 } }]],
    ["getMultipleAccounts", [Array<string>(101).fill(key)]],
    ["getProgramAccounts", [key, { filters: [{ memcmp: { offset: 0, bytes: "0OIl" } }] }]],
    ["getProgramAccounts", [key, { filters: [{ other: 1 }] }]],
    ["getTokenAccountsByOwner", [key, {}]],
    ["getSignatureStatuses", [["short"]]],
    ["getTransaction", ["short"]],
    ["getSignaturesForAddress", [key, { limit: 0 }]],
    ["isBlockhashValid", ["short"]],
    ["getFeeForMessage", ["AAAA"]],
    ["getMinimumBalanceForRentExemption", [-1]],
    ["getBlockTime", ["1"]],
    ["requestAirdrop", [key, 1.5]],
    ["sendTransaction", ["!!!", { encoding: "base64" }]],
    ["sendTransaction", ["AAAA", { encoding: "base64" }]],
    ["simulateTransaction", [7]],
  ];
  for (const [method, params] of bad) {
    it(`refuses ${method} with ${JSON.stringify(params).slice(0, 60)}`, async () => {
      const { error } = await call(method, params);
      assert.equal(error?.code, -32602);
      assert.ok(error.message.length > 10);
    });
  }

  it("refuses what is no JSON-RPC", async () => {
    assert.equal((await post("{")).error?.code, -32700);
    assert.equal((await post("[]")).error?.code, -32600);
    assert.equal((await post('{"method":"getSlot"}')).error?.code, -32600);
  });

  it("gives no version 0 transaction to a client that can't read it", async () => {
    const payer = await localnet.wallet();
    const tx = await signed(localnet, payer, [memo("v0")]);
    const signature = await localnet.connection.sendTransaction(tx);
    const { error } = await call("getTransaction", [signature]);
    assert.equal(error?.code, -32015);
    assert.match(error.message, /maxSupportedTransactionVersion/);
  });

  it("makes readers of a later slot wait", async () => {
    const { error } = await call("getSlot", [{ minContextSlot: 10 ** 12 }]);
    assert.equal(error?.code, -32016);
  });

  it("answers reads over the WebSocket, and refuses subscriptions that it can't read", async () => {
    const socket = new WebSocket(localnet.wsUrl);
    await once(socket, "open");
    const ask = async (method: string, params: unknown[]): Promise<Answer> => {
      socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }));
      const [raw] = (await once(socket, "message")) as [Buffer];
      return JSON.parse(raw.toString()) as Answer;
    };
    assert.equal((await ask("getGenesisHash", [])).result, GENESIS_HASH);
    assert.equal((await ask("accountSubscribe", ["bad"])).error?.code, -32602);
    assert.equal((await ask("blockSubscribe", ["all"])).error?.code, -32601);
    assert.equal((await ask("slotUnsubscribe", [999])).error?.code, -32602);
    socket.close();
  });

  it("serves connections of other programs on the same port", async () => {
    const second = new Connection(localnet.url, { wsEndpoint: localnet.wsUrl });
    const payer = await localnet.wallet();
    const tx = await signed(localnet, payer, [memo("second")]);
    const signature = await second.sendTransaction(tx);
    assert.equal(await confirmed({ ...localnet, connection: second }, signature), null);
    closeConnection(second);
  });
});
