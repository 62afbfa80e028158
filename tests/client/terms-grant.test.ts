// Terms are checked before anything is sent; a grant reads the same from the same terms.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { PublicKey } from "@solana/web3.js";

import { VALETKEY_PROGRAM_ID } from "../../app/sdk/src/addresses.js";
import { decodeTerms, encodeTerms, type TermsData } from "../../app/sdk/src/codec/index.js";
import { isValetkeyError, type ErrorCode } from "../../app/sdk/src/errors/index.js";
import { describeGrant } from "../../app/sdk/src/grant/index.js";
import { makeRule, type Rule, type RuleOptions } from "../../app/sdk/src/terms/rule.js";
import {
  allowSolTransfer,
  allowSyncNative,
  allowTokenAccountCreation,
  allowTokenTransfer,
  floor,
  limit,
  SOL,
  terms,
  type TermsInput,
} from "../../app/sdk/src/terms/index.js";
import { keyOf, sessionOf, VAULT } from "./support/samples.js";

const NOW = 1_800_000_000n;
const usdc = keyOf(40);

function rule(
  parts: Partial<Parameters<typeof makeRule>[0]> = {},
  options: RuleOptions = {},
): Rule {
  const base = { label: "x", program: keyOf(30).toBase58(), discriminator: Uint8Array.of(1) };
  return makeRule({ ...base, minAccounts: 2, maxAccounts: 2, ...parts }, options);
}

const base: TermsInput = { expiresInSeconds: 3_600, uses: 10, allow: [allowSolTransfer()] };
const make = (more: Partial<TermsInput>) => terms({ ...base, ...more });
const full: TermsInput = {
  ...base,
  allow: [
    allowSolTransfer({ to: keyOf(1), max: 5n, uses: 3 }),
    allowTokenTransfer({ mint: usdc, to: keyOf(2), max: 7n }),
    allowSyncNative(),
    allowTokenAccountCreation({ wallet: [keyOf(3), keyOf(4)], mint: usdc }),
    rule(
      { unbound: true },
      { floor: floor({ give: SOL, get: usdc, minimum: { get: 140n, per: 1_000n } }) },
    ),
  ],
  limits: [
    limit({
      asset: SOL,
      total: 1_500_000_000n,
      perExecute: 1n,
      perPeriod: { amount: 9n, seconds: 90 },
    }),
    limit({ asset: usdc, total: 25n }),
  ],
  guardian: keyOf(5),
  origin: "https://arena.example",
};
const data: TermsData = terms(full).resolve({ now: NOW, vault: VAULT });

