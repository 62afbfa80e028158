// What terms may say beside plain rules and limits: opt-ins, fee budget, wallets, caps, pins, native mode, stake.
import assert from "node:assert/strict";
import { PublicKey, TransactionInstruction } from "@solana/web3.js";

import arena from "../../artifacts/arena.json" with { type: "json" };
import {
  decodeTerms,
  encodeTerms,
  extensionBits,
  TOKEN_EXTENSIONS,
  type SessionAccount,
  type TokenExtension,
} from "../../app/sdk/src/codec/index.js";
import { isValetkeyError, type ErrorCode } from "../../app/sdk/src/errors/index.js";
import {
  allow,
  allowLike,
  allowSolTransfer,
  allowStakeDeactivation,
  allowStakeDelegation,
  allowTokenAccountClosing,
  allowTokenTransfer,
  any,
  floor,
  limit,
  positionKey,
  programOwned,
  readPin,
  SOL,
  terms,
  vaultToken,
  type TermsInput,
} from "../../app/sdk/src/terms/index.js";
import { checkRenewal } from "../../app/sdk/src/terms/check-renewal.js";
import { makeRule } from "../../app/sdk/src/terms/rule.js";
import { keyOf, sessionOf, VAULT } from "./support/samples.js";

const NOW = 1_800_000_000n;
const CONFIG = keyOf(251);
const [gold, wallet, hook] = [keyOf(40), keyOf(41), keyOf(42)];
const pinned = { programData: keyOf(43), slot: 77n };
const base: TermsInput = { expiresInSeconds: 3_600, uses: 10, allow: [allowSolTransfer()] };
const make = (more: Partial<TermsInput>) => terms({ ...base, ...more });
const at = (more: Partial<TermsInput>) =>
  make(more).resolve({ now: NOW, vault: VAULT, config: CONFIG });
const program = { idl: arena };
const accounts = { player: keyOf(50), enemy: programOwned };
type Energy = NonNullable<Parameters<typeof allow>[0]["args"]>;
const strike = (more: Partial<Parameters<typeof allow>[0]> = {}, energy?: Energy) =>
  allow({ program, instruction: "strike", accounts, ...(energy ? { args: energy } : {}), ...more });

const refuses = (run: () => unknown, code: ErrorCode, words?: RegExp): void => {
  assert.throws(run, (error) => {
    assert.ok(isValetkeyError(error, code), String(error));
    if (words !== undefined) assert.match(error.message, words);
    return true;
  });
};

describe("opt-ins and fee budget", () => {
  it("become flags and bits, and decode to what they were", () => {
    const data = at({
      optIns: {
        ...{ closeAccounts: true, positionKeys: true },
        tokenExtensions: ["transferFee", "pausable"],
      },
      feeBudget: { sponsor: wallet, total: 100n, perExecute: 10n },
    });
    assert.deepEqual([data.closeAccounts, data.positionKeys], [true, true]);
    assert.equal(data.extensions, (1n << 1n) | (1n << 26n));
    assert.deepEqual(data.feeBudget, { sponsor: wallet.toBase58(), total: 100n, perExecute: 10n });
    assert.ok(data.keys.includes(wallet.toBase58()));
    assert.deepEqual(decodeTerms(encodeTerms(data)), data);
  });

  it("are off unless they are said", () => {
    const { closeAccounts, positionKeys, extensions, feeBudget } = at({});
    assert.deepEqual(
      [closeAccounts, positionKeys, extensions, feeBudget],
      [false, false, 0n, null],
    );
  });

  const budget = (total: bigint, perExecute: bigint) => () =>
    make({ feeBudget: { sponsor: wallet, total, perExecute } });
  it("a budget pays something per execute, and not more than in all", () => {
    refuses(budget(5n, 0n), "BadLimit", /fee budget/);
    refuses(budget(0n, 0n), "BadLimit");
    refuses(budget(5n, 6n), "BadLimit");
    assert.ok(budget(5n, 5n)());
  });

  it("extensions are offered by name; closable and non-transferable mints never", () => {
    const all = Object.keys(TOKEN_EXTENSIONS) as TokenExtension[];
    assert.equal(at({ optIns: { tokenExtensions: all } }).extensions, extensionBits(all));
    for (const never of ["mintCloseAuthority", "nonTransferable", "toString"]) {
      const bad = never as TokenExtension;
      refuses(() => make({ optIns: { tokenExtensions: [bad] } }), "InvalidInput", /transferFee/);
    }
  });
});

