// Native mode, end to end: a game's own program checks the session; its moves stand beside a vault's swap in one transaction.
import assert from "node:assert/strict";

import { getAssociatedTokenAddressSync } from "@solana/spl-token";
import type { Keypair } from "@solana/web3.js";
import {
  allow,
  createOwner,
  generateKey,
  isValetkeyError,
  limit,
  openSession,
  programOwned,
  terms,
  vaultToken,
  type ErrorCode,
  type Owner,
  type Session,
  type SessionEvent,
} from "@valetkey/sdk";

import {
  arenaProgram,
  enemyOf,
  GOBLIN,
  playerOf,
  units,
  walletProvider,
} from "../../examples/support/arena.js";
import { startRpcProxy, type RpcProxy } from "../support/rpc-proxy.js";
import { openWorld, type World } from "./support.js";

describe("native mode, end to end", () => {
  let world: World;
  let proxy: RpcProxy;
  let wallet: Keypair;
  let owner: Owner;
  let session: Session;
  const key = generateKey();

  before(async () => {
    world = await openWorld();
    proxy = await startRpcProxy(world.url);
    wallet = world.trader;
    owner = createOwner({ connection: world.connection, wallet });
    const { market } = world;
    const program = arenaProgram(walletProvider(world.connection, wallet));
    const { publicKey } = wallet;
    await program.methods
      .createPlayer()
      .accounts({ authority: publicKey, payer: publicKey, inviter: null })
      .rpc();
    session = await owner.session({
      key,
      terms: terms({
        expiresInSeconds: 3_600,
        uses: "unlimited",
        allow: [
          allow({
            program,
            instruction: "strikeFor",
            mode: "native",
            accounts: { player: playerOf(wallet.publicKey), enemy: programOwned },
          }),
          allow({
            program,
            instruction: "swap",
            accounts: {
              pool: market.pool,
              reserveIn: market.coinReserve,
              reserveOut: market.gemReserve,
              source: vaultToken(market.coins),
              destination: vaultToken(market.gems),
            },
          }),
        ],
        limits: [limit({ asset: market.coins, total: 100_000_000n })],
      }),
      deposit: [{ asset: market.coins, amount: 100_000_000n }],
      fees: { topUpLamports: 50_000_000n },
    });
  });
  after(async () => {
    await proxy.stop();
    await world.stop();
  });
  beforeEach(() => {
    proxy.intercept = null;
  });

  const named = (code: ErrorCode) => (error: unknown) => isValetkeyError(error, code);
  const game = () => arenaProgram(session.native);
  const strike = (energy = 1) =>
    game()
      .methods.strikeFor(energy)
      .accounts({
        authority: session.native.publicKey,
        owner: wallet.publicKey,
        enemy: enemyOf(GOBLIN),
        ...session.nativeAccounts(),
      });
  const swap = (amount: bigint, atLeast = 0n) =>
    arenaProgram(session.provider)
      .methods.swap(units(amount), units(atLeast))
      .accounts({
        authority: owner.vault,
        pool: world.market.pool,
        reserveIn: world.market.coinReserve,
        reserveOut: world.market.gemReserve,
        source: getAssociatedTokenAddressSync(world.market.coins, owner.vault, true),
        destination: getAssociatedTokenAddressSync(world.market.gems, owner.vault, true),
      })
      .instruction();
  const strikes = async () =>
    (await game().account.player.fetch(playerOf(wallet.publicKey))).xp.toNumber();
  const gems = async () => {
    const account = getAssociatedTokenAddressSync(world.market.gems, owner.vault, true);
    return BigInt((await world.connection.getTokenAccountBalance(account)).value.amount);
  };

  it("sends the game's own calls as they are, for the wallet's own player", async () => {
    const before = await strikes();
    const signature = await strike().rpc();
    assert.ok((await strikes()) > before);
    const landed = await world.connection.getTransaction(signature, {
      maxSupportedTransactionVersion: 0,
    });
    const programs = landed?.meta?.logMessages?.filter((line) => line.endsWith("invoke [1]")) ?? [];
    assert.ok(programs.some((line) => line.includes(game().programId.toBase58())));
    assert.ok(!programs.some((line) => line.includes("4ftE71m")), "Valetkey isn't called");
    const { events } = await strike().simulate();
    assert.equal(events[0]?.name, "struck");
  });

  it("puts a native strike and a vault swap into one atomic transaction, in order", async () => {
    const [xp, held] = [await strikes(), await gems()];
    const instructions = [await strike().instruction(), await swap(5_000_000n)];
    const sent = await session.send({ instructions });
    assert.ok(sent.once !== null);
    assert.deepEqual(
      sent.changes.map(({ kind }) => kind),
      ["native"],
    );
    assert.ok((await strikes()) > xp);
    assert.ok((await gems()) > held);
    const { allowed, rules } = await session.explain({ instructions });
    assert.deepEqual([allowed, rules], ["depends", [0, 1]]);
    assert.equal((await session.explain({ instructions, simulate: true })).allowed, "yes");
  });

  it("undoes the strike when the swap fails", async () => {
    const xp = await strikes();
    const instructions = [await strike().instruction(), await swap(5_000_000n, 10n ** 12n)];
    await assert.rejects(session.send({ instructions }), named("InnerInstructionFailed"));
    assert.equal(await strikes(), xp);
  });

  it("keeps the order with a swap, a strike and a swap: two executes under one number", async () => {
    const held = await gems();
    const list = [await swap(1_000_000n), await strike().instruction(), await swap(1_000_000n)];
    const sent = await session.send({ instructions: list });
    assert.equal(sent.events.filter(({ name }) => name === "SessionUsed").length, 2);
    assert.ok((await gems()) > held);
    assert.deepEqual(
      sent.changes.map(({ kind }) => kind),
      ["native", "split"],
    );
    const again = session.send({ instructions: list, ...(sent.once && { once: sent.once }) });
    await assert.rejects(again, named("AlreadyExecuted"));
  });

  it("lets native moves fly together, each of them a transaction of its own", async () => {
    const instruction = await strike().instruction();
    const all = Array.from({ length: 8 }, () => session.send({ instructions: [instruction] }));
    const sent = await Promise.all(all);
    assert.equal(new Set(sent.map(({ signature }) => signature)).size, 8);
    assert.ok(sent.every(({ once }) => once === null));
    const numbered = session.send({ instructions: [instruction], once: 7n });
    await assert.rejects(numbered, named("InvalidInput"));
  });

  it("n04: a native move alone is signed again only when the first copy surely can't land", async () => {
    const { advance } = world;
    if (advance === null) return;
    // The first copy lands, but until its blockhash is dead nobody hears of it.
    let sends = 0;
    let blind = true;
    const asked: unknown[] = [];
    proxy.intercept = ({ method, params }, forward) => {
      if (method === "sendTransaction" && sends++ === 0)
        return forward({ method, params }).then(async (answer) => {
          await advance({ blocks: 200 });
          return answer;
        });
      if (method === "getBlockHeight") asked.push(params[0]);
      if (method === "getSignatureStatuses" && blind) {
        // One machine behind the endpoint lags: it is asked again before anything is signed anew.
        blind = !asked.some((config) => JSON.stringify(config).includes("finalized"));
        return Promise.resolve({ result: { context: { slot: 1 }, value: params.map(() => null) } });
      }
      return null;
    };
    const careful = await openSession({
      ...{ connection: proxy.connection, key, owner: wallet.publicKey },
    });
    const before = await strikes();
    const events: SessionEvent[] = [];
    const sent = await careful.send({
      instructions: [await strike().instruction()],
      onEvent: (event) => events.push(event),
    });
    assert.deepEqual(sent.copies, [sent.signature]);
    assert.equal(sends, 1);
    assert.ok(!events.some(({ type }) => type === "resigned"));
    assert.ok((await strikes()) > before);
  });

  it("refuses by name: no session named, another player, a wallet's signature, a payment back", async () => {
    const { publicKey: authority } = session.native;
    const accounts = { authority, owner: wallet.publicKey, enemy: enemyOf(GOBLIN) };
    const bare = game()
      .methods.strikeFor(1)
      .accounts({ ...accounts, session: null, config: null });
    await assert.rejects(bare.rpc(), named("NativeAccountsMissing"));
    const native = session.nativeAccounts();
    const theirs = { authority, owner: owner.vault, enemy: enemyOf(GOBLIN), ...native };
    await assert.rejects(game().methods.strikeFor(1).accounts(theirs).rpc(), named("NotInScope"));
    const asOwner = { ...accounts, authority: wallet.publicKey, ...native };
    const signed = game().methods.strikeFor(1).accounts(asOwner).rpc();
    await assert.rejects(signed, named("ForeignSigner"));
    const instructions = [await strike().instruction()];
    const payBack = session.send({ instructions, fees: { payBack: true } });
    await assert.rejects(payBack, named("InvalidInput"));
  });
});
