// Token accounts as the program reads them.
import { bytesToAddress, type Address } from "../codec/address.js";
import { TOKEN_2022_PROGRAM, TOKEN_PROGRAM } from "../codec/constants.js";
import type { AccountFact } from "./accounts.js";

/** A token account of Token or Token-2022. */
export interface TokenAccount {
  readonly program: Address;
  readonly mint: Address;
  readonly owner: Address;
  readonly amount: bigint;
  readonly delegate: Address | null;
  readonly closeAuthority: Address | null;
  /** It wraps SOL: its amount is inside its lamports. */
  readonly native: boolean;
}

const SIZE = 165;
const MULTISIG_SIZE = 355;

/**
 * Reads an initialised token account: owned by Token with 165 bytes, or by Token-2022 with 165 bytes or with more whose byte 165
 * is 2; 355 bytes are a multisig. Null for everything else.
 *
 * @example
 * ```ts
 * const token = readTokenAccount({ owner: account.owner.toBase58(), data: account.data });
 * ```
 */
export function readTokenAccount(fact: Pick<AccountFact, "owner" | "data">): TokenAccount | null {
  const { owner: program, data } = fact;
  if (data.length < SIZE || data.length === MULTISIG_SIZE) return null;
  if (data.length > SIZE && (program !== TOKEN_2022_PROGRAM || data[SIZE] !== 2)) return null;
  if (program !== TOKEN_PROGRAM && program !== TOKEN_2022_PROGRAM) return null;
  if (data[108] !== 1 && data[108] !== 2) return null;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const key = (offset: number): Address => bytesToAddress(data.slice(offset, offset + 32));
  const optional = (tag: number): Address | null =>
    view.getUint32(tag, true) === 0 ? null : key(tag + 4);
  return {
    program,
    mint: key(0),
    owner: key(32),
    amount: view.getBigUint64(64, true),
    delegate: optional(72),
    native: view.getUint32(109, true) !== 0,
    closeAuthority: optional(129),
  };
}

/**
 * How far the vault controls a token account.
 *
 * @example
 * ```ts
 * const token = readTokenAccount({ owner: account.owner.toBase58(), data: account.data });
 * if (token !== null) console.log(authorityOf(token, session.vault.toBase58()));
 * ```
 */
export function authorityOf(account: TokenAccount, vault: Address): "none" | "clean" | "debitOnly" {
  if (isClean(account, vault)) return "clean";
  const { owner, delegate, closeAuthority } = account;
  return [owner, delegate, closeAuthority].includes(vault) ? "debitOnly" : "none";
}

/**
 * True when the vault alone controls it: owner field = vault, no delegate, close authority none or the vault.
 *
 * @example
 * ```ts
 * const token = readTokenAccount({ owner: account.owner.toBase58(), data: account.data });
 * const counts = token !== null && isClean(token, session.vault.toBase58());
 * ```
 */
export function isClean(account: TokenAccount, vault: Address): boolean {
  const { owner, delegate, closeAuthority } = account;
  return (
    owner === vault && delegate === null && (closeAuthority === null || closeAuthority === vault)
  );
}
