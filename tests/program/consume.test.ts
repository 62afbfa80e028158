// `consume`: only the rule's own program counts, only native rules, never more than the terms allow.
import assert from "node:assert/strict";

import { Keypair, PublicKey, SystemProgram, type TransactionInstruction } from "@solana/web3.js";
import type { ProgramErrorCode } from "@valetkey/sdk/errors";
import { discriminator } from "@valetkey/sdk/layers";

import {
  expectOk,
  expectRefused,
  expectUnchanged,
  snapshot,
  type RefusalFields,
} from "../support/expect.js";
import { HOSTILE, hostileInstruction, returnData } from "../support/hostile.js";
import { callFrom, consumeInstruction, play } from "../support/native.js";
import { solTransferRule, type RuleSpec } from "../support/rules.js";
import {
  execute,
  grant,
  readSession,
  revoke,
  revokeAll,
  type Session,
} from "../support/session.js";
import { patchAccount } from "../support/swap-accounts.js";
import { artifact } from "../support/svm.js";
import { createWorld, openVault, sendSol, type World } from "../support/world.js";

/** A second deployment of the hostile program: another game. */
const OTHER_GAME = new PublicKey("Hosti1e222222222222222222222222222222222222");

/** A native rule of the hostile program, which here is an honest game. */
const gameRule = (changes: Partial<RuleSpec> = {}): RuleSpec => ({
  ...{ program: HOSTILE, mode: "native", count: [0, 8], discriminator: [0] },
  ...changes,
});
const cap = (total: bigint): NonNullable<RuleSpec["cap"]> => ({
  ...{ offset: 1, from: "start", field: "u64", total },
});

