// `execute`: delegate mode, where a wallet keeps its tokens and the vault is their delegate.
import assert from "node:assert/strict";

import {
  AccountLayout,
  NATIVE_MINT,
  TOKEN_2022_PROGRAM_ID,
  createRevokeInstruction,
  createTransferCheckedInstruction,
  createTransferInstruction,
} from "@solana/spl-token";
import type { Keypair, PublicKey } from "@solana/web3.js";

import { expectOk } from "../support/expect.js";
import { relay, relayRule, type RelayStep } from "../support/relay.js";
import { any, tokenRule, type LimitSpec } from "../support/rules.js";
import { execute, grant, readSession, refuses, type Session } from "../support/session.js";
import { approve, extraTokenAccount } from "../support/token-states.js";
import { createMint, createTokenAccount, tokenAmount } from "../support/token.js";
import { createWorld, sendTokens, type World } from "../support/world.js";

describe("delegate mode of execute", () => {
  let world: World;
  /** Keeps her tokens in `hers`, and approved 600 of 1,000. */
  let wallet: Keypair;
  let hers: PublicKey;
  let session: Session;

  const rules = () => [
    tokenRule(3, 3, { 0: any, 1: any }),
    tokenRule(12, 4, { 0: any, 1: any, 2: any }),
    relayRule(),
  ];
  beforeEach(() => {
    world = createWorld();
    const { svm, mint, vault } = world;
    wallet = svm.fundedKeypair();
    hers = extraTokenAccount(svm, { mint, owner: wallet.publicKey, amount: 1_000n });
    approve(svm, { account: hers, wallet, delegate: vault, amount: 600n });
    session = open({ asset: mint, wallet: wallet.publicKey, total: 500n });
  });
  const open = (...limits: readonly LimitSpec[]) =>
    grant(world, { rules: rules(), limits, uses: "unlimited" });
  const pull = (amount: bigint, to = world.thiefTokens, from = hers) =>
    createTransferInstruction(from, to, world.vault, amount);
  const route = (...steps: readonly RelayStep[]) => [
    { rule: 2, instruction: relay(world.vault, steps) },
  ];
  const spent = (one = session, limit = 0) => readSession(world, one).limits[limit]?.spent;
  const left = () => AccountLayout.decode(world.svm.getAccount(hers)?.data ?? new Uint8Array());

  it("takes from the wallet's account up to the limit, which is the wallet's own", () => {
    const { svm, thiefTokens, mint } = world;
    expectOk(execute(world, session, [pull(200n)]));
    const checked = createTransferCheckedInstruction(
      ...([hers, mint, thiefTokens, world.vault, 100n, 6] as const),
    );
    expectOk(execute(world, session, [{ rule: 1, instruction: checked }, pull(50n)]));
    assert.deepEqual([tokenAmount(svm, hers), tokenAmount(svm, thiefTokens)], [650n, 350n]);
    assert.equal(spent(), 350n);
    const over = { inner: 0, rule: 0, limit: 0, asked: 151n, left: 150n };
    refuses(world, session, [pull(151n)], "LimitTotalExceeded", over);
    const split = { inner: 1, rule: 0, limit: 0, asked: 51n, left: 50n };
    refuses(world, session, [pull(100n), pull(51n)], "LimitTotalExceeded", split);
    expectOk(execute(world, session, [pull(150n)]));
    // The vault's own tokens of the same mint have no limit.
    refuses(world, session, [sendTokens(world, 1n)], "NoLimit", { inner: 0, rule: 0, asked: 1n });
  });

  it("counts what a called program takes exactly alike", () => {
    const over = { inner: 0, rule: 2 };
    refuses(world, session, route(pull(501n)), "LimitTotalExceeded", { limit: 0, asked: 501n });
    expectOk(execute(world, session, route(pull(300n), pull(100n))));
    assert.equal(spent(), 400n);
    refuses(world, session, [...route(pull(60n)), ...route(pull(41n))], "LimitTotalExceeded", {
      ...{ limit: 0, asked: 101n, left: 100n },
    });
    refuses(world, session, route(sendTokens(world, 1n)), "NoLimit", { ...over, asked: 1n });
    expectOk(execute(world, session, [pull(60n), ...route(pull(40n))]));
    assert.equal(spent(), 500n);
  });

  it("counts what goes to the vault too: it left the wallet, and fills no limit of the vault", () => {
    const { mint, tokens } = world;
    const both = open(
      { asset: mint, total: 10n },
      { asset: mint, wallet: wallet.publicKey, total: 500n },
    );
    refuses(world, both, [pull(501n, tokens)], "LimitTotalExceeded", { limit: 1, left: 500n });
    expectOk(execute(world, both, [pull(400n, tokens), sendTokens(world, 10n)]));
    assert.deepEqual([spent(both, 0), spent(both, 1)], [10n, 400n]);
    refuses(world, both, [sendTokens(world, 1n)], "LimitTotalExceeded", { limit: 0 });
  });

  it("spends the last delegated unit, after which the account is the wallet's alone", () => {
    const wide = open({ asset: world.mint, wallet: wallet.publicKey, total: 1_000n });
    expectOk(execute(world, wide, [pull(599n), pull(1n)]));
    assert.equal(left().delegateOption, 0);
    const gone = { inner: 0, rule: 0, position: 0 };
    refuses(world, wide, [pull(1n)], "SourceNotVaults", gone);
    approve(world.svm, { account: hers, wallet, delegate: world.vault, amount: 7n });
    expectOk(execute(world, wide, route(pull(7n))));
    assert.equal(left().delegateOption, 0);
    assert.equal(spent(wide), 607n);
  });

  it("takes wrapped SOL under a limit of SOL from that wallet", () => {
    const { svm, vault, thief } = world;
    const wrap = (owner: PublicKey, amount: bigint) =>
      extraTokenAccount(svm, { mint: NATIVE_MINT, owner, amount });
    const [from, to] = [wrap(wallet.publicKey, 900n), wrap(thief.publicKey, 1n)];
    approve(svm, { account: from, wallet, delegate: vault, amount: 800n });
    const take = (amount: bigint) => pull(amount, to, from);
    const at = { inner: 0, rule: 0, position: 0 };
    refuses(world, session, [take(1n)], "SourceNotVaults", at);
    const own = open({ asset: "SOL", total: 1_000n });
    refuses(world, own, [take(1n)], "SourceNotVaults", at);
    refuses(world, own, route(take(1n)), "DebitOnlyTouched", { inner: 0, rule: 2 });
    const sol = open({ asset: "SOL", wallet: wallet.publicKey, total: 500n });
    refuses(world, sol, [take(501n)], "LimitTotalExceeded", { limit: 0, asked: 501n });
    expectOk(execute(world, sol, [take(200n), ...route(take(300n))]));
    assert.equal(spent(sol), 500n);
    assert.equal(tokenAmount(svm, from), 400n);
  });

  it("is bound to the wallet, the mint and the delegate that the limit means", () => {
    const { svm, mint, vault, otherMint, thief, thiefTokens } = world;
    const friend = svm.fundedKeypair();
    const account = (owner: Keypair, of: PublicKey, delegate: PublicKey) => {
      const made = extraTokenAccount(svm, { mint: of, owner: owner.publicKey, amount: 10n });
      approve(svm, { account: made, wallet: owner, delegate, amount: 10n });
      return made;
    };
    const rows = [
      [account(friend, mint, vault), thiefTokens],
      [account(wallet, otherMint, vault), world.thiefOtherTokens],
      [account(wallet, mint, thief.publicKey), thiefTokens],
    ] as const;
    for (const [from, to] of rows) {
      const at = { inner: 0, rule: 0, position: 0 };
      refuses(world, session, [pull(1n, to, from)], "SourceNotVaults", at);
    }
    for (const [from, to] of rows.slice(0, 2))
      refuses(world, session, route(pull(1n, to, from)), "DebitOnlyTouched", { inner: 0, rule: 2 });
    expectOk(execute(world, session, [pull(1n)]));
  });

  it("leaves the approval alone: only what was taken may go from it", () => {
    const { mint, vault } = world;
    const revoke = createRevokeInstruction(hers, vault);
    const refused = { inner: 0, rule: 2 };
    refuses(world, session, route(revoke), "TokenAccountChanged", refused);
    refuses(world, session, route(pull(1n), revoke), "TokenAccountChanged", refused);
    // Nor may a session without a limit for the wallet.
    const none = open({ asset: mint, total: 10n });
    refuses(world, none, route(revoke), "TokenAccountChanged", refused);
    expectOk(execute(world, session, route(pull(1n))));
  });

  it("may pay into the wallet's account beside, which never refills the limit", () => {
    const { mint } = world;
    const both = open(
      { asset: mint, total: 1_000n },
      { asset: mint, wallet: wallet.publicKey, total: 500n },
    );
    const back = sendTokens(world, 300n, hers);
    expectOk(execute(world, both, [pull(500n), back]));
    refuses(world, both, [back, pull(1n)], "LimitTotalExceeded", { limit: 1, left: 0n });
    assert.deepEqual([spent(both, 0), spent(both, 1)], [300n, 500n]);
  });

  it("is another asset under a floor, and nothing for min_receive", () => {
    const { mint, otherMint, tokens, otherTokens, vault } = world;
    const floor = { give: otherMint, get: mint, minimum: 1n, per: 1n };
    const floored = grant(world, {
      rules: [{ ...relayRule(), floor }],
      limits: [
        { asset: otherMint, total: 100n },
        { asset: mint, wallet: wallet.publicKey, total: 500n },
      ],
    });
    const swap = [
      relay(vault, [
        pull(5n, tokens),
        createTransferInstruction(otherTokens, world.thiefOtherTokens, vault, 5n),
      ]),
    ];
    refuses(world, floored, swap, "FloorAssetRefused", { inner: 0, rule: 0, asked: 5n });
    const idle = [relay(vault, [sendTokens(world, 0n)])];
    expectOk(execute(world, floored, idle));
    const minReceive = [{ asset: mint, amount: 5n }];
    const fields = { minReceive: 0, asked: 5n, left: 0n };
    refuses(world, session, [pull(5n)], "MinReceiveNotMet", fields, { minReceive });
    refuses(world, session, [pull(5n, tokens)], "MinReceiveNotMet", fields, { minReceive });
  });

  it("keeps bounds per execute and per period for the wallet's money alike", () => {
    const { mint, svm } = world;
    const bounded = open({
      ...{ asset: mint, wallet: wallet.publicKey, total: 500n, perExecute: 100n },
      perPeriod: { amount: 150n, seconds: 60 },
    });
    refuses(world, bounded, route(pull(101n)), "LimitPerExecuteExceeded", { limit: 0, left: 100n });
    expectOk(execute(world, bounded, [pull(100n)]));
    refuses(world, bounded, [pull(51n)], "LimitPerPeriodExceeded", { asked: 51n, left: 50n });
    svm.advance(60n);
    expectOk(execute(world, bounded, [pull(51n)]));
  });

  it("knows Token-2022's accounts, too", () => {
    const { svm, vault, thief } = world;
    const program = TOKEN_2022_PROGRAM_ID;
    const mint = createMint(svm, { tokenProgram: program });
    const account = (owner: PublicKey, amount: bigint) =>
      createTokenAccount(svm, { mint, owner, amount, tokenProgram: program });
    const [from, to] = [account(wallet.publicKey, 50n), account(thief.publicKey, 0n)];
    approve(svm, { account: from, wallet, delegate: vault, amount: 40n, program });
    const opened = grant(world, {
      rules: [tokenRule(3, 3, { 0: any, 1: any }, program)],
      limits: [{ asset: mint, wallet: wallet.publicKey, total: 40n }],
    });
    const take = (amount: bigint) =>
      createTransferInstruction(from, to, vault, amount, [], program);
    refuses(world, opened, [take(41n)], "LimitTotalExceeded", { limit: 0 });
    expectOk(execute(world, opened, [take(15n), take(25n)]));
    assert.equal(tokenAmount(svm, to), 40n);
  });
});
