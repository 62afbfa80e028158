// `execute`: the form of a plan, byte by byte, and what a plan may name.
import assert from "node:assert/strict";

import { SystemProgram, type AccountMeta } from "@solana/web3.js";
import type { ProgramErrorCode } from "@valetkey/sdk/errors";

import {
  expectOk,
  expectRefused,
  expectUnchanged,
  snapshot,
  type RefusalFields,
} from "../support/expect.js";
import { sendLarge } from "../support/large-transaction.js";
import { rawExecute, rawInner, rawPlan } from "../support/raw-plan.js";
import { u64 } from "../support/raw-terms.js";
import { solTransferRule } from "../support/rules.js";
import { grant, readSession, watchedAccounts, type Session } from "../support/session.js";
import { createWorld, type World } from "../support/world.js";

describe("the plan of execute", () => {
  let world: World;
  let session: Session;
  before(() => {
    world = createWorld();
    session = grant(world, {
      rules: [solTransferRule()],
      limits: [{ asset: "SOL", total: 1_000_000n }],
      uses: "unlimited",
    });
  });

  const send = (args: readonly number[], more: readonly AccountMeta[] = []) =>
    sendLarge(world.svm, [rawExecute(world, session, args, more)], [world.svm.payer, session.key]);
  const refuses = (
    args: readonly number[],
    name: ProgramErrorCode,
    fields: RefusalFields = {},
    more: readonly AccountMeta[] = [],
  ): void => {
    const watched = [...watchedAccounts(world), session.address];
    const before = snapshot(world.svm, watched);
    expectRefused(send(args, more), name, fields);
    expectUnchanged(before, snapshot(world.svm, watched));
  };
  const passes = (args: readonly number[], more: readonly AccountMeta[] = []): bigint => {
    const before = world.svm.balance(world.thief.publicKey);
    const { seq } = readSession(world, session);
    expectOk(send(args, more));
    assert.equal(readSession(world, session).seq, seq + 1n);
    return world.svm.balance(world.thief.publicKey) - before;
  };
  const extra = (pubkey: AccountMeta["pubkey"], isWritable = false): AccountMeta[] => [
    { pubkey, isSigner: false, isWritable },
  ];

  it("passes when it is whole", () => assert.equal(passes(rawPlan()), 1n));

  it("is refused wherever it ends early", () => {
    const guards = [...u64(1), ...u64(0), ...u64(7)];
    for (const plan of [
      rawPlan(),
      rawPlan([rawInner(), rawInner()]),
      rawPlan(undefined, 7, guards),
    ])
      for (let end = 0; end < plan.length; end += 1) refuses(plan.slice(0, end), "MalformedPlan");
  });

  it("says in which inner instruction it ends early", () => {
    const plan = rawPlan([rawInner(), rawInner()]);
    refuses(plan.slice(0, -1), "MalformedPlan", { inner: 1 });
    const longer = rawPlan([rawInner(), rawInner({ dataLength: 13 })]);
    refuses(longer, "MalformedPlan", { inner: 1 });
    refuses(rawPlan([rawInner({ accountCount: 255 })]), "MalformedPlan", { inner: 0 });
    refuses(rawPlan([rawInner({ dataLength: 65_535 })]), "MalformedPlan", { inner: 0 });
  });

  it("is refused with bytes behind its end", () => {
    refuses([...rawPlan(), 0], "TrailingBytes", { asked: 1n });
    refuses([...rawPlan(), ...rawInner()], "TrailingBytes", { asked: BigInt(rawInner().length) });
  });

  for (const flags of [128, 129, 255])
    it(`is refused with flags ${flags}, whose highest bit means nothing`, () =>
      refuses(rawPlan(undefined, flags, Array<number>(96).fill(0)), "MalformedPlan"));

  for (const [count, name] of [
    [0, "EmptyPlan"],
    [1, null],
    [2, null],
    [15, null],
    [16, null],
    [17, "TooManyInner"],
    [255, "TooManyInner"],
  ] as const)
    it(`${name === null ? "passes" : "is refused"} with ${count} inner instructions`, () => {
      const plan = rawPlan(Array.from({ length: count }, () => rawInner()));
      if (name === null) return assert.equal(passes(plan), BigInt(count));
      const fields = count === 0 ? {} : { asked: BigInt(count), left: 16n };
      refuses(plan, name, fields);
    });

  it("names accounts that were passed", () => {
    for (const index of [6, 7, 64, 254, 255]) {
      refuses(rawPlan([rawInner({ program: index })]), "IndexOutOfRange", {
        inner: 0,
        outer: index,
      });
      const position = { inner: 1, rule: 0, position: 1 };
      const second = rawInner({ accounts: [3, index] });
      refuses(rawPlan([rawInner(), second]), "IndexOutOfRange", position);
    }
  });

  it("never names session key, session or config, as account or as program", () => {
    for (const index of [0, 1, 2]) {
      const [first, second] = [
        rawInner({ accounts: [index, 4] }),
        rawInner({ accounts: [3, index] }),
      ];
      refuses(rawPlan([first]), "ForbiddenAccount", { inner: 0, rule: 0, position: 0 });
      refuses(rawPlan([rawInner(), second]), "ForbiddenAccount", { inner: 1, position: 1 });
      const program = rawPlan([rawInner({ program: index })]);
      refuses(program, "ForbiddenAccount", { inner: 0, outer: index });
    }
  });

  it("never names them when they are passed again under another index", () => {
    const plan = rawPlan([rawInner({ accounts: [3, 6] })]);
    for (const [pubkey, writable] of [
      [session.key.publicKey, false],
      [session.address, true],
      [session.address, false],
      [world.config, false],
      [world.programId, false],
    ] as const)
      refuses(plan, "ForbiddenAccount", { inner: 0, position: 1 }, extra(pubkey, writable));
  });

  it("never calls this program", () => {
    const plan = rawPlan([rawInner(), rawInner({ program: 6 })]);
    refuses(plan, "SelfCall", { inner: 1, outer: 6 }, extra(world.programId));
  });

  it("takes at most 64 accounts, those passed twice counted twice", () => {
    const more = (count: number) =>
      Array.from({ length: count }, () => extra(SystemProgram.programId)).flat();
    assert.equal(passes(rawPlan(), more(58)), 1n);
    refuses(rawPlan(), "TooManyAccounts", { asked: 65n, left: 64n }, more(59));
    refuses(rawPlan(), "TooManyAccounts", { asked: 200n, left: 64n }, more(194));
  });

  it("finds the vault under another index too", () => {
    assert.equal(passes(rawPlan([rawInner({ accounts: [6, 4] })]), extra(world.vault, true)), 1n);
    const back = rawPlan([rawInner({ accounts: [3, 6] })]);
    refuses(back, "VaultNotAllowed", { inner: 0, position: 1 }, extra(world.vault, true));
  });
});
