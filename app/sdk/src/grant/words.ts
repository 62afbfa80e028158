// Words for amounts, times and keys.
import type { Address, Asset } from "../codec/address.js";

/** What a reader is told beside base units: decimals and names, found outside the terms. */
export interface Names {
  /** Decimals of mints, by address; SOL's are known. */
  readonly decimals?: Readonly<Record<Address, number>>;
  /** Names of programs, mints and wallets, by address. */
  readonly names?: Readonly<Record<Address, string>>;
}

const KNOWN: Readonly<Record<Address, string>> = {
  "11111111111111111111111111111111": "System",
  TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA: "Token",
  TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb: "Token-2022",
  ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL: "Associated Token Account",
  So11111111111111111111111111111111111111112: "wrapped SOL",
};

/** An address, with its name when there is one. */
export function keyText(key: Address, names: Names): string {
  const name = names.names?.[key] ?? KNOWN[key];
  return name === undefined ? key : `${name} (${key})`;
}

/** An amount with its asset: decimals where they are known, base units where they aren't. */
export function amountText(amount: bigint, asset: Asset, names: Names): string {
  if (asset === "SOL") return `${decimalText(amount, 9)} SOL`;
  const name = keyText(asset, names);
  const decimals = names.decimals?.[asset];
  return decimals === undefined
    ? `${amount.toString()} base units of ${name}`
    : `${decimalText(amount, decimals)} of ${name}`;
}

/** An asset by name. */
export function assetText(asset: Asset, names: Names): string {
  return asset === "SOL" ? asset : keyText(asset, names);
}

/** Base units as a decimal number, without trailing zeros. */
export function decimalText(amount: bigint, decimals: number): string {
  const digits = amount.toString().padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const part = digits.slice(digits.length - decimals).replace(/0+$/, "");
  return part === "" ? whole : `${whole}.${part}`;
}

/** Unix seconds as `2027-01-15 08:00:00 UTC`; out of a calendar's range as a number. */
export function timeText(seconds: bigint): string {
  if (seconds < 0n || seconds > 253_402_300_799n) return `unix second ${seconds.toString()}`;
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** Seconds as `1 day 2 hours`. */
export function durationText(seconds: bigint): string {
  const units = [
    ["day", 86_400n],
    ["hour", 3_600n],
    ["minute", 60n],
    ["second", 1n],
  ] as const;
  const parts: string[] = [];
  let left = seconds;
  for (const [unit, length] of units) {
    const count = left / length;
    left %= length;
    if (count > 0n) parts.push(`${count.toString()} ${unit}${count === 1n ? "" : "s"}`);
  }
  return parts.length === 0 ? "0 seconds" : parts.join(" ");
}

/** A count with its noun. */
export function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
