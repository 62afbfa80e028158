import assert from "node:assert/strict";
import {
  AddressLookupTableProgram,
  Keypair,
  sendAndConfirmTransaction,
  Transaction,
  type AddressLookupTableAccount,
  type PublicKey,
  type TransactionInstruction,
} from "@solana/web3.js";
import { startLocalnet, type Localnet } from "@valetkey/localnet";
import { confirmed, rejection, signed, transfer } from "./support.js";

describe("localnet: lookup tables", () => {
  let localnet: Localnet;
  let payer: Keypair;
  let table: PublicKey;
  const friends = Array.from({ length: 5 }, () => Keypair.generate().publicKey);

  const send = (...instructions: TransactionInstruction[]) =>
    sendAndConfirmTransaction(localnet.connection, new Transaction().add(...instructions), [payer]);

  async function load(): Promise<AddressLookupTableAccount> {
    const { value } = await localnet.connection.getAddressLookupTable(table);
    assert.ok(value);
    return value;
  }

  before(async () => {
    localnet = await startLocalnet();
    payer = await localnet.wallet();
  });
  after(() => localnet.stop());

  it("creates and extends one with the slot that getSlot gives", async () => {
    const [create, address] = AddressLookupTableProgram.createLookupTable({
      authority: payer.publicKey,
      payer: payer.publicKey,
      recentSlot: await localnet.connection.getSlot(),
    });
    table = address;
    const extend = AddressLookupTableProgram.extendLookupTable({
      lookupTable: table,
      authority: payer.publicKey,
      payer: payer.publicKey,
      addresses: friends,
    });
    await send(create, extend);
    assert.equal((await load()).state.addresses.length, friends.length);
  });

  it("runs a v0 transaction through it as soon as the extension is confirmed", async () => {
    const { connection } = localnet;
    const transfers = friends.map((friend) => transfer(payer, friend, 1_000_000));
    const tx = await signed(localnet, payer, transfers, undefined, [await load()]);
    assert.equal(tx.message.staticAccountKeys.length, 2);
    const signature = await connection.sendTransaction(tx);
    assert.equal(await confirmed(localnet, signature), null);
    const landed = await connection.getTransaction(signature, {
      maxSupportedTransactionVersion: 0,
    });
    assert.deepEqual(landed?.meta?.loadedAddresses?.writable.map(String), friends.map(String));
    for (const friend of friends) assert.equal(await connection.getBalance(friend), 1_000_000);
  });

  it("refuses an index that the table doesn't have", async () => {
    const short = await load();
    const stranger = Keypair.generate().publicKey;
    short.state.addresses.push(stranger);
    const tx = await signed(localnet, payer, [transfer(payer, stranger, 1)], undefined, [short]);
    const error = await rejection(localnet.connection.sendTransaction(tx));
    assert.match(error.message, /invalid index/);
  });

  it("closes it once the deactivation has left the recent slots", async () => {
    const authority = payer.publicKey;
    await send(AddressLookupTableProgram.deactivateLookupTable({ lookupTable: table, authority }));
    const close = AddressLookupTableProgram.closeLookupTable({
      lookupTable: table,
      authority,
      recipient: authority,
    });
    await rejection(send(close));
    await localnet.advance({ seconds: 600 });
    await send(close);
    assert.equal((await localnet.connection.getAddressLookupTable(table)).value, null);
  });
});
