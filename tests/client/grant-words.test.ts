// A grant in plain words: what a person reads is the terms and nothing but the terms.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";

import arena from "../../artifacts/arena.json" with { type: "json" };
import { decodeTerms, encodeTerms, type TermsData } from "../../app/sdk/src/codec/index.js";
import {
  describeGrant,
  grantText,
  mergeNames,
  namesFromIdl,
  type IdlLike,
  type Names,
} from "../../app/sdk/src/grant/index.js";
import { makeRule } from "../../app/sdk/src/terms/rule.js";
import { allowSolTransfer, floor, limit, SOL, terms } from "../../app/sdk/src/terms/index.js";
import { SAMPLES } from "./support/grants.js";
import { keyOf, sessionOf, VAULT } from "./support/samples.js";

const NOW = 1_800_000_000n;
const [one, two, three] = [keyOf(1).toBase58(), keyOf(2).toBase58(), keyOf(3).toBase58()];
const resolve = (...allow: Parameters<typeof terms>[0]["allow"]): TermsData =>
  terms({ expiresInSeconds: 60, uses: 1, allow }).resolve({ now: NOW, vault: VAULT });
const said = (data: TermsData, names: Names = {}): string =>
  describeGrant(data, names)
    .map(({ text }) => text)
    .join("\n");
const line = (data: TermsData, key: string, names: Names = {}): string =>
  describeGrant(data, names).find((found) => found.key === key)?.text ?? "";
/** A rule of an unknown program with these keys at its positions. */
const keysAt = (...keys: readonly string[]): TermsData =>
  resolve(
    makeRule(
      {
        ...{ label: "x", program: keyOf(9).toBase58(), discriminator: Uint8Array.of(1) },
        ...{ minAccounts: keys.length, maxAccounts: keys.length },
        accounts: keys.map((key, position) => ({ position, kind: "key" as const, key })),
      },
      {},
    ),
  );

