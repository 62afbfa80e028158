// New terms for a live session: what is under way must still fit them, and what was spent can't be got rid of.
import assert from "node:assert/strict";
import fc from "fast-check";

import {
  sessionSize,
  type LimitData,
  type RuleData,
  type SessionAccount,
  type TermsData,
} from "../../app/sdk/src/codec/index.js";
import { isValetkeyError, type ErrorCode } from "../../app/sdk/src/errors/index.js";
import { renewedTerms } from "../../app/sdk/src/owner/renewed-terms.js";
import { checkRenewal } from "../../app/sdk/src/terms/check-renewal.js";
import { keyOf, sessionOf } from "./support/samples.js";

const program = (n: number): string => keyOf(n).toBase58();
const ruleOf = (id: number, call: number, data: number = call): RuleData => ({
  ...{ id, program: program(1), mode: "vault", discriminator: Uint8Array.of(call) },
  ...{ minAccounts: 1, maxAccounts: 1, uses: null, floor: null, unbound: false, pin: null },
  ...{ cap: null, accounts: [] },
  data: [{ offset: 1, from: "start", field: "u8", operator: "eq", values: [BigInt(data)] }],
});
const limitOf = (asset: string, seconds?: number): LimitData => ({
  ...{ asset, source: "vault", total: 100n, perExecute: null },
  perPeriod: seconds === undefined ? null : { amount: 10n, seconds },
});
const termsOf = (
  rules: readonly RuleData[],
  limits: readonly LimitData[] = [],
  keys = [program(1)],
): TermsData => ({
  ...{ startsAt: 1_000n, expiresAt: 9_000n, uses: 5, closeAccounts: false, positionKeys: false },
  ...{ feeBudget: null, guardian: null, origin: null, extensions: 0n, keys, limits, rules },
});
const chosen = () => true;
const unchosen = () => false;

describe("renewed terms", () => {
  it("keep the session's start, and the place of each rule, limit and key that stays", () => {
    const mints = [2, 3, 4].map((n) => program(n));
    const before = sessionOf(
      termsOf(
        [ruleOf(10, 1), ruleOf(11, 2), ruleOf(12, 3)],
        mints.map((mint) => limitOf(mint)),
        [program(1), ...mints],
      ),
    );
    const [, second = "", third = ""] = mints;
    const after = termsOf(
      [ruleOf(20, 9), ruleOf(12, 3), ruleOf(11, 2)],
      [limitOf(third), limitOf(program(5)), limitOf(second)],
      [third, program(5), second, program(1)],
    );
    const renewed = renewedTerms(before, { ...after, startsAt: 7_777n }, chosen);
    assert.equal(renewed.startsAt, 1_000n);
    assert.deepEqual(
      renewed.rules.map(({ id }) => id),
      [20, 11, 12],
    );
    assert.deepEqual(
      renewed.limits.map(({ asset }) => asset),
      [program(5), second, third],
    );
    assert.deepEqual(renewed.keys, [program(1), program(5), second, third]);
  });

  it("hold the same rules, limits and keys in whatever order they came", () => {
    const calls = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 16 });
    fc.assert(
      fc.property(calls, calls, (old, wanted) => {
        const keys = (calls: readonly number[]) => calls.map((n) => program(n));
        const before = sessionOf(
          termsOf(
            old.map((n) => ruleOf(n, n)),
            [],
            keys(old),
          ),
        );
        const after = termsOf(
          wanted.map((n) => ruleOf(n, n)),
          [],
          keys(wanted),
        );
        const renewed = renewedTerms(before, after, chosen);
        const sorted = <T>(all: readonly T[]): T[] => [...all].sort();
        assert.deepEqual(sorted(renewed.rules.map(({ id }) => id)), sorted(wanted));
        assert.deepEqual(sorted(renewed.keys), sorted(keys(wanted)));
        for (const [i, n] of old.entries())
          if (i < wanted.length && wanted.includes(n)) assert.equal(renewed.rules[i]?.id, n);
      }),
    );
  });

  it("name a rule without an id of its own after the session's rule for the same instruction, an equal one first", () => {
    const before = sessionOf(termsOf([ruleOf(1, 7, 1), ruleOf(2, 7, 2), ruleOf(3, 8)]));
    // By position they would be 1, 2, 3, 4: rule 1 would then be another instruction.
    const after = termsOf([ruleOf(1, 9), ruleOf(2, 7, 2), ruleOf(3, 7, 5), ruleOf(4, 7, 6)]);
    const renewed = renewedTerms(before, after, unchosen);
    const found = renewed.rules.map(({ id, discriminator, data }) => [
      id,
      discriminator[0],
      data[0]?.field === "u8" ? Number(data[0].values[0]) : null,
    ]);
    assert.deepEqual(found, [
      [1, 7, 5],
      [2, 7, 2],
      [4, 9, 9],
      [5, 7, 6],
    ]);
  });

  it("leave an id alone that the caller chose", () => {
    const before = sessionOf(termsOf([ruleOf(1, 7)]));
    const { rules } = renewedTerms(before, termsOf([ruleOf(44, 7)]), chosen);
    assert.equal(rules[0]?.id, 44);
  });

  describe("are refused before anything is sent", () => {
    const spent = (limits: readonly LimitData[], period = 0n): SessionAccount => {
      const session = sessionOf(termsOf([ruleOf(1, 7)], limits, [program(1), program(2)]));
      const counted = session.limits.map((one) => ({
        ...one,
        ...{ spent: 3n, period, periodSpent: 3n },
      }));
      return { ...session, limits: counted };
    };
    const check = (
      session: SessionAccount,
      terms: TermsData,
      now = 1_050n,
      size = sessionSize(session),
    ) => {
      checkRenewal({ session, size, terms: { ...terms, keys: session.keys }, now });
    };
    const refusedWith = (code: ErrorCode) => (error: unknown) => isValetkeyError(error, code);
    const asset = program(2);

    it("a limit that has spent is dropped: SpentLimitDropped", () => {
      const session = spent([limitOf(asset)]);
      assert.throws(() => {
        check(session, termsOf([ruleOf(1, 7)]));
      }, refusedWith("SpentLimitDropped"));
      check(session, termsOf([ruleOf(1, 7)], [limitOf(asset)]));
      check(sessionOf(session), termsOf([ruleOf(1, 7)]));
    });

    it("a period changes its length while it has spend: PeriodInUse", () => {
      const session = spent([limitOf(asset, 100)]);
      const other = termsOf([ruleOf(1, 7)], [limitOf(asset, 60)]);
      assert.throws(() => {
        check(session, other);
      }, refusedWith("PeriodInUse"));
      check(session, other, 1_100n);
      check(session, termsOf([ruleOf(1, 7)], [limitOf(asset, 100)]));
    });

    it("an id comes to mean another instruction: RuleIdReused", () => {
      const session = spent([]);
      assert.throws(() => {
        check(session, termsOf([ruleOf(1, 8)]));
      }, refusedWith("RuleIdReused"));
      check(session, termsOf([ruleOf(1, 7, 99)]));
    });

    it("the account is too small: TermsTooLarge", () => {
      const session = spent([]);
      const more = termsOf([ruleOf(1, 7), ruleOf(2, 8)]);
      assert.throws(() => {
        check(session, more);
      }, refusedWith("TermsTooLarge"));
      check(session, more, 1_050n, sessionSize({ ...more, keys: session.keys }));
    });
  });
});
