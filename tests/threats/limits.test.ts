// G: limits, counters and time.
import assert from "node:assert/strict";

import { createMintToInstruction, createTransferInstruction } from "@solana/spl-token";

import { createBareVault } from "../support/bare-vault.js";
import { expectOk, expectRefused, expectStolen } from "../support/expect.js";
import { fail } from "../support/hostile.js";
import { relay, relayRule } from "../support/relay.js";
import { solTransferRule, tokenTransferRule } from "../support/rules.js";
import {
  execute,
  executeInstruction,
  grant,
  readSession,
  refuses,
  revoke,
  tryGrant,
} from "../support/session.js";
import { START_TIME } from "../support/svm.js";
import { createMint, createTokenAccount, tokenAmount } from "../support/token.js";
import { createWorld, sendSol, sendTokens } from "../support/world.js";

const DAY = 86_400n;

/** A session that may send up to `total` of the first mint. */
function opened(total = 10n, more: { readonly uses?: number; readonly perExecute?: bigint } = {}) {
  const world = createWorld();
  const { uses, ...limit } = more;
  const session = grant(world, {
    rules: [tokenTransferRule(), relayRule(5)],
    limits: [{ asset: world.mint, total, ...limit }],
    ...(uses === undefined ? {} : { uses }),
  });
  return { world, session };
}