describe("limits of a wallet", () => {
  const own = limit({ asset: gold, total: 5n });
  const theirs = limit({ asset: gold, total: 7n, wallet });

  it("stand beside the vault's, as another asset", () => {
    const data = at({ limits: [own, theirs, limit({ asset: gold, total: 1n, wallet: hook })] });
    assert.deepEqual(
      data.limits.map(({ source }) => source),
      ["vault", wallet.toBase58(), hook.toBase58()],
    );
    assert.ok(data.keys.includes(wallet.toBase58()));
    assert.deepEqual(decodeTerms(encodeTerms(data)), data);
  });

  it("two of one wallet and asset, the vault's own and its config's are refused", () => {
    refuses(() => make({ limits: [theirs, theirs] }), "DuplicateLimit");
    for (const source of [VAULT, CONFIG])
      refuses(
        () => at({ limits: [limit({ asset: gold, total: 5n, wallet: source })] }),
        "BadLimit",
      );
  });

  it("a transfer out of it binds the source to the wallet", () => {
    const rule = allowTokenTransfer({ mint: gold, to: hook, from: wallet });
    assert.deepEqual(rule.accounts[0], {
      ...{ position: 0, kind: "ownerToken", owner: wallet.toBase58(), mint: gold.toBase58() },
    });
  });
});

