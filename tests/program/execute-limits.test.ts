// `execute`: limits at their boundaries, in total, per execute and per period, and floors.
import assert from "node:assert/strict";

import {
  NATIVE_MINT,
  createMintToInstruction,
  createSyncNativeInstruction,
  createTransferInstruction,
} from "@solana/spl-token";

import { expectOk } from "../support/expect.js";
import { relay, relayRule } from "../support/relay.js";
import {
  solTransferRule,
  tokenRule,
  tokenTransferRule,
  vaultToken,
  type LimitSpec,
  type TermsSpec,
} from "../support/rules.js";
import { execute, grant, readSession, refuses } from "../support/session.js";
import { createMint, createTokenAccount, tokenAmount } from "../support/token.js";
import { createWorld, sendSol, sendTokens, type World } from "../support/world.js";

const MOST = (1n << 64n) - 1n;
const TOTAL = 1_000n;

type Session = ReturnType<typeof grant>;
const limitOf = (world: World, session: Session, index = 0) => {
  const found = readSession(world, session).limits[index];
  assert.ok(found !== undefined);
  return found;
};

describe("the limits of execute", () => {
  let world: World;
  before(() => (world = createWorld({ funds: { tokens: MOST } })));

  for (const kind of ["SOL", "tokens"] as const) {
    const send = (amount: bigint) =>
      kind === "SOL" ? sendSol(world, amount) : sendTokens(world, amount);
    const opened = (limit: Omit<LimitSpec, "asset">, more: Partial<TermsSpec> = {}): Session =>
      grant(world, {
        rules: [kind === "SOL" ? solTransferRule() : tokenTransferRule({ mint: world.mint })],
        limits: [{ asset: kind === "SOL" ? "SOL" : world.mint, ...limit }],
        ...{ uses: "unlimited", ...more },
      });

    describe(`on ${kind}`, () => {
      for (const [amount, good] of [
        [0n, true],
        [1n, true],
        [TOTAL - 1n, true],
        [TOTAL, true],
        [TOTAL + 1n, false],
        [MOST, false],
      ] as const)
        it(`${good ? "let" : "don't let"} ${amount} of ${TOTAL} leave`, () => {
          const session = opened({ total: TOTAL });
          if (good) expectOk(execute(world, session, [send(amount)]));
          else {
            const fields = { inner: 0, rule: 0, limit: 0, asked: amount, left: TOTAL };
            refuses(world, session, [send(amount)], "LimitTotalExceeded", fields);
          }
          assert.equal(limitOf(world, session).spent, good ? amount : 0n);
        });

      it("add up over inner instructions and executes", () => {
        const session = opened({ total: TOTAL });
        const three = [send(300n), send(300n), send(401n)];
        const inside = { inner: 2, limit: 0, asked: 401n, left: 400n };
        refuses(world, session, three, "LimitTotalExceeded", inside);
        expectOk(execute(world, session, [send(300n), send(300n)]));
        const later = { inner: 0, limit: 0, asked: 401n, left: 400n };
        refuses(world, session, [send(401n)], "LimitTotalExceeded", later);
        expectOk(execute(world, session, [send(400n)]));
        refuses(world, session, [send(1n)], "LimitTotalExceeded", { asked: 1n, left: 0n });
        expectOk(execute(world, session, [send(0n)]));
      });

      it("bound each execute, as a whole", () => {
        const session = opened({ total: TOTAL, perExecute: 100n });
        for (const [steps, asked, left] of [
          [[101n], 101n, 100n],
          [[99n, 2n], 2n, 1n],
          [[MOST], MOST, 100n],
        ] as const) {
          const name = asked === MOST ? "LimitTotalExceeded" : "LimitPerExecuteExceeded";
          const fields = { limit: 0, asked, left: asked === MOST ? TOTAL : left };
          refuses(world, session, steps.map(send), name, fields);
        }
        for (let i = 0; i < 10; i += 1) expectOk(execute(world, session, [send(99n), send(1n)]));
        refuses(world, session, [send(1n)], "LimitTotalExceeded", { left: 0n });
      });

      it("bound each period, and begin anew with the next", () => {
        const { svm } = world;
        const startsAt = svm.now();
        const perPeriod = { amount: 100n, seconds: 60 };
        const session = opened({ total: 250n, perPeriod }, { startsAt });
        const over = (asked: bigint, left: bigint) =>
          refuses(world, session, [send(asked)], "LimitPerPeriodExceeded", {
            limit: 0,
            asked,
            left,
          });
        const passes = (amount: bigint, period: bigint, periodSpent: bigint) => {
          expectOk(execute(world, session, [send(amount)]));
          const { period: number, periodSpent: spent } = limitOf(world, session);
          assert.deepEqual([number, spent], [period, periodSpent]);
        };
        over(101n, 100n);
        passes(60n, 0n, 60n);
        over(41n, 40n);
        svm.setClock({ unixTimestamp: startsAt + 59n });
        over(41n, 40n);
        passes(40n, 0n, 100n);
        over(1n, 0n);
        svm.setClock({ unixTimestamp: startsAt + 60n });
        over(101n, 100n);
        passes(100n, 1n, 100n);
        svm.setClock({ unixTimestamp: startsAt + 119n });
        over(1n, 0n);
        // Skipped periods leave nothing over; the total ends it all.
        svm.setClock({ unixTimestamp: startsAt + 600n });
        refuses(world, session, [send(51n)], "LimitTotalExceeded", { asked: 51n, left: 50n });
        passes(50n, 10n, 50n);
        refuses(world, session, [send(1n)], "LimitTotalExceeded", { asked: 1n, left: 0n });
      });

      it("count periods from the start that the terms name, not from the grant", () => {
        const { svm } = world;
        const startsAt = svm.now() - 59n;
        const perPeriod = { amount: 10n, seconds: 60 };
        const session = opened({ total: TOTAL, perPeriod }, { startsAt });
        expectOk(execute(world, session, [send(10n)]));
        refuses(world, session, [send(1n)], "LimitPerPeriodExceeded", { left: 0n });
        svm.advance(1n);
        expectOk(execute(world, session, [send(10n)]));
        assert.equal(limitOf(world, session).period, 1n);
        // A clock that goes back never opens a period again.
        svm.setClock({ unixTimestamp: startsAt + 59n });
        refuses(world, session, [send(1n)], "LimitPerPeriodExceeded", { left: 0n });
        svm.advance(1n);
      });
    });
  }

  it("don't overflow", () => {
    const session = grant(world, {
      rules: [tokenTransferRule({ mint: world.mint })],
      limits: [{ asset: world.mint, total: MOST }],
    });
    const steps = [sendTokens(world, 1n), sendTokens(world, MOST)];
    refuses(world, session, steps, "ArithmeticOverflow", { inner: 1, limit: 0, asked: MOST });
    refuses(
      world,
      session,
      [steps[0] ?? sendTokens(world, 1n), sendTokens(world, MOST - 1n), sendTokens(world, 1n)],
      "ArithmeticOverflow",
      { inner: 2 },
    );
    expectOk(execute(world, session, [sendTokens(world, 1n)]));
    refuses(world, session, [sendTokens(world, MOST)], "LimitTotalExceeded", { left: MOST - 1n });
  });

  it("are separate for each asset", () => {
    const session = grant(world, {
      rules: [solTransferRule(), tokenTransferRule({ mint: world.mint })],
      limits: [
        { asset: world.mint, total: 5n },
        { asset: "SOL", total: 7n },
      ],
    });
    const both = (sol: bigint, tokens: bigint) => [
      sendSol(world, sol),
      { rule: 1, instruction: sendTokens(world, tokens) },
    ];
    refuses(world, session, both(8n, 5n), "LimitTotalExceeded", { inner: 0, limit: 1, asked: 8n });
    refuses(world, session, both(7n, 6n), "LimitTotalExceeded", { inner: 1, limit: 0, asked: 6n });
    expectOk(execute(world, session, both(7n, 5n)));
    assert.deepEqual(
      [0, 1].map((at) => limitOf(world, session, at).spent),
      [5n, 7n],
    );
  });

  it("don't count wrapped SOL as it moves inside the vault, and count it when it leaves", () => {
    const { svm, vault, thief } = world;
    const session = grant(world, {
      rules: [solTransferRule(), tokenRule(17, 1, { 0: vaultToken() }), tokenTransferRule()],
      limits: [{ asset: "SOL", total: TOTAL }],
    });
    const own = createTokenAccount(svm, { mint: NATIVE_MINT, owner: vault });
    const his = createTokenAccount(svm, { mint: NATIVE_MINT, owner: thief.publicKey });
    const sync = { rule: 1, instruction: createSyncNativeInstruction(own) };
    const send = (amount: bigint) => ({
      rule: 2,
      instruction: createTransferInstruction(own, his, vault, amount),
    });
    expectOk(execute(world, session, [sendSol(world, 50_000n, own), sync]));
    assert.deepEqual([tokenAmount(svm, own), limitOf(world, session).spent], [50_000n, 0n]);
    const over = { inner: 0, limit: 0, asked: TOTAL + 1n, left: TOTAL };
    refuses(world, session, [send(TOTAL + 1n)], "LimitTotalExceeded", over);
    expectOk(execute(world, session, [send(TOTAL - 1n)]));
    refuses(world, session, [sendSol(world, 2n)], "LimitTotalExceeded", { asked: 2n, left: 1n });
    expectOk(execute(world, session, [sendSol(world, 1n)]));
    assert.equal(tokenAmount(svm, his), TOTAL - 1n);
  });
});