describe("the text of a grant", () => {
  for (const { name, subject, names } of SAMPLES) {
    it(`reads as the golden file says: ${name}`, () => {
      const file = new URL(`../fixtures/golden/grant-${name}.txt`, import.meta.url);
      const text = `${grantText(describeGrant(subject, names), { width: 100 })}\n`;
      if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(file, text);
      assert.equal(text, readFileSync(file, "utf8"));
    });
  }

  for (const { name, terms: data, names } of SAMPLES) {
    it(`M03 changes with any byte of the terms, with names and without: ${name}`, () => {
      const bytes = encodeTerms(data);
      const before = [said(data), said(data, names)];
      let readable = 0;
      for (const [at, byte] of bytes.entries()) {
        for (const mask of [1, 8, 64, 255]) {
          const changed = Uint8Array.from(bytes);
          changed[at] = byte ^ mask;
          const other = decodedOrNull(changed);
          if (other === null) continue;
          readable += 1;
          assert.notEqual(said(other), before[0], `byte ${at}, mask ${mask}`);
          assert.notEqual(said(other, names), before[1], `byte ${at}, mask ${mask}, with names`);
        }
      }
      assert.ok(readable > 200, `${readable} changed terms were readable`);
    });
  }

  it("M03 another address gives another text, whatever addresses are called", () => {
    const pool = [1, 2, 3, 4].map((n) => keyOf(n).toBase58());
    const name = fc.constantFrom(
      "gold",
      "Gold ",
      "g.o.l.d",
      "System",
      "the vault",
      "(x)",
      "silver",
    );
    const key = fc.constantFrom(...pool);
    const list = fc.array(key, { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(list, list, fc.dictionary(key, name), (a, b, names) => {
        const same = a.join() === b.join();
        assert.equal(said(keysAt(...a), { names }) === said(keysAt(...b), { names }), same);
      }),
      { numRuns: 500 },
    );
  });

  it("no width breaks no line, a width breaks each that is longer at a space", () => {
    const lines = describeGrant(SAMPLES[1]?.terms ?? keysAt(one));
    const whole = grantText(lines).split("\n");
    assert.equal(whole.filter((row) => row !== "").length, lines.length);
    const rows = grantText(lines, { width: 80 }).split("\n");
    assert.ok(rows.length > whole.length);
    assert.ok(rows.every((row) => row.length <= 80));
    const words = (text: readonly string[]): string => text.join(" ").replace(/\s+/g, " ");
    assert.equal(words(rows), words(whole));
  });

  it("paints each row by its line's level", () => {
    const lines = [
      { key: "uses", text: "a b", level: "warning" as const },
      { key: "rule.0.unbound", text: "c", level: "danger" as const },
    ];
    const paint = (text: string, level: string): string => `${level}:${text}`;
    assert.equal(
      grantText(lines, { width: 4, paint }),
      "warning:!  a\nwarning:     b\n\ndanger:!!   c",
    );
  });
});

function decodedOrNull(bytes: Uint8Array): TermsData | null {
  try {
    return decodeTerms(bytes);
  } catch {
    return null;
  }
}

describe("names of addresses", () => {
  const at = (position: number, data: TermsData, names: Names): string =>
    line(data, `rule.0.account.${position}`, names);

  it("stand alone from the second mention on", () => {
    const data = keysAt(one, one);
    const names = { names: { [one]: "the guild" } };
    assert.equal(at(0, data, names), `Account 0 is the guild (${one}).`);
    assert.equal(at(1, data, names), "Account 1 is the guild.");
  });

  it("can't hide another address: shared or look-alike names always come with it", () => {
    for (const other of ["the guild", "The  Guild", "the-guild", "the ｇuild"]) {
      const data = keysAt(one, two, one, two);
      const names = { names: { [one]: "the guild", [two]: other } };
      for (const [position, key] of [one, two, one, two].entries())
        assert.ok(at(position, data, names).includes(`(${key})`), other);
    }
  });

  it("never stand alone when they are words of the text or of known programs", () => {
    for (const name of ["the vault", "SOL", "Vault", "System", "SPL Token", "wrapped SOL"]) {
      const text = at(1, keysAt(one, one), { names: { [one]: name } });
      assert.equal(text, `Account 1 is ${name} (${one}).`);
    }
    const system = "11111111111111111111111111111111";
    const renamed = { names: { [system]: "a friend", [one]: "System" } };
    assert.match(at(0, keysAt(system, system), renamed), /is System \(1{32}\)/);
    assert.match(at(1, keysAt(system, system), renamed), /is System \(1{32}\)/);
  });

  it("are left out when they could be read as something else", () => {
    const unsafe = ["", "a (b)", "a`b", "a\nb", "a\u202eb", "x".repeat(41), two];
    for (const name of unsafe)
      assert.equal(at(0, keysAt(one), { names: { [one]: name } }), `Account 0 is ${one}.`);
  });

  it("merge: the later source is heard, interfaces add up", () => {
    const early = namesFromIdl(arena);
    const late: Names = {
      names: { [arena.address]: "the arena" },
      programs: { [arena.address]: { "01": { name: "other", accounts: [], args: [] } } },
    };
    const merged = mergeNames(early, late, { decimals: { [one]: 2 } });
    assert.equal(early.names?.[arena.address], "arena");
    assert.equal(merged.names?.[arena.address], "the arena");
    const instructions = Object.keys(merged.programs?.[arena.address] ?? {});
    assert.equal(instructions.length, arena.instructions.length + 1);
    assert.deepEqual(merged.decimals, { [one]: 2 });
  });
});

describe("names from an IDL", () => {
  const idl: IdlLike = {
    address: three,
    instructions: [
      {
        ...{ name: "act", discriminator: [1] },
        accounts: [{ name: "from" }, { name: "pair", accounts: [{ name: "a" }, { name: "b" }] }],
        args: [
          { name: "flag", type: "bool" },
          { name: "kind", type: { defined: { name: "Kind" } } },
          { name: "change", type: "i16" },
          { name: "note", type: "string" },
          { name: "last", type: "u64" },
        ],
      },
      { name: "twin", discriminator: [2], accounts: [{ name: "x" }, { name: "x" }], args: [] },
      { name: "twin", discriminator: [3], accounts: [{ name: "x" }], args: [] },
      { name: "odd (x)", discriminator: [4], accounts: [{ name: "x" }], args: [] },
    ],
    types: [
      { name: "Kind", type: { kind: "enum", variants: [{ name: "Slow" }, { name: "Fast" }] } },
    ],
  };
  const names = namesFromIdl(idl);
  type Parts = Partial<Parameters<typeof makeRule>[0]>;
  const rule = (code: number, count: number, parts: Parts = {}): TermsData =>
    resolve(
      makeRule(
        {
          ...{ label: "x", program: three, discriminator: Uint8Array.of(code) },
          ...{ minAccounts: count, maxAccounts: count, ...parts },
        },
        {},
      ),
    );
  const field = (data: NonNullable<Parts["data"]>[number]): string =>
    line(rule(1, 3, { data: [data] }), "rule.0.data.0", names);
  const start = { from: "start", operator: "eq" } as const;

  it("name arguments by their place: bools, enums and signed numbers in words", () => {
    assert.equal(field({ ...start, offset: 1, field: "u8", values: [1n] }), "`flag` is true (1).");
    assert.equal(
      field({ ...start, offset: 2, field: "u8", operator: "in", values: [0n, 1n] }),
      "`kind` is one of Slow (0) or Fast (1).",
    );
    assert.equal(
      field({ ...start, offset: 3, field: "u16", values: [65_535n] }),
      "`change` is -1.",
    );
    assert.match(
      field({ offset: 8, from: "end", field: "u64", operator: "le", values: [5n] }),
      /^`last` is at most 5 \(counted from the end/,
    );
  });

  it("name nothing where the condition reads other bytes, or reads them otherwise", () => {
    const raw = field({ ...start, offset: 1, field: "u16", values: [1n] });
    assert.equal(raw, "The u16 at byte 1 of the data is 1.");
    assert.match(field({ ...start, offset: 4, field: "u8", values: [1n] }), /^The u8 at byte 4/);
    assert.match(
      field({ offset: 8, from: "end", field: "i64", operator: "le", values: [5n] }),
      /^The i64 8 bytes before the end of the data is at most 5/,
    );
  });

  it("show the discriminator or the position beside a name that says too little", () => {
    assert.match(line(rule(2, 2), "rule.0", names), /: twin \(02\)\.$/);
    assert.match(line(rule(4, 1), "rule.0", names), /: instruction 04, with 1 account\.$/);
    assert.equal(
      line(rule(2, 2), "rule.0.open", names),
      "`x` (account 0) and `x` (account 1): read only, or a token account of the vault.",
    );
    assert.match(
      line(rule(1, 3), "rule.0.open", names),
      /^`from`, `pair\.a` and `pair\.b`: read only/,
    );
    assert.match(line(rule(1, 4), "rule.0", names), /: act, with 4 accounts\.$/);
  });

  it("belong to the address where the program is deployed", () => {
    const elsewhere = namesFromIdl(idl, keyOf(5));
    assert.match(line(rule(1, 3), "rule.0", elsewhere), /instruction 01, with 3 accounts/);
    assert.deepEqual(Object.keys(elsewhere.programs ?? {}), [keyOf(5).toBase58()]);
  });
});

describe("what is loud, and amounts", () => {
  const unknown = { label: "x", program: three, discriminator: Uint8Array.of(1) };
  const market = (minimum: { readonly get: bigint; readonly per: bigint }): TermsData =>
    resolve(
      makeRule(
        { ...unknown, minAccounts: 1, maxAccounts: 1 },
        { floor: floor({ give: keyOf(1), get: keyOf(2), minimum }) },
      ),
    );
  const names = { names: { [one]: "gold", [two]: "potion" }, decimals: { [one]: 6, [two]: 2 } };
  const floorOf = (get: bigint, per: bigint, known: Names = names): string =>
    line(market({ get, per }), "rule.0.floor", known).split(" must come back")[0] ?? "";

  it("floors count whole units where that comes out even, else what the terms say", () => {
    assert.equal(
      floorOf(90n, 1_000_000n),
      `For every 1 gold (${one}) that leaves at least 0.9 potion (${two})`,
    );
    assert.match(floorOf(1n, 3_000_000n), /every 3 gold .* at least 0\.01 potion/);
    assert.match(
      floorOf(9n, 7n, { decimals: { [one]: 6 } }),
      /every 0\.000007 of \w+ that leaves at least 9 base units of \w+$/,
    );
  });

  it("a rule without a floor is a warning as soon as something may leave", () => {
    const bare = makeRule({ ...unknown, minAccounts: 1, maxAccounts: 1 }, {});
    assert.equal(line(resolve(bare), "rule.0.floor"), "");
    const spending = terms({
      ...{ expiresInSeconds: 60, uses: 1, allow: [bare] },
      limits: [limit({ asset: SOL, total: 1n })],
    }).resolve({ now: NOW });
    const found = describeGrant(spending).find(({ key }) => key === "rule.0.floor");
    assert.equal(found?.level, "warning");
  });

  it("a transfer to anybody is a danger", () => {
    const found = describeGrant(resolve(allowSolTransfer())).find(
      ({ key }) => key === "rule.0.open",
    );
    assert.deepEqual(
      [found?.level, found?.text.slice(0, 22)],
      ["danger", "`to` may be anybody's:"],
    );
  });

  it("decimals that the program read from a mint are stronger than the caller's", () => {
    const data = terms({
      ...{ expiresInSeconds: 60, uses: 1, allow: [allowSolTransfer()] },
      limits: [limit({ asset: keyOf(1), total: 5n })],
    }).resolve({ now: NOW });
    const lines = describeGrant(sessionOf(data), { decimals: { [one]: 0 } });
    const text = lines.find(({ key }) => key === "limit.0")?.text;
    assert.equal(text, `At most 0.000000005 of ${one} may leave the vault in all.`);
  });
});
