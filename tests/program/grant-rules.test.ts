// What `grant_session` refuses in rules: programs, shapes, numbers, duplicates; and the nearest rules that pass.
import assert from "node:assert/strict";

import {
  ASSOCIATED_TOKEN_PROGRAM_ID,
  TOKEN_2022_PROGRAM_ID,
  TOKEN_PROGRAM_ID,
} from "@solana/spl-token";
import { Keypair, PublicKey, StakeProgram, SystemProgram } from "@solana/web3.js";
import type { ProgramErrorCode } from "@valetkey/sdk/errors";

import { expectOk, expectRefused, type RefusalFields } from "../support/expect.js";
import { HOSTILE } from "../support/hostile.js";
import {
  ANY_AT,
  VAULT_AT,
  rawOtherRule,
  rawRule,
  rawTerms,
  tryGrantBytes,
  u16,
  u32,
  u64,
} from "../support/raw-terms.js";
import { readSession } from "../support/session.js";
import { createWorld, type World } from "../support/world.js";

type Bytes = readonly number[];
const WALLET = Keypair.generate().publicKey;
const KINDS = { system: 1, token: 2, token2022: 3, ata: 4, stake: 5 } as const;

describe("rules of terms", () => {
  let world: World;
  before(() => (world = createWorld()));

  const send = (rules: readonly Bytes[], program: PublicKey) =>
    tryGrantBytes(world, rawTerms({ keys: [program, WALLET], rules }, world.svm.now()));
  const refuses = (
    rules: readonly Bytes[],
    name: ProgramErrorCode,
    fields: RefusalFields = {},
    program = HOSTILE,
  ): void => {
    const result = send(rules, program);
    expectRefused(result, name, fields);
    assert.equal(world.svm.getAccount(result.address), null);
  };
  const passes = (rules: readonly Bytes[], program = HOSTILE) => {
    const result = send(rules, program);
    expectOk(result);
    return readSession(world, result);
  };

  describe("of the typed programs", () => {
    const rows: readonly (readonly [string, PublicKey, number, Bytes, number])[] = [
      ["System Transfer", SystemProgram.programId, KINDS.system, [2, 0, 0, 0], 2],
      ["Token Transfer", TOKEN_PROGRAM_ID, KINDS.token, [3], 3],
      ["Token TransferChecked", TOKEN_PROGRAM_ID, KINDS.token, [12], 4],
      ["Token SyncNative", TOKEN_PROGRAM_ID, KINDS.token, [17], 1],
      ["Token-2022 Transfer", TOKEN_2022_PROGRAM_ID, KINDS.token2022, [3], 3],
      ["Token-2022 TransferChecked", TOKEN_2022_PROGRAM_ID, KINDS.token2022, [12], 4],
      ["ATA CreateIdempotent", ASSOCIATED_TOKEN_PROGRAM_ID, KINDS.ata, [1], 6],
      ["Stake DelegateStake", StakeProgram.programId, KINDS.stake, [2, 0, 0, 0], 6],
      ["Stake Deactivate", StakeProgram.programId, KINDS.stake, [5, 0, 0, 0], 3],
    ];
    for (const [name, program, kind, discriminator, accounts] of rows)
      it(`pass for ${name} with exactly ${accounts} accounts and no opt-in`, () => {
        const bound = new Map<number, Bytes[]>([
          [KINDS.ata, [[2, 0, 1, 1]]],
          [
            KINDS.stake,
            [
              [0, 0, 1, 1],
              [1, 1, 2, 0, 1],
            ],
          ],
        ]);
        const base = { kind, discriminator, accounts: bound.get(kind) ?? [] };
        const rule = (least: number, most: number, flags = 0) =>
          rawRule({ ...base, least, most, flags });
        const off = (least: number, most: number) =>
          refuses([rule(least, most)], "UnsafeRule", { rule: 0 }, program);
        if (accounts > 1 && !bound.has(kind)) off(accounts - 1, accounts - 1);
        off(accounts, accounts + 1);
        off(accounts + 1, accounts + 1);
        off(0, accounts);
        refuses([rule(accounts, accounts, 4)], "UnsafeRule", { rule: 0 }, program);
        const [stored] = passes([rule(accounts, accounts)], program).rules;
        assert.deepEqual([...(stored?.discriminator ?? [])], discriminator);
        assert.deepEqual([stored?.minAccounts, stored?.maxAccounts], [accounts, accounts]);
      });

    it("are refused for every other instruction number", () => {
      const allowed = new Map<number, readonly number[]>([
        [KINDS.system, [2]],
        [KINDS.token, [3, 12, 17]],
        [KINDS.token2022, [3, 12, 17]],
        [KINDS.ata, [1]],
        [KINDS.stake, [2, 5]],
      ]);
      const programs = new Map(rows.map(([, program, kind]) => [kind, program]));
      for (const [kind, numbers] of allowed)
        for (const number of [...Array(48).keys(), 252, 253, 254, 255]) {
          if (numbers.includes(number)) continue;
          const wide = kind === KINDS.system || kind === KINDS.stake;
          const discriminator = wide ? [number, 0, 0, 0] : [number];
          const rule = rawRule({ kind, discriminator, least: 3, most: 3, accounts: [] });
          refuses([rule], "UnsafeRule", { rule: 0 }, programs.get(kind));
        }
      const high = rawRule({ discriminator: [2, 0, 0, 1] });
      refuses([high], "UnsafeRule", { rule: 0 }, SystemProgram.programId);
    });

    it("must bind the wallet of ATA CreateIdempotent by key or set", () => {
      const ata = (accounts: readonly Bytes[]) =>
        rawRule({ kind: KINDS.ata, discriminator: [1], least: 6, most: 6, accounts });
      const program = ASSOCIATED_TOKEN_PROGRAM_ID;
      const unbound = { rule: 0, position: 2 };
      for (const accounts of [[], [VAULT_AT(0)], [ANY_AT(2)], [[2, 4, 2, 1, 255]]])
        refuses([ata(accounts)], "UnsafeRule", unbound, program);
      for (const accounts of [[[2, 0, 1, 1]], [[2, 1, 2, 0, 1]], [VAULT_AT(2)]])
        assert.equal(passes([ata(accounts)], program).rules.length, 1);
    });

    it("must bind the stake account, and the vote account that it is delegated to, by key or set", () => {
      const stake = (number: number, most: number, accounts: readonly Bytes[]) =>
        rawRule({
          ...{ kind: KINDS.stake, discriminator: [number, 0, 0, 0], least: most, most },
          accounts,
        });
      const program = StakeProgram.programId;
      const [one, two] = [
        [0, 0, 1, 1],
        [1, 0, 1, 0],
      ];
      const off = (rule: Bytes, position: number) =>
        refuses([rule], "UnsafeRule", { rule: 0, position }, program);
      for (const accounts of [[], [ANY_AT(0), two], [VAULT_AT(0), two], [two]])
        off(stake(2, 6, accounts), 0);
      for (const accounts of [[one], [one, ANY_AT(1)], [one, VAULT_AT(1)]])
        off(stake(2, 6, accounts), 1);
      for (const accounts of [[], [ANY_AT(0)], [VAULT_AT(0)]]) off(stake(5, 3, accounts), 0);
      assert.equal(passes([stake(2, 6, [one, two])], program).rules.length, 1);
      assert.equal(passes([stake(5, 3, [[0, 1, 2, 0, 1]])], program).rules.length, 1);
    });

    it("close accounts only where the terms allow closes", () => {
      for (const [program, kind] of [
        [TOKEN_PROGRAM_ID, KINDS.token],
        [TOKEN_2022_PROGRAM_ID, KINDS.token2022],
      ] as const) {
        const rule = (most: number) =>
          rawRule({ kind, discriminator: [9], least: most, most, accounts: [] });
        refuses([rule(3)], "UnsafeRule", { rule: 0 }, program);
        const open = (rules: readonly Bytes[]) =>
          tryGrantBytes(world, rawTerms({ flags: 4, keys: [program], rules }, world.svm.now()));
        expectRefused(open([rule(4)]), "UnsafeRule", { rule: 0, asked: 4n, left: 3n });
        const result = open([rule(3)]);
        expectOk(result);
        assert.equal(readSession(world, result).closeAccounts, true);
      }
    });

    it("pass a transfer hook's accounts only where the terms allow that extension", () => {
      const rule = (kind: number, discriminator: Bytes, least: number, most: number, flags = 0) =>
        rawRule({ kind, discriminator, least, most, flags, accounts: [] });
      const open = (one: Bytes, program: PublicKey) =>
        tryGrantBytes(
          world,
          rawTerms(
            { flags: 128, parts: u64(1 << 14), keys: [program], rules: [one] },
            world.svm.now(),
          ),
        );
      const hooked = rule(KINDS.token2022, [12], 4, 9);
      refuses([hooked], "UnsafeRule", { rule: 0 }, TOKEN_2022_PROGRAM_ID);
      for (const bad of [
        rule(KINDS.token2022, [12], 3, 9),
        rule(KINDS.token2022, [12], 4, 9, 4),
        rule(KINDS.token2022, [3], 3, 4),
      ])
        expectRefused(open(bad, TOKEN_2022_PROGRAM_ID), "UnsafeRule", { rule: 0 });
      const plain = open(rule(KINDS.token, [12], 4, 5), TOKEN_PROGRAM_ID);
      expectRefused(plain, "UnsafeRule", { rule: 0 });
      expectOk(open(hooked, TOKEN_2022_PROGRAM_ID));
    });

    it("need the length of discriminator that their program uses", () => {
      for (const [program, kind, good] of [
        [SystemProgram.programId, KINDS.system, 4],
        [TOKEN_PROGRAM_ID, KINDS.token, 1],
        [TOKEN_2022_PROGRAM_ID, KINDS.token2022, 1],
        [ASSOCIATED_TOKEN_PROGRAM_ID, KINDS.ata, 1],
        [StakeProgram.programId, KINDS.stake, 4],
      ] as const)
        for (const length of [1, 4, 8].filter((one) => one !== good)) {
          const discriminator = [3, ...Array<number>(length - 1).fill(0)];
          refuses([rawRule({ kind, discriminator })], "BadDiscriminator", { rule: 0 }, program);
        }
    });
  });

  it("have discriminators of 1, 4 or 8 bytes", () => {
    for (let length = 0; length <= 9; length += 1) {
      const rule = rawOtherRule({ discriminator: Array<number>(length).fill(9) });
      if ([1, 4, 8].includes(length)) assert.equal(passes([rule]).rules.length, 1);
      else refuses([rule], "BadDiscriminator", { rule: 0 });
    }
    refuses([rawOtherRule({ discriminatorLength: 255 })], "BadDiscriminator", { rule: 0 });
  });

  it("say the kind of their program truly", () => {
    for (const kind of [1, 2, 3, 4, 5, 6, 255])
      refuses([rawOtherRule({ kind })], "TermsMalformed", { rule: 0 });
    const hidden = rawRule({ kind: 0 });
    refuses([hidden], "TermsMalformed", { rule: 0 }, SystemProgram.programId);
  });

  it("never call this program, loaders, votes or precompiles", () => {
    const reserved = [
      world.programId,
      ...[
        "NativeLoader1111111111111111111111111111111",
        "BPFLoader1111111111111111111111111111111111",
        "BPFLoader2111111111111111111111111111111111",
        "BPFLoaderUpgradeab1e11111111111111111111111",
        "LoaderV411111111111111111111111111111111111",
        "Vote111111111111111111111111111111111111111",
        "AddressLookupTab1e1111111111111111111111111",
        "Config1111111111111111111111111111111111111",
        "Feature111111111111111111111111111111111111",
        "ComputeBudget111111111111111111111111111111",
        "Ed25519SigVerify111111111111111111111111111",
        "KeccakSecp256k11111111111111111111111111111",
        "Secp256r1SigVerify1111111111111111111111111",
      ].map((address) => new PublicKey(address)),
    ];
    for (const program of reserved)
      refuses([rawOtherRule()], "ReservedProgram", { rule: 0, key: 0 }, program);
    const second = [rawOtherRule({ program: 1 }), rawOtherRule({ id: 1 })];
    refuses(second, "ReservedProgram", { rule: 1, key: 0 }, world.programId);
  });

  it("name a program of the key table", () => {
    for (const program of [2, 32, 254, 255])
      refuses([rawOtherRule({ program })], "BadConstraint", { rule: 0, key: program });
    assert.equal(passes([rawOtherRule({ program: 1 })]).rules[0]?.program, WALLET.toBase58());
  });

  for (const [what, least, most, good] of [
    ["none to none", 0, 0, true],
    ["none to 61", 0, 61, true],
    ["61 to 61", 61, 61, true],
    ["61 to 62", 61, 62, false],
    ["255 to 255", 255, 255, false],
    ["two to one", 2, 1, false],
  ] as const)
    it(`${good ? "allow" : "refuse"} numbers of accounts from ${what}`, () => {
      const rule = rawOtherRule({ least, most, accounts: [] });
      const fields = { rule: 0, asked: BigInt(least), left: BigInt(most) };
      if (!good) return refuses([rule], "BadConstraint", fields);
      const [stored] = passes([rule]).rules;
      assert.deepEqual([stored?.minAccounts, stored?.maxAccounts], [least, most]);
    });

  it("have ids and contents of their own", () => {
    refuses([rawOtherRule(), rawOtherRule()], "DuplicateRule", { rule: 1 });
    refuses([rawOtherRule(), rawOtherRule({ id: 1 })], "DuplicateRule", { rule: 1 });
    const other = { most: 39 };
    refuses([rawOtherRule(), rawOtherRule(other)], "DuplicateRule", { rule: 1 });
    const third = [rawOtherRule(), rawOtherRule({ ...other, id: 65_535 })];
    refuses([...third, rawOtherRule({ id: 7 })], "DuplicateRule", { rule: 2 });
    assert.deepEqual(
      passes(third).rules.map((rule) => rule.id),
      [0, 65_535],
    );
  });

  it("refuse modes and flags that they don't know", () => {
    for (const mode of [2, 255]) refuses([rawOtherRule({ mode })], "TermsMalformed", { rule: 0 });
    for (const flags of [32, 64, 128])
      refuses([rawOtherRule({ flags })], "TermsMalformed", { rule: 0 });
  });

  it("may be native: without decoder, floor and pin", () => {
    const [stored] = passes([rawOtherRule({ mode: 1 })]).rules;
    assert.equal(stored?.mode, "native");
    refuses([rawRule({ mode: 1 })], "UnsafeRule", { rule: 0 }, SystemProgram.programId);
    const floor = { flags: 2, parts: [255, 1, ...u64(1), ...u64(1)] };
    const pin = { flags: 8, parts: [1, ...u64(1)] };
    refuses([rawOtherRule({ mode: 1, ...pin })], "UnsafeRule", { rule: 0 });
    const rules = [rawOtherRule({ mode: 1, ...floor })];
    const keys = [HOSTILE, world.mint];
    const terms = rawTerms({ keys, rules }, world.svm.now());
    const result = tryGrantBytes(world, terms, { accounts: [world.mint] });
    expectRefused(result, "UnsafeRule", { rule: 0 });
    const counted = { flags: 17, parts: [...u32(3), ...u32(0), 8, 0, 3, ...u64(9), ...u64(0)] };
    assert.equal(passes([rawOtherRule({ mode: 1, ...counted })]).rules[0]?.cap?.total, 9n);
  });

  it("may pin their program by an account of the key table", () => {
    const pin = (index: number) => ({ flags: 8, parts: [index, ...u64(311n)] });
    for (const index of [2, 254, 255])
      refuses([rawOtherRule(pin(index))], "BadConstraint", { rule: 0, key: index });
    const [stored] = passes([rawOtherRule(pin(1))]).rules;
    assert.deepEqual(stored?.pin, { programData: WALLET.toBase58(), slot: 311n });
  });

  for (const [what, offset, kind, total, spent, name] of [
    ["a u8 from the start", 65_535, 0, 1n, 0n, null],
    ["a u16 from the start", 0, 1, 1n, 0n, null],
    ["a u32 from the end", 4, 0x82, 1n, 0n, null],
    ["a u64 from the end, as much as there is", 8, 0x83, (1n << 64n) - 1n, 0n, null],
    ["a field that ends after the end", 7, 0x83, 1n, 0n, "BadConstraint"],
    ["nothing", 0, 0, 0n, 0n, "BadConstraint"],
    ["an i64", 0, 4, 1n, 0n, "BadConstraint"],
    ["a key", 0, 5, 1n, 0n, "BadConstraint"],
    ["bytes", 0, 6, 1n, 0n, "BadConstraint"],
    ["an unknown kind", 0, 7, 1n, 0n, "BadConstraint"],
    ["what is spent already", 0, 3, 5n, 1n, "TermsMalformed"],
  ] as const)
    it(`${name === null ? "allow" : "refuse"} a cap on ${what}`, () => {
      const parts = [...u16(offset), kind, ...u64(total), ...u64(spent)];
      const rule = rawOtherRule({ flags: 16, parts });
      if (name !== null) return refuses([rule], name, { rule: 0 });
      const [stored] = passes([rule]).rules;
      assert.deepEqual([stored?.cap?.total, stored?.capSpent], [total, 0n]);
    });

  it("mark position keys only where the terms allow them", () => {
    const rule = rawOtherRule({ accounts: [VAULT_AT(0), [1, 5, 0]] });
    refuses([rule], "UnsafeRule", { rule: 0, position: 1 });
    const open = (rules: readonly Bytes[]) =>
      tryGrantBytes(world, rawTerms({ flags: 8, keys: [HOSTILE], rules }, world.svm.now()));
    const native = rawOtherRule({ mode: 1, accounts: [[1, 5, 0]] });
    expectRefused(open([native]), "UnsafeRule", { rule: 0, position: 1 });
    const payload = rawOtherRule({ accounts: [[1, 5, 1, 0]] });
    expectRefused(open([payload]), "BadConstraint", { rule: 0, position: 1 });
    const result = open([rule]);
    expectOk(result);
    assert.equal(readSession(world, result).positionKeys, true);
  });

  for (const [what, allowed, spent, name] of [
    ["no use", 0, 0, "BadUses"],
    ["one use", 1, 0, null],
    ["the most uses", 4_294_967_295, 0, null],
    ["a use that is spent already", 2, 1, "TermsMalformed"],
  ] as const)
    it(`${name === null ? "allow" : "refuse"} ${what} of their own`, () => {
      const rule = rawOtherRule({ flags: 1, parts: [...u32(allowed), ...u32(spent)] });
      if (name !== null) return refuses([rule], name, { rule: 0 });
      const [stored] = passes([rule]).rules;
      assert.deepEqual([stored?.uses, stored?.usesSpent], [allowed, 0]);
    });

  it("let accounts go unbound only when they say so", () => {
    assert.equal(passes([rawOtherRule()]).rules[0]?.unbound, false);
    assert.equal(passes([rawOtherRule({ flags: 4 })]).rules[0]?.unbound, true);
  });
});