describe("the floors of execute", () => {
  for (const [minimum, per, give, least] of [
    [1n, 1n, 0n, 0n],
    [1n, 1n, 7n, 7n],
    [3n, 2n, 7n, 11n],
    [2n, 3n, 7n, 5n],
    [1n, MOST, 100n, 1n],
    [MOST, MOST, 100n, 100n],
    [MOST, 1n, 1n, MOST],
    [MOST, MOST - 1n, 100n, 101n],
  ] as const)
    it(`ask ${least} back for ${give} at ${minimum} per ${per}`, () => {
      const world = createWorld();
      const { svm, vault, mint, tokens, thiefTokens } = world;
      const got = createMint(svm, { authority: vault });
      const own = createTokenAccount(svm, { mint: got, owner: vault });
      const session = grant(world, {
        rules: [{ ...relayRule(), floor: { give: mint, get: got, minimum, per } }],
        limits: [{ asset: mint, total: MOST }],
      });
      const swap = (back: bigint) => [
        relay(vault, [
          createTransferInstruction(tokens, thiefTokens, vault, give),
          createMintToInstruction(got, own, vault, back),
        ]),
      ];
      if (least > 0n) {
        const fields = { inner: 0, rule: 0, asked: least, left: least - 1n };
        refuses(world, session, swap(least - 1n), "FloorNotMet", fields);
      }
      expectOk(execute(world, session, swap(least)));
      assert.deepEqual([tokenAmount(svm, own), tokenAmount(svm, thiefTokens)], [least, give]);
      assert.equal(limitOf(world, session).spent, give);
    });

  it("let no other asset leave beside theirs, but SOL within its limit", () => {
    const world = createWorld();
    const { mint, otherMint, otherTokens, thiefOtherTokens, vault } = world;
    const floor = { give: mint, get: otherMint, minimum: 1n, per: 1n };
    const session = grant(world, {
      rules: [{ ...relayRule(), floor }],
      limits: [
        { asset: otherMint, total: 9n },
        { asset: "SOL", total: 9n },
      ],
    });
    const other = createTransferInstruction(otherTokens, thiefOtherTokens, vault, 4n);
    const refused = { inner: 0, rule: 0, asked: 4n };
    refuses(world, session, [relay(vault, [other])], "FloorAssetRefused", refused);
    const sol = (lamports: bigint) => [relay(vault, [sendSol(world, lamports)])];
    refuses(world, session, sol(10n), "LimitTotalExceeded", { limit: 1, asked: 10n, left: 9n });
    expectOk(execute(world, session, sol(9n)));
    assert.equal(limitOf(world, session, 1).spent, 9n);
  });
});
