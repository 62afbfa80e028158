// `create_council`: a vault with several owners, at the address that a fresh key gives.
import assert from "node:assert/strict";

import { Keypair, PublicKey } from "@solana/web3.js";
import { decodeVaultConfig, findVault } from "@valetkey/sdk/layers";
import type { ProgramErrorCode } from "@valetkey/sdk/errors";

import {
  createCouncilInstruction,
  findCouncil,
  le,
  makeOwners,
  sendAs,
  sortKeys,
  type OwnersSpec,
} from "../support/council.js";
import { expectEvent } from "../support/events.js";
import { expectOk, expectRefused, type RefusalFields } from "../support/expect.js";
import { governorOf } from "../support/governor.js";
import { expectError, refusesSwaps, refusesUnsigned } from "../support/swap-accounts.js";
import { createWorld, type World } from "../support/world.js";

const SIZE = 488;
const MONTH = 2_592_000;

describe("create_council", () => {
  let world: World;
  let keys: readonly PublicKey[];
  before(() => {
    world = createWorld();
    keys = makeOwners(world, 10).map((owner) => owner.publicKey);
  });
  const build = (base: Keypair, spec: OwnersSpec, payer = world.svm.payer.publicKey) =>
    createCouncilInstruction(world, base.publicKey, spec, payer);
  const refuses = (
    spec: OwnersSpec,
    name: ProgramErrorCode,
    fields: RefusalFields = {},
    base = Keypair.generate(),
  ): void => {
    expectRefused(sendAs(world, [build(base, spec)], [base]), name, fields);
    assert.equal(world.svm.getAccount(findCouncil(base.publicKey, world.programId)), null);
  };

  for (const [count, threshold, timelock] of [
    [1, 1, 0],
    [3, 2, 3_600],
    [10, 10, MONTH],
  ] as const)
    it(`opens a vault of ${count} owners, ${threshold} of whom must agree, paid by a stranger`, () => {
      const { svm, programId, thief } = world;
      const base = Keypair.generate();
      const owners = keys.slice(0, count);
      const paid = svm.balance(thief.publicKey);
      const instruction = build(base, { threshold, timelock, owners }, thief.publicKey);
      const result = expectOk(sendAs(world, [instruction], [thief, base]));
      const config = findCouncil(base.publicKey, programId);
      const account = svm.getAccount(config);
      assert.ok(account !== null && account.owner.equals(programId));
      assert.equal(account.data.length, SIZE);
      assert.equal(paid - svm.balance(thief.publicKey), svm.rent(SIZE));
      const vault = findVault({ config, programId });
      const found = decodeVaultConfig(account.data);
      assert.deepEqual(found, {
        ...{ kind: "council", index: 0, bump: found.bump, vaultBump: found.vaultBump },
        ...{ threshold, timelockSeconds: timelock, epoch: 1n, ownersRevision: 1n },
        ...{ seedKey: base.publicKey.toBase58(), vault: vault.toBase58() },
        owners: owners.map((owner) => owner.toBase58()),
      });
      const seeds = [Buffer.from("council"), base.publicKey.toBuffer()];
      assert.equal(found.bump, PublicKey.findProgramAddressSync(seeds, programId)[1]);
      expectEvent(result, "CouncilCreated", [
        ...[config.toBuffer(), vault.toBuffer(), base.publicKey.toBuffer()],
        ...[le(threshold, 1), le(count, 1)],
      ]);
    });

  it("opens at an address that holds lamports already, with a program's address among the owners", () => {
    const base = Keypair.generate();
    world.svm.airdrop(findCouncil(base.publicKey, world.programId), 1_000_000n);
    const owners = sortKeys([...keys.slice(0, 2), governorOf(world.thief.publicKey)]);
    expectOk(sendAs(world, [build(base, { threshold: 2, owners })], [base]));
  });

  it("refuses bad thresholds, numbers of owners and timelocks", () => {
    const owners = keys.slice(0, 3);
    refuses({ threshold: 0, owners }, "BadThreshold", { asked: 0n, left: 3n });
    refuses({ threshold: 4, owners }, "BadThreshold", { asked: 4n, left: 3n });
    refuses({ threshold: 1, owners: [] }, "BadThreshold", { asked: 1n, left: 0n });
    const eleven = sortKeys([...keys, Keypair.generate().publicKey]);
    refuses({ threshold: 1, owners: eleven }, "BadThreshold", { asked: 1n, left: 11n });
    refuses({ threshold: 1, timelock: MONTH + 1, owners }, "TimelockTooLong", {
      ...{ asked: BigInt(MONTH) + 1n, left: BigInt(MONTH) },
    });
  });

  it("refuses owners that aren't sorted, stand twice, or can't be owners", () => {
    const [a, b, c] = keys;
    assert.ok(a !== undefined && b !== undefined && c !== undefined);
    refuses({ threshold: 1, owners: [a, c, b] }, "OwnersNotSorted", { key: 2 });
    refuses({ threshold: 1, owners: [a, b, b] }, "OwnersNotSorted", { key: 2 });
    const bad = (key: PublicKey, base?: Keypair) => {
      const owners = sortKeys([a, key]);
      refuses({ threshold: 1, owners }, "BadOwner", { key: owners.indexOf(key) }, base);
    };
    bad(PublicKey.default);
    bad(new PublicKey(Uint8Array.from([0xec, ...Array<number>(30).fill(0xff), 0x7f])));
    const base = Keypair.generate();
    const config = findCouncil(base.publicKey, world.programId);
    bad(config, base);
    bad(findVault({ config, programId: world.programId }), base);
  });

  it("refuses to open a council twice", () => {
    const base = Keypair.generate();
    const instruction = build(base, { threshold: 1, owners: keys.slice(0, 1) });
    expectOk(sendAs(world, [instruction], [base]));
    expectRefused(sendAs(world, [instruction], [base]), "VaultConfigExists");
  });

  it("refuses every other account at every position, and missing signatures", () => {
    const base = Keypair.generate();
    const input = {
      ...{ world, signers: [world.owner, base] },
      build: () => build(base, { threshold: 1, owners: keys.slice(0, 2) }, world.owner.publicKey),
      expected: [
        { all: "AccountNotSigner", signer: null },
        { all: "AccountNotSigner", signer: "WrongConfigAddress" },
        "WrongConfigAddress",
        "InvalidProgramId",
      ],
    } as const;
    refusesUnsigned(input);
    refusesSwaps(input);
  });

  it("refuses arguments that end early, and too few accounts", () => {
    const base = Keypair.generate();
    const whole = () => build(base, { threshold: 1, owners: keys.slice(0, 1) });
    for (const length of [8, 9, 13, 17, 48]) {
      const short = whole();
      short.data = short.data.subarray(0, length);
      expectError(sendAs(world, [short], [base]), "InstructionDidNotDeserialize");
    }
    const few = whole();
    few.keys.pop();
    expectError(sendAs(world, [few], [base]), "AccountNotEnoughKeys");
  });
});
