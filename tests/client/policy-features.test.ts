// Caps, pins, fees, extensions, wallets, closes, position keys and hooks: the client's policy gives the engine's answers.
import assert from "node:assert/strict";

import { addressToBytes, bytesToAddress } from "../../app/sdk/src/codec/address.js";
import {
  extensionBits,
  type PlanData,
  type SessionAccount,
  type TokenExtension,
} from "../../app/sdk/src/codec/index.js";
import { FIELDS } from "../../app/sdk/src/codec/constraints.js";
import { refusalOf } from "../../app/sdk/src/errors/index.js";
import {
  capLeft,
  doorsOf,
  explainPlan,
  feeRefusal,
  pinHolds,
  refusedExtension,
  type AccountFact,
  type AccountView,
  type PlanAccount,
} from "../../app/sdk/src/policy/index.js";
import { fieldNumber } from "../../app/sdk/src/policy/data.js";
import {
  allowStakeDeactivation,
  allowStakeDelegation,
  allowTokenAccountClosing,
  allowTokenTransfer,
  limit,
  positionKey,
  SOL,
  terms,
  type Rule,
  type TermsInput,
} from "../../app/sdk/src/terms/index.js";
import { makeRule, type ProgramRuleOptions } from "../../app/sdk/src/terms/rule.js";
import { keyOf, sessionOf, VAULT } from "./support/samples.js";
import { fromHex, loadVectors, type VectorRefusal, type Vectors } from "./support/vectors.js";

const key = (hex: string): string => bytesToAddress(fromHex(hex));
const LOADER = "BPFLoaderUpgradeab1e11111111111111111111111";
const SYSTEM = "11111111111111111111111111111111";
const TOKEN = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA";
const TOKEN_2022 = "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb";
const STAKE = "Stake11111111111111111111111111111111111111";

describe("cap vectors", () => {
  interface Case {
    name: string;
    offset: number;
    kind: number;
    data: string;
    value: string | null;
  }
  for (const one of (loadVectors("caps") as Vectors<Case>).cases) {
    it(one.name, () => {
      const field = FIELDS[one.kind & 0x7f] ?? "key";
      // Other kinds can't stand in a cap: the codec refuses them.
      if (field === "key" || field === "bytes" || field === "i64") {
        assert.equal(one.value, null);
        return;
      }
      const from = one.kind > 127 ? "end" : "start";
      const value = fieldNumber({ offset: one.offset, from, field }, fromHex(one.data));
      assert.equal(value?.toString() ?? null, one.value);
    });
  }
});

describe("pin vectors", () => {
  interface Case {
    name: string;
    program: { owner: string; data: string };
    programdata: { key: string; owner: string; data: string };
    slot: string;
    unchanged: boolean;
  }
  for (const { name, program, programdata, slot, unchanged } of (
    loadVectors("pins") as Vectors<Case>
  ).cases) {
    it(name, () => {
      const account = (address: string, owner: string, data: string): PlanAccount => ({
        ...{ address, writable: false },
        fact: { owner: key(owner), data: fromHex(data), executable: false },
      });
      const view: AccountView = {
        ...{ vault: VAULT.toBase58(), programId: SYSTEM, positionKeys: [] },
        terms: { closeAccounts: false, extensions: 0n, limits: [] },
        accounts: [
          ...[1, 2, 3, 4].map((n) => ({ address: keyOf(n).toBase58(), writable: false })),
          account(keyOf(5).toBase58(), program.owner, program.data),
          account(key(programdata.key), programdata.owner, programdata.data),
        ],
      };
      const pin = { programData: key(programdata.key), slot: BigInt(slot) };
      assert.equal(pinHolds(pin, 4, view).holds, unchanged);
      const blind = {
        ...view,
        accounts: view.accounts.map((one) => ({ ...one, fact: undefined })),
      };
      assert.equal(pinHolds(pin, 4, blind).holds, null, "without its accounts it depends");
      assert.equal(pinHolds(pin, 4, { ...view, accounts: view.accounts.slice(0, 5) }).holds, false);
    });
  }
});

