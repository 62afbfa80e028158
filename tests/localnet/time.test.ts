import assert from "node:assert/strict";
import { Connection, SYSVAR_CLOCK_PUBKEY } from "@solana/web3.js";
import { closeConnection, LocalnetError, startLocalnet, type Localnet } from "@valetkey/localnet";
import { memo, rejection, signed } from "./support.js";

const GENESIS = 1_800_000_000;
const DAY = 86_400;

describe("localnet: time", () => {
  let localnet: Localnet;

  beforeEach(async () => {
    localnet = await startLocalnet({ genesisUnixSeconds: GENESIS, slotMs: 40 });
  });
  afterEach(() => localnet.stop());

  async function clockSysvar() {
    const account = await localnet.connection.getAccountInfo(SYSVAR_CLOCK_PUBKEY);
    assert.ok(account);
    return {
      slot: Number(account.data.readBigUInt64LE(0)),
      unixSeconds: Number(account.data.readBigInt64LE(32)),
    };
  }

  it("starts at the time asked for and follows real time", async () => {
    const { connection } = localnet;
    assert.ok(localnet.now() - GENESIS <= 1);
    const slot = await connection.getSlot();
    const height = await connection.getBlockHeight();
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    assert.ok(localnet.now() > GENESIS);
    assert.ok((await connection.getSlot()) >= slot + 20);
    assert.ok((await connection.getBlockHeight()) >= height + 20);
    const clock = await clockSysvar();
    assert.ok(Math.abs(clock.unixSeconds - localnet.now()) <= 1);
  });

  it("starts at the real time when none is asked for", async () => {
    const other = await startLocalnet();
    assert.ok(Math.abs(other.now() - Date.now() / 1000) <= 2);
    await other.stop();
  });

  it("jumps ahead in time and slots, and what programs see jumps too", async () => {
    const { connection } = localnet;
    const slot = await connection.getSlot();
    await localnet.advance({ seconds: 30 * DAY });
    assert.ok(localnet.now() >= GENESIS + 30 * DAY);
    assert.ok((await connection.getSlot()) >= slot + (30 * DAY * 1000) / 40);
    const clock = await clockSysvar();
    assert.ok(clock.unixSeconds >= GENESIS + 30 * DAY);
    const now = await connection.getSlot();
    assert.equal(await connection.getBlockTime(now), localnet.now());
    assert.ok(((await connection.getBlockTime(slot)) ?? 0) <= GENESIS + 5);
    assert.match((await rejection(connection.getBlockTime(now + 100))).message, /[Bb]lock/);
  });

  it("leaves block hashes usable after a jump, for connections that cache one", async () => {
    const payer = await localnet.wallet();
    const { blockhash } = await localnet.connection.getLatestBlockhash();
    await localnet.advance({ seconds: 365 * DAY });
    const tx = await signed(localnet, payer, [memo("a year later")], blockhash);
    await localnet.connection.sendTransaction(tx);
  });

  it("runs each transaction in a later slot", async () => {
    const payer = await localnet.wallet();
    const slots: number[] = [];
    for (const text of ["a", "b", "c"]) {
      const tx = await signed(localnet, payer, [memo(text)]);
      const signature = await localnet.connection.sendTransaction(tx);
      const { value } = await localnet.connection.getSignatureStatus(signature);
      slots.push(value?.slot ?? 0);
    }
    assert.ok(slots.every((slot, i) => i === 0 || slot > (slots[i - 1] ?? 0)));
    assert.ok((await localnet.connection.getSlot()) >= (slots[2] ?? Infinity));
  });

  it("tells a confirmation that waits that its block hash is too old", async () => {
    const second = new Connection(localnet.url, { wsEndpoint: localnet.wsUrl });
    const latest = await second.getLatestBlockhash();
    const payer = await localnet.wallet();
    const tx = await signed(localnet, payer, [memo("never sent")], latest.blockhash);
    const signature = "1".repeat(64);
    await localnet.advance({ blocks: 200 });
    const error = await rejection(second.confirmTransaction({ ...latest, signature }));
    assert.match(error.message, /block height exceeded/);
    await rejection(second.sendTransaction(tx));
    closeConnection(second);
  });

  it("refuses to go back", async () => {
    for (const by of [{ seconds: -1 }, { seconds: NaN }, { blocks: -1 }, { blocks: 0.5 }]) {
      const error = await rejection(localnet.advance(by));
      assert.ok(error instanceof LocalnetError && error.code === "InvalidOption");
    }
  });
});
