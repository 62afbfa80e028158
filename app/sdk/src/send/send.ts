import type { Connection, PublicKey, VersionedTransaction } from "@solana/web3.js";
import bs58 from "bs58";

import { toValetkeyError, ValetkeyError } from "../errors/index.js";
import type { CompiledTransaction } from "../transaction/index.js";
import { sleep, throwIfAborted } from "./abort.js";
import { deliver, statusOf, type Outcome } from "./deliver.js";
import { landedDetails } from "./details.js";
import { emit, type OnEvent, type SessionEvent } from "./events.js";
import { rpc } from "./rpc.js";
import { computeUnitLimitFor, MAX_COMPUTE_UNITS, programsOf, simulate } from "./simulate.js";

/** What changes between two copies of one action. */
export interface BuildInput {
  readonly blockhash: string;
  readonly computeUnitLimit: number;
  /** True for the copy that is only simulated: its compute limit, and so its cost, is the largest there is. */
  readonly simulation: boolean;
}

/** One action to land. */
export interface SendRequest {
  readonly connection: Connection;
  readonly programId: PublicKey;
  readonly payer: PublicKey;
  /** Builds a copy. It is called for the simulation, for the first copy, and for each copy after that. */
  readonly build: (input: BuildInput) => CompiledTransaction | Promise<CompiledTransaction>;
  readonly sign: (transaction: VersionedTransaction) => Promise<VersionedTransaction>;
  /**
   * How often it may be signed again when the blockhash dies first; only for what can't run twice.
   * Default 0: a wallet is asked once.
   */
  readonly resigns?: number;
  /**
   * Signs again only when no earlier copy can land any more by what the cluster has finalized: for what has no guard that lets
   * one copy run. Default false.
   */
  readonly unguarded?: boolean;
  /** Skips the simulation and asks for these compute units. */
  readonly computeUnitLimit?: number;
  /** Asks for at least these, whatever the simulation used. */
  readonly leastComputeUnits?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: readonly (OnEvent | undefined)[];
}

/** An action that landed. */
export interface Landed {
  readonly signature: string;
  readonly slot: number;
  readonly logs: readonly string[];
  readonly computeUnits: number | null;
  /** Lamports that the fee payer paid; null when the endpoint doesn't tell. */
  readonly feeLamports: number | null;
  readonly bytes: number;
  readonly bytesWithoutTables: number;
  /** Signatures of all copies, the landed one among them. */
  readonly copies: readonly string[];
}

/**
 * Simulates for the compute limit, signs, sends, sends again and confirms; signs a fresh copy when the
 * blockhash dies. Whoever allows `resigns` has a guard in the transaction (a `once` number) that lets at
 * most one copy run: a copy that is refused with `AlreadyExecuted` means that an earlier one ran. Or it is
 * `unguarded`: then a copy is given up for dead only by a finalized height, which takes some seconds more.
 *
 * @throws ValetkeyError by name; with `signature` as soon as something was sent. `AlreadyExecuted` says
 * that the number was taken by somebody else: nothing of this action ran.
 */
export async function send(request: SendRequest): Promise<Landed> {
  const { connection, signal } = request;
  const tell = (event: SessionEvent) => emit(request.onEvent ?? [], event);
  throwIfAborted(signal, "building");
  const computeUnitLimit = request.computeUnitLimit ?? (await simulatedLimit(request, tell));
  const copies: string[] = [];
  for (let left = request.resigns ?? 0; ; left -= 1) {
    throwIfAborted(signal, "signing", copies.at(-1));
    const latest = await rpc("getLatestBlockhash", () =>
      connection.getLatestBlockhash("confirmed"),
    );
    const compiled = await request.build({
      blockhash: latest.blockhash,
      computeUnitLimit,
      simulation: false,
    });
    const signed = await request.sign(compiled.transaction);
    throwIfAborted(signal, "signing", copies.at(-1));
    const bytes = signed.serialize();
    const signature = bs58.encode(signed.signatures[0] ?? new Uint8Array(64));
    const previous = copies.at(-1);
    if (previous !== undefined) tell({ type: "resigned", signature, previous });
    tell({ type: "signed", signature, bytes: bytes.length });
    const delivered = await deliver({
      connection,
      programId: request.programId,
      bytes,
      signature,
      lastValidBlockHeight: latest.lastValidBlockHeight,
      earlier: [...copies],
      unguarded: request.unguarded ?? false,
      signal,
      emit: tell,
    });
    copies.push(signature);
    const outcome = await resolveCopies(request, delivered, copies);
    if (outcome.type === "landed") {
      tell({ type: "confirmed", signature: outcome.signature, slot: outcome.slot });
      const details = await landedDetails(connection, outcome.signature);
      return {
        signature: outcome.signature,
        slot: outcome.slot,
        logs: details.logs ?? [],
        computeUnits: details.computeUnits,
        feeLamports: details.fee,
        bytes: bytes.length,
        bytesWithoutTables: compiled.bytesWithoutTables,
        copies,
      };
    }
    if (outcome.type === "failed") throw await failureOf(request, outcome, compiled.transaction);
    if (left <= 0)
      throw new ValetkeyError(
        "BlockhashExpired",
        { lastValidBlockHeight: latest.lastValidBlockHeight },
        { signature },
      );
  }
}

async function simulatedLimit(
  request: SendRequest,
  tell: (event: SessionEvent) => void,
): Promise<number> {
  const { connection, programId, payer, signal } = request;
  const { blockhash } = await rpc("getLatestBlockhash", () =>
    connection.getLatestBlockhash("confirmed"),
  );
  const copy = { blockhash, computeUnitLimit: MAX_COMPUTE_UNITS, simulation: true };
  const { transaction } = await request.build(copy);
  const simulated = await simulate({ connection, transaction, programId, payer });
  throwIfAborted(signal, "simulating");
  tell({ type: "simulated", computeUnits: simulated.computeUnits });
  return Math.max(request.leastComputeUnits ?? 0, computeUnitLimitFor(simulated.computeUnits));
}

// A copy that fails beside others says nothing alone: perhaps it failed because another one ran. Unguarded copies are never beside others.
async function resolveCopies(
  { connection, unguarded = false }: SendRequest,
  outcome: Outcome,
  copies: readonly string[],
): Promise<Outcome> {
  if (outcome.type !== "failed" || copies.length === 1 || unguarded) return outcome;
  for (const pause of [0, 500, 1_500]) {
    await sleep(pause);
    const found = await rpc("getSignatureStatuses", () => statusOf(connection, copies, true));
    if (found?.type === "landed") return found;
  }
  throw new ValetkeyError(
    "NotConfirmed",
    { reason: `none of its ${copies.length.toString()} copies is known to have run` },
    { cause: outcome.error, signature: outcome.signature },
  );
}

/** Names the failure of a transaction that landed and failed. */
export async function failureOf(
  request: Pick<SendRequest, "connection" | "programId" | "payer">,
  outcome: Extract<Outcome, { readonly type: "failed" }>,
  transaction: VersionedTransaction,
): Promise<ValetkeyError> {
  const { connection, programId, payer } = request;
  const programs = programsOf(transaction);
  const { signature, error } = outcome;
  const { logs, returnData } = await landedDetails(connection, signature);
  return toValetkeyError({ error, logs, programId, programs, payer, signature, returnData });
}
