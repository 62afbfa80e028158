import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

import type { Connection, Keypair } from "@solana/web3.js";
import {
  createOwner,
  generateKey,
  VALETKEY_PROGRAM_ID,
  type Owner,
  type Session,
  type SessionKeyLike,
  type SessionRequest,
} from "@valetkey/sdk";

import type { LocalnetProgram } from "./chain/programs.js";
import { LocalnetError } from "./errors.js";

/** What a local session is asked for: terms, and whatever else the test wants to choose. */
export interface LocalSessionRequest extends Pick<SessionRequest, "terms" | "deposit" | "fees"> {
  /** The owner's wallet; a new one with 100 SOL when left out. */
  readonly wallet?: Keypair;
  /** The session key; a new one in memory when left out. */
  readonly key?: SessionKeyLike;
}

/** A granted session, and who granted it. */
export interface LocalSession {
  readonly session: Session;
  readonly owner: Owner;
  readonly wallet: Keypair;
}

// What a session key has for its fees when the caller doesn't say.
const TOP_UP_LAMPORTS = 10_000_000n;

/**
 * The Valetkey program, as it comes with this package.
 *
 * @throws LocalnetError `ProgramUnreadable` when the package lacks its file.
 *
 * @example
 * ```ts
 * const { programId } = valetkeyProgram();
 * ```
 */
export function valetkeyProgram(): LocalnetProgram {
  // Beside the built package, or in the repository's artifacts.
  const places = ["./valetkey.so", "../../../artifacts/valetkey.so"];
  const paths = places.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  const path = paths.find((one) => existsSync(one));
  if (path === undefined)
    throw new LocalnetError("ProgramUnreadable", `valetkey.so is missing: ${paths.join(", ")}`);
  return { programId: VALETKEY_PROGRAM_ID, path };
}

/** Lets an owner grant a session to a key, both new unless they are given. */
export async function openLocalSession(
  network: {
    readonly connection: Connection;
    readonly wallet: () => Promise<Keypair>;
  },
  request: LocalSessionRequest,
): Promise<LocalSession> {
  const { connection } = network;
  const {
    key = generateKey(),
    fees = { topUpLamports: TOP_UP_LAMPORTS },
    terms,
    deposit,
  } = request;
  const wallet = request.wallet ?? (await network.wallet());
  const owner = createOwner({ connection, wallet });
  const wanted = { key, terms, fees, ...(deposit === undefined ? {} : { deposit }) };
  return { session: await owner.session(wanted), owner, wallet };
}
