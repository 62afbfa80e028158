// Rules from programs and examples: everything that isn't said is refused by name.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { AnchorProvider, Program, Wallet, type Idl } from "@coral-xyz/anchor";
import { Connection, Keypair, PublicKey, TransactionInstruction } from "@solana/web3.js";

import type { IdlLike } from "../../app/sdk/src/terms/index.js";
import {
  allow,
  allowLike,
  any,
  free,
  ownerToken,
  programOwned,
  vault,
  vaultToken,
  type Role,
} from "../../app/sdk/src/terms/index.js";
import { isValetkeyError } from "../../app/sdk/src/errors/index.js";
import { keyOf, VAULT } from "./support/samples.js";

const arena = JSON.parse(
  readFileSync(new URL("../../artifacts/arena.json", import.meta.url), "utf8"),
) as Idl;
const raw = { idl: arena };
const connection = new Connection("http://127.0.0.1:1");
const program = new Program(arena, new AnchorProvider(connection, new Wallet(Keypair.generate())));

const programId = keyOf(77);
const seed = (text: string) => ({ kind: "const", value: [...Buffer.from(text)] });

/** An IDL with every kind of account and argument. */
const zoo: IdlLike = {
  address: programId.toBase58(),
  instructions: [
    {
      name: "everything",
      discriminator: [1, 2, 3, 4, 5, 6, 7, 8],
      accounts: [
        { name: "authority", signer: true },
        { name: "settings", writable: true, pda: { seeds: [seed("settings")] } },
        {
          name: "moving",
          writable: true,
          pda: { seeds: [seed("x"), { kind: "account", path: "authority" }] },
        },
        { name: "by_argument", pda: { seeds: [{ kind: "arg", path: "level" }] } },
        { name: "clock", address: "SysvarC1ock11111111111111111111111111111111" },
        { name: "referrer", writable: true, optional: true },
        { name: "treasury", writable: true, optional: true, address: keyOf(5).toBase58() },
        { name: "inner", accounts: [{ name: "target", writable: true }, { name: "reader" }] },
        { name: "token_program" },
      ],
      args: [
        { name: "level", type: "u8" },
        { name: "max_price", type: "i64" },
        { name: "who", type: "pubkey" },
        { name: "params", type: { defined: { name: "Params" } } },
        { name: "route", type: { vec: "u8" } },
        { name: "between", type: "u16" },
        { name: "note", type: "string" },
        { name: "in_amount", type: "u64" },
        { name: "big", type: "u128" },
      ],
    },
    {
      name: "two_signers",
      discriminator: [9],
      accounts: [
        { name: "authority", signer: true },
        { name: "payer", signer: true, writable: true },
      ],
      args: [],
    },
  ],
  types: [
    {
      name: "Params",
      type: {
        kind: "struct",
        fields: [
          { name: "side", type: { defined: { name: "Side" } } },
          { name: "hash", type: { array: ["u8", 4] } },
          { name: "on", type: "bool" },
        ],
      },
    },
    { name: "Side", type: { kind: "enum", variants: [{ name: "Buy" }, { name: "Sell" }] } },
  ],
};

const roles: Readonly<Record<string, Role>> = {
  moving: keyOf(1),
  "inner.target": programOwned,
  tokenProgram: keyOf(3),
};
const everything = (
  more: Readonly<Record<string, Role>> = {},
  args: Parameters<typeof allow>[0]["args"] = {},
) =>
  allow({
    program: { idl: zoo },
    instruction: "everything",
    accounts: { ...roles, ...more },
    args,
  });

