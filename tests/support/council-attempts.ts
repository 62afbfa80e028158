// The acts of councils and proposals, each as somebody who may not: for the table of all authorities.
import { Keypair, type PublicKey, type TransactionInstruction } from "@solana/web3.js";
import type { ProgramErrorCode } from "@valetkey/sdk/errors";
import {
  findSession,
  grantSessionProposedInstruction,
  renewSessionInstruction,
  renewSessionProposedInstruction,
} from "@valetkey/sdk/layers";

import {
  createCouncilInstruction,
  grantAs,
  ownersPlanInstruction,
  sendAs,
  setOwnersInstruction,
} from "./council.js";
import { expectOk } from "./expect.js";
import { HOSTILE } from "./hostile.js";
import {
  KIND,
  appendInstruction,
  approveInstruction,
  cancelInstruction,
  draft,
  grantPayload,
  ownersPayload,
  planProposedInstruction,
  propose,
  proposeInstruction,
  proposePlan,
  renewalPayload,
  setOwnersProposedInstruction,
  type Proposal,
} from "./proposal.js";
import { idle } from "./relay.js";
import { solTransferRule } from "./rules.js";
import { ANCHOR } from "./swap-accounts.js";
import { toTermsData } from "./terms.js";
import { openVault, sendSol, type World } from "./world.js";

/** By instruction: as somebody else, with his signature; as the right one, without. */
export interface Attempts {
  readonly foreign?: readonly [TransactionInstruction, ProgramErrorCode];
  readonly unsigned?: readonly [TransactionInstruction, ProgramErrorCode | number];
}

/** What must be refused in the world of this owner, and the accounts beside the world's own that mustn't change. */
export function councilAttempts(world: World): {
  readonly table: Readonly<Record<string, Attempts>>;
  readonly watched: readonly PublicKey[];
} {
  const { svm, programId, config, owner, thief } = world;
  const owners = [thief.publicKey];
  const change = { threshold: 1, owners };
  const payload = ownersPayload(change);
  const setOwners = (signer: Keypair) => setOwnersInstruction(world, change, [signer.publicKey]);
  // A second vault of the owner, which another program has.
  const broken = { ...world, ...openVault(world, owner.publicKey, 1) };
  svm.setAccount(broken.vault, { lamports: 5n, data: new Uint8Array(1), owner: HOSTILE });
  const repair = [idle(broken.vault)];
  const steps = [sendSol(world, 1n)];
  const options = { payer: owner };
  const half = draft(world, KIND.owners, payload, options);
  expectOk(sendAs(world, [proposeInstruction(world, half, 5)], [owner]));
  const whole = propose(world, KIND.owners, payload, options);
  const plan = proposePlan(world, steps, options);
  const recovery = proposePlan(broken, repair, { ...options, kind: KIND.recovery });
  const recover = (signer: Keypair) =>
    ownersPlanInstruction(broken, repair, [signer.publicKey], { name: "recover" });
  const terms = { rules: [solTransferRule()] };
  const session = grantAs(world, terms, [owner]);
  const data = toTermsData(terms, svm.now());
  const sessionKey = Keypair.generate().publicKey;
  const granting = propose(world, KIND.grant, grantPayload(sessionKey, data), options);
  const renewal = renewalPayload(session.address, 0, data);
  const renewing = propose(world, KIND.renewal, renewal, options);
  const place = (proposal: Proposal) => ({
    ...{ programId, config, proposal: proposal.address, proposalPayer: proposal.payer, mints: [] },
  });
  const renew = (signer: Keypair) =>
    renewSessionInstruction({
      ...{ programId, config, session: session.address, owners: [signer.publicKey] },
      ...{ epoch: 1n, revision: 0, terms: data },
    });
  const open = grantSessionProposedInstruction({
    ...{ ...place(granting), payer: svm.payer.publicKey, sessionKey },
    session: findSession({ config, sessionKey, programId }),
  });
  const base = Keypair.generate().publicKey;
  const rest = payload.subarray(5);
  const asThief = { ...half, payer: thief.publicKey };
  const unsigned = ANCHOR.AccountNotSigner;
  return {
    table: {
      create_council: { unsigned: [createCouncilInstruction(world, base, change), unsigned] },
      set_owners: {
        foreign: [setOwners(thief), "NotAnOwner"],
        unsigned: [setOwners(owner), "MissingSignature"],
      },
      set_owners_proposed: {
        foreign: [setOwnersProposedInstruction(world, whole), "ProposalNotReady"],
      },
      propose: {
        unsigned: [
          proposeInstruction(world, draft(world, KIND.owners, payload, options)),
          unsigned,
        ],
      },
      append_proposal: {
        foreign: [appendInstruction(world, asThief, 5, rest), "WrongProposalPayer"],
        unsigned: [appendInstruction(world, half, 5, rest), unsigned],
      },
      approve: {
        foreign: [approveInstruction(world, whole, thief.publicKey), "NotAnOwner"],
        unsigned: [approveInstruction(world, whole, owner.publicKey), unsigned],
      },
      cancel: {
        foreign: [cancelInstruction(world, whole, thief.publicKey), "NotAuthorized"],
        unsigned: [cancelInstruction(world, whole, owner.publicKey), unsigned],
      },
      grant_session_proposed: { foreign: [open, "ProposalNotReady"] },
      renew_session: {
        foreign: [renew(thief), "NotAnOwner"],
        unsigned: [renew(owner), "MissingSignature"],
      },
      renew_session_proposed: {
        foreign: [
          renewSessionProposedInstruction({ ...place(renewing), session: session.address }),
          "ProposalNotReady",
        ],
      },
      owner_execute_proposed: {
        foreign: [planProposedInstruction(world, plan, steps), "ProposalNotReady"],
      },
      recover: {
        foreign: [recover(thief), "ThresholdNotMet"],
        unsigned: [recover(owner), "ThresholdNotMet"],
      },
      recover_proposed: {
        foreign: [
          planProposedInstruction(broken, recovery, repair, "recover_proposed"),
          "ProposalNotReady",
        ],
      },
    },
    watched: [
      ...[half, whole, plan, recovery, granting, renewing].map((proposal) => proposal.address),
      session.address,
      ...[broken.config, broken.vault],
    ],
  };
}
