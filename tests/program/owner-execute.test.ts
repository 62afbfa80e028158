// `owner_execute`: the owners' own plan, which no scope, decoder, limit or token guard can trap.
import assert from "node:assert/strict";

import {
  AuthorityType,
  createApproveInstruction,
  createCloseAccountInstruction,
  createSetAuthorityInstruction,
} from "@solana/spl-token";
import {
  Keypair,
  NONCE_ACCOUNT_LENGTH,
  SystemProgram,
  type PublicKey,
  type TransactionInstruction,
} from "@solana/web3.js";
import type { ProgramErrorCode } from "@valetkey/sdk/errors";
import { decodeEvents, instructionDiscriminator } from "@valetkey/sdk/layers";

import {
  expectOk,
  expectRefused,
  expectUnchanged,
  snapshot,
  type RefusalFields,
} from "../support/expect.js";
import { HOSTILE, hostileInstruction, invoke } from "../support/hostile.js";
import { ownerExecute, ownerInstruction, type OwnerExecuteOptions } from "../support/owner.js";
import { sendLarge } from "../support/large-transaction.js";
import { idle } from "../support/relay.js";
import { rawInner, rawPlan } from "../support/raw-plan.js";
import { solTransferRule } from "../support/rules.js";
import { grant, watchedAccounts } from "../support/session.js";
import { patchAccount, refusesSwaps, refusesUnsigned } from "../support/swap-accounts.js";
import { tokenAmount } from "../support/token.js";
import { createWorld, openVault, sendSol, sendTokens, type World } from "../support/world.js";

