// F: value that no token account of the vault shows: positions in other programs, upgrades, items of a game.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { TOKEN_PROGRAM_ID } from "@solana/spl-token";
import { PublicKey, SystemProgram, TransactionInstruction, type Keypair } from "@solana/web3.js";

import { createBareVault } from "../support/bare-vault.js";
import { expectOk, expectRefused, expectStolen } from "../support/expect.js";
import {
  LENDING,
  deposit,
  findPosition,
  lendingDiscriminator,
  openMarket,
  openPosition,
  setDelegate,
  withdraw,
  type LendingInstruction,
  type Market,
} from "../support/lending.js";
import { key, vault, vaultToken, type Role, type RuleSpec } from "../support/rules.js";
import { execute, grant, refuses, tryGrant } from "../support/session.js";
import { artifact } from "../support/svm.js";
import { tokenAmount } from "../support/token.js";
import { createWorld, sendTokens, type World } from "../support/world.js";

const rule = (
  name: LendingInstruction,
  count: number,
  accounts: Readonly<Record<number, Role>>,
): RuleSpec => ({
  program: LENDING,
  discriminator: lendingDiscriminator(name),
  count,
  accounts,
});

const depositRule = (world: World, market: Market): RuleSpec =>
  rule("deposit", 6, {
    0: vault,
    2: key(findPosition(market, world.vault)),
    3: vaultToken(world.mint),
    4: key(market.pool),
    5: key(TOKEN_PROGRAM_ID),
  });

const withdrawRule = (world: World, market: Market, destination?: Role): RuleSpec =>
  rule("withdraw", 6, {
    0: vault,
    2: key(findPosition(market, world.vault)),
    3: key(market.pool),
    ...(destination === undefined ? {} : { 4: destination }),
    5: key(TOKEN_PROGRAM_ID),
  });

/** A world whose vault has 1,000 base units deposited in a market. */
function deposited() {
  const world = createWorld();
  const market = openMarket(world.svm, world.mint);
  const position = findPosition(market, world.vault);
  const open = rule("open_position", 5, {
    0: vault,
    1: vault,
    3: key(position),
    4: key(SystemProgram.programId),
  });
  const setup = grant(world, {
    rules: [open, depositRule(world, market)],
    limits: [
      { asset: "SOL", total: 100_000_000n },
      { asset: world.mint, total: 1_000n },
    ],
  });
  const pay = deposit(market, world.vault, world.tokens, 1_000n);
  const steps = [openPosition(market, world.vault), { rule: 1, instruction: pay }];
  expectOk(execute(world, setup, steps));
  return { world, market, position };
}

/** The same deposit by an unguarded vault. */
function bareDeposit(world: World, market: Market) {
  const bare = createBareVault(world);
  const steps = [
    openPosition(market, bare.vault),
    deposit(market, bare.vault, bare.tokens, 1_000n),
  ];
  expectOk(bare.run(steps));
  return bare;
}

/** The loader's record of a program whose upgrades `authority` signs: state 3, slot, option of the authority, then the code. */
function programDataOf(loader: PublicKey, authority: PublicKey) {
  // The runtime reads the code behind it: any program will do.
  const data = Buffer.concat([Buffer.alloc(45), readFileSync(artifact("fixtures/floor"))]);
  data.writeUInt32LE(3, 0);
  data.writeUInt8(1, 12);
  data.set(authority.toBytes(), 13);
  return { lamports: 1_000_000_000n, owner: loader, data, executable: false };
}

/** The loader's `SetAuthority` (4): who may upgrade from now on. */
function setUpgradeAuthority(
  loader: PublicKey,
  programData: PublicKey,
  from: PublicKey,
  to: Keypair,
): TransactionInstruction {
  const keys = [
    { pubkey: programData, isSigner: false, isWritable: true },
    { pubkey: from, isSigner: true, isWritable: false },
    { pubkey: to.publicKey, isSigner: false, isWritable: false },
  ];
  const data = Buffer.from([4, 0, 0, 0]);
  return new TransactionInstruction({ programId: loader, keys, data });
}

