// Ordinary instructions become a plan: normalised, each under a rule; what can't be is refused by name.
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  AddressLookupTableProgram,
  ComputeBudgetProgram,
  Ed25519Program,
  PublicKey,
  SystemProgram,
  TransactionInstruction,
} from "@solana/web3.js";
import {
  createAssociatedTokenAccountInstruction,
  createCloseAccountInstruction,
  createTransferCheckedInstruction,
  TOKEN_PROGRAM_ID,
} from "@solana/spl-token";

import { VALETKEY_PROGRAM_ID } from "../../app/sdk/src/addresses.js";
import {
  decodeExecute,
  encodeExecute,
  executeInstruction,
  type SessionAccount,
} from "../../app/sdk/src/codec/index.js";
import { closesAllowed } from "../../app/sdk/src/compose/allowed.js";
import { composeOwnerPlan, composePlan } from "../../app/sdk/src/compose/index.js";
import { isValetkeyError, type ErrorCode } from "../../app/sdk/src/errors/index.js";
import { explainPlan, type AccountFact } from "../../app/sdk/src/policy/index.js";
import {
  allowLike,
  allowSolTransfer,
  allowTokenTransfer,
  limit,
  SOL,
  terms,
} from "../../app/sdk/src/terms/index.js";
import { keyOf, sessionOf, VAULT } from "./support/samples.js";

const NOW = 1_800_000_000n;
const programId = VALETKEY_PROGRAM_ID;
const address = keyOf(240);
const payer = keyOf(241);
const shop = keyOf(1);
const mint = keyOf(2);
const game = keyOf(3);
const player = keyOf(4);
const MEMO = new PublicKey("MemoSq4gqABAXKB96qnH8TysNcWxMyWCqXgDLGmfcHr");

const move = (signer = VAULT, target = player): TransactionInstruction =>
  new TransactionInstruction({
    programId: game,
    keys: [
      { pubkey: signer, isSigner: true, isWritable: false },
      { pubkey: target, isSigner: false, isWritable: true },
    ],
    data: Buffer.from([5, 1]),
  });
const pay = (lamports: number, to = shop): TransactionInstruction =>
  SystemProgram.transfer({ fromPubkey: VAULT, toPubkey: to, lamports });

function session(more: Partial<SessionAccount> = {}): SessionAccount {
  const data = terms({
    ...{ expiresInSeconds: 600, uses: 5 },
    allow: [
      allowSolTransfer({ to: shop, max: 100n, uses: 1 }),
      allowSolTransfer({ to: shop }),
      allowTokenTransfer({ mint }),
      allowLike({ example: move(), discriminatorLength: 1 }),
    ],
    limits: [limit({ asset: SOL, total: 1_000n, perExecute: 600n })],
  }).resolve({ now: NOW, vault: VAULT });
  return { ...sessionOf(data), ...more };
}

const compose = (
  instructions: readonly TransactionInstruction[],
  more: Partial<Parameters<typeof composePlan>[0]> = {},
) => composePlan({ programId, address, session: session(), payer, instructions, ...more });

function refuses(code: ErrorCode, run: () => unknown): void {
  assert.throws(run, (error) => isValetkeyError(error, code));
}

