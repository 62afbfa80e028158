// A session as its listeners see it: stable snapshots, notices once, and what is left of every bound.
import assert from "node:assert/strict";

import { Keypair } from "@solana/web3.js";
import type { SessionAccount, VaultConfig } from "@valetkey/sdk/layers";

import { remainingOf } from "../../app/sdk/src/session/remaining.js";
import type { SessionState } from "../../app/sdk/src/session/state.js";
import { createStore } from "../../app/sdk/src/session/store.js";

const key = () => Keypair.generate().publicKey.toBase58();
const START = 1_800_000_000n;

const config: VaultConfig = {
  ...{ kind: "canonical", index: 0, bump: 255, vaultBump: 255, threshold: 1, timelockSeconds: 0 },
  ...{ epoch: 1n, ownersRevision: 1n, seedKey: key(), vault: key(), owners: [key()] },
};

const account: SessionAccount = {
  ...{ startsAt: START, expiresAt: START + 1_000n, uses: 10, usesSpent: 4 },
  ...{ closeAccounts: false, positionKeys: false, feeBudget: null, feesPaid: 0n, guardian: null },
  ...{ origin: null, extensions: 0n, keys: [], rules: [], revoked: false, record: false },
  ...{ bump: 255, vaultBump: 255, revision: 0, grantId: 1n, epoch: 1n, seq: 4n },
  ...{ config: key(), vault: config.vault, sessionKey: key(), rentPayer: key() },
  ...{ grantDeadline: START, createdAt: START, onceHighest: 4n, onceMap: 7n },
  limits: [
    {
      ...{ asset: "SOL", source: "vault", total: 100n, perExecute: 30n, spent: 60n },
      ...{ perPeriod: { amount: 50n, seconds: 60 }, period: 1n, periodSpent: 35n },
      ...{ decimals: 9, token2022: false },
    },
  ],
};

const at = (seconds: bigint, change: Partial<SessionAccount> = {}): SessionState => ({
  ...{ config, account: { ...account, ...change }, now: START + seconds, slot: 5n },
});

describe("what is left of a session", () => {
  for (const [name, seconds, left, perExecute, secondsLeft] of [
    ["within the period that was counted", 61n, 15n, 15n, 59],
    ["at its last second", 119n, 15n, 15n, 1],
    ["in the next period", 120n, 50n, 30n, 60],
  ] as const)
    it(`counts ${name}`, () => {
      const remaining = remainingOf(at(seconds));
      assert.equal(remaining.uses, 6);
      assert.equal(remaining.seconds, Number(1_000n - seconds));
      const [limit] = remaining.limits;
      assert.equal(limit?.total, 40n);
      assert.equal(limit.perExecute, perExecute);
      assert.deepEqual(limit.period, { left, secondsLeft });
    });

  for (const [name, state] of [
    ["it expired", at(1_000n)],
    ["it was revoked", at(61n, { revoked: true })],
    ["its epoch is stale", at(61n, { epoch: 0n })],
    ["its account is closed", { ...at(61n), account: null }],
  ] as const)
    it(`is nothing when ${name}`, () => {
      const nothing = { seconds: 0, uses: 0, limits: [], rules: [], fees: null };
      assert.deepEqual(remainingOf(state), nothing);
    });
});

describe("a session's snapshots and notices", () => {
  const setUp = (states: SessionState[]) => {
    const store = createStore(at(61n), () => Promise.resolve(states.shift() ?? at(61n)));
    const heard: string[] = [];
    for (const notice of ["used", "ended", "expiring"] as const)
      store.on(notice, () => heard.push(notice));
    return { store, heard };
  };

  it("keep the same snapshot while only time passes", async () => {
    const { store, heard } = setUp([at(62n)]);
    const before = store.getSnapshot();
    await store.refresh();
    assert.equal(store.getSnapshot(), before);
    assert.deepEqual(heard, []);
  });

  it("tell of a use, with a new snapshot", async () => {
    const { store, heard } = setUp([at(62n, { usesSpent: 5 })]);
    await store.refresh();
    assert.equal(store.getSnapshot().remaining.uses, 5);
    assert.deepEqual(heard, ["used"]);
  });

  it("tell of the end once, and keep its reason", async () => {
    const { store, heard } = setUp([at(62n, { revoked: true }), { ...at(63n), account: null }]);
    await store.refresh();
    await store.refresh();
    assert.deepEqual(heard, ["ended"]);
    assert.equal(store.getSnapshot().reason, "it was revoked");
  });

  it("share one answer among calls under way", async () => {
    let reads = 0;
    const store = createStore(at(61n), () => {
      reads += 1;
      return Promise.resolve(at(62n));
    });
    await Promise.all([store.refresh(), store.refresh(), store.refresh()]);
    assert.equal(reads, 1);
  });

  it("stop telling whoever unsubscribed, and survive a listener that throws", async () => {
    const store = createStore(at(61n), () => Promise.resolve(at(62n, { revoked: true })));
    const heard: string[] = [];
    store.on("ended", () => {
      throw new Error("a listener's bug");
    });
    const off = store.on("ended", () => heard.push("gone"));
    store.on("ended", () => heard.push("there"));
    off();
    await store.refresh();
    assert.deepEqual(heard, ["there"]);
  });

  it("warn before the end", async () => {
    // Two seconds before the minute begins; the timer asks again and finds 59 seconds left.
    const states = [at(941n)];
    const store = createStore(at(939n), () => Promise.resolve(states.shift() ?? at(941n)));
    await new Promise<void>((resolve) => {
      const keepAlive = setTimeout(() => undefined, 10_000);
      store.on("expiring", () => {
        clearTimeout(keepAlive);
        resolve();
      });
    });
    assert.equal(store.getSnapshot().status, "live");
  });
});
