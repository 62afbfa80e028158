// Roles: what an account at a position of an instruction must be.
import { PublicKey } from "@solana/web3.js";

import type { AccountRole } from "../codec/types.js";
import { invalid } from "../errors/error.js";

/** A role as an object: one of the program's account constraints, or `free`. */
export type RoleObject = AccountRole | { readonly kind: "free" };

/**
 * What the caller says of an account: a key, one of several keys (null = an optional account left out), or one of `vault`,
 * `vaultToken()`, `ownerToken()`, `positionKey`, `programOwned`, `any`, `free`.
 */
export type Role = PublicKey | null | readonly (PublicKey | null)[] | RoleObject;

/** The vault itself. */
export const vault: RoleObject = { kind: "vault" };

/**
 * A fresh address of the session, empty before, which signs here: for programs that want a new signing account, such as the mint
 * of a position. The terms must opt in to position keys.
 */
export const positionKey: RoleObject = { kind: "positionKey" };

/** Any account but the vault: loud in the grant's text. */
export const any: RoleObject = { kind: "any" };

/** An account that belongs to the called program, never a token or System account. */
export const programOwned: RoleObject = { kind: "programOwned" };

/** No constraint: at use only a readonly account that is no program, or a clean token account of the vault, may stand there. */
export const free: RoleObject = { kind: "free" };

/**
 * A token account that the vault alone controls, of this mint or of any.
 *
 * @example
 * ```ts
 * allow({ program: arena, instruction: "swap", accounts: { source: vaultToken(gold), destination: vaultToken() } });
 * ```
 */
export function vaultToken(mint?: PublicKey): RoleObject {
  return { kind: "vaultToken", mint: mint?.toBase58() ?? null };
}

/**
 * A token account that belongs to this wallet when it is used, of this mint or of any.
 *
 * @example
 * ```ts
 * allow({ program: arena, instruction: "pay", accounts: { destination: ownerToken(shop, gold) } });
 * ```
 */
export function ownerToken(wallet: PublicKey, mint?: PublicKey): RoleObject {
  return { kind: "ownerToken", owner: wallet.toBase58(), mint: mint?.toBase58() ?? null };
}

/** The role as data; `absent` is the program's own id, which stands where an optional account is left out. */
export function roleObject(role: Role, absent: string): RoleObject {
  const text = (key: PublicKey | null): string => key?.toBase58() ?? absent;
  if (role === null) return { kind: "key", key: absent };
  if (isPublicKey(role)) return { kind: "key", key: text(role) };
  if (!("kind" in role)) {
    const keys = [...new Set(role.map(text))];
    const [first] = keys;
    if (first === undefined) throw invalid("role", "an empty list allows no account at all");
    return keys.length === 1 ? { kind: "key", key: first } : { kind: "set", keys };
  }
  return role;
}

/** Also a PublicKey of another copy of web3.js. */
function isPublicKey(role: NonNullable<Role>): role is PublicKey {
  return role instanceof PublicKey || "toBase58" in role;
}
