// Proposals: written, approved, enacted, cancelled. Bytes are built here, after docs/layout.md, and not by the client.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";

import {
  PublicKey,
  SYSVAR_INSTRUCTIONS_PUBKEY,
  SystemProgram,
  TransactionInstruction,
  type Keypair,
} from "@solana/web3.js";
import { encodeTerms, type TermsData } from "@valetkey/sdk/layers";

import {
  account,
  discriminatorOf,
  hashOf,
  le,
  planBytes,
  sendAs,
  type OwnersSpec,
} from "./council.js";
import { expectOk } from "./expect.js";
import { composeSteps } from "./plan.js";
import type { SendResult } from "./svm.js";
import type { World } from "./world.js";

/** The kind byte of a proposal. */
export const KIND = { grant: 0, renewal: 1, owners: 2, plan: 3, recovery: 4 } as const;

/** What a proposal needs of a world. */
type Place = Pick<World, "svm" | "programId" | "config" | "vault">;

/** A proposal that was, or will be, opened. */
export interface Proposal {
  readonly address: PublicKey;
  readonly id: bigint;
  readonly kind: number;
  readonly payload: Buffer;
  readonly epoch: bigint;
  readonly deadline: bigint;
  readonly payer: PublicKey;
  /** What an approval names. */
  readonly hash: Buffer;
}

/** What isn't usual about a proposal. */
export interface ProposalOptions {
  readonly id?: bigint;
  readonly epoch?: bigint;
  readonly deadline?: bigint;
  /** Default: the runtime's payer. */
  readonly payer?: Keypair;
}

let lastId = 1_000n;

/** The address of a proposal. */
export const findProposal = ({ config, programId }: Place, id: bigint): PublicKey =>
  PublicKey.findProgramAddressSync(
    [Buffer.from("proposal"), config.toBuffer(), le(id, 8)],
    programId,
  )[0];

/** What a proposal would be; nothing is sent. */
export function draft(
  world: Place,
  kind: number,
  payload: Buffer | ((address: PublicKey, payer: PublicKey) => Buffer),
  options: ProposalOptions = {},
): Proposal {
  const { id = (lastId += 1n), epoch = 1n, deadline = world.svm.now() + 86_400n } = options;
  const address = findProposal(world, id);
  const payer = (options.payer ?? world.svm.payer).publicKey;
  const bytes = typeof payload === "function" ? payload(address, payer) : payload;
  const hash = createHash("sha256")
    .update(Buffer.from([kind]))
    .update(world.config.toBuffer())
    .update(Buffer.concat([le(id, 8), le(epoch, 8), le(deadline, 8), bytes]))
    .digest();
  return { address, id, kind, payload: bytes, epoch, deadline, payer, hash };
}

/** The instruction `propose` with the first `first` bytes of the payload (default: all). */
export function proposeInstruction(
  world: Place,
  proposal: Proposal,
  first = proposal.payload.length,
): TransactionInstruction {
  const { kind, id, epoch, deadline, payload } = proposal;
  return new TransactionInstruction({
    programId: world.programId,
    keys: [
      ...[account(proposal.payer, "sw"), account(world.config)],
      ...[account(proposal.address, "w"), account(SystemProgram.programId)],
    ],
    data: Buffer.concat([
      ...[discriminatorOf("propose"), le(kind, 1), le(id, 8), le(epoch, 8), le(deadline, 8)],
      ...[le(payload.length, 4), le(first, 4), payload.subarray(0, first)],
    ]),
  });
}

/** The instruction `append_proposal`. */
export function appendInstruction(
  world: Place,
  proposal: Proposal,
  offset: number,
  bytes: Buffer,
): TransactionInstruction {
  return new TransactionInstruction({
    programId: world.programId,
    keys: [
      ...[account(proposal.payer, "s"), account(world.config), account(proposal.address, "w")],
    ],
    data: Buffer.concat([
      ...[discriminatorOf("append_proposal"), le(offset, 4), le(bytes.length, 4), bytes],
    ]),
  });
}

/** Writes a proposal wholly, in pieces of 700 bytes. */
export function propose(
  world: Place,
  kind: number,
  payload: Buffer | ((address: PublicKey, payer: PublicKey) => Buffer),
  options: ProposalOptions = {},
): Proposal {
  const proposal = draft(world, kind, payload, options);
  const payer = options.payer ?? world.svm.payer;
  const size = proposal.payload.length;
  expectOk(sendAs(world, [proposeInstruction(world, proposal, Math.min(size, 700))], [payer]));
  for (let at = 700; at < size; at += 700) {
    const bytes = proposal.payload.subarray(at, at + 700);
    expectOk(sendAs(world, [appendInstruction(world, proposal, at, bytes)], [payer]));
  }
  assert.deepEqual(readProposal(world, proposal).hash, proposal.hash, "sealed under its hash");
  return proposal;
}

/** The instruction `approve`. */
export function approveInstruction(
  world: Place,
  proposal: Proposal,
  owner: PublicKey,
  hash: Buffer = proposal.hash,
): TransactionInstruction {
  return new TransactionInstruction({
    programId: world.programId,
    keys: [
      ...[account(owner, "s"), account(world.config), account(proposal.address, "w")],
      account(SYSVAR_INSTRUCTIONS_PUBKEY),
    ],
    data: Buffer.concat([discriminatorOf("approve"), hash]),
  });
}

/** Approves as one owner. */
export const approve = (
  world: Place,
  proposal: Proposal,
  owner: Keypair,
  hash?: Buffer,
): SendResult =>
  sendAs(world, [approveInstruction(world, proposal, owner.publicKey, hash)], [owner]);

