import { PublicKey, SystemProgram, type AccountInfo, type Connection } from "@solana/web3.js";

import { ValetkeyError } from "../errors/index.js";
import { readAccounts } from "./accounts.js";
import { associatedToken, type MintInfo } from "./token.js";

// Offsets in a token account, the same for both programs.
const SIZE = 165;
const OWNER = 32;
const DELEGATE = 72;
const STATE = 108;
const CLOSE_AUTHORITY = 129;

/**
 * The mints for which the vault's associated token account must still be created. An address where strangers left nothing but
 * lamports counts as missing: creating it works all the same.
 *
 * @throws ValetkeyError `InvalidInput` for an account that isn't the vault's alone (handed on, delegated, closable by another key):
 * what is paid in there would be lost, or out of the owner's hands.
 */
export async function missingAccounts(
  { connection, vault }: { readonly connection: Connection; readonly vault: PublicKey },
  mints: readonly MintInfo[],
): Promise<readonly MintInfo[]> {
  const addresses = mints.map((mint) => associatedToken(vault, mint));
  const accounts = await readAccounts(connection, addresses);
  return mints.filter((mint, i) => {
    const account = accounts[i] ?? null;
    if (account === null || isBare(account)) return true;
    const reason = foreign(account, mint, vault);
    if (reason === null) return false;
    const what = `the vault's token account ${String(addresses[i])} of mint ${mint.mint.toBase58()}`;
    throw new ValetkeyError("InvalidInput", { what, reason });
  });
}

function isBare({ owner, data }: AccountInfo<Uint8Array>): boolean {
  return owner.equals(SystemProgram.programId) && data.length === 0;
}

/** Why an account isn't a token account that the vault alone disposes of; null when it is. */
function foreign(
  { owner, data }: AccountInfo<Uint8Array>,
  { mint, tokenProgram }: MintInfo,
  vault: PublicKey,
): string | null {
  const key = (offset: number) => new PublicKey(data.slice(offset, offset + 32));
  const optional = (offset: number) =>
    data.slice(offset, offset + 4).every((byte) => byte === 0) ? null : key(offset + 4);
  if (!owner.equals(tokenProgram) || data.length < SIZE || data[STATE] === 0)
    return "it is no token account of the mint's program";
  if (!key(0).equals(mint)) return "it holds another mint";
  if (!key(OWNER).equals(vault)) return `it was handed on: its owner is ${key(OWNER).toBase58()}`;
  const delegate = optional(DELEGATE);
  if (delegate !== null)
    return `${delegate.toBase58()} may spend from it: revoke that delegate through owner.execute first`;
  const closer = optional(CLOSE_AUTHORITY);
  if (closer !== null && !closer.equals(vault))
    return `${closer.toBase58()} may close it: take that authority back through owner.execute first`;
  return null;
}
