import type { AddressLookupTableAccount, TransactionInstruction } from "@solana/web3.js";

import { decodeEvents, type ValetkeyEvent } from "../codec/index.js";
import type { Change, PositionKey } from "../compose/index.js";
import { isValetkeyError, ValetkeyError } from "../errors/index.js";
import { signWithKeys } from "../keys/session-key.js";
import { throwIfAborted } from "../send/abort.js";
import { emit, type OnEvent } from "../send/events.js";
import { send, type Landed } from "../send/index.js";
import { MAX_COMPUTE_UNITS } from "../send/simulate.js";
import { preparePlan, toLists, type MinReceive, type ReadyPlan } from "./compose.js";
import type { SessionContext } from "./context.js";
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
  /**
   * The number of an earlier call that may still land, from the context of its `Aborted` or `NotConfirmed`: of both calls at most
   * one runs, and `AlreadyExecuted` says that the earlier did. For one list only. Left out: a new number.
   */
  readonly once?: bigint;
  readonly signal?: AbortSignal;
  readonly onEvent?: OnEvent;
}

/** A list of instructions that ran: all of it, in one transaction. */
export interface Sent extends Landed {
  /** The number under which it could run only once. */
  readonly once: bigint;
  /** The program's own events. */
  readonly events: readonly ValetkeyEvent[];
  /** What was done differently from what was asked, in words. */
  readonly changes: readonly Change[];
}

// Copies of one action, each under the same number, when blockhashes die; and numbers that others took.
const MOST_RESIGNS = 4;
const MOST_NUMBERS = 6;

/** Runs lists of instructions in the session, one transaction each, in order. */
export async function sendLists(
  parts: SessionParts,
  instructions: readonly TransactionInstruction[] | readonly (readonly TransactionInstruction[])[],
  options: SendOptions,
): Promise<readonly Sent[]> {
  const sent: Sent[] = [];
  const lists = toLists(instructions);
  if (options.once !== undefined && lists.length !== 1) {
    const reason = "one number stands for one list of instructions";
    throw new ValetkeyError("InvalidInput", { what: "once", reason });
  }
  for (const list of lists) sent.push(await sendList(parts, list, options));
  return sent;
}

async function sendList(
  parts: SessionParts,
  instructions: readonly TransactionInstruction[],
  options: SendOptions,
): Promise<Sent> {
  const { store, numbers } = parts;
  throwIfAborted(options.signal, "composing");
  const plan = await prepare(parts, instructions, options);
  for (let left = MOST_NUMBERS; ; left -= 1) {
    const once = options.once ?? numbers.next();
    try {
      const landed = await sendNumbered(parts, plan, { instructions, once, options });
      await store.refresh().catch(() => undefined);
      const { programId } = parts.context;
      const events = decodeEvents({ logs: landed.logs, programId });
      return { ...landed, once, events, changes: plan.composed.changes };
    } catch (error) {
      if (isDead(error)) await store.refresh().catch(() => undefined);
      // Refused for the number's sake before anything ran: another holder of the key took it.
      const taken = isValetkeyError(error, "AlreadyExecuted") && options.once === undefined;
      if (!taken || left <= 1) throw withOnce(error, once);
      const { account } = await store.refresh();
      numbers.raise(account?.onceHighest ?? 0n);
    }
  }
}

/** Composes for the session as it is known; an ended one is refused without asking the cluster. */
export async function prepare(
  { context, store, tables, positionKeys }: SessionParts,
  instructions: readonly TransactionInstruction[],
  options: SendOptions,
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
    minReceive: options.minReceive,
    positionKeys: positionKeys(),
    isTrusted: tables.isTrusted,
  });
}

function sendNumbered(
  { context }: SessionParts,
  { composed, compile }: ReadyPlan,
  input: {
    readonly instructions: readonly TransactionInstruction[];
    readonly once: bigint;
    readonly options: SendOptions;
  },
): Promise<Landed> {
  const { connection, programId, key } = context;
  const listeners = [context.onEvent, input.options.onEvent];
  const mark = ownMark();
  let told = false;
  return send({
    connection,
    programId,
    payer: key.publicKey,
    build: (copy) => {
      const computeUnitLimit = marked(copy.computeUnitLimit, mark);
      const compiled = compile({ ...copy, once: input.once, computeUnitLimit });
      const { bytes, bytesWithoutTables } = compiled;
      const counts = { instructions: input.instructions.length, inner: composed.inner.length };
      if (!told) emit(listeners, { type: "composed", ...counts, bytes, bytesWithoutTables });
      told = true;
      return compiled;
    },
    sign: (transaction) => signWithKeys(transaction, [key]),
    resigns: MOST_RESIGNS,
    leastComputeUnits: composed.wishes.computeUnitLimit,
    signal: input.options.signal,
    onEvent: listeners,
  });
}

// Two holders of a key that send the same instructions under the same number on the same blockhash would
// send the very same bytes, and each would take the other's success for its own. A random part of the
// compute limit, which costs nothing, makes them two transactions, of which the number lets one run.
function ownMark(): number {
  const [random = 0] = globalThis.crypto.getRandomValues(new Uint16Array(1));
  return random & 0x3fff;
}

function marked(limit: number, mark: number): number {
  return limit + mark <= MAX_COMPUTE_UNITS ? limit + mark : limit - mark;
}

/** What may still land is named with its number, so that the caller can try again without running it twice. */
function withOnce(error: unknown, once: bigint): unknown {
  if (!isValetkeyError(error) || error.signature === undefined) return error;
  const { cause, logs, signature } = error;
  const details = { cause, ...(logs === undefined ? {} : { logs }), signature };
  if (isValetkeyError(error, "Aborted"))
    return new ValetkeyError("Aborted", { ...error.context, once }, details);
  if (isValetkeyError(error, "NotConfirmed"))
    return new ValetkeyError("NotConfirmed", { ...error.context, once }, details);
  return error;
}

function isDead(error: unknown): boolean {
  return (["SessionRevoked", "SessionExpired", "EpochStale", "NotASession"] as const).some((code) =>
    isValetkeyError(error, code),
  );
}
