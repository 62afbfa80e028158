// The arena by itself, played with plain keypairs: an honest session of game and market, and each named refusal.
import assert from "node:assert/strict";

import { PublicKey, type Keypair, type TransactionInstruction } from "@solana/web3.js";

import {
  KIND,
  LOOT_MINT,
  amount,
  arenaError,
  arenaProgram,
  decodeArena,
  findEnemy,
  findPlayer,
  findPool,
  findPosition,
  openArena,
  type ReadyArena,
} from "../support/arena.js";
import { createSvm, type Svm } from "../support/svm.js";
import { createMint, createTokenAccount, tokenAmount } from "../support/token.js";

const MILLION = 1_000_000n;
/** Anchor: the same account in two mut positions. */
const TWICE_MUT = 2040;
/** Anchor: an account is not at the address that its seeds give. */
const SEEDS = 2006;

describe("arena", () => {
  let svm: Svm;
  let arena: ReadyArena;
  let owner: Keypair;

  beforeEach(async () => {
    svm = createSvm({ programs: [arenaProgram()] });
    arena = await openArena(svm);
    owner = await enter();
  });

  async function enter(inviter: PublicKey | null = null): Promise<Keypair> {
    const keypair = svm.fundedKeypair();
    const accounts = { authority: keypair.publicKey, payer: svm.payer.publicKey, inviter };
    const create = await arena.client.methods.createPlayer().accounts(accounts).instruction();
    svm.mustSend([create], [svm.payer, keypair]);
    return keypair;
  }

  const strike = (energy: number, kind: number = KIND.goblin): Promise<TransactionInstruction> =>
    arena.client.methods
      .strike(energy)
      .accounts({ authority: owner.publicKey, enemy: findEnemy(kind) })
      .instruction();

  const claim = (value: bigint, destination: PublicKey): Promise<TransactionInstruction> =>
    arena.client.methods
      .claimLoot(amount(value))
      .accounts({ authority: owner.publicKey, destination })
      .instruction();

  const give = (kind: number, count: number, receiver: PublicKey) =>
    arena.client.methods
      .transferItem(kind, count)
      .accounts({ authority: owner.publicKey, receiver })
      .instruction();

  function refused(step: TransactionInstruction, name: string, signer = owner): void {
    const result = svm.send([step], [signer]);
    assert.equal(arenaError(result.customError), name, result.logs.join("\n"));
  }

  const state = (who: PublicKey = owner.publicKey) => decodeArena(svm, "player", findPlayer(who));

  describe("game", () => {
    it("strikes earn experience, gold, items and loot, and cost energy and hit points", async () => {
      svm.mustSend([await strike(5)], [owner]);
      const player = state();
      assert.equal(String(player["energy"]), "95");
      assert.equal(String(player["hp"]), "99");
      assert.equal(String(player["xp"]), "50");
      assert.equal(String(player["gold"]), "5");
      assert.equal(String(player["items"]), "1,0,0");
      assert.equal(String(player["lootEarned"]), "5000000");
      assert.equal(String(decodeArena(svm, "enemy", findEnemy(KIND.goblin))["hp"]), "50");
    });

    it("a strike takes 1 to 10 energy", async () => {
      for (const energy of [0, 11, 65_535]) refused(await strike(energy), "StrikeOutOfRange");
      for (const energy of [1, 10]) svm.mustSend([await strike(energy)], [owner]);
    });

    it("energy runs out and comes back with time", async () => {
      for (let i = 0; i < 10; i += 1) svm.mustSend([await strike(10)], [owner]);
      refused(await strike(1), "NotEnoughEnergy");
      svm.advance(5n);
      refused(await strike(1), "NotEnoughEnergy");
      svm.advance(1n);
      svm.mustSend([await strike(1)], [owner]);
    });

    it("an enemy never strikes a player down, and healing costs gold", async () => {
      for (let i = 0; i < 6; i += 1) svm.mustSend([await strike(1, KIND.dragon)], [owner]);
      refused(await strike(1, KIND.dragon), "TooWounded");
      const heal = (points: number) =>
        arena.client.methods.heal(points).accounts({ authority: owner.publicKey }).instruction();
      refused(await heal(0), "AmountIsZero");
      refused(await heal(5), "NotEnoughGold");
      svm.mustSend([await strike(10), await heal(5)], [owner]);
      assert.equal(String(state()["hp"]), "14");
      assert.equal(String(state()["gold"]), "0");
    });

    it("an invitation pays the inviter, and nobody has to be invited", async () => {
      await enter(findPlayer(owner.publicKey));
      await enter(null);
      assert.equal(String(state()["gold"]), "10");
    });

    it("nobody moves another's player", async () => {
      const stranger = svm.fundedKeypair();
      const step = await arena.client.methods
        .strike(1)
        .accountsPartial({
          authority: stranger.publicKey,
          player: findPlayer(owner.publicKey),
          enemy: findEnemy(KIND.goblin),
        })
        .instruction();
      const result = svm.send([step], [stranger]);
      assert.equal(result.customError, SEEDS, result.logs.join("\n"));
    });

    it("mints loot as earned, to its owner, and not a unit more", async () => {
      svm.mustSend([await strike(5)], [owner]);
      const mine = createTokenAccount(svm, { mint: LOOT_MINT, owner: owner.publicKey });
      const other = createTokenAccount(svm, { mint: LOOT_MINT, owner: svm.payer.publicKey });
      refused(await claim(0n, mine), "AmountIsZero");
      refused(await claim(1n, other), "LootToStranger");
      refused(await claim(5n * MILLION + 1n, mine), "LootNotEarned");
      svm.mustSend([await claim(5n * MILLION, mine)], [owner]);
      assert.equal(tokenAmount(svm, mine), 5n * MILLION);
      refused(await claim(1n, mine), "LootNotEarned");
    });

    it("items move between two players only, as many as there are", async () => {
      svm.mustSend([await strike(5)], [owner]);
      const friend = await enter();
      const receiver = findPlayer(friend.publicKey);
      refused(await give(KIND.goblin, 0, receiver), "AmountIsZero");
      refused(await give(KIND.goblin, 2, receiver), "NotEnoughItems");
      refused(await give(3, 1, receiver), "UnknownKind");
      const toMyself = await give(KIND.goblin, 1, findPlayer(owner.publicKey));
      assert.equal(svm.send([toMyself], [owner]).customError, TWICE_MUT);
      svm.mustSend([await give(KIND.goblin, 1, receiver)], [owner]);
      assert.equal(String(state()["items"]), "0,0,0");
      assert.equal(String(state(friend.publicKey)["items"]), "1,0,0");
    });

    it("a closed player is gone, with its rent where the owner says", async () => {
      const rentReceiver = PublicKey.unique();
      const rent = svm.balance(findPlayer(owner.publicKey));
      const step = await arena.client.methods
        .closePlayer()
        .accounts({ authority: owner.publicKey, rentReceiver })
        .instruction();
      svm.mustSend([step], [owner]);
      assert.equal(svm.balance(findPlayer(owner.publicKey)), 0n);
      assert.equal(svm.balance(rentReceiver), rent);
    });

    it("there are three kinds of enemies, one of each", async () => {
      const payer = svm.payer.publicKey;
      const spawn = (kind: number) =>
        arena.client.methods.spawnEnemy(kind).accounts({ payer }).instruction();
      refused(await spawn(3), "UnknownKind", svm.payer);
      assert.equal(svm.send([await spawn(KIND.ogre)]).ok, false);
    });
  });

  describe("market", () => {
    let source: PublicKey;
    let destination: PublicKey;

    beforeEach(() => {
      const mine = { owner: owner.publicKey };
      source = createTokenAccount(svm, { mint: arena.mintA, ...mine, amount: 100n * MILLION });
      destination = createTokenAccount(svm, { mint: arena.mintB, ...mine });
    });

    const swap = (amountIn: bigint, minOut: bigint, changes: Record<string, PublicKey> = {}) =>
      arena.client.methods
        .swap(amount(amountIn), amount(minOut))
        .accounts({
          authority: owner.publicKey,
          pool: arena.pool,
          reserveIn: arena.reserveA,
          reserveOut: arena.reserveB,
          source,
          destination,
          ...changes,
        })
        .instruction();

    it("swaps at constant product less the fee, at the caller's bound and not below", async () => {
      const [paid, reserve] = [MILLION * 9_970n, 1_000_000_000n];
      const expected = (paid * reserve) / (reserve * 10_000n + paid);
      refused(await swap(MILLION, expected + 1n), "SlippageExceeded");
      svm.mustSend([await swap(MILLION, expected)], [owner]);
      assert.equal(tokenAmount(svm, destination), expected);
      assert.equal(tokenAmount(svm, source), 99n * MILLION);
      const reserves = [arena.reserveA, arena.reserveB].map((address) => tokenAmount(svm, address));
      assert.ok((reserves[0] ?? 0n) * (reserves[1] ?? 0n) >= reserve * reserve);
    });

    it("swaps back and forth for no gain", async () => {
      svm.mustSend([await swap(MILLION, 0n)], [owner]);
      const back = await swap(tokenAmount(svm, destination), 0n, {
        ...{ reserveIn: arena.reserveB, reserveOut: arena.reserveA },
        ...{ source: destination, destination: source },
      });
      svm.mustSend([back], [owner]);
      assert.ok(tokenAmount(svm, source) < 100n * MILLION);
    });

    it("refuses nothing for something, foreign reserves and others' tokens", async () => {
      refused(await swap(0n, 0n), "AmountIsZero");
      const oneReserve = await swap(1n, 0n, { reserveOut: arena.reserveA });
      assert.equal(svm.send([oneReserve], [owner]).customError, TWICE_MUT);
      const foreign = createTokenAccount(svm, { mint: arena.mintB, owner: svm.payer.publicKey });
      refused(await swap(1n, 0n, { reserveOut: foreign }), "WrongReserve");
      const stranger = svm.fundedKeypair();
      const theft = await swap(1n, 0n, { authority: stranger.publicKey });
      assert.equal(svm.send([theft], [stranger]).customError, 4); // Token: OwnerMismatch
    });

    it("liquidity comes back whole, less what rounding leaves to the pool", async () => {
      const authority = svm.payer.publicKey;
      const mine = (mint: PublicKey) => createTokenAccount(svm, { mint, owner: authority });
      const { pool, reserveA, reserveB } = arena;
      const accounts = { authority, pool, reserveA, reserveB };
      const tokens = { tokenA: mine(arena.mintA), tokenB: mine(arena.mintB) };
      const remove = (shares: bigint, min: bigint) =>
        arena.client.methods
          .removeLiquidity(amount(shares), amount(min), amount(min))
          .accounts({ ...accounts, ...tokens })
          .instruction();
      const position = decodeArena(svm, "position", findPosition(pool, authority));
      const shares = BigInt(String(position["shares"]));
      assert.equal(shares, 1_000_000_000n - 1_000n);
      refused(await remove(0n, 0n), "AmountIsZero", svm.payer);
      refused(await remove(shares + 1n, 0n), "NotEnoughShares", svm.payer);
      refused(await remove(shares, shares + 1n), "SlippageExceeded", svm.payer);
      svm.mustSend([await remove(shares, shares)]);
      assert.equal(tokenAmount(svm, tokens.tokenA), shares);

      const add = (value: bigint, minShares: bigint) =>
        arena.client.methods
          .addLiquidity(amount(value), amount(value), amount(minShares))
          .accounts({ ...accounts, ...tokens })
          .instruction();
      refused(await add(0n, 0n), "AmountIsZero", svm.payer);
      refused(await add(500n, 501n), "SlippageExceeded", svm.payer);
      svm.mustSend([await add(500n, 500n)]);
    });

    it("a new pool has ordered mints, a bearable fee, and no price until it is funded", async () => {
      const payer = svm.payer.publicKey;
      const fresh = findPool(createMint(svm), createMint(svm));
      const create = (fee: number, mintA: PublicKey, mintB: PublicKey) =>
        arena.client.methods.createPool(fee).accounts({ payer, mintA, mintB }).instruction();
      refused(await create(30, fresh.mintB, fresh.mintA), "MintsOutOfOrder", svm.payer);
      refused(await create(1_001, fresh.mintA, fresh.mintB), "FeeTooHigh", svm.payer);
      svm.mustSend([await create(1_000, fresh.mintA, fresh.mintB)]);
      const mine = (mint: PublicKey) =>
        createTokenAccount(svm, { mint, owner: owner.publicKey, amount: 5_000n });
      const [tokenA, tokenB] = [mine(fresh.mintA), mine(fresh.mintB)];
      const { pool, reserveA, reserveB } = fresh;
      const reserves = { reserveIn: reserveA, reserveOut: reserveB };
      const step = await swap(1n, 0n, { pool, ...reserves, source: tokenA, destination: tokenB });
      refused(step, "PoolIsEmpty");

      const authority = owner.publicKey;
      const open = await arena.client.methods
        .openPosition()
        .accounts({ authority, payer: authority, pool })
        .instruction();
      svm.mustSend([open], [owner]);
      const add = (value: bigint) =>
        arena.client.methods
          .addLiquidity(amount(value), amount(value), amount(0n))
          .accounts({ authority, pool, reserveA, reserveB, tokenA, tokenB })
          .instruction();
      refused(await add(1_000n), "DepositTooSmall");
      svm.mustSend([await add(1_001n)], [owner]);
    });
  });
});
