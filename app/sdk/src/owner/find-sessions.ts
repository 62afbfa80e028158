import bs58 from "bs58";
import type { PublicKey } from "@solana/web3.js";
import { type Connection, type GetProgramAccountsFilter } from "@solana/web3.js";

import { findVaultConfig, VALETKEY_PROGRAM_ID } from "../addresses.js";
import {
  decodeSession,
  SESSION_DISCRIMINATOR,
  SESSION_OFFSETS,
  type SessionAccount,
} from "../codec/index.js";
import { ValetkeyError } from "../errors/index.js";

/** A session and where it stands. */
export interface FoundSession {
  readonly address: PublicKey;
  readonly account: SessionAccount;
}

/** Which sessions are looked for; every member given must hold. */
export interface SessionFilter {
  /** Sessions of this owner's canonical vault (of `vaultIndex`, default 0). */
  readonly owner?: PublicKey;
  readonly vaultIndex?: number;
  /** Sessions of this vault config, a council's say. Instead of `owner`. */
  readonly config?: PublicKey;
  readonly vault?: PublicKey;
  /** Sessions of this key, of whatever vaults: one key may serve many. */
  readonly sessionKey?: PublicKey;
}

/**
 * Lists sessions with `getProgramAccounts`: the account begins with the discriminator of `Session`;
 * config at byte 32, vault at 64, session key at 96 (docs/layout.md). Accounts of a newer layout are left
 * out.
 *
 * @throws ValetkeyError `IndexUnavailable` when the endpoint doesn't offer that (many public ones don't):
 * then keep your own list of session keys.
 * @example
 * const sessions = await findSessions({ connection, owner: wallet.publicKey });
 * const served = await findSessions({ connection, sessionKey: key.publicKey }); // of whatever vaults
 */
export async function findSessions(
  input: {
    readonly connection: Connection;
    readonly programId?: PublicKey;
  } & SessionFilter,
): Promise<readonly FoundSession[]> {
  const { connection, programId = VALETKEY_PROGRAM_ID } = input;
  const filters = sessionFilters(input, programId);
  if (filters.length === 1)
    throw new ValetkeyError("InvalidInput", {
      what: "findSessions",
      reason: "give an owner, a config, a vault or a session key",
    });
  const found = await connection
    .getProgramAccounts(programId, { commitment: "confirmed", filters })
    .catch((cause: unknown) => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new ValetkeyError("IndexUnavailable", { reason }, { cause });
    });
  return found.flatMap(({ pubkey, account }) => {
    try {
      return [{ address: pubkey, account: decodeSession(account.data) }];
    } catch {
      return [];
    }
  });
}

function sessionFilters(filter: SessionFilter, programId: PublicKey): GetProgramAccountsFilter[] {
  const { owner, vaultIndex: index = 0, vault, sessionKey } = filter;
  const at = (offset: number, key: PublicKey | undefined) =>
    key === undefined ? [] : [{ memcmp: { offset, bytes: key.toBase58() } }];
  const own = owner === undefined ? undefined : findVaultConfig({ owner, index, programId });
  return [
    { memcmp: { offset: 0, bytes: bs58.encode(SESSION_DISCRIMINATOR) } },
    ...at(SESSION_OFFSETS.config, own),
    ...at(SESSION_OFFSETS.config, filter.config),
    ...at(SESSION_OFFSETS.vault, vault),
    ...at(SESSION_OFFSETS.sessionKey, sessionKey),
  ];
}
