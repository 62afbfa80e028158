import {
  PublicKey,
  SYSVAR_CLOCK_PUBKEY,
  type AccountInfo,
  type AccountMeta,
} from "@solana/web3.js";

import { sameBytes } from "../codec/bytes.js";
import {
  decodePayload,
  decodeProposal,
  decodeSession,
  decodeVaultConfig,
  mintsOf,
  proposalHash,
  type ProposalAccount,
  type ProposalPayload,
  type SessionAccount,
} from "../codec/index.js";
import { isValetkeyError, refusal, ValetkeyError } from "../errors/index.js";
import { readAccounts } from "./accounts.js";
import { readClock } from "./clock.js";
import type { OwnerContext } from "./context.js";
import { planAccounts, planHash } from "./plan-accounts.js";
import type { ProposalContent, ProposalState } from "./proposal-state.js";
import { findMints } from "./token.js";

/** Reads where a proposal stands. */
export async function readProposalState(
  { connection, config, programId }: OwnerContext,
  address: PublicKey,
): Promise<ProposalState> {
  const addresses = [config, address, SYSVAR_CLOCK_PUBKEY];
  const [info, found, clock] = await readAccounts(connection, addresses);
  if (info == null) throw new ValetkeyError("VaultNotFound", { config: config.toBase58() });
  const account = proposalOf(found ?? null, programId);
  if (account !== null && account.config !== config.toBase58())
    throw new ValetkeyError("WrongConfig", refusal("WrongConfig"));
  return { account, config: decodeVaultConfig(info.data), now: readClock(clock ?? null) };
}

// Strangers may leave lamports at an address that was closed.
function proposalOf(
  account: AccountInfo<Uint8Array> | null,
  programId: PublicKey,
): ProposalAccount | null {
  if (account === null || (account.data.length === 0 && !account.owner.equals(programId)))
    return null;
  return decodeProposal(account.data);
}

/**
 * Reads what a proposal would do: its bytes, the hash of those very bytes, and what its words need.
 *
 * @throws ValetkeyError `ProposalNotFound`, `ProposalUnreadable`, `NotAProposal`, `WrongConfig`.
 */
export async function readProposal(
  context: OwnerContext,
  address: PublicKey,
  given?: readonly AccountMeta[],
): Promise<{ readonly content: ProposalContent; readonly state: ProposalState }> {
  await context.checkCluster();
  const state = await readProposalState(context, address);
  const { account } = state;
  if (account === null)
    throw new ValetkeyError("ProposalNotFound", { proposal: address.toBase58() });
  const payer = new PublicKey(account.payer);
  const nothing = { payload: null, hash: null, accounts: null, session: null, decimals: {} };
  if (!account.sealed) return { content: { address, payer, ...nothing }, state };
  const hash = proposalHash(account);
  const unreadable = (reason: string, cause?: unknown) =>
    new ValetkeyError("ProposalUnreadable", { proposal: address.toBase58(), reason }, { cause });
  if (!sameBytes(hash, account.hash))
    throw unreadable("its bytes aren't those of the hash that the program wrote");
  const payload = readPayload(account, unreadable);
  const place = { ...context, proposal: address, payer };
  const isPlan = payload.kind === "plan" || payload.kind === "recovery";
  if (isPlan && given !== undefined && !sameBytes(planHash(place, given), payload.keysHash))
    throw unreadable("the accounts that were given aren't those of its hash");
  const accounts = isPlan
    ? (given ?? (await planAccounts(context.connection, place, payload.keysHash)))
    : null;
  const session = await sessionOf(context, payload);
  const decimals = await decimalsOf(context, payload);
  return { content: { address, payer, payload, hash, accounts, session, decimals }, state };
}

function readPayload(
  { kind, payload }: ProposalAccount,
  unreadable: (reason: string, cause: unknown) => ValetkeyError,
): ProposalPayload {
  try {
    return decodePayload(kind, payload);
  } catch (cause) {
    if (!isValetkeyError(cause)) throw cause;
    throw unreadable(cause.message, cause);
  }
}

async function sessionOf(
  { connection }: OwnerContext,
  payload: ProposalPayload,
): Promise<SessionAccount | null> {
  if (payload.kind !== "renewal") return null;
  const [account] = await readAccounts(connection, [new PublicKey(payload.session)]);
  return account == null ? null : decodeSession(account.data);
}

async function decimalsOf(
  { connection }: OwnerContext,
  payload: ProposalPayload,
): Promise<Readonly<Record<string, number>>> {
  if (!("terms" in payload)) return {};
  const mints = mintsOf(payload.terms);
  const found = await findMints(
    connection,
    mints.map((mint) => new PublicKey(mint)),
  );
  const known = found.flatMap((info) =>
    info === null ? [] : [[info.mint.toBase58(), info.decimals] as const],
  );
  return Object.fromEntries(known);
}
