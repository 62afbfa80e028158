// A: councils. Who may act for a vault with several owners, when, and who can stop it.
import assert from "node:assert/strict";

import {
  Keypair,
  NONCE_ACCOUNT_LENGTH,
  SystemProgram,
  type PublicKey,
  type TransactionInstruction,
} from "@solana/web3.js";
import {
  decodeVaultConfig,
  findSession,
  findVaultConfig,
  grantSessionProposedInstruction,
  renewSessionInstruction,
  renewSessionProposedInstruction,
} from "@valetkey/sdk/layers";
import type { ProgramErrorCode } from "@valetkey/sdk/errors";

import {
  account,
  createCouncilInstruction,
  findCouncil,
  grantAs,
  grantInstruction,
  makeOwners,
  openCouncil,
  ownersPlan,
  ownersPlanInstruction,
  sendAs,
  setOwners,
  setOwnersInstruction,
  type Council,
} from "../support/council.js";
import { expectOk, expectRefused, expectUnchanged, snapshot } from "../support/expect.js";
import { HOSTILE } from "../support/hostile.js";
import {
  KIND,
  appendInstruction,
  approve,
  approveAll,
  approveInstruction,
  cancel,
  cancelInstruction,
  grantPayload,
  isClosed,
  ownersPayload,
  planProposed,
  planProposedInstruction,
  propose,
  proposePlan,
  readProposal,
  renewalPayload,
  setOwnersProposed,
  setOwnersProposedInstruction,
  type Proposal,
} from "../support/proposal.js";
import { idle } from "../support/relay.js";
import { solTransferRule } from "../support/rules.js";
import { execute, refuses, revokeAll, watchedAccounts } from "../support/session.js";
import { START_TIME } from "../support/svm.js";
import { patchAccount } from "../support/swap-accounts.js";
import { toTermsData } from "../support/terms.js";
import { createWorld, openVault, sendSol } from "../support/world.js";

const spec = { rules: [solTransferRule()], limits: [{ asset: "SOL" as const, total: 1_000n }] };