describe("rules from an IDL", () => {
  it("each account kind becomes the constraint that it needs, and no more", () => {
    const rule = everything();
    const [settings] = PublicKey.findProgramAddressSync([Buffer.from("settings")], programId);
    assert.deepEqual(rule.accounts, [
      { position: 0, kind: "vault" },
      { position: 1, kind: "key", key: settings.toBase58() },
      { position: 2, kind: "key", key: keyOf(1).toBase58() },
      { position: 4, kind: "key", key: "SysvarC1ock11111111111111111111111111111111" },
      // An optional account that is left out is the program's own id.
      { position: 5, kind: "key", key: programId.toBase58() },
      { position: 6, kind: "set", keys: [keyOf(5).toBase58(), programId.toBase58()] },
      { position: 7, kind: "programOwned" },
      { position: 9, kind: "key", key: keyOf(3).toBase58() },
    ]);
    assert.deepEqual([rule.minAccounts, rule.maxAccounts], [10, 10]);
    assert.deepEqual([...rule.discriminator], [1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it("RuleIncomplete lists every open position with its choices", () => {
    assert.throws(
      () => allow({ program: { idl: zoo }, instruction: "everything" }),
      (error) => {
        assert.ok(isValetkeyError(error, "RuleIncomplete"));
        const open = error.context.positions.map(({ position, name }) => [position, name]);
        assert.deepEqual(open, [
          [2, "moving"],
          [7, "inner.target"],
          [9, "token_program"],
        ]);
        assert.ok(error.context.positions.every(({ choices }) => choices.includes("any")));
        return true;
      },
    );
  });

  it("every role is taken as it is said", () => {
    const said: readonly (readonly [Role, object])[] = [
      [keyOf(8), { kind: "key", key: keyOf(8).toBase58() }],
      [[keyOf(8), keyOf(9)], { kind: "set", keys: [keyOf(8).toBase58(), keyOf(9).toBase58()] }],
      [vault, { kind: "vault" }],
      [vaultToken(), { kind: "vaultToken", mint: null }],
      [vaultToken(keyOf(4)), { kind: "vaultToken", mint: keyOf(4).toBase58() }],
      [ownerToken(keyOf(6)), { kind: "ownerToken", owner: keyOf(6).toBase58(), mint: null }],
      [any, { kind: "any" }],
    ];
    for (const [role, constraint] of said) {
      const rule = everything({ moving: role });
      assert.deepEqual(rule.accounts[2], { position: 2, ...constraint });
    }
    assert.ok(!everything({ moving: free }).accounts.some(({ position }) => position === 2));
  });

  it("a second signer must be said, and can only be the vault", () => {
    const make = (payer?: Role) =>
      allow({
        ...{ program: { idl: zoo }, instruction: "twoSigners" },
        accounts: { authority: vault, ...(payer === undefined ? {} : { payer }) },
      });
    assert.throws(make, (error) => isValetkeyError(error, "RuleIncomplete"));
    assert.throws(
      () => make(keyOf(1)),
      (error) => isValetkeyError(error, "SignerNotVault") && error.context.account === "payer",
    );
    assert.equal(make(vault).accounts.length, 2);
  });

  it("unknown names are refused with those there are", () => {
    const wrong = { program: { idl: zoo }, instruction: "nothing" };
    assert.throws(
      () => allow(wrong),
      (error) => isValetkeyError(error, "UnknownInstruction"),
    );
    assert.throws(
      () => everything({ typo: any }),
      (error) => isValetkeyError(error, "UnknownAccount"),
    );
    assert.throws(
      () => everything({}, { typo: 1 }),
      (error) => isValetkeyError(error, "UnknownArgument"),
    );
    assert.throws(
      () => everything({ moving: null }),
      (error) => isValetkeyError(error, "InvalidInput"),
    );
    assert.throws(
      () => everything({ moving: [] }),
      (error) => isValetkeyError(error, "InvalidInput"),
    );
  });

  it("arguments get their place from the start where it is fixed, else from the end", () => {
    const data = (args: Parameters<typeof everything>[1]) => everything({}, args).data;
    const start = (offset: number) => ({ offset, from: "start" as const });
    assert.deepEqual(data({ level: { min: 1, max: 5n } }), [
      { ...start(8), field: "u8", operator: "ge", values: [1n] },
      { ...start(8), field: "u8", operator: "le", values: [5n] },
    ]);
    assert.deepEqual(data({ maxPrice: { oneOf: [-1n, 3n] } }), [
      { ...start(9), field: "i64", operator: "in", values: [-1n, 3n] },
    ]);
    assert.deepEqual(data({ max_price: 7n }), data({ maxPrice: { equals: 7 } }));
    assert.deepEqual(data({ who: { not: keyOf(4) } }), [
      { ...start(17), field: "key", operator: "ne", values: [keyOf(4).toBase58()] },
    ]);
    assert.deepEqual(data({ "params.side": 1 })[0], {
      ...start(49),
      field: "u8",
      operator: "eq",
      values: [1n],
    });
    const hash = Uint8Array.of(1, 2, 3, 4);
    assert.deepEqual(data({ "params.hash": hash })[0], {
      ...{ ...start(50), field: "bytes", operator: "eq", value: hash },
    });
    assert.deepEqual(data({ "params.on": true })[0], {
      ...start(54),
      field: "u8",
      operator: "eq",
      values: [1n],
    });
    assert.deepEqual(data({ inAmount: { max: 9n } })[0], {
      ...{ offset: 24, from: "end", field: "u64", operator: "le", values: [9n] },
    });
  });

  for (const [argument, rule, reason] of [
    ["route", 1, /varies/],
    ["between", 1, /before and after/],
    ["big", 1, /u128/],
    ["params.side", { max: 1 }, /order/],
    ["params.hash", Uint8Array.of(1), /4 bytes/],
    ["who", 5, /PublicKey/],
    ["level", 256, /range/],
    ["level", 1.5, /integer/],
    ["level", { oneOf: [] }, /1 to 16/],
    ["level", {}, /empty/],
  ] as const) {
    it(`refuses a condition on ${argument} by name: ${reason.source}`, () => {
      assert.throws(
        () => everything({}, { [argument]: rule }),
        (error) =>
          isValetkeyError(error, "ArgumentNotFixed") &&
          error.context.argument === argument &&
          reason.test(error.context.reason),
      );
    });
  }

  it("a router: a Vec first, amounts last, 8 to 30 accounts", () => {
    const accounts = Array.from({ length: 8 }, (_, i) => ({ name: `a${i}` }));
    const idl: IdlLike = {
      address: programId.toBase58(),
      instructions: [
        {
          ...{ name: "route", discriminator: [1, 1, 1, 1, 1, 1, 1, 1] },
          accounts: [{ name: "authority", signer: true }, ...accounts.slice(1)],
          args: [
            { name: "plan", type: { vec: { defined: { name: "Step" } } } },
            { name: "in_amount", type: "u64" },
            { name: "min_out", type: "u64" },
          ],
        },
      ],
    };
    const rule = allow({
      ...{ program: { idl }, instruction: "route", remainingAccounts: { max: 22 } },
      args: { inAmount: { max: 100n }, minOut: { min: 1n } },
    });
    assert.deepEqual([rule.minAccounts, rule.maxAccounts], [8, 30]);
    assert.deepEqual(
      rule.data.map(({ offset, from }) => [offset, from]),
      [
        [16, "end"],
        [8, "end"],
      ],
    );
  });
});

describe("rules from the arena's program", () => {
  const item = keyOf(1);
  const fill: Readonly<Record<string, Role>> = {
    ...{ player: item, loot_mint: item, destination: vaultToken(), rent_receiver: vault },
    ...{ pool: item, position: item, reserve_a: item, reserve_b: item, token_a: vaultToken() },
    ...{ token_b: vaultToken(), reserve_in: item, reserve_out: item, source: vaultToken() },
    ...{ enemy: programOwned, receiver: programOwned, payer: vault, authority: vault },
  };

  for (const instruction of arena.instructions) {
    it(`${instruction.name}: the IDL file and the Program give the same rule`, () => {
      const names = instruction.accounts.map(({ name }) => name);
      const accounts = Object.fromEntries(
        names.filter((name) => name in fill).map((name) => [name, fill[name] ?? any]),
      );
      const rule = allow({ program: raw, instruction: instruction.name, accounts });
      const camel = program.idl.instructions[arena.instructions.indexOf(instruction)]?.name ?? "";
      const same = allow({ program, instruction: camel, accounts });
      assert.deepEqual({ ...rule, label: "" }, { ...same, label: "" });
      assert.equal(rule.maxAccounts, names.length);
      const constrained = new Set(rule.accounts.map(({ position }) => position));
      for (const [position, one] of instruction.accounts.entries()) {
        const needs = "writable" in one || "signer" in one || "address" in one;
        if (needs) assert.ok(constrained.has(position), one.name);
      }
    });
  }

  it("in native mode everything that is written needs a role, but for optional accounts", () => {
    for (const instruction of arena.instructions) {
      const names = instruction.accounts.map(({ name }) => name);
      const accounts = Object.fromEntries(
        names.filter((name) => name in fill).map((name) => [name, fill[name] ?? any]),
      );
      const make = (some: Readonly<Record<string, Role>>) =>
        allow({ program: raw, instruction: instruction.name, accounts: some, mode: "native" });
      const constrained = new Set(make(accounts).accounts.map(({ position }) => position));
      for (const [position, one] of instruction.accounts.entries()) {
        const signs = "signer" in one && !(one.name in accounts);
        const open = ("optional" in one && one.optional) || signs;
        if ("writable" in one && !open) assert.ok(constrained.has(position), one.name);
        if (signs) assert.ok(!constrained.has(position), one.name);
      }
      const written = instruction.accounts.some(
        (one) => one.name in accounts && "writable" in one && !("signer" in one) && !("pda" in one),
      );
      if (!written) continue;
      assert.throws(
        () => make({}),
        (error) => isValetkeyError(error, "RuleIncomplete"),
        instruction.name,
      );
    }
  });

  it("swap without roles lists what it writes", () => {
    assert.throws(
      () => allow({ program: raw, instruction: "swap" }),
      (error) => {
        assert.ok(isValetkeyError(error, "RuleIncomplete"));
        const names = error.context.positions.map(({ name }) => name);
        assert.deepEqual(names, ["reserve_in", "reserve_out", "source", "destination"]);
        return true;
      },
    );
  });
});

describe("rules from an example", () => {
  const example = (count: number, writable = 3): TransactionInstruction =>
    new TransactionInstruction({
      programId,
      keys: [
        { pubkey: VAULT, isSigner: true, isWritable: true },
        ...Array.from({ length: count - 1 }, (_, i) => ({
          ...{ pubkey: i === 0 ? VAULT : keyOf(i), isSigner: false, isWritable: i < writable },
        })),
      ],
      data: Buffer.from([1, 2, 3, 4, 5, 6, 7, 8, 9, 9]),
    });

  it("pins every account that has no role; the example's signer is the vault wherever it stands", () => {
    const rule = allowLike({
      example: example(5),
      discriminatorLength: 8,
      accounts: { 3: vaultToken(), 4: free },
    });
    assert.deepEqual(rule.accounts, [
      { position: 0, kind: "vault" },
      { position: 1, kind: "vault" },
      { position: 2, kind: "key", key: keyOf(1).toBase58() },
      { position: 3, kind: "vaultToken", mint: null },
    ]);
    assert.equal(rule.discriminator.length, 8);
  });

  it("a signer can't have another role; data must hold the discriminator; positions must exist", () => {
    const make = (accounts: Record<number, Role>) =>
      allowLike({ example: example(5), discriminatorLength: 8, accounts });
    assert.throws(
      () => make({ 0: any }),
      (error) => isValetkeyError(error, "SignerNotVault"),
    );
    assert.throws(
      () => make({ 5: any }),
      (error) => isValetkeyError(error, "InvalidInput"),
    );
    const short = new TransactionInstruction({ programId, keys: [], data: Buffer.from([1]) });
    assert.throws(
      () => allowLike({ example: short, discriminatorLength: 8 }),
      (error) => isValetkeyError(error, "InvalidInput"),
    );
  });

  it("up to 16 accounts are pinned; beyond, what is left open must be said", () => {
    const make = (count: number, more: Partial<Parameters<typeof allowLike>[0]> = {}) =>
      allowLike({ example: example(count), discriminatorLength: 8, ...more });
    assert.equal(make(16).accounts.length, 16);
    assert.throws(
      () => make(30),
      (error) => isValetkeyError(error, "RuleIncomplete") && error.context.positions.length > 14,
    );
    const freed = Object.fromEntries(Array.from({ length: 14 }, (_, i) => [16 + i, free]));
    const rule = make(30, { accounts: freed });
    assert.deepEqual([rule.accounts.length, rule.maxAccounts], [16, 30]);
    assert.equal(make(30, { unbound: true }).accounts.length, 16);
  });
});
