// A14, A16, and the halves of A04 and A17 that renewals and records have: what a renewal may not take along, skip or revive.
import assert from "node:assert/strict";

import { Keypair, SystemProgram } from "@solana/web3.js";
import { findSession, revokeSessionInstruction } from "@valetkey/sdk/layers";

import { grantAs, openCouncil } from "../support/council.js";
import { expectOk, expectRefused, expectUnchanged, snapshot } from "../support/expect.js";
import { rawLimit, rawTerms, renewBytesInstruction, tryGrantBytes } from "../support/raw-terms.js";
import { approveAll } from "../support/proposal.js";
import {
  proposeRenewal,
  renew,
  renewedTerms,
  renewProposedInstruction,
  tryRenew,
} from "../support/renewal.js";
import { solTransferRule, type TermsSpec } from "../support/rules.js";
import { close, execute, grant, readSession, refuses, revoke } from "../support/session.js";
import { createMint } from "../support/token.js";
import { createWorld, sendSol } from "../support/world.js";

const spec: TermsSpec = {
  rules: [{ ...solTransferRule(), uses: 2, id: 1 }],
  limits: [{ asset: "SOL", total: 1_000n, perPeriod: { amount: 600n, seconds: 86_400 } }],
  uses: 50,
};

describe("threats: renewal", () => {
  it("a14_renew_never_inherits_a_rule_counter", () => {
    const world = createWorld();
    const session = grant(world, spec);
    const pay = [sendSol(world, 1n)];
    expectOk(execute(world, session, pay));
    expectOk(execute(world, session, pay));
    refuses(world, session, pay, "RuleUsesSpent");
    // Another rule begins at zero, although it stands where the old one stood; the old id comes back with what it had spent.
    renew(world, session, { ...spec, rules: [{ ...solTransferRule(), uses: 2, id: 2 }] });
    assert.equal(readSession(world, session).rules[0]?.usesSpent, 0);
    expectOk(execute(world, session, pay));
    renew(world, session, { ...spec, rules: [{ ...solTransferRule(), uses: 2, id: 2 }] });
    assert.equal(readSession(world, session).rules[0]?.usesSpent, 1);
    expectOk(execute(world, session, pay));
    refuses(world, session, pay, "RuleUsesSpent");
  });

  it("a14_replaced_policy_shares_no_bytes_with_old", () => {
    const world = createWorld();
    const { svm, thief } = world;
    const wide: TermsSpec = {
      rules: [
        solTransferRule(thief.publicKey),
        { ...solTransferRule(world.owner.publicKey), id: 9 },
      ],
      guardian: thief.publicKey,
    };
    const narrow: TermsSpec = { rules: [{ ...solTransferRule(), id: 30 }] };
    const key = Keypair.generate();
    const renewed = grant(world, wide, { key });
    renew(world, renewed, narrow);
    const data = Buffer.from(svm.getAccount(renewed.address)?.data ?? []);
    assert.equal(data.includes(thief.publicKey.toBuffer()), false);
    // But for the revision it is what a grant of the new terms writes, then zeroes.
    svm.setAccount(renewed.address, {
      ...{ lamports: 0n, data: new Uint8Array(), owner: SystemProgram.programId },
    });
    const fresh = Buffer.from(svm.getAccount(grant(world, narrow, { key }).address)?.data ?? []);
    data.writeUInt32LE(0, 20);
    assert.equal(data.subarray(0, fresh.length).toString("hex"), fresh.toString("hex"));
    assert.ok(data.subarray(fresh.length).every((byte) => byte === 0));
  });

  it("a16_renew_honours_timelock_threshold_and_never_revives", () => {
    const world = createWorld();
    const council = openCouncil(world, { count: 3, threshold: 2 });
    const [one, two] = council.owners;
    assert.ok(one !== undefined && two !== undefined);
    const session = grantAs(council, spec, [one, two]);
    const wider = { ...spec, limits: [{ asset: "SOL" as const, total: 5_000n }] };
    const before = snapshot(council.svm, [session.address]);
    expectRefused(tryRenew(council, session, wider, { signers: [one] }), "ThresholdNotMet");
    expectUnchanged(before, snapshot(council.svm, [session.address]));
    expectOk(tryRenew(council, session, wider, { signers: [one, two] }));

    const { svm } = council;
    // A session from before the delay stands for one that came by proposal.
    const open = openCouncil(world, { count: 1, threshold: 1 });
    const [alone] = open.owners;
    assert.ok(alone !== undefined);
    const early = grantAs(open, spec, [alone]);
    const config = svm.getAccount(open.config);
    assert.ok(config !== null);
    const data = Uint8Array.from(config.data);
    new DataView(data.buffer).setUint32(16, 600, true);
    svm.setAccount(open.config, { ...config, data });
    expectRefused(tryRenew(open, early, spec, { signers: [alone] }), "TimelockRequiresProposal");
    const terms = renewedTerms(open, early, { ...spec, uses: 51 });
    const proposal = proposeRenewal(open, early, terms);
    approveAll(open, proposal, [alone]);
    const enact = () =>
      svm.send([renewProposedInstruction(open, early, proposal, terms)], [], {
        payer: svm.payer,
      });
    svm.advance(599n);
    expectRefused(enact(), "ProposalNotReady");
    svm.advance(1n);
    expectOk(enact());

    const late = proposeRenewal(open, early, terms);
    approveAll(open, late, [alone]);
    svm.advance(600n);
    expectOk(revoke(open, early, alone));
    const dead = svm.send([renewProposedInstruction(open, early, late, terms)], [], {
      payer: svm.payer,
    });
    expectRefused(dead, "SessionRevoked");
  });

  it("a04_renewal_of_another_revision_or_account_never_lands", () => {
    const world = createWorld();
    const { svm, owner } = world;
    const key = Keypair.generate();
    const session = grant(world, spec, { key });
    const terms = rawTerms({ startsAt: session.terms.startsAt, limits: [rawLimit()] }, svm.now());
    const kept = renewBytesInstruction(world, session.address, terms);
    expectOk(revoke(world, session));
    svm.advance(1n);
    expectOk(close(world, session));
    expectRefused(svm.send([kept], [owner], { payer: svm.payer }), "NotASession");
    // Made again a second later, it starts another time: periods and terms are others.
    grant(world, spec, { key });
    expectRefused(svm.send([kept], [owner], { payer: svm.payer }), "BadWindow");
    assert.equal(readSession(world, session).revision, 0);
  });

  it("a17_revoke_of_a_session_outlasts_the_texts_of_its_key", () => {
    const world = createWorld();
    const { svm, owner, programId, config } = world;
    const session = grant(world, spec);
    const sessionKey = session.key.publicKey;
    const record = { payer: svm.payer.publicKey, sessionKey, deadline: svm.now() + 300n };
    const instruction = revokeSessionInstruction({
      ...{ programId, config, authority: owner.publicKey, session: session.address, record },
    });
    svm.mustSend([instruction], [owner, svm.payer]);
    svm.advance(300n);
    expectRefused(close(world, session), "DeadlineNotPassed");
    svm.advance(1n);
    expectOk(close(world, session));
  });

  it("j01_keys_of_terms_from_a_lying_table_never_reach_a_session", () => {
    const world = createWorld();
    const { svm, programId, config } = world;
    const [meant, swapped] = [createMint(svm), createMint(svm)];
    const key = Keypair.generate();
    const terms = rawTerms({ byAccount: 2, limits: [rawLimit({ asset: 1 })] }, svm.now());
    const honest = tryGrantBytes(world, terms, { accounts: [meant], keysHash: true });
    expectOk(honest);
    assert.equal(readSession(world, honest).keys[1], meant.toBase58());
    // Without the hash, whatever stands there is taken.
    expectOk(tryGrantBytes(world, terms, { accounts: [swapped] }));
    const wrong = tryGrantBytes(world, terms, {
      ...{ key, accounts: [swapped], keysHash: new Uint8Array(32).fill(1) },
    });
    expectRefused(wrong, "KeysHashMismatch");
    assert.equal(
      svm.getAccount(findSession({ programId, config, sessionKey: key.publicKey })),
      null,
    );
  });
});
