// `grant_session`: who grants, for which key, at which address, and what is written.
import assert from "node:assert/strict";

import { Keypair, NONCE_ACCOUNT_LENGTH, PublicKey, SystemProgram } from "@solana/web3.js";
import type { TransactionInstruction } from "@solana/web3.js";
import { decodeEvents, findSession, sessionSize } from "@valetkey/sdk/layers";

import { expectOk, expectRefused, expectUnchanged, snapshot } from "../support/expect.js";
import { hostileInstruction, invoke } from "../support/hostile.js";
import { solTransferRule, tokenTransferCheckedRule, type TermsSpec } from "../support/rules.js";
import { grant, readSession, tryGrant, type GrantOptions } from "../support/session.js";
import { expectError, patchAccount } from "../support/swap-accounts.js";
import { createWorld, openVault, type World } from "../support/world.js";

const spec: TermsSpec = {
  rules: [solTransferRule()],
  limits: [{ asset: "SOL", total: 1_000n }],
};

/** Expects the error, and that neither session nor world changed. */
function refusesGrant(
  world: World,
  name: Parameters<typeof expectError>[1],
  options: GrantOptions,
) {
  const { svm, config, programId } = world;
  const { key = Keypair.generate() } = options;
  const session = findSession({ config, sessionKey: key.publicKey, programId });
  const before = snapshot(svm, [config, session, world.owner.publicKey]);
  expectError(tryGrant(world, spec, { ...options, key }), name);
  expectUnchanged(before, snapshot(svm, [config, session, world.owner.publicKey]));
}

