import type { PublicKey } from "@solana/web3.js";

import { findSession } from "../addresses.js";
import {
  decodeSession,
  mintsOf,
  renewSessionInstruction,
  renewSessionProposedInstruction,
  type SessionAccount,
  type TermsData,
} from "../codec/index.js";
import { ValetkeyError } from "../errors/index.js";
import type { Line } from "../grant/describe.js";
import { describeDifference } from "../grant/difference.js";
import type { Names } from "../grant/names.js";
import type { Landed } from "../send/index.js";
import { endedReason, readState } from "../session/state.js";
import type { Session } from "../session/session.js";
import { checkRenewal } from "../terms/check-renewal.js";
import type { Terms } from "../terms/index.js";
import { readAccounts } from "./accounts.js";
import { actOf } from "./act.js";
import { actAtOnce } from "./at-once.js";
import type { CallOptions, OwnerContext } from "./context.js";
import { approvals, delegateContext } from "./delegate.js";
import { doorOf } from "./door.js";
import { renewedTerms } from "./renewed-terms.js";

/** New terms for a live session. */
export interface RenewInput extends CallOptions {
  /** The session, or its key. */
  readonly session: Session | PublicKey;
  /** Everything that it may do from now on. What was spent stays counted, and its start stays. */
  readonly terms: Terms;
  /** Names for the difference in words. */
  readonly names?: Names;
}

/** A renewal that landed. */
export interface Renewal extends Landed {
  /** What changed, in words. */
  readonly difference: readonly Line[];
}

/** A renewal, worked out and checked. */
export interface PreparedRenewal {
  readonly address: PublicKey;
  readonly session: SessionAccount;
  readonly terms: TermsData;
  readonly now: bigint;
  readonly difference: readonly Line[];
  readonly context: OwnerContext;
  readonly config: Awaited<ReturnType<typeof readState>>["config"];
}

/** Reads the session, lays the new terms out for it, and checks them. */
export async function prepareRenewal(
  context: OwnerContext,
  input: RenewInput,
): Promise<PreparedRenewal> {
  const { connection, programId, config, vault } = context;
  await context.checkCluster();
  const sessionKey = "send" in input.session ? input.session.key.publicKey : input.session;
  const address = findSession({ config, sessionKey, programId });
  const state = await readState({ connection, config, session: address });
  const [raw] = await readAccounts(connection, [address]);
  if (state.account === null || raw == null)
    throw new ValetkeyError("SessionNotFound", {
      ...{ session: address.toBase58(), config: config.toBase58() },
      sessionKey: sessionKey.toBase58(),
    });
  const reason = endedReason(state);
  if (reason !== null)
    throw new ValetkeyError("SessionEnded", { session: address.toBase58(), reason });
  const session = decodeSession(raw.data);
  const { allow } = input.terms.input;
  const resolved = input.terms.resolve({ now: state.now, vault, programId });
  const terms = renewedTerms(session, resolved, (index) => allow[index]?.id != null);
  checkRenewal({ session, size: raw.data.length, terms, now: state.now });
  const difference = describeDifference(session, terms, input.names);
  return { address, session, terms, now: state.now, difference, context, config: state.config };
}

/** What a renewal would change, in words; nothing is sent. */
export async function describeRenewal(
  context: OwnerContext,
  input: RenewInput,
): Promise<readonly Line[]> {
  return (await prepareRenewal(context, input)).difference;
}

/**
 * Gives a live session new terms: one transaction with the signatures of the owners present, or a proposal that they finish. Wallets
 * among them whose delegate the vault is approve what the new limits have left.
 */
export async function renewSession(context: OwnerContext, input: RenewInput): Promise<Renewal> {
  const { address, session, terms, now, difference, config } = await prepareRenewal(context, input);
  const acting = doorOf(context, config);
  const { programId, owners, state, wallet } = acting;
  const { revision } = session;
  const { limits } = terms;
  const slots = { session: address, limits, before: session.limits };
  const around = await approvals(delegateContext(context), slots);
  const act = actOf(around, (bindKeys, tables) => {
    const held = tables.flatMap(({ state: { addresses } }) => addresses.map(String));
    const cheap = new Set([...mintsOf(terms), ...held]);
    return renewSessionInstruction({
      ...{ programId, config: context.config, session: address, owners, terms, revision, bindKeys },
      epoch: state?.epoch ?? 1n,
      accountKeys: terms.keys.filter((key) => cheap.has(key)),
    });
  });
  const longWay = () => ({
    payload: { kind: "renewal", session: address.toBase58(), revision, terms } as const,
    ...{ now, subject: address, first: [], around },
    enact: (proposal: PublicKey) =>
      renewSessionProposedInstruction({
        ...{ programId, config: context.config, session: address },
        ...{ proposal, proposalPayer: wallet.publicKey, mints: mintsOf(terms) },
      }),
  });
  const landed = await actAtOnce(acting, act, longWay, input);
  // A session object learns its new terms at once.
  if ("send" in input.session) await input.session.remaining().catch(() => undefined);
  return { ...landed, difference };
}
