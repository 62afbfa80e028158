// Token-2022 extensions that terms may name; their bit is the extension's number.

/** Extensions by name. Pointers, names and groups (18 to 23) need none; closable and non-transferable mints are never possible. */
export const TOKEN_EXTENSIONS = {
  transferFee: 1,
  confidentialTransfer: 4,
  defaultAccountState: 6,
  memoRequired: 8,
  interestBearing: 10,
  cpiGuard: 11,
  permanentDelegate: 12,
  transferHook: 14,
  confidentialTransferFee: 16,
  scaledUiAmount: 25,
  pausable: 26,
} as const;

/** The name of an extension that terms may allow. */
export type TokenExtension = keyof typeof TOKEN_EXTENSIONS;

const NAMES = new Map<number, TokenExtension>(
  Object.entries(TOKEN_EXTENSIONS).map(([name, number]) => [number, name as TokenExtension]),
);

/** Every bit that terms may set. */
export const OFFERED_EXTENSIONS: bigint = /* @__PURE__ */ Object.values(TOKEN_EXTENSIONS).reduce(
  (bits, number) => bits | (1n << BigInt(number)),
  0n,
);

/**
 * The name of an extension by its number in Token-2022; undefined when terms can't allow it.
 *
 * @example
 * ```ts
 * extensionName(1); // transferFee
 * ```
 */
export function extensionName(number: number): TokenExtension | undefined {
  return NAMES.get(number);
}

/**
 * The bits of extensions, as terms hold them.
 *
 * @example
 * ```ts
 * extensionBits(["transferFee"]); // 2n
 * ```
 */
export function extensionBits(names: readonly TokenExtension[]): bigint {
  return names.reduce((bits, name) => bits | (1n << BigInt(TOKEN_EXTENSIONS[name])), 0n);
}

/** Numbers of the bits that are set, rising. */
export function extensionNumbers(bits: bigint): readonly number[] {
  return Array.from({ length: 64 }, (_, i) => i).filter((i) => ((bits >> BigInt(i)) & 1n) === 1n);
}
