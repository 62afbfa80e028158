// The owners' plans by signatures and by proposal: keys hash, councils, `owner_execute_proposed`, `recover`, `recover_proposed`.
import assert from "node:assert/strict";

import { Keypair, SystemProgram, type TransactionInstruction } from "@solana/web3.js";
import type { ProgramErrorCode } from "@valetkey/sdk/errors";

import {
  account,
  le,
  openCouncil,
  ownersPlan,
  ownersPlanInstruction,
  sendAs,
  wrapped,
  type Council,
  type OwnersPlanOptions,
} from "../support/council.js";
import { expectEvent } from "../support/events.js";
import {
  expectOk,
  expectRefused,
  expectUnchanged,
  snapshot,
  type RefusalFields,
} from "../support/expect.js";
import { HOSTILE, assign, hostileInstruction, resize } from "../support/hostile.js";
import {
  KIND,
  approveAll,
  cancel,
  findProposal,
  isClosed,
  ownersPayload,
  planProposed,
  planProposedInstruction,
  propose,
  proposePlan,
} from "../support/proposal.js";
import { idle } from "../support/relay.js";
import { solTransferRule } from "../support/rules.js";
import { grant, revokeAll, watchedAccounts } from "../support/session.js";
import { refusesSwaps } from "../support/swap-accounts.js";
import { START_TIME } from "../support/svm.js";
import { tokenAmount } from "../support/token.js";
import { createWorld, sendSol, sendTokens, type World } from "../support/world.js";

/** A vault that isn't System's: the hostile program has it, with a byte of data. */
function breakVault({ svm, vault }: Pick<World, "svm" | "vault">): void {
  svm.setAccount(vault, { lamports: svm.balance(vault), data: new Uint8Array(1), owner: HOSTILE });
}