describe("threats: value outside the vault", () => {
  it("f01_withdraw_to_third_party_is_rejected", () => {
    const { world, market } = deposited();
    const { svm, thiefTokens } = world;
    const bare = bareDeposit(world, market);
    const before = tokenAmount(svm, bare.tokens);
    expectStolen(bare.run([withdraw(market, bare.vault, thiefTokens, 1_000n)]));
    assert.equal(tokenAmount(svm, thiefTokens), 1_000n);
    assert.equal(tokenAmount(svm, bare.tokens), before, "no token account of the vault shows it");

    const unbound = grant(world, { rules: [withdrawRule(world, market)] });
    const attack = [withdraw(market, world.vault, thiefTokens, 1_000n)];
    const open = { inner: 0, rule: 0, position: 4 };
    refuses(world, unbound, attack, "UnboundPosition", open);
    const session = grant(world, {
      rules: [withdrawRule(world, market, vaultToken(world.mint))],
    });
    refuses(world, session, attack, "AccountConstraintFailed", open);
    const honest = withdraw(market, world.vault, world.tokens, 1_000n);
    expectOk(execute(world, session, [honest]));
    assert.equal(tokenAmount(svm, world.tokens), world.funds.tokens);
  });

  it("f02_set_delegate_is_out_of_scope", () => {
    const { world, market, position } = deposited();
    const { svm, thief, thiefTokens } = world;
    const bare = bareDeposit(world, market);
    expectStolen(bare.run([setDelegate(market, bare.vault, thief.publicKey)]));
    const his = findPosition(market, bare.vault);
    const take = withdraw(market, thief.publicKey, thiefTokens, 1_000n, his);
    expectStolen(svm.send([take], [thief], { payer: svm.payer }));

    const session = grant(world, {
      rules: [withdrawRule(world, market, vaultToken(world.mint))],
    });
    const before = svm.getAccount(position)?.data;
    const attack = [setDelegate(market, world.vault, thief.publicKey)];
    refuses(world, session, attack, "InstructionNotInScope", { inner: 0, rule: 0 });
    assert.deepEqual(svm.getAccount(position)?.data, before);
    const late = withdraw(market, thief.publicKey, thiefTokens, 1n, position);
    assert.ok(!svm.send([late], [thief], { payer: svm.payer }).ok);
    const honest = withdraw(market, world.vault, world.tokens, 1n);
    expectOk(execute(world, session, [honest]));
  });

  it("f04_loader_is_denied", () => {
    const { world, market } = deposited();
    const loader = new PublicKey("BPFLoaderUpgradeab1e11111111111111111111111");
    for (const number of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]) {
      const rule = { program: loader, discriminator: [number, 0, 0, 0], count: 3 };
      const result = tryGrant(world, { rules: [{ ...rule, accounts: { 1: vault } }] });
      expectRefused(result, "ReservedProgram");
    }
    // A vault that owns a program loses it by one instruction of the loader.
    const bare = createBareVault(world);
    const { svm, thief } = world;
    const programData = PublicKey.unique();
    svm.setAccount(programData, programDataOf(loader, bare.vault));
    const handOver = (from: PublicKey) => setUpgradeAuthority(loader, programData, from, thief);
    expectStolen(bare.run([handOver(bare.vault)]));
    const [held] = [svm.getAccount(programData)?.data.subarray(13, 45)];
    assert.deepEqual(held, thief.publicKey.toBytes());

    const session = grant(world, { rules: [withdrawRule(world, market, vaultToken())] });
    svm.setAccount(programData, programDataOf(loader, world.vault));
    const attack = handOver(world.vault);
    refuses(world, session, [attack], "ProgramNotInScope", { inner: 0, rule: 0 });
    const honest = withdraw(market, world.vault, world.tokens, 1n);
    expectOk(execute(world, session, [honest]));
  });

  it("f08_deposit_on_behalf_is_rejected", () => {
    const { world, market } = deposited();
    const { svm, thief, thiefTokens } = world;
    const session = grant(world, {
      rules: [depositRule(world, market)],
      limits: [{ asset: world.mint, total: 10n }],
    });
    const honest = deposit(market, world.vault, world.tokens, 5n);
    const attack = deposit(market, world.vault, world.tokens, 5n);
    const position = attack.keys[2];
    assert.ok(position !== undefined);
    position.pubkey = findPosition(market, thief.publicKey);

    // An unguarded vault pays into the thief's position, and he takes it out.
    const bare = bareDeposit(world, market);
    const his = openPosition(market, thief.publicKey);
    svm.airdrop(thief.publicKey);
    expectOk(svm.send([his], [thief]));
    const paid = deposit(market, bare.vault, bare.tokens, 5n);
    const into = paid.keys[2];
    assert.ok(into !== undefined);
    into.pubkey = position.pubkey;
    expectStolen(bare.run([paid]));
    expectStolen(svm.send([withdraw(market, thief.publicKey, thiefTokens, 5n)], [thief]));

    const refused = { inner: 0, rule: 0, position: 2 };
    refuses(world, session, [attack], "AccountConstraintFailed", refused);
    expectOk(execute(world, session, [honest]));
  });

  it("f09_game_session_moves_but_cannot_withdraw", () => {
    // The session may play (deposit, the game's everyday move); everything else of the same program is out of scope.
    const { world, market } = deposited();
    const { thief, thiefTokens, vault: player } = world;
    // Whoever may call any instruction of that program takes everything out of it.
    const bare = bareDeposit(world, market);
    expectStolen(bare.run([withdraw(market, bare.vault, thiefTokens, 1_000n)]));

    const session = grant(world, {
      rules: [depositRule(world, market)],
      limits: [{ asset: world.mint, total: 10n }],
    });
    const others = [
      withdraw(market, player, thiefTokens, 1n),
      withdraw(market, player, world.tokens, 1n),
      setDelegate(market, player, thief.publicKey),
      openPosition(market, player),
    ];
    for (const other of others)
      refuses(world, session, [other], "InstructionNotInScope", { inner: 0, rule: 0 });
    refuses(world, session, [sendTokens(world, 1n)], "ProgramNotInScope", { inner: 0, rule: 0 });
    expectOk(execute(world, session, [deposit(market, player, world.tokens, 1n)]));
  });
});
