// Terms as tests write them: with addresses in place, no key table. `toTermsData` (terms.ts) makes the client's plain data of them,
// also when they are unsafe: what the client's own `terms()` would refuse must reach the program here.
import { ASSOCIATED_TOKEN_PROGRAM_ID, TOKEN_PROGRAM_ID } from "@solana/spl-token";
import { SystemProgram, type PublicKey } from "@solana/web3.js";
import type { DataConstraint, RuleData } from "@valetkey/sdk/layers";

/** What may stand at a position of an inner instruction. */
export type Role =
  | { readonly kind: "key"; readonly key: PublicKey }
  | { readonly kind: "set"; readonly keys: readonly PublicKey[] }
  | { readonly kind: "vault" }
  | { readonly kind: "vaultToken"; readonly mint?: PublicKey }
  | { readonly kind: "ownerToken"; readonly wallet: PublicKey; readonly mint?: PublicKey }
  | { readonly kind: "positionKey" }
  | { readonly kind: "programOwned" }
  | { readonly kind: "any" };

export const vault: Role = { kind: "vault" };
export const any: Role = { kind: "any" };
export const positionKey: Role = { kind: "positionKey" };
export const programOwned: Role = { kind: "programOwned" };
export const key = (address: PublicKey): Role => ({ kind: "key", key: address });
export const set = (...keys: PublicKey[]): Role => ({ kind: "set", keys });
export const vaultToken = (mint?: PublicKey): Role =>
  mint === undefined ? { kind: "vaultToken" } : { kind: "vaultToken", mint };
export const ownerToken = (wallet: PublicKey, mint?: PublicKey): Role =>
  mint === undefined ? { kind: "ownerToken", wallet } : { kind: "ownerToken", wallet, mint };

/** A limit's asset: a mint, or SOL. */
export type AssetSpec = PublicKey | "SOL";

/** A rule. `count` is the number of accounts, or the least and the most. */
export interface RuleSpec {
  readonly program: PublicKey;
  readonly discriminator: readonly number[];
  readonly count: number | readonly [number, number];
  readonly accounts?: Readonly<Record<number, Role>>;
  readonly data?: readonly DataConstraint[];
  readonly uses?: number;
  readonly floor?: {
    readonly give: AssetSpec;
    readonly get: AssetSpec;
    readonly minimum: bigint;
    readonly per: bigint;
  };
  readonly unbound?: boolean;
  readonly id?: number;
  /** Default: vault. */
  readonly mode?: "vault" | "native";
  readonly pin?: { readonly programData: PublicKey; readonly slot: bigint };
  readonly cap?: NonNullable<RuleData["cap"]>;
}

/** A limit on the vault's money, or on what a wallet keeps. */
export interface LimitSpec {
  readonly asset: AssetSpec;
  /** Default: the vault. */
  readonly wallet?: PublicKey;
  readonly total: bigint;
  readonly perExecute?: bigint;
  readonly perPeriod?: { readonly amount: bigint; readonly seconds: number };
}

/** Terms; what is left out is: an hour from now, 100 uses, no opt-ins. */
export interface TermsSpec {
  readonly rules: readonly RuleSpec[];
  readonly limits?: readonly LimitSpec[];
  readonly startsAt?: bigint;
  readonly expiresAt?: bigint;
  readonly uses?: number | "unlimited";
  readonly closes?: boolean;
  readonly positionKeys?: boolean;
  readonly feeBudget?: {
    readonly sponsor: PublicKey;
    readonly total: bigint;
    readonly perExecute: bigint;
  };
  readonly origin?: Uint8Array;
  /** Types of Token-2022 extensions. */
  readonly extensions?: readonly number[];
  readonly guardian?: PublicKey;
}

/** A rule for System `Transfer` from the vault, to `to` or to anyone. */
export const solTransferRule = (to?: PublicKey): RuleSpec => ({
  program: SystemProgram.programId,
  discriminator: [2, 0, 0, 0],
  count: 2,
  accounts: { 0: vault, 1: to === undefined ? any : key(to) },
});

/** A rule for Token `Transfer` (or Token-2022's), to accounts of wallet `to`, or to any account. */
export const tokenTransferRule = (
  options: {
    readonly mint?: PublicKey;
    readonly to?: PublicKey;
    readonly program?: PublicKey;
  } = {},
): RuleSpec => ({
  program: options.program ?? TOKEN_PROGRAM_ID,
  discriminator: [3],
  count: 3,
  accounts: {
    0: vaultToken(options.mint),
    1: options.to === undefined ? any : ownerToken(options.to, options.mint),
    2: vault,
  },
});

/** A rule for Token `TransferChecked`, to accounts of wallet `to`, or to any account. */
export const tokenTransferCheckedRule = (options: {
  readonly mint: PublicKey;
  readonly to?: PublicKey;
  readonly program?: PublicKey;
}): RuleSpec => ({
  program: options.program ?? TOKEN_PROGRAM_ID,
  discriminator: [12],
  count: 4,
  accounts: {
    0: vaultToken(options.mint),
    1: key(options.mint),
    2: options.to === undefined ? any : ownerToken(options.to, options.mint),
    3: vault,
  },
});

/** A rule for the idempotent creation of `wallet`'s token account of `mint`, paid by the vault. */
export const createTokenAccountRule = (wallet: PublicKey, mint: PublicKey): RuleSpec => ({
  program: ASSOCIATED_TOKEN_PROGRAM_ID,
  discriminator: [1],
  count: 6,
  accounts: { 0: vault, 2: key(wallet), 3: key(mint) },
});

/** A rule for one of the Token program's instructions by number, whose positions may hold anything. */
export const tokenRule = (
  discriminator: number,
  count: number | readonly [number, number],
  accounts: Readonly<Record<number, Role>> = {},
  program: PublicKey = TOKEN_PROGRAM_ID,
): RuleSpec => ({ program, discriminator: [discriminator], count, accounts });