describe("composePlan", () => {
  it("lists each account once behind the fixed four; nobody signs; writable where someone wants it", () => {
    const composed = compose([pay(50), move(), pay(40)]);
    assert.deepEqual(
      composed.inner.map(({ rule }) => rule),
      [0, 3, 1],
    );
    const keys = composed.accounts.map(({ pubkey }) => pubkey.toBase58());
    assert.equal(new Set(keys).size, keys.length);
    assert.ok(!keys.includes(VAULT.toBase58()));
    assert.ok(composed.accounts.every(({ isSigner }) => !isSigner));
    assert.equal(composed.vaultWritable, true);
    assert.equal(compose([move()]).vaultWritable, false);
    assert.deepEqual(composed.inner[0]?.accounts, [3, 4]);
    assert.equal(keys[(composed.inner[1]?.program ?? 0) - 4], game.toBase58());
    const config = new PublicKey(session().config);
    const execute = executeInstruction({
      ...{ programId, config, vault: VAULT, session: address, sessionKey: keyOf(252) },
      ...{ accounts: composed.accounts, vaultWritable: composed.vaultWritable },
      plan: { ...composed.plan, once: 1n },
    });
    assert.equal(execute.keys.filter(({ isSigner }) => isSigner).length, 1);
    assert.deepEqual(
      decodeExecute(Uint8Array.from(execute.data.subarray(8))).inner,
      composed.inner,
    );
  });

  it("the plan says exactly what the instructions said, for any list of them", () => {
    const any = fc.array(fc.constantFrom(pay(1), pay(2), move()), { minLength: 1, maxLength: 16 });
    fc.assert(
      fc.property(any, (instructions) => {
        const many = {
          ...session(),
          rules: session().rules.map((rule) => ({ ...rule, uses: null })),
        };
        const { inner, planAccounts } = compose(instructions, { session: many });
        for (const [i, one] of inner.entries()) {
          const said = instructions[i];
          const keys = one.accounts.map((index) => planAccounts[index]?.address);
          assert.deepEqual(
            keys,
            said?.keys.map(({ pubkey }) => pubkey.toBase58()),
          );
          assert.equal(planAccounts[one.program]?.address, said?.programId.toBase58());
          assert.deepEqual([...one.data], [...(said?.data ?? [])]);
        }
        assert.deepEqual(decodeExecute(encodeExecute({ inner })).inner, inner);
      }),
      { numRuns: 40 },
    );
  });

  it("takes a rule with uses left; RuleUsesSpent when only uses are missing", () => {
    assert.deepEqual(
      compose([pay(5), pay(5)]).inner.map(({ rule }) => rule),
      [0, 1],
    );
    const [first] = session().rules;
    assert.ok(first !== undefined);
    refuses("RuleUsesSpent", () =>
      compose([pay(1), pay(1)], { session: { ...session(), rules: [first] } }),
    );
  });

  it("NotInScope names the nearest rules and why they don't match", () => {
    assert.throws(
      () => compose([pay(5, keyOf(66))]),
      (error) => {
        assert.ok(isValetkeyError(error, "NotInScope"));
        const { index, nearest } = error.context;
        assert.deepEqual(
          [index, nearest.map(({ code }) => code)],
          [0, ["AccountConstraintFailed", "AccountConstraintFailed"]],
        );
        return true;
      },
    );
    const memo = new TransactionInstruction({ programId: MEMO, keys: [], data: Buffer.from("hi") });
    assert.throws(
      () => compose([move(), memo]),
      (error) => isValetkeyError(error, "NotInScope") && error.context.nearest.length === 0,
    );
  });

  it("compute budget is a wish, precompiles and table instructions stand outside", () => {
    const outside = [
      Ed25519Program.createInstructionWithPublicKey({
        ...{
          publicKey: new Uint8Array(32),
          message: new Uint8Array(1),
          signature: new Uint8Array(64),
        },
      }),
      AddressLookupTableProgram.freezeLookupTable({ lookupTable: keyOf(8), authority: payer }),
    ];
    const composed = compose([
      ComputeBudgetProgram.setComputeUnitLimit({ units: 777 }),
      ComputeBudgetProgram.setComputeUnitPrice({ microLamports: 5 }),
      ...outside,
      move(),
    ]);
    assert.deepEqual(composed.wishes, { computeUnitLimit: 777, computeUnitPrice: 5n });
    assert.deepEqual(composed.outer, outside);
    assert.deepEqual(
      composed.changes.map(({ kind }) => kind),
      ["wish", "wish", "outside", "outside"],
    );
    assert.equal(composed.inner.length, 1);
  });

  it("the vault's token account is created outside by the fee payer, idempotently; closing one is dropped", () => {
    const account = keyOf(9);
    const create = createAssociatedTokenAccountInstruction(VAULT, account, VAULT, mint);
    const close = createCloseAccountInstruction(account, VAULT, VAULT);
    const { outer, changes, inner } = compose([create, move(), close]);
    const [hoisted] = outer;
    assert.ok(hoisted !== undefined);
    assert.equal(hoisted.keys[0]?.pubkey.toBase58(), payer.toBase58());
    assert.deepEqual([...hoisted.data], [1]);
    assert.equal(
      hoisted.keys.some(({ pubkey, isSigner }) => isSigner && pubkey.equals(VAULT)),
      false,
    );
    assert.deepEqual(
      changes.map(({ instruction, kind }) => [instruction, kind]),
      [
        [0, "hoisted"],
        [2, "dropped"],
      ],
    );
    assert.equal(inner.length, 1);
    const other = createAssociatedTokenAccountInstruction(VAULT, account, shop, mint);
    refuses("NotInScope", () => compose([other]));
    // The opt-in alone allows nothing: it takes a rule for it, too.
    const optedIn = session({ closeAccounts: true });
    assert.equal(compose([move(), close], { session: optedIn }).changes[0]?.kind, "dropped");
    const [pays] = optedIn.rules;
    assert.ok(pays !== undefined);
    const closes: SessionAccount["rules"][number] = {
      ...{ ...pays, program: TOKEN_PROGRAM_ID.toBase58(), discriminator: Uint8Array.of(9) },
      ...{ minAccounts: 3, maxAccounts: 3, data: [], accounts: [], uses: null, id: 9 },
    };
    const withRule = { ...optedIn, rules: [...optedIn.rules, closes] };
    assert.deepEqual(closesAllowed(withRule), true);
    assert.deepEqual(closesAllowed({ ...withRule, closeAccounts: false }), false);
  });

  it("foreign signers, our own accounts and calls of ourselves are refused by name", () => {
    assert.throws(
      () => compose([move(payer)]),
      (error) => isValetkeyError(error, "ForeignSigner") && error.context.name === "the fee payer",
    );
    assert.throws(
      () => compose([move(), move(keyOf(252))]),
      (error) => isValetkeyError(error, "ForeignSigner") && error.context.index === 1,
    );
    refuses("ForeignSigner", () =>
      compose([
        move(),
        AddressLookupTableProgram.freezeLookupTable({ lookupTable: shop, authority: VAULT }),
      ]),
    );
    for (const key of [address, new PublicKey(session().config)]) {
      refuses("ForbiddenAccount", () => compose([move(VAULT, key)]));
    }
    refuses("SelfCall", () =>
      compose([new TransactionInstruction({ programId, keys: [], data: Buffer.of(1) })]),
    );
    refuses("EmptyRequest", () => compose([]));
    refuses("EmptyRequest", () =>
      compose([ComputeBudgetProgram.setComputeUnitLimit({ units: 1 })]),
    );
    refuses("TooManyInner", () => compose(Array.from({ length: 17 }, () => move())));
  });

  it("a position key may sign when it is given; min_receive is resolved to the key table", () => {
    const positionKeys = [{ address: keyOf(11), number: 3, bump: 250 }];
    refuses("NotInScope", () => compose([move(keyOf(11))], { positionKeys }));
    const minReceive = [
      { asset: SOL, amount: 1n },
      { asset: mint, amount: 2n },
    ];
    const index = session().keys.indexOf(mint.toBase58());
    assert.deepEqual(compose([move()], { minReceive }).plan.minReceive, [
      { asset: 255, amount: 1n },
      { asset: index, amount: 2n },
    ]);
    refuses("InvalidInput", () =>
      compose([move()], { minReceive: [{ asset: keyOf(99), amount: 1n }] }),
    );
  });

  it("an account that is writable anywhere in the transaction is writable for its rule", () => {
    const reader = new TransactionInstruction({
      programId: game,
      keys: [{ pubkey: payer, isSigner: false, isWritable: false }],
      data: Buffer.from([6]),
    });
    const [, , , like] = session().rules;
    assert.ok(like !== undefined);
    const rule = {
      ...like,
      discriminator: Uint8Array.of(6),
      minAccounts: 1,
      maxAccounts: 1,
      accounts: [],
    };
    const fact: AccountFact = {
      owner: SystemProgram.programId.toBase58(),
      data: new Uint8Array(),
      executable: false,
    };
    const facts = new Map([[payer.toBase58(), fact]]);
    const one = { session: { ...session(), rules: [rule] }, facts };
    refuses("NotInScope", () => compose([reader], one));
    assert.equal(compose([reader], { ...one, payer: keyOf(12) }).sure, true);
  });
});

