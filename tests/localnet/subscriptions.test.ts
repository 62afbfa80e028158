import assert from "node:assert/strict";
import {
  Keypair,
  SystemProgram,
  type AccountInfo,
  type Logs,
  type SignatureResult,
} from "@solana/web3.js";
import bs58 from "bs58";
import { startLocalnet, type Localnet } from "@valetkey/localnet";
import { memo, signed, transfer } from "./support.js";

describe("localnet: subscriptions", () => {
  let localnet: Localnet;
  let payer: Keypair;

  before(async () => {
    localnet = await startLocalnet({ slotMs: 50 });
    payer = await localnet.wallet();
  });
  after(() => localnet.stop());

  /** Long enough for a message over loopback to arrive. */
  const settle = () => new Promise((resolve) => setTimeout(resolve, 150));

  it("tells of a signature that has already landed", async () => {
    const tx = await signed(localnet, payer, [memo("landed")]);
    const signature = await localnet.connection.sendTransaction(tx);
    const result = await new Promise<SignatureResult>((resolve) => {
      localnet.connection.onSignature(signature, resolve);
    });
    assert.equal(result.err, null);
  });

  it("tells of a signature that fails later", async () => {
    const tx = await signed(localnet, payer, [transfer(payer, payer.publicKey, 10 ** 15)]);
    const seen = new Promise<SignatureResult>((resolve) => {
      localnet.connection.onSignature(bs58.encode(tx.signatures[0] ?? []), resolve);
    });
    await settle();
    await localnet.connection.sendTransaction(tx, { skipPreflight: true });
    assert.deepEqual((await seen).err, { InstructionError: [0, { Custom: 1 }] });
  });

  it("tells of account changes, by transaction and from outside, until unsubscribed", async () => {
    const { connection } = localnet;
    const watched = Keypair.generate().publicKey;
    const seen: AccountInfo<Buffer>[] = [];
    const id = connection.onAccountChange(watched, (account) => seen.push(account));
    await settle();
    await connection.sendTransaction(
      await signed(localnet, payer, [transfer(payer, watched, 5_000_000)]),
    );
    await settle();
    const owner = Keypair.generate().publicKey;
    localnet.setAccount(watched, { lamports: 6_000_000n, owner, data: Uint8Array.of(1, 2) });
    await settle();
    await connection.removeAccountChangeListener(id);
    localnet.setAccount(watched, { lamports: 7_000_000n, owner, data: new Uint8Array() });
    await settle();
    assert.deepEqual(
      seen.map(({ lamports }) => lamports),
      [5_000_000, 6_000_000],
    );
    assert.deepEqual(seen[1]?.data, Buffer.of(1, 2));
    assert.deepEqual(seen[0]?.owner, SystemProgram.programId);
  });

  it("tells of a program's accounts that pass the filters", async () => {
    const { connection } = localnet;
    const program = Keypair.generate().publicKey;
    const seen: string[] = [];
    connection.onProgramAccountChange(program, ({ accountId }) => seen.push(accountId.toBase58()), {
      filters: [{ dataSize: 3 }],
    });
    await settle();
    const small = Keypair.generate().publicKey;
    const right = Keypair.generate().publicKey;
    const account = { lamports: 5_000_000, owner: program };
    localnet.setAccount(small, { ...account, data: new Uint8Array(2) });
    localnet.setAccount(right, { ...account, data: new Uint8Array(3) });
    await settle();
    assert.deepEqual(seen, [right.toBase58()]);
  });

  it("tells of logs that mention an address", async () => {
    const { connection } = localnet;
    const friend = Keypair.generate().publicKey;
    const seen: Logs[] = [];
    connection.onLogs(friend, (logs) => seen.push(logs));
    await settle();
    await connection.sendTransaction(await signed(localnet, payer, [memo("nothing to do")]));
    const tx = await signed(localnet, payer, [transfer(payer, friend, 9_000_000), memo("mine")]);
    const signature = await connection.sendTransaction(tx);
    await settle();
    assert.deepEqual(
      seen.map((logs) => logs.signature),
      [signature],
    );
    assert.ok(seen[0]?.logs.some((line) => line.includes("mine")));
  });

  it("tells of slots and roots as they pass", async () => {
    const { connection } = localnet;
    const slots: number[] = [];
    const roots: number[] = [];
    connection.onSlotChange(({ slot }) => slots.push(slot));
    connection.onRootChange((root) => roots.push(root));
    await new Promise((resolve) => setTimeout(resolve, 600));
    assert.ok(slots.length >= 3 && roots.length >= 3);
    assert.deepEqual(
      slots,
      [...slots].sort((a, b) => a - b),
    );
  });
});
