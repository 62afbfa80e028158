// Properties of the codecs: round trips, truncations, trailing bytes.
import assert from "node:assert/strict";
import fc from "fast-check";

import { bytesToAddress } from "../../app/sdk/src/codec/address.js";
import {
  decodeExecute,
  decodeSession,
  decodeTerms,
  encodeExecute,
  encodeSession,
  encodeTerms,
  type AccountConstraint,
  type DataConstraint,
  type PlanData,
  type RuleData,
  type SessionAccount,
  type TermsData,
} from "../../app/sdk/src/codec/index.js";
import { Reader, Writer } from "../../app/sdk/src/codec/bytes.js";
import { isValetkeyError } from "../../app/sdk/src/errors/index.js";
import { sessionOf } from "./support/samples.js";

const u8 = fc.integer({ min: 0, max: 255 });
const u16 = fc.integer({ min: 0, max: 65_535 });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const u64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
const i64 = fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n });
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

const inner = fc.record({
  ...{ rule: u8, program: u8, accounts: fc.array(u8, { maxLength: 61 }) },
  data: fc.uint8Array({ maxLength: 64 }),
});
const plan: fc.Arbitrary<PlanData> = fc.record(
  {
    ...{ once: u64, seq: u64, grant: u64, keysHash: bytes(32) },
    fee: fc.record({ lamports: u64, account: u8 }),
    minReceive: fc.array(fc.record({ asset: u8, amount: u64 }), { maxLength: 4 }),
    positionKeys: fc.array(fc.record({ account: u8, number: u16, bump: u8 }), { maxLength: 4 }),
    inner: fc.array(inner, { minLength: 1, maxLength: 16 }),
  },
  { requiredKeys: ["inner"] },
);

const table = fc.uniqueArray(bytes(32).map(bytesToAddress), { minLength: 4, maxLength: 8 });
const place = fc.record({ offset: u16, from: fc.constantFrom("start" as const, "end" as const) });

function dataOf(keys: readonly string[]): fc.Arbitrary<DataConstraint> {
  const key = fc.constantFrom(...keys);
  const one = fc.constantFrom("eq" as const, "ne" as const, "le" as const, "ge" as const);
  return fc.oneof(
    fc.tuple(place, one, u64).map(([at, operator, value]) => ({
      ...at,
      field: "u64" as const,
      operator,
      values: [value],
    })),
    fc
      .tuple(place, fc.array(i64, { minLength: 1, maxLength: 16 }))
      .map(([at, values]) => ({ ...at, field: "i64" as const, operator: "in" as const, values })),
    fc.tuple(place, u8, u8).map(([at, mask, value]) => ({
      ...at,
      ...{ field: "u8" as const, operator: "mask" as const },
      values: [BigInt(mask), BigInt(value)],
    })),
    fc.tuple(place, key).map(([at, value]) => ({
      ...at,
      field: "key" as const,
      operator: "ne" as const,
      values: [value],
    })),
    fc
      .tuple(place, fc.uint8Array({ minLength: 1, maxLength: 40 }))
      .map(([at, value]) => ({ ...at, field: "bytes" as const, operator: "eq" as const, value })),
  );
}

function roleOf(keys: readonly string[]): fc.Arbitrary<(position: number) => AccountConstraint> {
  const key = fc.constantFrom(...keys);
  const mint = fc.option(key, { nil: null });
  return fc.oneof(
    key.map((one) => (position: number) => ({ position, kind: "key" as const, key: one })),
    fc
      .uniqueArray(key, { minLength: 1, maxLength: 4 })
      .map((list) => (position: number) => ({ position, kind: "set" as const, keys: list })),
    mint.map((one) => (position: number) => ({ position, kind: "vaultToken" as const, mint: one })),
    fc.tuple(key, mint).map(([owner, one]) => (position: number) => ({
      ...{ position, kind: "ownerToken" as const },
      ...{ owner, mint: one },
    })),
    fc
      .constantFrom(
        ...(["vault", "programOwned", "any", "positionKey"] as const satisfies readonly string[]),
      )
      .map((kind) => (position: number) => ({ position, kind })),
  );
}

function ruleOf(keys: readonly string[]): fc.Arbitrary<RuleData> {
  const key = fc.constantFrom(...keys);
  return fc
    .record({
      ...{ id: u16, program: key, minAccounts: u8, maxAccounts: u8, unbound: fc.boolean() },
      discriminator: fc.oneof(bytes(1), bytes(4), bytes(8)),
      uses: fc.option(u32, { nil: null }),
      floor: fc.option(fc.record({ give: fc.constant("SOL"), get: key, minimum: u64, per: u64 }), {
        nil: null,
      }),
      data: fc.array(dataOf(keys), { maxLength: 3 }),
      roles: fc.array(roleOf(keys), { maxLength: 4 }),
      mode: fc.constantFrom("vault" as const, "native" as const),
      pin: fc.option(fc.record({ programData: key, slot: u64 }), { nil: null }),
      cap: fc.option(
        fc
          .tuple(place, fc.constantFrom("u8" as const, "u16" as const, "u64" as const), u64)
          .map(([at, field, total]) => ({ ...at, field, total })),
        { nil: null },
      ),
    })
    .map(({ roles, ...rest }) => ({
      ...rest,
      accounts: roles.map((role, position) => role(position)),
    }));
}

