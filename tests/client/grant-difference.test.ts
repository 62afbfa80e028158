// What a renewal, a change of owners and an owners' plan do, in plain words.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";

import arena from "../../artifacts/arena.json" with { type: "json" };
import { decodeTerms, encodeTerms, type TermsData } from "../../app/sdk/src/codec/index.js";
import {
  describeDifference,
  describeOwners,
  describePlan,
  grantText,
  mergeNames,
  namesFromIdl,
  type Line,
  type Names,
  type Owners,
} from "../../app/sdk/src/grant/index.js";
import {
  allow,
  allowSolTransfer,
  allowTokenTransfer,
  limit,
  programOwned,
  SOL,
  terms,
  type TermsInput,
} from "../../app/sdk/src/terms/index.js";
import { SAMPLES } from "./support/grants.js";
import { keyOf, sessionOf, VAULT } from "./support/samples.js";

const NOW = 1_800_000_000n;
const [gold, shop, guild, wallet] = [keyOf(40), keyOf(43), keyOf(42), keyOf(44)];
const names: Names = mergeNames(namesFromIdl(arena), {
  names: {
    [arena.address]: "the arena",
    [gold.toBase58()]: "gold",
    [shop.toBase58()]: "the shop",
    [guild.toBase58()]: "the guild",
  },
  decimals: { [gold.toBase58()]: 6 },
});

const strike = (uses: number, cap: bigint, max: number) =>
  allow({
    ...{ program: { idl: arena }, instruction: "strike", uses, id: 1 },
    accounts: { player: keyOf(50), enemy: programOwned },
    args: { energy: { max, cap } },
  });
const input: TermsInput = {
  ...{ expiresAt: NOW + 3_600n, startsAt: NOW, uses: 100, guardian: guild },
  allow: [
    strike(40, 200n, 5),
    allowTokenTransfer({ mint: gold, to: shop, id: 2 }),
    allowSolTransfer({ to: shop, id: 3 }),
  ],
  limits: [
    limit({ asset: gold, total: 50_000_000n, perPeriod: { amount: 5_000_000n, seconds: 600 } }),
    limit({ asset: SOL, total: 1_000_000n, perExecute: 500_000n }),
    limit({ asset: gold, total: 1_000_000n, wallet }),
  ],
  feeBudget: { sponsor: guild, total: 10_000n, perExecute: 1_000n },
  optIns: { tokenExtensions: ["transferFee"] },
};
const resolve = (more: Partial<TermsInput> = {}): TermsData =>
  terms({ ...input, ...more }).resolve({ now: NOW, vault: VAULT });
const fresh = sessionOf(resolve());
const used = {
  ...fresh,
  ...{ usesSpent: 30, feesPaid: 2_000n },
  limits: fresh.limits.map((one, i) => ({
    ...one,
    ...{ decimals: i === 1 ? 9 : 6, spent: i === 0 ? 20_000_000n : 0n },
  })),
  rules: fresh.rules.map((one, i) => (i === 0 ? { ...one, usesSpent: 12, capSpent: 60n } : one)),
};
const after = resolve({
  ...{ expiresAt: NOW + 90_000n, uses: 500, guardian: shop },
  allow: [
    strike(80, 900n, 7),
    allowTokenTransfer({ mint: gold, to: guild, id: 2, max: 5n }),
    allowTokenTransfer({ mint: gold, id: 8 }),
  ],
  limits: [
    limit({ asset: gold, total: 90_000_000n, perPeriod: { amount: 4_000_000n, seconds: 300 } }),
    limit({ asset: SOL, total: 900_000n }),
    limit({ asset: gold, total: 7_000_000n, wallet: shop }),
  ],
  feeBudget: { sponsor: guild, total: 20_000n, perExecute: 1_000n },
  optIns: { closeAccounts: true, tokenExtensions: ["permanentDelegate"] },
});

function golden(name: string, lines: readonly Line[]): void {
  const file = new URL(`../fixtures/golden/${name}.txt`, import.meta.url);
  const text = `${grantText(lines, { width: 100 })}\n`;
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(file, text);
  assert.equal(text, readFileSync(file, "utf8"));
}

