// A: sessions that end, and what must not come alive again.
import assert from "node:assert/strict";

import {
  Keypair,
  SystemProgram,
  type PublicKey,
  type TransactionInstruction,
} from "@solana/web3.js";
import {
  closeSessionInstruction,
  findSession,
  findVaultConfig,
  revokeSessionInstruction,
} from "@valetkey/sdk/layers";

import { expectOk, expectRefused, expectUnchanged, snapshot } from "../support/expect.js";
import { relay } from "../support/relay.js";
import { solTransferRule, tokenTransferRule } from "../support/rules.js";
import {
  close,
  execute,
  executeInstruction,
  grant,
  readSession,
  refuses,
  revoke,
  revokeAll,
  tryGrant,
  type Session,
} from "../support/session.js";
import { approve } from "../support/token-states.js";
import { createTokenAccount } from "../support/token.js";
import { createWorld, openVault, sendSol, sendTokens, type World } from "../support/world.js";

const pay = 1_000_000n;
const spec = { rules: [solTransferRule()], limits: [{ asset: "SOL" as const, total: 10n * pay }] };

/** Asks for a revoked record of a key that has no session. */
function record(
  world: World,
  sessionKey: PublicKey,
  deadline: bigint,
  authority: Keypair = world.owner,
) {
  const { programId, config, svm } = world;
  const session = findSession({ config, sessionKey, programId });
  const payer = svm.payer.publicKey;
  const instruction = revokeSessionInstruction({
    ...{ programId, config, session, authority: authority.publicKey },
    record: { payer, sessionKey, deadline },
  });
  return svm.send([instruction], [authority, svm.payer], { payer: svm.payer });
}

/** Revokes through `depth` levels of a program that passes the authority's signature on. */
function revokeThrough(
  world: World,
  session: Session,
  authority: Keypair,
  depth: number,
): TransactionInstruction {
  const { programId, config } = world;
  let instruction = revokeSessionInstruction({
    ...{ programId, config, session: session.address },
    authority: authority.publicKey,
  });
  for (let level = 0; level < depth; level++) {
    instruction = relay(authority.publicKey, [instruction]);
    for (const meta of instruction.keys) meta.isSigner ||= meta.pubkey.equals(authority.publicKey);
  }
  return instruction;
}

