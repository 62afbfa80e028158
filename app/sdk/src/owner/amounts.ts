import { PublicKey } from "@solana/web3.js";

import { ValetkeyError } from "../errors/index.js";

/** So much of one asset, in base units (lamports for SOL). */
export interface Amount {
  /** SOL, or the address of a mint. */
  readonly asset: "SOL" | PublicKey;
  readonly amount: bigint;
}

/** So much to put into a vault. */
export interface DepositAmount extends Amount {
  /** For SOL: put it in as wrapped SOL, for programs that take only tokens. */
  readonly wrap?: boolean;
}

const MAX_U64 = (1n << 64n) - 1n;

/**
 * Refuses empty lists and amounts that can't be moved.
 *
 * @throws ValetkeyError `EmptyRequest`, `InvalidInput`.
 */
export function checkAmounts(what: string, amounts: readonly DepositAmount[]): void {
  if (amounts.length === 0) throw new ValetkeyError("EmptyRequest", { what });
  for (const { asset, amount, wrap } of amounts) {
    const refuse = (reason: string) =>
      new ValetkeyError("InvalidInput", { what: `${what} of ${String(asset)}`, reason });
    if (asset !== "SOL" && !(asset instanceof PublicKey)) throw refuse("no asset: SOL or a mint");
    if (typeof amount !== "bigint") throw refuse("the amount is no bigint");
    if (amount <= 0n || amount > MAX_U64) throw refuse("the amount must be 1 to 2^64 - 1");
    if (wrap === true && asset !== "SOL") throw refuse("only SOL can be wrapped");
  }
}

/** The mints among amounts, each once. */
export function mintsAmong(amounts: readonly Amount[]): readonly PublicKey[] {
  const mints = amounts.flatMap(({ asset }) => (asset === "SOL" ? [] : [asset]));
  return mints.filter((mint, i) => mints.findIndex((other) => other.equals(mint)) === i);
}
