import type { Connection } from "@solana/web3.js";

import { isValetkeyError, toValetkeyError, ValetkeyError } from "../errors/index.js";
import { sleep, throwIfAborted } from "./abort.js";
import type { SessionEvent } from "./events.js";
import { rpc } from "./rpc.js";

/** How a copy of a transaction ended. */
export type Outcome =
  | { readonly type: "landed"; readonly signature: string; readonly slot: number }
  | { readonly type: "failed"; readonly signature: string; readonly error: unknown }
  | { readonly type: "expired" };

const RESEND_MILLISECONDS = 1_000;
const MOST_SILENT_MILLISECONDS = 30_000;

/** What `deliver` needs. */
export interface Delivery {
  readonly connection: Connection;
  readonly programId: { toString(): string };
  /** The signed bytes, and the signature they carry. */
  readonly bytes: Uint8Array;
  readonly signature: string;
  readonly lastValidBlockHeight: number;
  /** Signatures of earlier copies of the same action: whichever landed counts. */
  readonly earlier: readonly string[];
  /** Nothing but the dead blockhash keeps a second copy from running: be sure of it. */
  readonly unguarded: boolean;
  readonly signal: AbortSignal | undefined;
  readonly emit: (event: SessionEvent) => void;
}

/**
 * Sends signed bytes, and the same bytes again each second, until they or an earlier copy of the action
 * are confirmed, or their blockhash is dead. Polls instead of subscribing, so that it needs no WebSocket
 * and leaves nothing open.
 */
export async function deliver(delivery: Delivery): Promise<Outcome> {
  const { connection, signature, lastValidBlockHeight, signal } = delivery;
  const all = [signature, ...delivery.earlier];
  let sent = 0;
  let nextSend = 0;
  let pause = 25;
  let heard = Date.now();
  let lost: unknown;
  // Nothing is known to have failed when an answer is lost: keep asking for a while.
  const tolerant = async <T>(call: () => Promise<T>): Promise<T | undefined> => {
    try {
      const answer = await call();
      heard = Date.now();
      return answer;
    } catch (error) {
      if (isValetkeyError(error)) throw error;
      lost = error;
      return undefined;
    }
  };
  for (;;) {
    throwIfAborted(signal, "sending", sent === 0 ? undefined : signature);
    if (Date.now() >= nextSend) {
      const answer = await tolerant(() => sendBytes(delivery, sent + 1));
      if (answer !== undefined) {
        sent += 1;
        nextSend = Date.now() + RESEND_MILLISECONDS;
      }
      if (answer === "dead") return await expired(delivery, all);
    }
    await sleep(pause, signal);
    const found = await tolerant(() => statusOf(connection, all, false));
    if (found != null) return found;
    if (found === null && pause >= 400) {
      const height = await tolerant(() => connection.getBlockHeight("confirmed"));
      if (height !== undefined && height > lastValidBlockHeight)
        return await expired(delivery, all);
    }
    if (Date.now() - heard > MOST_SILENT_MILLISECONDS) throw notConfirmed(lost, signature);
    pause = Math.min(RESEND_MILLISECONDS, Math.ceil(pause * 1.7));
  }
}

/**
 * What became of copies whose blockhash seems dead. A guarded action may be signed again at once. For an unguarded one the
 * finalized height must have passed it too, and no copy be known by then: endpoints of many machines may lag behind each other.
 */
async function expired(delivery: Delivery, all: readonly string[]): Promise<Outcome> {
  const { connection, lastValidBlockHeight, signal, signature } = delivery;
  const known = () => rpc("getSignatureStatuses", () => statusOf(connection, all, true));
  const first = await known();
  if (first !== null || !delivery.unguarded) return first ?? { type: "expired" };
  for (;;) {
    const height = await rpc("getBlockHeight", () => connection.getBlockHeight("finalized"));
    if (height > lastValidBlockHeight) break;
    await sleep(RESEND_MILLISECONDS, signal);
    throwIfAborted(signal, "sending", signature);
  }
  for (const pause of [0, 500, 1_500]) {
    await sleep(pause, signal);
    const found = await known();
    if (found !== null) return found;
  }
  return { type: "expired" };
}

/** Hands the bytes over; "dead" when the endpoint says that their blockhash is. */
async function sendBytes(delivery: Delivery, attempt: number): Promise<"sent" | "dead"> {
  const { connection, bytes, signature, programId } = delivery;
  try {
    await connection.sendRawTransaction(bytes, { skipPreflight: true, maxRetries: 0 });
  } catch (cause) {
    const error = toValetkeyError({ error: cause, programId, signature });
    if (error.code === "RpcFailed" && isTransport(cause)) throw cause;
    if (error.code === "BlockhashExpired") return "dead";
    // A re-send that is refused says nothing about the first copy; its status will.
    if (error.code !== "AlreadyProcessed" && attempt === 1) throw error;
    return "sent";
  }
  delivery.emit({ type: "sent", signature, attempt });
  return "sent";
}

/** The first copy that was confirmed without an error, else one that failed, else null. */
export async function statusOf(
  connection: Connection,
  signatures: readonly string[],
  history: boolean,
): Promise<Outcome | null> {
  const { value } = await connection.getSignatureStatuses([...signatures], {
    searchTransactionHistory: history,
  });
  let failed: Outcome | null = null;
  for (const [i, status] of value.entries()) {
    const signature = signatures[i];
    if (signature === undefined || status === null) continue;
    if (status.confirmationStatus === "processed") continue;
    if (status.err === null) return { type: "landed", signature, slot: status.slot };
    failed ??= { type: "failed", signature, error: status.err };
  }
  return failed;
}

// An answer of the cluster has a code; a lost connection or an overloaded server has none.
function isTransport(error: unknown): boolean {
  return !(error instanceof Error && ("code" in error || "transactionError" in error));
}

function notConfirmed(cause: unknown, signature: string): ValetkeyError {
  const reason = cause instanceof Error ? cause.message : "the endpoint stopped answering";
  return new ValetkeyError("NotConfirmed", { reason }, { cause, signature });
}
