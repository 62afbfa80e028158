// `revoke_all`: any one owner ends every session of the vault.
import assert from "node:assert/strict";

import { Keypair } from "@solana/web3.js";
import { decodeEvents, decodeVaultConfig, revokeAllInstruction } from "@valetkey/sdk/layers";

import { expectOk, expectRefused } from "../support/expect.js";
import { hostileInstruction, invoke } from "../support/hostile.js";
import { solTransferRule } from "../support/rules.js";
import { execute, grant, readSession, refuses, revokeAll, tryGrant } from "../support/session.js";
import {
  expectError,
  patchAccount,
  refusesSwaps,
  refusesUnsigned,
} from "../support/swap-accounts.js";
import { createWorld, openVault, sendSol, type World } from "../support/world.js";

const spec = { rules: [solTransferRule()], limits: [{ asset: "SOL" as const, total: 1_000n }] };

describe("revoke_all", () => {
  let world: World;
  beforeEach(() => (world = createWorld()));
  const config = () =>
    decodeVaultConfig(world.svm.getAccount(world.config)?.data ?? new Uint8Array());
  const build = () => revokeAllInstruction({ ...world, owner: world.owner.publicKey });

  it("raises the epoch by one each time, and nothing else", () => {
    const before = config();
    for (const epoch of [2n, 3n, 4n]) {
      const result = expectOk(revokeAll(world));
      assert.deepEqual(config(), { ...before, epoch });
      assert.deepEqual(decodeEvents({ logs: result.logs, programId: world.programId }), [
        { name: "AllRevoked", config: world.config.toBase58(), epoch },
      ]);
    }
  });

  it("ends every session of the vault, and none of another", () => {
    const sessions = [1, 2, 3].map(() => grant(world, spec));
    const other = { ...world, ...openVault(world, world.owner.publicKey, 1) };
    world.svm.airdrop(other.vault);
    const elsewhere = grant(other, spec);
    const before = sessions.map((session) => readSession(world, session));
    expectOk(revokeAll(world));
    for (const session of sessions) refuses(world, session, [sendSol(world, 1n)], "EpochStale");
    assert.deepEqual(
      sessions.map((session) => readSession(world, session)),
      before,
    );
    expectOk(execute(other, elsewhere, [sendSol(other, 1n)]));
    expectRefused(tryGrant(world, spec, { epoch: 1n }), "EpochMismatch", { asked: 1n, left: 2n });
    expectOk(tryGrant(world, spec, { epoch: 2n }));
  });

  it("refuses strangers and session keys", () => {
    const session = grant(world, spec);
    for (const who of [world.thief, session.key, Keypair.generate()]) {
      expectRefused(revokeAll(world, who), "NotAnOwner");
      assert.equal(config().epoch, 1n);
    }
    expectOk(execute(world, session, [sendSol(world, 1n)]));
  });

  it("takes any one of several owners", () => {
    const second = world.svm.fundedKeypair();
    patchAccount(world, world.config, 13, [2, 2]);
    patchAccount(world, world.config, 136, second.publicKey.toBytes());
    expectOk(revokeAll(world, second));
    expectOk(revokeAll(world));
    assert.equal(config().epoch, 3n);
  });

  it("works inside another program's call", () => {
    const { svm, owner } = world;
    const { keys, data, programId } = build();
    const metas = [...keys, { pubkey: programId, isSigner: false, isWritable: false }];
    const accounts = keys.map((meta, account) => ({
      account,
      signer: meta.isSigner,
      writable: meta.isWritable,
    }));
    const wrapped = hostileInstruction(metas, [invoke(keys.length, accounts, data)]);
    expectOk(svm.send([wrapped], [owner], { payer: svm.payer }));
    assert.equal(config().epoch, 2n);
  });

  it("never starts again at the end of its type", () => {
    patchAccount(world, world.config, 24, Array<number>(8).fill(255));
    expectRefused(revokeAll(world), "ArithmeticOverflow");
    assert.equal(config().epoch, (1n << 64n) - 1n);
  });

  it("refuses every other account at every position, a missing signature, and a config to read", () => {
    const { svm, owner } = world;
    const readOnly = build();
    const meta = readOnly.keys[1];
    assert.ok(meta !== undefined);
    meta.isWritable = false;
    expectError(svm.send([readOnly], [owner], { payer: svm.payer }), "ConstraintMut");
    const input = {
      ...{ world, build, signers: [owner] },
      expected: [
        { all: "AccountNotSigner", signer: "NotAnOwner" },
        { all: "NotAVaultConfig", config: "NotAnOwner" },
      ],
    } as const;
    refusesUnsigned(input);
    refusesSwaps(input);
    assert.equal(config().epoch, 2n);
  });
});