describe("terms", () => {
  it("make the same data and bytes each time: distinct keys in order of mention, rule ids from 1", () => {
    assert.deepEqual(terms(full).resolve({ now: NOW, vault: VAULT }), data);
    assert.equal(new Set(data.keys).size, data.keys.length);
    assert.equal(data.keys[0], "11111111111111111111111111111111");
    assert.deepEqual(
      data.rules.map(({ id }) => id),
      [1, 2, 3, 4, 5],
    );
    assert.deepEqual(decodeTerms(encodeTerms(data)), data);
  });

  it("the window counts from the chain's clock, or is absolute", () => {
    const at = (more: Partial<TermsInput>) => make(more).resolve({ now: NOW });
    assert.deepEqual([at({}).startsAt, at({}).expiresAt], [NOW, NOW + 3_600n]);
    assert.equal(at({ startsAt: NOW + 60n }).expiresAt, NOW + 3_660n);
    const open = { uses: base.uses, allow: base.allow };
    assert.equal(terms({ ...open, expiresAt: NOW + 5n }).resolve({ now: NOW }).expiresAt, NOW + 5n);
    assert.throws(
      () => terms(open),
      (error) => isValetkeyError(error, "InvalidInput"),
    );
    for (const expiresAt of [NOW, NOW - 1n, NOW + 31_536_001n]) {
      const bad = () => terms({ ...open, expiresAt }).resolve({ now: NOW });
      assert.throws(bad, (error) => isValetkeyError(error, "BadWindow"));
    }
    assert.ok(terms({ ...open, expiresAt: NOW + 31_536_000n }).resolve({ now: NOW }));
  });

  it("a key that is the vault is said as vault", () => {
    const pinned = rule({ accounts: [{ position: 1, kind: "key", key: VAULT.toBase58() }] });
    const resolved = make({ allow: [pinned] }).resolve({ now: NOW, vault: VAULT });
    assert.deepEqual(resolved.rules[0]?.accounts, [{ position: 1, kind: "vault" }]);
    const set = [VAULT.toBase58(), keyOf(1).toBase58()];
    const mixed = make({ allow: [rule({ accounts: [{ position: 1, kind: "set", keys: set }] })] });
    assert.throws(
      () => mixed.resolve({ now: NOW, vault: VAULT }),
      (error) => isValetkeyError(error, "BadConstraint"),
    );
  });

  const system = "11111111111111111111111111111111";
  const sol = limit({ asset: SOL, total: 1n });
  const native = new PublicKey("So11111111111111111111111111111111111111112");
  const refusals: readonly (readonly [string, ErrorCode, () => unknown])[] = [
    ["no rule", "EmptyScope", () => make({ allow: [] })],
    ["zero uses", "BadUses", () => make({ uses: 0 })],
    ["half a use", "BadUses", () => make({ uses: 1.5 })],
    ["zero uses of a rule", "BadUses", () => make({ allow: [rule({}, { uses: 0 })] })],
    ["no time", "BadWindow", () => make({ expiresInSeconds: 0 })],
    ["more than a year", "BadWindow", () => make({ expiresInSeconds: 31_536_001 })],
    ["the same rule twice", "DuplicateRule", () => make({ allow: [rule(), rule()] })],
    [
      "the same id twice",
      "DuplicateRule",
      () => make({ allow: [rule({}, { id: 4 }), rule({}, { id: 4, uses: 2 })] }),
    ],
    ["two limits of one asset", "DuplicateLimit", () => make({ limits: [sol, sol] })],
    ["a limit of nothing", "BadLimit", () => limit({ asset: SOL, total: 0n })],
    [
      "a period of no time",
      "BadLimit",
      () => limit({ asset: SOL, total: 1n, perPeriod: { amount: 1n, seconds: 0 } }),
    ],
    [
      "a limit of wrapped SOL",
      "MintRefused",
      () => make({ limits: [limit({ asset: native, total: 1n })] }),
    ],
    [
      "a floor of one asset",
      "BadFloor",
      () => floor({ give: SOL, get: SOL, minimum: { get: 1n, per: 1n } }),
    ],
    [
      "a floor of nothing",
      "BadFloor",
      () => floor({ give: SOL, get: usdc, minimum: { get: 0n, per: 1n } }),
    ],
    [
      "Valetkey itself",
      "ReservedProgram",
      () => make({ allow: [rule({ program: VALETKEY_PROGRAM_ID.toBase58() })] }),
    ],
    [
      "the loader",
      "ReservedProgram",
      () => make({ allow: [rule({ program: "BPFLoaderUpgradeab1e11111111111111111111111" })] }),
    ],
    [
      "System Assign",
      "UnsafeRule",
      () => make({ allow: [rule({ program: system, discriminator: Uint8Array.of(1, 0, 0, 0) })] }),
    ],
    [
      "one byte for System",
      "BadDiscriminator",
      () => make({ allow: [rule({ program: system, discriminator: Uint8Array.of(2) })] }),
    ],
    [
      "three bytes",
      "BadDiscriminator",
      () => make({ allow: [rule({ discriminator: Uint8Array.of(1, 2, 3) })] }),
    ],
    [
      "a position beyond the accounts",
      "BadConstraint",
      () => make({ allow: [rule({ accounts: [{ position: 2, kind: "any" }] })] }),
    ],
    ["62 accounts", "BadConstraint", () => make({ allow: [rule({ maxAccounts: 62 })] })],
    [
      "17 rules",
      "TermsTooLarge",
      () =>
        make({
          allow: Array.from({ length: 17 }, (_, i) => rule({ discriminator: Uint8Array.of(i) })),
        }),
    ],
    [
      "33 keys",
      "TermsTooLarge",
      () =>
        make({
          allow: [0, 16].map((from) =>
            rule({
              discriminator: Uint8Array.of(from),
              accounts: [
                {
                  position: 0,
                  kind: "set",
                  keys: Array.from({ length: 16 }, (_, i) => keyOf(100 + from + i).toBase58()),
                },
              ],
            }),
          ),
        }),
    ],
    ["a bad origin", "InvalidInput", () => make({ origin: "http://x" })],
  ];
  for (const [name, code, run] of refusals) {
    it(`${name}: ${code}`, () => assert.throws(run, (error) => isValetkeyError(error, code)));
  }
});

