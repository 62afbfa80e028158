// Extensions of Token-2022 accounts: which ones an account that the program watches may carry.
import { TOKEN_EXTENSIONS } from "../codec/extensions.js";

/** Those that come from the mint, which the grant has judged, or bind the owner alone. */
const OF_THE_MINT: readonly number[] = [2, 7, 13, 15, 17, 27];

/** Those that an account's owner chose, each with the extension of the terms that allows it. */
const OF_THE_OWNER: ReadonlyMap<number, number> = new Map([
  [5, TOKEN_EXTENSIONS.confidentialTransfer],
  [8, TOKEN_EXTENSIONS.memoRequired],
  [11, TOKEN_EXTENSIONS.cpiGuard],
]);

const SIZE = 165;

/**
 * The first extension of a token account that terms with these extensions don't allow, by its number in Token-2022; null when
 * there is none. The program refuses it with `ExtensionRefused`.
 *
 * @example
 * ```ts
 * const number = refusedExtension(account.data, sessionAccount.extensions);
 * ```
 */
export function refusedExtension(data: Uint8Array, allowed: bigint): number | null {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let at = SIZE + 1;
  while (at + 4 <= data.length) {
    const kind = view.getUint16(at, true);
    const length = view.getUint16(at + 2, true);
    if (kind === 0) return null;
    const chosen = OF_THE_OWNER.get(kind);
    const allows = chosen !== undefined && ((allowed >> BigInt(chosen)) & 1n) === 1n;
    at += 4 + length;
    if ((!OF_THE_MINT.includes(kind) && !allows) || at > data.length) return kind;
  }
  return null;
}
