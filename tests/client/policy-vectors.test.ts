// The client's policy gives the engine's answers.
import assert from "node:assert/strict";

import { bytesToAddress } from "../../app/sdk/src/codec/address.js";
import { decodeSession, type SessionLimit } from "../../app/sdk/src/codec/index.js";
import { isValetkeyError, refusalOf } from "../../app/sdk/src/errors/index.js";
import {
  acceptOnce,
  authorityOf,
  floorMet,
  floorMinimum,
  isClosable,
  isDead,
  limitRefusal,
  limitRemaining,
  liveRefusal,
  matchInner,
  readTokenAccount,
  settleLimit,
  type AccountView,
} from "../../app/sdk/src/policy/index.js";
import { fromHex, loadVectors, type VectorRefusal, type Vectors } from "./support/vectors.js";

const key = (hex: string): string => bytesToAddress(fromHex(hex));

describe("match vectors", () => {
  interface Case {
    name: string;
    inner: { rule: number; program: number; accounts: number[]; data: string };
    ok?: { visible: { asset: string; amount: string } | null };
    refusal?: VectorRefusal;
  }
  interface Rest {
    programId: string;
    session: string;
    accounts: {
      key: string;
      owner: string;
      data: string;
      executable: boolean;
      writable: boolean;
    }[];
  }
  const {
    cases,
    programId,
    session: hex,
    accounts,
  } = loadVectors("matches") as Vectors<Case, Rest>;
  const session = decodeSession(fromHex(hex));
  const view = (known: boolean): AccountView => ({
    vault: session.vault,
    programId: key(programId),
    ...{ terms: session, positionKeys: [] },
    accounts: accounts.map((one) => ({
      ...{ address: key(one.key), writable: one.writable },
      ...(known
        ? { fact: { owner: key(one.owner), data: fromHex(one.data), executable: one.executable } }
        : {}),
    })),
  });
  for (const { name, inner, ok, refusal } of cases) {
    it(name, () => {
      const rule = session.rules[inner.rule];
      if (rule === undefined) {
        assert.equal(refusal?.name, "RuleOutOfRange");
        return;
      }
      const call = { rule, inner: { ...inner, data: fromHex(inner.data) } };
      const match = matchInner({ ...call, view: view(true) });
      const blind = matchInner({ ...call, view: view(false) });
      if (refusal !== undefined) {
        assert.ok(match.verdict === "no");
        assert.equal(match.refused.code, refusal.name);
        assert.equal(match.refused.context.index ?? 255, refusal.index);
        assert.equal(String(match.refused.context.asked ?? 0n), refusal.asked);
        assert.notEqual(blind.verdict, "yes", "without knowing the accounts it can't be sure");
        return;
      }
      assert.ok(match.verdict !== "no");
      assert.notEqual(blind.verdict, "no", "not knowing an account never refuses");
      const said = ok?.visible ?? null;
      const asset = said === null || said.asset === "SOL" ? said?.asset : key(said.asset);
      assert.equal(match.visible?.asset, asset);
      assert.equal(match.visible?.amount.toString(), said?.amount);
    });
  }
});

describe("limit vectors", () => {
  interface Step {
    now: string;
    amounts: string[];
    remaining: string;
    ok?: { spent: string; period: string; periodSpent: string };
    refusal?: VectorRefusal;
  }
  interface Case {
    name: string;
    startsAt: string;
    limit: {
      total: string;
      perExecute: string | null;
      perPeriod: { amount: string; seconds: number } | null;
    };
    steps: Step[];
  }
  for (const { name, startsAt: start, limit: l, steps } of (loadVectors("limits") as Vectors<Case>)
    .cases) {
    it(name, () => {
      const startsAt = BigInt(start);
      let limit: SessionLimit = {
        ...{ asset: "SOL", source: "vault", decimals: 9, token2022: false },
        ...{ total: BigInt(l.total), spent: 0n, period: 0n, periodSpent: 0n },
        perExecute: l.perExecute === null ? null : BigInt(l.perExecute),
        perPeriod:
          l.perPeriod === null
            ? null
            : { amount: BigInt(l.perPeriod.amount), seconds: l.perPeriod.seconds },
      };
      for (const step of steps) {
        const now = BigInt(step.now);
        let spentInThisExecute = 0n;
        const at = (): string =>
          String(limitRemaining({ limit, spentInThisExecute, now, startsAt }));
        assert.equal(at(), step.remaining);
        let refusal = null;
        for (const amount of step.amounts) {
          const more = BigInt(amount);
          refusal ??= limitRefusal({ limit, spentInThisExecute, more, now, startsAt });
          if (refusal === null) spentInThisExecute += more;
        }
        assert.equal(refusal?.code, step.refusal?.name);
        if (refusal !== null) {
          const { asked, left } = refusalOf(refusal) ?? {};
          assert.deepEqual(
            [String(asked), String(left)],
            [step.refusal?.asked, step.refusal?.left],
          );
          continue;
        }
        limit = settleLimit({ limit, outflow: spentInThisExecute, now, startsAt });
        assert.deepEqual(
          {
            spent: `${limit.spent}`,
            period: `${limit.period}`,
            periodSpent: `${limit.periodSpent}`,
          },
          step.ok,
        );
      }
    });
  }
});