describe("threats: councils", () => {
  let council: Council;
  const open = (count: number, threshold: number, timelock: number): void => {
    council = openCouncil(createWorld(), { count, threshold, timelock });
  };
  beforeEach(() => open(3, 2, 0));
  const owner = (index: number): Keypair => council.owners[index] ?? assert.fail();
  const keys = (from: number, to: number) =>
    council.owners.slice(from, to).map((one) => one.publicKey);
  const config = () =>
    decodeVaultConfig(council.svm.getAccount(council.config)?.data ?? new Uint8Array());
  /** A proposal that takes the vault over: its only owner would be the thief. */
  const takeOver = (options: Parameters<typeof propose>[3] = {}): Proposal => {
    const owners = [council.thief.publicKey];
    return propose(council, KIND.owners, ownersPayload({ threshold: 1, owners }), options);
  };
  /** A proposal to go on without the last owner. */
  const removeLast = (): Proposal => {
    const owners = keys(0, council.owners.length - 1);
    return propose(council, KIND.owners, ownersPayload({ threshold: council.threshold, owners }));
  };
  const isRefused = (
    act: readonly TransactionInstruction[],
    signers: readonly Keypair[],
    name: ProgramErrorCode,
  ): void => {
    const named = act.flatMap((one) => one.keys.map((meta) => meta.pubkey));
    const all = [...watchedAccounts(council), ...named];
    const watched = all.filter((key) => !key.equals(council.svm.payer.publicKey));
    const before = snapshot(council.svm, watched);
    expectRefused(sendAs(council, act, signers), name);
    expectUnchanged(before, snapshot(council.svm, watched));
  };

  it("a02_proposal_of_another_council_cannot_be_approved_enacted_or_cancelled", () => {
    // The thief owns a council of his own, and is no owner of the victims'.
    const his = openCouncil(council, { count: 1, threshold: 1 });
    const [thief] = his.owners;
    assert.ok(thief !== undefined);
    const steps = [sendSol(council, 1_000n)];
    const proposal = proposePlan(council, steps);
    const swapped = (instruction: TransactionInstruction): readonly TransactionInstruction[] => {
      for (const meta of instruction.keys)
        if (meta.pubkey.equals(council.config)) meta.pubkey = his.config;
      return [instruction];
    };
    isRefused(
      swapped(approveInstruction(council, proposal, thief.publicKey)),
      [thief],
      "WrongConfig",
    );
    isRefused(
      swapped(cancelInstruction(council, proposal, thief.publicKey)),
      [thief],
      "WrongConfig",
    );
    approveAll(council, proposal, council.owners.slice(0, 2));
    isRefused(swapped(planProposedInstruction(council, proposal, steps)), [], "WrongVault");
    // A proposal of his own council moves nothing of theirs.
    const own = proposePlan(his, steps);
    expectOk(approve(his, own, thief));
    assert.equal(planProposed(his, own, steps).ok, false);
    const forVictims = planProposedInstruction(his, own, steps);
    forVictims.keys[0] = account(council.config);
    forVictims.keys[1] = account(council.vault, "w");
    isRefused([forVictims], [], "WrongConfig");
    // Bytes of a proposal that another program owns are none.
    const found = council.svm.getAccount(proposal.address) ?? assert.fail();
    const forged = Keypair.generate().publicKey;
    council.svm.setAccount(forged, { ...found, owner: HOSTILE });
    const act = planProposedInstruction(council, proposal, steps);
    act.keys[2] = account(forged, "w");
    isRefused([act], [], "NotAProposal");
    expectOk(planProposed(council, proposal, steps));
  });

  it("a06_grant_for_old_epoch_is_rejected", () => {
    const grant = grantInstruction(council, spec, keys(0, 2)).instruction;
    const change = setOwnersInstruction(council, { threshold: 1, owners: keys(0, 1) }, keys(0, 2));
    const proposal = takeOver();
    approveAll(council, proposal, council.owners.slice(0, 2));
    expectOk(revokeAll(council));
    isRefused([grant], council.owners.slice(0, 2), "EpochMismatch");
    isRefused([change], council.owners.slice(0, 2), "EpochMismatch");
    isRefused([setOwnersProposedInstruction(council, proposal)], [], "ProposalExpired");
    grantAs(council, spec, council.owners.slice(0, 2), 2n);
  });

  it("a06_stale_grant_is_rejected", () => {
    // Kept signatures: whoever got owners to sign a durable-nonce transaction lands it when he likes.
    const { svm } = council;
    const nonce = Keypair.generate();
    const authorizedPubkey = svm.payer.publicKey;
    svm.mustSend(
      SystemProgram.createNonceAccount({
        ...{ fromPubkey: authorizedPubkey, noncePubkey: nonce.publicKey, authorizedPubkey },
        lamports: Number(svm.rent(NONCE_ACCOUNT_LENGTH)),
      }).instructions,
      [svm.payer, nonce],
    );
    const advance = SystemProgram.nonceAdvance({ noncePubkey: nonce.publicKey, authorizedPubkey });
    const two = council.owners.slice(0, 2);
    const proposal = removeLast();
    const acts = {
      grant: grantInstruction(council, spec, keys(0, 2)).instruction,
      approve: approveInstruction(council, proposal, owner(0).publicKey),
      plan: ownersPlanInstruction(council, [sendSol(council, 1n)], keys(0, 2)),
      owners: setOwnersInstruction(council, { threshold: 2, owners: keys(0, 3) }, keys(0, 2)),
    };
    const signersOf = (act: TransactionInstruction) =>
      two.filter((one) => act.keys.some((meta) => meta.pubkey.equals(one.publicKey)));
    svm.blockhash();
    for (const act of Object.values(acts)) {
      const before = snapshot(svm, watchedAccounts(council));
      expectRefused(sendAs(council, [advance, act], signersOf(act)), "DurableNonceRefused");
      expectUnchanged(before, snapshot(svm, watchedAccounts(council)));
    }
    for (const act of [acts.grant, acts.plan]) expectOk(sendAs(council, [act], signersOf(act)));
    // A proposal that waited too long is dead, however many approved it.
    approveAll(council, proposal, council.owners.slice(0, 2));
    svm.setClock({ unixTimestamp: proposal.deadline + 1n });
    isRefused([setOwnersProposedInstruction(council, proposal)], [], "ProposalExpired");
    // What only ends something, a kept signature may do.
    const end = cancelInstruction(council, proposal, owner(2).publicKey);
    svm.blockhash();
    expectOk(sendAs(council, [advance, end], [owner(2)]));
  });

  it("a09_council_base_must_sign", () => {
    const { svm, programId, thief } = council;
    // Somebody has announced this council's address and waits for deposits; the thief opens it first, with himself as owner.
    const base = Keypair.generate();
    const attack = createCouncilInstruction(
      council,
      base.publicKey,
      { threshold: 1, owners: [thief.publicKey] },
      thief.publicKey,
    );
    const unsigned = createCouncilInstruction(
      council,
      base.publicKey,
      { threshold: 1, owners: [thief.publicKey] },
      thief.publicKey,
    );
    unsigned.keys[1] = account(base.publicKey);
    const result = sendAs(council, [unsigned], [thief]);
    assert.equal(result.customError, 3010, "AccountNotSigner");
    const address = findCouncil(base.publicKey, programId);
    assert.equal(svm.getAccount(address), null);
    const own = { threshold: 2, owners: keys(0, 3) };
    expectOk(sendAs(council, [createCouncilInstruction(council, base.publicKey, own)], [base]));
    expectRefused(sendAs(council, [attack], [thief, base]), "VaultConfigExists");
  });

  it("a09_phished_council_creation_cannot_take_a_canonical_vault", () => {
    const { svm, programId, thief } = council;
    // The victim signs as base of a council whose owner is the thief.
    const victim = svm.fundedKeypair();
    const canonical = findVaultConfig({ owner: victim.publicKey, programId });
    const phished = createCouncilInstruction(
      council,
      victim.publicKey,
      { threshold: 1, owners: [thief.publicKey] },
      thief.publicKey,
    );
    const aimed = createCouncilInstruction(council, victim.publicKey, {
      ...{ threshold: 1, owners: [thief.publicKey] },
    });
    aimed.keys[2] = account(canonical, "w");
    expectRefused(sendAs(council, [aimed], [victim]), "WrongConfigAddress");
    expectOk(sendAs(council, [phished], [thief, victim]));
    // The canonical vault is another one, and still the victim's alone.
    const opened = openVault(council, victim.publicKey);
    assert.ok(!findCouncil(victim.publicKey, programId).equals(opened.config));
    const found = decodeVaultConfig(svm.getAccount(opened.config)?.data ?? new Uint8Array());
    assert.deepEqual(found.owners, [victim.publicKey.toBase58()]);
    svm.airdrop(opened.vault);
    const place = { ...council, ...opened };
    const steal = ownersPlan(place, [sendSol(place, 1n)], [thief]);
    expectRefused(steal, "ThresholdNotMet");
    expectOk(ownersPlan(place, [sendSol(place, 1n)], [victim]));
  });

  it("a15_owner_rotation_kills_sessions", () => {
    // Red: new owners alone, without a new epoch, leave the old session alive.
    const two = council.owners.slice(0, 2);
    const next = makeOwners(council, 2);
    const red = openCouncil(council);
    const alive = grantAs(red, spec, red.owners.slice(0, 2));
    patchAccount(red, red.config, 13, [1, 1]);
    patchAccount(red, red.config, 104, next[0]?.publicKey.toBytes() ?? []);
    expectOk(execute(red, alive, [sendSol(red, 1n)]));
    // Green, by both doors.
    const session = grantAs(council, spec, two);
    expectOk(execute(council, session, [sendSol(council, 1n)]));
    const change = { threshold: 2, owners: next.map((one) => one.publicKey) };
    expectOk(setOwners(council, change, two));
    refuses(council, session, [sendSol(council, 1n)], "EpochStale");
    const again = grantAs(council, spec, next, 2n);
    expectOk(execute(council, again, [sendSol(council, 1n)]));
    const back = propose(
      council,
      KIND.owners,
      ownersPayload({ threshold: 1, owners: [next[1]?.publicKey ?? assert.fail()] }),
      { epoch: 2n },
    );
    approveAll(council, back, next);
    expectOk(setOwnersProposed(council, back));
    refuses(council, again, [sendSol(council, 1n)], "EpochStale");
    // Nobody who owned it before acts for it.
    const old = grantInstruction(council, spec, keys(0, 2), { epoch: 3n }).instruction;
    isRefused([old], two, "NotAnOwner");
  });

  it("a18_timelock_guards_all_four_doors", () => {
    const steps = (): TransactionInstruction[] => [sendSol(council, 1n)];
    const window = { startsAt: START_TIME, expiresAt: START_TIME + 86_400n };
    const terms = () => toTermsData({ ...spec, ...window }, START_TIME);
    const renewal = (session: PublicKey, owners: readonly PublicKey[]) =>
      renewSessionInstruction({
        ...{ programId: council.programId, config: council.config, session, owners },
        ...{ epoch: 1n, revision: 0, terms: terms() },
      });
    // Red: the same council without a timelock does all of it at once.
    const two = council.owners.slice(0, 2);
    const free = grantAs(council, spec, two);
    expectOk(sendAs(council, [renewal(free.address, keys(0, 2))], two));
    expectOk(ownersPlan(council, steps(), two));
    expectOk(setOwners(council, { threshold: 2, owners: keys(0, 3) }, two));
    // Green: a proposal is the only way to a session, and it waits.
    open(3, 2, 3_600);
    const { svm, programId, config } = council;
    const sessionKey = Keypair.generate();
    const granting = propose(council, KIND.grant, grantPayload(sessionKey.publicKey, terms()));
    const session = findSession({ config, sessionKey: sessionKey.publicKey, programId });
    const place = (proposal: Proposal) => ({
      ...{ programId, config, session, mints: [] },
      ...{ proposal: proposal.address, proposalPayer: proposal.payer },
    });
    const opening = () =>
      grantSessionProposedInstruction({
        ...{ ...place(granting), payer: svm.payer.publicKey, sessionKey: sessionKey.publicKey },
      });
    approveAll(council, granting, council.owners.slice(0, 2));
    svm.advance(3_599n);
    isRefused([opening()], [svm.payer], "ProposalNotReady");
    svm.advance(1n);
    expectOk(sendAs(council, [opening()], []));
    assert.ok(isClosed(council, granting));
    // Every direct door is closed to all owners together.
    const all = council.owners;
    const direct = {
      grant: grantInstruction(council, spec, keys(0, 3)).instruction,
      renew: renewal(session, keys(0, 3)),
      plan: ownersPlanInstruction(council, steps(), keys(0, 3)),
      owners: setOwnersInstruction(council, { threshold: 1, owners: keys(0, 1) }, keys(0, 3)),
    };
    for (const act of Object.values(direct)) isRefused([act], all, "TimelockRequiresProposal");
    // By proposal each waits, and then passes.
    const renewing = propose(council, KIND.renewal, renewalPayload(session, 0, terms()));
    const [plan, owners] = [proposePlan(council, steps()), takeOver()];
    for (const proposal of [renewing, plan, owners])
      approveAll(council, proposal, council.owners.slice(0, 2));
    const acts = [
      renewSessionProposedInstruction(place(renewing)),
      planProposedInstruction(council, plan, steps()),
      setOwnersProposedInstruction(council, owners),
    ];
    svm.advance(3_599n);
    for (const act of acts) isRefused([act], [], "ProposalNotReady");
    svm.advance(1n);
    for (const act of acts) expectOk(sendAs(council, [act], []));
  });

  it("a18_the_door_of_a_broken_vault_is_guarded_too", () => {
    open(3, 2, 3_600);
    const { svm, vault } = council;
    svm.setAccount(vault, {
      lamports: svm.balance(vault),
      data: new Uint8Array(1),
      owner: HOSTILE,
    });
    const recover = ownersPlanInstruction(council, [idle(vault)], keys(0, 3), { name: "recover" });
    isRefused([recover], council.owners, "TimelockRequiresProposal");
  });

  it("a18_revoke_and_cancel_are_never_delayed", () => {
    open(3, 2, 3_600);
    const proposal = takeOver();
    approveAll(council, proposal, council.owners.slice(0, 2));
    expectOk(cancel(council, proposal, owner(2)));
    const plan = proposePlan(council, [sendSol(council, 1n)]);
    approveAll(council, plan, council.owners.slice(0, 2));
    council.svm.advance(3_600n);
    expectOk(revokeAll(council, owner(2)));
    isRefused(
      [planProposedInstruction(council, plan, [sendSol(council, 1n)])],
      [],
      "ProposalExpired",
    );
  });

  it("a18_one_bad_owner_cannot_veto_his_removal", () => {
    open(4, 2, 3_600);
    const bad = owner(3);
    // Red: as long as just the threshold approved, he stops it.
    const first = removeLast();
    approveAll(council, first, council.owners.slice(0, 2));
    expectOk(cancel(council, first, bad));
    // Green: all but he approved. He can't cancel, and revoking everything doesn't help him.
    const proposal = removeLast();
    approveAll(council, proposal, council.owners.slice(0, 3));
    isRefused([cancelInstruction(council, proposal, bad.publicKey)], [bad], "ProposalSettled");
    expectOk(revokeAll(council, bad));
    expectOk(revokeAll(council, bad));
    isRefused([cancelInstruction(council, proposal, bad.publicKey)], [bad], "ProposalSettled");
    isRefused([setOwnersProposedInstruction(council, proposal)], [], "ProposalNotReady");
    council.svm.advance(3_600n);
    expectOk(setOwnersProposed(council, proposal));
    const found = config();
    assert.deepEqual([found.epoch, found.ownersRevision], [4n, 2n]);
    assert.ok(!found.owners.includes(bad.publicKey.toBase58()));
    expectRefused(revokeAll(council, bad), "NotAnOwner");
  });

  it("a18_a_revoked_epoch_stops_what_is_not_settled_and_every_other_kind", () => {
    open(4, 2, 60);
    const owners = removeLast();
    approveAll(council, owners, council.owners.slice(0, 2));
    const steps = [sendSol(council, 1n)];
    const plan = proposePlan(council, steps);
    approveAll(council, plan, council.owners);
    expectOk(revokeAll(council, owner(3)));
    // Nor does a late approval settle it.
    isRefused(
      [approveInstruction(council, owners, owner(2).publicKey)],
      [owner(2)],
      "ProposalExpired",
    );
    council.svm.advance(60n);
    isRefused([setOwnersProposedInstruction(council, owners)], [], "ProposalExpired");
    isRefused([planProposedInstruction(council, plan, steps)], [], "ProposalExpired");
  });

  it("a18_thief_with_just_the_threshold_is_stopped_by_one_honest_owner", () => {
    open(4, 2, 3_600);
    const thieves = council.owners.slice(0, 2);
    const honest = owner(3);
    const steps = [sendSol(council, 4_000_000_000n)];
    const [owners, plan] = [takeOver(), proposePlan(council, steps)];
    for (const proposal of [owners, plan]) approveAll(council, proposal, thieves);
    council.svm.advance(3_599n);
    for (const proposal of [owners, plan]) expectOk(cancel(council, proposal, honest));
    council.svm.advance(1n);
    isRefused([setOwnersProposedInstruction(council, owners)], [], "NotAProposal");
    isRefused([planProposedInstruction(council, plan, steps)], [], "NotAProposal");
    // Where owners < threshold + 2, one owner can veto for ever: that is the price of it.
    open(3, 2, 3_600);
    const removal = removeLast();
    approveAll(council, removal, council.owners.slice(0, 2));
    expectOk(cancel(council, removal, owner(2)));
  });

  it("a18_content_swapped_at_the_same_address_gets_no_approval", () => {
    const { thief } = council;
    const honest = propose(
      council,
      KIND.owners,
      ownersPayload({ threshold: 2, owners: keys(0, 3) }),
      {
        ...{ payer: thief, id: 1n },
      },
    );
    // An owner has read this content and signs; before it lands, the payer puts other content there.
    const inFlight = approveInstruction(council, honest, owner(0).publicKey);
    const more = appendInstruction(council, honest, honest.payload.length, Buffer.from([0]));
    isRefused([more], [thief], "ProposalMalformed");
    expectOk(cancel(council, honest, thief));
    const swapped = takeOver({ payer: thief, id: 1n });
    assert.ok(swapped.address.equals(honest.address));
    isRefused([inFlight], [owner(0)], "ProposalHashMismatch");
    assert.equal(readProposal(council, swapped).approvals, 0);
    expectOk(approve(council, swapped, owner(0)));
  });

  it("a18_a_recreated_proposal_has_no_approval", () => {
    const { thief } = council;
    const first = takeOver({ payer: thief, id: 1n });
    approveAll(council, first, council.owners.slice(0, 1));
    expectRefused(cancel(council, first, thief), "NotAuthorized");
    expectOk(cancel(council, first, owner(0)));
    const again = takeOver({ payer: thief, id: 1n, deadline: first.deadline });
    assert.deepEqual(again.hash, first.hash, "the same content");
    const { approvals, readyAt } = readProposal(council, again);
    assert.deepEqual([approvals, readyAt], [0, 0n]);
    isRefused([setOwnersProposedInstruction(council, again)], [], "ProposalNotReady");
  });

  it("a18_approvals_never_survive_new_owners", () => {
    // Two change proposals; the second was approved by owners who are none any more, at places that others have now.
    open(4, 2, 0);
    const [change, other] = [removeLast(), takeOver()];
    const steps = [sendSol(council, 1n)];
    const plan = proposePlan(council, steps);
    for (const proposal of [change, other, plan])
      approveAll(council, proposal, council.owners.slice(0, 3));
    expectOk(setOwnersProposed(council, change));
    isRefused([setOwnersProposedInstruction(council, other)], [], "ProposalExpired");
    isRefused([planProposedInstruction(council, plan, steps)], [], "ProposalExpired");
    isRefused(
      [approveInstruction(council, other, owner(0).publicKey)],
      [owner(0)],
      "ProposalExpired",
    );
    expectOk(cancel(council, other, council.thief));
  });

  it("a18_an_act_runs_once", () => {
    const steps = [sendSol(council, 1n)];
    const plan = proposePlan(council, steps);
    approveAll(council, plan, council.owners.slice(0, 2));
    const act = planProposedInstruction(council, plan, steps);
    isRefused([act, act], [], "NotAProposal");
    expectOk(sendAs(council, [act], []));
    isRefused([act], [], "NotAProposal");
    const change = removeLast();
    approveAll(council, change, council.owners.slice(0, 2));
    const set = setOwnersProposedInstruction(council, change);
    isRefused([set, set], [], "NotAProposal");
    expectOk(sendAs(council, [set], []));
    assert.ok(isClosed(council, change));
  });

  it("a18_the_last_approval_and_the_act_share_a_transaction_only_without_timelock", () => {
    const steps = [sendSol(council, 1n)];
    const both = (plan: Proposal) => [
      approveInstruction(council, plan, owner(1).publicKey),
      planProposedInstruction(council, plan, steps),
    ];
    const plan = proposePlan(council, steps);
    expectOk(approve(council, plan, owner(0)));
    expectOk(sendAs(council, both(plan), [owner(1)]));
    open(3, 2, 1);
    const later = proposePlan(council, steps);
    expectOk(approve(council, later, owner(0)));
    isRefused(both(later), [owner(1)], "ProposalNotReady");
    assert.equal(readProposal(council, later).approvals, 1);
  });
});