describe("threats: limits, counters and time", () => {
  it("g01_inflow_never_increases_remaining", () => {
    const world = createWorld();
    const { svm, thief } = world;
    const bare = createBareVault(world);
    const setup = (vault: typeof bare.vault) => {
      const mint = createMint(svm, { authority: vault });
      const own = createTokenAccount(svm, { mint, owner: vault });
      const his = createTokenAccount(svm, { mint, owner: thief.publicKey });
      const bring = (amount: bigint) => createMintToInstruction(mint, own, vault, amount);
      const send = (amount: bigint) => createTransferInstruction(own, his, vault, amount);
      return { mint, own, his, bring, send };
    };
    // Red: the net change of the account is zero, and the thief has 20.
    const red = setup(bare.vault);
    expectStolen(bare.run([red.bring(20n), red.send(20n)]));
    assert.equal(tokenAmount(svm, red.own), 0n);
    assert.equal(tokenAmount(svm, red.his), 20n);

    const { mint, own, bring, send } = setup(world.vault);
    const session = grant(world, {
      rules: [tokenTransferRule(), relayRule()],
      limits: [{ asset: mint, total: 10n }],
    });
    const income = { rule: 1, instruction: relay(world.vault, [bring(20n)]) };
    refuses(world, session, [income, send(11n)], "LimitTotalExceeded", { limit: 0 });
    refuses(world, session, [income, send(6n), income, send(6n)], "LimitTotalExceeded");
    expectOk(execute(world, session, [income, send(6n), income]));
    assert.equal(readSession(world, session).limits[0]?.spent, 6n);
    refuses(world, session, [income, send(5n)], "LimitTotalExceeded", { left: 4n });
    expectOk(execute(world, session, [send(4n)]));
    assert.equal(tokenAmount(svm, own), 30n);
  });

  it("g02_two_executes_in_one_tx_both_count", () => {
    const { world, session } = opened(10n, { perExecute: 6n });
    const { svm } = world;
    const both = (first: bigint, second: bigint) =>
      svm.send(
        [first, second].map((amount) =>
          executeInstruction(world, session, [sendTokens(world, amount)]),
        ),
        [session.key],
        { payer: svm.payer },
      );
    const steps = [sendTokens(world, 7n)];
    refuses(world, session, steps, "LimitPerExecuteExceeded", { limit: 0, asked: 7n, left: 6n });
    const over = both(6n, 5n);
    expectRefused(over, "LimitTotalExceeded", { limit: 0, asked: 5n, left: 4n });
    assert.equal(over.failedInstruction, 1);
    expectOk(both(6n, 4n));
    const after = readSession(world, session);
    assert.deepEqual([after.limits[0]?.spent, after.seq, after.usesSpent], [10n, 2n, 2]);
  });

  it("g06_second_execute_sees_first_spend", () => {
    const { world, session } = opened(10n, { uses: 3 });
    expectOk(execute(world, session, [sendTokens(world, 6n)], { once: 5n }));
    const seen = readSession(world, session);
    assert.deepEqual(
      [seen.limits[0]?.spent, seen.seq, seen.usesSpent, seen.onceHighest],
      [6n, 1n, 1, 5n],
    );
    const again = [sendTokens(world, 5n)];
    refuses(world, session, again, "LimitTotalExceeded", { limit: 0, asked: 5n, left: 4n });
    const repeated = { once: 5n };
    refuses(world, session, [sendTokens(world, 1n)], "AlreadyExecuted", {}, repeated);
    refuses(world, session, [sendTokens(world, 1n)], "SeqMismatch", {}, { seq: 0n });
    expectOk(execute(world, session, [sendTokens(world, 4n)], { seq: 1n, once: 4n }));
    refuses(world, session, [sendTokens(world, 1n)], "LimitTotalExceeded", { limit: 0, left: 0n });
    expectOk(execute(world, session, [sendTokens(world, 0n)]));
    refuses(world, session, [sendTokens(world, 0n)], "UsesSpent");
  });

  it("g07_failed_execute_leaves_counters", () => {
    const { world, session } = opened();
    const before = readSession(world, session);
    const broken = { rule: 1, instruction: relay(world.vault, [() => fail(77)]) };
    const result = execute(world, session, [sendTokens(world, 5n), broken], { once: 9n });
    assert.equal(result.customError, 77);
    assert.deepEqual(readSession(world, session), before);
    // Nobody but the session key raises them.
    const as = { as: world.thief };
    refuses(world, session, [sendTokens(world, 0n)], "NotSessionKey", {}, as);
    const owner = { as: world.owner };
    refuses(world, session, [sendTokens(world, 0n)], "NotSessionKey", {}, owner);
    assert.deepEqual(readSession(world, session), before);
    expectOk(execute(world, session, [sendTokens(world, 5n)], { once: 9n }));
  });

  it("g08_validity_is_intersection", () => {
    const world = createWorld();
    const { svm } = world;
    const rules = [solTransferRule()];
    const limits = [{ asset: "SOL" as const, total: 10_000_000n }];
    const window = (startsAt: bigint, expiresAt: bigint) => ({
      ...{ rules, limits, startsAt, expiresAt },
    });
    const later = grant(world, window(START_TIME + 100n, START_TIME + 200n));
    const longAgo = grant(world, window(1n, START_TIME + 100n));
    const pay = [sendSol(world, 1_000_000n)];
    refuses(world, later, pay, "SessionNotStarted");
    expectOk(execute(world, longAgo, pay));
    svm.setClock({ unixTimestamp: START_TIME - 1n });
    // Before it was granted no start in the past helps.
    refuses(world, longAgo, pay, "SessionNotStarted");
    svm.setClock({ unixTimestamp: START_TIME + 99n });
    refuses(world, later, pay, "SessionNotStarted");
    svm.setClock({ unixTimestamp: START_TIME + 100n });
    refuses(world, longAgo, pay, "SessionExpired");
    expectOk(execute(world, later, pay));
  });

  it("g09_expiry_has_no_sentinel_and_no_grace", () => {
    const world = createWorld();
    const { svm } = world;
    const rules = [solTransferRule()];
    const limits = [{ asset: "SOL" as const, total: 10_000_000n }];
    const until = (expiresAt: bigint) => tryGrant(world, { rules, limits, expiresAt });
    const now = svm.now();
    const max = 2n ** 63n - 1n;
    for (const bad of [0n, -1n, now - 1n, now, now + 365n * DAY + 1n, max, -max - 1n])
      expectRefused(until(bad), "BadWindow");
    expectOk(until(now + 365n * DAY));
    const { session } = until(now + 50n);
    for (const [at, alive] of [
      [49n, true],
      [50n, false],
      [51n, false],
      [100n * 365n * DAY, false],
    ] as const) {
      svm.setClock({ unixTimestamp: now + at });
      if (alive) expectOk(execute(world, session, [sendSol(world, 1_000_000n)]));
      else refuses(world, session, [sendSol(world, 1_000_000n)], "SessionExpired");
    }
    svm.setClock({ unixTimestamp: max });
    refuses(world, session, [sendSol(world, 1_000_000n)], "SessionExpired");
  });

  it("g10_revoke_works_when_the_clock_is_stale", () => {
    for (const time of [0n, START_TIME - DAY, START_TIME, START_TIME + 400n * DAY]) {
      const { world, session } = opened();
      world.svm.setClock({ unixTimestamp: time });
      expectOk(revoke(world, session));
      assert.ok(readSession(world, session).revoked);
      world.svm.setClock({ unixTimestamp: START_TIME });
      refuses(world, session, [sendTokens(world, 1n)], "SessionRevoked");
    }
  });

  it("g11_rule_without_uses_left_denies", () => {
    const world = createWorld();
    const session = grant(world, {
      rules: [{ ...tokenTransferRule(), uses: 2 }, solTransferRule()],
      limits: [{ asset: world.mint, total: 100n }],
    });
    const send = sendTokens(world, 1n);
    refuses(world, session, [send, send, send], "RuleUsesSpent", { rule: 0 });
    expectOk(execute(world, session, [send, send]));
    refuses(world, session, [send], "RuleUsesSpent", { rule: 0 });
    const stranger = [{ rule: 2, instruction: send }];
    refuses(world, session, stranger, "RuleOutOfRange");
    const ownerRule = [{ rule: 255, instruction: send }];
    refuses(world, session, ownerRule, "RuleOutOfRange");
    const without = [{ rule: 1, instruction: sendSol(world, 1_000_000n) }];
    refuses(world, session, without, "NoLimit", { inner: 0, rule: 1 });
  });

  it("g11_empty_list_denies", () => {
    const world = createWorld();
    expectRefused(tryGrant(world, { rules: [] }), "EmptyScope");
    expectRefused(tryGrant(world, { rules: [{ ...tokenTransferRule(), uses: 0 }] }), "BadUses");
    expectRefused(tryGrant(world, { rules: [tokenTransferRule()], uses: 0 }), "BadUses");
    const nothing = [{ asset: "SOL" as const, total: 0n }];
    expectRefused(tryGrant(world, { rules: [solTransferRule()], limits: nothing }), "BadLimit");
    const session = grant(world, { rules: [solTransferRule()], uses: "unlimited" });
    refuses(world, session, [sendSol(world, 1n)], "NoLimit", { inner: 0, rule: 0 });
    expectOk(execute(world, session, [sendSol(world, 0n)]));
  });

  it("g12_duplicate_rules_are_rejected", () => {
    const world = createWorld();
    const rule = tokenTransferRule();
    const twice = (a: number, b: number) => ({
      rules: [
        { ...rule, id: a },
        { ...rule, id: b },
      ],
    });
    expectRefused(tryGrant(world, twice(1, 2)), "DuplicateRule", { rule: 1 });
    const sameId = { rules: [rule, { ...solTransferRule(), id: 0 }] };
    expectRefused(tryGrant(world, sameId), "DuplicateRule", { rule: 1 });
    for (const asset of [world.mint, "SOL" as const]) {
      const limits = [
        { asset, total: 1n },
        { asset, total: 2n },
      ];
      expectRefused(tryGrant(world, { rules: [rule], limits }), "DuplicateLimit", { limit: 1 });
    }
    // A union of different rules for one instruction is fine, each with its own counter.
    grant(world, {
      rules: [
        { ...rule, uses: 1 },
        { ...rule, uses: 2 },
      ],
    });
  });
});