describe("threats: life and death of sessions", () => {
  it("a04_recreated_session_has_a_new_grant_id_and_old_grant_fails", () => {
    const world = createWorld();
    const { svm } = world;
    const first = grant(world, spec, { grantId: 1n });
    const { key } = first;
    expectOk(execute(world, first, [sendSol(world, 9n * pay)], { grant: 1n, once: 50n }));
    const kept = executeInstruction(world, first, [sendSol(world, pay)], { grant: 1n });
    expectOk(revoke(world, first));
    expectRefused(tryGrant(world, spec, { key, grantId: 2n }), "SessionExists");
    svm.advance(1n);
    expectOk(close(world, first));

    const wider = { ...spec, limits: [{ asset: "SOL" as const, total: 100n * pay }] };
    const second = grant(world, wider, { key, grantId: 2n });
    assert.ok(second.address.equals(first.address));
    const late = svm.send([kept], [key], { payer: svm.payer });
    expectRefused(late, "GrantMismatch", { asked: 1n, left: 2n });
    const state = readSession(world, second);
    assert.deepEqual(
      [state.seq, state.usesSpent, state.limits[0]?.spent, state.onceHighest, state.grantId],
      [0n, 0, 0n, 0n, 2n],
    );
    const newGuard = { grant: 2n, once: 50n };
    expectOk(execute(world, second, [sendSol(world, pay)], newGuard));
  });

  it("a04_epoch_kills_every_session_and_old_grants", () => {
    const world = createWorld();
    const [first, second] = [grant(world, spec), grant(world, spec)];
    expectRefused(revokeAll(world, world.thief), "NotAnOwner");
    expectOk(execute(world, first, [sendSol(world, pay)]));
    expectOk(revokeAll(world));
    for (const session of [first, second])
      refuses(world, session, [sendSol(world, pay)], "EpochStale");
    expectRefused(tryGrant(world, spec, { epoch: 1n }), "EpochMismatch", { asked: 1n, left: 2n });
    const third = grant(world, spec, { epoch: 2n });
    expectOk(execute(world, third, [sendSol(world, pay)]));
    expectOk(close(world, first));
  });

  it("a08_prefunded_and_overfunded_session_pda_still_creates", () => {
    const world = createWorld();
    const { svm, config, programId } = world;
    for (const lamports of [svm.rent(0), 50_000_000n]) {
      const key = Keypair.generate();
      const address = findSession({ config, sessionKey: key.publicKey, programId });
      svm.airdrop(address, lamports);
      const session = grant(world, spec, { key });
      expectOk(execute(world, session, [sendSol(world, pay)]));
      const size = svm.getAccount(address)?.data.length ?? 0;
      const rent = svm.rent(size);
      assert.equal(svm.balance(address), lamports > rent ? lamports : rent);
    }
    const owner = Keypair.generate().publicKey;
    svm.airdrop(findVaultConfig({ owner, programId }), 50_000_000n);
    openVault(world, owner);
  });

  it("a10_close_refund_goes_to_recorded_payer", () => {
    const world = createWorld();
    const { svm, thief } = world;
    const payer = svm.fundedKeypair();
    const session = grant(world, spec, { payer });
    expectRefused(close(world, session, payer.publicKey), "SessionStillLive");
    svm.advance(3_600n);
    svm.airdrop(session.address, 5n);
    const watched = [session.address, thief.publicKey, payer.publicKey];
    const before = snapshot(svm, watched);
    expectRefused(close(world, session, thief.publicKey), "WrongRentPayer");
    expectRefused(close(world, session, world.vault), "WrongRentPayer");
    expectUnchanged(before, snapshot(svm, watched));
    const held = svm.balance(session.address);
    const had = svm.balance(payer.publicKey);
    expectOk(close(world, session, payer.publicKey));
    assert.equal(svm.balance(payer.publicKey) - had, held);
    assert.equal(svm.getAccount(session.address), null);
  });

  it("a11_closed_session_cannot_be_revived_in_same_tx", () => {
    const world = createWorld();
    const { svm, thief, programId, config } = world;
    const session = grant(world, spec);
    svm.advance(3_600n);
    const closing = closeSessionInstruction({
      ...{ programId, config, session: session.address },
      rentPayer: svm.payer.publicKey,
    });
    const feed = SystemProgram.transfer({
      fromPubkey: thief.publicKey,
      toPubkey: session.address,
      lamports: Number(svm.balance(session.address)),
    });
    const use = executeInstruction(world, session, [sendSol(world, pay)]);
    const signers = [thief, session.key];
    const chained = svm.send([closing, feed, use], signers, { payer: svm.payer });
    expectRefused(chained, "NotASession");
    assert.equal(chained.failedInstruction, 2);
    expectOk(svm.send([closing, feed], [thief], { payer: svm.payer }));
    const left = svm.getAccount(session.address);
    assert.ok(left !== null && left.owner.equals(SystemProgram.programId));
    assert.equal(left.data.length, 0);
    refuses(world, session, [sendSol(world, pay)], "NotASession");
    // Fed or not, the address serves the next honest grant.
    const next = grant(world, spec, { key: session.key, grantId: 8n });
    expectOk(execute(world, next, [sendSol(world, pay)]));
  });

  it("a12_revoke_works_at_max_depth_and_with_frozen_tokens", () => {
    const world = createWorld();
    const { svm, owner, tokens } = world;
    const guardian = svm.fundedKeypair();
    const tokenSpec = {
      rules: [tokenTransferRule()],
      limits: [{ asset: world.mint, total: 10n }],
      guardian: guardian.publicKey,
    };
    freeze(world, tokens);
    for (const authority of [owner, guardian])
      for (const depth of [0, 1, 2, 3, 4]) {
        const session = grant(world, tokenSpec);
        const instruction = revokeThrough(world, session, authority, depth);
        expectOk(svm.send([instruction], [authority], { payer: svm.payer }));
        assert.ok(readSession(world, session).revoked, `depth ${depth}`);
        refuses(world, session, [sendTokens(world, 1n)], "SessionRevoked");
      }
    // The session key revokes itself at top level only: in native mode games get its signature.
    const session = grant(world, tokenSpec);
    const inside = revokeThrough(world, session, session.key, 1);
    expectRefused(svm.send([inside], [session.key], { payer: svm.payer }), "NotTopLevel");
    expectOk(revoke(world, session, session.key));
    expectOk(revoke(world, session, owner));
  });

  it("a13_revoke_leaves_other_delegate_alone", () => {
    const world = createWorld();
    const { svm, owner, thief, mint } = world;
    const own = createTokenAccount(svm, { mint, owner: owner.publicKey, amount: 5n });
    const delegate = Keypair.generate().publicKey;
    approve(svm, { account: own, wallet: owner, delegate, amount: 5n });
    const [first, second] = [grant(world, spec), grant(world, spec)];
    const watched = [own, second.address, world.config, world.vault, world.tokens];
    const before = snapshot(svm, watched);
    const session = svm.getAccount(first.address);
    expectRefused(revoke(world, first, thief), "NotAuthorized");
    expectRefused(revoke(world, first, second.key), "NotAuthorized");
    expectOk(revoke(world, first));
    expectUnchanged(before, snapshot(svm, watched));
    const after = svm.getAccount(first.address);
    assert.ok(session !== null && after !== null);
    const changed = after.data.filter((byte, i) => byte !== session.data[i]);
    assert.equal(changed.length, 1, "one bit of one byte");
    refuses(world, first, [sendSol(world, pay)], "SessionRevoked");
    expectOk(execute(world, second, [sendSol(world, pay)]));
  });

  it("a17_text_can_be_cancelled_before_it_lands", () => {
    const world = createWorld();
    const { svm, thief, programId, config } = world;
    const key = Keypair.generate();
    const deadline = svm.now() + 1_000n;
    expectRefused(record(world, key.publicKey, deadline, thief), "NotAuthorized");
    for (const bad of [svm.now(), svm.now() - 1n, svm.now() + 365n * 86_400n + 1n])
      expectRefused(record(world, key.publicKey, bad), "DeadlineTooFar");
    const other = findSession({ config, sessionKey: thief.publicKey, programId });
    const payer = svm.payer.publicKey;
    const elsewhere = revokeSessionInstruction({
      ...{ programId, config, session: other, authority: world.owner.publicKey },
      record: { payer, sessionKey: key.publicKey, deadline },
    });
    expectRefused(svm.send([elsewhere], [world.owner, svm.payer]), "WrongSessionAddress");
    expectOk(record(world, key.publicKey, deadline));
    expectRefused(tryGrant(world, spec, { key }), "SessionExists");
    const address = findSession({ config, sessionKey: key.publicKey, programId });
    const cancelled = readSession(world, { address });
    assert.ok(cancelled.revoked && cancelled.record);
    const session = { ...grant(world, spec), address, key };
    refuses(world, session, [sendSol(world, pay)], "SessionRevoked");
  });

  it("a17_record_outlives_every_landing_of_its_text", () => {
    const world = createWorld();
    const { svm, programId, config } = world;
    const key = Keypair.generate();
    const deadline = svm.now() + 1_000n;
    const address = findSession({ config, sessionKey: key.publicKey, programId });
    expectOk(record(world, key.publicKey, deadline));
    const before = snapshot(svm, [address]);
    for (const at of [1n, deadline - svm.now() - 1n, 1n]) {
      expectRefused(close(world, { address }), "DeadlineNotPassed");
      expectRefused(tryGrant(world, spec, { key }), "SessionExists");
      svm.advance(at);
    }
    assert.equal(svm.now(), deadline + 1n);
    expectUnchanged(before, snapshot(svm, [address]));
    expectOk(close(world, { address }));
    // By a new epoch it may go at once: texts name their epoch.
    const second = Keypair.generate();
    const early = findSession({ config, sessionKey: second.publicKey, programId });
    expectOk(record(world, second.publicKey, svm.now() + 1_000n));
    expectOk(revokeAll(world));
    expectOk(close(world, { address: early }));
    expectRefused(tryGrant(world, spec, { key: second }), "EpochMismatch");
  });

  it("a17_text_cannot_be_replayed_after_close", () => {
    const world = createWorld();
    const { svm } = world;
    const session = grant(world, spec);
    expectOk(revoke(world, session));
    // In the second of its landing the deadline of a grant by transaction hasn't passed.
    expectRefused(close(world, session), "DeadlineNotPassed");
    svm.advance(1n);
    expectOk(close(world, session));
    expectRefused(close(world, session), "NotASession");
  });
});

/** Freezes a token account by its bytes: the world's mints have no freeze authority. */
function freeze({ svm }: World, address: PublicKey): void {
  const account = svm.getAccount(address);
  assert.ok(account !== null);
  const data = Uint8Array.from(account.data);
  data[108] = 2;
  svm.setAccount(address, { ...account, data });
}