describe("caps and masks on arguments", () => {
  it("a cap is the argument's place and type, beside its other conditions", () => {
    const { cap, data } = strike({}, { energy: { max: 10, cap: 200n } });
    assert.deepEqual(cap, { offset: 8, from: "start", field: "u16", total: 200n });
    assert.equal(data.length, 1);
    assert.deepEqual(strike({}, { energy: { cap: 1n } }).data, []);
  });

  it("a mask looks at bits", () => {
    const { data } = strike({}, { energy: { mask: { bits: 6, equals: 2n } } });
    assert.deepEqual(data, [
      { offset: 8, from: "start", field: "u16", operator: "mask", values: [6n, 2n] },
    ]);
  });

  it("what can't be summed or masked is refused by name", () => {
    const swap = (args: Energy) =>
      allow({
        ...{ program, instruction: "swap", args },
        accounts: {
          ...{ pool: keyOf(1), reserveIn: keyOf(2), reserveOut: keyOf(3) },
          ...{ source: vaultToken(), destination: vaultToken() },
        },
      });
    const [first, second] = arena.instructions
      .filter(({ name }) => name === "swap")
      .flatMap(({ args }) => args.map(({ name }) => name));
    assert.ok(first !== undefined && second !== undefined);
    const two = { [first]: { cap: 1n }, [second]: { cap: 1n } };
    refuses(() => swap(two), "ArgumentNotFixed", /another cap/);
    refuses(() => strike({}, { energy: { cap: 0n } }), "ArgumentNotFixed", /bigint from 1/);
    refuses(() => strike({}, { energy: { cap: 1n << 64n } }), "ArgumentNotFixed");
    const wrong = { energy: { mask: { bits: 2, equals: 4 } } };
    refuses(() => strike({}, wrong), "ArgumentNotFixed", /doesn't look at/);
    const idl = {
      address: keyOf(9).toBase58(),
      instructions: [
        {
          ...{ name: "act", discriminator: [1], accounts: [] },
          args: [
            { name: "change", type: "i64" },
            { name: "small", type: "i16" },
            { name: "who", type: "pubkey" },
            { name: "on", type: "bool" },
          ],
        },
      ],
    };
    const act = (args: Energy) => () => allow({ program: { idl }, instruction: "act", args });
    for (const name of ["change", "small", "who", "on"])
      refuses(act({ [name]: { cap: 5n } }), "ArgumentNotFixed", /unsigned/);
    refuses(act({ change: { mask: { bits: 1, equals: 1 } } }), "ArgumentNotFixed", /unsigned/);
  });

  it("a cap on bytes that are never there is refused", () => {
    const rule = makeRule(
      {
        ...{ label: "x", program: keyOf(30).toBase58(), discriminator: Uint8Array.of(1) },
        ...{ minAccounts: 1, maxAccounts: 1 },
        cap: { offset: 7, from: "end", field: "u64", total: 5n },
      },
      {},
    );
    refuses(() => make({ allow: [rule] }), "BadConstraint", /cap/);
    const there = { ...rule, cap: { offset: 8, from: "end", field: "u64", total: 5n } as const };
    assert.ok(make({ allow: [there] }));
  });
});

describe("modes and pins", () => {
  it("a pinned rule carries the deployment, and its key stands in the table", () => {
    const data = at({ allow: [strike({ pinned })] });
    const pin = { programData: pinned.programData.toBase58(), slot: 77n };
    assert.deepEqual(data.rules[0]?.pin, pin);
    assert.ok(data.keys.includes(pin.programData));
    assert.deepEqual(decodeTerms(encodeTerms(data)), data);
  });

  it("in native mode who signs needs no role, whatever else is written still does", () => {
    const rule = strike({ mode: "native" });
    assert.equal(rule.mode, "native");
    assert.ok(!rule.accounts.some(({ kind }) => kind === "vault"));
    refuses(() => strike({ mode: "native", accounts: {} }), "RuleIncomplete", /enemy/);
    assert.ok(at({ allow: [rule] }));
  });

  it("native rules have no floor, no pin, no position key, and no typed program", () => {
    const one = floor({ give: SOL, get: gold, minimum: { get: 1n, per: 1n } });
    const native = { mode: "native" } as const;
    refuses(() => make({ allow: [strike({ ...native, floor: one })] }), "UnsafeRule", /no floor/);
    refuses(() => make({ allow: [strike({ ...native, pinned })] }), "UnsafeRule", /no pin/);
    const typed = { ...allowSolTransfer(), ...native };
    refuses(() => make({ allow: [typed] }), "UnsafeRule", /themselves/);
    const keyed = strike({ ...native, accounts: { ...accounts, enemy: positionKey } });
    const optIns = { positionKeys: true };
    refuses(() => make({ allow: [keyed], optIns }), "UnsafeRule", /execute alone/);
  });

  const loader = new PublicKey("BPFLoaderUpgradeab1e11111111111111111111111");
  const programData = keyOf(60);
  const state = (tag: number, rest: Uint8Array): Buffer => Buffer.from([tag, 0, 0, 0, ...rest]);
  const slot = new Uint8Array(new BigUint64Array([1_234n]).buffer);
  const chain = (owner: PublicKey, code: Buffer, kept: Buffer | null) => ({
    getAccountInfo: (address: PublicKey) => {
      const data = address.equals(programData) ? kept : code;
      return Promise.resolve(
        data === null ? null : { owner, data, executable: true, lamports: 1, rentEpoch: 0 },
      );
    },
  });
  const code = state(2, programData.toBytes());

  it("readPin finds the deployment; programs that can't be pinned are refused", async () => {
    const read = (...parts: Parameters<typeof chain>) =>
      readPin({ connection: chain(...parts), program: keyOf(61) });
    const found = await read(loader, code, state(3, slot));
    assert.ok(found.programData.equals(programData));
    assert.equal(found.slot, 1_234n);
    for (const wrong of [
      read(keyOf(1), code, state(3, slot)),
      read(loader, state(3, slot), state(3, slot)),
      read(loader, code, null),
      read(loader, code, state(2, slot)),
    ]) {
      await assert.rejects(wrong, (error) => isValetkeyError(error, "InvalidInput"));
    }
  });
});

describe("position keys, closes, hooks and stake", () => {
  const keyed = strike({ accounts: { ...accounts, enemy: positionKey } });

  it("need their opt-in", () => {
    refuses(() => make({ allow: [keyed] }), "UnsafeRule", /positionKeys/);
    assert.ok(at({ allow: [keyed], optIns: { positionKeys: true } }));
    const closing = allowTokenAccountClosing({ mint: gold });
    refuses(() => make({ allow: [closing] }), "UnsafeRule", /closeAccounts/);
    assert.ok(at({ allow: [closing], optIns: { closeAccounts: true } }));
    const hooked = allowTokenTransfer({
      ...{ mint: gold, to: wallet, tokenProgram: "token-2022" as const },
      hook: { program: hook, accounts: [keyOf(70), any] },
    });
    refuses(() => make({ allow: [hooked] }), "UnsafeRule", /transferHook/);
    assert.ok(at({ allow: [hooked], optIns: { tokenExtensions: ["transferHook"] } }));
  });

  it("a hook's accounts are bound by position, its program and list of accounts last", () => {
    const rule = allowTokenTransfer({
      ...{ mint: gold, to: wallet, tokenProgram: "token-2022" as const },
      hook: { program: hook, accounts: [keyOf(70)] },
    });
    const seeds = [Buffer.from("extra-account-metas"), gold.toBytes()];
    const [list] = PublicKey.findProgramAddressSync(seeds, hook);
    assert.deepEqual(rule.accounts.slice(3), [
      { position: 4, kind: "key", key: keyOf(70).toBase58() },
      { position: 5, kind: "key", key: hook.toBase58() },
      { position: 6, kind: "key", key: list.toBase58() },
    ]);
    assert.deepEqual([rule.minAccounts, rule.maxAccounts], [7, 7]);
    const plain = () => allowTokenTransfer({ mint: gold, hook: { program: hook } });
    refuses(plain, "InvalidInput", /token-2022/);
  });

  it("a position key may sign where the example or the IDL wants a second signer", () => {
    const idl = {
      address: keyOf(9).toBase58(),
      instructions: [
        {
          ...{ name: "open", discriminator: [1], args: [] },
          accounts: [
            { name: "owner", signer: true },
            { name: "position_mint", signer: true, writable: true },
          ],
        },
      ],
    };
    const open = allow({
      ...{ program: { idl }, instruction: "open" },
      accounts: { owner: { kind: "vault" }, positionMint: positionKey },
    });
    assert.deepEqual(
      open.accounts.map(({ kind }) => kind),
      ["vault", "positionKey"],
    );
    const missing = () =>
      allow({ program: { idl }, instruction: "open", accounts: { owner: { kind: "vault" } } });
    refuses(missing, "RuleIncomplete", /positionKey/);
  });

  it("stake is only delegated and deactivated, and bound to accounts that the owner named", () => {
    const stake = allowStakeDelegation({ stakeAccount: gold, votes: [wallet, hook] });
    assert.deepEqual(stake.accounts, [
      { position: 0, kind: "key", key: gold.toBase58() },
      { position: 1, kind: "set", keys: [wallet.toBase58(), hook.toBase58()] },
    ]);
    assert.ok(at({ allow: [stake, allowStakeDeactivation({ stakeAccount: gold })] }));
    const bare = { ...stake, accounts: stake.accounts.slice(0, 1) };
    refuses(() => make({ allow: [bare] }), "UnsafeRule", /account 1/);
    const authorize = { ...stake, discriminator: Uint8Array.of(1, 0, 0, 0) };
    refuses(() => make({ allow: [authorize] }), "UnsafeRule");
    const withdraw = { ...stake, discriminator: Uint8Array.of(4, 0, 0, 0) };
    refuses(() => make({ allow: [withdraw] }), "UnsafeRule");
    const short = { ...stake, discriminator: Uint8Array.of(2) };
    refuses(() => make({ allow: [short] }), "BadDiscriminator");
  });

  it("an example in native mode pins all but its signers", () => {
    const example = new TransactionInstruction({
      programId: keyOf(30),
      keys: [
        { pubkey: wallet, isSigner: true, isWritable: true },
        { pubkey: gold, isSigner: false, isWritable: true },
      ],
      data: Buffer.from([1, 5]),
    });
    const rule = allowLike({
      ...{ example, discriminatorLength: 1 as const, mode: "native" as const },
      cap: { offset: 1, from: "start", field: "u8", total: 9n },
    });
    assert.deepEqual(rule.accounts, [{ position: 1, kind: "key", key: gold.toBase58() }]);
    assert.equal(rule.cap?.total, 9n);
  });
});

describe("what the program would refuse in a renewal", () => {
  const hourly = { asset: gold, total: 50n, perPeriod: { amount: 10n, seconds: 3_600 } };
  const before = at({ allow: [strike({ id: 4 })], limits: [limit(hourly)] });
  const used = sessionOf(before);
  const spent = {
    ...used,
    limits: used.limits.map((one) => ({ ...one, spent: 5n, period: 0n, periodSpent: 5n })),
  };
  const renew = (
    more: Partial<TermsInput>,
    session: SessionAccount = spent,
    now = NOW + 60n,
    size?: number,
  ) =>
    checkRenewal({
      ...{ session, now, ...(size === undefined ? {} : { size }) },
      terms: make({
        ...{ startsAt: before.startsAt, allow: [strike({ id: 4 })], limits: [limit(hourly)] },
        ...more,
      }).resolve({ now, vault: VAULT }),
    });

  it("the same terms, later and larger ones pass", () => {
    renew({});
    renew({ expiresInSeconds: 9_000, uses: 5_000 });
    renew({ limits: [limit({ ...hourly, total: 1n })] });
  });

  it("another start, a spent limit dropped, a period in use, an id of another instruction", () => {
    refuses(() => renew({ startsAt: before.startsAt + 1n }), "BadWindow");
    refuses(() => renew({ limits: [] }), "SpentLimitDropped");
    renew({ limits: [] }, used);
    const daily = limit({ ...hourly, perPeriod: { amount: 10n, seconds: 86_400 } });
    refuses(() => renew({ limits: [daily] }), "PeriodInUse");
    renew({ limits: [daily] }, used);
    renew({ limits: [daily] }, spent, NOW + 3_600n);
    refuses(() => renew({ allow: [strike({ id: 4, mode: "native" })] }), "RuleIdReused");
    refuses(() => renew({ allow: [{ ...allowSolTransfer(), id: 4 }] }), "RuleIdReused");
  });

  it("terms that need more bytes than the account has", () => {
    const larger = { allow: [strike({ id: 4 }), allowSolTransfer({ id: 5 })] };
    refuses(() => renew(larger), "TermsTooLarge");
    renew(larger, spent, NOW + 60n, 3_072);
  });
});
