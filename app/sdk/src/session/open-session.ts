import type { AddressLookupTableAccount, Connection, PublicKey } from "@solana/web3.js";

import { findSession, findVault, findVaultConfig, VALETKEY_PROGRAM_ID } from "../addresses.js";
import { ValetkeyError } from "../errors/index.js";
import { toSessionKey, type SessionKeyLike } from "../keys/session-key.js";
import { clusterCheck } from "../owner/cluster.js";
import type { OnEvent } from "../send/index.js";
import type { SessionContext } from "./context.js";
import { createSession, type Session } from "./session.js";
import { endedReason, readState } from "./state.js";

/** Which session is opened, and how it works. */
export interface OpenSessionInput {
  readonly connection: Connection;
  readonly key: SessionKeyLike;
  /** The wallet that granted it; with `config` it may be left out, the key's left-over lamports go to the vault then. */
  readonly owner?: PublicKey;
  /** Which of the owner's vaults, default 0. */
  readonly vaultIndex?: number;
  /** The vault config of the session, where that isn't the owner's own: a council's, or one that was found. Instead of `vaultIndex`. */
  readonly config?: PublicKey;
  readonly programId?: PublicKey;
  /** Lookup tables that every send may use. */
  readonly lookupTables?: readonly AddressLookupTableAccount[];
  /** Priority fee in micro-lamports per compute unit; none by default. */
  readonly computeUnitPrice?: bigint;
  /** The most lamports of priority fee per transaction that instructions from elsewhere may ask for; default 0.01 SOL. */
  readonly mostPriorityLamports?: bigint;
  /** Receives each step of each call. */
  readonly onEvent?: OnEvent;
}

/** What an owner has to be asked for when there is no session: pass it on to whoever asks. */
export interface GrantRequest {
  /** Null for a council. */
  readonly owner: string | null;
  readonly config: string;
  readonly vault: string;
  readonly sessionKey: string;
  readonly programId: string;
}

/**
 * Opens the session of a key that an owner has granted, e.g. in a bot or after a reload.
 *
 * @throws ValetkeyError `SessionNotFound` (its context carries a `GrantRequest`), `SessionEnded`,
 * `WrongCluster`.
 * @example
 * const session = await openSession({ connection, key, owner: wallet.publicKey });
 */
export async function openSession(input: OpenSessionInput): Promise<Session> {
  const context = sessionContext(input);
  const { connection, programId, config, address: session } = context;
  await clusterCheck(connection, programId)();
  const state = await readState({ connection, config, session });
  if (state.account === null)
    throw new ValetkeyError("SessionNotFound", {
      session: session.toBase58(),
      config: config.toBase58(),
      sessionKey: context.key.publicKey.toBase58(),
      request: requestOf(context),
    });
  const reason = endedReason(state);
  if (reason !== null)
    throw new ValetkeyError("SessionEnded", { session: session.toBase58(), reason });
  return createSession(context, state);
}

/** Derives the addresses of a session. */
export function sessionContext(input: OpenSessionInput): SessionContext {
  const { connection, programId = VALETKEY_PROGRAM_ID } = input;
  const key = toSessionKey(input.key);
  const config = input.config ?? ownConfig(input, programId);
  const vault = findVault({ config, programId });
  return {
    connection,
    programId,
    key,
    owner: input.owner ?? vault,
    config,
    vault,
    address: findSession({ config, sessionKey: key.publicKey, programId }),
    computeUnitPrice: input.computeUnitPrice,
    mostPriorityLamports: input.mostPriorityLamports,
    lookupTables: input.lookupTables ?? [],
    onEvent: input.onEvent,
  };
}

function ownConfig({ owner, vaultIndex: index = 0 }: OpenSessionInput, programId: PublicKey) {
  if (owner !== undefined) return findVaultConfig({ owner, index, programId });
  const reason = "give the owner that granted it, or the vault config";
  throw new ValetkeyError("InvalidInput", { what: "openSession", reason });
}

function requestOf(context: SessionContext): GrantRequest {
  const { owner, config, vault, key, programId } = context;
  return {
    owner: owner.equals(vault) ? null : owner.toBase58(),
    config: config.toBase58(),
    vault: vault.toBase58(),
    sessionKey: key.publicKey.toBase58(),
    programId: programId.toBase58(),
  };
}