/** Approves as these owners; each must count. */
export function approveAll(world: Place, proposal: Proposal, owners: readonly Keypair[]): void {
  for (const owner of owners) expectOk(approve(world, proposal, owner));
}

/** The instruction `cancel`. */
export function cancelInstruction(
  world: Place,
  proposal: Proposal,
  authority: PublicKey,
): TransactionInstruction {
  return new TransactionInstruction({
    programId: world.programId,
    keys: [
      ...[account(authority, "s"), account(world.config)],
      ...[account(proposal.address, "w"), account(proposal.payer, "w")],
    ],
    data: discriminatorOf("cancel"),
  });
}

/** Cancels as `authority`. */
export const cancel = (world: Place, proposal: Proposal, authority: Keypair): SendResult =>
  sendAs(world, [cancelInstruction(world, proposal, authority.publicKey)], [authority]);

/** Payload of a change of owners. */
export const ownersPayload = ({ threshold, timelock = 0, owners }: OwnersSpec): Buffer =>
  Buffer.concat([
    ...[le(threshold, 1), le(timelock, 4), le(owners.length, 1)],
    ...owners.map((owner) => owner.toBuffer()),
  ]);

/** Payload of a grant. */
export const grantPayload = (key: PublicKey, terms: TermsData): Buffer =>
  Buffer.concat([le(7n, 8), key.toBuffer(), encodeTerms(terms, { accountKeys: [] })]);

/** Payload of a renewal. */
export const renewalPayload = (session: PublicKey, revision: number, terms: TermsData): Buffer =>
  Buffer.concat([session.toBuffer(), le(revision, 4), encodeTerms(terms, { accountKeys: [] })]);

/** The instruction `set_owners_proposed`. */
export const setOwnersProposedInstruction = (
  world: Place,
  proposal: Proposal,
): TransactionInstruction =>
  new TransactionInstruction({
    programId: world.programId,
    keys: [
      ...[account(world.config, "w"), account(proposal.address, "w")],
      account(proposal.payer, "w"),
    ],
    data: discriminatorOf("set_owners_proposed"),
  });

/** Changes the owners as the proposal says, as a stranger. */
export const setOwnersProposed = (world: Place, proposal: Proposal): SendResult =>
  sendAs(world, [setOwnersProposedInstruction(world, proposal)], []);

/** What the act of a plan in a proposal needs: its payload and the accounts after the fixed ones. */
function composePlan(
  { config, vault }: Place,
  steps: readonly TransactionInstruction[],
  address: PublicKey,
  payer: PublicKey,
) {
  const fixed = [config, vault, address, payer];
  const composed = composeSteps(
    steps.map((instruction) => ({ rule: 255, instruction })),
    fixed,
  );
  const keys = [
    ...[account(config), account(vault, "w"), account(address, "w"), account(payer, "w")],
    ...composed.accounts,
  ];
  return { keys, plan: planBytes(composed.inner) };
}

/** Proposes a plan of the owners, or a recovery. */
export const proposePlan = (
  world: Place,
  steps: readonly TransactionInstruction[],
  options: ProposalOptions & { readonly kind?: 3 | 4 } = {},
): Proposal =>
  propose(
    world,
    options.kind ?? KIND.plan,
    (address, payer) => {
      const { keys, plan } = composePlan(world, steps, address, payer);
      return Buffer.concat([hashOf(keys.slice(1).map((key) => key.pubkey)), plan]);
    },
    options,
  );

/** The instruction `owner_execute_proposed` or `recover_proposed`, with the accounts of `steps`. */
export function planProposedInstruction(
  world: Place,
  proposal: Proposal,
  steps: readonly TransactionInstruction[],
  name: "owner_execute_proposed" | "recover_proposed" = "owner_execute_proposed",
): TransactionInstruction {
  const { keys } = composePlan(world, steps, proposal.address, proposal.payer);
  return new TransactionInstruction({
    ...{ programId: world.programId, keys, data: discriminatorOf(name) },
  });
}

/** Runs the plan of a proposal, as a stranger. */
export const planProposed = (
  world: Place,
  proposal: Proposal,
  steps: readonly TransactionInstruction[],
  name?: "owner_execute_proposed" | "recover_proposed",
): SendResult => sendAs(world, [planProposedInstruction(world, proposal, steps, name)], []);

/** A proposal's account, decoded. */
export function readProposal(world: Place, { address }: Pick<Proposal, "address">) {
  const found = world.svm.getAccount(address);
  assert.ok(found !== null && found.lamports > 0n, "the proposal has no account");
  const data = Buffer.from(found.data);
  const bits = data.readUInt16LE(12);
  return {
    kind: data[9],
    sealed: data[11] === 1,
    approvals: Array.from({ length: 16 }, (_, i) => (bits >> i) & 1).reduce((a, b) => a + b),
    id: data.readBigUInt64LE(16),
    config: new PublicKey(data.subarray(24, 56)),
    payer: new PublicKey(data.subarray(56, 88)),
    epoch: data.readBigUInt64LE(88),
    ownersRevision: data.readBigUInt64LE(96),
    createdAt: data.readBigInt64LE(104),
    deadline: data.readBigInt64LE(112),
    readyAt: data.readBigInt64LE(120),
    hash: data.subarray(128, 160),
    length: data.readUInt32LE(160),
    written: data.readUInt32LE(164),
    payload: data.subarray(192),
  };
}

/** Whether the account is gone: without lamports, data and program. */
export function isClosed({ svm }: Pick<World, "svm">, { address }: Pick<Proposal, "address">) {
  const found = svm.getAccount(address);
  return found === null || (found.lamports === 0n && found.data.length === 0);
}
