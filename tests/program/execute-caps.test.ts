// `execute`: the cap of a rule on the sum of one argument.
import assert from "node:assert/strict";

import type { TransactionInstruction } from "@solana/web3.js";

import { expectOk } from "../support/expect.js";
import { HOSTILE, hostileInstruction, returnData } from "../support/hostile.js";
import { vault, type RuleSpec } from "../support/rules.js";
import { execute, grant, readSession, refuses, type Session } from "../support/session.js";
import { createWorld, type World } from "../support/world.js";

type Cap = NonNullable<RuleSpec["cap"]>;

/** An instruction of the hostile program without effect: discriminator 3, a length, and `bytes` from byte 3 on. */
const note = (world: World, bytes: readonly number[]): TransactionInstruction =>
  hostileInstruction(
    [{ pubkey: world.vault, isSigner: false, isWritable: true }],
    [returnData(Uint8Array.from(bytes))],
  );

const rule = (cap: Cap, more: Partial<RuleSpec> = {}): RuleSpec => ({
  program: HOSTILE,
  discriminator: [3],
  count: 1,
  accounts: { 0: vault },
  cap,
  ...more,
});

const cap = (total: bigint, more: Partial<Cap> = {}): Cap => ({
  ...{ offset: 3, from: "start", field: "u8", total },
  ...more,
});

describe("caps on an argument in execute", () => {
  let world: World;
  before(() => {
    world = createWorld();
  });
  const open = (...rules: readonly RuleSpec[]): Session =>
    grant(world, { rules: rules.map((one, id) => ({ ...one, id })), uses: "unlimited" });
  const spent = (session: Session, index = 0) => readSession(world, session).rules[index]?.capSpent;

  it("sum the argument over all uses, up to the total", () => {
    const session = open(rule(cap(10n)));
    for (const [amount, sum] of [
      [0, 0n],
      [4, 4n],
      [5, 9n],
    ] as const) {
      expectOk(execute(world, session, [note(world, [amount])]));
      assert.equal(spent(session), sum);
    }
    const over = { inner: 0, rule: 0, asked: 2n, left: 1n };
    refuses(world, session, [note(world, [2])], "ArgumentCapExceeded", over);
    expectOk(execute(world, session, [note(world, [1])]));
    const none = { inner: 0, rule: 0, asked: 1n, left: 0n };
    refuses(world, session, [note(world, [1])], "ArgumentCapExceeded", none);
    expectOk(execute(world, session, [note(world, [0])]));
    assert.equal(spent(session), 10n);
  });

  it("sum it over the inner instructions of a plan, before anything runs", () => {
    const session = open(rule(cap(10n)));
    const steps = [6, 5].map((amount) => note(world, [amount]));
    const second = { inner: 1, rule: 0, asked: 5n, left: 4n };
    refuses(world, session, steps, "ArgumentCapExceeded", second);
    const result = execute(world, session, steps);
    assert.ok(!result.logs.some((line) => line.includes(`Program ${HOSTILE.toBase58()} invoke`)));
    expectOk(
      execute(
        world,
        session,
        [6, 4].map((amount) => note(world, [amount])),
      ),
    );
    assert.equal(spent(session), 10n);
  });

  it("read each width, from both ends", () => {
    const rows = [
      ["u8", "start", 3, [7], 7n],
      ["u16", "start", 3, [1, 2], 513n],
      ["u32", "start", 3, [1, 0, 0, 1], 0x0100_0001n],
      ["u64", "start", 3, [1, 0, 0, 0, 0, 0, 0, 128], (1n << 63n) + 1n],
      ["u8", "end", 1, [9, 9, 7], 7n],
      ["u16", "end", 3, [1, 2, 9], 513n],
      ["u64", "end", 8, [0, 5, 0, 0, 0, 0, 0, 0, 0], 5n],
    ] as const;
    for (const [field, from, offset, bytes, value] of rows) {
      const exact = open(rule(cap(value, { field, from, offset })));
      expectOk(execute(world, exact, [note(world, bytes)]));
      assert.equal(spent(exact), value);
      const tight = open(rule(cap(value - 1n, { field, from, offset })));
      const over = { asked: value, left: value - 1n };
      refuses(world, tight, [note(world, bytes)], "ArgumentCapExceeded", over);
    }
  });

  it("refuse an argument that isn't there", () => {
    const rows = [
      cap(10n, { field: "u16" }),
      cap(10n, { offset: 200 }),
      cap(10n, { from: "end", offset: 5 }),
    ];
    for (const one of rows) {
      const missing = { inner: 0, rule: 0, asked: 0n, left: 10n };
      refuses(world, open(rule(one)), [note(world, [1])], "ArgumentCapExceeded", missing);
    }
  });

  it("don't overflow", () => {
    const most = 2n ** 64n - 1n;
    const session = open(rule(cap(most, { field: "u64" })));
    const large = Array.from({ length: 8 }, () => 255);
    expectOk(execute(world, session, [note(world, large)]));
    const one = [1, 0, 0, 0, 0, 0, 0, 0];
    refuses(world, session, [note(world, one)], "ArgumentCapExceeded", { asked: 1n, left: 0n });
  });

  it("stand beside the rule's uses and floor, and count for their own rule only", () => {
    const floor = { give: "SOL" as const, get: world.mint, minimum: 1n, per: 1n };
    const session = open(
      rule(cap(5n)),
      rule(cap(50n), { uses: 2, floor }),
      rule(cap(7n), { floor }),
    );
    const step = (index: number, amount: number) => ({
      ...{ rule: index, instruction: note(world, [amount]) },
    });
    expectOk(execute(world, session, [step(0, 5), step(1, 20), step(2, 7), step(1, 30)]));
    assert.deepEqual(
      [0, 1, 2].map((index) => spent(session, index)),
      [5n, 50n, 7n],
    );
    refuses(world, session, [step(1, 0)], "RuleUsesSpent", { inner: 0, rule: 1 });
    refuses(world, session, [step(2, 1)], "ArgumentCapExceeded", { inner: 0, rule: 2 });
  });

  it("keep what was spent when a plan fails", () => {
    const session = open(rule(cap(5n)));
    const bad = note(world, [1]);
    bad.data = Buffer.from([3, 9, 0, 1]);
    assert.ok(!execute(world, session, [note(world, [1]), bad]).ok);
    assert.equal(spent(session), 0n);
  });
});
