// `revoke_session`: who may end a session, and the record that keeps a text from landing.
import assert from "node:assert/strict";

import { Keypair, type PublicKey, type TransactionInstruction } from "@solana/web3.js";
import { decodeEvents, findSession, revokeSessionInstruction } from "@valetkey/sdk/layers";

import { expectOk, expectRefused } from "../support/expect.js";
import { hostileInstruction, invoke } from "../support/hostile.js";
import { solTransferRule } from "../support/rules.js";
import {
  close,
  execute,
  grant,
  readSession,
  refuses,
  revoke,
  type Session,
} from "../support/session.js";
import {
  expectError,
  refusesSwaps,
  refusesUnsigned,
  type ErrorName,
} from "../support/swap-accounts.js";
import { createWorld, sendSol, type World } from "../support/world.js";

const YEAR = 31_536_000n;

/** The instruction inside a call of the hostile program. */
function wrap(inner: TransactionInstruction): TransactionInstruction {
  const metas = [...inner.keys, { pubkey: inner.programId, isSigner: false, isWritable: false }];
  const accounts = inner.keys.map((meta, account) => ({
    ...{ account, signer: meta.isSigner, writable: meta.isWritable },
  }));
  return hostileInstruction(metas, [invoke(inner.keys.length, accounts, inner.data)]);
}

describe("revoke_session", () => {
  let world: World;
  let guardian: Keypair;
  let session: Session;
  beforeEach(() => {
    world = createWorld();
    guardian = world.svm.fundedKeypair();
    session = grant(world, {
      rules: [solTransferRule()],
      limits: [{ asset: "SOL", total: 1_000n }],
      guardian: guardian.publicKey,
    });
  });
  const build = (authority: PublicKey, address = session.address) =>
    revokeSessionInstruction({ ...world, authority, session: address });
  const who = () => ({ owner: world.owner, guardian, "session key": session.key });

  for (const name of ["owner", "guardian", "session key"] as const) {
    it(`ends a session on the word of the ${name}, and again without harm`, () => {
      const authority = who()[name];
      const before = readSession(world, session);
      const result = expectOk(revoke(world, session, authority));
      assert.deepEqual(readSession(world, session), { ...before, revoked: true });
      const event = {
        session: session.address.toBase58(),
        authority: authority.publicKey.toBase58(),
      };
      assert.deepEqual(decodeEvents({ logs: result.logs, programId: world.programId }), [
        { name: "SessionRevoked", ...event },
      ]);
      refuses(world, session, [sendSol(world, 1n)], "SessionRevoked");
      expectOk(revoke(world, session, authority));
      assert.equal(readSession(world, session).revoked, true);
    });

    it(`${name === "session key" ? "refuses" : "takes"} the ${name}'s signature inside another program's call`, () => {
      const { svm } = world;
      const authority = who()[name];
      const result = svm.send([wrap(build(authority.publicKey))], [authority], {
        payer: svm.payer,
      });
      if (name === "session key") expectRefused(result, "NotTopLevel");
      else expectOk(result);
      assert.equal(readSession(world, session).revoked, name !== "session key");
    });
  }

  it("refuses strangers, other sessions' keys and the rent's payer", () => {
    const other = grant(world, { rules: [solTransferRule()] });
    for (const authority of [world.thief, other.key, world.svm.payer]) {
      expectRefused(revoke(world, session, authority), "NotAuthorized");
      assert.equal(readSession(world, session).revoked, false);
    }
    expectOk(execute(world, session, [sendSol(world, 1n)]));
  });

  it("ends expired sessions and those of an older epoch too", () => {
    world.svm.advance(4_000n);
    expectOk(revoke(world, session));
    assert.equal(readSession(world, session).revoked, true);
  });

  it("refuses every other account at every position, and a missing signature", () => {
    const input = {
      world,
      build: () => build(guardian.publicKey),
      signers: [guardian],
      watched: [session.address],
      expected: [
        { all: "MissingSignature", signer: "NotAuthorized" },
        { all: "NotASession", session: "WrongConfig", "own config": "WrongConfig" },
        "WrongConfig",
      ],
    } as const;
    refusesUnsigned(input);
    refusesSwaps(input);
    assert.equal(readSession(world, session).revoked, true);
  });

  it("needs its three accounts, and a config that isn't the session itself", () => {
    const { svm, owner } = world;
    for (const count of [1, 2]) {
      const instruction = build(owner.publicKey);
      instruction.keys.length = count;
      const result = svm.send([instruction], [owner], { payer: svm.payer });
      expectRefused(result, "MissingAccount");
    }
    const same = build(owner.publicKey);
    const config = same.keys[2];
    assert.ok(config !== undefined);
    config.pubkey = session.address;
    expectRefused(svm.send([same], [owner], { payer: svm.payer }), "WrongConfig");
    assert.equal(readSession(world, session).revoked, false);
  });
});

