// Sessions that end and begin again under the same key: nothing of the old one lives on.
import assert from "node:assert/strict";

import { Keypair, SystemProgram } from "@solana/web3.js";
import {
  closeSessionInstruction,
  findSession,
  revokeSessionInstruction,
} from "@valetkey/sdk/layers";

import { expectOk, expectRefused } from "../support/expect.js";
import { solTransferRule, type TermsSpec } from "../support/rules.js";
import {
  close,
  execute,
  grant,
  readSession,
  refuses,
  revoke,
  revokeAll,
  tryGrant,
} from "../support/session.js";
import { createWorld, sendSol, type World } from "../support/world.js";

const spec: TermsSpec = {
  rules: [{ ...solTransferRule(), uses: 3 }],
  limits: [{ asset: "SOL", total: 1_000n, perPeriod: { amount: 600n, seconds: 10_000 } }],
  uses: 3,
};

describe("a session that begins again", () => {
  let world: World;
  const key = Keypair.generate();
  beforeEach(() => (world = createWorld()));
  const step = (lamports: bigint) => [sendSol(world, lamports)];

  it("is created, used, revoked, closed and created again", () => {
    const { svm } = world;
    const first = grant(world, spec, { key, grantId: 1n });
    expectOk(execute(world, first, step(600n), { once: 5n }));
    expectRefused(tryGrant(world, spec, { key, grantId: 2n }), "SessionExists");
    expectOk(revoke(world, first));
    expectRefused(tryGrant(world, spec, { key, grantId: 2n }), "SessionExists");
    svm.advance(1n);
    expectOk(close(world, first));
    refuses(world, first, step(1n), "NotASession");

    const second = grant(world, spec, { key, grantId: 2n });
    assert.ok(second.address.equals(first.address));
    const account = readSession(world, second);
    assert.deepEqual(
      [account.revoked, account.seq, account.usesSpent, account.onceHighest],
      [false, 0n, 0, 0n],
    );
    assert.deepEqual([account.limits[0]?.spent, account.limits[0]?.periodSpent], [0n, 0n]);
    assert.equal(account.rules[0]?.usesSpent, 0);
    expectOk(execute(world, second, step(600n), { once: 5n }));
  });

  it("expires, is closed and is created again: old once numbers are fine, the old grant id is refused", () => {
    const { svm } = world;
    const first = grant(world, spec, { key, grantId: 1n });
    for (const once of [3n, 1n]) expectOk(execute(world, first, step(1n), { once, grant: 1n }));
    svm.advance(3_600n);
    refuses(world, first, step(1n), "SessionExpired");
    expectOk(close(world, first));
    const second = grant(world, spec, { key, grantId: 2n });
    // What was signed for the first session and guards its grant doesn't run in the second.
    refuses(
      world,
      second,
      step(1n),
      "GrantMismatch",
      { asked: 1n, left: 2n },
      { grant: 1n, once: 9n },
    );
    for (const once of [3n, 1n]) expectOk(execute(world, second, step(1n), { once, grant: 2n }));
    refuses(world, second, step(1n), "AlreadyExecuted", {}, { once: 3n, grant: 2n });
    assert.equal(readSession(world, second).usesSpent, 2);
  });

  it("doesn't come back in the transaction that closes it", () => {
    const { svm } = world;
    const first = grant(world, spec, { key });
    expectOk(revokeAll(world));
    const { config, programId, payer, session } = {
      ...{ ...world, payer: svm.payer.publicKey, session: first.address },
    };
    const closing = closeSessionInstruction({ programId, config, session, rentPayer: payer });
    const lamports = 10_000_000;
    const revive = SystemProgram.transfer({ fromPubkey: payer, toPubkey: session, lamports });
    expectOk(svm.send([closing, revive]));
    const left = svm.getAccount(session);
    assert.ok(left !== null);
    assert.ok(left.owner.equals(SystemProgram.programId));
    assert.deepEqual([left.lamports, left.data.length], [10_000_000n, 0]);
    refuses(world, first, step(1n), "NotASession");
    expectRefused(close(world, first), "NotASession");
    expectRefused(tryGrant(world, spec, { key }), "EpochMismatch");
    const second = grant(world, spec, { key, epoch: 2n });
    expectOk(execute(world, second, step(1n)));
  });

  it("is refused where a record stands, until the deadline has passed and the record is closed", () => {
    const { svm, config, programId, owner } = world;
    const address = findSession({ config, programId, sessionKey: key.publicKey });
    const deadline = svm.now() + 100n;
    const record = { payer: svm.payer.publicKey, sessionKey: key.publicKey, deadline };
    const instruction = revokeSessionInstruction({
      ...{ programId, config, session: address, authority: owner.publicKey, record },
    });
    expectOk(svm.send([instruction], [owner, svm.payer], { payer: svm.payer }));
    const session = { key, address, grantId: 7n, terms: grant(world, spec).terms };
    refuses(world, session, step(1n), "SessionRevoked");
    for (const at of [deadline - 1n, deadline]) {
      svm.setClock({ unixTimestamp: at });
      expectRefused(close(world, session), "DeadlineNotPassed", { asked: at, left: deadline });
      expectRefused(tryGrant(world, spec, { key }), "SessionExists");
    }
    svm.advance(1n);
    expectRefused(tryGrant(world, spec, { key }), "SessionExists");
    expectOk(close(world, session));
    expectOk(execute(world, grant(world, spec, { key }), step(1n)));
  });

  it("is dead with its epoch, and lives under the next", () => {
    const first = grant(world, spec, { key, grantId: 1n });
    const other = grant(world, spec);
    expectOk(revokeAll(world));
    refuses(world, first, step(1n), "EpochStale");
    expectRefused(tryGrant(world, spec, { key, epoch: 2n }), "SessionExists");
    expectOk(close(world, first));
    const second = grant(world, spec, { key, epoch: 2n, grantId: 2n });
    expectOk(execute(world, second, step(1n)));
    refuses(world, other, step(1n), "EpochStale");
    expectOk(revokeAll(world));
    refuses(world, second, step(1n), "EpochStale", { asked: 3n, left: 2n });
  });
});