describe("owner_execute", () => {
  let world: World;
  beforeEach(() => (world = createWorld()));

  const refuses = (
    steps: readonly TransactionInstruction[],
    name: ProgramErrorCode,
    fields: RefusalFields = {},
    options: OwnerExecuteOptions = {},
  ): void => {
    const before = snapshot(world.svm, watchedAccounts(world));
    expectRefused(ownerExecute(world, steps, options), name, fields);
    expectUnchanged(before, snapshot(world.svm, watchedAccounts(world)));
  };

  it("moves SOL and tokens without any session, and says so in an event", () => {
    const { svm, thief, thiefTokens, programId, config } = world;
    const before = svm.balance(thief.publicKey);
    const result = expectOk(ownerExecute(world, [sendSol(world, 5n), sendTokens(world, 6n)]));
    assert.equal(svm.balance(thief.publicKey) - before, 5n);
    assert.equal(tokenAmount(svm, thiefTokens), 6n);
    assert.deepEqual(decodeEvents({ logs: result.logs, programId }), [
      { name: "OwnerExecuted", config: config.toBase58(), inner: 2 },
    ]);
  });

  it("does what no session may: approve, give away, close", () => {
    const { svm, vault, tokens, otherTokens, thief } = world;
    expectOk(
      ownerExecute(world, [
        createApproveInstruction(otherTokens, thief.publicKey, vault, 1n),
        sendTokens(world, tokenAmount(svm, tokens)),
        createCloseAccountInstruction(tokens, vault, vault),
        createSetAuthorityInstruction(
          otherTokens,
          vault,
          AuthorityType.AccountOwner,
          thief.publicKey,
        ),
      ]),
    );
    assert.equal(svm.balance(tokens), 0n);
  });

  for (const count of [1, 15, 16])
    it(`runs ${count} inner instructions`, () => {
      const before = world.svm.balance(world.thief.publicKey);
      expectOk(
        ownerExecute(
          world,
          Array.from({ length: count }, () => sendSol(world, 1n)),
        ),
      );
      assert.equal(world.svm.balance(world.thief.publicKey) - before, BigInt(count));
    });

  it("lets only the vault sign inside", () => {
    const { owner, thief, svm } = world;
    const steal = SystemProgram.transfer({
      fromPubkey: owner.publicKey,
      toPubkey: thief.publicKey,
      lamports: 1,
    });
    const before = svm.balance(owner.publicKey);
    assert.match(String(ownerExecute(world, [steal]).err), /MissingRequiredSignature/);
    assert.equal(svm.balance(owner.publicKey), before);
  });

  it("refuses strangers, and vaults whose threshold isn't met", () => {
    refuses(
      [sendSol(world, 1n)],
      "ThresholdNotMet",
      { asked: 1n, left: 0n },
      { signer: world.thief },
    );
    const second = world.svm.fundedKeypair();
    patchAccount(world, world.config, 13, [2, 2]);
    patchAccount(world, world.config, 136, second.publicKey.toBytes());
    refuses([sendSol(world, 1n)], "ThresholdNotMet", { asked: 2n, left: 1n });
    const both = ownerInstruction(world, [sendSol(world, 1n)]);
    both.keys.push({ pubkey: second.publicKey, isSigner: true, isWritable: false });
    expectOk(world.svm.send([both], [world.owner, second], { payer: world.svm.payer }));
  });

  it("leaves a vault with a timelock to proposals", () => {
    patchAccount(world, world.config, 16, [0, 0, 0, 1]);
    refuses([sendSol(world, 1n)], "TimelockRequiresProposal");
  });

  it("ends with a vault that is System's and without data", () => {
    const { vault } = world;
    refuses([SystemProgram.assign({ accountPubkey: vault, programId: HOSTILE })], "VaultChanged");
    refuses([SystemProgram.allocate({ accountPubkey: vault, space: 1 })], "VaultChanged");
    refuses(
      [SystemProgram.assign({ accountPubkey: vault, programId: HOSTILE }), idle(vault)],
      "VaultChanged",
    );
  });

  it("keeps our accounts and this program out", () => {
    const { config, programId, vault, svm } = world;
    const session = grant(world, { rules: [solTransferRule()] });
    const other = openVault(world, Keypair.generate().publicKey).config;
    const at = { inner: 1, position: 1 };
    for (const pubkey of [config, session.address, other])
      for (const isWritable of [false, true]) {
        const step = idle(vault, [{ pubkey, isSigner: false, isWritable }]);
        refuses([idle(vault), step], "ForbiddenAccount", at);
      }
    const own = idle(vault);
    own.programId = programId;
    refuses([own], "SelfCall", { inner: 0 });
    assert.ok(svm.getAccount(session.address) !== null);
  });

  it("refuses rules, and every malformed plan", () => {
    const { svm, owner } = world;
    const steps = (args: readonly number[]) => {
      const instruction = ownerInstruction(world, [sendSol(world, 1n)]);
      instruction.data = Buffer.from([...instructionDiscriminator("owner_execute"), ...args]);
      return sendLarge(svm, [instruction], [svm.payer, owner]);
    };
    // Accounts: 0 config, 1 vault, 2 sysvar, 3 owner, then System and the thief.
    const inner = (change: Parameters<typeof rawInner>[0] = {}) =>
      rawInner({ ...{ rule: 255, program: 4, accounts: [1, 5] }, ...change });
    const plan = (...list: readonly (readonly number[])[]) => rawPlan(list);
    const watched = watchedAccounts(world);
    const before = snapshot(svm, watched);
    for (const rule of [0, 1, 254])
      expectRefused(steps(plan(inner(), inner({ rule }))), "RuleOutOfRange", { inner: 1, rule });
    const whole = plan(inner());
    for (let end = 0; end < whole.length; end += 1)
      expectRefused(steps(whole.slice(0, end)), "MalformedPlan");
    expectRefused(steps(plan()), "EmptyPlan");
    expectRefused(steps(plan(...Array.from({ length: 17 }, () => inner()))), "TooManyInner");
    expectRefused(steps([...whole, 0]), "TrailingBytes", { asked: 1n });
    expectRefused(steps(plan(inner({ program: 6 }))), "IndexOutOfRange", { outer: 6 });
    expectRefused(steps(plan(inner({ accounts: [1, 6] }))), "IndexOutOfRange", { outer: 6 });
    expectRefused(steps(plan(inner({ accounts: [1, 0] }))), "ForbiddenAccount", { position: 1 });
    const many = Array<number>(129).fill(5);
    expectRefused(steps(plan(inner({ accounts: many }))), "TooManyAccounts", {
      asked: 129n,
      left: 128n,
    });
    expectUnchanged(before, snapshot(svm, watched));
    expectOk(steps(whole));
  });

  it("refuses an owner's signature inside another program's call", () => {
    const wrap = (inner: TransactionInstruction): TransactionInstruction => {
      const metas = [
        ...inner.keys,
        { pubkey: inner.programId, isSigner: false, isWritable: false },
      ];
      const accounts = inner.keys.map((meta, account) => ({
        account,
        signer: meta.isSigner,
        writable: meta.isWritable,
      }));
      return hostileInstruction(metas, [invoke(inner.keys.length, accounts, inner.data)]);
    };
    refuses([sendSol(world, 1n)], "NotTopLevel", {}, { tamper: wrap });
  });

  it("refuses a transaction that begins with a durable-nonce advance", () => {
    const { svm, owner } = world;
    const nonce = Keypair.generate();
    const authorizedPubkey = svm.payer.publicKey;
    svm.mustSend(
      SystemProgram.createNonceAccount({
        ...{ fromPubkey: authorizedPubkey, noncePubkey: nonce.publicKey, authorizedPubkey },
        lamports: Number(svm.rent(NONCE_ACCOUNT_LENGTH)),
      }).instructions,
      [svm.payer, nonce],
    );
    svm.blockhash();
    const advance = SystemProgram.nonceAdvance({ noncePubkey: nonce.publicKey, authorizedPubkey });
    const act = ownerInstruction(world, [sendSol(world, 1n)]);
    const before = snapshot(svm, watchedAccounts(world));
    expectRefused(svm.send([advance, act], [owner], { payer: svm.payer }), "DurableNonceRefused");
    expectUnchanged(before, snapshot(svm, watchedAccounts(world)));
    expectOk(svm.send([act, advance], [owner], { payer: svm.payer }));
  });

  it("refuses every other account at every position, and a missing signature", () => {
    const to: PublicKey = world.thief.publicKey;
    const build = () => ownerInstruction(world, [sendSol(world, 5n, to)]);
    const input = {
      ...{ world, build, signers: [world.owner] },
      expected: [
        { all: "NotAVaultConfig", config: "WrongVault" },
        "WrongVault",
        "WrongSysvar",
        "ThresholdNotMet",
        // What the owners' plan names is theirs to choose.
        ...[null, null],
      ],
    } as const;
    refusesUnsigned(input);
    for (const count of [0, 1, 2]) {
      const few = build();
      few.keys.length = count;
      expectRefused(world.svm.send([few]), "MissingAccount");
    }
    const before = world.svm.balance(to);
    refusesSwaps(input);
    assert.equal(world.svm.balance(to) - before, 5n);
  });
});
