// What `grant_session` refuses in limits, floors and their mints; and the nearest terms that pass.
import assert from "node:assert/strict";

import {
  ExtensionType,
  NATIVE_MINT,
  NATIVE_MINT_2022,
  TOKEN_2022_PROGRAM_ID,
  TOKEN_PROGRAM_ID,
  createInitializeMetadataPointerInstruction,
  createInitializeMint2Instruction,
  createInitializeMintCloseAuthorityInstruction,
  createInitializePermanentDelegateInstruction,
  createInitializeTransferFeeConfigInstruction,
  getMintLen,
} from "@solana/spl-token";
import {
  Keypair,
  SystemProgram,
  type PublicKey,
  type TransactionInstruction,
} from "@solana/web3.js";
import type { ProgramErrorCode } from "@valetkey/sdk/errors";

import { expectOk, expectRefused, type RefusalFields } from "../support/expect.js";
import { HOSTILE } from "../support/hostile.js";
import {
  rawLimit,
  rawOtherRule,
  rawTerms,
  tryGrantBytes,
  u32,
  u64,
  type RawTerms,
} from "../support/raw-terms.js";
import { readSession } from "../support/session.js";
import { createMint } from "../support/token.js";
import { createWorld, type World } from "../support/world.js";

const MOST = (1n << 64n) - 1n;
const PER_EXECUTE = 1;
const PER_PERIOD = 2;

