// New terms for sessions that are there: by signatures and by proposal; grants by proposal.
import type { Keypair, PublicKey, TransactionInstruction } from "@solana/web3.js";
import {
  encodePayload,
  grantSessionProposedInstruction,
  mintsOf,
  renewSessionInstruction,
  renewSessionProposedInstruction,
  type TermsData,
} from "@valetkey/sdk/layers";

import { expectOk } from "./expect.js";
import { propose, type Proposal, type ProposalOptions } from "./proposal.js";
import type { TermsSpec } from "./rules.js";
import { readSession, type Session } from "./session.js";
import type { SendResult } from "./svm.js";
import { toTermsData } from "./terms.js";
import type { World } from "./world.js";

/** How to renew, where it isn't the usual way. */
export interface RenewOptions {
  /** Who signs as owners; default: the world's owner. */
  readonly signers?: readonly Keypair[];
  readonly epoch?: bigint;
  /** Default: the session's revision. */
  readonly revision?: number;
  /** Whether the hash of the accounts is passed. */
  readonly bindKeys?: boolean;
  /** A change to the finished instruction. */
  readonly tamper?: (instruction: TransactionInstruction) => TransactionInstruction;
}

/** Terms for a session: they start when its own do, unless they say otherwise. */
export const renewedTerms = (world: World, session: Session, spec: TermsSpec): TermsData =>
  toTermsData({ startsAt: session.terms.startsAt, ...spec }, world.svm.now());

/** The instruction that gives a session new terms. */
export function renewInstruction(
  world: World,
  session: Session,
  spec: TermsSpec,
  options: RenewOptions = {},
): TransactionInstruction {
  const { programId, config, owner } = world;
  const { signers = [owner], epoch = 1n, bindKeys = false } = options;
  const revision = options.revision ?? readSession(world, session).revision;
  const instruction = renewSessionInstruction({
    ...{ programId, config, epoch, revision, bindKeys },
    session: session.address,
    owners: signers.map((signer) => signer.publicKey),
    terms: renewedTerms(world, session, spec),
  });
  return (options.tamper ?? ((same) => same))(instruction);
}

/** Asks for new terms and says what became of it. */
export function tryRenew(
  world: World,
  session: Session,
  spec: TermsSpec,
  options: RenewOptions = {},
): SendResult {
  const instruction = renewInstruction(world, session, spec, options);
  const signers = (options.signers ?? [world.owner]).filter((signer) =>
    instruction.keys.some((meta) => meta.isSigner && meta.pubkey.equals(signer.publicKey)),
  );
  return world.svm.send([instruction], signers, { payer: world.svm.payer });
}

/** Gives a session new terms; what plans need to know of it from then on. */
export function renew(
  world: World,
  session: Session,
  spec: TermsSpec,
  options: RenewOptions = {},
): Session {
  expectOk(tryRenew(world, session, spec, options));
  return { ...session, terms: renewedTerms(world, session, spec) };
}

/** Proposes a grant for a key. */
export const proposeGrant = (
  world: World,
  sessionKey: PublicKey,
  terms: TermsData,
  options: ProposalOptions = {},
): Proposal => {
  const payload = { kind: "grant" as const, grantId: 7n, sessionKey: sessionKey.toBase58(), terms };
  return propose(world, 0, Buffer.from(encodePayload(payload)), options);
};

/** Proposes new terms for a session. */
export const proposeRenewal = (
  world: World,
  session: Session,
  terms: TermsData,
  options: ProposalOptions & { readonly revision?: number } = {},
): Proposal => {
  const { revision = readSession(world, session).revision } = options;
  const address = session.address.toBase58();
  const payload = { kind: "renewal" as const, session: address, revision, terms };
  return propose(world, 1, Buffer.from(encodePayload(payload)), options);
};

/** The instruction `grant_session_proposed`, the runtime's payer paying. */
export const grantProposedInstruction = (
  world: World,
  session: Session,
  proposal: Proposal,
  payer: PublicKey = world.svm.payer.publicKey,
): TransactionInstruction =>
  grantSessionProposedInstruction({
    ...{ programId: world.programId, config: world.config, payer },
    ...{ session: session.address, sessionKey: session.key.publicKey },
    ...{ proposal: proposal.address, proposalPayer: proposal.payer },
    mints: mintsOf(session.terms),
  });

/** The instruction `renew_session_proposed`. */
export const renewProposedInstruction = (
  world: World,
  session: Session,
  proposal: Proposal,
  terms: TermsData,
): TransactionInstruction =>
  renewSessionProposedInstruction({
    ...{ programId: world.programId, config: world.config, session: session.address },
    ...{ proposal: proposal.address, proposalPayer: proposal.payer, mints: mintsOf(terms) },
  });