describe("consume", () => {
  let world: World;
  beforeEach(() => {
    world = createWorld();
    world.svm.raw.addProgramFromFile(OTHER_GAME.toBytes(), artifact("fixtures/hostile"));
  });
  const limits = [{ asset: "SOL" as const, total: 1_000n }];
  const open = (...rules: readonly RuleSpec[]): Session => grant(world, { rules, limits, uses: 3 });
  const consume = (session: Session, rule = 0, argument = 0n, caller = HOSTILE) =>
    callFrom(caller, [consumeInstruction(world, session, rule, argument)]);
  const send = (session: Session, ...instructions: readonly TransactionInstruction[]) =>
    play(world, instructions, session.key);

  function refuses(
    session: Session,
    instructions: readonly TransactionInstruction[],
    name: ProgramErrorCode,
    fields: RefusalFields = {},
    signer: Keypair = session.key,
  ): void {
    const before = snapshot(world.svm, [session.address, world.config, world.vault]);
    expectRefused(play(world, instructions, signer), name, fields);
    expectUnchanged(before, snapshot(world.svm, [session.address, world.config, world.vault]));
  }

  it("counts a use of the session and of the rule, and the argument of its cap, and says so", () => {
    const session = open(gameRule({ uses: 5, cap: cap(100n) }), gameRule({ discriminator: [1] }));
    const before = readSession(world, session);
    const result = expectOk(send(session, consume(session, 0, 40n)));
    const after = readSession(world, session);
    assert.deepEqual(after, {
      ...before,
      usesSpent: 1,
      rules: [{ ...before.rules[0], usesSpent: 1, capSpent: 40n }, before.rules[1]],
    });
    const event = Buffer.alloc(57);
    event.set(discriminator("event", "SessionConsumed"), 0);
    event.set(session.address.toBytes(), 8);
    event.writeBigUInt64LE(session.grantId, 40);
    event.writeBigUInt64LE(40n, 49);
    assert.ok(result.logs.includes(`Program data: ${event.toString("base64")}`));
  });

  it("shares the session's uses with execute", () => {
    const session = open(gameRule(), solTransferRule());
    expectOk(send(session, consume(session)));
    expectOk(execute(world, session, [{ rule: 1, instruction: sendSol(world, 1n) }]));
    expectOk(send(session, consume(session)));
    refuses(session, [consume(session)], "UsesSpent", { asked: 1n, left: 0n });
    assert.equal(readSession(world, session).usesSpent, 3);
    assert.equal(readSession(world, session).seq, 1n, "executes have their own number");
  });

  it("stops at the rule's uses, and another rule goes on", () => {
    const session = open(gameRule({ uses: 1 }), gameRule({ discriminator: [1], uses: 2 }));
    expectOk(send(session, consume(session, 0)));
    refuses(session, [consume(session, 0)], "RuleUsesSpent", { rule: 0, asked: 1n, left: 0n });
    expectOk(send(session, consume(session, 1)));
  });

  it("stops at the cap, to the unit", () => {
    const session = open(gameRule({ cap: cap(100n) }));
    expectOk(send(session, consume(session, 0, 60n)));
    const over = { rule: 0, asked: 41n, left: 40n };
    refuses(session, [consume(session, 0, 41n)], "ArgumentCapExceeded", over);
    const huge = 2n ** 64n - 1n;
    refuses(session, [consume(session, 0, huge)], "ArgumentCapExceeded", { asked: huge });
    expectOk(send(session, consume(session, 0, 40n)));
    expectOk(send(session, consume(session, 0, 0n)));
    assert.equal(readSession(world, session).rules[0]?.capSpent, 100n);
  });

  it("counts each of several calls in one transaction, or none", () => {
    const session = open(gameRule({ uses: 2 }));
    const twice = [consume(session), consume(session)];
    refuses(session, [...twice, consume(session)], "RuleUsesSpent");
    expectOk(send(session, ...twice));
    assert.equal(readSession(world, session).usesSpent, 2);
    const third = callFrom(HOSTILE, [consumeInstruction(world, session)]);
    refuses(session, [third], "RuleUsesSpent");
  });

  it("unlimited uses are counted too", () => {
    const session = grant(world, { rules: [gameRule()], uses: "unlimited" });
    expectOk(send(session, consume(session), consume(session)));
    assert.equal(readSession(world, session).usesSpent, 2);
  });

  it("is refused at top level, and deeper than a game's own call", () => {
    const session = open(gameRule());
    const bare = consumeInstruction(world, session);
    refuses(session, [bare], "NotCalledByProgram", { rule: null });
    const deep = callFrom(HOSTILE, [callFrom(HOSTILE, [bare])]);
    refuses(session, [deep], "NotCalledByProgram", { rule: null });
    expectOk(send(session, callFrom(HOSTILE, [bare])));
  });

  it("is refused from another program, whatever else the transaction holds", () => {
    const session = open(gameRule());
    const idle = (program: PublicKey) => {
      const instruction = hostileInstruction([], [returnData(Uint8Array.of(1))]);
      instruction.programId = program;
      return instruction;
    };
    const foreign = consume(session, 0, 0n, OTHER_GAME);
    refuses(session, [foreign], "NotCalledByProgram", { rule: 0 });
    refuses(session, [idle(HOSTILE), foreign], "NotCalledByProgram", { rule: 0 });
    refuses(session, [foreign, idle(HOSTILE)], "NotCalledByProgram", { rule: 0 });
    // Another program calls the game, which counts: the transaction itself doesn't call the game.
    const passedOn = callFrom(OTHER_GAME, [consume(session)]);
    refuses(session, [passedOn], "NotCalledByProgram");
    expectOk(send(session, idle(OTHER_GAME), consume(session), idle(OTHER_GAME)));
  });

  it("is refused inside execute", () => {
    const relay = { ...gameRule(), mode: "vault" as const, count: [0, 8] as const, unbound: true };
    const session = open(gameRule(), { ...relay, discriminator: [9] });
    const result = execute(world, session, [
      { rule: 1, instruction: consumeInstruction(world, session) },
    ]);
    expectRefused(result, "SelfCall", { inner: 0 });
    expectOk(send(session, consume(session)));
  });

  it("is refused for a vault rule, and for a rule that isn't there", () => {
    const session = open(gameRule(), { ...gameRule({ discriminator: [1] }), mode: "vault" });
    refuses(session, [consume(session, 1)], "ModeMismatch", { rule: 1 });
    refuses(session, [consume(session, 2)], "RuleOutOfRange", { rule: 2 });
    refuses(session, [consume(session, 255)], "RuleOutOfRange");
    expectOk(send(session, consume(session, 0)));
  });

  it("wants the session key's signature, and no other", () => {
    const session = open(gameRule());
    const stranger = world.svm.fundedKeypair();
    const as = (key: PublicKey, signs: boolean) => {
      const inner = consumeInstruction(world, session);
      const [first] = inner.keys;
      assert.ok(first !== undefined);
      Object.assign(first, { pubkey: key, isSigner: signs });
      return callFrom(HOSTILE, [inner]);
    };
    refuses(session, [as(stranger.publicKey, true)], "NotSessionKey", {}, stranger);
    const owner = world.owner;
    refuses(session, [as(owner.publicKey, true)], "NotSessionKey", {}, owner);
    refuses(session, [as(session.key.publicKey, false)], "NotSessionKey", {}, world.svm.payer);
    expectOk(send(session, as(session.key.publicKey, true)));
  });

  it("wants this session, its config and the instructions sysvar", () => {
    const session = open(gameRule());
    const other = { ...world, ...openVault(world, world.thief.publicKey), owner: world.thief };
    const foreign = grant(other, { rules: [gameRule()] }, { key: session.key });
    const swapped = (position: number, key: PublicKey) => {
      const inner = consumeInstruction(world, session);
      const meta = inner.keys[position];
      assert.ok(meta !== undefined);
      meta.pubkey = key;
      return callFrom(HOSTILE, [inner]);
    };
    refuses(session, [swapped(1, foreign.address)], "WrongConfig");
    refuses(session, [swapped(2, other.config)], "WrongConfig");
    refuses(session, [swapped(1, world.config)], "NotASession");
    refuses(session, [swapped(1, world.tokens)], "NotASession");
    const copy = world.svm.getAccount(session.address);
    assert.ok(copy !== null);
    const lookAlike = Keypair.generate().publicKey;
    world.svm.setAccount(lookAlike, { ...copy, owner: HOSTILE });
    refuses(session, [swapped(1, lookAlike)], "NotASession");
    refuses(session, [swapped(3, SystemProgram.programId)], "WrongSysvar");
    const forged = Keypair.generate().publicKey;
    const sysvar = Buffer.concat([
      ...[Buffer.from([1, 0, 4, 0, 0, 0]), HOSTILE.toBuffer(), Buffer.from([0, 0, 0, 0])],
    ]);
    world.svm.setAccount(forged, { lamports: 10n ** 9n, data: sysvar, owner: HOSTILE });
    refuses(session, [swapped(3, forged)], "WrongSysvar");
    expectOk(send(session, consume(session)));
  });

  it("a session that can't be written isn't counted", () => {
    const session = open(gameRule());
    const inner = consumeInstruction(world, session);
    const [, meta] = inner.keys;
    assert.ok(meta !== undefined);
    meta.isWritable = false;
    const result = send(session, callFrom(HOSTILE, [inner]));
    assert.match(String(result.err), /ReadonlyDataModified/);
    assert.equal(readSession(world, session).usesSpent, 0);
  });

  it("wants whole arguments and all accounts", () => {
    const session = open(gameRule());
    const changed = (change: (inner: TransactionInstruction) => void) => {
      const inner = consumeInstruction(world, session);
      change(inner);
      return callFrom(HOSTILE, [inner]);
    };
    const data = consumeInstruction(world, session).data;
    for (const wrong of [data.subarray(0, 16), data.subarray(0, 8), Buffer.concat([data, data])]) {
      const call = changed((inner) => (inner.data = Buffer.from(wrong)));
      refuses(session, [call], "MalformedPlan");
    }
    refuses(session, [changed((inner) => void inner.keys.pop())], "MissingAccount");
    expectOk(send(session, consume(session)));
  });

  it("a session that is revoked, over, not open yet, or of an old epoch counts nothing", () => {
    const session = open(gameRule());
    patchAccount(world, session.address, 200, [...new Uint8Array(7), 0x7f]);
    refuses(session, [consume(session)], "SessionNotStarted");
    const later = open(gameRule());
    expectOk(send(later, consume(later)));
    world.svm.advance(3_600n);
    refuses(later, [consume(later)], "SessionExpired");
    const revoked = open(gameRule());
    expectOk(revoke(world, revoked));
    refuses(revoked, [consume(revoked)], "SessionRevoked");
    const stale = open(gameRule());
    expectOk(revokeAll(world));
    refuses(stale, [consume(stale)], "EpochStale");
  });
});
