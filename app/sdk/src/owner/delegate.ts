// Delegate mode: tokens stay in a wallet's account, and the vault may take from it what a session's limits say.
import { PublicKey, type Connection, type TransactionInstruction } from "@solana/web3.js";

import type { LimitData, SessionLimit } from "../codec/index.js";
import { invalid } from "../errors/error.js";
import { isValetkeyError, ValetkeyError } from "../errors/index.js";
import { readTokenAccount, type TokenAccount } from "../policy/index.js";
import { endedReason, readState } from "../session/state.js";
import { readAccounts } from "./accounts.js";
import type { OwnerContext } from "./context.js";
import { findSessions } from "./find-sessions.js";
import {
  approveChecked,
  associatedToken,
  createAssociatedToken,
  NATIVE_MINT,
  readMints,
  revokeApproval,
  type MintInfo,
} from "./token.js";

/** A vault, and the wallets that sign the transaction. */
export interface DelegateContext {
  readonly connection: Connection;
  readonly programId: PublicKey;
  readonly config: PublicKey;
  readonly vault: PublicKey;
  /** Pays rent. */
  readonly payer: PublicKey;
  readonly wallets: readonly PublicKey[];
}

/** The vault of an owner, and every wallet that signs for it. */
export function delegateContext(context: OwnerContext): DelegateContext {
  const { connection, programId, config, vault, wallet, cosigners } = context;
  const wallets = [wallet, ...cosigners].map(({ publicKey }) => publicKey);
  return { connection, programId, config, vault, payer: wallet.publicKey, wallets };
}

/** A limit, with what was spent of it when it has a past. */
export type DelegatedLimit = LimitData & Partial<Pick<SessionLimit, "spent">>;

/** A wallet's associated token account, as it stands. */
interface Slot {
  readonly limit: DelegatedLimit;
  readonly mint: MintInfo;
  readonly wallet: PublicKey;
  readonly account: PublicKey;
  /** Null when there is no such account yet. */
  readonly token: TokenAccount | null;
  readonly approved: bigint;
  readonly frozen: boolean;
}

/**
 * Instructions by which the wallets approve for the vault exactly what the session's limits have left of their tokens, never more.
 * Nothing where just that is approved already, nor for wallets that don't sign here.
 *
 * @throws ValetkeyError `DelegateSlotTaken` when an account's delegate is another's, or another live session of this vault takes
 * from it; `InvalidInput` when a wallet's associated account was handed on.
 */
export async function approvals(
  context: DelegateContext,
  input: {
    /** The session that will take. */
    readonly session: PublicKey;
    readonly limits: readonly LimitData[];
    /**
     * The limits that the session has had until now, with what was spent of them: what none of `limits` speaks of any more is
     * revoked.
     */
    readonly before?: readonly DelegatedLimit[];
  },
): Promise<readonly TransactionInstruction[]> {
  const { session, limits, before = [] } = input;
  const dropped = before.filter((old) => !limits.some((limit) => sameSlot(limit, old)));
  // What was spent stays counted, so that only the rest of a new total is approved.
  const counted = limits.map((limit) => ({
    ...limit,
    spent: before.find((old) => sameSlot(limit, old))?.spent ?? 0n,
  }));
  const slots = await readSlots(context, counted);
  const takers = slots.length === 0 ? [] : await otherTakers(context, session);
  // An approval for this vault is surely this session's when it had the limit before.
  const known = before.length > 0;
  for (const slot of slots) refuseTaken(context, slot, { takers, known });
  const more = slots.flatMap((slot) => approval(context, slot));
  return [...more, ...(await revocations(context, { session, limits: dropped }))];
}

/**
 * Instructions by which the wallets take back what they approved for the vault. Another's approval stays untouched, and so does one
 * from which another live session of the vault takes; a frozen account can't be told anything.
 */
export async function revocations(
  context: DelegateContext,
  input: { readonly session: PublicKey; readonly limits: readonly LimitData[] },
): Promise<readonly TransactionInstruction[]> {
  const slots = await readSlots(context, input.limits);
  const ours = slots.filter((slot) => isOurs(context, slot) && !slot.frozen);
  const takers = ours.length === 0 ? [] : await otherTakers(context, input.session);
  const free = ours.filter(({ limit }) => takerOf(takers, limit) === undefined);
  return free.map(revocation);
}