describe("once vectors", () => {
  interface Case {
    name: string;
    steps: { n: string; accepted: boolean; highest: string; map: string }[];
  }
  for (const { name, steps } of (loadVectors("once") as Vectors<Case>).cases) {
    it(name, () => {
      let state = { onceHighest: 0n, onceMap: 0n };
      for (const step of steps) {
        const next = acceptOnce(state, BigInt(step.n));
        assert.equal(next !== null, step.accepted, step.n);
        state = next ?? state;
        const map = [...fromHex(step.map)].reduceRight(
          (sum, byte) => (sum << 8n) | BigInt(byte),
          0n,
        );
        assert.deepEqual(state, { onceHighest: BigInt(step.highest), onceMap: map });
      }
    });
  }
});

describe("floor vectors", () => {
  it("each is met or not as in the engine, and says the least that would do", () => {
    interface Case {
      inflow: string;
      outflow: string;
      min: string;
      per: string;
      refusal?: VectorRefusal;
    }
    for (const one of (loadVectors("floors") as Vectors<Case>).cases) {
      const terms = { minimum: BigInt(one.min), per: BigInt(one.per), out: BigInt(one.outflow) };
      const met = floorMet({ ...terms, received: BigInt(one.inflow) });
      assert.equal(met, one.refusal === undefined, JSON.stringify(one));
      if (one.refusal === undefined) continue;
      const least = floorMinimum(terms);
      const most = (1n << 64n) - 1n;
      assert.equal(String(least > most ? most : least), one.refusal.asked);
    }
  });
});

describe("token account vectors", () => {
  interface Case {
    name: string;
    data: string;
    program: string;
    vault: string;
    account: Record<string, string | boolean | null> | null;
  }
  for (const { name, data, program, vault, account } of (
    loadVectors("token-accounts") as Vectors<Case>
  ).cases) {
    it(name, () => {
      const found = readTokenAccount({ owner: key(program), data: fromHex(data) });
      if (account === null || found === null) {
        assert.equal(found, account);
        return;
      }
      const hex = (value: unknown): unknown => (typeof value === "string" ? key(value) : value);
      assert.deepEqual(
        { ...found, amount: String(found.amount), authority: authorityOf(found, key(vault)) },
        {
          ...account,
          program: key(program),
          ...{ mint: hex(account.mint), owner: hex(account.owner) },
          ...{ delegate: hex(account.delegate), closeAuthority: hex(account.closeAuthority) },
        },
      );
    });
  }
});

describe("session vectors", () => {
  interface Case {
    name: string;
    account: string;
    now: string;
    epoch: string;
    dead: boolean;
    live: { refusal?: VectorRefusal };
    closable: { refusal?: VectorRefusal };
    refusal?: VectorRefusal;
  }
  for (const one of (loadVectors("sessions") as Vectors<Case>).cases) {
    it(one.name, () => {
      if (one.refusal !== undefined) {
        const { name } = one.refusal;
        assert.throws(
          () => decodeSession(fromHex(one.account)),
          (error) => isValetkeyError(error) && error.code === name,
        );
        return;
      }
      const session = decodeSession(fromHex(one.account));
      const at = { session, now: BigInt(one.now), epoch: BigInt(one.epoch) };
      assert.equal(isDead(at), one.dead);
      assert.equal(liveRefusal(at)?.code, one.live.refusal?.name);
      assert.equal(isClosable(at), one.closable.refusal === undefined);
    });
  }
});
