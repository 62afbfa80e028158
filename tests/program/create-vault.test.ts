// `create_vault`: anyone opens an owner's vault, and what is written is forced.
import assert from "node:assert/strict";

import { Keypair, PublicKey } from "@solana/web3.js";
import {
  createVaultInstruction,
  decodeEvents,
  decodeVaultConfig,
  findVault,
  findVaultConfig,
} from "@valetkey/sdk/layers";

import { expectOk, expectRefused, expectUnchanged, snapshot } from "../support/expect.js";
import { expectError, refusesSwaps } from "../support/swap-accounts.js";
import { createWorld, type World } from "../support/world.js";

const SIZE = 488;

const build = (world: World, owner: PublicKey, index = 0, payer = world.svm.payer.publicKey) =>
  createVaultInstruction({
    ...{ programId: world.programId, payer, owner, index },
    config: findVaultConfig({ owner, index, programId: world.programId }),
  });

describe("create_vault", () => {
  let world: World;
  before(() => (world = createWorld()));

  for (const index of [0, 1, 254, 255])
    it(`opens the vault with index ${index}, paid by a stranger`, () => {
      const { svm, programId, thief } = world;
      const owner = Keypair.generate().publicKey;
      const paid = svm.balance(thief.publicKey);
      const instruction = build(world, owner, index, thief.publicKey);
      const result = expectOk(svm.send([instruction], [thief], { payer: svm.payer }));
      const config = findVaultConfig({ owner, index, programId });
      const account = svm.getAccount(config);
      assert.ok(account !== null);
      assert.ok(account.owner.equals(programId));
      assert.equal(account.data.length, SIZE);
      assert.equal(account.lamports, svm.rent(SIZE));
      assert.equal(paid - svm.balance(thief.publicKey), svm.rent(SIZE));
      const vault = findVault({ config, programId });
      const bumps = [
        PublicKey.findProgramAddressSync(
          [Buffer.from("vault-of"), owner.toBytes(), Buffer.from([index])],
          programId,
        )[1],
        PublicKey.findProgramAddressSync([Buffer.from("vault"), config.toBytes()], programId)[1],
      ];
      assert.deepEqual(decodeVaultConfig(account.data), {
        ...{ kind: "canonical", index, bump: bumps[0], vaultBump: bumps[1] },
        ...{ threshold: 1, timelockSeconds: 0, epoch: 1n, ownersRevision: 1n },
        ...{ seedKey: owner.toBase58(), vault: vault.toBase58(), owners: [owner.toBase58()] },
      });
      assert.deepEqual(decodeEvents({ logs: result.logs, programId }), [
        {
          ...{ name: "VaultCreated", config: config.toBase58(), vault: vault.toBase58() },
          ...{ owner: owner.toBase58(), index },
        },
      ]);
    });

  const rent = 4_284_720n; // More than any rent of 488 bytes.
  for (const [what, lamports] of [
    ["one lamport", 1n],
    ["more than its rent", 2n * rent],
  ] as const)
    it(`opens a vault whose address holds ${what} already`, () => {
      const { svm, programId } = world;
      const owner = Keypair.generate().publicKey;
      const config = findVaultConfig({ owner, programId });
      svm.setAccount(config, {
        ...{ lamports, data: new Uint8Array(), owner: PublicKey.default },
      });
      expectOk(svm.send([build(world, owner)]));
      const needed = svm.rent(SIZE);
      assert.equal(svm.balance(config), lamports > needed ? lamports : needed);
      assert.equal(decodeVaultConfig(svm.getAccount(config)?.data ?? new Uint8Array()).epoch, 1n);
    });

  it("refuses to open a vault twice", () => {
    const { svm, config, owner } = world;
    const before = snapshot(svm, [config]);
    expectRefused(svm.send([build(world, owner.publicKey)]), "VaultConfigExists");
    expectUnchanged(before, snapshot(svm, [config]));
  });

  it("refuses an address that another owner or another index derives", () => {
    const { svm, programId } = world;
    const [owner, other] = [Keypair.generate().publicKey, Keypair.generate().publicKey];
    for (const config of [
      findVaultConfig({ owner: other, programId }),
      findVaultConfig({ owner, index: 1, programId }),
      findVault({ config: findVaultConfig({ owner, programId }), programId }),
    ]) {
      const instruction = createVaultInstruction({
        ...{ programId, payer: svm.payer.publicKey, owner, index: 0, config },
      });
      expectRefused(svm.send([instruction]), "WrongConfigAddress");
      assert.equal(svm.balance(config), 0n);
    }
  });

  const bytes = (first: number, between: number, last: number) =>
    new PublicKey(Uint8Array.from([first, ...Array<number>(30).fill(between), last]));
  for (const [what, owner] of [
    ["the default key", PublicKey.default],
    ["the default key with the sign bit", bytes(0, 0, 0x80)],
    ["the neutral element", bytes(1, 0, 0)],
    ["a point of order 2", bytes(0xec, 0xff, 0x7f)],
    ["another spelling of the neutral element", bytes(0xee, 0xff, 0x7f)],
  ] as const)
    it(`refuses ${what} as an owner`, () => {
      expectRefused(world.svm.send([build(world, owner)]), "BadOwner");
      const config = findVaultConfig({ owner, programId: world.programId });
      assert.equal(world.svm.getAccount(config), null);
    });

  it("refuses every other account at every position", () => {
    const owner = Keypair.generate().publicKey;
    refusesSwaps({
      world,
      build: () => build(world, owner, 0, world.owner.publicKey),
      signers: [world.owner],
      expected: [
        { all: "AccountNotSigner", signer: null },
        "WrongConfigAddress",
        "InvalidProgramId",
      ],
    });
  });

  it("refuses a config that is passed read-only, and arguments that end early or go on", () => {
    const { svm } = world;
    const owner = Keypair.generate().publicKey;
    const readOnly = build(world, owner);
    const config = readOnly.keys[1];
    assert.ok(config !== undefined);
    config.isWritable = false;
    expectError(svm.send([readOnly]), "ConstraintMut");
    const short = build(world, owner);
    short.data = short.data.subarray(0, -1);
    expectError(svm.send([short]), "InstructionDidNotDeserialize");
    const few = build(world, owner);
    few.keys.pop();
    expectError(svm.send([few]), "AccountNotEnoughKeys");
    assert.equal(svm.getAccount(config.pubkey), null);
  });
});