describe("what a renewal changes", () => {
  const lines = describeDifference(used, after, names);
  const text = (key: string): string => lines.find((one) => one.key === key)?.text ?? "";
  const level = (key: string) => lines.find((one) => one.key === key)?.level;

  it("reads as the golden file says", () => golden("difference-game", lines));

  it("is nothing where nothing changes, also for rules in another order and after use", () => {
    for (const { terms: data, names: known } of SAMPLES)
      assert.deepEqual(describeDifference(data, data, known), []);
    assert.deepEqual(describeDifference(used, resolve(), names), []);
    const { rules } = resolve();
    assert.deepEqual(describeDifference(used, { ...resolve(), rules: [...rules].reverse() }), []);
  });

  it("says what was spent and stays counted", () => {
    assert.match(text("uses"), /Raised: 500 .* 30 were spent and stay counted, 470 are left\./);
    assert.match(
      text("limit.0"),
      /20 gold \(\w+\) was spent and stays counted, 70 gold .* is left/,
    );
    assert.match(text("rule.0"), /12 of its uses and 60 of its cap were spent and stay counted/);
    assert.match(text("feeBudget"), /0\.000002 SOL were paid and stay counted/);
  });

  it("warns of what widens, and only informs of what narrows", () => {
    for (const key of ["window", "uses", "limit.0", "limit.1.perExecute", "limit.2", "rule.0"])
      assert.equal(level(key), "warning", key);
    for (const key of ["limit.0.perPeriod", "limit.1", "rule.2.removed"])
      assert.equal(level(key), "info", key);
    assert.equal(level("extension.permanentDelegate"), "danger");
    const back = describeDifference(after, resolve(), names);
    assert.match(back.find(({ key }) => key === "window")?.text ?? "", /^Shortened by 1 day/);
    assert.equal(back.find(({ key }) => key === "uses")?.level, "info");
  });

  it("M03 every change of a byte that changes terms gives a line", () => {
    const data = resolve();
    const bytes = encodeTerms(data);
    let readable = 0;
    for (const [at, byte] of bytes.entries()) {
      for (const mask of [1, 4, 16, 128]) {
        const changed = Uint8Array.from(bytes);
        changed[at] = byte ^ mask;
        let other: TermsData;
        try {
          other = decodeTerms(changed);
        } catch {
          continue;
        }
        readable += 1;
        assert.notDeepEqual(describeDifference(data, other, names), [], `byte ${at}, mask ${mask}`);
      }
    }
    assert.ok(readable > 500);
  });

  it("each part of terms has its own line, there and back", () => {
    const parts: readonly (readonly [Partial<TermsInput>, string])[] = [
      [{ expiresAt: NOW + 3_601n }, "window"],
      [{ startsAt: NOW + 1n }, "window.start"],
      [{ uses: "unlimited" }, "uses"],
      [{ guardian: keyOf(90) }, "guardian"],
      [{ origin: "https://arena.example" }, "origin"],
      [{ feeBudget: { sponsor: shop, total: 10_000n, perExecute: 1_000n } }, "feeBudget"],
      [{ optIns: { tokenExtensions: ["transferFee"], positionKeys: true } }, "positionKeys"],
      [{ limits: [] }, "limit.0.removed"],
      [{ allow: [allowSolTransfer({ id: 77 })] }, "rule.0"],
    ];
    const data = resolve();
    fc.assert(
      fc.property(fc.constantFrom(...parts), fc.boolean(), ([more, key], there) => {
        const other = resolve(more);
        const [from, to] = there ? [data, other] : [other, data];
        const found = describeDifference(from, to, names).map((one) => one.key);
        assert.ok(found.length > 0);
        if (there) assert.ok(found.includes(key), `${key} in ${found.join()}`);
      }),
    );
  });
});

