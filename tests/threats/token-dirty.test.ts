// E27, E28: token accounts with the vault's name on them that somebody else controls too.
import assert from "node:assert/strict";

import {
  NATIVE_MINT,
  createCloseAccountInstruction,
  createMintToInstruction,
  createSyncNativeInstruction,
  createTransferInstruction,
} from "@solana/spl-token";
import type { PublicKey } from "@solana/web3.js";

import { createBareVault } from "../support/bare-vault.js";
import { expectOk, expectStolen } from "../support/expect.js";
import { relay, relayRule } from "../support/relay.js";
import {
  any,
  solTransferRule,
  tokenRule,
  tokenTransferRule,
  vault,
  vaultToken,
} from "../support/rules.js";
import { execute, grant, readSession, refuses } from "../support/session.js";
import { approve, extraTokenAccount } from "../support/token-states.js";
import { createMint, createTokenAccount, tokenAmount } from "../support/token.js";
import { createWorld, sendSol, sendTokens, type World } from "../support/world.js";

const SOL = 1_000_000_000n;

const spent = (world: World, session: { readonly address: PublicKey }): bigint | undefined =>
  readSession(world, session).limits[0]?.spent;

describe("threats: token accounts that are not clean", () => {
  it("e27_dirty_receiver_is_rejected", () => {
    const world = createWorld();
    const { svm, mint, thief } = world;
    const owner = world.vault;
    const dirty = extraTokenAccount(svm, { mint, owner, closeAuthority: thief.publicKey });
    const tokens = vaultToken(mint);
    const session = grant(world, {
      rules: [{ ...tokenTransferRule({ mint }), accounts: { 0: tokens, 1: tokens, 2: vault } }],
      limits: [{ asset: mint, total: 10n }],
    });
    const refused = { inner: 0, rule: 0, position: 1 };
    const step = [sendTokens(world, 5n, dirty)];
    refuses(world, session, step, "AccountConstraintFailed", refused);
    const foreign = createTokenAccount(svm, { mint, owner: thief.publicKey });
    approve(svm, { account: foreign, wallet: thief, delegate: owner, amount: 100n });
    const second = [sendTokens(world, 5n, foreign)];
    refuses(world, session, second, "AccountConstraintFailed", refused);
    const clean = extraTokenAccount(svm, { mint, owner });
    expectOk(execute(world, session, [sendTokens(world, 5n, clean)]));
  });

  it("e27_dirty_source_is_rejected", () => {
    const world = createWorld();
    const { svm, mint, thief, thiefTokens } = world;
    const owner = world.vault;
    const closeAuthority = thief.publicKey;
    const dirty = extraTokenAccount(svm, { mint, owner, closeAuthority, amount: 100n });
    const session = grant(world, {
      rules: [
        tokenTransferRule({ mint }),
        { ...tokenTransferRule({ mint }), accounts: { 0: any, 1: any, 2: vault } },
      ],
      limits: [{ asset: mint, total: 10n }],
    });
    const instruction = createTransferInstruction(dirty, thiefTokens, owner, 1n);
    const first = { inner: 0, rule: 0, position: 0 };
    refuses(world, session, [instruction], "AccountConstraintFailed", first);
    refuses(world, session, [{ rule: 1, instruction }], "SourceNotVaults", { inner: 0, rule: 1 });
    expectOk(execute(world, session, [{ rule: 1, instruction: sendTokens(world, 1n) }]));
  });

  it("e28_sol_into_account_with_foreign_close_authority_counts", () => {
    const world = createWorld();
    const { svm, thief } = world;
    const bare = createBareVault(world);
    const worthless = createMint(svm);
    const trap = (owner: PublicKey) =>
      extraTokenAccount(svm, { mint: worthless, owner, closeAuthority: thief.publicKey });
    // Red: SOL goes into an account "of the vault"; the thief closes it.
    const first = trap(bare.vault);
    expectStolen(bare.run([sendSol({ ...world, vault: bare.vault }, 2n * SOL, first)]));
    const closing = createCloseAccountInstruction(first, thief.publicKey, thief.publicKey);
    expectStolen(svm.send([closing], [thief], { payer: svm.payer }));
    assert.equal(svm.balance(thief.publicKey), 12n * SOL + svm.rent(165));

    const session = grant(world, {
      rules: [solTransferRule(), relayRule()],
      limits: [{ asset: "SOL", total: SOL }],
    });
    const second = trap(world.vault);
    const attack = sendSol(world, 2n * SOL, second);
    refuses(world, session, [attack], "LimitTotalExceeded", {
      limit: 0,
      asked: 2n * SOL,
      left: SOL,
    });
    const routed = { rule: 1, instruction: relay(world.vault, [attack]) };
    refuses(world, session, [routed], "LimitTotalExceeded", { limit: 0 });
    expectOk(execute(world, session, [sendSol(world, SOL / 2n, second)]));
    assert.equal(spent(world, session), SOL / 2n);
    const clean = extraTokenAccount(svm, { mint: worthless, owner: world.vault });
    expectOk(execute(world, session, [sendSol(world, 2n * SOL, clean)]));
    assert.equal(spent(world, session), SOL / 2n, "into a clean account nothing leaves");
  });

  it("e28_swap_output_into_delegated_account_does_not_meet_a_floor", () => {
    const world = createWorld();
    const { svm, thief, thiefTokens, mint } = world;
    const loot = createMint(svm, { authority: world.vault });
    const own = createTokenAccount(svm, { mint: loot, owner: world.vault });
    const his = createTokenAccount(svm, { mint: loot, owner: thief.publicKey });
    approve(svm, { account: his, wallet: thief, delegate: world.vault, amount: 1n << 60n });
    const session = grant(world, {
      rules: [{ ...relayRule(), floor: { give: mint, get: loot, minimum: 1n, per: 1n } }],
      limits: [{ asset: mint, total: 1_000n }],
    });
    const swap = (receiver: PublicKey) =>
      relay(world.vault, [
        createTransferInstruction(world.tokens, thiefTokens, world.vault, 100n),
        createMintToInstruction(loot, receiver, world.vault, 100n),
      ]);
    refuses(world, session, [swap(his)], "FloorNotMet", { inner: 0, rule: 0 });
    assert.equal(tokenAmount(svm, his), 0n);
    expectOk(execute(world, session, [swap(own)]));
    assert.equal(tokenAmount(svm, own), 100n);
  });

  it("e28_native_amount_is_not_counted_twice", () => {
    const world = createWorld();
    const { svm, vault: owner, thief } = world;
    const sync = tokenRule(17, 1, { 0: vaultToken() });
    const session = grant(world, {
      rules: [tokenTransferRule(), solTransferRule(), sync],
      limits: [{ asset: "SOL", total: SOL }],
    });
    const wrapped = createTokenAccount(svm, { mint: NATIVE_MINT, owner });
    const his = createTokenAccount(svm, { mint: NATIVE_MINT, owner: thief.publicKey });
    expectOk(
      execute(world, session, [
        { rule: 1, instruction: sendSol(world, SOL, wrapped) },
        { rule: 2, instruction: createSyncNativeInstruction(wrapped) },
      ]),
    );
    assert.equal(spent(world, session), 0n);
    const send = (lamports: bigint) => [createTransferInstruction(wrapped, his, owner, lamports)];
    expectOk(execute(world, session, send(SOL / 2n)));
    assert.equal(spent(world, session), SOL / 2n, "once, not as lamports and as tokens");
    refuses(world, session, send(SOL / 2n + 1n), "LimitTotalExceeded", {
      limit: 0,
      left: SOL / 2n,
    });
    expectOk(execute(world, session, send(SOL / 2n)));
    assert.equal(spent(world, session), SOL);
  });

  it("e28_debit_only_account_counts_each_decrease", () => {
    const world = createWorld();
    const { svm, thief, mint, thiefTokens } = world;
    const closeAuthority = thief.publicKey;
    const owner = world.vault;
    const dirty = extraTokenAccount(svm, { mint, owner, closeAuthority, amount: 100n });
    const session = grant(world, {
      rules: [relayRule()],
      limits: [{ asset: mint, total: 10n }],
    });
    const drain = (amount: bigint) => [
      relay(owner, [createTransferInstruction(dirty, thiefTokens, owner, amount)]),
    ];
    refuses(world, session, drain(11n), "LimitTotalExceeded", { limit: 0, asked: 11n, left: 10n });
    // What goes into it doesn't come in: there and back costs twice.
    const inAndOut = [
      relay(owner, [createTransferInstruction(world.tokens, dirty, owner, 6n)]),
      relay(owner, [createTransferInstruction(dirty, world.tokens, owner, 6n)]),
    ];
    refuses(world, session, inAndOut, "LimitTotalExceeded", { limit: 0 });
    expectOk(execute(world, session, drain(10n)));
  });
});
