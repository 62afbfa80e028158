// Delegate mode, end to end: tokens stay in the wallet, the session takes within its limit, and no approval of anybody else is touched.
import assert from "node:assert/strict";

import {
  createApproveInstruction,
  createRevokeInstruction,
  createTransferCheckedInstruction,
  getAccount,
  getAssociatedTokenAddressSync,
  createAssociatedTokenAccountInstruction,
} from "@solana/spl-token";
import {
  Keypair,
  SystemProgram,
  type PublicKey,
  type TransactionInstruction,
} from "@solana/web3.js";
import {
  allowTokenTransfer,
  approveDelegate,
  createOwner,
  generateKey,
  isValetkeyError,
  limit,
  revokeDelegate,
  terms,
  type ErrorCode,
  type Owner,
  type Session,
} from "@valetkey/sdk";
import { revokeAllInstruction, VALETKEY_PROGRAM_ID } from "@valetkey/sdk/layers";

import { startRpcProxy, type RpcProxy } from "../support/rpc-proxy.js";
import { openWorld, sendAs, type World } from "./support.js";

const TOTAL = 25_000_000n;

describe("delegate mode, end to end", () => {
  let world: World;
  let proxy: RpcProxy;
  let wallet: Keypair;
  let owner: Owner;
  let coins: PublicKey;
  let account: PublicKey;
  let till: PublicKey;
  const shop = Keypair.generate();
  let asked = 0;

  before(async () => {
    world = await openWorld();
    proxy = await startRpcProxy(world.url);
    wallet = world.trader;
    ({ coins } = world.market);
    account = getAssociatedTokenAddressSync(coins, wallet.publicKey);
    till = getAssociatedTokenAddressSync(coins, shop.publicKey);
    const [payer, to] = [wallet.publicKey, shop.publicKey];
    await asWallet([createAssociatedTokenAccountInstruction(payer, till, to, coins)]);
    owner = createOwner({ connection: world.connection, wallet: counting() });
  });
  after(async () => {
    await proxy.stop();
    await world.stop();
  });
  beforeEach(async () => {
    proxy.intercept = null;
    asked = 0;
    const { config } = owner;
    const opened = (await owner.readConfig()) !== null;
    const authority = { programId: VALETKEY_PROGRAM_ID, config, owner: wallet.publicKey };
    const end = opened ? [revokeAllInstruction(authority)] : [];
    await asWallet([...end, createRevokeInstruction(account, wallet.publicKey)]);
    asked = 0;
  });

  let count = 0;
  // Equal instructions on one blockhash would be the same transaction, which runs once: each pays itself another amount.
  const asWallet = (instructions: TransactionInstruction[]) => {
    const { publicKey: toPubkey } = wallet;
    const mark = SystemProgram.transfer({ fromPubkey: toPubkey, toPubkey, lamports: (count += 1) });
    return sendAs(world, wallet, [...instructions, mark]);
  };
  const counting = () => ({
    publicKey: wallet.publicKey,
    signTransaction: <T>(transaction: T): Promise<T> => {
      asked += 1;
      (transaction as { sign: (keys: Keypair[]) => void }).sign([wallet]);
      return Promise.resolve(transaction);
    },
  });
  const named = (code: ErrorCode) => (error: unknown) => isValetkeyError(error, code);
  const fromWallet = (total = TOTAL) =>
    terms({
      expiresInSeconds: 3_600,
      uses: 20,
      allow: [allowTokenTransfer({ mint: coins, to: shop.publicKey, from: wallet.publicKey })],
      limits: [limit({ asset: coins, total, wallet: wallet.publicKey })],
    });
  const grant = (total = TOTAL, key = generateKey()) =>
    owner.session({ key, terms: fromWallet(total), fees: { topUpLamports: 20_000_000n } });
  const slot = async () => {
    const { delegate, delegatedAmount } = await getAccount(world.connection, account);
    return { delegate: delegate?.toBase58() ?? null, amount: delegatedAmount };
  };
  const ours = (amount: bigint) => ({ delegate: owner.vault.toBase58(), amount });
  const pay = (amount: bigint, authority: PublicKey) =>
    createTransferCheckedInstruction(account, coins, till, authority, amount, 6);
  const left = async (session: Session) => (await session.remaining()).limits[0]?.total;

  it("l01: one signature grants the session and approves exactly its total, never more", async () => {
    const session = await grant();
    assert.equal(asked, 1);
    assert.deepEqual(await slot(), ours(TOTAL));
    assert.equal(await left(session), TOTAL);
    // The vault gets no token account of its own for a wallet's tokens.
    const held = getAssociatedTokenAddressSync(coins, owner.vault, true);
    assert.equal(await world.connection.getAccountInfo(held), null);
  });

  it("composes transfers out of the wallet's account, whoever they name as authority", async () => {
    const session = await grant();
    const before = (await getAccount(world.connection, till)).amount;
    const sent = await session.send({ instructions: [pay(1_000_000n, wallet.publicKey)] });
    assert.equal(sent.changes[0]?.kind, "delegated");
    await session.send({ instructions: [pay(2_000_000n, owner.vault)] });
    assert.equal((await getAccount(world.connection, till)).amount, before + 3_000_000n);
    assert.deepEqual(await slot(), ours(TOTAL - 3_000_000n));
    assert.equal(await left(session), TOTAL - 3_000_000n);
    assert.equal(asked, 1);
    const over = session.send({ instructions: [pay(TOTAL, owner.vault)] });
    await assert.rejects(over, named("LimitTotalExceeded"));
  });

  it("l04: the last approved unit can be spent", async () => {
    const session = await grant(5_000_000n);
    await session.send({ instructions: [pay(5_000_000n, owner.vault)] });
    assert.deepEqual(await slot(), { delegate: null, amount: 0n });
    assert.equal(await left(session), 0n);
  });

  it("shows no more than the wallet has approved, and tops up to what is left", async () => {
    const session = await grant();
    await session.send({ instructions: [pay(1_000_000n, owner.vault)] });
    const authority = wallet.publicKey;
    await asWallet([createApproveInstruction(account, owner.vault, authority, 7n)]);
    assert.equal(await left(session), 7n);
    const where = { connection: world.connection, wallet, session: session.address };
    assert.notEqual(await approveDelegate(where), null);
    assert.deepEqual(await slot(), ours(TOTAL - 1_000_000n));
    assert.equal(await approveDelegate(where), null, "there is nothing to do any more");
    await asWallet([createRevokeInstruction(account, authority)]);
    assert.equal(await left(session), 0n);
  });

  it("l02: a foreign delegate is not overwritten, neither by a grant nor by a top-up", async () => {
    const session = await grant();
    const other = Keypair.generate().publicKey;
    await asWallet([createApproveInstruction(account, other, wallet.publicKey, 9n)]);
    asked = 0;
    const taken = (error: unknown) => {
      assert.ok(isValetkeyError(error, "DelegateSlotTaken"));
      const { mint, account: at, delegate, session: taker } = error.context;
      assert.deepEqual([mint, at], [coins.toBase58(), account.toBase58()]);
      assert.equal(delegate, other.toBase58());
      return taker === undefined || taker === session.address.toBase58();
    };
    const where = { connection: world.connection, wallet, session: session.address };
    await assert.rejects(approveDelegate(where), taken);
    await assert.rejects(grant(), taken);
    assert.equal(asked, 0, "the wallet isn't even asked");
    assert.equal(await left(session), 0n);
    assert.deepEqual(await slot(), { delegate: other.toBase58(), amount: 9n });
  });

  it("l02: another live session of the same vault keeps its slot; an ended one gives it up", async () => {
    const first = await grant();
    await assert.rejects(grant(), (error) => {
      assert.ok(isValetkeyError(error, "DelegateSlotTaken"));
      assert.equal(error.context.session, first.address.toBase58());
      return true;
    });
    assert.deepEqual(await slot(), ours(TOTAL));
    await first.end();
    await grant(3_000_000n);
    assert.deepEqual(await slot(), ours(3_000_000n), "replaced, not added");
  });

  it("l02: without an index, an approval that may be another session's is left alone", async () => {
    await grant();
    proxy.intercept = ({ method }) =>
      method === "getProgramAccounts"
        ? Promise.resolve({ error: { code: -32_010, message: "not offered here" } })
        : null;
    const blind = createOwner({ connection: proxy.connection, wallet: counting() });
    asked = 0;
    const attempt = blind.session({ key: generateKey(), terms: fromWallet() });
    await assert.rejects(attempt, named("DelegateSlotTaken"));
    assert.equal(asked, 0);
  });

  it("l02: the end takes back our approval, and only ours", async () => {
    const session = await grant();
    await owner.revokeSession({ sessionKey: session.key.publicKey });
    assert.deepEqual(await slot(), { delegate: null, amount: 0n });
    const second = await grant();
    const other = Keypair.generate().publicKey;
    await asWallet([createApproveInstruction(account, other, wallet.publicKey, 9n)]);
    await owner.revokeSession({ sessionKey: second.key.publicKey });
    const where = { connection: world.connection, wallet, session: second.address };
    assert.equal(await revokeDelegate(where), null);
    assert.deepEqual(await slot(), { delegate: other.toBase58(), amount: 9n });
  });

  it("l01: a renewal tops up to what the new total has left, and takes back what it drops", async () => {
    const session = await grant();
    await session.send({ instructions: [pay(1_000_000n, owner.vault)] });
    asked = 0;
    await session.renew({ terms: fromWallet(2n * TOTAL) });
    assert.equal(asked, 1);
    assert.deepEqual(await slot(), ours(2n * TOTAL - 1_000_000n));
    assert.equal(await left(session), 2n * TOTAL - 1_000_000n);
    await session.renew({ terms: fromWallet(500_000n) });
    assert.deepEqual(await slot(), { delegate: null, amount: 0n }, "more was spent already");
    assert.equal(await left(session), 0n);
  });

  it("l06: a new approval doesn't revive a session that ended", async () => {
    const session = await grant();
    await owner.revokeSession({ sessionKey: session.key.publicKey });
    const { publicKey } = wallet;
    await asWallet([createApproveInstruction(account, owner.vault, publicKey, TOTAL)]);
    const attempt = session.send({ instructions: [pay(1n, owner.vault)] });
    await assert.rejects(attempt, named("SessionRevoked"));
    const where = { connection: world.connection, wallet, session: session.address };
    assert.notEqual(await revokeDelegate(where), null);
    assert.deepEqual(await slot(), { delegate: null, amount: 0n });
  });
});
