// Owners that are programs: their addresses act from inside a call; a wallet's signature doesn't count there.
import assert from "node:assert/strict";

import type { Keypair, PublicKey, TransactionInstruction } from "@solana/web3.js";
import {
  decodeVaultConfig,
  renewSessionInstruction,
  revokeAllInstruction,
  revokeSessionInstruction,
} from "@valetkey/sdk/layers";

import {
  grantInstruction,
  makeOwners,
  openCouncil,
  ownersPlanInstruction,
  sendAs,
  setOwnersInstruction,
  type Council,
} from "../support/council.js";
import { expectOk, expectRefused, expectUnchanged, snapshot } from "../support/expect.js";
import { claimReward, decide, governorOf } from "../support/governor.js";
import {
  KIND,
  approve,
  approveInstruction,
  cancelInstruction,
  isClosed,
  ownersPayload,
  propose,
  readProposal,
  setOwnersProposed,
  type Proposal,
} from "../support/proposal.js";
import { solTransferRule } from "../support/rules.js";
import {
  execute,
  readSession,
  refuses,
  watchedAccounts,
  type Session,
} from "../support/session.js";
import { toTermsData } from "../support/terms.js";
import { createWorld, sendSol } from "../support/world.js";

describe("a program as owner", () => {
  const spec = { rules: [solTransferRule()], limits: [{ asset: "SOL" as const, total: 1_000n }] };
  let council: Council;
  let chief: Keypair;
  let governor: PublicKey;
  let wallet: Keypair;
  const open = (threshold: number): void => {
    const world = createWorld();
    chief = world.svm.fundedKeypair();
    governor = governorOf(chief.publicKey);
    council = openCouncil(world, { count: 1, threshold, programs: [governor] });
    wallet = council.owner;
  };
  beforeEach(() => open(1));
  const byGovernor = (inner: TransactionInstruction) =>
    sendAs(council, [decide(chief.publicKey, inner)], [chief]);
  const granted = (): Session => {
    const { instruction, session } = grantInstruction(council, spec, [governor]);
    expectOk(byGovernor(instruction));
    return session;
  };
  const proposed = (): Proposal => {
    const owners = makeOwners(council, 1).map((owner) => owner.publicKey);
    return propose(council, KIND.owners, ownersPayload({ threshold: 1, owners }));
  };
  const config = () =>
    decodeVaultConfig(council.svm.getAccount(council.config)?.data ?? new Uint8Array());

  it("grants and revokes by call", () => {
    const session = granted();
    expectOk(execute(council, session, [sendSol(council, 5n)]));
    const { programId, config } = council;
    const end = revokeSessionInstruction({
      ...{ programId, config, session: session.address, authority: governor },
    });
    expectOk(byGovernor(end));
    refuses(council, session, [sendSol(council, 5n)], "SessionRevoked");
    expectOk(byGovernor(revokeAllInstruction({ programId, config, owner: governor })));
  });

  it("renews by call", () => {
    const session = granted();
    const { programId, config, svm } = council;
    const renew = renewSessionInstruction({
      ...{ programId, config, session: session.address, owners: [governor] },
      ...{ epoch: 1n, revision: 0, terms: toTermsData({ ...spec, uses: 7 }, svm.now()) },
    });
    expectOk(byGovernor(renew));
    const { revision, uses } = readSession(council, session);
    assert.deepEqual([revision, uses], [1, 7]);
  });

  it("runs the owners' plan and sets owners by call", () => {
    const before = council.svm.balance(council.thief.publicKey);
    expectOk(byGovernor(ownersPlanInstruction(council, [sendSol(council, 5n)], [governor])));
    assert.equal(council.svm.balance(council.thief.publicKey) - before, 5n);
    const owners = makeOwners(council, 2).map((owner) => owner.publicKey);
    expectOk(byGovernor(setOwnersInstruction(council, { threshold: 2, owners }, [governor])));
    assert.deepEqual(
      config().owners,
      owners.map((owner) => owner.toBase58()),
    );
  });

  it("approves and cancels by call", () => {
    const proposal = proposed();
    expectOk(byGovernor(approveInstruction(council, proposal, governor)));
    assert.equal(readProposal(council, proposal).approvals, 1);
    expectOk(byGovernor(cancelInstruction(council, proposal, governor)));
    assert.ok(isClosed(council, proposal));
  });

  it("agrees with a wallet by proposal, each in its own way", () => {
    open(2);
    const proposal = proposed();
    expectOk(byGovernor(approveInstruction(council, proposal, governor)));
    expectRefused(setOwnersProposed(council, proposal), "ProposalNotReady");
    expectOk(approve(council, proposal, wallet));
    expectOk(setOwnersProposed(council, proposal));
    // In one transaction, the wallet's signature doesn't count inside the governor's call.
    open(2);
    const both = grantInstruction(council, spec, [governor, wallet.publicKey]).instruction;
    const inside = sendAs(council, [decide(chief.publicKey, both)], [chief, wallet]);
    expectRefused(inside, "NotTopLevel");
  });

  it("can't be played by somebody else's governor, nor without its chief", () => {
    const { thief } = council;
    const { instruction } = grantInstruction(council, spec, [governor]);
    // A program signs for its own addresses only, and this one derives them from who signs.
    const forged = decide(thief.publicKey, instruction);
    for (const meta of forged.keys) meta.isSigner &&= !meta.pubkey.equals(governor);
    expectRefused(sendAs(council, [forged], [thief]), "MissingSignature");
    const asThief = grantInstruction(council, spec, [governorOf(thief.publicKey)]).instruction;
    expectRefused(sendAs(council, [decide(thief.publicKey, asThief)], [thief]), "NotAnOwner");
    granted();
  });

  for (const name of ["grant_session", "set_owners", "owner_execute", "approve"] as const)
    it(`gets no wallet's signature passed on to ${name}, whatever the wallet signs for`, () => {
      const { svm } = council;
      const key = wallet.publicKey;
      const proposal = proposed();
      const owners = makeOwners(council, 1).map((owner) => owner.publicKey);
      const attack = {
        grant_session: () => grantInstruction(council, spec, [key]).instruction,
        set_owners: () => setOwnersInstruction(council, { threshold: 1, owners }, [key]),
        owner_execute: () => ownersPlanInstruction(council, [sendSol(council, 1_000n)], [key]),
        approve: () => approveInstruction(council, proposal, key),
      }[name]();
      const watched = [
        ...watchedAccounts(council),
        proposal.address,
        ...attack.keys.map((k) => k.pubkey),
      ];
      const kept = watched.filter((one) => !one.equals(svm.payer.publicKey));
      const before = snapshot(svm, kept);
      expectRefused(sendAs(council, [claimReward(key, attack)], [wallet]), "NotTopLevel");
      expectUnchanged(before, snapshot(svm, kept));
      // The same, signed where the wallet sees it, is the wallet's own act.
      expectOk(sendAs(council, [attack], [wallet]));
    });

  it("ends a session for its guardian or owner from inside a call, too", () => {
    const session = granted();
    const end = revokeSessionInstruction({
      ...{ programId: council.programId, config: council.config },
      ...{ session: session.address, authority: wallet.publicKey },
    });
    expectOk(sendAs(council, [claimReward(wallet.publicKey, end)], [wallet]));
    assert.ok(readSession(council, session).revoked);
  });
});
