import { SYSVAR_CLOCK_PUBKEY, type Connection, type PublicKey } from "@solana/web3.js";

import {
  decodeSession,
  decodeVaultConfig,
  type SessionAccount,
  type VaultConfig,
} from "../codec/index.js";
import { ValetkeyError } from "../errors/index.js";
import { sleep, throwIfAborted } from "../send/abort.js";
import { rpc } from "../send/rpc.js";

/** Config, session and the cluster's clock, read in one call. */
export interface SessionState {
  readonly config: VaultConfig | null;
  readonly account: SessionAccount | null;
  /** The cluster's unix seconds; this machine's clock is never asked. */
  readonly now: bigint;
  readonly slot: bigint;
  /** For each limit of the account what its wallet has approved for the vault; null for limits of the vault itself. */
  readonly approved?: readonly (bigint | null)[];
}

const CLOCK_UNIX_TIMESTAMP = 32;

/**
 * Reads where a session stands.
 *
 * @throws ValetkeyError `RpcFailed`, or the codec's errors for accounts that aren't ours.
 */
export async function readState(input: {
  readonly connection: Connection;
  readonly config: PublicKey;
  readonly session: PublicKey;
}): Promise<SessionState> {
  const { connection, config, session } = input;
  const [configInfo, sessionInfo, clock] = await rpc("getMultipleAccounts", () =>
    connection.getMultipleAccountsInfo([config, session, SYSVAR_CLOCK_PUBKEY], "confirmed"),
  );
  if (clock == null)
    throw new ValetkeyError("RpcFailed", {
      method: "getMultipleAccounts",
      reason: "the endpoint doesn't show the clock",
    });
  const view = new DataView(clock.data.buffer, clock.data.byteOffset, clock.data.byteLength);
  return {
    config: configInfo == null ? null : decodeVaultConfig(configInfo.data),
    account: sessionInfo == null ? null : decodeSession(sessionInfo.data),
    now: view.getBigInt64(CLOCK_UNIX_TIMESTAMP, true),
    slot: view.getBigUint64(0, true),
  };
}

/**
 * Reads where a session stands, for whoever is about to close it: that is possible from the second after
 * its grant on, which is worth waiting for.
 */
export async function readClosableState(
  input: Parameters<typeof readState>[0] & { readonly signal?: AbortSignal | undefined },
): Promise<SessionState> {
  for (let tries = 0; ; tries += 1) {
    const state = await readState(input);
    const wait = (state.account?.grantDeadline ?? -1n) - state.now;
    if (wait < 0n || wait > 1n || tries === 8) return state;
    await sleep(400, input.signal);
    throwIfAborted(input.signal, "ending");
  }
}

/** Why a session is dead, or null while it lives. */
export function endedReason({ account, config, now }: SessionState): string | null {
  if (account === null) return "its account is closed";
  if (account.revoked || account.record) return "it was revoked";
  if (now >= account.expiresAt) return "it has expired";
  if (config === null || account.epoch !== config.epoch) return "its owner revoked all sessions";
  return null;
}
