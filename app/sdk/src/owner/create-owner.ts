import type { Connection, PublicKey, TransactionInstruction } from "@solana/web3.js";

import { findVault, findVaultConfig, VALETKEY_PROGRAM_ID } from "../addresses.js";
import { ValetkeyError } from "../errors/index.js";
import { toSessionKey, type SessionKeyLike } from "../keys/session-key.js";
import type { Landed } from "../send/index.js";
import type { Session } from "../session/session.js";
import { createSession } from "../session/session.js";
import { sessionContext, type OpenSessionInput } from "../session/open-session.js";
import { endedReason, readClosableState, readState } from "../session/state.js";
import type { Terms } from "../terms/index.js";
import type { Amount, DepositAmount } from "./amounts.js";
import { clusterCheck } from "./cluster.js";
import type { CallOptions, OwnerContext } from "./context.js";
import { deposit } from "./deposit.js";
import { execute } from "./execute.js";
import { findSessions, type FoundSession } from "./find-sessions.js";
import { randomU64, readGranted } from "./granted.js";
import { grantSession } from "./grant.js";
import { revokeAll, revokeSession, type RevokeInput } from "./revoke.js";
import { sameTerms } from "./same-terms.js";
import { toOwnerWallet, type WalletLike } from "./wallet.js";
import { withdraw, type Withdrawal } from "./withdraw.js";

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

/** An owner's wallet and its vault. Creating it asks nobody and reads nothing. */
export interface Owner {
  readonly publicKey: PublicKey;
  readonly config: PublicKey;
  readonly vault: PublicKey;
  /**
   * The session of this key on these terms: the live one if there is one (the wallet isn't asked, nothing is deposited), else a
   * new one by one transaction with one signature, the wallet's.
   *
   * @throws ValetkeyError `TermsTooLarge`, `GrantDiffers`, `InvalidInput` when the key has a live session on other terms, `WalletRefused`, …
   * @example
   * const session = await owner.session({ key, terms: myTerms, fees: { topUpLamports: 5_000_000n } });
   */
  readonly session: (request: SessionRequest) => Promise<Session>;
  /** Moves assets of the wallet into the vault. */
  readonly deposit: (
    input: { readonly amounts: readonly DepositAmount[] } & CallOptions,
  ) => Promise<Landed>;
  /**
   * Moves assets of the vault to the wallet: a list, or `"everything"`. Needs no session. Of everything, what can't move is
   * skipped, and tokens that their mint declares non-transferable are burned.
   */
  readonly withdraw: (
    input: { readonly amounts: readonly Amount[] | "everything" } & CallOptions,
  ) => Promise<Withdrawal>;
  /** Runs instructions that the vault signs, on the owner's authority alone. */
  readonly execute: (
    input: { readonly instructions: readonly TransactionInstruction[] } & CallOptions,
  ) => Promise<Landed>;
  /** Lists the sessions of this vault, ended ones too. */
  readonly findSessions: () => Promise<readonly FoundSession[]>;
  /** Ends one session. */
  readonly revokeSession: (input: RevokeInput) => Promise<Landed>;
  /** Ends every session of this vault, and every grant that hasn't landed. */
  readonly revokeAll: (options?: CallOptions) => Promise<Landed>;
}

/**
 * An owner by its wallet: wallet-adapter's object, Anchor's `Wallet`, or a `Keypair`.
 *
 * @throws ValetkeyError `WalletRefused` when the wallet isn't connected or can't sign.
 * @example
 * const owner = createOwner({ connection, wallet });
 * const session = await owner.session({ key: generateKey(), terms: myTerms });
 */
export function createOwner(input: {
  readonly connection: Connection;
  readonly wallet: WalletLike;
  /** Which of the owner's vaults: 0 (default) is the owner's own, 1 to 255 are for apps. */
  readonly vaultIndex?: number;
  readonly programId?: PublicKey;
}): Owner {
  const { connection, vaultIndex = 0, programId = VALETKEY_PROGRAM_ID } = input;
  const wallet = toOwnerWallet(input.wallet);
  const owner = wallet.publicKey;
  const config = findVaultConfig({ owner, index: vaultIndex, programId });
  const vault = findVault({ config, programId });
  const checkCluster = clusterCheck(connection, programId);
  const context = { connection, programId, wallet, vaultIndex, config, vault, checkCluster };
  return {
    publicKey: owner,
    config,
    vault,
    session: (request) => openOrGrant(context, request),
    deposit: (request) => deposit(context, request),
    withdraw: (request) => withdraw(context, request),
    execute: (request) => execute(context, request),
    findSessions: () => findSessions({ connection, programId, owner, vaultIndex }),
    revokeSession: (request) => revokeSession(context, request),
    revokeAll: (options = {}) => revokeAll(context, options),
  };
}

async function openOrGrant(context: OwnerContext, request: SessionRequest): Promise<Session> {
  const { connection, config, programId, vaultIndex, wallet } = context;
  const opened = sessionContext({
    connection,
    key: toSessionKey(request.key),
    owner: wallet.publicKey,
    vaultIndex,
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
    if (sameTerms(account, terms)) return createSession(opened, state);
    throw new ValetkeyError("InvalidInput", {
      what: "terms",
      reason: "this key has a live session on other terms: revoke that one, or use another key",
    });
  }
  const granted = { sessionKey: opened.key.publicKey, terms, grantId: randomU64() };
  const { signature } = await grantSession(context, {
    ...request,
    ...granted,
    ...(request.fees === undefined ? {} : { topUpLamports: request.fees.topUpLamports }),
    config: state.config,
    ended: account === null ? null : (await readClosableState(where)).account,
  });
  return createSession(
    opened,
    await readGranted(context, { ...granted, where, signature }, request),
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