describe("limits and floors of terms", () => {
  let world: World;
  before(() => (world = createWorld()));

  const send = (terms: RawTerms, accounts: readonly PublicKey[] = []) =>
    tryGrantBytes(world, rawTerms(terms, world.svm.now()), { accounts });
  const refuses = (
    terms: RawTerms,
    name: ProgramErrorCode,
    fields: RefusalFields = {},
    accounts: readonly PublicKey[] = [],
  ): void => {
    const result = send(terms, accounts);
    expectRefused(result, name, fields);
    assert.equal(world.svm.getAccount(result.address), null);
  };
  const passes = (terms: RawTerms, accounts: readonly PublicKey[] = []) => {
    const result = send(terms, accounts);
    expectOk(result);
    return readSession(world, result);
  };

  for (const [what, limit, good] of [
    ["a total of zero", { total: 0n }, false],
    ["a total of one", { total: 1n }, true],
    ["the largest total", { total: MOST }, true],
    ["zero per execute", { flags: PER_EXECUTE, parts: u64(0) }, false],
    ["one per execute", { flags: PER_EXECUTE, parts: u64(1) }, true],
    ["more per execute than in total", { flags: PER_EXECUTE, parts: u64(MOST) }, true],
    ["zero per period", { flags: PER_PERIOD, parts: [...u64(0), ...u32(1)] }, false],
    ["a period of zero seconds", { flags: PER_PERIOD, parts: [...u64(1), ...u32(0)] }, false],
    ["a period of one second", { flags: PER_PERIOD, parts: [...u64(1), ...u32(1)] }, true],
    [
      "the longest period",
      { flags: PER_PERIOD, parts: [...u64(MOST), ...u32(4_294_967_295)] },
      true,
    ],
    ["both bounds", { flags: 3, parts: [...u64(2), ...u64(3), ...u32(4)] }, true],
    ["an unknown key as source", { source: 1 }, false],
    ["an unknown key as asset", { asset: 1 }, false],
    ["the first number beyond the key table", { asset: 254 }, false],
  ] as const)
    it(`${good ? "accept" : "refuse"} ${what}`, () => {
      const limits = [rawLimit(limit)];
      if (!good) return refuses({ limits }, "BadLimit", { limit: 0 });
      const [stored] = passes({ limits }).limits;
      assert.deepEqual([stored?.spent, stored?.period, stored?.periodSpent], [0n, 0n, 0n]);
      assert.equal(stored?.total, "total" in limit ? limit.total : 1n);
      const flags = "flags" in limit ? limit.flags : 0;
      assert.equal(stored.perExecute !== null, (flags & PER_EXECUTE) !== 0);
      assert.equal(stored.perPeriod !== null, (flags & PER_PERIOD) !== 0);
    });

  it("refuse a flag that they don't know", () => {
    for (const flags of [4, 8, 128]) refuses({ limits: [rawLimit({ flags })] }, "TermsMalformed");
  });

  it("may be on a wallet, which is another asset than the vault's", () => {
    const { vault, config } = world;
    const wallet = Keypair.generate().publicKey;
    const keys = (key: PublicKey) => [SystemProgram.programId, key];
    const limits = [rawLimit({ source: 1 })];
    for (const own of [vault, config])
      refuses({ keys: keys(own), limits }, "BadLimit", { limit: 0 });
    for (const source of [2, 254])
      refuses({ limits: [rawLimit({ source })] }, "BadLimit", { limit: 0 });
    const both = [rawLimit(), ...limits];
    const stored = passes({ keys: keys(wallet), limits: both }).limits;
    assert.deepEqual(
      stored.map(({ source }) => source),
      ["vault", wallet.toBase58()],
    );
    refuses({ keys: keys(wallet), limits: [...both, ...limits] }, "DuplicateLimit", { limit: 2 });
  });

  it("name each asset once", () => {
    const { mint, otherMint } = world;
    const [sol, first, second] = [255, 1, 2].map((asset) => rawLimit({ asset }));
    assert.ok(sol !== undefined && first !== undefined && second !== undefined);
    const terms = (...limits: readonly (readonly number[])[]) => ({ byAccount: 0b110, limits });
    const accounts = [mint, otherMint];
    refuses(terms(sol, sol), "DuplicateLimit", { limit: 1 }, accounts);
    refuses(terms(first, sol, first), "DuplicateLimit", { limit: 2 }, accounts);
    const other = rawLimit({ asset: 2, total: 9n });
    refuses(terms(second, other), "DuplicateLimit", { limit: 1 }, accounts);
    assert.equal(passes(terms(sol, first, second), accounts).limits.length, 3);
  });

  it("are eight at most, each on its own asset", () => {
    const mints = Array.from({ length: 7 }, () => createMint(world.svm));
    const limits = [255, 1, 2, 3, 4, 5, 6, 7].map((asset) => rawLimit({ asset }));
    const { limits: stored } = passes({ byAccount: 0b1111_1110, limits }, mints);
    assert.deepEqual(
      stored.map((limit) => limit.asset),
      ["SOL", ...mints.map(String)],
    );
  });

  describe("and their mints", () => {
    const on = (mint: PublicKey): RawTerms => ({
      keys: [SystemProgram.programId, mint],
      limits: [rawLimit({ asset: 1 })],
    });
    const extended = (
      extension: ExtensionType,
      initialize: (mint: PublicKey, by: PublicKey) => TransactionInstruction,
    ): PublicKey => {
      const { svm } = world;
      const keypair = Keypair.generate();
      const mint = keypair.publicKey;
      const by = svm.payer.publicKey;
      const space = getMintLen([extension]);
      const program = TOKEN_2022_PROGRAM_ID;
      svm.mustSend(
        [
          SystemProgram.createAccount({
            ...{ fromPubkey: by, newAccountPubkey: mint, space, programId: program },
            lamports: Number(svm.rent(space)),
          }),
          initialize(mint, by),
          createInitializeMint2Instruction(mint, 2, by, null, program),
        ],
        [svm.payer, keypair],
      );
      return mint;
    };

    it("must be passed, and may be passed beside others", () => {
      const { mint, otherMint } = world;
      refuses(on(mint), "MintMissing", { limit: 0 });
      refuses(on(mint), "MintMissing", { limit: 0 }, [otherMint]);
      assert.equal(passes(on(mint), [otherMint, mint]).limits[0]?.asset, mint.toBase58());
    });

    for (const decimals of [0, 6, 9, 255])
      for (const program of [TOKEN_PROGRAM_ID, TOKEN_2022_PROGRAM_ID])
        it(`are read with ${decimals} decimals of ${program.equals(TOKEN_PROGRAM_ID) ? "Token" : "Token-2022"}`, () => {
          const mint = createMint(world.svm, { decimals, tokenProgram: program });
          const [limit] = passes(on(mint), [mint]).limits;
          assert.equal(limit?.decimals, decimals);
          assert.equal(limit.token2022, !program.equals(TOKEN_PROGRAM_ID));
        });

    it("are refused when they are wrapped SOL, which counts as SOL", () => {
      for (const mint of [NATIVE_MINT, NATIVE_MINT_2022])
        refuses(on(mint), "MintRefused", { limit: 0 }, [mint]);
    });

    it("are refused when they are no mints", () => {
      const { svm, mint, tokens, vault, config } = world;
      const account = svm.getAccount(mint);
      assert.ok(account !== null);
      const empty = Keypair.generate().publicKey;
      for (const other of [tokens, vault, config, HOSTILE, empty])
        refuses(on(other), "MintRefused", { limit: 0 }, [other]);
      const copy = Keypair.generate().publicKey;
      const write = (offset: number, byte: number): void => {
        const data = Uint8Array.from(account.data);
        data[offset] = byte;
        svm.setAccount(copy, { ...account, data });
      };
      // Not initialised, authorities with an unknown tag.
      for (const [offset, byte] of [
        [45, 0],
        [45, 2],
        [0, 2],
        [46, 2],
      ] as const) {
        write(offset, byte);
        refuses(on(copy), "MintRefused", { limit: 0 }, [copy]);
      }
      write(44, 7);
      assert.equal(passes(on(copy), [copy]).limits[0]?.decimals, 7);
    });

    it("are refused with an extension that changes what a limit means", () => {
      const { thief } = world;
      const program = TOKEN_2022_PROGRAM_ID;
      const rows = [
        [
          ExtensionType.TransferFeeConfig,
          (mint: PublicKey, by: PublicKey) =>
            createInitializeTransferFeeConfigInstruction(mint, by, by, 100, 5n, program),
        ],
        [
          ExtensionType.PermanentDelegate,
          (mint: PublicKey) =>
            createInitializePermanentDelegateInstruction(mint, thief.publicKey, program),
        ],
        [
          ExtensionType.MintCloseAuthority,
          (mint: PublicKey) =>
            createInitializeMintCloseAuthorityInstruction(mint, thief.publicKey, program),
        ],
      ] as const;
      for (const [extension, initialize] of rows) {
        const mint = extended(extension, initialize);
        refuses(on(mint), "MintRefused", { limit: 0, asked: BigInt(extension) }, [mint]);
      }
    });

    it("pass with an extension for names", () => {
      const mint = extended(ExtensionType.MetadataPointer, (address, by) =>
        createInitializeMetadataPointerInstruction(address, by, null, TOKEN_2022_PROGRAM_ID),
      );
      const [limit] = passes(on(mint), [mint]).limits;
      assert.deepEqual([limit?.decimals, limit?.token2022], [2, true]);
    });
  });

  describe("and floors", () => {
    const floor = (give: number, get: number, minimum: bigint, per: bigint): RawTerms => ({
      ...{ keys: [HOSTILE], byAccount: 0b110 },
      rules: [rawOtherRule({ flags: 2, parts: [give, get, ...u64(minimum), ...u64(per)] })],
    });
    for (const [what, give, get, minimum, per, good] of [
      ["a mint for another", 1, 2, 1n, 1n, true],
      ["a mint for SOL", 1, 255, MOST, MOST, true],
      ["SOL for a mint", 255, 1, 1n, MOST, true],
      ["a mint for itself", 1, 1, 1n, 1n, false],
      ["SOL for SOL", 255, 255, 1n, 1n, false],
      ["a minimum of zero", 1, 2, 0n, 1n, false],
      ["nothing to give", 1, 2, 1n, 0n, false],
      ["an unknown key to give", 3, 2, 1n, 1n, false],
      ["an unknown key to get", 1, 3, 1n, 1n, false],
    ] as const)
      it(`${good ? "accept" : "refuse"} ${what}`, () => {
        const accounts = [world.mint, world.otherMint];
        const terms = floor(give, get, minimum, per);
        if (!good) return refuses(terms, "BadFloor", { rule: 0 }, accounts);
        const stored = passes(terms, accounts).rules[0]?.floor;
        assert.deepEqual([stored?.minimum, stored?.per], [minimum, per]);
      });

    it("need their mints too", () => {
      const { mint } = world;
      const named = { ...floor(1, 255, 1n, 1n), byAccount: 0, keys: [HOSTILE, mint] };
      refuses(named, "MintMissing", { rule: 0, key: 1 });
      assert.equal(passes(named, [mint]).rules[0]?.floor?.give, mint.toBase58());
      const wrapped = { ...named, keys: [HOSTILE, NATIVE_MINT] };
      refuses(wrapped, "MintRefused", { rule: 0, key: 1 }, [NATIVE_MINT]);
    });
  });
});
