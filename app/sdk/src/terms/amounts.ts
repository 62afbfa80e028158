// Limits and floors.
import type { PublicKey } from "@solana/web3.js";

import type { FloorData, LimitData } from "../codec/types.js";
import { refused } from "../errors/error.js";

/** SOL as an asset; wrapped SOL counts as SOL. */
export const SOL = "SOL" as const;

/** SOL, or a mint. */
export type AssetInput = typeof SOL | PublicKey;

const U64_MAX = (1n << 64n) - 1n;

function assetText(asset: AssetInput): string {
  return asset === SOL ? SOL : asset.toBase58();
}

function isAmount(value: bigint): boolean {
  return value > 0n && value <= U64_MAX;
}

/**
 * A limit on what may leave of one asset, in base units (lamports for SOL): in total, per execute, per period of so many seconds.
 * With `wallet` it is about that wallet's own token accounts, whose delegate is the vault (for SOL: wrapped SOL), and nothing of
 * the vault may leave by it. `BadLimit` when a part is zero or no u64.
 *
 * @example
 * ```ts
 * limit({ asset: SOL, total: 1_000_000_000n, perPeriod: { amount: 100_000_000n, seconds: 3_600 } });
 * limit({ asset: usdc, total: 25_000_000n, wallet: wallet.publicKey });
 * ```
 */
export function limit(input: {
  readonly asset: AssetInput;
  readonly total: bigint;
  readonly wallet?: PublicKey;
  readonly perExecute?: bigint;
  readonly perPeriod?: { readonly amount: bigint; readonly seconds: number };
}): LimitData {
  const { total, perExecute = null, perPeriod = null } = input;
  const amounts = [total, perExecute, perPeriod?.amount ?? null].filter((one) => one !== null);
  if (!amounts.every(isAmount)) throw refused("BadLimit");
  const seconds = perPeriod?.seconds ?? 1;
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > 0xffff_ffff) {
    throw refused("BadLimit", { detail: "Seconds of a period are an integer from 1." });
  }
  const source = input.wallet?.toBase58() ?? "vault";
  return { asset: assetText(input.asset), source, total, perExecute, perPeriod };
}

/**
 * What must come back for what leaves under a rule: at least `minimum.get` base units of `get` for every `minimum.per` of
 * `give`, judged on each inner instruction. `BadFloor` for equal assets or zero amounts.
 *
 * @example
 * ```ts
 * floor({ give: SOL, get: usdc, minimum: { get: 140_000_000n, per: 1_000_000_000n } });
 * ```
 */
export function floor(input: {
  readonly give: AssetInput;
  readonly get: AssetInput;
  readonly minimum: { readonly get: bigint; readonly per: bigint };
}): FloorData {
  const [give, get] = [assetText(input.give), assetText(input.get)];
  const { get: minimum, per } = input.minimum;
  if (give === get || !isAmount(minimum) || !isAmount(per)) throw refused("BadFloor");
  return { give, get, minimum, per };
}
