// `close_session`: anyone closes what is dead, and the rent goes back to who paid it.
import assert from "node:assert/strict";

import type { Keypair } from "@solana/web3.js";
import { closeSessionInstruction, decodeEvents } from "@valetkey/sdk/layers";

import { expectOk, expectRefused, expectUnchanged, snapshot } from "../support/expect.js";
import { solTransferRule } from "../support/rules.js";
import { execute, grant, refuses, revoke, revokeAll, type Session } from "../support/session.js";
import { expectError, patchAccount, refusesSwaps } from "../support/swap-accounts.js";
import { createWorld, sendSol, type World } from "../support/world.js";

describe("close_session", () => {
  let world: World;
  let session: Session;
  let payer: Keypair;
  beforeEach(() => {
    world = createWorld();
    payer = world.svm.fundedKeypair();
    const limits = [{ asset: "SOL" as const, total: 1_000n }];
    session = grant(world, { rules: [solTransferRule()], limits }, { payer });
  });
  const build = (rentPayer = payer.publicKey) =>
    closeSessionInstruction({ ...world, session: session.address, rentPayer });
  const send = (instruction = build()) => world.svm.send([instruction]);
  const closes = (): void => {
    const { svm, programId } = world;
    const [before, lamports] = [svm.balance(payer.publicKey), svm.balance(session.address)];
    const result = expectOk(send());
    assert.equal(svm.balance(payer.publicKey) - before, lamports);
    const left = svm.getAccount(session.address);
    assert.ok(left === null || (left.lamports === 0n && left.data.length === 0));
    assert.deepEqual(decodeEvents({ logs: result.logs, programId }), [
      {
        ...{ name: "SessionClosed", session: session.address.toBase58(), lamports },
        rentPayer: payer.publicKey.toBase58(),
      },
    ]);
    refuses(world, session, [sendSol(world, 1n)], "NotASession");
  };
  const isRefused = (
    ...expected: Parameters<typeof expectRefused> extends [unknown, ...infer R] ? R : never
  ): void => {
    const accounts = [session.address, payer.publicKey, world.config];
    const before = snapshot(world.svm, accounts);
    expectRefused(send(), ...expected);
    expectUnchanged(before, snapshot(world.svm, accounts));
  };

  it("refuses a live session until the second in which it expires", () => {
    const { svm } = world;
    const [now, end] = [svm.now(), svm.now() + 3_600n];
    isRefused("SessionStillLive", { asked: now, left: end });
    svm.setClock({ unixTimestamp: end - 1n });
    isRefused("SessionStillLive", { asked: end - 1n, left: end });
    svm.setClock({ unixTimestamp: end });
    closes();
  });

  it("closes a revoked session in the second after its grant, not before", () => {
    expectOk(revoke(world, session));
    isRefused("DeadlineNotPassed", { asked: world.svm.now(), left: world.svm.now() });
    world.svm.advance(1n);
    closes();
  });

  it("closes at once when the epoch has moved", () => {
    expectOk(revokeAll(world));
    closes();
  });

  it("closes no session that has uses left, and one whose uses are spent only when it is dead", () => {
    const other = grant(
      world,
      { rules: [solTransferRule()], limits: [{ asset: "SOL", total: 1n }], uses: 1 },
      { payer },
    );
    expectOk(execute(world, other, [sendSol(world, 1n)]));
    session = other;
    isRefused("SessionStillLive");
    world.svm.advance(3_600n);
    closes();
  });

  it("waits for the deadline of a text as long as the epoch stays", () => {
    const deadline = world.svm.now() + 10_000n;
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(deadline);
    patchAccount(world, session.address, 216, bytes);
    world.svm.setClock({ unixTimestamp: deadline });
    isRefused("DeadlineNotPassed", { asked: deadline, left: deadline });
    world.svm.advance(1n);
    closes();
  });

  it("closes once", () => {
    expectOk(revokeAll(world));
    closes();
    expectRefused(send(), "NotASession");
  });

  it("gives back what was sent to it besides, too", () => {
    world.svm.airdrop(session.address, 12_345n);
    expectOk(revokeAll(world));
    closes();
  });

  it("refuses every other account at every position, also from the payer himself", () => {
    world.svm.advance(4_000n);
    const result = refusesSwaps({
      ...{ world, build, signers: [] },
      watched: [session.address],
      expected: [{ all: "NotASession", session: "WrongConfig" }, "WrongConfig", "WrongRentPayer"],
    });
    assert.ok(result.ok);
    assert.equal(world.svm.balance(session.address), 0n);
  });

  it("needs its three accounts, two of them writable", () => {
    world.svm.advance(4_000n);
    for (const count of [0, 1, 2]) {
      const few = build();
      few.keys.length = count;
      expectError(send(few), "AccountNotEnoughKeys");
    }
    for (const position of [0, 2]) {
      const readOnly = build();
      const meta = readOnly.keys[position];
      assert.ok(meta !== undefined);
      meta.isWritable = false;
      expectError(send(readOnly), "ConstraintMut");
    }
    closes();
  });
});