describe("a change of owners", () => {
  const [a, b, c, d] = [keyOf(1), keyOf(2), keyOf(3), keyOf(4)].map((one) => one.toBase58());
  const owners = (
    list: readonly (string | undefined)[],
    threshold: number,
    timelock = 0,
  ): Owners => ({
    ...{ threshold, timelockSeconds: timelock },
    owners: list.filter((one) => one !== undefined),
  });
  const before = owners([a, b, c], 2, 86_400);
  const lines = describeOwners(before, owners([a, b, d], 1), { names: { [a ?? ""]: "Ada" } });

  it("reads as the golden file says", () => golden("owners-council", lines));

  it("says threshold, timelock, who comes, who goes, and that all sessions end", () => {
    const keys = lines.map(({ key }) => key);
    for (const key of ["threshold", "timelock", "owner.added.0", "owner.removed.0", "ends"])
      assert.ok(keys.includes(key), key);
    assert.equal(lines.find(({ key }) => key === "timelock")?.level, "warning");
  });

  it("warns where one owner can veto his removal for ever", () => {
    const veto = (after: Owners): boolean =>
      describeOwners(before, after).some(({ key }) => key === "timelock.veto");
    assert.ok(veto(before));
    assert.ok(!veto(owners([a, b, c, d], 2, 60)));
    assert.ok(!veto(owners([a, b, c], 2)));
  });

  it("other owners, thresholds and timelocks give other texts", () => {
    const said = (after: Owners): string =>
      describeOwners(before, after)
        .map(({ text }) => text)
        .join("\n");
    const all = [
      before,
      owners([a, b, c], 2),
      owners([a, b, c], 3, 86_400),
      owners([a, b, c], 1, 86_400),
      owners([a, b, c], 2, 86_401),
      owners([a, b], 2, 86_400),
      owners([a, b, d], 2, 86_400),
      owners([a, b, c, d], 2, 86_400),
      owners([a], 1, 86_400),
    ].map(said);
    assert.equal(new Set(all).size, all.length);
  });
});

describe("an owners' plan", () => {
  const system = "11111111111111111111111111111111";
  const [config, to] = [keyOf(251).toBase58(), shop.toBase58()];
  const sol = Uint8Array.of(2, 0, 0, 0, 0, 202, 154, 59, 0, 0, 0, 0);
  const code = arena.instructions.find(({ name }) => name === "strike")?.discriminator ?? [];
  const inner = [
    { rule: 255, program: 3, accounts: [1, 4], data: sol },
    { rule: 255, program: 5, accounts: [1, 6], data: Uint8Array.of(...code, 7, 0) },
    { rule: 255, program: 6, accounts: [], data: Uint8Array.of(9, 9) },
  ];
  const accounts = [config, VAULT.toBase58(), keyOf(7).toBase58(), system]
    .concat(to, arena.address, keyOf(8).toBase58())
    .map((address, i) => ({ address, writable: i === 1 || i === 4 }));
  const describe_ = (plan = inner, list = accounts): readonly Line[] =>
    describePlan({ inner: plan, accounts: list, vault: VAULT.toBase58(), names });

  it("reads as the golden file says", () => golden("plan-owners", describe_()));

  it("is loud, names what it can, and shows the bytes of all the rest", () => {
    const lines = describe_();
    const text = (key: string): string => lines.find((one) => one.key === key)?.text ?? "";
    assert.equal(lines[0]?.level, "danger");
    assert.match(text("inner.0"), /System \(1{32}\): transfer \(SOL leaves the vault\)/);
    assert.equal(text("inner.0.argument.0"), "`amount` is 1 SOL.");
    assert.match(text("inner.0.account.0"), /`From` is the vault, which signs, writable/i);
    assert.match(text("inner.1.argument.0"), /`energy` is 7/);
    assert.match(text("inner.2"), /data 0909 \(hex\)/);
    assert.equal(lines.find(({ key }) => key === "inner.2")?.level, "warning");
  });

  it("M04 any other byte, account or order gives another text", () => {
    const said = (...parts: Parameters<typeof describe_>): string =>
      describe_(...parts)
        .map(({ text }) => text)
        .join("\n");
    const before = said();
    for (const [i, one] of inner.entries()) {
      const other = (more: Partial<(typeof inner)[number]>) =>
        said(inner.map((step, at) => (at === i ? { ...step, ...more } : step)));
      for (const [at, byte] of one.data.entries()) {
        const data = Uint8Array.from(one.data);
        data[at] = byte ^ 1;
        assert.notEqual(other({ data }), before);
      }
      assert.notEqual(other({ program: 4 }), before);
      assert.notEqual(other({ accounts: [...one.accounts, 2] }), before);
      assert.notEqual(other({ program: 99 }), before);
    }
    assert.notEqual(said([...inner].reverse()), before);
    const readable = accounts.map((one) => ({ ...one, writable: false }));
    assert.notEqual(said(inner, readable), before);
  });
});
