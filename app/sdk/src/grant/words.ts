// Words for amounts, times and counts.
import type { Address, Asset } from "../codec/address.js";
import { KNOWN_NAMES } from "./known.js";
import type { Names } from "./names.js";

/** Decimals of an asset, undefined when nobody said. */
export function decimalsOf(asset: Asset, names: Names): number | undefined {
  return asset === "SOL" ? 9 : names.decimals?.[asset];
}

/** An address, with its name when there is one. */
function keyText(key: Address, names: Names): string {
  const name = KNOWN_NAMES[key] ?? names.names?.[key];
  return name === undefined ? key : `${name} (${key})`;
}

/**
 * An amount with its asset: decimals where they are known, base units where they aren't.
 *
 * @example
 * ```ts
 * amountText(1_500_000_000n, "SOL"); // 1.5 SOL
 * amountText(25n, mint.toBase58(), { decimals: { [mint.toBase58()]: 1 } }); // 2.5 of <address>
 * ```
 */
export function amountText(amount: bigint, asset: Asset, names: Names = {}): string {
  const text = asset === "SOL" ? asset : keyText(asset, names);
  const decimals = decimalsOf(asset, names);
  if (decimals === undefined) return `${amount.toString()} base units of ${text}`;
  const named = text !== asset || asset === "SOL";
  return `${decimalText(amount, decimals)} ${named ? "" : "of "}${text}`;
}

/**
 * Base units as a decimal number, without trailing zeros.
 *
 * @example
 * ```ts
 * decimalText(1_500_000n, 6); // 1.5
 * ```
 */
export function decimalText(amount: bigint, decimals: number): string {
  const digits = amount.toString().padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const part = digits.slice(digits.length - decimals).replace(/0+$/, "");
  return part === "" ? whole : `${whole}.${part}`;
}

/**
 * Unix seconds as a date in UTC; out of a calendar's range as a number.
 *
 * @example
 * ```ts
 * timeText(1_800_000_000n); // 2027-01-15 08:00:00 UTC
 * ```
 */
export function timeText(seconds: bigint): string {
  if (seconds < 0n || seconds > 253_402_300_799n) return `unix second ${seconds.toString()}`;
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/**
 * Seconds in days, hours, minutes and seconds.
 *
 * @example
 * ```ts
 * durationText(93_600n); // 1 day 2 hours
 * ```
 */
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

/** `a`, `a or b`, `a, b or c`. */
export function choiceText(choices: readonly string[], word: "or" | "and" = "or"): string {
  const last = choices.at(-1) ?? "";
  return choices.length < 2 ? last : `${choices.slice(0, -1).join(", ")} ${word} ${last}`;
}
