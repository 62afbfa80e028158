import { PublicKey, type Connection } from "@solana/web3.js";

import { findVault, VALETKEY_PROGRAM_ID } from "../addresses.js";
import { decodeSession } from "../codec/index.js";
import { refused, ValetkeyError } from "../errors/error.js";
import type { Landed } from "../send/index.js";
import { readAccounts } from "./accounts.js";
import { clusterCheck } from "./cluster.js";
import type { CallOptions } from "./context.js";
import { revokeSession } from "./revoke.js";
import { toOwnerWallet, type WalletLike } from "./wallet.js";

/**
 * Ends one session as its guardian, who may do this and nothing else. Owners have `owner.revokeSession`, the session key
 * `session.end`.
 *
 * @throws ValetkeyError `NotAuthorized` before anything is sent when the wallet isn't the session's guardian, `SessionNotFound`,
 * `SessionEnded`.
 * @example
 * await revokeAsGuardian({ connection, wallet, session: session.address });
 */
export async function revokeAsGuardian(
  input: {
    readonly connection: Connection;
    readonly wallet: WalletLike;
    /** The session's address. */
    readonly session: PublicKey;
    readonly programId?: PublicKey;
  } & CallOptions,
): Promise<Landed> {
  const { connection, session, programId = VALETKEY_PROGRAM_ID } = input;
  const wallet = toOwnerWallet(input.wallet);
  const checkCluster = clusterCheck(connection, programId);
  await checkCluster();
  const [account] = await readAccounts(connection, [session]);
  if (account == null)
    throw new ValetkeyError("SessionNotFound", {
      ...{ session: session.toBase58(), config: "unknown", sessionKey: "unknown" },
    });
  const { config, sessionKey, guardian } = decodeSession(account.data);
  if (guardian !== wallet.publicKey.toBase58()) throw refused("NotAuthorized");
  const address = new PublicKey(config);
  const context = {
    ...{ connection, programId, wallet, cosigners: [], vaultIndex: null, checkCluster },
    ...{ config: address, vault: findVault({ config: address, programId }) },
  };
  return await revokeSession(context, { ...input, sessionKey: new PublicKey(sessionKey) });
}
