import { PublicKey } from "@solana/web3.js";
import type { Account } from "litesvm/dist/internal.js";

/** The two token programs. */
export const TOKEN_PROGRAMS = {
  TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA: "spl-token",
  TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb: "spl-token-2022",
} as const;

/** What the RPC reads from a token account. Addresses in base58. */
export interface TokenAccountView {
  readonly mint: string;
  readonly owner: string;
  readonly amount: bigint;
  readonly delegate: string | undefined;
  readonly delegatedAmount: bigint;
  readonly state: "initialized" | "frozen";
  /** Lamports that a native (wrapped SOL) account keeps as rent reserve. */
  readonly nativeReserve: bigint | undefined;
  readonly closeAuthority: string | undefined;
}

/** What the RPC reads from a mint. */
export interface MintView {
  readonly mintAuthority: string | null;
  readonly supply: bigint;
  readonly decimals: number;
  readonly freezeAuthority: string | null;
}

/** The name of the token program that owns this account, if one does. */
export function tokenProgram(account: Account): "spl-token" | "spl-token-2022" | undefined {
  const owner = new PublicKey(account.owner()).toBase58();
  return owner in TOKEN_PROGRAMS ? TOKEN_PROGRAMS[owner as keyof typeof TOKEN_PROGRAMS] : undefined;
}

/** Reads a token account; undefined when the account is something else. */
export function readTokenAccount(account: Account): TokenAccountView | undefined {
  if (tokenProgram(account) === undefined) return undefined;
  const data = Buffer.from(account.data());
  const whole = data.length === 165 || (data.length > 165 && data[165] === 2);
  if (!whole || data[108] === 0) return undefined;
  return {
    mint: key(data, 0),
    owner: key(data, 32),
    amount: data.readBigUInt64LE(64),
    delegate: data.readUInt32LE(72) === 1 ? key(data, 76) : undefined,
    delegatedAmount: data.readBigUInt64LE(121),
    state: data[108] === 2 ? "frozen" : "initialized",
    nativeReserve: data.readUInt32LE(109) === 1 ? data.readBigUInt64LE(113) : undefined,
    closeAuthority: data.readUInt32LE(129) === 1 ? key(data, 133) : undefined,
  };
}

/** Reads a mint; undefined when the account is something else. */
export function readMint(account: Account): MintView | undefined {
  if (tokenProgram(account) === undefined) return undefined;
  const data = Buffer.from(account.data());
  const whole = data.length === 82 || (data.length > 165 && data[165] === 1);
  if (!whole || data[45] !== 1) return undefined;
  return {
    mintAuthority: data.readUInt32LE(0) === 1 ? key(data, 4) : null,
    supply: data.readBigUInt64LE(36),
    decimals: data[44] ?? 0,
    freezeAuthority: data.readUInt32LE(46) === 1 ? key(data, 50) : null,
  };
}

/** An amount as the RPC writes it: base units, decimals, and both decimal forms. */
export function uiTokenAmount(amount: bigint, decimals: number) {
  const digits = amount.toString().padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, "");
  const uiAmountString = fraction === "" ? whole : `${whole}.${fraction}`;
  return { amount: amount.toString(), decimals, uiAmount: Number(uiAmountString), uiAmountString };
}

function key(data: Buffer, at: number): string {
  return new PublicKey(data.subarray(at, at + 32)).toBase58();
}