describe("explainPlan", () => {
  const explain = (
    instructions: readonly TransactionInstruction[],
    live = session(),
    now = NOW,
  ) => {
    const none = new Map(
      instructions.flatMap(({ keys }) => keys).map(({ pubkey }) => [pubkey.toBase58(), null]),
    );
    const { plan, planAccounts } = compose(instructions, { session: live, facts: none });
    return explainPlan({ session: live, plan, accounts: planAccounts, programId, now });
  };

  it("is sure where typed instructions show their amounts, and says what would be left", () => {
    const verdict = explain([pay(90), pay(500)]);
    assert.equal(verdict.allowed, "yes", verdict.reason?.message);
    assert.deepEqual(verdict.rules, [0, 1]);
    assert.equal(verdict.after?.uses, 4);
    assert.equal(verdict.after.limits[0]?.spent, 590n);
  });

  it("says no with the program's own name for it", () => {
    assert.equal(explain([pay(90), pay(511)]).reason?.code, "LimitPerExecuteExceeded");
    const [sol] = session().limits;
    assert.ok(sol !== undefined);
    const spent = session({ limits: [{ ...sol, spent: 950n }] });
    assert.equal(explain([pay(51)], spent).reason?.code, "LimitTotalExceeded");
    assert.equal(explain([pay(1)], session({ limits: [] })).reason?.code, "NoLimit");
    assert.equal(explain([pay(1)], session({ usesSpent: 5 })).reason?.code, "UsesSpent");
    assert.equal(explain([pay(1)], session({ revoked: true })).reason?.code, "SessionRevoked");
    assert.equal(explain([pay(1)], session(), NOW + 600n).reason?.code, "SessionExpired");
    assert.equal(explain([pay(1)], session(), NOW - 1n).reason?.code, "SessionNotStarted");
  });

  it("depends where accounts weren't read or a program could move holdings", () => {
    const transfer = createTransferCheckedInstruction(
      keyOf(20),
      mint,
      keyOf(21),
      VAULT,
      5n,
      0,
      [],
      TOKEN_PROGRAM_ID,
    );
    const { plan, planAccounts, sure } = compose([transfer]);
    assert.equal(sure, false);
    const limits = [
      ...session().limits,
      ...session().limits.map((one) => ({ ...one, asset: mint.toBase58() })),
    ];
    const verdict = explainPlan({
      ...{ session: session({ limits }), plan, accounts: planAccounts, programId, now: NOW },
    });
    assert.equal(verdict.allowed, "depends");
    assert.ok(verdict.unknown.includes(keyOf(20).toBase58()));
    assert.equal(explain([move()]).allowed, "yes");
  });
});

