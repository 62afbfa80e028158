// `execute`: data constraints at their boundaries, for every kind of field and every operator.
import assert from "node:assert/strict";

import { Keypair, type PublicKey } from "@solana/web3.js";
import type { DataConstraint } from "@valetkey/sdk/layers";

import { expectOk } from "../support/expect.js";
import { hostileInstruction, returnData } from "../support/hostile.js";
import { vault } from "../support/rules.js";
import { HOSTILE } from "../support/hostile.js";
import { IDLE } from "../support/relay.js";
import { execute, grant, refuses } from "../support/session.js";
import { createWorld, type World } from "../support/world.js";

/** Where the bytes of the idle instruction begin that a test chooses. */
const START = 3;
type Bytes = readonly number[];
const WIDTHS = { u8: 1, u16: 2, u32: 4, u64: 8, i64: 8 } as const;
type Field = keyof typeof WIDTHS;
type Operator = "eq" | "ne" | "lt" | "le" | "gt" | "ge" | "in" | "mask";

const bytesOf = (field: Field, value: bigint): Bytes =>
  Array.from({ length: WIDTHS[field] }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));

/** The meaning of an operator, in one line each. */
const holds = (
  operator: Operator,
  value: bigint,
  [one = 0n, two = 0n]: readonly bigint[],
  all: readonly bigint[],
) =>
  ({
    eq: value === one,
    ne: value !== one,
    lt: value < one,
    le: value <= one,
    gt: value > one,
    ge: value >= one,
    in: all.includes(value),
    mask: (value & one) === two,
  })[operator];

describe("the data constraints of execute", () => {
  let world: World;
  before(() => (world = createWorld()));

  const instruction = (bytes: Bytes) =>
    hostileInstruction(
      [{ pubkey: world.vault, isSigner: false, isWritable: true }],
      [returnData(Uint8Array.from(bytes))],
    );
  const opened = (...data: readonly DataConstraint[]) =>
    grant(world, {
      rules: [{ program: HOSTILE, discriminator: [IDLE], count: 1, accounts: { 0: vault }, data }],
      uses: "unlimited",
    });
  const tries = (session: ReturnType<typeof opened>, bytes: Bytes, good: boolean, at = 0) => {
    const step = [instruction(bytes)];
    if (good) expectOk(execute(world, session, step));
    else refuses(world, session, step, "DataConstraintFailed", { inner: 0, rule: 0, data: at });
  };

  for (const field of ["u8", "u16", "u32", "u64", "i64"] as const)
    for (const from of ["start", "end"] as const)
      it(`compare a ${field} counted from the ${from}`, () => {
        const bits = BigInt(8 * WIDTHS[field]);
        const signed = field === "i64";
        const [least, most] = signed ? [-(1n << 63n), (1n << 63n) - 1n] : [0n, (1n << bits) - 1n];
        const middle = signed ? -1n : 100n;
        const offset = from === "start" ? START + 2 : WIDTHS[field] + 1;
        const wrap = (value: bigint): Bytes => [9, 9, ...bytesOf(field, value), 7];
        const values = [least, middle - 1n, middle, middle + 1n, most];
        for (const operator of ["eq", "ne", "lt", "le", "gt", "ge"] as const) {
          const session = opened({ offset, from, field, operator, values: [middle] });
          for (const value of values)
            tries(session, wrap(value), holds(operator, value, [middle], []));
        }
        const among = [least, middle, most];
        const session = opened({ offset, from, field, operator: "in", values: among });
        for (const value of values) tries(session, wrap(value), holds("in", value, [], among));
      });

  it("mask a number", () => {
    const rule = { offset: START, from: "start", field: "u16", operator: "mask" } as const;
    const session = opened({ ...rule, values: [0xff00n, 0x1200n] });
    for (const value of [0n, 0x1200n, 0x12ffn, 0x1300n, 0xffffn])
      tries(session, bytesOf("u16", value), holds("mask", value, [0xff00n, 0x1200n], []));
    const never = opened({ ...rule, values: [0x00ffn, 0x0100n] });
    for (const value of [0n, 0x0100n, 0xffffn]) tries(never, bytesOf("u16", value), false);
  });

  it("compare keys", () => {
    const [one, two, three] = [1, 2, 3].map(() => Keypair.generate().publicKey);
    assert.ok(one !== undefined && two !== undefined && three !== undefined);
    const place = { offset: START, from: "start", field: "key" } as const;
    const rows = [
      ["eq", [one], (key: PublicKey) => key.equals(one)],
      ["ne", [one], (key: PublicKey) => !key.equals(one)],
      ["in", [one, two], (key: PublicKey) => !key.equals(three)],
    ] as const;
    for (const [operator, keys, good] of rows) {
      const values = keys.map(String);
      // The table of keys is collected from the constraints.
      const session = opened({ ...place, operator, values });
      for (const key of [one, two, three]) tries(session, [...key.toBytes()], good(key));
      tries(session, [...one.toBytes().slice(0, 31)], false);
    }
  });

  it("compare bytes", () => {
    const place = { offset: START, from: "start", field: "bytes" } as const;
    const value = Uint8Array.from([1, 2, 3]);
    const [same, other] = [
      opened({ ...place, operator: "eq", value }),
      opened({ ...place, operator: "ne", value }),
    ];
    for (const [bytes, equal] of [
      [[1, 2, 3], true],
      [[1, 2, 3, 4], true],
      [[1, 2, 4], false],
      [[0, 2, 3], false],
    ] as const) {
      tries(same, bytes, equal);
      tries(other, bytes, !equal);
    }
    tries(same, [1, 2], false);
  });

  it("are false for bytes that aren't there, whatever the operator", () => {
    for (const operator of ["eq", "ne", "lt", "le", "gt", "ge"] as const) {
      const field = "u32" as const;
      const values = [5n];
      const start = opened({ offset: START, from: "start", field, operator, values });
      tries(start, [5, 0, 0], false);
      tries(start, [], false);
      const far = opened({ offset: 65_535, from: "start", field, operator, values });
      tries(far, [5, 0, 0, 0], false);
      const end = opened({ offset: 12, from: "end", field, operator, values });
      tries(end, [5, 0, 0, 0], false);
    }
  });

  it("must all hold, and the refusal names the first that doesn't", () => {
    const place = { from: "start", field: "u8" } as const;
    const session = opened(
      { ...place, offset: START, operator: "ge", values: [1n] },
      { ...place, offset: START + 1, operator: "eq", values: [2n] },
      { ...place, offset: START, operator: "le", values: [3n] },
    );
    tries(session, [1, 2], true);
    tries(session, [0, 0], false, 0);
    tries(session, [1, 1], false, 1);
    tries(session, [4, 2], false, 2);
    const refused = { data: 2, asked: 4n, left: 3n };
    refuses(world, session, [instruction([4, 2])], "DataConstraintFailed", refused);
  });
});
