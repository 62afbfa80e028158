// B: the bytes of a plan and of terms.
import assert from "node:assert/strict";

import { ComputeBudgetProgram, SystemProgram, type TransactionInstruction } from "@solana/web3.js";
import type { DataConstraint } from "@valetkey/sdk/layers";

import { expectOk, expectRefused, nameOf } from "../support/expect.js";
import { returnData } from "../support/hostile.js";
import { IDLE, idle, relayRule } from "../support/relay.js";
import { any, solTransferRule, tokenTransferRule, vault } from "../support/rules.js";
import {
  execute,
  executeInstruction,
  grant,
  readSession,
  refuses,
  tryGrant,
} from "../support/session.js";
import { createWorld, sendTokens } from "../support/world.js";

/** Where a plan without guards begins: discriminator, flags. */
const PLAN = 9;

function opened() {
  const world = createWorld();
  const session = grant(world, {
    rules: [tokenTransferRule(), { ...relayRule(IDLE), count: 2, unbound: true }],
    limits: [{ asset: world.mint, total: 1_000n }],
  });
  return { world, session };
}

/** Changes the finished data of an `execute`. */
const withData = (change: (data: Buffer) => Uint8Array) => ({
  tamper: (instruction: TransactionInstruction) => {
    instruction.data = Buffer.from(change(Buffer.from(instruction.data)));
    return instruction;
  },
});

/** Sets one byte of the plan, counted from its `count`. */
const poke = (at: number, value: number) =>
  withData((data) => {
    data[PLAN + at] = value;
    return data;
  });

