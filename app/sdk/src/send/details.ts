import type { Connection } from "@solana/web3.js";

import { sleep } from "./abort.js";

/** What the ledger knows of a transaction that landed; empty when the endpoint doesn't tell. */
export interface LandedDetails {
  readonly logs: readonly string[] | null;
  readonly computeUnits: number | null;
  readonly fee: number | null;
  readonly returnData: {
    readonly programId: string;
    readonly data: readonly [string, string];
  } | null;
}

const NOTHING: LandedDetails = { logs: null, computeUnits: null, fee: null, returnData: null };

/** Reads logs, compute units and fee of a landed transaction; asks three times, never throws. */
export async function landedDetails(
  connection: Connection,
  signature: string,
): Promise<LandedDetails> {
  for (const pause of [0, 150, 600]) {
    await sleep(pause);
    try {
      const found = await connection.getTransaction(signature, {
        commitment: "confirmed",
        maxSupportedTransactionVersion: 0,
      });
      if (found?.meta == null) continue;
      const { logMessages, computeUnitsConsumed, fee } = found.meta;
      const returnData = (found.meta as { returnData?: LandedDetails["returnData"] }).returnData;
      return {
        logs: logMessages ?? null,
        computeUnits: computeUnitsConsumed ?? null,
        fee,
        returnData: returnData ?? null,
      };
    } catch {
      // The transaction landed; what it said is a courtesy.
    }
  }
  return NOTHING;
}