describe("fee vectors", () => {
  interface Case {
    name: string;
    asked: string;
    budget: { total: string; perExecute: string; paid: string };
    paid: { ok?: string; refusal?: VectorRefusal };
  }
  const sponsor = keyOf(9).toBase58();
  /** The payee at index 0, the vault at 3, the System program at 4. */
  const around = (payee: PlanAccount, vaultWritable = true): readonly PlanAccount[] => [
    payee,
    ...[1, 2].map((n) => ({ address: keyOf(n).toBase58(), writable: true })),
    { address: VAULT.toBase58(), writable: vaultWritable },
    { address: SYSTEM, writable: false },
  ];
  const payee: PlanAccount = { address: sponsor, writable: true, signer: true };
  const accounts = around(payee);
  const budget = { sponsor, total: 100n, perExecute: 10n };
  for (const one of (loadVectors("fees") as Vectors<Case>).cases) {
    it(one.name, () => {
      const refusal = feeRefusal(
        {
          feesPaid: BigInt(one.budget.paid),
          feeBudget: {
            ...{ sponsor, total: BigInt(one.budget.total) },
            perExecute: BigInt(one.budget.perExecute),
          },
        },
        { lamports: BigInt(one.asked), account: 0 },
        accounts,
      );
      assert.equal(refusal?.code, one.paid.refusal?.name);
      if (refusal === null) return;
      const { asked, left } = refusalOf(refusal) ?? {};
      assert.deepEqual([`${asked}`, `${left}`], [one.paid.refusal?.asked, one.paid.refusal?.left]);
    });
  }

  it("only the sponsor is paid, writable and signed, by a vault that can pay; without a budget nobody", () => {
    const pay = (list = accounts, feeBudget: typeof budget | null = budget) =>
      feeRefusal({ feeBudget, feesPaid: 0n }, { lamports: 1n, account: 0 }, list)?.code;
    assert.equal(pay(), undefined);
    assert.equal(pay(accounts, null), "FeeRefused");
    assert.equal(pay([]), "FeeRefused");
    for (const wrong of [{ address: SYSTEM }, { writable: false }, { signer: false }])
      assert.equal(pay(around({ ...payee, ...wrong })), "FeeRefused");
    assert.equal(pay(around(payee, false)), "FeeRefused");
    assert.equal(pay(accounts.slice(0, 4)), "MissingAccount");
  });
});

describe("account extension vectors", () => {
  interface Case {
    name: string;
    allowed: string;
    data: string;
    outcome: { ok?: null; refusal?: VectorRefusal };
  }
  for (const one of (loadVectors("account-extensions") as Vectors<Case>).cases) {
    it(one.name, () => {
      const found = refusedExtension(fromHex(one.data), BigInt(one.allowed));
      assert.equal(found?.toString(), one.outcome.refusal?.asked);
    });
  }
});

const [mint, wallet, thief] = [keyOf(40), keyOf(41), keyOf(42)].map((one) => one.toBase58()) as [
  string,
  string,
  string,
];
const vault = VAULT.toBase58();

/** A token account of 165 bytes, or with one extension behind them. */
function token(parts: {
  readonly owner?: string;
  readonly delegate?: string;
  readonly amount?: bigint;
  readonly mint?: string;
  readonly native?: boolean;
  readonly program?: string;
  readonly extension?: number;
}): AccountFact {
  const data = new Uint8Array(parts.extension === undefined ? 165 : 170);
  const view = new DataView(data.buffer);
  data.set(addressToBytes(parts.mint ?? mint), 0);
  data.set(addressToBytes(parts.owner ?? vault), 32);
  view.setBigUint64(64, parts.amount ?? 100n, true);
  if (parts.delegate !== undefined) {
    data[72] = 1;
    data.set(addressToBytes(parts.delegate), 76);
    view.setBigUint64(121, 50n, true);
  }
  data[108] = 1;
  if (parts.native === true) data[109] = 1;
  if (parts.extension !== undefined) {
    data[165] = 2;
    view.setUint16(166, parts.extension, true);
  }
  return { owner: parts.program ?? TOKEN, data, executable: false };
}