describe("the owners' plan by signatures", () => {
  let council: Council;
  beforeEach(() => (council = openCouncil(createWorld(), { count: 3, threshold: 2 })));
  const two = () => council.owners.slice(0, 2);
  const refuses = (
    steps: readonly TransactionInstruction[],
    signers: readonly Keypair[],
    name: ProgramErrorCode,
    fields: RefusalFields = {},
    options: OwnersPlanOptions = {},
  ): void => {
    const before = snapshot(council.svm, watchedAccounts(council));
    expectRefused(ownersPlan(council, steps, signers, options), name, fields);
    expectUnchanged(before, snapshot(council.svm, watchedAccounts(council)));
  };

  it("needs a threshold of a council's owners, each counted once, in any order", () => {
    const [a, b, c] = council.owners;
    assert.ok(a !== undefined && b !== undefined && c !== undefined);
    const pay = [sendSol(council, 5n)];
    refuses(pay, [], "ThresholdNotMet", { asked: 2n, left: 0n });
    refuses(pay, [a], "ThresholdNotMet", { asked: 2n, left: 1n });
    refuses(pay, [a, council.thief], "ThresholdNotMet", { asked: 2n, left: 1n });
    refuses(pay, [a, a], "ThresholdNotMet", { asked: 2n, left: 1n });
    expectOk(ownersPlan(council, pay, [c, a]));
    expectOk(ownersPlan(council, pay, [b, c, a, council.thief]));
  });

  it("lets an owner be an account of the plan as well", () => {
    const [a] = council.owners;
    assert.ok(a !== undefined);
    const before = council.svm.balance(a.publicKey);
    expectOk(ownersPlan(council, [sendSol(council, 5n, a.publicKey)], two()));
    assert.equal(council.svm.balance(a.publicKey) - before, 5n);
  });

  it("binds the accounts by their hash, where there is one", () => {
    const pay = [sendSol(council, 5n)];
    expectOk(ownersPlan(council, pay, two(), { keysHash: true }));
    refuses(pay, two(), "KeysHashMismatch", {}, { keysHash: Buffer.alloc(32) });
    const owners = two().map((owner) => owner.publicKey);
    const lied = ownersPlanInstruction(council, pay, owners, { keysHash: true });
    const to = lied.keys.find((meta) => meta.pubkey.equals(council.thief.publicKey));
    assert.ok(to !== undefined);
    to.pubkey = Keypair.generate().publicKey;
    expectRefused(sendAs(council, [lied], two()), "KeysHashMismatch");
    const longer = ownersPlanInstruction(council, pay, owners, { keysHash: true });
    longer.keys.push(account(council.mint));
    expectRefused(sendAs(council, [longer], two()), "KeysHashMismatch");
  });

  it("knows one flag, and refuses bytes that are cut off or go on", () => {
    const owners = two().map((owner) => owner.publicKey);
    const build = (data: (whole: Buffer) => Buffer) => {
      const instruction = ownersPlanInstruction(council, [sendSol(council, 5n)], owners);
      instruction.data = data(instruction.data);
      return sendAs(council, [instruction], two());
    };
    const before = snapshot(council.svm, watchedAccounts(council));
    for (const flags of [1, 2, 3, 4, 8, 16, 32, 64, 128, 255])
      expectRefused(
        build((whole) => Buffer.concat([whole.subarray(0, 8), le(flags, 1), whole.subarray(9)])),
        "MalformedPlan",
      );
    expectRefused(
      build((whole) => whole.subarray(0, 8)),
      "MalformedPlan",
    );
    expectRefused(
      build((whole) => Buffer.concat([whole, Buffer.alloc(1)])),
      "TrailingBytes",
    );
    expectUnchanged(before, snapshot(council.svm, watchedAccounts(council)));
  });

  it("recovers a vault that isn't sound, and only such a one", () => {
    const { svm, vault } = council;
    const recover = { name: "recover" } as const;
    refuses([sendSol(council, 5n)], two(), "VaultSound", {}, recover);
    breakVault(council);
    refuses([idle(vault)], two(), "VaultChanged");
    refuses([idle(vault)], two().slice(1), "ThresholdNotMet", {}, recover);
    // The program that has the vault gives it back.
    const giveBack = hostileInstruction(
      [account(vault, "w"), account(SystemProgram.programId)],
      [resize(0, 0), assign(0, 1)],
    );
    const result = expectOk(ownersPlan(council, [giveBack], two(), recover));
    expectEvent(result, "OwnerExecuted", [council.config.toBuffer(), le(1, 1)]);
    const found = svm.getAccount(vault);
    assert.ok(found?.owner.equals(SystemProgram.programId) === true && found.data.length === 0);
    expectOk(ownersPlan(council, [sendSol(council, 5n)], two()));
    refuses([sendSol(council, 5n)], two(), "VaultSound", {}, recover);
  });

  it("asks nothing of the vault after a recovery, but keeps our accounts and this program out", () => {
    const { vault, config, programId } = council;
    breakVault(council);
    const recover = { name: "recover" } as const;
    expectOk(ownersPlan(council, [idle(vault)], two(), recover));
    refuses([idle(vault, [account(config)])], two(), "ForbiddenAccount", { inner: 0 }, recover);
    const own = Object.assign(idle(vault), { programId });
    refuses([own], two(), "SelfCall", { inner: 0 }, recover);
    const owners = two().map((owner) => owner.publicKey);
    const inside = wrapped(ownersPlanInstruction(council, [idle(vault)], owners, recover));
    expectRefused(sendAs(council, [inside], two()), "NotTopLevel");
  });

  it("leaves both to proposals when there is a timelock", () => {
    council = openCouncil(council, { timelock: 1 });
    refuses([sendSol(council, 1n)], two(), "TimelockRequiresProposal");
    breakVault(council);
    refuses([idle(council.vault)], two(), "TimelockRequiresProposal", {}, { name: "recover" });
  });

  it("refuses every other account of a recovery at every position", () => {
    breakVault(council);
    const owners = two().map((owner) => owner.publicKey);
    refusesSwaps({
      ...{ world: council, signers: two() },
      build: () =>
        ownersPlanInstruction(council, [idle(council.vault)], owners, { name: "recover" }),
      expected: [
        { all: "NotAVaultConfig", config: "WrongVault" },
        "WrongVault",
        "WrongSysvar",
        ...["ThresholdNotMet" as const, "ThresholdNotMet" as const, null],
      ],
    });
  });
});

