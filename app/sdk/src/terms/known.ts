// Rules for the programs that everybody uses, without an IDL.
import type { PublicKey } from "@solana/web3.js";

import {
  ATA_PROGRAM,
  SYSTEM_PROGRAM,
  TOKEN_2022_PROGRAM,
  TOKEN_PROGRAM,
} from "../codec/constants.js";
import type { AccountConstraint, DataConstraint } from "../codec/types.js";
import { roleObject } from "./roles.js";
import { makeRule, type Rule, type RuleOptions } from "./rule.js";

/** One recipient, or one of several. */
export type Recipients = PublicKey | readonly PublicKey[];

/** Which token program; SPL Token when left out. */
export type TokenProgram = "token" | "token-2022";

function programOf(program: TokenProgram = "token"): string {
  return program === "token" ? TOKEN_PROGRAM : TOKEN_2022_PROGRAM;
}

function most(offset: number, max: bigint | undefined): readonly DataConstraint[] {
  if (max === undefined) return [];
  return [{ offset, from: "start", field: "u64", operator: "le", values: [max] }];
}

function constrained(position: number, to: Recipients): AccountConstraint {
  const role = roleObject(to, SYSTEM_PROGRAM);
  return role.kind === "set" || role.kind === "key"
    ? { position, ...role }
    : { position, kind: "any" };
}

/**
 * SOL from the vault; `to` bounds who gets it, `max` each transfer, in lamports. Needs a SOL limit.
 *
 * @example
 * ```ts
 * allowSolTransfer({ to: shop, max: 50_000_000n });
 * ```
 */
export function allowSolTransfer(
  input: RuleOptions & { readonly to?: Recipients; readonly max?: bigint } = {},
): Rule {
  const accounts = input.to === undefined ? [] : [constrained(1, input.to)];
  return makeRule(
    {
      label: "transfer SOL",
      program: SYSTEM_PROGRAM,
      discriminator: Uint8Array.of(2, 0, 0, 0),
      ...{ minAccounts: 2, maxAccounts: 2, data: most(4, input.max), accounts },
    },
    input,
  );
}

/**
 * Tokens of one mint from the vault (`TransferChecked`). `to` is a wallet: the receiving account must belong to it at use; `max`
 * bounds each transfer, in base units. Needs a limit of the mint.
 *
 * @example
 * ```ts
 * allowTokenTransfer({ mint: usdc, to: shop, max: 5_000_000n });
 * ```
 */
export function allowTokenTransfer(
  input: RuleOptions & {
    readonly mint: PublicKey;
    readonly to?: PublicKey;
    readonly max?: bigint;
    readonly tokenProgram?: TokenProgram;
  },
): Rule {
  const mint = input.mint.toBase58();
  const to: readonly AccountConstraint[] =
    input.to === undefined
      ? []
      : [{ position: 2, kind: "ownerToken", owner: input.to.toBase58(), mint }];
  return makeRule(
    {
      label: "transfer tokens",
      program: programOf(input.tokenProgram),
      discriminator: Uint8Array.of(12),
      ...{ minAccounts: 4, maxAccounts: 4, data: most(1, input.max) },
      accounts: [
        { position: 0, kind: "vaultToken", mint },
        { position: 1, kind: "key", key: mint },
        ...to,
      ],
    },
    input,
  );
}

/**
 * `SyncNative`: wrapped SOL of the vault catches up with its lamports. Moves nothing out.
 *
 * @example
 * ```ts
 * const rules = [allowSyncNative(), allowSolTransfer({ to: shop })];
 * ```
 */
export function allowSyncNative(
  input: RuleOptions & { readonly tokenProgram?: TokenProgram } = {},
): Rule {
  return makeRule(
    {
      label: "sync wrapped SOL",
      program: programOf(input.tokenProgram),
      discriminator: Uint8Array.of(17),
      ...{ minAccounts: 1, maxAccounts: 1 },
    },
    input,
  );
}

/**
 * Creating the associated token account of these wallets at the vault's cost; the rent counts against the SOL limit.
 *
 * @example
 * ```ts
 * allowTokenAccountCreation({ wallet: shop, mint: usdc, uses: 1 });
 * ```
 */
export function allowTokenAccountCreation(
  input: RuleOptions & { readonly wallet: Recipients; readonly mint?: PublicKey },
): Rule {
  const mint: readonly AccountConstraint[] =
    input.mint === undefined ? [] : [{ position: 3, kind: "key", key: input.mint.toBase58() }];
  return makeRule(
    {
      label: "create token account",
      program: ATA_PROGRAM,
      discriminator: Uint8Array.of(1),
      ...{ minAccounts: 6, maxAccounts: 6, accounts: [constrained(2, input.wallet), ...mint] },
    },
    input,
  );
}