interface Scene {
  readonly rules: readonly Rule[];
  readonly more?: Partial<TermsInput>;
  /** From index 4 on: the program, then what the instruction takes; null: no such account, undefined: nobody looked. */
  readonly accounts: readonly PlanAccount[];
  readonly inner: PlanData["inner"];
  readonly plan?: Partial<PlanData>;
  readonly change?: (session: SessionAccount) => SessionAccount;
}

function run(scene: Scene) {
  const input = { expiresInSeconds: 60, uses: 5, allow: scene.rules, ...scene.more };
  const data = terms(input).resolve({ now: 1_000n, vault });
  const session = scene.change?.(sessionOf(data)) ?? sessionOf(data);
  const first = [session.sessionKey, keyOf(249).toBase58(), session.config, vault];
  const verdict = explainPlan({
    ...{ session, now: 1_000n, programId: keyOf(248) },
    plan: { inner: scene.inner, ...scene.plan },
    accounts: [
      ...first.map((address) => ({ address, writable: true, fact: null })),
      ...scene.accounts,
    ],
  });
  return { ...verdict, code: verdict.reason?.code };
}

const at = (address: string, fact?: AccountFact | null, writable = true): PlanAccount => ({
  ...{ address, writable, fact },
});
const readonly = (address: string): PlanAccount => at(address, null, false);
const own = (n: number): string => keyOf(300 + n).toBase58();

describe("delegate mode", () => {
  const rule = allowTokenTransfer({ mint: keyOf(40), from: keyOf(41) });
  const limits = [limit({ asset: keyOf(40), total: 10n, wallet: keyOf(41) })];
  const transfer = (source: AccountFact | undefined, amount = 7, more: Partial<Scene> = {}) =>
    run({
      ...{ rules: [rule], more: { limits } },
      accounts: [
        readonly(TOKEN),
        at(own(1), source),
        at(own(2), token({ owner: thief })),
        readonly(mint),
      ],
      inner: [
        {
          ...{ rule: 0, program: 4, accounts: [5, 7, 6, 3] },
          data: Uint8Array.of(12, amount, 0, 0, 0, 0, 0, 0, 0, 6),
        },
      ],
      ...more,
    });
  const delegated = token({ owner: wallet, delegate: vault });

  it("takes from the wallet's account within that wallet's limit", () => {
    const found = transfer(delegated);
    assert.equal(found.allowed, "yes");
    assert.deepEqual([found.after?.limits[0]?.spent, found.doors], [7n, ["execute"]]);
    assert.equal(transfer(delegated, 11).code, "LimitTotalExceeded");
  });

  it("needs the wallet's limit, its account, and the vault as delegate", () => {
    const vaultLimit = [limit({ asset: keyOf(40), total: 10n })];
    assert.equal(transfer(delegated, 7, { more: { limits: vaultLimit } }).code, "SourceNotVaults");
    const other = [limit({ asset: keyOf(40), total: 10n, wallet: keyOf(42) })];
    assert.equal(transfer(delegated, 7, { more: { limits: other } }).code, "SourceNotVaults");
    assert.equal(transfer(token({ owner: wallet })).code, "SourceNotVaults");
    assert.equal(transfer(token({ owner: wallet, delegate: thief })).code, "SourceNotVaults");
    assert.equal(
      transfer(token({ owner: thief, delegate: vault })).code,
      "AccountConstraintFailed",
    );
  });

  it("counts what goes to the vault: it has left the wallet", () => {
    const accounts = [
      readonly(TOKEN),
      at(own(1), delegated),
      at(own(2), token({})),
      readonly(mint),
    ];
    assert.equal(transfer(delegated, 7, { accounts }).after?.limits[0]?.spent, 7n);
    assert.equal(transfer(delegated, 11, { accounts }).code, "LimitTotalExceeded");
  });

  it("depends where nobody read the source", () => {
    const found = transfer(undefined);
    assert.equal(found.allowed, "depends");
    assert.ok(found.unknown.includes(own(1)));
  });
});

