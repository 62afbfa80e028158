// `execute`: which session, when, and with which accounts.
import assert from "node:assert/strict";

import { Keypair, type TransactionInstruction } from "@solana/web3.js";
import type { ProgramErrorCode } from "@valetkey/sdk/errors";
import { decodeEvents } from "@valetkey/sdk/layers";

import { expectOk, expectRefused } from "../support/expect.js";
import { HOSTILE, hostileInstruction, invoke } from "../support/hostile.js";
import { solTransferRule, type TermsSpec } from "../support/rules.js";
import {
  execute,
  executeInstruction,
  grant,
  readSession,
  refuses,
  revoke,
  revokeAll,
} from "../support/session.js";
import { patchAccount, refusesSwaps, refusesUnsigned } from "../support/swap-accounts.js";
import { createWorld, sendSol, type World } from "../support/world.js";

const MOST_U64 = Array<number>(8).fill(255);
const limits = [{ asset: "SOL" as const, total: 1_000_000n }];
const terms = (world: World): TermsSpec => ({
  rules: [solTransferRule(world.thief.publicKey)],
  limits,
});

describe("the session of execute", () => {
  let world: World;
  beforeEach(() => (world = createWorld()));

  it("counts each execute, and says so in an event", () => {
    const { programId } = world;
    const session = grant(world, terms(world));
    for (const [seq, once] of [
      [1n, null],
      [2n, 9n],
      [3n, null],
    ] as const) {
      const result = execute(world, session, [sendSol(world, 1n)], once === null ? {} : { once });
      expectOk(result);
      assert.deepEqual(decodeEvents({ logs: result.logs, programId }), [
        { name: "SessionUsed", session: session.address.toBase58(), grantId: 7n, seq, once },
      ]);
      const account = readSession(world, session);
      assert.deepEqual([account.seq, account.usesSpent], [seq, Number(seq)]);
    }
  });

  for (const [what, at, name] of [
    ["a second before it starts", 99n, "SessionNotStarted"],
    ["when it starts", 100n, null],
    ["a second before it expires", 199n, null],
    ["when it expires", 200n, "SessionExpired"],
    ["long after", 100_000n, "SessionExpired"],
  ] as const)
    it(`${name === null ? "is open" : "is shut"} ${what}`, () => {
      const { svm } = world;
      const [now, step] = [svm.now(), [sendSol(world, 1n)]];
      const window = { startsAt: now + 100n, expiresAt: now + 200n };
      const session = grant(world, { ...terms(world), ...window });
      svm.advance(at);
      if (name === null) return expectOk(execute(world, session, step));
      const bound = name === "SessionExpired" ? window.expiresAt : window.startsAt;
      return refuses(world, session, step, name, { asked: now + at, left: bound });
    });

  it("isn't open before it was granted, should the clock go back", () => {
    const { svm } = world;
    const session = grant(world, { ...terms(world), startsAt: svm.now() - 50n });
    svm.setClock({ unixTimestamp: svm.now() - 1n });
    refuses(world, session, [sendSol(world, 1n)], "SessionNotStarted", { left: svm.now() + 1n });
    svm.advance(1n);
    expectOk(execute(world, session, [sendSol(world, 1n)]));
  });

  for (const uses of [1, 2, 5])
    it(`has ${uses} uses when its terms say ${uses}`, () => {
      const session = grant(world, { ...terms(world), uses });
      for (let use = 1; use <= uses; use += 1) {
        expectOk(execute(world, session, [sendSol(world, 1n), sendSol(world, 1n)]));
        assert.equal(readSession(world, session).usesSpent, use);
      }
      refuses(world, session, [sendSol(world, 1n)], "UsesSpent", { asked: 1n, left: 0n });
    });

  it("doesn't spend a use on what is refused", () => {
    const session = grant(world, { ...terms(world), uses: 1 });
    refuses(world, session, [sendSol(world, 1_000_001n)], "LimitTotalExceeded");
    expectOk(execute(world, session, [sendSol(world, 1n)]));
  });

  it("goes on for ever with unlimited uses, and stops counting at the end of the type", () => {
    const session = grant(world, { ...terms(world), uses: "unlimited" });
    patchAccount(world, session.address, 268, [254, 255, 255, 255]);
    for (let i = 0; i < 3; i += 1) expectOk(execute(world, session, [sendSol(world, 1n)]));
    assert.equal(readSession(world, session).usesSpent, 4_294_967_295);
    patchAccount(world, session.address, 232, MOST_U64);
    refuses(world, session, [sendSol(world, 1n)], "ArithmeticOverflow");
  });

  it("ends when it is revoked, and when the epoch moves", () => {
    const [first, second] = [grant(world, terms(world)), grant(world, terms(world))];
    expectOk(revoke(world, first));
    refuses(world, first, [sendSol(world, 1n)], "SessionRevoked");
    expectOk(execute(world, second, [sendSol(world, 1n)]));
    expectOk(revokeAll(world));
    refuses(world, second, [sendSol(world, 1n)], "EpochStale", { asked: 2n, left: 1n });
    refuses(world, first, [sendSol(world, 1n)], "SessionRevoked");
  });

  it("is used at top level only", () => {
    const session = grant(world, terms(world));
    const wrap = (inner: TransactionInstruction): TransactionInstruction => {
      const metas = [
        ...inner.keys,
        { pubkey: inner.programId, isSigner: false, isWritable: false },
      ];
      const accounts = inner.keys.map((meta, account) => ({
        ...{ account, signer: meta.isSigner, writable: meta.isWritable },
      }));
      return hostileInstruction(metas, [invoke(inner.keys.length, accounts, inner.data)]);
    };
    refuses(world, session, [sendSol(world, 1n)], "NotTopLevel", {}, { tamper: wrap });
  });

  it("needs its four accounts", () => {
    const session = grant(world, terms(world));
    for (const count of [1, 2, 3]) {
      const tamper = (instruction: TransactionInstruction) => {
        instruction.keys.length = count;
        return instruction;
      };
      refuses(world, session, [sendSol(world, 1n)], "MissingAccount", {}, { tamper });
    }
  });

  it("belongs to its key", () => {
    const session = grant(world, terms(world));
    const step = [sendSol(world, 1n)];
    for (const as of [world.owner, world.thief, Keypair.generate()])
      refuses(world, session, step, "NotSessionKey", {}, { as });
  });

  for (const [what, offset, bytes, name] of [
    ["another discriminator", 0, [0], "NotASession"],
    ["version 0", 8, [0], "UnknownVersion"],
    ["version 2", 8, [2], "UnknownVersion"],
    ["33 keys", 10, [33], "NotASession"],
    ["nine limits", 11, [9], "NotASession"],
    ["17 rules", 12, [17], "NotASession"],
    ["more keys than bytes", 10, [32], "NotASession"],
  ] as const satisfies readonly (readonly [string, number, readonly number[], ProgramErrorCode])[])
    it(`is refused with ${what}`, () => {
      const session = grant(world, terms(world));
      patchAccount(world, session.address, offset, bytes);
      refuses(world, session, [sendSol(world, 1n)], name);
    });

  it("is refused when another program owns it, or when it is cut", () => {
    const session = grant(world, terms(world));
    const account = world.svm.getAccount(session.address);
    assert.ok(account !== null);
    const step = [sendSol(world, 1n)];
    world.svm.setAccount(session.address, { ...account, owner: HOSTILE });
    refuses(world, session, step, "NotASession");
    for (const length of [0, 8, 319, 320, account.data.length - 1]) {
      world.svm.setAccount(session.address, { ...account, data: account.data.slice(0, length) });
      refuses(world, session, step, "NotASession");
    }
    world.svm.setAccount(session.address, account);
    expectOk(execute(world, session, step));
  });

  it("refuses every other account at every position", () => {
    const session = grant(world, terms(world));
    const forbidden = { "own config": "ForbiddenAccount" } as const;
    const input = {
      world,
      build: () => executeInstruction(world, session, [sendSol(world, 5n)]),
      signers: [session.key],
      watched: [session.address],
      expected: [
        "NotSessionKey",
        { all: "NotASession", session: "WrongConfig" },
        "WrongConfig",
        "WrongVault",
        { all: "ProgramNotInScope", ...forbidden },
        // The thief, who signs as the wrong signer, is whom the rule names.
        { all: "AccountConstraintFailed", signer: null, ...forbidden },
      ],
    } as const;
    const balance = () => world.svm.balance(world.thief.publicKey);
    const before = balance();
    refusesUnsigned(input);
    refusesSwaps(input);
    assert.equal(balance() - before, 5n);
    expectRefused(
      execute(world, session, [sendSol(world, 1n, world.owner.publicKey)]),
      "AccountConstraintFailed",
      { position: 1 },
    );
  });
});
