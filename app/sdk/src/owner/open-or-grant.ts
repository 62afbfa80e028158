import { ValetkeyError } from "../errors/index.js";
import { toSessionKey, type SessionKeyLike } from "../keys/session-key.js";
import { sessionContext, type OpenSessionInput } from "../session/open-session.js";
import { createSession, type Session } from "../session/session.js";
import { endedReason, readClosableState, readState } from "../session/state.js";
import type { Terms } from "../terms/index.js";
import type { DepositAmount } from "./amounts.js";
import type { CallOptions, OwnerContext } from "./context.js";
import { doorOf } from "./door.js";
import { grantSession } from "./grant.js";
import { readGranted } from "./granted.js";
import { randomU64 } from "./random.js";
import { renewSession, type RenewInput } from "./renew.js";
import { renewedTerms } from "./renewed-terms.js";
import { sameTerms } from "./same-terms.js";

/** What an owner asks for once. */
export interface SessionRequest extends CallOptions {
  readonly key: SessionKeyLike;
  readonly terms: Terms;
  /** Moved from the wallet into the vault in the same transaction. */
  readonly deposit?: readonly DepositAmount[];
  /** Lamports for the session key, which pays its own fees. */
  readonly fees?: { readonly topUpLamports: bigint };
  /** Priority fee of the session's transactions, micro-lamports per compute unit. */
  readonly computeUnitPrice?: bigint;
  /** The most lamports of priority fee per transaction that instructions from elsewhere may ask for; default 0.01 SOL. */
  readonly mostPriorityLamports?: bigint;
}

/** Opens the live session of a key, or grants one. */
export async function openOrGrant(
  context: OwnerContext,
  request: SessionRequest,
): Promise<Session> {
  const { connection, config, programId, wallet } = context;
  const owner = { renew: (input: RenewInput) => renewSession(context, input) };
  const opened = sessionContext({
    connection,
    key: toSessionKey(request.key),
    owner: wallet.publicKey,
    config,
    programId,
    ...optional(request),
  });
  await context.checkCluster();
  const where = { connection, config, session: opened.address };
  const state = await readState(where);
  const { vault } = context;
  const terms = request.terms.resolve({ now: state.now, vault, programId });
  const { account } = state;
  if (account !== null && endedReason(state) === null) {
    const { allow } = request.terms.input;
    const asRenewed = renewedTerms(account, terms, (index) => allow[index]?.id != null);
    if (sameTerms(account, terms) || sameTerms(account, asRenewed))
      return createSession(opened, state, owner);
    throw new ValetkeyError("InvalidInput", {
      what: "terms",
      reason:
        "this key has a live session on other terms: renew or revoke that one, or use another key",
    });
  }
  const acting = doorOf(context, state.config);
  const granted = { sessionKey: opened.key.publicKey, terms, grantId: randomU64() };
  const { signature } = await grantSession(acting, {
    ...request,
    ...granted,
    ...(request.fees === undefined ? {} : { topUpLamports: request.fees.topUpLamports }),
    now: state.now,
    ended: account === null ? null : (await readClosableState(where)).account,
  });
  return createSession(
    opened,
    await readGranted(acting, { ...granted, where, signature }, request),
    owner,
  );
}

type SessionOptions = Pick<
  OpenSessionInput,
  "computeUnitPrice" | "mostPriorityLamports" | "lookupTables" | "onEvent"
>;

function optional(request: SessionOptions): SessionOptions {
  const { computeUnitPrice, mostPriorityLamports, lookupTables, onEvent } = request;
  return {
    ...(mostPriorityLamports === undefined ? {} : { mostPriorityLamports }),
    ...(computeUnitPrice === undefined ? {} : { computeUnitPrice }),
    ...(lookupTables === undefined ? {} : { lookupTables }),
    ...(onEvent === undefined ? {} : { onEvent }),
  };
}
