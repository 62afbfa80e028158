// `renew_session`: who renews what, what stays and what goes, and what is refused.
import assert from "node:assert/strict";

import { Keypair, NONCE_ACCOUNT_LENGTH, SystemProgram } from "@solana/web3.js";
import type { ProgramErrorCode } from "@valetkey/sdk/errors";
import { decodeEvents } from "@valetkey/sdk/layers";

import { grantAs, openCouncil } from "../support/council.js";
import {
  expectOk,
  expectRefused,
  expectUnchanged,
  snapshot,
  type RefusalFields,
} from "../support/expect.js";
import { HOSTILE } from "../support/hostile.js";
import {
  rawLimit,
  rawOtherRule,
  rawTerms,
  tryGrantBytes,
  tryRenewBytes,
  u32,
  u64,
} from "../support/raw-terms.js";
import { renew, renewInstruction, tryRenew, type RenewOptions } from "../support/renewal.js";
import {
  any,
  key,
  solTransferRule,
  tokenTransferRule,
  vault,
  type TermsSpec,
} from "../support/rules.js";
import {
  execute,
  grant,
  readSession,
  refuses,
  revoke,
  revokeAll,
  type Session,
} from "../support/session.js";
import { refusesSwaps, refusesUnsigned } from "../support/swap-accounts.js";
import { createWorld, sendSol, type World } from "../support/world.js";

const DAY = 86_400;
const spec: TermsSpec = {
  rules: [{ ...solTransferRule(), uses: 9, id: 4 }],
  limits: [{ asset: "SOL", total: 1_000n, perPeriod: { amount: 900n, seconds: DAY } }],
  uses: 10,
};
const pay = (world: World, amount: bigint) => sendSol(world, amount);

/** Expects the named refusal and that the session's account stays as it was. */
function refusesRenewal(
  world: World,
  session: Session,
  terms: TermsSpec,
  name: ProgramErrorCode,
  options: RenewOptions = {},
  fields: RefusalFields = {},
): void {
  const before = snapshot(world.svm, [session.address, world.config]);
  expectRefused(tryRenew(world, session, terms, options), name, fields);
  expectUnchanged(before, snapshot(world.svm, [session.address, world.config]));
}

