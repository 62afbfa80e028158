import type { Connection, PublicKey, VersionedTransaction } from "@solana/web3.js";

import { toValetkeyError } from "../errors/index.js";
import { rpc } from "./rpc.js";

/** The most compute units that a transaction may ask for. */
export const MAX_COMPUTE_UNITS = 1_400_000;

/** What a simulation showed. */
export interface Simulated {
  readonly computeUnits: number;
  readonly logs: readonly string[];
}

/**
 * Runs a transaction without landing it, signatures and blockhash aside.
 *
 * @throws ValetkeyError by the name of whatever refused it.
 */
export async function simulate(input: {
  readonly connection: Connection;
  readonly transaction: VersionedTransaction;
  readonly programId: PublicKey;
  readonly payer: PublicKey;
}): Promise<Simulated> {
  const { connection, transaction, programId, payer } = input;
  const { value } = await rpc("simulateTransaction", () =>
    connection.simulateTransaction(transaction, {
      sigVerify: false,
      replaceRecentBlockhash: true,
      commitment: "confirmed",
    }),
  );
  if (value.err !== null)
    throw toValetkeyError({
      error: value.err,
      logs: value.logs,
      programId,
      programs: programsOf(transaction),
      payer,
      returnData: value.returnData ?? null,
    });
  return { computeUnits: value.unitsConsumed ?? MAX_COMPUTE_UNITS, logs: value.logs ?? [] };
}

/** The limit to ask for after a simulation: a tenth more, since state may move until it lands. */
export function computeUnitLimitFor(simulated: number): number {
  return Math.min(MAX_COMPUTE_UNITS, Math.ceil(simulated * 1.1) + 2_000);
}

/** The program of each instruction, in order; programs are never in a lookup table. */
export function programsOf(transaction: VersionedTransaction): readonly string[] {
  const { staticAccountKeys, compiledInstructions } = transaction.message;
  return compiledInstructions.map(
    ({ programIdIndex }) => staticAccountKeys[programIdIndex]?.toBase58() ?? "unknown",
  );
}
