// Chains of a council's life: opened, used, owners changed, and what is left of what went before.
import assert from "node:assert/strict";

import { Keypair } from "@solana/web3.js";
import { decodeVaultConfig } from "@valetkey/sdk/layers";

import {
  grantAs,
  makeOwners,
  openCouncil,
  ownersPlan,
  setOwners,
  type Council,
} from "../support/council.js";
import { expectOk, expectRefused } from "../support/expect.js";
import {
  KIND,
  approve,
  approveAll,
  cancel,
  isClosed,
  ownersPayload,
  planProposed,
  propose,
  proposePlan,
  setOwnersProposed,
} from "../support/proposal.js";
import { solTransferRule } from "../support/rules.js";
import { close, execute, refuses, revokeAll } from "../support/session.js";
import { createWorld, sendSol } from "../support/world.js";

const spec = { rules: [solTransferRule()], limits: [{ asset: "SOL" as const, total: 1_000n }] };

describe("lifecycles: councils", () => {
  let council: Council;
  const config = () =>
    decodeVaultConfig(council.svm.getAccount(council.config)?.data ?? new Uint8Array());

  it("create, grant by threshold, set owners, old sessions dead, new owners grant", () => {
    council = openCouncil(createWorld(), { count: 3, threshold: 2 });
    const { svm } = council;
    const sessions = [1, 2].map(() => grantAs(council, spec, council.owners.slice(0, 2)));
    for (const session of sessions) expectOk(execute(council, session, [sendSol(council, 1n)]));
    const next = makeOwners(council, 3);
    const owners = next.map((owner) => owner.publicKey);
    expectOk(setOwners(council, { threshold: 3, owners }, council.owners.slice(1)));
    for (const session of sessions) {
      refuses(council, session, [sendSol(council, 1n)], "EpochStale");
      const before = svm.balance(svm.payer.publicKey);
      expectOk(close(council, session));
      assert.ok(svm.balance(svm.payer.publicKey) > before);
    }
    const again = grantAs(council, spec, next, 2n);
    expectOk(execute(council, again, [sendSol(council, 1_000n)]));
    expectRefused(ownersPlan(council, [sendSol(council, 1n)], council.owners), "ThresholdNotMet");
    expectOk(ownersPlan(council, [sendSol(council, 1n)], next));
  });

  it("a timelock comes, delays everything, and goes by its own delay", () => {
    council = openCouncil(createWorld(), { count: 2, threshold: 1 });
    const { svm, owners } = council;
    const keys = owners.map((owner) => owner.publicKey);
    const [a, b] = owners;
    assert.ok(a !== undefined && b !== undefined);
    expectOk(setOwners(council, { threshold: 1, timelock: 500, owners: keys }, [a]));
    const direct = { threshold: 1, owners: keys, epoch: 2n };
    expectRefused(setOwners(council, direct, owners), "TimelockRequiresProposal");
    const payload = ownersPayload({ threshold: 1, owners: keys });
    const away = propose(council, KIND.owners, payload, { epoch: 2n });
    expectOk(approve(council, away, a));
    svm.advance(499n);
    expectRefused(setOwnersProposed(council, away), "ProposalNotReady");
    svm.advance(1n);
    expectOk(setOwnersProposed(council, away));
    assert.deepEqual([config().timelockSeconds, config().epoch], [0, 3n]);
    expectOk(ownersPlan(council, [sendSol(council, 1n)], [b]));
  });

  it("propose, cancel, propose again under the same id, revoke everything, propose for the new epoch", () => {
    council = openCouncil(createWorld(), { count: 3, threshold: 2, timelock: 10 });
    const { svm, thief } = council;
    const steps = [sendSol(council, 7n)];
    const two = council.owners.slice(0, 2);
    const [owner] = two;
    assert.ok(owner !== undefined);
    const before = svm.balance(thief.publicKey);
    const first = proposePlan(council, steps, { id: 1n });
    approveAll(council, first, two);
    expectOk(cancel(council, first, owner));
    const second = proposePlan(council, steps, { id: 1n });
    approveAll(council, second, two);
    expectOk(revokeAll(council));
    svm.advance(10n);
    expectRefused(planProposed(council, second, steps), "ProposalExpired");
    expectOk(cancel(council, second, thief));
    const third = proposePlan(council, steps, { id: 1n, epoch: 2n });
    approveAll(council, third, two);
    expectRefused(planProposed(council, third, steps), "ProposalNotReady");
    svm.advance(10n);
    expectOk(planProposed(council, third, steps));
    assert.ok(isClosed(council, third));
    assert.equal(svm.balance(thief.publicKey) - before, 7n);
  });

  it("many proposals side by side, each with its own approvals", () => {
    council = openCouncil(createWorld(), { count: 3, threshold: 2, timelock: 0 });
    const { svm } = council;
    const people = [1n, 2n, 3n].map((amount) => ({ amount, to: Keypair.generate().publicKey }));
    const all = people.map(({ amount, to }) => {
      const steps = [sendSol(council, amount * 1_000_000n, to)];
      return { steps, proposal: proposePlan(council, steps), to, amount };
    });
    const [x, y, z] = all;
    assert.ok(x !== undefined && y !== undefined && z !== undefined);
    approveAll(council, x.proposal, council.owners.slice(0, 2));
    approveAll(council, z.proposal, council.owners.slice(1));
    approveAll(council, y.proposal, council.owners.slice(0, 1));
    expectRefused(planProposed(council, y.proposal, y.steps), "ProposalNotReady");
    for (const { proposal, steps, to, amount } of [z, x]) {
      expectOk(planProposed(council, proposal, steps));
      assert.equal(svm.balance(to), amount * 1_000_000n);
    }
    approveAll(council, y.proposal, council.owners.slice(2));
    expectOk(planProposed(council, y.proposal, y.steps));
  });
});
