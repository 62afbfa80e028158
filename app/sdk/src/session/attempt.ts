import { isValetkeyError, ValetkeyError } from "../errors/index.js";
import { signWithKeys } from "../keys/session-key.js";
import { emit, type OnEvent } from "../send/events.js";
import { send, type Landed } from "../send/index.js";
import { MAX_COMPUTE_UNITS } from "../send/simulate.js";
import type { ReadyPlan } from "./compose.js";
import type { SessionContext } from "./context.js";

/** What one attempt sends. */
export interface Attempt {
  /** Instructions the caller passed. */
  readonly instructions: number;
  /** The number that lets it run once; null for native instructions alone. */
  readonly once: bigint | null;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: OnEvent | undefined;
}

// Copies of one action, when blockhashes die: under the same number, or each after the last surely can't land any more.
const MOST_RESIGNS = 4;

/** Sends a composed transaction, again and anew as far as that can't run it twice. */
export function sendAttempt(
  context: SessionContext,
  { composed, inner, compile }: ReadyPlan,
  { instructions, once, signal, onEvent }: Attempt,
): Promise<Landed> {
  const { connection, programId, key } = context;
  const listeners = [context.onEvent, onEvent];
  const mark = ownMark();
  let told = false;
  return send({
    connection,
    programId,
    payer: key.publicKey,
    build: (copy) => {
      const computeUnitLimit = marked(copy.computeUnitLimit, mark.computeUnits);
      const own = once === null ? { loadedAccountsBytes: mark.loadedAccountsBytes } : {};
      const compiled = compile({ ...copy, ...own, once, computeUnitLimit });
      const { bytes, bytesWithoutTables } = compiled;
      if (!told)
        emit(listeners, { type: "composed", instructions, inner, bytes, bytesWithoutTables });
      told = true;
      return compiled;
    },
    sign: (transaction) => signWithKeys(transaction, [key]),
    resigns: MOST_RESIGNS,
    unguarded: once === null,
    leastComputeUnits: composed.wishes.computeUnitLimit,
    signal,
    onEvent: listeners,
  });
}

/** What may still land is named with its number, so that the caller can try again without running it twice. */
export function withOnce(error: unknown, once: bigint | null): unknown {
  if (once === null || !isValetkeyError(error) || error.signature === undefined) return error;
  const { cause, logs, signature } = error;
  const details = { cause, ...(logs === undefined ? {} : { logs }), signature };
  if (isValetkeyError(error, "Aborted"))
    return new ValetkeyError("Aborted", { ...error.context, once }, details);
  if (isValetkeyError(error, "NotConfirmed"))
    return new ValetkeyError("NotConfirmed", { ...error.context, once }, details);
  return error;
}

const LOADED_ACCOUNTS_BYTES = 64 * 1024 * 1024;

// Two actions that consist of the same instructions on the same blockhash would be the very same bytes, and each would take the
// other's success for its own. Random parts of two bounds, which cost nothing, make them two transactions. Under one number the
// program lets one of them run, so a few bits do; native instructions alone have no number, and get 37 bits.
function ownMark(): { readonly computeUnits: number; readonly loadedAccountsBytes: number } {
  const [a = 0, b = 0] = globalThis.crypto.getRandomValues(new Uint32Array(2));
  return { computeUnits: a & 0x3fff, loadedAccountsBytes: LOADED_ACCOUNTS_BYTES - (b & 0x7fffff) };
}

function marked(limit: number, mark: number): number {
  return limit + mark <= MAX_COMPUTE_UNITS ? limit + mark : limit - mark;
}