describe("composeOwnerPlan", () => {
  const config = new PublicKey(session().config);
  const input = { programId, config, vault: VAULT, owners: [keyOf(60)] };

  it("names accounts behind config, vault and sysvar; the owners sign outside only", () => {
    const { inner, accounts } = composeOwnerPlan({
      ...input,
      instructions: [pay(5, keyOf(60)), pay(6)],
    });
    assert.deepEqual(inner[0], {
      rule: 255,
      program: 5,
      accounts: [1, 3],
      data: Uint8Array.from(pay(5).data),
    });
    assert.deepEqual(accounts[0], { pubkey: keyOf(60), isSigner: true, isWritable: true });
    assert.ok(accounts.slice(1).every(({ isSigner }) => !isSigner));
  });

  it("refuses foreign signers, the config and the program itself", () => {
    refuses("ForeignSigner", () => composeOwnerPlan({ ...input, instructions: [move(payer)] }));
    refuses("ForbiddenAccount", () =>
      composeOwnerPlan({ ...input, instructions: [move(VAULT, config)] }),
    );
    const own = new TransactionInstruction({ programId, keys: [], data: Buffer.of(1) });
    refuses("SelfCall", () => composeOwnerPlan({ ...input, instructions: [own] }));
    refuses("EmptyRequest", () => composeOwnerPlan({ ...input, instructions: [] }));
  });
});