describe("closing token accounts", () => {
  const close = (
    account: AccountFact | undefined,
    more: Partial<Scene> = {},
    accounts = [5, 3, 3],
  ) =>
    run({
      ...{ rules: [allowTokenAccountClosing()], more: { optIns: { closeAccounts: true } } },
      accounts: [readonly(TOKEN), at(own(1), account), at(thief, null)],
      inner: [{ rule: 0, program: 4, accounts, data: Uint8Array.of(9) }],
      ...more,
    });

  it("empty ones and wrapped SOL, to the vault", () => {
    assert.equal(close(token({ amount: 0n })).allowed, "yes");
    assert.equal(close(token({ native: true })).allowed, "yes");
    assert.equal(close(undefined).allowed, "depends");
  });

  it("never one that holds tokens, to somebody else, of somebody else, or without the opt-in", () => {
    assert.equal(close(token({})).code, "TypedAccountsRefused");
    assert.equal(close(token({ amount: 0n }), {}, [5, 6, 3]).code, "TypedAccountsRefused");
    assert.equal(close(token({ amount: 0n }), {}, [5, 3, 6]).code, "TypedAccountsRefused");
    assert.equal(close(token({ amount: 0n, owner: thief })).code, "AccountConstraintFailed");
    const change = (one: SessionAccount) => ({ ...one, closeAccounts: false });
    assert.equal(close(token({ amount: 0n }), { change }).code, "TypedInstructionRefused");
  });
});

describe("stake", () => {
  const [stake, vote] = [own(1), own(2)];
  const rules = [
    allowStakeDelegation({ stakeAccount: keyOf(301), votes: keyOf(302) }),
    allowStakeDeactivation({ stakeAccount: keyOf(301) }),
  ];
  const call = (rule: number, accounts: readonly number[], ...data: readonly number[]) =>
    run({
      rules,
      accounts: [
        readonly(STAKE),
        at(stake),
        readonly(vote),
        ...[3, 4, 5].map((n) => readonly(own(n))),
      ],
      inner: [{ rule, program: 4, accounts, data: Uint8Array.from(data) }],
    });

  it("is delegated to the owner's choice and deactivated, by the vault", () => {
    assert.equal(call(0, [5, 6, 7, 8, 9, 3], 2, 0, 0, 0).allowed, "yes");
    assert.equal(call(1, [5, 7, 3], 5, 0, 0, 0).allowed, "yes");
  });

  it("nothing else: other votes, other authorities, other instructions", () => {
    assert.equal(call(0, [5, 7, 7, 8, 9, 3], 2, 0, 0, 0).code, "AccountConstraintFailed");
    assert.equal(call(0, [5, 6, 7, 8, 9, 9], 2, 0, 0, 0).code, "TypedAccountsRefused");
    assert.equal(call(1, [5, 7, 8], 5, 0, 0, 0).code, "TypedAccountsRefused");
    assert.equal(call(0, [5, 6, 7, 8, 9, 3], 2, 0, 0, 0, 0).code, "TypedDataRefused");
    assert.equal(call(0, [5, 6, 7, 8, 9, 3], 4, 0, 0, 0).code, "InstructionNotInScope");
  });
});

