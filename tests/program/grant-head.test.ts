// What `grant_session` refuses in the head of terms: form, window, uses, keys, features; and the nearest terms that pass.
import assert from "node:assert/strict";

import { Keypair, SystemProgram, type PublicKey } from "@solana/web3.js";
import type { ProgramErrorCode } from "@valetkey/sdk/errors";

import { expectOk, expectRefused, type RefusalFields } from "../support/expect.js";
import { HOSTILE } from "../support/hostile.js";
import {
  rawData,
  rawLimit,
  rawOtherRule,
  rawRule,
  rawTerms,
  tryGrantBytes,
  u64,
  VAULT_AT,
  type RawTerms,
} from "../support/raw-terms.js";
import { readSession } from "../support/session.js";
import { createWorld, type World } from "../support/world.js";

const YEAR = 31_536_000n;
const keys = (count: number): readonly PublicKey[] =>
  Array.from({ length: count }, (_, i) =>
    i === 0 ? SystemProgram.programId : Keypair.generate().publicKey,
  );
const rules = (count: number) =>
  Array.from({ length: count }, (_, id) =>
    rawRule({ id, most: 2, parts: [], accounts: [VAULT_AT(0), [1, 0, 1, (id % 15) + 1]] }),
  );

describe("the head of terms", () => {
  let world: World;
  before(() => (world = createWorld()));

  const refuses = (
    terms: RawTerms | Uint8Array,
    name: ProgramErrorCode,
    fields: RefusalFields = {},
    accounts: readonly PublicKey[] = [],
  ): void => {
    const { svm } = world;
    const bytes = terms instanceof Uint8Array ? terms : rawTerms(terms, svm.now());
    const result = tryGrantBytes(world, bytes, { accounts });
    expectRefused(result, name, fields);
    assert.equal(svm.getAccount(result.address), null);
  };
  const passes = (terms: RawTerms, accounts: readonly PublicKey[] = []) => {
    const result = tryGrantBytes(world, rawTerms(terms, world.svm.now()), { accounts });
    expectOk(result);
    return readSession(world, result);
  };

  it("passes with one rule and nothing else", () => {
    assert.equal(passes({}).rules.length, 1);
  });

  for (const version of [0, 2, 255])
    it(`is refused with version ${version}`, () =>
      refuses({ version }, "TermsMalformed", { asked: 0n }));

  it("is refused with the reserved flag", () =>
    refuses({ flags: 1 }, "TermsMalformed", { asked: 1n }));

  it("may allow closes and position keys", () => {
    const { closeAccounts, positionKeys } = passes({ flags: 12 });
    assert.deepEqual([closeAccounts, positionKeys], [true, true]);
    const none = passes({});
    assert.deepEqual([none.closeAccounts, none.positionKeys], [false, false]);
  });

  for (const [what, sponsor, total, perExecute, name] of [
    ["all of it at once", 0, 9n, 9n, null],
    ["one lamport per execute", 0, (1n << 64n) - 1n, 1n, null],
    ["nothing", 0, 0n, 0n, "BadLimit"],
    ["nothing per execute", 0, 9n, 0n, "BadLimit"],
    ["more per execute than in total", 0, 9n, 10n, "BadLimit"],
    ["a sponsor beyond the key table", 1, 9n, 9n, "TermsMalformed"],
    ["no sponsor", 255, 9n, 9n, "TermsMalformed"],
  ] as const)
    it(`is ${name === null ? "accepted" : "refused"} with a fee budget of ${what}`, () => {
      const terms = { flags: 16, parts: [sponsor, ...u64(total), ...u64(perExecute)] };
      if (name !== null) return refuses(terms, name);
      assert.deepEqual(passes(terms).feeBudget, {
        ...{ sponsor: SystemProgram.programId.toBase58(), total, perExecute },
      });
    });

  it("names the extensions that it allows, each of them offered", () => {
    const offered = [1, 4, 6, 8, 10, 11, 12, 14, 16, 25, 26];
    for (let type = 0; type < 64; type += 1) {
      const word = 1n << BigInt(type);
      const terms = { flags: 128, parts: u64(word) };
      if (offered.includes(type)) assert.equal(passes(terms).extensions, word);
      else refuses(terms, "FeatureRefused", { asked: BigInt(type) });
    }
    refuses({ flags: 128, parts: u64(0) }, "TermsMalformed");
    const all = offered.reduce((word, type) => word | (1n << BigInt(type)), 0n);
    assert.equal(passes({ flags: 128, parts: u64(all) }).extensions, all);
    refuses({ flags: 128, parts: u64(all | 8n) }, "FeatureRefused", { asked: 3n });
  });

  it("is refused whenever its bytes end early, or go on", () => {
    const bytes = rawTerms({ limits: [rawLimit()] }, world.svm.now());
    for (let end = 0; end < bytes.length; end += 1) refuses(bytes.slice(0, end), "TermsMalformed");
    refuses({ tail: [0] }, "TermsMalformed");
    expectOk(tryGrantBytes(world, bytes));
  });

  it("is refused when the argument's length isn't that of its bytes", () => {
    const bytes = rawTerms({}, world.svm.now());
    const arguments_ = 8 + 8 + 1 + 1 + 4 + bytes.length;
    const long = tryGrantBytes(world, bytes, { tail: [0] });
    expectRefused(long, "TermsMalformed", { asked: BigInt(arguments_) });
    const short = Uint8Array.from(bytes.slice(0, -1));
    expectRefused(tryGrantBytes(world, short), "TermsMalformed");
  });

  for (const [what, flags, parts, good] of [
    ["an origin", 32, Array<number>(32).fill(7), true],
    ["an origin of zeroes", 32, Array<number>(32).fill(0), false],
    ["a guardian of the key table", 64, [0], true],
    ["a guardian beyond the key table", 64, [1], false],
    ["no guardian where the flag says one", 64, [255], false],
  ] as const)
    it(`is ${good ? "accepted" : "refused"} with ${what}`, () => {
      if (!good) return refuses({ flags, parts }, "TermsMalformed");
      const { origin, guardian } = passes({ flags, parts });
      assert.ok(
        flags === 32
          ? origin?.every((byte) => byte === 7)
          : guardian === SystemProgram.programId.toBase58(),
      );
    });

  it("holds at most 32 keys, 8 limits and 16 rules", () => {
    assert.equal(passes({ keys: keys(32) }).keys.length, 32);
    refuses({ keys: keys(33) }, "TermsTooLarge", { asked: 22n });
    assert.equal(passes({ keys: keys(16), rules: rules(15) }).rules.length, 15);
    const most = [...rules(15), rawRule({ id: 99 })];
    assert.equal(passes({ keys: keys(16), rules: most }).rules.length, 16);
    refuses({ keys: keys(16), rules: [...most, rawRule({ id: 100 })] }, "TermsTooLarge", {
      asked: 22n,
    });
    refuses({ limits: Array.from({ length: 9 }, () => rawLimit()) }, "TermsTooLarge", {
      asked: 22n,
    });
    for (const counts of [
      [255, 0, 1],
      [1, 255, 1],
      [1, 0, 255],
    ] as const)
      refuses({ counts }, "TermsTooLarge", { asked: 22n });
  });

  it("makes a session of at most 3,072 bytes", () => {
    // A data constraint has 5 bytes and up to 255 of payload.
    const data = (length: number) => rawData(0, 6, 0, Array<number>(length).fill(1));
    const rule = (id: number, lengths: readonly number[]) =>
      rawOtherRule({ id, discriminator: [id], data: lengths.map(data) });
    const terms = (last: number): RawTerms => ({
      ...{ keys: [HOSTILE], limits: [rawLimit()] },
      rules: [rule(0, Array<number>(8).fill(255)), rule(1, [255, 100, last])],
    });
    // Header, key, limit, two offsets, two rules of 15 bytes, nine full constraints, one of 105 bytes, and the last.
    const last = 3_072 - (320 + 32 + 56 + 4 + 2 * 15 + 9 * 260 + 105 + 5);
    assert.equal(passes(terms(last)).rules[1]?.data.length, 3);
    refuses(terms(last + 1), "TermsTooLarge", { asked: 3_073n, left: 3_072n });
    const full = [0, 1].map((id) => rule(id, Array<number>(8).fill(255)));
    refuses({ keys: [HOSTILE], rules: full }, "TermsTooLarge", { left: 3_072n });
  });

  it("allows nothing without a rule", () => {
    refuses({ rules: [] }, "EmptyScope");
    refuses({ rules: [], keys: [], limits: [] }, "EmptyScope");
  });

  it("is refused with trailing rules or limits that the counts don't name", () => {
    refuses({ counts: [1, 0, 1], limits: [rawLimit()] }, "TermsMalformed");
    const two = [rawRule(), rawRule({ id: 1, accounts: [] })];
    refuses({ counts: [1, 0, 1], rules: two }, "TermsMalformed");
    refuses({ counts: [1, 0, 2] }, "TermsMalformed");
  });

  describe("its window", () => {
    const at = (startsIn: bigint, expiresIn: bigint) => ({
      startsAt: world.svm.now() + startsIn,
      expiresAt: world.svm.now() + expiresIn,
    });
    for (const [what, startsIn, expiresIn, good] of [
      ["ends now", 0n, 0n, false],
      ["ended a second ago", -10n, -1n, false],
      ["lasts one second", 0n, 1n, true],
      ["began long ago and lasts one second", -1_000n, 1n, true],
      ["ends when it begins", 10n, 10n, false],
      ["lasts one second, later", 10n, 11n, true],
      ["ends before it begins", 11n, 10n, false],
      ["lasts a year less one second", 0n, YEAR - 1n, true],
      ["lasts a year", 0n, YEAR, true],
      ["lasts a year and one second", 0n, YEAR + 1n, false],
      ["begins within a year and ends beyond", YEAR - 1n, YEAR + 1n, false],
    ] as const)
      it(`is ${good ? "accepted" : "refused"} when it ${what}`, () => {
        const terms = at(startsIn, expiresIn);
        if (!good) return refuses(terms, "BadWindow");
        const { startsAt, expiresAt } = passes(terms);
        assert.deepEqual({ startsAt, expiresAt }, terms);
      });

    it("is refused at the ends of its type", () => {
      const [least, most] = [-(1n << 63n), (1n << 63n) - 1n];
      refuses({ startsAt: -1n }, "BadWindow");
      refuses({ startsAt: least }, "BadWindow");
      refuses({ expiresAt: most }, "BadWindow");
      refuses({ expiresAt: least }, "BadWindow");
      refuses({ startsAt: least, expiresAt: most }, "BadWindow");
      assert.equal(passes({ startsAt: 0n }).startsAt, 0n);
    });
  });

  for (const [what, flags, uses, good] of [
    ["no use", 0, 0, false],
    ["one use", 0, 1, true],
    ["the most uses", 0, 4_294_967_295, true],
    ["unlimited uses", 2, 0, true],
    ["unlimited uses with a number", 2, 1, false],
  ] as const)
    it(`is ${good ? "accepted" : "refused"} with ${what}`, () => {
      if (!good) return refuses({ flags, uses }, "BadUses", { asked: BigInt(uses) });
      assert.equal(passes({ flags, uses }).uses, flags === 2 ? "unlimited" : uses);
    });

  describe("its keys", () => {
    const system = SystemProgram.programId;

    it("are distinct", () => {
      refuses({ keys: [system, HOSTILE, HOSTILE] }, "DuplicateKey", { key: 2 });
      refuses({ keys: [system, HOSTILE, system] }, "DuplicateKey", { key: 2 });
      refuses({ keys: [system], byAccount: 2 }, "DuplicateKey", { key: 1 }, [system]);
    });

    it("come from the accounts where the bitmap says so, in order", () => {
      const [one, two] = keys(3).slice(1);
      assert.ok(one !== undefined && two !== undefined);
      const stored = passes({ keys: [system], byAccount: 0b110 }, [one, two]).keys;
      assert.deepEqual(stored, [system, one, two].map(String));
      const first = passes({ keys: [one], byAccount: 0b101 }, [system, two]).keys;
      assert.deepEqual(first, [system, one, two].map(String));
    });

    it("are refused when an account is missing, or a bit is set beyond them", () => {
      refuses({ keys: [system], byAccount: 0b10 }, "MissingAccount", { key: 1 });
      const counts = [1, 0, 1] as const;
      for (const bit of [1, 15, 30])
        refuses({ keys: [system], counts, byAccount: 1 << bit }, "TermsMalformed", { asked: 25n });
    });
  });
});
