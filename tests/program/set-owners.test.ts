// `set_owners` and `set_owners_proposed`: owners, threshold and timelock change, and everything granted before is dead.
import assert from "node:assert/strict";

import { PublicKey, type Keypair } from "@solana/web3.js";
import type { ProgramErrorCode } from "@valetkey/sdk/errors";
import { decodeVaultConfig } from "@valetkey/sdk/layers";

import {
  grantAs,
  le,
  makeOwners,
  openCouncil,
  setOwners,
  setOwnersInstruction,
  sortKeys,
  type Council,
  type OwnersSpec,
} from "../support/council.js";
import { expectEvent } from "../support/events.js";
import {
  expectOk,
  expectRefused,
  expectUnchanged,
  snapshot,
  type RefusalFields,
} from "../support/expect.js";
import {
  KIND,
  approveAll,
  isClosed,
  ownersPayload,
  propose,
  proposePlan,
  setOwnersProposed,
  setOwnersProposedInstruction,
  type Proposal,
} from "../support/proposal.js";
import { solTransferRule } from "../support/rules.js";
import { refuses as refusesExecute } from "../support/session.js";
import { patchAccount, refusesSwaps, refusesUnsigned } from "../support/swap-accounts.js";
import { createWorld, sendSol } from "../support/world.js";

describe("set_owners", () => {
  let council: Council;
  let next: readonly Keypair[];
  let spec: OwnersSpec;
  beforeEach(() => {
    council = openCouncil(createWorld(), { count: 3, threshold: 2 });
    next = makeOwners(council, 2);
    spec = { threshold: 1, timelock: 60, owners: next.map((owner) => owner.publicKey) };
  });
  const config = () =>
    decodeVaultConfig(council.svm.getAccount(council.config)?.data ?? new Uint8Array());
  const two = () => council.owners.slice(0, 2);
  const refuses = (
    change: Partial<OwnersSpec> & { readonly epoch?: bigint },
    signers: readonly Keypair[],
    name: ProgramErrorCode,
    fields: RefusalFields = {},
  ): void => {
    const before = snapshot(council.svm, [council.config]);
    expectRefused(setOwners(council, { ...spec, ...change }, signers), name, fields);
    expectUnchanged(before, snapshot(council.svm, [council.config]));
  };

  it("writes the new owners, and raises epoch and owners revision by one", () => {
    const before = config();
    const result = expectOk(setOwners(council, spec, two()));
    assert.deepEqual(config(), {
      ...before,
      ...{ epoch: 2n, ownersRevision: 2n, threshold: 1, timelockSeconds: 60 },
      owners: spec.owners.map((owner) => owner.toBase58()),
    });
    expectEvent(result, "OwnersSet", [
      ...[council.config.toBuffer(), le(2, 8), le(1, 1), le(60, 4), le(2, 1)],
    ]);
  });

  it("leaves nothing of owners who are fewer now, and takes ten", () => {
    const ten = makeOwners(council, 10);
    const owners = ten.map((owner) => owner.publicKey);
    expectOk(setOwners(council, { threshold: 1, owners }, two()));
    assert.equal(config().owners.length, 10);
    expectOk(
      setOwners(council, { threshold: 1, owners: owners.slice(0, 1), epoch: 2n }, ten.slice(0, 1)),
    );
    const rest = council.svm.getAccount(council.config)?.data.subarray(136, 424);
    assert.deepEqual(rest, new Uint8Array(288));
  });

  it("kills every session, and a canonical vault may change hands, too", () => {
    const session = grantAs(council, { rules: [solTransferRule()] }, two());
    expectOk(setOwners(council, spec, two()));
    refusesExecute(council, session, [sendSol(council, 1n)], "EpochStale");
    const world = createWorld();
    expectOk(setOwners(world, { threshold: 1, owners: spec.owners }, [world.owner]));
  });

  it("refuses too few owners, strangers, an owner twice and an old epoch", () => {
    const [a, b] = two();
    assert.ok(a !== undefined && b !== undefined);
    refuses({}, [], "ThresholdNotMet", { asked: 2n, left: 0n });
    refuses({}, [a], "ThresholdNotMet", { asked: 2n, left: 1n });
    refuses({}, [a, council.thief], "NotAnOwner");
    refuses({}, [a, b, council.thief], "NotAnOwner");
    refuses({}, [a, a], "DuplicateOwner");
    refuses({}, [a, b, a], "DuplicateOwner");
    refuses({ epoch: 0n }, [a, b], "EpochMismatch", { asked: 0n, left: 1n });
    refuses({ epoch: 2n }, [a, b], "EpochMismatch", { asked: 2n, left: 1n });
    expectOk(setOwners(council, spec, council.owners));
  });

  it("refuses owners who can't be", () => {
    const [a, b] = spec.owners;
    assert.ok(a !== undefined && b !== undefined);
    refuses({ threshold: 0 }, two(), "BadThreshold");
    refuses({ threshold: 3 }, two(), "BadThreshold", { asked: 3n, left: 2n });
    refuses({ owners: [] }, two(), "BadThreshold");
    refuses({ timelock: 2_592_001 }, two(), "TimelockTooLong");
    refuses({ owners: [b, a] }, two(), "OwnersNotSorted", { key: 1 });
    refuses({ owners: [a, a] }, two(), "OwnersNotSorted", { key: 1 });
    for (const bad of [PublicKey.default, council.config, council.vault])
      refuses({ owners: sortKeys([a, bad]) }, two(), "BadOwner");
  });

  it("never starts again at the end of its types", () => {
    for (const offset of [24, 32]) {
      const other = openCouncil(council);
      patchAccount(other, other.config, offset, Array<number>(8).fill(255));
      const epoch = offset === 24 ? (1n << 64n) - 1n : 1n;
      expectRefused(
        setOwners(other, { ...spec, epoch }, other.owners.slice(0, 2)),
        "ArithmeticOverflow",
      );
    }
  });

  it("leaves a vault with a timelock to proposals", () => {
    council = openCouncil(council, { timelock: 1 });
    refuses({}, two(), "TimelockRequiresProposal");
  });

  it("refuses every other account at every position, and missing signatures", () => {
    const signers = two();
    const input = {
      ...{ world: council, signers },
      build: () =>
        setOwnersInstruction(
          council,
          spec,
          signers.map((signer) => signer.publicKey),
        ),
      watched: [council.config],
      expected: [
        { all: "NotAVaultConfig", config: "NotAnOwner" },
        "WrongSysvar",
        { all: "MissingSignature", signer: "NotAnOwner" },
        { all: "MissingSignature", signer: "NotAnOwner" },
      ],
    } as const;
    refusesUnsigned(input);
    refusesSwaps(input);
  });
});