describe("grant_session", () => {
  let world: World;
  before(() => (world = createWorld()));

  it("writes what the terms say, and counters of zero", () => {
    const { svm, mint, config, vault, programId, thief } = world;
    const key = Keypair.generate();
    const full: TermsSpec = {
      rules: [
        { ...solTransferRule(thief.publicKey), uses: 3, id: 40 },
        tokenTransferCheckedRule({ mint, to: thief.publicKey }),
      ],
      limits: [
        { asset: "SOL", total: 9n, perExecute: 8n },
        { asset: mint, total: 7n, perPeriod: { amount: 6n, seconds: 60 } },
      ],
      startsAt: svm.now() + 10n,
      expiresAt: svm.now() + 20n,
      uses: 4_294_967_295,
      guardian: thief.publicKey,
    };
    const result = tryGrant(world, full, { key, grantId: (1n << 64n) - 1n });
    expectOk(result);
    const { session } = result;
    const account = svm.getAccount(session.address);
    assert.ok(account !== null);
    assert.ok(account.owner.equals(programId));
    assert.equal(account.data.length, sessionSize(session.terms));
    assert.equal(account.lamports, svm.rent(account.data.length));
    const { bump, vaultBump, ...read } = readSession(world, session);
    const seeds = [Buffer.from("session"), config.toBytes(), key.publicKey.toBytes()];
    assert.equal(bump, PublicKey.findProgramAddressSync(seeds, programId)[1]);
    const vaultSeeds = [Buffer.from("vault"), config.toBytes()];
    assert.equal(vaultBump, PublicKey.findProgramAddressSync(vaultSeeds, programId)[1]);
    const [sol, tokens] = session.terms.limits;
    const counters = { spent: 0n, period: 0n, periodSpent: 0n };
    assert.deepEqual(read, {
      ...session.terms,
      limits: [
        { ...sol, ...counters, decimals: 9, token2022: false },
        { ...tokens, ...counters, decimals: 6, token2022: false },
      ],
      rules: session.terms.rules.map((rule) => ({ ...rule, usesSpent: 0, capSpent: 0n })),
      ...{ revoked: false, record: false, revision: 0, grantId: (1n << 64n) - 1n },
      ...{ config: config.toBase58(), vault: vault.toBase58() },
      ...{ sessionKey: key.publicKey.toBase58(), rentPayer: svm.payer.publicKey.toBase58() },
      ...{ epoch: 1n, grantDeadline: svm.now(), createdAt: svm.now() },
      ...{ seq: 0n, onceHighest: 0n, onceMap: 0n, usesSpent: 0, feesPaid: 0n },
    });
    assert.deepEqual(decodeEvents({ logs: result.logs, programId }), [
      {
        ...{ name: "SessionGranted", session: session.address.toBase58() },
        ...{ config: config.toBase58(), sessionKey: key.publicKey.toBase58() },
        ...{ grantId: (1n << 64n) - 1n, expiresAt: svm.now() + 20n },
      },
    ]);
  });

  it("takes the rent from the payer, whoever that is, and remembers him", () => {
    const { svm, thief } = world;
    const before = svm.balance(thief.publicKey);
    const session = grant(world, spec, { payer: thief });
    const rent = svm.balance(session.address);
    assert.equal(before - svm.balance(thief.publicKey), rent);
    assert.equal(readSession(world, session).rentPayer, thief.publicKey.toBase58());
  });

  for (const [what, lamports] of [
    ["one lamport", 1n],
    ["more than its rent", 1_000_000_000n],
  ] as const)
    it(`grants at an address that holds ${what} already`, () => {
      const { svm, config, programId } = world;
      const key = Keypair.generate();
      const address = findSession({ config, sessionKey: key.publicKey, programId });
      const owner = PublicKey.default;
      svm.setAccount(address, { lamports, data: new Uint8Array(), owner });
      const session = grant(world, spec, { key });
      const rent = svm.rent(sessionSize(session.terms));
      assert.equal(svm.balance(address), lamports > rent ? lamports : rent);
      assert.equal(readSession(world, session).seq, 0n);
    });

  it("refuses a key that has a session already, live or dead", () => {
    const session = grant(world, spec);
    refusesGrant(world, "SessionExists", { key: session.key });
    world.svm.advance(4_000n);
    refusesGrant(world, "SessionExists", { key: session.key });
  });

  it("refuses the epochs before and after the vault's", () => {
    for (const epoch of [0n, 2n, (1n << 64n) - 1n]) refusesGrant(world, "EpochMismatch", { epoch });
    expectRefused(tryGrant(world, spec, { epoch: 2n }), "EpochMismatch", { asked: 2n, left: 1n });
  });

  it("refuses whoever isn't the owner", () => {
    refusesGrant(world, "NotAnOwner", { signer: world.thief });
  });

  it("refuses the owner's key without his signature, no owner, and more owners than accounts", () => {
    const { owner, thief } = world;
    const change =
      (offset: number, byte: number) =>
      (instruction: TransactionInstruction): TransactionInstruction => {
        instruction.data[8 + 16 + offset] = byte;
        return instruction;
      };
    const unsigned = (instruction: TransactionInstruction): TransactionInstruction => {
      for (const meta of instruction.keys)
        if (meta.pubkey.equals(thief.publicKey)) {
          meta.pubkey = owner.publicKey;
          meta.isSigner = false;
        }
      instruction.keys.push({ pubkey: thief.publicKey, isSigner: true, isWritable: false });
      return instruction;
    };
    refusesGrant(world, "MissingSignature", { signer: thief, tamper: unsigned });
    refusesGrant(world, "ThresholdNotMet", { tamper: change(0, 0) });
    for (const owners of [2, 255])
      refusesGrant(world, "MissingAccount", { tamper: change(0, owners) });
    const missing = tryGrant(world, spec, { tamper: change(0, 0) });
    expectRefused(missing, "ThresholdNotMet", { asked: 1n, left: 0n });
  });

  it("counts an owner who is named twice once, and refuses the second naming", () => {
    const twice = (instruction: TransactionInstruction): TransactionInstruction => {
      const meta = instruction.keys[6];
      assert.ok(meta !== undefined);
      instruction.keys.push({ ...meta });
      instruction.data[8 + 16] = 2;
      return instruction;
    };
    refusesGrant(world, "DuplicateOwner", { tamper: twice });
    const other = createWorld();
    patchAccount(other, other.config, 13, [2, 2]);
    patchAccount(other, other.config, 104 + 32, Keypair.generate().publicKey.toBytes());
    refusesGrant(other, "DuplicateOwner", { tamper: twice });
    refusesGrant(other, "ThresholdNotMet", {});
  });

  it("leaves a vault with a timelock to proposals", () => {
    const other = createWorld();
    patchAccount(other, other.config, 16, [1]);
    refusesGrant(other, "TimelockRequiresProposal", {});
  });

  it("refuses the owner's signature inside another program's call", () => {
    const { svm, thief } = world;
    const wrap = (inner: TransactionInstruction): TransactionInstruction => {
      const metas = [
        ...inner.keys,
        { pubkey: inner.programId, isSigner: false, isWritable: false },
      ];
      const accounts = inner.keys.map((meta, account) => ({
        ...{ account, signer: meta.isSigner, writable: meta.isWritable },
      }));
      return hostileInstruction(metas, [invoke(inner.keys.length, accounts, inner.data)]);
    };
    refusesGrant(world, "NotTopLevel", { tamper: wrap, payer: thief });
    assert.ok(svm.balance(thief.publicKey) > 0n);
  });

  it("refuses a transaction that begins with a durable-nonce advance, and none that has one later", () => {
    const { svm, owner } = world;
    const nonce = Keypair.generate();
    svm.mustSend(
      SystemProgram.createNonceAccount({
        fromPubkey: svm.payer.publicKey,
        noncePubkey: nonce.publicKey,
        authorizedPubkey: svm.payer.publicKey,
        lamports: Number(svm.rent(NONCE_ACCOUNT_LENGTH)),
      }).instructions,
      [svm.payer, nonce],
    );
    svm.blockhash();
    const advance = SystemProgram.nonceAdvance({
      ...{ noncePubkey: nonce.publicKey, authorizedPubkey: svm.payer.publicKey },
    });
    let captured: TransactionInstruction | undefined;
    const key = Keypair.generate();
    tryGrant(world, spec, { key, epoch: 9n, tamper: (same) => (captured = same) });
    assert.ok(captured !== undefined);
    captured.data.writeBigUInt64LE(1n, 16);
    const signers = [owner, svm.payer];
    const options = { payer: svm.payer };
    expectRefused(svm.send([advance, captured], signers, options), "DurableNonceRefused");
    assert.equal(svm.getAccount(captured.keys[2]?.pubkey ?? PublicKey.default), null);
    expectOk(svm.send([captured, advance], signers, options));
  });

  it("refuses keys that can't be a session key", () => {
    const { svm, config, vault, owner, programId, thief } = world;
    const reserved = (sessionKey: PublicKey) => (instruction: TransactionInstruction) => {
      const [, , session, key] = instruction.keys;
      assert.ok(session !== undefined && key !== undefined);
      session.pubkey = findSession({ config, sessionKey, programId });
      key.pubkey = sessionKey;
      return instruction;
    };
    for (const key of [
      PublicKey.default,
      config,
      vault,
      owner.publicKey,
      openVault(world, thief.publicKey).vault,
    ]) {
      refusesGrant(world, "ReservedSessionKey", { tamper: reserved(key) });
      const address = findSession({ config, sessionKey: key, programId });
      assert.equal(svm.getAccount(address), null, key.toBase58());
    }
    // A wallet's key may be one, also the one that pays.
    expectOk(tryGrant(world, spec, { key: thief, payer: thief }));
  });
});