describe("caps, pins, position keys, fees and modes in a plan", () => {
  const game = keyOf(30).toBase58();
  const act = (
    parts: Partial<Parameters<typeof makeRule>[0]> = {},
    more: ProgramRuleOptions = {},
  ) =>
    makeRule(
      {
        ...{ label: "act", program: game, discriminator: Uint8Array.of(1) },
        ...{ minAccounts: 1, maxAccounts: 1, accounts: [{ position: 0, kind: "any" }], ...parts },
      },
      more,
    );
  const once = (n: number, rule = 0) => ({
    ...{ rule, program: 4, accounts: [5], data: Uint8Array.of(1, n) },
  });
  const accounts = [at(game, { owner: LOADER, data: new Uint8Array(36), executable: true }, false)];
  const scene = (rule: Rule, more: Partial<Scene> = {}) =>
    run({ rules: [rule], accounts: [...accounts, at(own(1), null)], inner: [once(4)], ...more });

  it("a cap counts over the plan and over earlier uses; a missing argument is refused", () => {
    const capped = act({ cap: { offset: 1, from: "start", field: "u8", total: 10n } });
    assert.equal(scene(capped).allowed, "yes");
    const two = scene(capped, { inner: [once(4), once(7)] });
    assert.equal(two.code, "ArgumentCapExceeded");
    const refusal = two.reason === undefined ? null : refusalOf(two.reason);
    assert.deepEqual([refusal?.inner, refusal?.asked, refusal?.left], [1, 7n, 6n]);
    const change = (one: SessionAccount): SessionAccount => ({
      ...one,
      rules: one.rules.map((rule) => ({ ...rule, capSpent: 7n })),
    });
    assert.equal(scene(capped, { change }).code, "ArgumentCapExceeded");
    assert.equal(scene(capped, { change, inner: [once(3)] }).allowed, "yes");
    const short = { ...once(0), data: Uint8Array.of(1) };
    assert.equal(scene(capped, { inner: [short] }).code, "ArgumentCapExceeded");
    assert.equal(capLeft({ offset: 1, from: "start", field: "u8", total: 5n }, 9n), 0n);
  });

  it("a pin asks for the programdata account, and depends where nobody read it", () => {
    const pinned = act({}, { pinned: { programData: keyOf(60), slot: 5n } });
    assert.equal(scene(pinned).code, "ProgramChanged");
    const code = new Uint8Array(36);
    code.set([2, 0, 0, 0, ...addressToBytes(keyOf(60).toBase58())]);
    const kept = (slot: number) => Uint8Array.of(3, 0, 0, 0, slot, 0, 0, 0, 0, 0, 0, 0);
    const fact = (data: Uint8Array): AccountFact => ({ owner: LOADER, data, executable: false });
    const placed = (program?: AccountFact, data?: AccountFact) => ({
      accounts: [
        ...[at(game, program, false), at(own(1), null)],
        at(keyOf(60).toBase58(), data, false),
      ],
    });
    assert.equal(scene(pinned, placed(fact(code), fact(kept(5)))).allowed, "yes");
    assert.equal(scene(pinned, placed(fact(code), fact(kept(6)))).code, "ProgramChanged");
    const inside = { ...once(4), accounts: [6] };
    const touched = scene(pinned, { ...placed(fact(code), fact(kept(5))), inner: [inside] });
    assert.equal(touched.code, "ProgramChanged", "its programdata stands in no inner instruction");
    const blind = scene(pinned, placed());
    assert.equal(blind.allowed, "depends");
    assert.ok(blind.unknown.includes(keyOf(60).toBase58()));
  });

  it("a position key is named by the plan and empty before", () => {
    const keyed = act({ accounts: [{ position: 0, ...positionKey }] as never });
    const more = { optIns: { positionKeys: true } };
    const plan = { positionKeys: [{ account: 5, number: 0, bump: 255 }] };
    assert.equal(scene(keyed, { more }).code, "PositionKeyRefused");
    assert.equal(scene(keyed, { more, plan }).allowed, "yes");
    const full = (fact: AccountFact | undefined) => ({
      ...{ more, plan, accounts: [...accounts, at(own(1), fact)] },
    });
    const used = { owner: SYSTEM, data: new Uint8Array(1), executable: false };
    assert.equal(scene(keyed, full(used)).code, "PositionKeyRefused");
    assert.equal(scene(keyed, full({ ...used, owner: TOKEN })).code, "PositionKeyRefused");
    assert.equal(scene(keyed, full(undefined)).allowed, "depends");
    assert.equal(scene(act(), { plan }).code, "PositionKeyRefused", "without the opt-in");
  });

  it("a fee is paid out of the budget, and shows in what is left", () => {
    const sponsor = keyOf(9);
    const more = { feeBudget: { sponsor, total: 100n, perExecute: 10n } };
    const list = [
      ...accounts,
      at(own(1), null),
      { ...at(sponsor.toBase58(), null), signer: true },
      readonly(SYSTEM),
    ];
    const pay = (lamports: bigint) =>
      scene(act(), { more, accounts: list, plan: { fee: { lamports, account: 6 } } });
    assert.equal(pay(10n).after?.fees, 90n);
    assert.equal(pay(11n).code, "FeeRefused");
  });

  it("a native rule is no rule for execute; its door is said", () => {
    const native = scene(act({}, { mode: "native" }));
    assert.equal(native.code, "ModeMismatch");
    assert.deepEqual(native.doors, ["native"]);
    assert.deepEqual(doorsOf({ rules: [] }, [3]), ["execute"]);
  });
});

