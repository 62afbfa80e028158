import type { AddressLookupTableAccount, TransactionInstruction } from "@solana/web3.js";

import { decodeEvents, type ValetkeyEvent } from "../codec/index.js";
import type { Change, MinReceive, PositionKey } from "../compose/index.js";
import { isProgramErrorCode, isValetkeyError, ValetkeyError } from "../errors/index.js";
import { throwIfAborted } from "../send/abort.js";
import type { OnEvent } from "../send/events.js";
import type { Landed } from "../send/index.js";
import { sendAttempt, withOnce } from "./attempt.js";
import { preparePlan, toLists, type ReadyPlan } from "./compose.js";
import type { SessionContext } from "./context.js";
import type { CallFees } from "./fees.js";
import type { OnceNumbers } from "./once.js";
import type { SessionStore } from "./store.js";
import type { SessionTables } from "./tables.js";

/** The parts of a session that its calls share. */
export interface SessionParts {
  readonly context: SessionContext;
  readonly store: SessionStore;
  readonly numbers: OnceNumbers;
  readonly tables: SessionTables;
  /** Position keys that were handed out. */
  readonly positionKeys: () => readonly PositionKey[];
}

/** Members that every send takes. */
export interface SendOptions {
  /** Tables that may be used beside the session's own, e.g. those that a router names. */
  readonly lookupTables?: readonly AddressLookupTableAccount[];
  /** At least these amounts must be in the vault's hands after the whole plan, or nothing happens. */
  readonly minReceive?: MinReceive;
  /** How the fees are paid; left out, the session key pays them for good. */
  readonly fees?: CallFees;
  /** The most lamports of priority fee that compute-budget instructions in the list may ask for; default 0.01 SOL. */
  readonly mostPriorityLamports?: bigint;
  /**
   * The number of an earlier call that may still land, from the context of its `Aborted` or `NotConfirmed`: of both calls at most
   * one runs, and `AlreadyExecuted` says that the earlier did. For one list only, and not for native instructions alone. Left
   * out: a new number.
   */
  readonly once?: bigint;
  readonly signal?: AbortSignal;
  readonly onEvent?: OnEvent;
}

/** What the session's own parts may say beside. */
export interface InnerOptions extends SendOptions {
  /** Tables whose entries must be looked up in them. */
  readonly keepTables?: readonly AddressLookupTableAccount[];
}

/** A list of instructions that ran: all of it, in one transaction. */
export interface Sent extends Landed {
  /** The number under which it could run only once; null for native instructions alone, which carry none. */
  readonly once: bigint | null;
  /** The program's own events. */
  readonly events: readonly ValetkeyEvent[];
  /** What was done differently from what was asked, in words. */
  readonly changes: readonly Change[];
}

// Numbers that others took, and renewals that came between.
const MOST_NUMBERS = 6;
const MOST_RENEWALS = 4;

/** Runs lists of instructions in the session, one transaction each, in order. */
export async function sendLists(
  parts: SessionParts,
  instructions: readonly TransactionInstruction[] | readonly (readonly TransactionInstruction[])[],
  options: InnerOptions,
): Promise<readonly Sent[]> {
  const sent: Sent[] = [];
  const lists = toLists(instructions);
  if (options.once !== undefined && lists.length !== 1)
    throw onceRefused("one number stands for one list of instructions");
  for (const list of lists) sent.push(await sendList(parts, list, options));
  return sent;
}

async function sendList(
  parts: SessionParts,
  instructions: readonly TransactionInstruction[],
  options: InnerOptions,
): Promise<Sent> {
  const { context, store, numbers } = parts;
  const { signal, onEvent } = options;
  let once = options.once ?? null;
  let [numbersLeft, renewalsLeft] = [MOST_NUMBERS, MOST_RENEWALS];
  for (;;) {
    throwIfAborted(signal, "composing");
    const revision = store.state().account?.revision;
    try {
      const plan = await prepare(parts, instructions, options);
      if (plan.composed.runs.length > 0) once ??= await numbers.next();
      else if (once !== null) throw onceRefused("native instructions alone carry no number");
      const attempt = { instructions: instructions.length, once, signal, onEvent };
      const landed = await sendAttempt(context, plan, attempt);
      await store.refresh().catch(() => undefined);
      const events = decodeEvents({ logs: landed.logs, programId: context.programId });
      return { ...landed, once, events, changes: plan.composed.changes };
    } catch (error) {
      if (isDead(error)) await store.refresh().catch(() => undefined);
      // Refused for the number's sake before anything ran: another holder of the key took it.
      if (isValetkeyError(error, "AlreadyExecuted") && options.once === undefined) {
        numbersLeft -= 1;
        if (numbersLeft === 0) throw error;
        const { account } = await store.refresh();
        numbers.raise(account?.onceHighest ?? 0n);
        once = null;
        continue;
      }
      // Nothing ran, and it was composed for terms that are no more: the same action, under the same number.
      renewalsLeft -= 1;
      if (renewalsLeft > 0 && mayBeRenewed(error) && (await renewedSince(store, revision)))
        continue;
      throw withOnce(error, once);
    }
  }
}

/** Composes for the session as it is known; an ended one is refused without asking the cluster. */
export async function prepare(
  { context, store, tables, positionKeys }: SessionParts,
  instructions: readonly TransactionInstruction[],
  options: InnerOptions,
): Promise<ReadyPlan> {
  const { account } = store.state();
  const { reason } = store.getSnapshot();
  if (account === null || reason !== null)
    throw new ValetkeyError("SessionEnded", {
      session: context.address.toBase58(),
      reason: reason ?? "its account is closed",
    });
  const own = [...tables.list(), ...context.lookupTables];
  return await preparePlan(context, account, {
    instructions,
    lookupTables: [...own, ...(options.lookupTables ?? [])],
    keepTables: options.keepTables ?? [],
    minReceive: options.minReceive,
    fees: options.fees,
    mostPriorityLamports: options.mostPriorityLamports,
    positionKeys: positionKeys(),
    isTrusted: tables.isTrusted,
  });
}

/** True for what terms decide, when nothing of the action can have run or still run. */
function mayBeRenewed(error: unknown): boolean {
  if (!isValetkeyError(error) || isDead(error)) return false;
  const byTerms: readonly string[] = [
    "NotInScope",
    "NativeAccountsMissing",
    "InstructionFailed",
    "FeeBudgetExceeded",
    "InvalidInput",
  ];
  return isProgramErrorCode(error.code) || byTerms.includes(error.code);
}

async function renewedSince(store: SessionStore, revision: number | undefined): Promise<boolean> {
  const state = await store.refresh({ anew: true }).catch(() => null);
  return state !== null && state.account !== null && state.account.revision !== revision;
}

function onceRefused(reason: string): ValetkeyError {
  return new ValetkeyError("InvalidInput", { what: "once", reason });
}

function isDead(error: unknown): boolean {
  return (["SessionRevoked", "SessionExpired", "EpochStale", "NotASession"] as const).some((code) =>
    isValetkeyError(error, code),
  );
}
