import { SYSVAR_CLOCK_PUBKEY, type AccountInfo, type Connection } from "@solana/web3.js";

import { ValetkeyError } from "../errors/index.js";
import { rpc } from "../send/rpc.js";

const UNIX_TIMESTAMP = 32;

/** The cluster's unix seconds; this machine's clock is never asked. */
export async function chainNow(connection: Connection): Promise<bigint> {
  const account = await rpc("getAccountInfo", () =>
    connection.getAccountInfo(SYSVAR_CLOCK_PUBKEY, "confirmed"),
  );
  return readClock(account);
}

/** The same from the clock's account. */
export function readClock(account: AccountInfo<Uint8Array> | null): bigint {
  if (account === null)
    throw new ValetkeyError("RpcFailed", { reason: "the endpoint doesn't show the clock" });
  const { data } = account;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return view.getBigInt64(UNIX_TIMESTAMP, true);
}