describe("Token-2022", () => {
  const hook = keyOf(70);
  const transfer = (names: readonly TokenExtension[], more: Partial<Scene> = {}) =>
    run({
      rules: [
        allowTokenTransfer({
          ...{ mint: keyOf(40), tokenProgram: "token-2022" as const },
          ...(names.includes("transferHook")
            ? { hook: { program: hook, accounts: [keyOf(71)] } }
            : {}),
        }),
      ],
      more: {
        ...{ limits: [limit({ asset: keyOf(40), total: 10n }), limit({ asset: SOL, total: 1n })] },
        optIns: { tokenExtensions: names },
      },
      accounts: [
        ...[readonly(TOKEN_2022), at(own(1), token({ program: TOKEN_2022 }))],
        ...[at(own(2), token({ owner: thief, program: TOKEN_2022 })), readonly(mint)],
      ],
      inner: [
        {
          ...{ rule: 0, program: 4, accounts: [5, 7, 6, 3] },
          data: Uint8Array.of(12, 7, 0, 0, 0, 0, 0, 0, 0, 6),
        },
      ],
      ...more,
    });

  it("an account of the vault carries only extensions that the terms allow", () => {
    const guarded = (number: number) => [
      readonly(TOKEN_2022),
      at(own(1), token({ program: TOKEN_2022, extension: number })),
      ...[at(own(2), token({ owner: thief, program: TOKEN_2022, extension: 8 })), readonly(mint)],
    ];
    assert.equal(transfer([]).allowed, "yes");
    assert.equal(transfer([], { accounts: guarded(8) }).code, "ExtensionRefused");
    assert.equal(transfer(["memoRequired"], { accounts: guarded(8) }).allowed, "yes");
    assert.equal(transfer(["memoRequired"], { accounts: guarded(11) }).code, "ExtensionRefused");
    assert.equal(transfer([], { accounts: guarded(7) }).allowed, "yes");
    assert.equal(extensionBits(["memoRequired"]), 256n);
  });

  it("the accounts of a hook follow where the terms name it, each bound or read only", () => {
    const names = ["transferHook"] as const;
    const executable = { owner: LOADER, data: new Uint8Array(36), executable: true };
    const rule = allowTokenTransfer({
      ...{ mint: keyOf(40), tokenProgram: "token-2022" as const },
      hook: { program: hook, accounts: [keyOf(71)] },
    });
    const list = rule.accounts.slice(2).flatMap((one) => (one.kind === "key" ? [one.key] : []));
    const accounts = [
      ...[readonly(TOKEN_2022), at(own(1), token({ program: TOKEN_2022 }))],
      ...[at(own(2), token({ owner: thief, program: TOKEN_2022 })), readonly(mint)],
      ...list.map((address, i) => at(address, i === 1 ? executable : null, i === 0)),
    ];
    const data = Uint8Array.of(12, 7, 0, 0, 0, 0, 0, 0, 0, 6);
    const all = [5, 7, 6, 3, 8, 9, 10];
    const call = (at_: readonly number[]) => ({
      ...{ accounts, inner: [{ rule: 0, program: 4, accounts: at_, data }] },
    });
    assert.equal(transfer(names, call(all)).allowed, "yes");
    assert.equal(transfer(names, call([5, 7, 6, 3, 9, 8, 10])).code, "AccountConstraintFailed");
    assert.equal(transfer(names, call(all.slice(0, 6))).code, "AccountCountRefused");
    const free = (role: Rule) => ({
      rules: [{ ...role, accounts: role.accounts.filter(({ position }) => position !== 4) }],
    });
    assert.equal(transfer(names, { ...call(all), ...free(rule) }).code, "UnboundPosition");
    const change = (one: SessionAccount) => ({ ...one, extensions: 0n });
    assert.equal(transfer(names, { ...call(all), change }).code, "TypedAccountsRefused");
  });
});