const terms: fc.Arbitrary<TermsData> = table.chain((keys) =>
  fc.record({
    ...{
      startsAt: i64,
      expiresAt: i64,
      guardian: fc.option(fc.constantFrom(...keys), { nil: null }),
    },
    uses: fc.oneof(u32, fc.constant("unlimited" as const)),
    ...{ closeAccounts: fc.boolean(), positionKeys: fc.boolean(), extensions: u64 },
    feeBudget: fc.option(
      fc.record({ sponsor: fc.constantFrom(...keys), total: u64, perExecute: u64 }),
      { nil: null },
    ),
    origin: fc.option(
      bytes(32).filter((hash) => hash.some((byte) => byte !== 0)),
      { nil: null },
    ),
    keys: fc.constant(keys),
    limits: fc.array(
      fc.record({
        ...{ asset: fc.constantFrom("SOL", ...keys), source: fc.constantFrom("vault", ...keys) },
        ...{ total: u64, perExecute: fc.option(u64, { nil: null }) },
        perPeriod: fc.option(fc.record({ amount: u64, seconds: u32 }), { nil: null }),
      }),
      { maxLength: 4 },
    ),
    rules: fc.array(ruleOf(keys), { maxLength: 4 }),
  }),
);

const counters = fc.record({
  ...{ spent: u64, period: u64, periodSpent: u64, decimals: u8, token2022: fc.boolean() },
  ...{ usesSpent: u32, capSpent: u64 },
});

const session: fc.Arbitrary<SessionAccount> = fc
  .tuple(
    terms.filter(({ rules }) => rules.length > 0),
    fc.record({ usesSpent: u32, feesPaid: u64, revision: u32, revoked: fc.boolean() }),
    fc.record({ seq: u64, onceHighest: u64, grantId: u64, epoch: u64 }),
    counters,
  )
  .map(([data, own, numbers, counted]) => {
    const { usesSpent, capSpent, ...spend } = counted;
    return {
      ...{ ...sessionOf(data), ...own, ...numbers },
      limits: data.limits.map((one) => ({ ...one, ...spend })),
      rules: data.rules.map((rule) => ({
        ...rule,
        usesSpent: rule.uses === null ? 0 : usesSpent,
        capSpent: rule.cap === null ? 0n : capSpent,
      })),
    };
  });

function throwsNamed(run: () => unknown): boolean {
  try {
    run();
    return false;
  } catch (error) {
    if (!isValetkeyError(error)) throw error;
    return true;
  }
}

describe("codec properties", () => {
  it("a plan decodes to what was encoded", () => {
    fc.assert(
      fc.property(plan, (one) =>
        assert.deepEqual(decodeExecute(encodeExecute(one)), structuredClone(one)),
      ),
    );
  });

  it("every truncation of a plan and every trailing byte is refused by name", () => {
    fc.assert(
      fc.property(plan, fc.nat(), u8, (one, cut, extra) => {
        const encoded = encodeExecute(one);
        assert.ok(throwsNamed(() => decodeExecute(encoded.slice(0, cut % encoded.length))));
        assert.ok(throwsNamed(() => decodeExecute(Uint8Array.of(...encoded, extra))));
      }),
    );
  });

  it("terms decode to what was encoded, whichever keys come by account", () => {
    fc.assert(
      fc.property(terms, fc.integer({ min: 0, max: 255 }), (one, bits) => {
        const accountKeys = one.keys.filter((_, i) => ((bits >> i) & 1) === 1);
        const encoded = encodeTerms(one, { accountKeys });
        assert.deepEqual(decodeTerms(encoded, { accounts: accountKeys }), structuredClone(one));
      }),
    );
  });

  it("a session decodes to what was encoded, also with the zeroes that a renewal leaves behind", () => {
    fc.assert(
      fc.property(session, fc.nat({ max: 90 }), (one, room) => {
        const encoded = encodeSession(one);
        const { origin, ...rest } = decodeSession(encoded);
        const { origin: hash, ...said } = structuredClone(one);
        assert.deepEqual([rest, origin], [said, hash]);
        const roomy = encodeSession(one, encoded.length + room);
        assert.equal(roomy.length, encoded.length + room);
        assert.deepEqual(decodeSession(roomy), decodeSession(encoded));
        if (room > 0) {
          roomy[encoded.length + room - 1] = 1;
          assert.ok(throwsNamed(() => decodeSession(roomy)));
        }
        assert.ok(throwsNamed(() => decodeSession(encoded.slice(0, -1))));
        assert.ok(throwsNamed(() => encodeSession(one, encoded.length - 1)));
      }),
    );
  });

  it("every truncation of terms and every trailing byte is refused by name", () => {
    fc.assert(
      fc.property(terms, fc.nat(), u8, (one, cut, extra) => {
        const encoded = encodeTerms(one);
        assert.ok(throwsNamed(() => decodeTerms(encoded.slice(0, cut % encoded.length))));
        assert.ok(throwsNamed(() => decodeTerms(Uint8Array.of(...encoded, extra))));
      }),
    );
  });

  it("random bytes are read or refused by name, never anything else", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (random) => {
        throwsNamed(() => decodeTerms(random));
        throwsNamed(() => decodeExecute(random));
      }),
    );
  });

  it("numbers keep their value at the edges and are refused beyond them", () => {
    for (const value of [0n, 1n, (1n << 64n) - 1n]) {
      assert.equal(new Reader(new Writer("n").u64(value).done(), "n").u64(), value);
    }
    for (const value of [-(1n << 63n), -1n, (1n << 63n) - 1n]) {
      assert.equal(new Reader(new Writer("n").i64(value).done(), "n").i64(), value);
    }
    for (const value of [-1n, 1n << 64n]) assert.ok(throwsNamed(() => new Writer("n").u64(value)));
    for (const value of [-1, 256, 1.5, Number.NaN]) {
      assert.ok(throwsNamed(() => new Writer("n").u8(value)));
    }
  });
});
