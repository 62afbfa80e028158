import type { AccountMeta, Connection, PublicKey } from "@solana/web3.js";

import { findVault, findVaultConfig, VALETKEY_PROGRAM_ID } from "../addresses.js";
import type { VaultConfig } from "../codec/index.js";
import { invalid } from "../errors/error.js";
import type { Line } from "../grant/describe.js";
import type { Landed } from "../send/index.js";
import type { Session } from "../session/session.js";
import type { Amount, DepositAmount } from "./amounts.js";
import { clusterCheck } from "./cluster.js";
import { readConfig, type CallOptions, type OwnerContext } from "./context.js";
import { deposit } from "./deposit.js";
import { execute, type ExecuteInput } from "./execute.js";
import { findProposals, type ProposalFilter } from "./find-proposals.js";
import { findSessions, type FoundSession } from "./find-sessions.js";
import { openOrGrant, type SessionRequest } from "./open-or-grant.js";
import type { OwnersInput } from "./owners.js";
import { openProposal, type Proposal } from "./proposal.js";
import { createPropose, type Propose } from "./propose.js";
import { describeRenewal, renewSession, type Renewal, type RenewInput } from "./renew.js";
import { revokeAll, revokeSession, type RevokeInput } from "./revoke.js";
import { setOwners, type OwnersChange } from "./set-owners.js";
import { toOwnerWallet, type WalletLike } from "./wallet.js";
import { withdraw, type Withdrawal } from "./withdraw.js";

/**
 * A vault in the hands of an owner's wallet. Creating it asks nobody and reads nothing.
 *
 * Acts of a vault with several owners need a threshold of them: as many as the wallet and its cosigners are sign at once. Where that
 * isn't enough, or the vault has a timelock, the act throws `ThresholdNotMet` or `TimelockRequiresProposal` before anything is asked:
 * the same act by `propose` waits on chain for the others.
 */
