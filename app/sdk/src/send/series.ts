import type { Connection, PublicKey, VersionedTransaction } from "@solana/web3.js";
import bs58 from "bs58";

import { ValetkeyError } from "../errors/index.js";
import type { CompiledTransaction } from "../transaction/index.js";
import { throwIfAborted } from "./abort.js";
import { deliver } from "./deliver.js";
import { landedDetails } from "./details.js";
import { emit, type OnEvent, type SessionEvent } from "./events.js";
import { rpc } from "./rpc.js";
import { failureOf, type Landed } from "./send.js";
import { simulate } from "./simulate.js";

/** Transactions that land one after the other, signed together. */
export interface SeriesRequest {
  readonly connection: Connection;
  readonly programId: PublicKey;
  readonly payer: PublicKey;
  readonly build: (blockhash: string) => readonly CompiledTransaction[];
  readonly sign: (
    compiled: readonly CompiledTransaction[],
  ) => Promise<readonly VersionedTransaction[]>;
  /** Called with each transaction that landed, before the next is sent. */
  readonly onLanded: (landed: Landed) => void;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: readonly (OnEvent | undefined)[];
}

/**
 * Simulates the first, has all signed in one go, then sends each when the one before has landed. The later ones can't be simulated:
 * they need what the earlier ones leave behind.
 *
 * @throws ValetkeyError by name; what landed before stays, and was told to `onLanded`.
 */
export async function sendSeries(request: SeriesRequest): Promise<void> {
  const { connection, programId, payer, signal } = request;
  const tell = (event: SessionEvent) => emit(request.onEvent ?? [], event);
  throwIfAborted(signal, "building");
  const latest = await rpc("getLatestBlockhash", () => connection.getLatestBlockhash("confirmed"));
  const compiled = request.build(latest.blockhash);
  const [first] = compiled;
  if (first === undefined) return;
  const { transaction } = first;
  const { computeUnits } = await simulate({ connection, transaction, programId, payer });
  tell({ type: "simulated", computeUnits });
  throwIfAborted(signal, "signing");
  const signed = await request.sign(compiled);
  for (const [i, transaction] of signed.entries()) {
    throwIfAborted(signal, "sending");
    const bytes = transaction.serialize();
    const signature = bs58.encode(transaction.signatures[0] ?? new Uint8Array(64));
    tell({ type: "signed", signature, bytes: bytes.length });
    const { lastValidBlockHeight } = latest;
    const outcome = await deliver({
      ...{ connection, programId, bytes, signature, lastValidBlockHeight },
      ...{ earlier: [], unguarded: false, signal, emit: tell },
    });
    if (outcome.type === "expired")
      throw new ValetkeyError("BlockhashExpired", { lastValidBlockHeight }, { signature });
    if (outcome.type === "failed") throw await failureOf(request, outcome, transaction);
    tell({ type: "confirmed", signature, slot: outcome.slot });
    const details = await landedDetails(connection, signature);
    request.onLanded({
      ...{ signature, slot: outcome.slot, logs: details.logs ?? [] },
      ...{ computeUnits: details.computeUnits, feeLamports: details.fee, bytes: bytes.length },
      bytesWithoutTables: compiled[i]?.bytesWithoutTables ?? bytes.length,
      copies: [signature],
    });
  }
}
