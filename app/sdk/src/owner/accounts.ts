import type { AccountInfo, Connection, PublicKey } from "@solana/web3.js";

import { rpc } from "../send/rpc.js";

// What one call of an endpoint takes.
const CHUNK = 100;

/** Reads any number of accounts, in the order asked; null where there is none. */
export async function readAccounts(
  connection: Connection,
  addresses: readonly PublicKey[],
): Promise<readonly (AccountInfo<Uint8Array> | null)[]> {
  const accounts: (AccountInfo<Uint8Array> | null)[] = [];
  for (let i = 0; i < addresses.length; i += CHUNK) {
    const chunk = addresses.slice(i, i + CHUNK);
    const found = await rpc("getMultipleAccounts", () =>
      connection.getMultipleAccountsInfo(chunk, "confirmed"),
    );
    accounts.push(...chunk.map((_, j) => found[j] ?? null));
  }
  return accounts;
}
