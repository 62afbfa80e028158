// Several sessions, several executes, and the owner beside them.
import assert from "node:assert/strict";

import { createCloseAccountInstruction } from "@solana/spl-token";
import type { TransactionInstruction } from "@solana/web3.js";
import { revokeSessionInstruction } from "@valetkey/sdk/layers";

import { expectOk, expectRefused, expectUnchanged, snapshot } from "../support/expect.js";
import { ownerExecute } from "../support/owner.js";
import { solTransferRule, tokenTransferRule, type TermsSpec } from "../support/rules.js";
import {
  execute,
  executeInstruction,
  grant,
  readSession,
  refuses,
  revoke,
  watchedAccounts,
} from "../support/session.js";
import { tokenAmount } from "../support/token.js";
import { createWorld, sendSol, sendTokens, type World } from "../support/world.js";

const spec = (world: World, more: Partial<TermsSpec> = {}): TermsSpec => ({
  rules: [solTransferRule(), tokenTransferRule({ mint: world.mint })],
  limits: [
    { asset: "SOL", total: 1_000n, perExecute: 600n },
    { asset: world.mint, total: 1_000n },
  ],
  ...more,
});
const tokens = (world: World, amount: bigint) => [
  { rule: 1, instruction: sendTokens(world, amount) },
];

describe("sessions and owner together", () => {
  let world: World;
  beforeEach(() => (world = createWorld()));
  const spent = (session: Parameters<typeof readSession>[1]) =>
    readSession(world, session).limits.map((limit) => limit.spent);

  it("two sessions of one vault each have their own key, limits and end", () => {
    const { svm } = world;
    const [one, two] = [grant(world, spec(world)), grant(world, spec(world))];
    const both = [one, two].map((session) =>
      executeInstruction(world, session, [sendSol(world, 500n)]),
    );
    expectOk(svm.send(both, [one.key, two.key], { payer: svm.payer }));
    expectOk(execute(world, one, tokens(world, 1_000n)));
    assert.deepEqual(
      [spent(one), spent(two)],
      [
        [500n, 1_000n],
        [500n, 0n],
      ],
    );
    refuses(world, one, tokens(world, 1n), "LimitTotalExceeded");
    refuses(world, two, tokens(world, 1n), "NotSessionKey", {}, { as: one.key });
    refuses(world, { ...two, address: one.address }, tokens(world, 1n), "NotSessionKey");
    expectOk(revoke(world, one));
    refuses(world, one, [sendSol(world, 1n)], "SessionRevoked");
    expectOk(execute(world, two, tokens(world, 1_000n)));
  });

  it("two executes in one transaction both count", () => {
    const { svm } = world;
    const session = grant(world, spec(world));
    const send = (amounts: readonly bigint[]) =>
      svm.send(
        amounts.map((amount, at) =>
          executeInstruction(world, session, [sendSol(world, amount)], { seq: BigInt(at) }),
        ),
        [session.key],
        { payer: svm.payer },
      );
    const watched = [...watchedAccounts(world), session.address];
    const before = snapshot(svm, watched);
    const result = send([600n, 401n]);
    expectRefused(result, "LimitTotalExceeded", { asked: 401n, left: 400n });
    assert.equal(result.failedInstruction, 1);
    expectUnchanged(before, snapshot(svm, watched));
    expectOk(send([600n, 400n]));
    const account = readSession(world, session);
    assert.deepEqual([account.seq, account.usesSpent, account.limits[0]?.spent], [2n, 2, 1_000n]);
  });

  it("the same once number counts one time in a transaction, too", () => {
    const { svm } = world;
    const session = grant(world, spec(world));
    const twice = [1n, 2n].map((amount) =>
      executeInstruction(world, session, [sendSol(world, amount)], { once: 4n }),
    );
    const result = svm.send(twice, [session.key], { payer: svm.payer });
    expectRefused(result, "AlreadyExecuted", { asked: 4n, left: 4n });
    assert.equal(readSession(world, session).onceHighest, 0n);
  });

  it("a revoke in the same transaction ends the session for what follows it", () => {
    const { svm, programId, config } = world;
    const session = grant(world, spec(world));
    const use = (amount: bigint) => executeInstruction(world, session, [sendSol(world, amount)]);
    const authority = session.key.publicKey;
    const end = revokeSessionInstruction({
      programId,
      config,
      session: session.address,
      authority,
    });
    const send = (...steps: readonly TransactionInstruction[]) =>
      svm.send(steps, [session.key], { payer: svm.payer });
    expectRefused(send(use(1n), end, use(2n)), "SessionRevoked");
    assert.deepEqual([readSession(world, session).seq, spent(session)], [0n, [0n, 0n]]);
    expectOk(send(use(1n), end));
    expectRefused(send(use(2n)), "SessionRevoked");
    assert.deepEqual([readSession(world, session).seq, spent(session)], [1n, [1n, 0n]]);
  });

  it("the owner withdraws everything while sessions live, and they take nothing more", () => {
    const { svm, vault, owner, tokens: account, otherTokens } = world;
    const session = grant(world, spec(world));
    expectOk(execute(world, session, [sendSol(world, 1n), ...tokens(world, 1n)]));
    const before = svm.balance(owner.publicKey);
    const amount = tokenAmount(svm, account);
    expectOk(
      ownerExecute(world, [
        sendTokens(world, amount),
        sendTokens(
          { ...world, tokens: otherTokens, thiefTokens: world.thiefOtherTokens },
          tokenAmount(svm, otherTokens),
        ),
        createCloseAccountInstruction(account, vault, vault),
        createCloseAccountInstruction(otherTokens, vault, vault),
      ]),
    );
    const all = svm.balance(vault);
    expectOk(ownerExecute(world, [sendSol(world, all, owner.publicKey)]));
    assert.deepEqual([svm.balance(vault), svm.balance(account)], [0n, 0n]);
    assert.equal(svm.balance(owner.publicKey) - before, all);
    // The runtime itself refuses what isn't there; the session stays as it was.
    const state = readSession(world, session);
    assert.equal(execute(world, session, [sendSol(world, 1n)]).ok, false);
    refuses(world, session, tokens(world, 1n), "AccountConstraintFailed", {
      inner: 0,
      position: 0,
    });
    assert.deepEqual(readSession(world, session), state);
    svm.airdrop(vault, 1_000_000_000n);
    expectOk(execute(world, session, [sendSol(world, 1n)]));
  });

  it("a session whose tokens run out fails without counting, and goes on when there are more", () => {
    const poor = createWorld({ funds: { tokens: 10n } });
    const { svm } = poor;
    const session = grant(poor, spec(poor));
    expectOk(execute(poor, session, tokens(poor, 7n)));
    const watched = [...watchedAccounts(poor), session.address];
    const before = snapshot(svm, watched);
    const result = execute(poor, session, tokens(poor, 4n));
    // The token program's own error: insufficient funds.
    assert.deepEqual([result.ok, result.customError], [false, 1]);
    expectUnchanged(before, snapshot(svm, watched));
    expectOk(execute(poor, session, tokens(poor, 3n)));
    assert.equal(readSession(poor, session).limits[1]?.spent, 10n);
    assert.equal(tokenAmount(svm, poor.tokens), 0n);
  });
});