describe("the record of revoke_session", () => {
  let world: World;
  let payer: Keypair;
  const sessionKey = Keypair.generate().publicKey;
  beforeEach(() => {
    world = createWorld();
    payer = world.svm.fundedKeypair();
  });
  const address = () => findSession({ ...world, sessionKey });
  const build = (deadline: bigint, authority = world.owner.publicKey) =>
    revokeSessionInstruction({
      ...world,
      ...{ authority, session: address() },
      record: { payer: payer.publicKey, sessionKey, deadline },
    });
  const send = (instruction: TransactionInstruction, authority = world.owner) =>
    world.svm.send([instruction], [authority, payer], { payer: world.svm.payer });
  const refusesRecord = (result: ReturnType<typeof send>, name: ErrorName): void => {
    expectError(result, name);
    assert.equal(world.svm.getAccount(address()), null);
  };

  for (const [what, ahead, good] of [
    ["is now", 0n, false],
    ["has passed", -1n, false],
    ["is in a second", 1n, true],
    ["is in a year", YEAR, true],
    ["is in a year and a second", YEAR + 1n, false],
    ["is the end of its type", (1n << 63n) - 1n - 1_800_000_000n, false],
  ] as const)
    it(`is ${good ? "written" : "refused"} when its deadline ${what}`, () => {
      const { svm, vault, config, programId } = world;
      const deadline = svm.now() + ahead;
      if (!good) return refusesRecord(send(build(deadline)), "DeadlineTooFar");
      const result = expectOk(send(build(deadline)));
      const account = svm.getAccount(address());
      assert.ok(account !== null);
      assert.ok(account.owner.equals(programId));
      assert.deepEqual([account.data.length, account.lamports], [320, svm.rent(320)]);
      const record = readSession(world, { address: address() });
      assert.deepEqual(
        [record.revoked, record.record, record.grantDeadline],
        [true, true, deadline],
      );
      assert.equal(record.sessionKey, sessionKey.toBase58());
      assert.equal(record.rentPayer, payer.publicKey.toBase58());
      assert.deepEqual(
        [record.vault, record.config, record.epoch],
        [vault.toBase58(), config.toBase58(), 1n],
      );
      assert.deepEqual(
        [record.keys, record.limits, record.rules, record.expiresAt],
        [[], [], [], 0n],
      );
      assert.equal(decodeEvents({ logs: result.logs, programId })[0]?.name, "SessionRevoked");
    });

  it("is written at an address that holds lamports already", () => {
    world.svm.airdrop(address(), 1n + world.svm.rent(320));
    expectOk(send(build(world.svm.now() + 5n)));
    assert.equal(readSession(world, { address: address() }).record, true);
  });

  it("is the owners' alone to write", () => {
    const deadline = world.svm.now() + 5n;
    refusesRecord(send(build(deadline, world.thief.publicKey), world.thief), "NotAuthorized");
  });

  it("stands at the address of its own key only", () => {
    const { svm, config, programId } = world;
    const instruction = build(svm.now() + 5n);
    const other = findSession({ config, programId, sessionKey: world.thief.publicKey });
    const meta = instruction.keys[1];
    assert.ok(meta !== undefined);
    meta.pubkey = other;
    refusesRecord(send(instruction), "WrongSessionAddress");
    assert.equal(svm.getAccount(other), null);
  });

  it("revokes a session that is there already, and keeps it until the deadline, if that is later", () => {
    const { svm, owner } = world;
    const session = grant(world, { rules: [solTransferRule()] });
    const created = svm.now();
    const revokeUntil = (deadline: bigint, key = session.key.publicKey) =>
      revokeSessionInstruction({
        ...world,
        ...{ authority: owner.publicKey, session: session.address },
        record: { payer: payer.publicKey, sessionKey: key, deadline },
      });
    const before = svm.balance(payer.publicKey);
    const stored = () => readSession(world, session);
    expectError(send(revokeUntil(created + YEAR + 1n)), "DeadlineTooFar");
    const other = Keypair.generate().publicKey;
    expectError(send(revokeUntil(created + 9n, other)), "WrongSessionAddress");
    assert.deepEqual([stored().revoked, stored().grantDeadline], [false, created]);
    // No payer, no System program (this program's address stands for none): nothing is opened.
    const bare = revokeUntil(created + 500n);
    for (const meta of bare.keys.slice(3))
      Object.assign(meta, { pubkey: world.programId, isSigner: false, isWritable: false });
    expectOk(svm.send([bare], [owner], { payer: svm.payer }));
    assert.deepEqual(
      [stored().revoked, stored().record, stored().grantDeadline],
      [true, false, created + 500n],
    );
    // An earlier one, and one that has passed, take nothing back.
    for (const deadline of [created + 499n, created - 1n, 0n, -(1n << 63n)])
      expectOk(send(revokeUntil(deadline)));
    assert.equal(stored().grantDeadline, created + 500n);
    assert.equal(svm.balance(payer.publicKey), before);
    svm.advance(500n);
    expectError(close(world, session), "DeadlineNotPassed");
    svm.advance(1n);
    expectOk(close(world, session));
  });

  it("is the owners' alone, where there is a session too: nobody else knows of texts", () => {
    const { svm, thief } = world;
    const session = grant(world, { rules: [solTransferRule()], guardian: thief.publicKey });
    for (const authority of [thief, session.key]) {
      const instruction = revokeSessionInstruction({
        ...world,
        ...{ authority: authority.publicKey, session: session.address },
        record: {
          payer: payer.publicKey,
          sessionKey: session.key.publicKey,
          deadline: svm.now() + 5n,
        },
      });
      expectError(send(instruction, authority), "NotAuthorized");
      assert.equal(readSession(world, session).revoked, false);
    }
    expectOk(revoke(world, session, thief));
  });

  it("refuses every other account at every position, fewer accounts, and bytes cut off", () => {
    const { svm, config, owner } = world;
    const deadline = svm.now() + 5n;
    const short = build(deadline);
    short.data = short.data.subarray(0, -1);
    refusesRecord(send(short), "InstructionDidNotDeserialize");
    const few = build(deadline);
    few.keys.length = 3;
    expectError(svm.send([few], [owner], { payer: svm.payer }), "AccountNotEnoughKeys");
    // Anchor reads the program's own address as "not given".
    for (const position of [3, 4]) {
      const none = build(deadline);
      const meta = none.keys[position];
      assert.ok(meta !== undefined);
      Object.assign(meta, { pubkey: world.programId, isSigner: false, isWritable: false });
      const signers = position === 3 ? [owner] : [owner, payer];
      refusesRecord(svm.send([none], signers, { payer: svm.payer }), "MissingAccount");
    }
    const plain = build(deadline);
    plain.data = Buffer.concat([plain.data.subarray(0, 8), Buffer.from([0])]);
    refusesRecord(send(plain), "NotASession");
    const input = {
      world,
      build: () => build(deadline),
      signers: [owner, payer],
      watched: [address(), config],
      expected: [
        { all: "AccountNotSigner", signer: "NotAuthorized" },
        {
          all: "WrongSessionAddress",
          session: "WrongConfig",
          config: "NotASession",
          "own config": "WrongConfig",
        },
        { all: "NotAVaultConfig", config: "NotAuthorized" },
        { all: "AccountNotSigner", signer: null },
        "InvalidProgramId",
      ],
    } as const;
    refusesSwaps(input);
    assert.equal(readSession(world, { address: address() }).record, true);
  });
});
