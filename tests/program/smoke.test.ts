// One walk through every instruction on the built program. Each instruction's own tests stand beside this file.
import assert from "node:assert/strict";

import { createTransferCheckedInstruction } from "@solana/spl-token";
import { Keypair, SYSVAR_INSTRUCTIONS_PUBKEY } from "@solana/web3.js";
import {
  findSession,
  ownerExecuteInstruction,
  revokeSessionInstruction,
} from "@valetkey/sdk/layers";

import { expectOk, expectRefused } from "../support/expect.js";
import { composeSteps } from "../support/plan.js";
import { solTransferRule, tokenTransferCheckedRule } from "../support/rules.js";
import {
  close,
  execute,
  grant,
  readSession,
  revoke,
  revokeAll,
  type Session,
} from "../support/session.js";
import { tokenAmount } from "../support/token.js";
import { createWorld, sendSol, type World } from "../support/world.js";

const terms = (world: World) => ({
  rules: [
    solTransferRule(world.thief.publicKey),
    tokenTransferCheckedRule({ mint: world.mint, to: world.thief.publicKey }),
  ],
  limits: [
    { asset: "SOL" as const, total: 1_000_000n },
    { asset: world.mint, total: 500n },
  ],
});

const sendChecked = (world: World, amount: bigint) =>
  createTransferCheckedInstruction(
    world.tokens,
    world.mint,
    world.thiefTokens,
    world.vault,
    amount,
    6,
  );

describe("a session from grant to close", () => {
  let world: World;
  let session: Session;

  beforeEach(() => {
    world = createWorld();
    session = grant(world, terms(world));
  });

  it("moves SOL and tokens within the limits and counts both", () => {
    const before = world.svm.balance(world.thief.publicKey);
    expectOk(
      execute(world, session, [
        { rule: 0, instruction: sendSol(world, 1_000n) },
        { rule: 1, instruction: sendChecked(world, 7n) },
      ]),
    );
    assert.equal(world.svm.balance(world.thief.publicKey) - before, 1_000n);
    assert.equal(tokenAmount(world.svm, world.thiefTokens), 7n);
    const account = readSession(world, session);
    assert.deepEqual(
      account.limits.map((limit) => limit.spent),
      [1_000n, 7n],
    );
    assert.equal(account.seq, 1n);
  });

  it("names the limit that would be passed", () => {
    expectRefused(execute(world, session, [sendSol(world, 1_000_001n)]), "LimitTotalExceeded", {
      inner: 0,
      rule: 0,
      limit: 0,
      asked: 1_000_001n,
      left: 1_000_000n,
    });
  });

  for (const who of ["owner", "session key"] as const) {
    it(`ends when the ${who} revokes, and is closed by a stranger`, () => {
      expectOk(revoke(world, session, who === "owner" ? world.owner : session.key));
      expectRefused(execute(world, session, [sendSol(world, 1n)]), "SessionRevoked");
      world.svm.advance(1n);
      expectOk(close(world, session));
      assert.equal(world.svm.balance(session.address), 0n);
    });
  }

  it("ends with all others when the owner revokes all", () => {
    expectOk(revokeAll(world));
    expectRefused(execute(world, session, [sendSol(world, 1n)]), "EpochStale");
  });
});

describe("an owner without a session", () => {
  it("runs a plan of his own", () => {
    const world = createWorld();
    const { svm, programId, config, vault, owner } = world;
    const { inner, accounts } = composeSteps(
      [sendSol(world, 5n), sendChecked(world, 6n)].map((instruction) => ({
        rule: 255,
        instruction,
      })),
      [config, vault, SYSVAR_INSTRUCTIONS_PUBKEY],
    );
    const signer = { pubkey: owner.publicKey, isSigner: true, isWritable: false };
    const instruction = ownerExecuteInstruction({
      ...{ programId, config, vault, inner },
      accounts: [...accounts, signer],
    });
    expectOk(svm.send([instruction], [owner], { payer: svm.payer }));
    assert.equal(tokenAmount(svm, world.thiefTokens), 6n);
  });

  it("keeps a text from landing by a revoked record", () => {
    const world = createWorld();
    const { svm, programId, config, owner } = world;
    const sessionKey = Keypair.generate().publicKey;
    const session = findSession({ config, sessionKey, programId });
    const deadline = svm.now() + 60n;
    const instruction = revokeSessionInstruction({
      ...{ programId, config, session, authority: owner.publicKey },
      record: { payer: svm.payer.publicKey, sessionKey, deadline },
    });
    expectOk(svm.send([instruction], [owner, svm.payer], { payer: svm.payer }));
    expectRefused(close(world, { address: session }), "DeadlineNotPassed");
    svm.advance(61n);
    expectOk(close(world, { address: session }));
  });
});