export interface Owner {
  /** The wallet. */
  readonly publicKey: PublicKey;
  readonly config: PublicKey;
  readonly vault: PublicKey;
  /**
   * The session of this key on these terms: the live one if there is one (the wallet isn't asked, nothing is deposited), else a
   * new one by one transaction with one signature, the wallet's. Terms that don't fit one transaction take several, signed together
   * (`signAllTransactions`, where the wallet has it).
   *
   * @throws ValetkeyError `TermsTooLarge`, `GrantDiffers`, `InvalidInput` when the key has a live session on other terms, `WalletRefused`, …
   * @example
   * const session = await owner.session({ key, terms: myTerms, fees: { topUpLamports: 5_000_000n } });
   */
  readonly session: (request: SessionRequest) => Promise<Session>;
  /**
   * Gives a live session new terms, without stopping it: its key, its start and everything that it spent stay.
   *
   * @throws ValetkeyError `SessionNotFound`, `SessionEnded`, `SpentLimitDropped`, `PeriodInUse`, `RuleIdReused`, `TermsTooLarge`, …
   * @example
   * const { difference } = await owner.renew({ session, terms: myTerms });
   */
  readonly renew: (input: RenewInput) => Promise<Renewal>;
  /** What a renewal would change, in words; nothing is sent, nobody is asked. */
  readonly describeRenewal: (input: RenewInput) => Promise<readonly Line[]>;
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
  /** Runs instructions that the vault signs, on its owners' authority alone. */
  readonly execute: (input: ExecuteInput) => Promise<Landed>;
  /** The same for a vault that isn't System-owned any more, or has data; `VaultSound` when it needs no repair. */
  readonly recover: (input: ExecuteInput) => Promise<Landed>;
  /** Sets owners, threshold and timelock; every session, grant text and proposal of the vault ends with it. */
  readonly setOwners: (input: OwnersInput & CallOptions) => Promise<OwnersChange>;
  /**
   * The acts that others must approve too, or that must wait.
   *
   * @example
   * const proposal = await owner.propose.session({ sessionKey, terms: myTerms });
   * for (const { text, level } of proposal.describe()) show(text, level);
   */
  readonly propose: Propose;
  /** Lists the open proposals of this vault. */
  readonly proposals: (filter?: ProposalFilter) => Promise<readonly Proposal[]>;
  /**
   * Opens one proposal. `accounts` are those of a plan, from `proposal.accounts` of whoever proposed it, for endpoints whose ledger
   * doesn't go back so far; others than were hashed are `ProposalUnreadable`.
   */
  readonly proposal: (
    address: PublicKey,
    input?: { readonly accounts?: readonly AccountMeta[] },
  ) => Promise<Proposal>;
  /** Lists the sessions of this vault, ended ones too. */
  readonly findSessions: () => Promise<readonly FoundSession[]>;
  /** Ends one session: any one owner, at once. */
  readonly revokeSession: (input: RevokeInput) => Promise<Landed>;
  /** Ends every session of this vault, and every grant and proposal that hasn't landed: any one owner, at once. */
  readonly revokeAll: (options?: CallOptions) => Promise<Landed>;
  /** Owners, threshold, timelock and epoch as they are now; null when the vault was never opened. */
  readonly readConfig: () => Promise<VaultConfig | null>;
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
  /**
   * Which of the owner's vaults: 0 (default) is the owner's own, 1 to 255 are for apps: what lies in one is out of reach of the
   * sessions of every other.
   */
  readonly vaultIndex?: number;
  /** The config of an existing vault, such as a council's, of which the wallet is an owner. Instead of `vaultIndex`. */
  readonly config?: PublicKey;
  /** Wallets of further owners who are at hand: their signatures are asked for whenever an act needs more than one. */
  readonly cosigners?: readonly WalletLike[];
  readonly programId?: PublicKey;
}): Owner {
  const { connection, cosigners = [], programId = VALETKEY_PROGRAM_ID } = input;
  if (input.config !== undefined && input.vaultIndex !== undefined)
    throw invalid("createOwner", "give either config or vaultIndex");
  const wallet = toOwnerWallet(input.wallet);
  const vaultIndex = input.config === undefined ? (input.vaultIndex ?? 0) : null;
  const config =
    input.config ?? findVaultConfig({ owner: wallet.publicKey, index: vaultIndex ?? 0, programId });
  const context: OwnerContext = {
    ...{ connection, programId, wallet, vaultIndex, config },
    cosigners: cosigners
      .map(toOwnerWallet)
      .filter(({ publicKey }, i, all) => isFirst(publicKey, i, all, wallet.publicKey)),
    vault: findVault({ config, programId }),
    checkCluster: clusterCheck(connection, programId),
  };
  return {
    publicKey: wallet.publicKey,
    config,
    vault: context.vault,
    session: (request) => openOrGrant(context, request),
    renew: (request) => renewSession(context, request),
    describeRenewal: (request) => describeRenewal(context, request),
    deposit: (request) => deposit(context, request),
    withdraw: (request) => withdraw(context, request),
    execute: (request) => execute(context, request),
    recover: (request) => execute(context, request, true),
    setOwners: (request) => setOwners(context, request),
    propose: createPropose(context),
    proposals: (filter = {}) => findProposals(context, filter),
    proposal: (address, { accounts } = {}) => openProposal(context, address, accounts),
    findSessions: () => findSessions({ connection, programId, config }),
    revokeSession: (request) => revokeSession(context, request),
    revokeAll: (options = {}) => revokeAll(context, options),
    readConfig: async () => {
      await context.checkCluster();
      return await readConfig(context);
    },
  };
}

function isFirst(
  key: PublicKey,
  index: number,
  all: readonly { readonly publicKey: PublicKey }[],
  wallet: PublicKey,
): boolean {
  return !key.equals(wallet) && all.findIndex(({ publicKey }) => publicKey.equals(key)) === index;
}
