import type { AccountMeta, PublicKey, TransactionInstruction } from "@solana/web3.js";

import { findProposal } from "../addresses.js";
import type { ProposalPayload, VaultConfig } from "../codec/index.js";
import { composeOwnerPlan } from "../compose/index.js";
import { isValetkeyError, refusal, ValetkeyError } from "../errors/index.js";
import { sleep } from "../send/abort.js";
import type { Terms } from "../terms/index.js";
import { usableTables } from "./act.js";
import { chainNow } from "./clock.js";
import { readConfig, type CallOptions, type OwnerContext } from "./context.js";
import { opening } from "./deposit.js";
import { presentOwners } from "./door.js";
import { sortParts, type ExecuteInput } from "./execute.js";
import { landProposal } from "./land-proposal.js";
import { checkOwners, type OwnersInput } from "./owners.js";
import { planHash } from "./plan-accounts.js";
import { openProposal, type Proposal } from "./proposal.js";
import { randomU64 } from "./random.js";
import { prepareRenewal, type RenewInput } from "./renew.js";
import { writeProposal } from "./write-proposal.js";

/** Members that every proposal takes. */
export interface ProposeOptions extends CallOptions {
  /** How long it may be approved and enacted, at most 60 days; left out: 7 days, and the timelock. */
  readonly deadlineSeconds?: number;
  /** Whether the wallet (and its cosigners) approve at once where they are owners. Default true. */
  readonly approve?: boolean;
}

/** Acts that go through a proposal: anyone may write one, the owners approve it, anyone enacts it. */
export interface Propose {
  /** A session for a key, wherever that key is. */
  readonly session: (
    input: { readonly sessionKey: PublicKey; readonly terms: Terms } & ProposeOptions,
  ) => Promise<Proposal>;
  /** New terms for a live session. Another renewal in between makes it void. */
  readonly renew: (input: RenewInput & ProposeOptions) => Promise<Proposal>;
  /** Other owners, threshold or timelock. */
  readonly setOwners: (input: OwnersInput & ProposeOptions) => Promise<Proposal>;
  /** Instructions that the vault signs. Creations of token accounts that the wallet pays for run at once. */
  readonly execute: (input: ExecuteInput & ProposeOptions) => Promise<Proposal>;
  /** The same for a vault that isn't System-owned, or has data. */
  readonly recover: (input: ExecuteInput & ProposeOptions) => Promise<Proposal>;
}

/** The acts of an owner, by proposal. */
export function createPropose(context: OwnerContext): Propose {
  return {
    session: async (input) => {
      const { vault, programId } = context;
      const now = await chainNow(context.connection);
      const terms = input.terms.resolve({ now, vault, programId });
      const sessionKey = input.sessionKey.toBase58();
      return await propose(context, input, () => ({
        payload: { kind: "grant", grantId: randomU64(), sessionKey, terms },
      }));
    },
    renew: async (input) => {
      const { address, session, terms } = await prepareRenewal(context, input);
      const { revision } = session;
      return await propose(context, input, () => ({
        payload: { kind: "renewal", session: address.toBase58(), revision, terms },
      }));
    },
    setOwners: async (input) => {
      const wanted = checkOwners(input, context);
      return await propose(context, input, () => ({ payload: { kind: "owners", ...wanted } }));
    },
    execute: async (input) => await proposePlan(context, input, "plan"),
    recover: async (input) => await proposePlan(context, input, "recovery"),
  };
}

function proposePlan(
  context: OwnerContext,
  input: ExecuteInput & ProposeOptions,
  kind: "plan" | "recovery",
): Promise<Proposal> {
  const payer = context.wallet.publicKey;
  const { before, inside } = sortParts(input.instructions, payer);
  return propose(context, input, (address) => ({
    ...planPayload(context, { address, payer, kind, instructions: inside }),
    before,
  }));
}

/** A plan as a proposal at `address` carries it, and its accounts from index 4 on. */
export function planPayload(
  { programId, config, vault }: OwnerContext,
  input: {
    readonly address: PublicKey;
    readonly payer: PublicKey;
    readonly kind: "plan" | "recovery";
    readonly instructions: readonly TransactionInstruction[];
  },
): { readonly payload: ProposalPayload; readonly accounts: readonly AccountMeta[] } {
  const { address, payer, kind, instructions } = input;
  const { inner, accounts } = composeOwnerPlan({
    ...{ programId, config, vault, instructions },
    ...{ owners: [], proposal: { address, payer } },
  });
  const keysHash = planHash({ programId, config, vault, proposal: address, payer }, accounts);
  return { payload: { kind, keysHash, inner }, accounts };
}

interface Proposed {
  readonly payload: ProposalPayload;
  readonly accounts?: readonly AccountMeta[];
  readonly before?: readonly TransactionInstruction[];
}

async function propose(
  context: OwnerContext,
  options: ProposeOptions,
  make: (address: PublicKey) => Proposed,
): Promise<Proposal> {
  await context.checkCluster();
  const { config, programId } = context;
  const state = await readConfig(context);
  const id = randomU64();
  const address = findProposal({ config, id, programId });
  const { payload, accounts, before = [] } = make(address);
  const now = await chainNow(context.connection);
  const tables = await usableTables(context, options);
  const approves = options.approve ?? true;
  const written = writeProposal(
    context,
    {
      ...{ payload, id, epoch: state?.epoch ?? 1n, deadline: deadlineOf(options, state, now) },
      ...{ mentioned: accounts ?? [], first: [...opening(context, state), ...before] },
      approvers: approves ? approversAmong(context, state) : [],
      ...{ around: [], enact: null },
    },
    tables,
  );
  await landProposal(context, written, tables, options);
  return await opened(context, address, accounts);
}

function approversAmong(context: OwnerContext, state: VaultConfig | null): readonly PublicKey[] {
  return state === null ? [context.wallet.publicKey] : presentOwners(context, state);
}

const WEEK = 604_800;
const LONGEST = 5_184_000;

function deadlineOf(
  { deadlineSeconds }: ProposeOptions,
  state: VaultConfig | null,
  now: bigint,
): bigint {
  const timelock = state?.timelockSeconds ?? 0;
  const seconds = deadlineSeconds ?? Math.min(LONGEST, WEEK + timelock);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > LONGEST) {
    const detail = `${seconds.toString()} seconds aren't possible: 1 second to 60 days are.`;
    throw new ValetkeyError("DeadlineTooFar", refusal("DeadlineTooFar", { detail }));
  }
  if (seconds <= timelock) {
    const reason = `it waits ${timelock.toString()} seconds after its last approval: that would be too late`;
    throw new ValetkeyError("InvalidInput", { what: "deadlineSeconds", reason });
  }
  return now + BigInt(seconds);
}

// An endpoint of many machines may answer from one that is a little behind.
async function opened(
  context: OwnerContext,
  address: PublicKey,
  accounts: readonly AccountMeta[] | undefined,
): Promise<Proposal> {
  for (const pause of [200, 400, 800, 1_600])
    try {
      return await openProposal(context, address, accounts);
    } catch (error) {
      if (!isValetkeyError(error, "ProposalNotFound")) throw error;
      await sleep(pause);
    }
  return await openProposal(context, address, accounts);
}
