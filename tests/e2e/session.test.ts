// One signed session, end to end over JSON-RPC: grant, composed sends, the game's own client, thirty in
// flight, resume, and the end of it all.
import assert from "node:assert/strict";

import {
  createTransferCheckedInstruction,
  getAssociatedTokenAddressSync,
  TOKEN_PROGRAM_ID,
} from "@solana/spl-token";
import { Keypair, PublicKey, SystemProgram, Transaction } from "@solana/web3.js";
import {
  allow,
  allowSolTransfer,
  allowTokenTransfer,
  createOwner,
  floor,
  generateKey,
  isValetkeyError,
  limit,
  openSession,
  programOwned,
  SOL,
  terms,
  vaultToken,
  type Owner,
  type Session,
  type SessionEvent,
  type SessionKey,
} from "@valetkey/sdk";

import { createTable, waitForTable } from "@valetkey/sdk/layers";

import {
  ARENA,
  arenaProgram,
  enemyOf,
  GOBLIN,
  playerOf,
  units,
  walletProvider,
} from "../../examples/support/arena.js";
import { openWorld, type World } from "./support.js";

describe("a session, end to end", () => {
  let world: World;
  let wallet: Keypair;
  let owner: Owner;
  let session: Session;
  const key: SessionKey = generateKey();
  const shop = Keypair.generate().publicKey;
  let asked = 0;

  before(async () => {
    world = await openWorld();
    wallet = world.trader;
    // Counts how often the owner is asked.
    owner = createOwner({
      connection: world.connection,
      wallet: {
        publicKey: wallet.publicKey,
        signTransaction: (transaction) => {
          asked += 1;
          return walletProvider(world.connection, wallet).wallet.signTransaction(transaction);
        },
      },
    });
  });
  after(() => world.stop());

  const held = (mint: PublicKey, of = owner.vault) => getAssociatedTokenAddressSync(mint, of, true);
  const amountIn = async (account: PublicKey) =>
    BigInt((await world.connection.getTokenAccountBalance(account)).value.amount);
  const arena = () => arenaProgram(session.provider);
  const strike = () =>
    arena()
      .methods.strike(1)
      .accounts({ authority: owner.vault, enemy: enemyOf(GOBLIN) });
  const buy = (lamports: number) =>
    SystemProgram.transfer({ fromPubkey: owner.vault, toPubkey: shop, lamports });
  const swap = (amount: bigint) =>
    arena()
      .methods.swap(units(amount), units(0n))
      .accounts({
        authority: owner.vault,
        pool: world.market.pool,
        reserveIn: world.market.coinReserve,
        reserveOut: world.market.gemReserve,
        source: held(world.market.coins),
        destination: held(world.market.gems),
      })
      .instruction();
  const publishTable = async (addresses: readonly PublicKey[]) => {
    const { connection } = world;
    const authority = wallet.publicKey;
    const recentSlot = await connection.getSlot("finalized");
    const { table, transactions } = createTable({
      ...{ authority, payer: authority, recentSlot, addresses },
    });
    for (const instructions of transactions)
      await walletProvider(connection, wallet).sendAndConfirm(
        new Transaction().add(...instructions),
      );
    return await waitForTable({ connection, table, addresses });
  };
  const request = () => ({
    key,
    terms: terms({
      expiresInSeconds: 3_600,
      uses: 60,
      allow: [
        allow({
          program: arenaProgram(walletProvider(world.connection, wallet)),
          instruction: "strike",
          accounts: { player: playerOf(owner.vault), enemy: programOwned },
        }),
        allow({
          program: arenaProgram(walletProvider(world.connection, wallet)),
          instruction: "swap",
          accounts: {
            pool: world.market.pool,
            reserveIn: world.market.coinReserve,
            reserveOut: world.market.gemReserve,
            source: vaultToken(world.market.coins),
            destination: vaultToken(world.market.gems),
          },
          floor: floor({
            give: world.market.coins,
            get: world.market.gems,
            minimum: { get: 9n, per: 10n },
          }),
        }),
        allowSolTransfer({ to: shop }),
        allowTokenTransfer({ mint: world.market.gems, to: wallet.publicKey }),
      ],
      limits: [
        limit({ asset: SOL, total: 500_000_000n, perExecute: 100_000_000n }),
        limit({ asset: world.market.coins, total: 300_000_000n }),
        limit({ asset: world.market.gems, total: 50_000_000n }),
      ],
    }),
    deposit: [
      { asset: SOL, amount: 1_000_000_000n },
      { asset: world.market.coins, amount: 400_000_000n },
    ],
    fees: { topUpLamports: 20_000_000n },
  });

  it("opens the vault by a first deposit, and the player by the owner's own plan", async () => {
    await owner.deposit({ amounts: [{ asset: SOL, amount: 100_000_000n }] });
    const accounts = { authority: owner.vault, payer: owner.vault, inviter: null };
    const createPlayer = await arenaProgram(walletProvider(world.connection, wallet))
      .methods.createPlayer()
      .accounts(accounts)
      .instruction();
    await owner.execute({ instructions: [createPlayer] });
    assert.notEqual(await world.connection.getAccountInfo(playerOf(owner.vault)), null);
  });

  it("is granted by one transaction with one signature, deposit and key's money included", async () => {
    // What the game publishes for its players: a table with the addresses that every send names. The grant takes nothing from it.
    const { coins, gems, pool, coinReserve, gemReserve } = world.market;
    const programs = [ARENA, TOKEN_PROGRAM_ID, SystemProgram.programId];
    const addresses = [...programs, coins, gems, pool, coinReserve, gemReserve];
    const lookupTables = [await publishTable(addresses)];
    const events: SessionEvent[] = [];
    asked = 0;
    session = await owner.session({
      ...request(),
      lookupTables,
      onEvent: (event) => events.push(event),
    });
    assert.equal(asked, 1);
    assert.deepEqual(
      events.map(({ type }) => type),
      ["simulated", "signed", "sent", "confirmed"],
    );
    assert.equal(await world.connection.getBalance(key.publicKey), 20_000_000);
    assert.equal(session.getSnapshot().status, "live");
    assert.deepEqual((await session.remaining()).uses, 60);
    // The vault's missing token account came with the grant.
    assert.equal(await amountIn(held(world.market.gems)), 0n);
  });

  it("composes five instructions of three programs into one transaction", async () => {
    const send = createTransferCheckedInstruction(
      held(world.market.gems),
      world.market.gems,
      held(world.market.gems, wallet.publicKey),
      owner.vault,
      1_000_000n,
      6,
    );
    const move = await strike().instruction();
    const instructions = [move, move, await swap(20_000_000n), send, buy(5_000_000)];
    const named = instructions.flatMap(({ keys }) => keys.map(({ pubkey }) => pubkey.toBase58()));
    const table = await session.tables.create({
      addresses: [...new Set(named)].map((address) => new PublicKey(address)),
    });
    const types: string[] = [];
    const sent = await session.send({ instructions, onEvent: ({ type }) => types.push(type) });
    assert.deepEqual(types, ["composed", "simulated", "signed", "sent", "confirmed"]);
    assert.ok(sent.bytes < sent.bytesWithoutTables, "the table saves bytes");
    assert.equal(sent.events[0]?.name, "SessionUsed");
    assert.ok((sent.computeUnits ?? 0) > 0);
    assert.equal(await world.connection.getBalance(shop), 5_000_000);
    const landed = await world.connection.getTransaction(sent.signature, {
      maxSupportedTransactionVersion: 0,
    });
    const [lookup] = landed?.transaction.message.addressTableLookups ?? [];
    assert.ok(lookup?.accountKey.equals(table.key));
  });

  it("runs the game's own calls through its provider", async () => {
    const before = await arena().account.player.fetch(playerOf(owner.vault));
    await strike().rpc();
    const after = await arena().account.player.fetch(playerOf(owner.vault));
    assert.ok(after.xp.gt(before.xp));
    const { events } = await strike().simulate();
    assert.equal(events[0]?.name, "struck");
    const again = await arena().account.player.fetch(playerOf(owner.vault));
    assert.ok(again.xp.eq(after.xp), "a simulation changes nothing");
  });

  it("explains beforehand, and with a simulation surely", async () => {
    const yes = await session.explain({ instructions: [buy(1_000_000)] });
    assert.equal(yes.allowed, "yes");
    const over = await session.explain({ instructions: [buy(200_000_000)] });
    assert.equal(over.allowed, "no");
    assert.equal(over.reason?.code, "LimitPerExecuteExceeded");
    const instructions = [await swap(1_000_000n)];
    assert.equal((await session.explain({ instructions })).allowed, "depends");
    assert.equal((await session.explain({ instructions, simulate: true })).allowed, "yes");
  });

  it("keeps minReceive: what doesn't come in undoes everything", async () => {
    const instructions = [await swap(1_000_000n)];
    const asset = world.market.gems;
    await assert.rejects(
      session.send({ instructions, minReceive: [{ asset, amount: 1_000_001n }] }),
      (error) => isValetkeyError(error, "MinReceiveNotMet"),
    );
    await session.send({ instructions, minReceive: [{ asset, amount: 900_000n }] });
  });

  it("lets thirty moves fly together, each once", async () => {
    const before = await world.connection.getBalance(shop);
    asked = 0;
    const sent = await Promise.all(
      Array.from({ length: 30 }, () => session.send({ instructions: [buy(1_000_000)] })),
    );
    assert.equal(new Set(sent.map(({ once }) => once)).size, 30);
    assert.equal(new Set(sent.map(({ signature }) => signature)).size, 30);
    assert.equal(await world.connection.getBalance(shop), before + 30_000_000);
    assert.equal(asked, 0);
  });

  it("runs a list of lists in order, each atomic", async () => {
    const before = await world.connection.getBalance(shop);
    const lists = [[buy(1_000_000), buy(1_000_000)], [buy(1_000_000)]];
    const sent = await session.send({ instructions: lists });
    assert.equal(sent.length, 2);
    assert.ok((sent[0]?.once ?? 0n) < (sent[1]?.once ?? 0n));
    assert.equal(await world.connection.getBalance(shop), before + 3_000_000);
  });

  it("is found again after a reload, without asking the owner", async () => {
    asked = 0;
    const again = await owner.session(request());
    assert.equal(asked, 0);
    assert.ok(again.address.equals(session.address));
    const { connection } = world;
    const opened = await openSession({ connection, key, owner: wallet.publicKey });
    // Two objects share the key: a number that the other took is replaced by the next.
    const all = [again, opened, session].map((one) => one.send({ instructions: [buy(1_000_000)] }));
    assert.equal(new Set((await Promise.all(all)).map(({ signature }) => signature)).size, 3);
    const found = await owner.findSessions();
    assert.deepEqual(
      found.map(({ address }) => address.toBase58()),
      [session.address.toBase58()],
    );
  });

  it("refuses other terms for a key whose session lives", async () => {
    const other = terms({ expiresInSeconds: 60, uses: 1, allow: [allowSolTransfer({ to: shop })] });
    await assert.rejects(owner.session({ key, terms: other }), (error) =>
      isValetkeyError(error, "InvalidInput"),
    );
  });

  it("ends: revoked, closed, the key's lamports with the owner", async () => {
    const ended: string[] = [];
    session.on("ended", () => ended.push("ended"));
    await session.tables.sweep();
    await session.end();
    assert.equal(await world.connection.getBalance(key.publicKey), 0);
    assert.equal(await world.connection.getAccountInfo(session.address), null);
    assert.deepEqual(ended, ["ended"]);
    assert.equal(session.getSnapshot().status, "ended");
    await assert.rejects(session.send({ instructions: [buy(1)] }), (error) =>
      isValetkeyError(error, "SessionEnded"),
    );
  });

  it("leaves an empty vault when its owner withdraws everything", async () => {
    await owner.withdraw({ amounts: [{ asset: SOL, amount: 1_000_000n }] });
    const { skipped } = await owner.withdraw({ amounts: "everything" });
    assert.deepEqual(skipped, []);
    assert.equal(await world.connection.getBalance(owner.vault), 0);
    for (const token of [world.market.coins, world.market.gems])
      assert.equal(await world.connection.getAccountInfo(held(token)), null);
  });
});