describe("set_owners_proposed", () => {
  let council: Council;
  let spec: OwnersSpec;
  let proposal: Proposal;
  let payer: Keypair;
  beforeEach(() => {
    council = openCouncil(createWorld(), { count: 3, threshold: 2, timelock: 100 });
    payer = council.svm.fundedKeypair();
    const owners = makeOwners(council, 2).map((owner) => owner.publicKey);
    spec = { threshold: 2, timelock: 5, owners };
    proposal = propose(council, KIND.owners, ownersPayload(spec), { payer });
  });
  const approveTwo = () => approveAll(council, proposal, council.owners.slice(0, 2));
  const refuses = (name: ProgramErrorCode, fields: RefusalFields = {}): void => {
    const accounts = [council.config, proposal.address, payer.publicKey];
    const before = snapshot(council.svm, accounts);
    expectRefused(setOwnersProposed(council, proposal), name, fields);
    expectUnchanged(before, snapshot(council.svm, accounts));
  };

  it("changes the owners when its time has come, and gives the rent back", () => {
    const { svm } = council;
    approveTwo();
    const readyAt = svm.now() + 100n;
    svm.setClock({ unixTimestamp: readyAt - 1n });
    refuses("ProposalNotReady", { asked: readyAt, left: readyAt - 1n });
    svm.setClock({ unixTimestamp: readyAt });
    const [before, rent] = [svm.balance(payer.publicKey), svm.balance(proposal.address)];
    const result = expectOk(setOwnersProposed(council, proposal));
    const found = decodeVaultConfig(svm.getAccount(council.config)?.data ?? new Uint8Array());
    assert.deepEqual(
      [found.epoch, found.ownersRevision, found.threshold, found.timelockSeconds, found.owners],
      [2n, 2n, 2, 5, spec.owners.map((owner) => owner.toBase58())],
    );
    assert.equal(svm.balance(payer.publicKey) - before, rent);
    assert.ok(isClosed(council, proposal));
    expectEvent(result, "ProposalEnacted", [
      proposal.address.toBuffer(),
      council.config.toBuffer(),
    ]);
    expectRefused(setOwnersProposed(council, proposal), "NotAProposal");
  });

  it("refuses what too few approved, and what is too late", () => {
    refuses("ProposalNotReady", { asked: 2n, left: 0n });
    const [first] = council.owners;
    assert.ok(first !== undefined);
    approveAll(council, proposal, [first]);
    refuses("ProposalNotReady", { asked: 2n, left: 1n });
    approveAll(council, proposal, council.owners.slice(1, 2));
    council.svm.setClock({ unixTimestamp: proposal.deadline + 1n });
    refuses("ProposalExpired", { asked: proposal.deadline + 1n, left: proposal.deadline });
    council.svm.setClock({ unixTimestamp: proposal.deadline });
    expectOk(setOwnersProposed(council, proposal));
  });

  it("refuses a proposal of another kind or of another council", () => {
    const plan = proposePlan(council, [sendSol(council, 1n)]);
    approveAll(council, plan, council.owners.slice(0, 2));
    council.svm.advance(100n);
    expectRefused(setOwnersProposed(council, plan), "WrongProposalKind", { asked: 2n, left: 3n });
    approveTwo();
    council.svm.advance(100n);
    const other = openCouncil(council, { timelock: 1 });
    expectRefused(setOwnersProposed(other, proposal), "WrongConfig");
    expectOk(setOwnersProposed(council, proposal));
  });

  it("refuses every other account at every position", () => {
    approveTwo();
    council.svm.advance(100n);
    refusesSwaps({
      ...{ world: council, signers: [], watched: [council.config, proposal.address] },
      build: () => setOwnersProposedInstruction(council, proposal),
      expected: [
        { all: "NotAVaultConfig", config: "WrongConfig", session: "NotAVaultConfig" },
        "NotAProposal",
        "WrongProposalPayer",
      ],
    });
  });
});