function approval(context: DelegateContext, slot: Slot): readonly TransactionInstruction[] {
  const { limit, mint, wallet, account, token, approved } = slot;
  const { total, spent = 0n } = limit;
  const amount = total > spent ? total - spent : 0n;
  const ours = isOurs(context, slot);
  if (amount === 0n) return ours ? [revocation(slot)] : [];
  if (ours && approved === amount) return [];
  const open = token === null ? [createAssociatedToken(context.payer, wallet, mint)] : [];
  const delegate = context.vault;
  return [...open, approveChecked({ mint, account, delegate, owner: wallet, amount })];
}

function revocation({ mint, account, wallet }: Slot): TransactionInstruction {
  return revokeApproval({ tokenProgram: mint.tokenProgram, account, owner: wallet });
}

function isOurs({ vault }: DelegateContext, { token }: Slot): boolean {
  return token?.delegate === vault.toBase58();
}

function refuseTaken(
  context: DelegateContext,
  slot: Slot,
  { takers, known }: { readonly takers: readonly Taker[] | null; readonly known: boolean },
): void {
  const { limit, mint, account, token } = slot;
  const delegate = token?.delegate ?? null;
  const taker = takerOf(takers, limit);
  // Without an index an approval for this vault may be any session's, unless this session had it before.
  const unsure = takers === null && !known && isOurs(context, slot);
  const foreign = delegate !== null && !isOurs(context, slot);
  if (taker === undefined && !foreign && !unsure) return;
  throw new ValetkeyError("DelegateSlotTaken", {
    ...{ mint: mint.mint.toBase58(), account: account.toBase58(), delegate },
    ...(taker === undefined ? {} : { session: taker.session }),
  });
}

/** A session, and what it may take. */
interface Taker {
  readonly session: string;
  readonly limits: readonly LimitData[];
}

function takerOf(takers: readonly Taker[] | null, limit: LimitData): Taker | undefined {
  return takers?.find(({ limits }) => limits.some((other) => sameSlot(other, limit)));
}

/** Other live sessions of the vault and their limits; null when the endpoint can't tell. */
async function otherTakers(
  { connection, programId, config, vault }: DelegateContext,
  session: PublicKey,
): Promise<readonly Taker[] | null> {
  const found = await findSessions({ connection, programId, vault }).catch((error: unknown) => {
    if (isValetkeyError(error, "IndexUnavailable")) return null;
    throw error;
  });
  const others = found?.filter(({ address }) => !address.equals(session)) ?? [];
  if (found === null || others.length === 0) return found === null ? null : [];
  const state = await readState({ connection, config, session });
  return others
    .filter(({ account }) => endedReason({ ...state, account }) === null)
    .map(({ address, account }) => ({ session: address.toBase58(), limits: account.limits }));
}

async function readSlots(
  { connection, wallets }: DelegateContext,
  limits: readonly DelegatedLimit[],
): Promise<readonly Slot[]> {
  const wanted = limits.flatMap((limit) => {
    const wallet = wallets.find((one) => one.toBase58() === limit.source);
    return wallet === undefined ? [] : [{ limit, wallet }];
  });
  if (wanted.length === 0) return [];
  const mints = await readMints(
    connection,
    // A wallet's SOL that a delegate can take is wrapped.
    wanted.map(({ limit }) => (limit.asset === "SOL" ? NATIVE_MINT : new PublicKey(limit.asset))),
  );
  const placed = wanted.flatMap((one, i) => {
    const mint = mints[i];
    return mint === undefined ? [] : [{ ...one, mint, account: associatedToken(one.wallet, mint) }];
  });
  const infos = await readAccounts(
    connection,
    placed.map(({ account }) => account),
  );
  return placed.map((one, i) => {
    const info = infos[i] ?? null;
    const token = info && readTokenAccount({ owner: info.owner.toBase58(), data: info.data });
    if (token !== null && token.owner !== one.wallet.toBase58())
      throw invalid(one.account.toBase58(), `it was handed on: its owner is ${token.owner}`);
    const approved = info === null ? 0n : delegatedAmount(info.data);
    return { ...one, token, approved, frozen: info?.data[STATE] === FROZEN };
  });
}

// The same offsets in a token account of either program.
const STATE = 108;
const FROZEN = 2;
const DELEGATED_AMOUNT = 121;

function delegatedAmount(data: Uint8Array): bigint {
  if (data.length < DELEGATED_AMOUNT + 8) return 0n;
  return new DataView(data.buffer, data.byteOffset).getBigUint64(DELEGATED_AMOUNT, true);
}

function sameSlot(a: LimitData, b: LimitData): boolean {
  return a.asset === b.asset && a.source === b.source;
}
