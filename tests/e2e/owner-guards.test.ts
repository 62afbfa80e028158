// What strangers and endpoints may do to an owner's own acts: nothing that moves money elsewhere, nothing that locks it in.
import assert from "node:assert/strict";

import {
  AuthorityType,
  createApproveInstruction,
  createAssociatedTokenAccount,
  createAssociatedTokenAccountIdempotentInstruction,
  createMint,
  createSetAuthorityInstruction,
  getAssociatedTokenAddressSync,
  mintTo,
  NATIVE_MINT,
} from "@solana/spl-token";
import {
  AddressLookupTableAccount,
  Keypair,
  SystemProgram,
  type PublicKey,
  type TransactionInstruction,
} from "@solana/web3.js";
import {
  allowSolTransfer,
  createOwner,
  findSession,
  generateKey,
  isValetkeyError,
  limit,
  SOL,
  terms,
  type Owner,
} from "@valetkey/sdk";
import { createTable, decodeSession, waitForTable } from "@valetkey/sdk/layers";

import { startRpcProxy } from "../support/rpc-proxy.js";
import { openWorld, sendAs, type World } from "./support.js";

describe("the owner's own acts, among strangers and liars", () => {
  let world: World;
  let wallet: Keypair;
  let stranger: Keypair;
  let owner: Owner;

  before(async () => {
    world = await openWorld();
  });
  after(() => world.stop());
  beforeEach(async () => {
    wallet = await world.wallet(5);
    stranger = await world.wallet(5);
    owner = createOwner({ connection: world.connection, wallet });
    await owner.deposit({ amounts: [{ asset: SOL, amount: 1_000_000_000n }] });
  });

  const asStranger = (instructions: TransactionInstruction[], signers: Keypair[] = []) =>
    sendAs(world, stranger, instructions, signers);

  /** A table that says `told` here and `truth` on the chain, in the same places. */
  async function liedTable(truth: readonly PublicKey[], told: readonly PublicKey[]) {
    const { connection } = world;
    const authority = stranger.publicKey;
    const recentSlot = await connection.getSlot("finalized");
    const made = createTable({
      ...{ authority, payer: authority, recentSlot, addresses: truth },
    });
    for (const one of made.transactions) await asStranger([...one]);
    const table = await waitForTable({ connection, table: made.table, addresses: truth });
    const state = { ...table.state, addresses: [...told] };
    return new AddressLookupTableAccount({ key: table.key, state });
  }
  const some = (count: number) => Array.from({ length: count }, () => Keypair.generate().publicKey);
  const payingTo = (to: readonly PublicKey[]) =>
    terms({
      expiresInSeconds: 3_600,
      uses: 10,
      allow: [allowSolTransfer({ to })],
      limits: [limit({ asset: SOL, total: 500_000_000n })],
    });

  it("j01: an endpoint that lies about a table can't change what an owner grants", async () => {
    const [shops, thieves] = [some(15), some(15)];
    const key = generateKey();
    const lookupTables = [await liedTable(thieves, shops)];
    await owner.session({ key, terms: payingTo(shops), lookupTables });
    const address = findSession({ config: owner.config, sessionKey: key.publicKey });
    const account = await world.connection.getAccountInfo(address);
    assert.ok(account);
    const { keys } = decodeSession(account.data);
    for (const shop of shops) assert.ok(keys.includes(shop.toBase58()));
    for (const thief of thieves) assert.ok(!keys.includes(thief.toBase58()));
  });

  it("j01: nor where an owner's own plan pays to, nor which program it calls", async () => {
    const { connection } = world;
    const shops = some(3);
    const [thief] = some(1);
    assert.ok(thief);
    const { programId } = SystemProgram;
    const told = [...shops, programId];
    const truth = [thief, ...some(2), stranger.publicKey];
    const lookupTables = [await liedTable(truth, told)];
    const pay = (toPubkey: PublicKey) =>
      SystemProgram.transfer({ fromPubkey: owner.vault, toPubkey, lamports: 2_000_000 });
    await owner.execute({ instructions: shops.map(pay), lookupTables });
    for (const shop of shops) assert.equal(await connection.getBalance(shop), 2_000_000);
    assert.equal(await connection.getBalance(thief), 0);
  });

  it("j01: nor where a deposit goes", async () => {
    const { connection } = world;
    const wrapped = getAssociatedTokenAddressSync(NATIVE_MINT, owner.vault, true);
    const thieves = some(3);
    const lookupTables = [await liedTable(thieves, [owner.vault, wrapped, NATIVE_MINT])];
    const amounts = [
      { asset: SOL, amount: 2_000_000n },
      { asset: SOL, amount: 7n, wrap: true },
    ];
    await owner.deposit({ amounts, lookupTables });
    assert.equal(await connection.getBalance(owner.vault), 1_002_000_000);
    assert.equal((await connection.getTokenAccountBalance(wrapped)).value.amount, "7");
    for (const thief of thieves) assert.equal(await connection.getBalance(thief), 0);
  });

  it("revokes at once what stands on other terms than were asked: GrantDiffers", async () => {
    const [shop, thief] = some(2);
    assert.ok(shop && thief);
    const proxy = await startRpcProxy(world.url);
    try {
      // The endpoint shows another recipient in every account that names the shop.
      proxy.intercept = ({ method, params }, forward) =>
        method === "getMultipleAccounts"
          ? forward({ method, params }).then((answer) => replaced(answer, shop, thief))
          : null;
      const key = generateKey();
      const lying = createOwner({ connection: proxy.connection, wallet });
      const address = findSession({ config: owner.config, sessionKey: key.publicKey });
      await assert.rejects(lying.session({ key, terms: payingTo([shop]) }), (error) => {
        assert.ok(isValetkeyError(error, "GrantDiffers"), String(error));
        assert.equal(error.context.session, address.toBase58());
        assert.equal(error.context.revoked, true);
        assert.ok(error.signature);
        return true;
      });
      const account = await world.connection.getAccountInfo(address);
      assert.ok(account && decodeSession(account.data).revoked);
    } finally {
      await proxy.stop();
    }
  });

  describe("deposits", () => {
    let mint: PublicKey;
    let to: PublicKey;
    const ten = () => owner.deposit({ amounts: [{ asset: mint, amount: 10n }] });

    beforeEach(async () => {
      const { connection } = world;
      mint = await createMint(connection, stranger, stranger.publicKey, null, 0);
      const from = await createAssociatedTokenAccount(connection, stranger, mint, wallet.publicKey);
      await mintTo(connection, stranger, mint, from, stranger, 10);
      to = getAssociatedTokenAddressSync(mint, owner.vault, true);
    });
    const create = () =>
      asStranger([
        createAssociatedTokenAccountIdempotentInstruction(
          stranger.publicKey,
          to,
          owner.vault,
          mint,
        ),
      ]);
    const held = async () => (await world.connection.getTokenAccountBalance(to)).value.amount;

    it("go through although a stranger sent lamports to the vault's token address", async () => {
      const fromPubkey = stranger.publicKey;
      await asStranger([SystemProgram.transfer({ fromPubkey, toPubkey: to, lamports: 1_000_000 })]);
      await ten();
      assert.equal(await held(), "10");
    });

    it("use an account that a stranger created for the vault", async () => {
      await create();
      await ten();
      assert.equal(await held(), "10");
    });

    for (const [what, change, reason] of [
      [
        "handed on",
        () =>
          createSetAuthorityInstruction(
            to,
            owner.vault,
            AuthorityType.AccountOwner,
            stranger.publicKey,
          ),
        /handed on/,
      ],
      [
        "delegated",
        () => createApproveInstruction(to, stranger.publicKey, owner.vault, 1n),
        /may spend from it/,
      ],
      [
        "closable by another key",
        () =>
          createSetAuthorityInstruction(
            to,
            owner.vault,
            AuthorityType.CloseAccount,
            stranger.publicKey,
          ),
        /may close it/,
      ],
    ] as const) {
      it(`refuse an account that was ${what}`, async () => {
        await create();
        await owner.execute({ instructions: [change()] });
        await assert.rejects(ten(), (error) => {
          assert.ok(isValetkeyError(error, "InvalidInput"), String(error));
          assert.match(error.message, reason);
          return true;
        });
        assert.equal(await held(), "0");
      });
    }
  });
});

/** An answer in which every account's data has one address instead of another. */
function replaced(answer: Record<string, unknown>, from: PublicKey, to: PublicKey) {
  const text = JSON.stringify(answer).replace(/"data":\["([^"]*)"/g, (_, base64: string) => {
    const data = Buffer.from(base64, "base64");
    const at = data.indexOf(Buffer.from(from.toBytes()));
    if (at >= 0) Buffer.from(to.toBytes()).copy(data, at);
    return `"data":["${data.toString("base64")}"`;
  });
  return JSON.parse(text) as Record<string, unknown>;
}