describe("describeGrant", () => {
  const lines = describeGrant(data, {
    decimals: { [usdc.toBase58()]: 1 },
    names: { [usdc.toBase58()]: "USDC" },
  });
  const text = (key: string): string => lines.find((line) => line.key === key)?.text ?? "";

  it("says window, uses, guardian, limits, rules and floors in plain words", () => {
    assert.equal(
      text("window"),
      "From 2027-01-15 08:00:00 UTC until 2027-01-15 09:00:00 UTC (1 hour).",
    );
    assert.equal(text("uses"), "At most 10 transactions.");
    assert.equal(text("limit.0"), "At most 1.5 SOL may leave the vault in all.");
    assert.match(text("limit.0.perPeriod"), /in each period of 1 minute 30 seconds/);
    assert.match(text("limit.1"), /At most 2\.5 USDC \(/);
    assert.match(
      text("rule.0"),
      /System \(1{32}\): transfer \(SOL leaves the vault\), at most 3 times\.$/,
    );
    assert.match(
      text("rule.4.floor"),
      /For every 1 SOL that leaves at least 14000000 USDC must come back/,
    );
    assert.match(text("guardian"), /may end it/);
  });

  it("is loud where the terms are wide", () => {
    const level = (key: string) => lines.find((line) => line.key === key)?.level;
    assert.equal(level("rule.4.unbound"), "danger");
    const wide = describeGrant({
      ...{ ...data, uses: "unlimited", expiresAt: data.startsAt + 86_401n },
      rules: data.rules.map((one) => ({
        ...one,
        accounts: [{ position: 0, kind: "any" as const }],
      })),
    });
    const loud = wide.filter((line) => line.level !== "info").map(({ key }) => key);
    for (const key of ["window", "uses", "rule.0.account.0", "rule.4.unbound"])
      assert.ok(loud.includes(key), key);
  });

  it("every part of the terms shows: another value gives another text", () => {
    const whole = (one: TermsData): string => JSON.stringify(describeGrant(one));
    const [first, ...rest] = data.rules;
    const [solLimit, ...limits] = data.limits;
    assert.ok(first !== undefined && solLimit !== undefined);
    const withRule = (more: Partial<typeof first>): TermsData => ({
      ...data,
      rules: [{ ...first, ...more }, ...rest],
    });
    const others: readonly TermsData[] = [
      { ...data, startsAt: data.startsAt - 1n },
      { ...data, expiresAt: data.expiresAt + 1n },
      { ...data, uses: 11 },
      { ...data, guardian: keyOf(6).toBase58() },
      { ...data, origin: new Uint8Array(32).fill(1) },
      { ...data, limits: [{ ...solLimit, total: 2n }, ...limits] },
      { ...data, limits: [{ ...solLimit, perExecute: 2n }, ...limits] },
      { ...data, limits: [{ ...solLimit, perPeriod: { amount: 9n, seconds: 91 } }, ...limits] },
      withRule({ program: keyOf(9).toBase58() }),
      withRule({ discriminator: Uint8Array.of(3, 0, 0, 0) }),
      withRule({ uses: 4 }),
      withRule({ maxAccounts: 3 }),
      withRule({ data: [] }),
      withRule({ accounts: [] }),
      withRule({ unbound: true }),
      withRule({ floor: { give: "SOL", get: usdc.toBase58(), minimum: 1n, per: 1n } }),
    ];
    for (const other of others) assert.notEqual(whole(other), whole(data));
  });

  it("a session reads like its terms, with decimals from its limits", () => {
    const session = describeGrant(sessionOf(data));
    assert.equal(session.find(({ key }) => key === "limit.0")?.text, text("limit.0"));
    assert.match(session[0]?.text ?? "", /Session key .* signs for the vault/);
  });

  it("its entry point imports no web3.js, however deep", () => {
    const seen = new Set<string>();
    const visit = (file: URL): void => {
      if (seen.has(file.href)) return;
      seen.add(file.href);
      const source = readFileSync(file, "utf8");
      for (const [, name = ""] of source.matchAll(
        /^(?:import|export)(?! type)[^;]*? from "([^"]+)";/gm,
      )) {
        assert.ok(!name.startsWith("@solana/"), `${file.href} imports ${name}`);
        if (name.startsWith(".")) visit(new URL(name.replace(/\.js$/, ".ts"), file));
      }
    };
    visit(new URL("../../app/sdk/src/grant/index.ts", import.meta.url));
    assert.ok(seen.size > 10);
  });
});
