// `execute`: the fee that the vault pays back to the sponsor of the terms.
import assert from "node:assert/strict";

import { SystemProgram, type Keypair, type TransactionInstruction } from "@solana/web3.js";

import { expectOk } from "../support/expect.js";
import { solTransferRule, tokenTransferRule } from "../support/rules.js";
import {
  execute,
  grant,
  readSession,
  refuses,
  type ExecuteOptions,
  type Session,
} from "../support/session.js";
import { patchAccount } from "../support/swap-accounts.js";
import { createWorld, sendSol, sendTokens, type World } from "../support/world.js";

const budget = { total: 100n, perExecute: 10n };

describe("the fee of execute", () => {
  let world: World;
  let sponsor: Keypair;
  let session: Session;
  beforeEach(() => {
    world = createWorld();
    sponsor = world.svm.fundedKeypair();
    session = grant(world, {
      rules: [solTransferRule()],
      limits: [{ asset: "SOL", total: 1_000n }],
      feeBudget: { ...budget, sponsor: sponsor.publicKey },
      uses: "unlimited",
    });
  });
  const pay = (lamports: bigint, options: ExecuteOptions = {}): ExecuteOptions => ({
    fee: { lamports, to: sponsor.publicKey },
    signers: [sponsor],
    ...options,
  });
  const step = () => [sendSol(world, 1n)];
  const paid = () => readSession(world, session).feesPaid;

  it("goes from the vault to the sponsor, up to the bound per execute, and is counted", () => {
    const { svm, vault } = world;
    for (const lamports of [1n, 10n, 0n]) {
      const before = [svm.balance(vault), svm.balance(sponsor.publicKey), paid()] as const;
      expectOk(execute(world, session, step(), pay(lamports)));
      assert.equal(before[0] - svm.balance(vault), lamports + 1n);
      assert.equal(svm.balance(sponsor.publicKey) - before[1], lamports);
      assert.equal(paid() - before[2], lamports);
    }
  });

  it("is no more than the bound per execute, nor than the total has left", () => {
    const over = { asked: 11n, left: 10n, inner: null, rule: null };
    refuses(world, session, step(), "FeeRefused", over, pay(11n));
    refuses(world, session, step(), "FeeRefused", { left: 10n }, pay(2n ** 64n - 1n));
    for (let i = 0; i < 9; i++) expectOk(execute(world, session, step(), pay(10n)));
    expectOk(execute(world, session, step(), pay(7n)));
    refuses(world, session, step(), "FeeRefused", { asked: 4n, left: 3n }, pay(4n));
    expectOk(execute(world, session, step(), pay(3n)));
    refuses(world, session, step(), "FeeRefused", { asked: 1n, left: 0n }, pay(1n));
    expectOk(execute(world, session, step(), pay(0n)));
    assert.equal(paid(), 100n);
  });

  it("needs a budget in the terms", () => {
    const none = grant(world, {
      rules: [solTransferRule(sponsor.publicKey)],
      limits: [{ asset: "SOL", total: 1_000n }],
    });
    const to = [sendSol(world, 1n, sponsor.publicKey)];
    for (const lamports of [0n, 1n]) refuses(world, none, to, "FeeRefused", {}, pay(lamports));
    expectOk(execute(world, none, to));
  });

  it("goes to the sponsor of the terms only, who signs and can be written", () => {
    const { thief } = world;
    const present = { pubkey: sponsor.publicKey, isSigner: true, isWritable: true };
    const wrong = {
      fee: { lamports: 1n, to: thief.publicKey },
      ...{ signers: [thief, sponsor], extra: [present] },
    };
    refuses(world, session, step(), "FeeRefused", { outer: 5 }, wrong);
    refuses(world, session, step(), "FeeRefused", { outer: 6 }, pay(1n, { signers: [] }));
    const readonly = (instruction: TransactionInstruction) => {
      for (const meta of instruction.keys)
        if (meta.pubkey.equals(sponsor.publicKey)) meta.isWritable = false;
      return instruction;
    };
    refuses(world, session, step(), "FeeRefused", { outer: 6 }, pay(1n, { tamper: readonly }));
    expectOk(execute(world, session, step(), pay(1n)));
  });

  it("names an account that was passed", () => {
    const beyond = (instruction: TransactionInstruction) => {
      instruction.data[8 + 1 + 8] = 200;
      return instruction;
    };
    refuses(world, session, step(), "FeeRefused", { outer: 200 }, pay(1n, { tamper: beyond }));
  });

  it("needs the System program among the accounts, and a writable vault", () => {
    const tokens = grant(world, {
      rules: [tokenTransferRule()],
      limits: [{ asset: world.mint, total: 10n }],
      feeBudget: { ...budget, sponsor: sponsor.publicKey },
    });
    const send = [sendTokens(world, 1n)];
    const drop = (instruction: TransactionInstruction) => {
      instruction.keys = instruction.keys.filter(
        (meta) => !meta.pubkey.equals(SystemProgram.programId),
      );
      return instruction;
    };
    refuses(world, tokens, send, "MissingAccount", { inner: null }, pay(1n, { tamper: drop }));
    const frozen = (instruction: TransactionInstruction) => {
      instruction.keys = instruction.keys.map((meta) =>
        meta.pubkey.equals(world.vault) ? { ...meta, isWritable: false } : meta,
      );
      return instruction;
    };
    refuses(world, tokens, send, "FeeRefused", { outer: 3 }, pay(1n, { tamper: frozen }));
    expectOk(execute(world, tokens, send, pay(1n)));
  });

  it("may go to the session key itself, when the terms name it", () => {
    const { svm } = world;
    const key = svm.fundedKeypair();
    const own = grant(
      world,
      {
        rules: [solTransferRule()],
        limits: [{ asset: "SOL", total: 1_000n }],
        feeBudget: { ...budget, sponsor: key.publicKey },
      },
      { key },
    );
    const before = svm.balance(key.publicKey);
    expectOk(execute(world, own, step(), { fee: { lamports: 9n, to: key.publicKey } }));
    assert.equal(svm.balance(key.publicKey) - before, 9n);
  });

  it("counts for no limit, and no min_receive", () => {
    const tight = grant(world, {
      rules: [solTransferRule()],
      limits: [{ asset: "SOL", total: 1n }],
      feeBudget: { ...budget, sponsor: sponsor.publicKey },
    });
    const minReceive = [{ asset: "SOL" as const, amount: 0n }];
    expectOk(execute(world, tight, [sendSol(world, 1n)], pay(10n, { minReceive })));
    assert.equal(readSession(world, tight).limits[0]?.spent, 1n);
  });

  it("isn't paid from nothing: the vault must hold it after the plan", () => {
    const { svm, vault } = world;
    const rich = grant(world, {
      rules: [solTransferRule()],
      limits: [{ asset: "SOL", total: 10_000_000_000n }],
      feeBudget: { ...budget, sponsor: sponsor.publicKey },
    });
    const all = svm.balance(vault);
    const steps = [sendSol(world, all - 9n)];
    refuses(world, rich, steps, "FeeRefused", { asked: 10n, left: 9n }, pay(10n));
    expectOk(execute(world, rich, [sendSol(world, all - 10n)], pay(10n)));
    assert.equal(svm.balance(vault), 0n);
  });

  it("is written before anything runs, and comes back with a plan that fails", () => {
    const many = [sendSol(world, 999n), sendSol(world, 2n)];
    refuses(world, session, many, "LimitTotalExceeded", { inner: 1 }, pay(10n));
    assert.equal(paid(), 0n);
    // A total that a renewal lowered below what was paid leaves nothing.
    patchAccount(world, session.address, 288, [200]);
    refuses(world, session, step(), "FeeRefused", { asked: 1n, left: 0n }, pay(1n));
  });
});
