import type { AddressLookupTableAccount, Connection, PublicKey } from "@solana/web3.js";

import type { SessionKey } from "../keys/session-key.js";
import type { OnEvent } from "../send/index.js";

/** What every call of a session knows. */
export interface SessionContext {
  readonly connection: Connection;
  readonly programId: PublicKey;
  readonly key: SessionKey;
  readonly owner: PublicKey;
  readonly config: PublicKey;
  readonly vault: PublicKey;
  readonly address: PublicKey;
  /** Priority fee in micro-lamports per compute unit. */
  readonly computeUnitPrice: bigint | undefined;
  /** The most that instructions' wishes may cost as priority fee, in lamports. */
  readonly mostPriorityLamports: bigint | undefined;
  /** Tables that every send may use. */
  readonly lookupTables: readonly AddressLookupTableAccount[];
  readonly onEvent: OnEvent | undefined;
}