describe("the owners' plan by proposal", () => {
  let council: Council;
  let payer: Keypair;
  beforeEach(() => {
    council = openCouncil(createWorld(), { count: 3, threshold: 2, timelock: 60 });
    payer = council.svm.fundedKeypair();
  });
  const approved = (
    steps: readonly TransactionInstruction[],
    kind: 3 | 4 = KIND.plan,
  ): ReturnType<typeof proposePlan> => {
    const proposal = proposePlan(council, steps, { payer, kind });
    approveAll(council, proposal, council.owners.slice(0, 2));
    council.svm.advance(60n);
    return proposal;
  };
  const isRefused = (
    instruction: TransactionInstruction,
    name: ProgramErrorCode,
    fields: RefusalFields = {},
  ): void => {
    const accounts = [...watchedAccounts(council), ...instruction.keys.map((k) => k.pubkey)];
    const watched = accounts.filter((key) => !key.equals(council.svm.payer.publicKey));
    const before = snapshot(council.svm, watched);
    expectRefused(sendAs(council, [instruction], []), name, fields);
    expectUnchanged(before, snapshot(council.svm, watched));
  };

  it("runs once, for anyone, and gives the rent back", () => {
    const { svm, thief, thiefTokens } = council;
    const steps = [sendSol(council, 5n), sendTokens(council, 6n)];
    const proposal = approved(steps);
    const [before, rent] = [svm.balance(payer.publicKey), svm.balance(proposal.address)];
    const had = svm.balance(thief.publicKey);
    const result = expectOk(planProposed(council, proposal, steps));
    assert.equal(svm.balance(thief.publicKey) - had, 5n);
    assert.equal(tokenAmount(svm, thiefTokens), 6n);
    assert.equal(svm.balance(payer.publicKey) - before, rent);
    assert.ok(isClosed(council, proposal));
    expectEvent(result, "OwnerExecuted", [council.config.toBuffer(), le(2, 1)]);
    expectEvent(result, "ProposalEnacted", [
      proposal.address.toBuffer(),
      council.config.toBuffer(),
    ]);
    isRefused(planProposedInstruction(council, proposal, steps), "NotAProposal");
  });

  it("waits for approvals and timelock, and ends at the deadline", () => {
    const { svm } = council;
    const steps = [sendSol(council, 5n)];
    const proposal = proposePlan(council, steps, { payer });
    const act = () => planProposedInstruction(council, proposal, steps);
    isRefused(act(), "ProposalNotReady", { asked: 2n, left: 0n });
    approveAll(council, proposal, council.owners.slice(1));
    const readyAt = svm.now() + 60n;
    svm.setClock({ unixTimestamp: readyAt - 1n });
    isRefused(act(), "ProposalNotReady", { asked: readyAt, left: readyAt - 1n });
    svm.setClock({ unixTimestamp: proposal.deadline + 1n });
    isRefused(act(), "ProposalExpired");
    svm.setClock({ unixTimestamp: proposal.deadline });
    expectOk(sendAs(council, [act()], []));
  });

  it("runs with the accounts that were approved, and no others", () => {
    const steps = [sendSol(council, 5n)];
    const proposal = approved(steps);
    const act = () => planProposedInstruction(council, proposal, steps);
    act().keys.forEach((meta, position) => {
      if (position < 4) return;
      const changed = act();
      changed.keys[position] = { ...meta, pubkey: council.owner.publicKey };
      isRefused(changed, "KeysHashMismatch");
    });
    const more = act();
    more.keys.push(account(council.mint));
    isRefused(more, "KeysHashMismatch");
    const args = act();
    args.data = Buffer.concat([args.data, Buffer.from([0])]);
    isRefused(args, "TrailingBytes", { asked: 1n });
    for (const count of [0, 1, 2, 3]) {
      const few = act();
      few.keys.length = count;
      isRefused(few, "MissingAccount");
    }
    expectOk(sendAs(council, [act()], []));
  });

  it("keeps our accounts and this program out: the plan's own proposal, too", () => {
    const { config, vault, programId, svm } = council;
    const world = createWorld();
    const session = grant(world, { rules: [solTransferRule()] });
    svm.setAccount(session.address, world.svm.getAccount(session.address) ?? assert.fail());
    const cases = [config, session.address, findProposal(council, 77n)];
    for (const pubkey of cases)
      for (const flags of ["", "w"] as const) {
        const steps = [idle(vault), idle(vault, [account(pubkey, flags)])];
        const proposal = proposePlan(council, steps, { payer, id: 77n });
        approveAll(council, proposal, council.owners.slice(0, 2));
        svm.advance(60n);
        const act = planProposedInstruction(council, proposal, steps);
        isRefused(act, "ForbiddenAccount", { inner: 1, position: 1 });
        svm.setClock({ unixTimestamp: proposal.deadline + 1n });
        expectOk(cancel(council, proposal, council.owner));
        svm.setClock({ unixTimestamp: START_TIME });
      }
    const own = Object.assign(idle(vault), { programId });
    isRefused(planProposedInstruction(council, approved([own]), [own]), "SelfCall", { inner: 0 });
  });
  it("pays the payer what the plan pays him besides, and ends with a sound vault", () => {
    const { svm, vault } = council;
    const steps = [sendSol(council, 5n, payer.publicKey)];
    const proposal = approved(steps);
    const [before, rent] = [svm.balance(payer.publicKey), svm.balance(proposal.address)];
    expectOk(planProposed(council, proposal, steps));
    assert.equal(svm.balance(payer.publicKey) - before, rent + 5n);
    const away = [SystemProgram.assign({ accountPubkey: vault, programId: HOSTILE })];
    isRefused(planProposedInstruction(council, approved(away), away), "VaultChanged");
  });

  it("leaves everything as it was when an inner instruction fails", () => {
    const steps = [sendSol(council, 5n), sendSol(council, 1n << 60n)];
    const proposal = approved(steps);
    const watched = [...watchedAccounts(council), proposal.address, payer.publicKey];
    const before = snapshot(council.svm, watched);
    assert.equal(planProposed(council, proposal, steps).ok, false);
    expectUnchanged(before, snapshot(council.svm, watched));
    council.svm.airdrop(council.vault, 1n);
    assert.equal(planProposed(council, proposal, steps).ok, false);
  });

  it("refuses a proposal of another kind, of another council, or of an older epoch", () => {
    const steps = [sendSol(council, 5n)];
    const proposal = approved(steps);
    const act = planProposedInstruction(council, proposal, steps);
    const owners = council.owners.map((owner) => owner.publicKey);
    const change = propose(council, KIND.owners, ownersPayload({ threshold: 1, owners }), {
      payer,
    });
    approveAll(council, change, council.owners.slice(0, 2));
    council.svm.advance(60n);
    isRefused(planProposedInstruction(council, change, steps), "WrongProposalKind", {
      ...{ asked: 3n, left: 2n },
    });
    const recovery = approved(steps, KIND.recovery);
    isRefused(planProposedInstruction(council, recovery, steps), "WrongProposalKind");
    isRefused(planProposedInstruction(council, proposal, steps, "recover_proposed"), "VaultSound");
    const other = openCouncil(council);
    isRefused(planProposedInstruction(other, proposal, steps), "WrongConfig");
    expectOk(revokeAll(council));
    isRefused(act, "ProposalExpired");
  });

  it("recovers a vault that isn't sound", () => {
    const { svm, vault } = council;
    const giveBack = hostileInstruction(
      [account(vault, "w"), account(SystemProgram.programId)],
      [resize(0, 0), assign(0, 1)],
    );
    const proposal = approved([giveBack], KIND.recovery);
    const act = () => planProposedInstruction(council, proposal, [giveBack], "recover_proposed");
    isRefused(act(), "VaultSound");
    breakVault(council);
    const plan = approved([idle(vault)]);
    isRefused(planProposedInstruction(council, plan, [idle(vault)]), "VaultChanged");
    isRefused(
      planProposedInstruction(council, plan, [idle(vault)], "recover_proposed"),
      "WrongProposalKind",
    );
    expectOk(sendAs(council, [act()], []));
    assert.ok(svm.getAccount(vault)?.owner.equals(SystemProgram.programId) === true);
    assert.ok(isClosed(council, proposal));
  });

  it("refuses every other account at every position", () => {
    const steps = [sendSol(council, 5n)];
    const proposal = approved(steps);
    refusesSwaps({
      ...{ world: council, signers: [], watched: [proposal.address, payer.publicKey] },
      build: () => planProposedInstruction(council, proposal, steps),
      expected: [
        { all: "NotAVaultConfig", config: "WrongVault" },
        "WrongVault",
        "NotAProposal",
        "WrongProposalPayer",
        ...["KeysHashMismatch" as const, "KeysHashMismatch" as const],
      ],
    });
    breakVault(council);
    const recovery = approved([idle(council.vault)], KIND.recovery);
    refusesSwaps({
      ...{ world: council, signers: [], watched: [recovery.address, payer.publicKey] },
      build: () =>
        planProposedInstruction(council, recovery, [idle(council.vault)], "recover_proposed"),
      expected: [
        { all: "NotAVaultConfig", config: "WrongVault" },
        "WrongVault",
        "NotAProposal",
        "WrongProposalPayer",
        "KeysHashMismatch",
      ],
    });
  });
});