describe("renew_session", () => {
  let world: World;
  let session: Session;
  beforeEach(() => {
    world = createWorld();
    session = grant(world, spec);
  });

  it("replaces the terms, keeps what was counted, and says so", () => {
    const { svm, programId, config, thief } = world;
    expectOk(execute(world, session, [pay(world, 300n)], { once: 5n }));
    const before = readSession(world, session);
    const terms: TermsSpec = {
      rules: [{ ...solTransferRule(), accounts: { 1: key(thief.publicKey) }, uses: 3, id: 4 }],
      limits: [{ asset: "SOL", total: 500n, perPeriod: { amount: 450n, seconds: DAY } }],
      uses: "unlimited",
      expiresAt: svm.now() + 7_260n,
    };
    // The guardian's key leaves room for the one that the new rule names.
    const wide = grant(world, { ...spec, guardian: Keypair.generate().publicKey });
    expectOk(execute(world, wide, [pay(world, 300n)], { once: 5n }));
    svm.advance(60n);
    const size = svm.getAccount(wide.address)?.data.length;
    const lamports = svm.balance(wide.address);
    const result = expectOk(tryRenew(world, wide, { ...terms, startsAt: wide.terms.startsAt }));
    const after = readSession(world, wide);
    assert.equal(svm.getAccount(wide.address)?.data.length, size);
    assert.equal(svm.balance(wide.address), lamports);
    const kept = readSession(world, session);
    assert.deepEqual(kept, before, "no other session changes");
    assert.deepEqual(
      [after.revision, after.seq, after.onceHighest, after.usesSpent, after.uses],
      [1, 1n, 5n, 1, "unlimited"],
    );
    assert.deepEqual([after.createdAt, after.grantDeadline], [svm.now() - 60n, svm.now() - 60n]);
    assert.equal(after.guardian, null);
    assert.equal(after.expiresAt, svm.now() + 7_200n);
    const [limit] = after.limits;
    assert.deepEqual([limit?.total, limit?.spent, limit?.periodSpent], [500n, 300n, 300n]);
    assert.deepEqual([after.rules[0]?.uses, after.rules[0]?.usesSpent], [3, 1]);
    assert.deepEqual(decodeEvents({ logs: result.logs, programId }), [
      {
        ...{ name: "SessionRenewed", session: wide.address.toBase58() },
        ...{ config: config.toBase58(), revision: 1, expiresAt: svm.now() + 7_200n },
      },
    ]);
  });

  it("counts totals, uses and periods from the grant on, whatever lands between", () => {
    expectOk(execute(world, session, [pay(world, 400n)]));
    // Signed before the next use, landed after it: nobody loses anything.
    const waiting = renewInstruction(world, session, {
      ...spec,
      limits: [{ asset: "SOL", total: 2_000n, perPeriod: { amount: 900n, seconds: DAY } }],
      startsAt: session.terms.startsAt,
    });
    expectOk(execute(world, session, [pay(world, 450n)]));
    world.svm.mustSend([waiting], [world.owner], { payer: world.svm.payer });
    const period = { limit: 0, asked: 51n, left: 50n };
    refuses(world, session, [pay(world, 51n)], "LimitPerPeriodExceeded", period);
    expectOk(execute(world, session, [pay(world, 50n)]));
    world.svm.advance(3_000n);
    const { limits, usesSpent, rules } = readSession(world, session);
    assert.deepEqual([limits[0]?.spent, usesSpent, rules[0]?.usesSpent], [900n, 3, 3]);
    const longer = { ...spec, expiresAt: world.svm.now() + BigInt(2 * DAY) };
    const more = renew(world, session, {
      ...longer,
      limits: [{ asset: "SOL", total: 1_000n, perPeriod: { amount: 900n, seconds: DAY } }],
    });
    world.svm.advance(BigInt(DAY));
    const total = { limit: 0, asked: 101n, left: 100n };
    refuses(world, more, [pay(world, 101n)], "LimitTotalExceeded", total);
    expectOk(execute(world, more, [pay(world, 100n)]));
    // A total and uses below what was spent leave nothing; they take nothing back either.
    const less = renew(world, more, {
      ...longer,
      limits: [{ asset: "SOL", total: 1n, perPeriod: { amount: 900n, seconds: DAY } }],
    });
    refuses(world, less, [pay(world, 1n)], "LimitTotalExceeded", { asked: 1n, left: 0n });
    const plenty = [
      { asset: "SOL" as const, total: 5_000n, perPeriod: { amount: 900n, seconds: DAY } },
    ];
    renew(world, less, { ...longer, limits: plenty, uses: 4 });
    refuses(world, less, [pay(world, 1n)], "UsesSpent");
    const rulesSpent = renew(world, less, {
      ...{ ...longer, limits: plenty },
      rules: [{ ...solTransferRule(), uses: 4, id: 4 }],
    });
    refuses(world, rulesSpent, [pay(world, 1n)], "RuleUsesSpent", { rule: 0 });
  });

  it("ends with a revoke like any other, and a revoked session isn't renewed", () => {
    renew(world, session, { ...spec, uses: 20 });
    expectOk(revoke(world, session));
    refuses(world, session, [pay(world, 1n)], "SessionRevoked");
    refusesRenewal(world, session, spec, "SessionRevoked");
  });

  it("never revives: neither after the last second, nor after the epoch has moved", () => {
    const { svm } = world;
    svm.advance(3_599n);
    renew(world, session, { ...spec, expiresAt: svm.now() + 1n });
    svm.advance(1n);
    refusesRenewal(world, session, spec, "SessionExpired");
    const other = grant(world, spec);
    expectOk(revokeAll(world));
    refusesRenewal(world, other, spec, "EpochMismatch", { epoch: 1n }, { asked: 1n, left: 2n });
    refusesRenewal(world, other, spec, "EpochStale", { epoch: 2n });
  });

  it("may land before the window opens", () => {
    const later = grant(world, { ...spec, startsAt: world.svm.now() + 100n });
    renew(world, later, { ...spec, uses: 3 });
    refuses(world, later, [pay(world, 1n)], "SessionNotStarted");
    world.svm.advance(100n);
    expectOk(execute(world, later, [pay(world, 1n)]));
  });

  it("of two that saw the same revision only one lands", () => {
    const { owner, svm } = world;
    const [one, two] = [11, 12].map((uses) =>
      renewInstruction(world, session, { ...spec, uses, startsAt: session.terms.startsAt }),
    );
    assert.ok(one !== undefined && two !== undefined);
    svm.mustSend([one], [owner], { payer: svm.payer });
    const late = svm.send([two], [owner], { payer: svm.payer });
    expectRefused(late, "RevisionMismatch", { asked: 0n, left: 1n });
    assert.equal(readSession(world, session).uses, 11);
    refusesRenewal(world, session, spec, "RevisionMismatch", { revision: 2 });
    expectOk(tryRenew(world, session, spec, { revision: 1 }));
    assert.equal(readSession(world, session).revision, 2);
  });

  it("fits the account, and fills what it doesn't need with zeroes", () => {
    const { svm, mint } = world;
    refusesRenewal(
      world,
      session,
      { ...spec, rules: [...spec.rules, tokenTransferRule({ mint })] },
      "TermsTooLarge",
    );
    const size = svm.getAccount(session.address)?.data.length ?? 0;
    const small = renew(world, session, { rules: spec.rules, uses: 10 });
    const data = svm.getAccount(session.address)?.data ?? new Uint8Array();
    assert.equal(data.length, size);
    assert.ok(data.slice(-56).every((byte) => byte === 0));
    refuses(world, small, [pay(world, 1n)], "NoLimit");
    // The room stays: what was dropped unspent may come again.
    expectOk(execute(world, renew(world, session, spec), [pay(world, 1n)]));
  });

  it("keeps the start, from which periods count", () => {
    for (const off of [1n, -1n, 1_000n])
      refusesRenewal(
        world,
        session,
        { ...spec, startsAt: session.terms.startsAt + off },
        "BadWindow",
      );
    const { svm } = world;
    for (const expiresAt of [svm.now(), svm.now() + 31_536_001n])
      refusesRenewal(world, session, { ...spec, expiresAt }, "BadWindow");
    expectOk(tryRenew(world, session, { ...spec, expiresAt: svm.now() + 31_536_000n }));
  });

  it("changes the length of a period only while the period has no spend", () => {
    const shorter: TermsSpec = {
      ...spec,
      limits: [{ asset: "SOL", total: 1_000n, perPeriod: { amount: 900n, seconds: 3_600 } }],
    };
    const without: TermsSpec = { ...spec, limits: [{ asset: "SOL", total: 1_000n }] };
    renew(world, session, shorter);
    renew(world, session, { ...spec, expiresAt: world.svm.now() + BigInt(2 * DAY) });
    expectOk(execute(world, session, [pay(world, 7n)]));
    refusesRenewal(world, session, shorter, "PeriodInUse", {}, { limit: 0, left: 7n });
    refusesRenewal(world, session, without, "PeriodInUse", {}, { limit: 0 });
    world.svm.advance(BigInt(DAY));
    renew(world, session, { ...without, expiresAt: world.svm.now() + 3_600n });
    assert.equal(readSession(world, session).limits[0]?.spent, 7n);
  });

  it("drops no limit that has spent, of the vault's or of a wallet's", () => {
    const wallet = Keypair.generate().publicKey;
    const both: TermsSpec = {
      rules: [{ ...solTransferRule(), id: 4 }],
      limits: [
        { asset: "SOL", total: 10n },
        { asset: "SOL", wallet, total: 10n },
      ],
    };
    const two = grant(world, both);
    expectOk(execute(world, two, [pay(world, 1n)]));
    const [first, second] = both.limits ?? [];
    assert.ok(first !== undefined && second !== undefined);
    refusesRenewal(
      world,
      two,
      { ...both, limits: [second] },
      "SpentLimitDropped",
      {},
      { limit: 0 },
    );
    renew(world, two, { ...both, limits: [first] });
    const swapped = renew(world, two, { ...both, limits: [second, first] });
    assert.deepEqual(
      readSession(world, swapped).limits.map(({ spent }) => spent),
      [0n, 1n],
    );
  });

  it("knows rules by their ids: the same stays the same, a new one begins at zero", () => {
    expectOk(execute(world, session, [pay(world, 1n)]));
    const program = {
      program: HOSTILE,
      discriminator: [1, 0, 0, 0],
      accounts: { 0: vault, 1: any },
    };
    for (const rule of [
      { ...program, count: 2, id: 4 },
      { ...solTransferRule(), mode: "native" as const, program: HOSTILE, id: 4 },
    ])
      refusesRenewal(world, session, { ...spec, rules: [rule] }, "RuleIdReused", {}, { rule: 0 });
    const renewed = renew(world, session, {
      ...spec,
      rules: [{ ...solTransferRule(), uses: 2, id: 5 }],
    });
    assert.equal(readSession(world, renewed).rules[0]?.usesSpent, 0);
  });

  it("keeps the spend of a cap, which no new number resets", () => {
    const now = world.svm.now();
    const rule = (total: bigint, spent = 0n) =>
      rawOtherRule({
        id: 3,
        flags: 17,
        parts: [...u32(5), ...u32(0), 8, 0, 3, ...u64(total), ...u64(spent)],
      });
    const terms = (total: bigint, spent = 0n) =>
      rawTerms({ keys: [HOSTILE], rules: [rule(total, spent)], limits: [rawLimit()] }, now);
    const { address, ...granted } = tryGrantBytes(world, terms(50n));
    expectOk(granted);
    const account = world.svm.getAccount(address);
    assert.ok(account !== null);
    const data = Uint8Array.from(account.data);
    // The cap's spend, as consume writes it: header, key, limit, offset, head and discriminator of the rule, uses, 11 bytes of cap.
    data.set([40], 320 + 32 + 56 + 2 + 11 + 1 + 8 + 11);
    world.svm.setAccount(address, { ...account, data });
    assert.equal(readSession(world, { address }).rules[0]?.capSpent, 40n);
    expectOk(tryRenewBytes(world, address, terms(45n)));
    const [stored] = readSession(world, { address }).rules;
    assert.deepEqual([stored?.cap?.total, stored?.capSpent], [45n, 40n]);
    expectRefused(
      tryRenewBytes(world, address, terms(45n, 40n), { revision: 1 }),
      "TermsMalformed",
    );
  });

  it("refuses arguments that end early or go on, and every form of terms that a grant refuses", () => {
    const { address } = session;
    const terms = rawTerms({ startsAt: session.terms.startsAt }, world.svm.now());
    for (const cut of [1, 5, terms.length - 1, terms.length])
      expectRefused(
        tryRenewBytes(world, address, terms.slice(0, terms.length - cut)),
        "TermsMalformed",
      );
    expectRefused(tryRenewBytes(world, address, terms, { tail: [0] }), "TermsMalformed");
    const startsAt = session.terms.startsAt;
    const empty = rawTerms({ startsAt, rules: [] }, world.svm.now());
    expectRefused(tryRenewBytes(world, address, empty), "EmptyScope");
    const byAccount = rawTerms({ startsAt, byAccount: 1, keys: [] }, world.svm.now());
    expectRefused(tryRenewBytes(world, address, byAccount), "MissingAccount");
    const accounts = [SystemProgram.programId];
    expectRefused(
      tryRenewBytes(world, address, byAccount, { accounts, keysHash: new Uint8Array(32) }),
      "KeysHashMismatch",
    );
    expectOk(tryRenewBytes(world, address, byAccount, { accounts, keysHash: true }));
  });

  describe("asks for the owners", () => {
    it("as a grant does: all of the threshold, each once, no stranger", () => {
      const council = openCouncil(world, { count: 3, threshold: 2 });
      const [one, two] = council.owners;
      assert.ok(one !== undefined && two !== undefined);
      const granted = grantAs(council, spec, [one, two]);
      const off = (signers: readonly Keypair[], name: ProgramErrorCode) =>
        refusesRenewal(council, granted, spec, name, { signers });
      off([one], "ThresholdNotMet");
      off([], "ThresholdNotMet");
      off([one, one], "DuplicateOwner");
      off([one, world.thief], "NotAnOwner");
      expectOk(tryRenew(council, granted, spec, { signers: [two, one] }));
    });

    it("in a transaction that no durable nonce keeps", () => {
      const { svm, owner } = world;
      const nonce = Keypair.generate();
      const lamports = Number(svm.rent(NONCE_ACCOUNT_LENGTH));
      const create = SystemProgram.createNonceAccount({
        ...{ fromPubkey: svm.payer.publicKey, noncePubkey: nonce.publicKey, lamports },
        authorizedPubkey: owner.publicKey,
      });
      svm.mustSend(create.instructions, [svm.payer, nonce]);
      svm.advance(1n);
      const advance = SystemProgram.nonceAdvance({
        ...{ noncePubkey: nonce.publicKey, authorizedPubkey: owner.publicKey },
      });
      const instruction = renewInstruction(world, session, spec);
      const result = svm.send([advance, instruction], [owner], { payer: svm.payer });
      assert.equal(result.ok, false);
      assert.equal(readSession(world, session).revision, 0);
      expectOk(svm.send([instruction], [owner], { payer: svm.payer }));
    });
  });

  it("refuses every other account at every position, and missing signatures", () => {
    const other = grant(world, spec);
    const input = {
      world,
      build: () => renewInstruction(world, other, { ...spec, startsAt: other.terms.startsAt }),
      signers: [world.owner],
      watched: [other.address],
      expected: [
        { all: "NotAVaultConfig", config: "NotAnOwner" },
        { all: "NotASession", session: "WrongConfig", config: "NotASession" },
        "WrongSysvar",
        { all: "MissingSignature", signer: "NotAnOwner" },
      ],
    } as const;
    refusesUnsigned({ ...input, expected: [null, null, null, "MissingSignature"] });
    refusesSwaps(input);
    for (let count = 0; count < 4; count += 1) {
      const instruction = renewInstruction(world, other, spec);
      instruction.keys.length = count;
      const result = world.svm.send([instruction], [], { payer: world.svm.payer });
      expectRefused(result, "MissingAccount");
    }
    const readOnly = renewInstruction(world, other, { ...spec, startsAt: other.terms.startsAt });
    Object.assign(readOnly.keys[1] ?? {}, { isWritable: false });
    const before = snapshot(world.svm, [other.address]);
    assert.equal(world.svm.send([readOnly], [world.owner], { payer: world.svm.payer }).ok, false);
    expectUnchanged(before, snapshot(world.svm, [other.address]));
  });
});
