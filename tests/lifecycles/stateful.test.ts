// Random honest and hostile acts against the model: it predicts every verdict, and the promises hold after each.
import assert from "node:assert/strict";

import {
  AuthorityType,
  createApproveInstruction,
  createSetAuthorityInstruction,
} from "@solana/spl-token";
import { Keypair, PublicKey, SystemProgram, type TransactionInstruction } from "@solana/web3.js";
import type { ProgramErrorCode } from "@valetkey/sdk/errors";
import { findSession } from "@valetkey/sdk/layers";
import fc from "fast-check";

import { expectOk, expectRefused, expectUnchanged, snapshot } from "../support/expect.js";
import { HOSTILE } from "../support/hostile.js";
import { ownerExecute } from "../support/owner.js";
import { relay, relayRule } from "../support/relay.js";
import { solTransferRule, tokenTransferRule } from "../support/rules.js";
import {
  close,
  execute,
  readSession,
  revoke,
  revokeAll,
  tryGrant,
  watchedAccounts,
  type Session,
} from "../support/session.js";
import type { SendResult } from "../support/svm.js";
import { tokenAmount } from "../support/token.js";
import { createWorld, sendSol, sendTokens, type World } from "../support/world.js";
import { SLOTS, act, type Act } from "./acts.js";
import { TERMS, fresh, isDead, judge, type Payment, type SessionModel } from "./model.js";

/** The world beside the model of it. */
class Run {
  readonly world: World = createWorld();
  readonly keys = Array.from({ length: SLOTS }, () => Keypair.generate());
  readonly sessions: (SessionModel | null)[] = Array<null>(SLOTS).fill(null);
  readonly handles: (Session | null)[] = Array<null>(SLOTS).fill(null);
  epoch = 1n;
  lamports = this.world.svm.balance(this.world.vault);
  tokens = tokenAmount(this.world.svm, this.world.tokens);
  passed = 0;
  readonly authorities = this.tokenAuthorities();

  /** Everything in a token account but its amount. */
  tokenAuthorities(): string {
    const { svm, tokens, otherTokens } = this.world;
    return [tokens, otherTokens]
      .map((address) => {
        const data = Buffer.from(svm.getAccount(address)?.data ?? []);
        data.fill(0, 64, 72);
        return data.toString("hex");
      })
      .join();
  }

  step(one: Act): void {
    const { svm, config } = this.world;
    const addresses = this.keys.map((key) =>
      findSession({ ...this.world, sessionKey: key.publicKey }),
    );
    const watched = [...watchedAccounts(this.world), ...addresses];
    const before = snapshot(svm, watched);
    const refused = this.perform(one);
    const after = snapshot(svm, watched);
    if (refused) expectUnchanged(before, after);
    else this.passed += 1;
    // Nobody but the owner changes the config.
    if (one.kind !== "revokeAll" || !one.byOwner)
      assert.equal(after.get(config.toBase58()), before.get(config.toBase58()));
    this.check();
  }

  /** The promises that hold at any time. */
  check(): void {
    const { svm, vault, tokens } = this.world;
    const account = svm.getAccount(vault);
    assert.ok(account !== null);
    assert.ok(account.owner.equals(PublicKey.default), "the vault is System's");
    assert.equal(account.data.length, 0, "the vault is empty");
    assert.ok(account.lamports >= svm.rent(0), "the vault lives");
    assert.equal(account.lamports, this.lamports, "exactly what was allowed left the vault");
    assert.equal(tokenAmount(svm, tokens), this.tokens, "exactly what was allowed left its tokens");
    assert.equal(this.tokenAuthorities(), this.authorities, "its token accounts are as they were");
    this.sessions.forEach((model, at) => {
      const handle = this.handles[at];
      if (model === null || handle === null || handle === undefined) return;
      const read = readSession(this.world, handle);
      assert.equal(read.revoked, model.revoked);
      assert.equal(read.usesSpent, model.uses);
      const spent = read.limits.map((limit) => limit.spent);
      assert.deepEqual(spent, [model.spent.sol, model.spent.tokens]);
      assert.ok(model.spent.sol <= TERMS.sol.total && model.spent.tokens <= TERMS.tokens.total);
      assert.deepEqual(
        [read.limits[1]?.period, read.limits[1]?.periodSpent],
        [model.period, model.periodSpent],
      );
    });
  }

  /** Expects the verdict; returns whether it is a refusal. */
  expect(result: SendResult, name: ProgramErrorCode | null): boolean {
    if (name === null) expectOk(result);
    else expectRefused(result, name);
    return name !== null;
  }

  perform(one: Act): boolean {
    const { world } = this;
    const { svm, owner, thief } = world;
    switch (one.kind) {
      case "wait":
        svm.advance(one.seconds);
        return false;
      case "deposit":
        svm.airdrop(world.vault, one.lamports);
        this.lamports += one.lamports;
        return false;
      case "withdraw": {
        const step = [sendSol(world, one.lamports)];
        const result = ownerExecute(world, step, { signer: one.byOwner ? owner : thief });
        if (one.byOwner) this.lamports -= one.lamports;
        return this.expect(result, one.byOwner ? null : "ThresholdNotMet");
      }
      case "revokeAll": {
        const result = revokeAll(world, one.byOwner ? owner : thief);
        if (one.byOwner) this.epoch += 1n;
        return this.expect(result, one.byOwner ? null : "NotAnOwner");
      }
      default:
        return this.performOnSession(one);
    }
  }