describe("threats: plans", () => {
  it("b02_every_truncation_and_every_suffix_fails", () => {
    const { world, session } = opened();
    const options = { once: 1n, seq: 0n, grant: 7n, keysHash: true as const };
    const minReceive = [{ asset: world.mint, amount: 0n }];
    const steps = [sendTokens(world, 1n), sendTokens(world, 2n)];
    const guarded = { ...options, minReceive };
    const whole = executeInstruction(world, session, steps, guarded).data.length;
    for (let length = 8; length < whole; length++) {
      const cut = withData((data) => data.subarray(0, length));
      const result = execute(world, session, steps, { ...guarded, ...cut });
      assert.match(nameOf(result.customError), /^(MalformedPlan|EmptyPlan)$/, `${length} bytes`);
    }
    for (const suffix of [[0], [255], Array<number>(32).fill(1)]) {
      const longer = withData((data) => Buffer.from([...data, ...suffix]));
      const both = { ...guarded, ...longer };
      refuses(world, session, steps, "TrailingBytes", { asked: BigInt(suffix.length) }, both);
    }
    const reserved = withData((data) =>
      Buffer.from([...data.subarray(0, 8), 128, ...data.subarray(9)]),
    );
    refuses(world, session, steps, "MalformedPlan", {}, reserved);
    expectOk(execute(world, session, steps, guarded));
  });

  it("b02_truncated_and_padded_terms_are_rejected", () => {
    const world = createWorld();
    const spec = {
      rules: [tokenTransferRule({ mint: world.mint, to: world.thief.publicKey })],
      limits: [{ asset: world.mint, total: 1n, perExecute: 1n }],
      guardian: world.thief.publicKey,
    };
    const at = 8 + 8 + 8 + 1 + 1; // discriminator, grant id, epoch, number of owners, no hash; then the length of the terms
    const cut = (change: (terms: Buffer) => Buffer) => ({
      tamper: (instruction: TransactionInstruction) => {
        const terms = change(instruction.data.subarray(at + 4));
        const length = Buffer.alloc(4);
        length.writeUInt32LE(terms.length);
        instruction.data = Buffer.concat([instruction.data.subarray(0, at), length, terms]);
        return instruction;
      },
    });
    let whole = 0;
    const measure = cut((terms) => {
      whole = terms.length;
      return terms;
    });
    expectOk(tryGrant(world, spec, measure));
    for (let length = 0; length < whole; length++) {
      const result = tryGrant(
        world,
        spec,
        cut((terms) => terms.subarray(0, length)),
      );
      expectRefused(result, "TermsMalformed");
    }
    const padded = cut((terms) => Buffer.from([...terms, 0]));
    expectRefused(tryGrant(world, spec, padded), "TermsMalformed");
  });

  it("b03_out_of_range_index_is_named_error", () => {
    const { world, session } = opened();
    const steps = [sendTokens(world, 1n)];
    // Plan: count, rule, program, number of accounts, accounts…
    for (const index of [8, 100, 255]) {
      const program = { inner: 0, rule: 0, outer: index };
      refuses(world, session, steps, "IndexOutOfRange", program, poke(2, index));
      const account = { inner: 0, rule: 0, position: 1 };
      refuses(world, session, steps, "IndexOutOfRange", account, poke(5, index));
    }
    // A data account, or a program's account without the rule's program.
    for (const index of [5, 6])
      refuses(world, session, steps, "ProgramNotInScope", { inner: 0 }, poke(2, index));
    for (const index of [0, 1, 2]) {
      refuses(world, session, steps, "ForbiddenAccount", { inner: 0 }, poke(2, index));
      refuses(world, session, steps, "ForbiddenAccount", { inner: 0 }, poke(4, index));
    }
    expectOk(execute(world, session, steps));
  });

  it("b04_short_discriminator_rule_cannot_match_other_ix", () => {
    const world = createWorld();
    const { programId } = SystemProgram;
    const lengths = [
      { rule: { ...solTransferRule(), discriminator: [2] } },
      {
        rule: { ...solTransferRule(), program: programId, discriminator: [2, 0, 0, 0, 0, 0, 0, 0] },
      },
      { rule: { ...tokenTransferRule(), discriminator: [3, 0, 0, 0] } },
      { rule: { ...tokenTransferRule(), discriminator: [3, 0, 0, 0, 0, 0, 0, 0] } },
    ];
    for (const { rule } of lengths)
      expectRefused(tryGrant(world, { rules: [rule] }), "BadDiscriminator");
    // All eight bytes count: data that shares the first one, four or seven is another instruction, and so is data that ends early.
    const eight = [IDLE, 5, 0, 1, 2, 3, 4, 5];
    const rule = { ...relayRule(), discriminator: eight, count: 1 };
    const session = grant(world, { rules: [rule] });
    const call = (bytes: readonly number[]) => {
      const instruction = idle(world.vault);
      instruction.data = Buffer.from(bytes);
      return [instruction];
    };
    for (const shared of [1, 4, 7]) {
      const other = eight.map((byte, i) => (i < shared ? byte : byte ^ 1));
      refuses(world, session, call(other), "InstructionNotInScope", { inner: 0, rule: 0 });
      const short = eight.slice(0, shared);
      refuses(world, session, call(short), "InstructionNotInScope", { inner: 0, rule: 0 });
    }
    expectOk(execute(world, session, call(eight)));
  });

  it("b06_empty_plan_is_rejected", () => {
    const { world, session } = opened();
    const before = readSession(world, session);
    const steps = [sendTokens(world, 1n)];
    const empty = withData((data) => Buffer.from([...data.subarray(0, PLAN), 0]));
    refuses(world, session, steps, "EmptyPlan", {}, empty);
    refuses(world, session, steps, "EmptyPlan", {}, poke(0, 0));
    for (const count of [17, 255])
      refuses(world, session, steps, "TooManyInner", {}, poke(0, count));
    assert.deepEqual(readSession(world, session), before);
    expectOk(
      execute(world, session, Array<TransactionInstruction>(16).fill(sendTokens(world, 1n))),
    );
  });

  it("b09_worst_case_session_fits_cu_budget", () => {
    const world = createWorld();
    const positions = Array.from({ length: 15 }, (_, i) => [i + 1, any] as const);
    const accounts = { 0: vault, ...Object.fromEntries(positions) };
    const data: DataConstraint[] = Array.from({ length: 8 }, (_, i) => ({
      ...{ offset: 0, from: "start", field: "u8", operator: "ne", values: [BigInt(100 + i)] },
    }));
    const rule = { ...relayRule(IDLE), unbound: false, count: 16, accounts, data };
    // As many of the largest rules as one transaction carries.
    const rules = Array.from({ length: 7 }, (_, id) => ({ ...rule, id, uses: 100 + id }));
    const session = grant(world, { rules });
    const other = { pubkey: world.thief.publicKey, isSigner: false, isWritable: true };
    const instruction = idle(world.vault, Array<typeof other>(15).fill(other));
    const steps = Array.from({ length: 16 }, () => ({ rule: 6, instruction }));
    const limit = ComputeBudgetProgram.setComputeUnitLimit({ units: 1_400_000 });
    const worst = executeInstruction(world, session, steps);
    const result = world.svm.send([limit, worst], [session.key], { payer: world.svm.payer });
    expectOk(result);
    assert.ok(result.computeUnits < 400_000n, `${result.computeUnits} compute units`);
  });

  it("b10_constraint_never_matches_short_data", () => {
    const world = createWorld();
    const place = { offset: 3, from: "start" } as const;
    const fromEnd = { offset: 8, from: "end" } as const;
    const constraints: readonly (readonly [DataConstraint, bigint, bigint])[] = [
      [{ ...place, field: "u64", operator: "ne", values: [5n] }, 6n, 5n],
      [{ ...place, field: "u64", operator: "eq", values: [5n] }, 5n, 5n << 56n],
      [{ ...place, field: "u64", operator: "le", values: [5n] }, 5n, 6n],
      [{ ...place, field: "u64", operator: "lt", values: [1n << 63n] }, 1n, (1n << 64n) - 1n],
      [{ ...place, field: "i64", operator: "lt", values: [0n] }, (1n << 64n) - 1n, 1n],
      [{ ...place, field: "u64", operator: "in", values: [1n, 9n] }, 9n, 2n],
      [{ ...place, field: "u64", operator: "mask", values: [6n, 2n] }, 3n, 7n],
      [{ ...fromEnd, field: "u64", operator: "gt", values: [5n] }, 6n, 5n],
      [{ ...fromEnd, field: "u64", operator: "ge", values: [5n] }, 5n, 4n],
    ];
    const call = (bytes: Uint8Array) => {
      const instruction = idle(world.vault);
      instruction.data = returnData(bytes);
      return [instruction];
    };
    for (const [constraint, good, bad] of constraints) {
      const rule = { ...relayRule(IDLE), count: 1, data: [constraint] };
      const session = grant(world, { rules: [rule] });
      const word = (value: bigint) => {
        const bytes = Buffer.alloc(8);
        bytes.writeBigUInt64LE(value);
        return bytes;
      };
      const refused = { inner: 0, rule: 0, data: 0 };
      refuses(world, session, call(word(bad)), "DataConstraintFailed", refused);
      const long = constraint.from === "start" ? 8 : 5;
      for (let length = 0; length < long; length++) {
        const short = call(word(good).subarray(0, length));
        refuses(world, session, short, "DataConstraintFailed", refused);
      }
      expectOk(execute(world, session, call(word(good))));
    }
  });
});