  performOnSession(one: Extract<Act, { slot: number }>): boolean {
    const { world, epoch } = this;
    const { svm, owner, thief } = world;
    const now = svm.now();
    const model = this.sessions[one.slot] ?? null;
    const key = this.keys[one.slot] ?? thief;
    if (one.kind === "grant") {
      const named = one.stale ? epoch + 1n : epoch;
      const signer = one.byOwner ? owner : thief;
      const result = tryGrant(world, terms(world, now), { key, epoch: named, signer });
      const name = one.stale
        ? "EpochMismatch"
        : !one.byOwner
          ? "NotAnOwner"
          : model !== null
            ? "SessionExists"
            : null;
      if (name === null)
        [this.sessions[one.slot], this.handles[one.slot]] = [fresh(epoch, now), result.session];
      return this.expect(result, name);
    }
    const session = this.handles[one.slot];
    // Before the first grant there is nothing to send to.
    if (session === null || session === undefined) return true;
    switch (one.kind) {
      case "pay": {
        const verdict = judge(model, one.payments, { epoch, now, rightKey: one.rightKey });
        const steps = one.payments.map((paid) => toStep(world, paid));
        const result = execute(world, session, steps, one.rightKey ? {} : { as: thief });
        if (verdict.refused !== null) return this.expect(result, verdict.refused);
        this.sessions[one.slot] = verdict.session;
        for (const { asset, amount } of one.payments)
          this[asset === "sol" ? "lamports" : "tokens"] -= amount;
        return this.expect(result, null);
      }
      case "attack": {
        const [instruction, name] = attack(world, one.how);
        const verdict = judge(model, [], { epoch, now, rightKey: true });
        const spent = model !== null && verdict.refused === null && model.uses >= TERMS.uses;
        const result = execute(world, session, [{ rule: 2, instruction }]);
        return this.expect(result, verdict.refused ?? (spent ? "UsesSpent" : name));
      }
      case "revoke": {
        const result = revoke(world, session, { owner, key, thief }[one.by]);
        if (model === null) return this.expect(result, "NotASession");
        if (one.by === "thief") return this.expect(result, "NotAuthorized");
        this.sessions[one.slot] = { ...model, revoked: true };
        return this.expect(result, null);
      }
      case "close": {
        const result = close(world, session);
        if (model === null) return this.expect(result, "NotASession");
        const moved = model.epoch !== epoch;
        if (!moved && !isDead(model, epoch, now)) return this.expect(result, "SessionStillLive");
        if (!moved && now <= model.startsAt) return this.expect(result, "DeadlineNotPassed");
        this.sessions[one.slot] = null;
        return this.expect(result, null);
      }
    }
  }
}

const terms = (world: World, now: bigint) => ({
  rules: [solTransferRule(), tokenTransferRule({ mint: world.mint }), relayRule()],
  limits: [
    { asset: "SOL" as const, total: TERMS.sol.total, perExecute: TERMS.sol.perExecute },
    {
      ...{ asset: world.mint, total: TERMS.tokens.total },
      perPeriod: { ...TERMS.tokens.perPeriod, seconds: Number(TERMS.tokens.perPeriod.seconds) },
    },
  ],
  ...{ uses: TERMS.uses, startsAt: now, expiresAt: now + TERMS.lifeSeconds },
});

function toStep(world: World, { asset, amount, hidden }: Payment) {
  const plain = asset === "sol" ? sendSol(world, amount) : sendTokens(world, amount);
  if (hidden) return { rule: 2, instruction: relay(world.vault, [plain]) };
  return { rule: asset === "sol" ? 0 : 1, instruction: plain };
}

/** What a hostile program does with the vault's signature, and the name of its refusal. */
function attack(world: World, how: number): readonly [TransactionInstruction, ProgramErrorCode] {
  const { vault, tokens, otherTokens, thief } = world;
  const to = thief.publicKey;
  const attacks = [
    [SystemProgram.assign({ accountPubkey: vault, programId: HOSTILE }), "VaultChanged"],
    [SystemProgram.allocate({ accountPubkey: vault, space: 80 }), "VaultChanged"],
    [createApproveInstruction(tokens, to, vault, 1n), "TokenAccountChanged"],
    [
      createSetAuthorityInstruction(otherTokens, vault, AuthorityType.AccountOwner, to),
      "TokenAccountChanged",
    ],
    [
      sendTokens({ ...world, tokens: otherTokens, thiefTokens: world.thiefOtherTokens }, 1n),
      "NoLimit",
    ],
  ] as const;
  const [instruction, name] = attacks[how % attacks.length] ?? attacks[0];
  return [relay(vault, [instruction]), name];
}

describe("a long life of a vault", () => {
  it("goes as a page of TypeScript predicts", () => {
    let passed = 0;
    fc.assert(
      fc.property(fc.array(act, { minLength: 30, maxLength: 60 }), (acts) => {
        const run = new Run();
        // Every life begins with a session, or most acts would fall into a void.
        run.step({ kind: "grant", slot: 0, byOwner: true, stale: false });
        for (const one of acts) run.step(one);
        passed += run.passed;
      }),
      { numRuns: 16, seed: 20_270_115, endOnFailure: true },
    );
    assert.ok(passed > 180, `the run is no walk through refusals: ${passed} acts passed`);
  });
});
