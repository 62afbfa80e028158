// Rules for the programs that everybody uses, without an IDL.
import { PublicKey } from "@solana/web3.js";

import {
  ATA_PROGRAM,
  SYSTEM_PROGRAM,
  TOKEN_2022_PROGRAM,
  TOKEN_PROGRAM,
} from "../codec/constants.js";
import type { AccountConstraint, DataConstraint } from "../codec/types.js";
import { invalid } from "../errors/error.js";
import { roleObject, type Role } from "./roles.js";
import { makeRule, type Rule, type RuleOptions } from "./rule.js";

/** One address, or one of several. */
export type Recipients = PublicKey | readonly PublicKey[];

/** Which token program; SPL Token when left out. */
export type TokenProgram = "token" | "token-2022";

/** The transfer hook of a Token-2022 mint. */
export interface TransferHook {
  readonly program: PublicKey;
  /** Roles of the accounts that the hook asks for, in its order. */
  readonly accounts?: readonly Role[];
}

function programOf(program: TokenProgram = "token"): string {
  return program === "token" ? TOKEN_PROGRAM : TOKEN_2022_PROGRAM;
}

function most(offset: number, max: bigint | undefined): readonly DataConstraint[] {
  if (max === undefined) return [];
  return [{ offset, from: "start", field: "u64", operator: "le", values: [max] }];
}

/** The account at a position is one of these keys. */
export function boundTo(position: number, to: Recipients): AccountConstraint {
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
  const accounts = input.to === undefined ? [] : [boundTo(1, input.to)];
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
 * Tokens of one mint (`TransferChecked`) from the vault, or with `from` out of that wallet's own account, whose delegate is the
 * vault. `to` is a wallet: the receiving account must belong to it at use; `max` bounds each transfer, in base units. Needs a
 * limit of the mint, with `from` one of that wallet. A mint with a transfer hook needs `hook`, and the opt-in `transferHook`.
 *
 * @example
 * ```ts
 * allowTokenTransfer({ mint: usdc, to: shop, max: 5_000_000n });
 * allowTokenTransfer({ mint: usdc, to: shop, from: wallet.publicKey });
 * ```
 */
export function allowTokenTransfer(
  input: RuleOptions & {
    readonly mint: PublicKey;
    readonly to?: PublicKey;
    readonly from?: PublicKey;
    readonly max?: bigint;
    readonly tokenProgram?: TokenProgram;
    readonly hook?: TransferHook;
  },
): Rule {
  const mint = input.mint.toBase58();
  const { from, to, hook } = input;
  if (hook !== undefined && input.tokenProgram !== "token-2022") {
    throw invalid("hook", 'transfer hooks belong to tokenProgram "token-2022"');
  }
  const more = hook === undefined ? [] : hookAccounts(hook, input.mint);
  const count = 4 + (hook === undefined ? 0 : (hook.accounts?.length ?? 0) + 2);
  return makeRule(
    {
      label: "transfer tokens",
      program: programOf(input.tokenProgram),
      discriminator: Uint8Array.of(12),
      ...{ minAccounts: count, maxAccounts: count, data: most(1, input.max) },
      accounts: [
        from === undefined
          ? { position: 0, kind: "vaultToken", mint }
          : { position: 0, kind: "ownerToken", owner: from.toBase58(), mint },
        { position: 1, kind: "key", key: mint },
        ...(to === undefined
          ? []
          : ([{ position: 2, kind: "ownerToken", owner: to.toBase58(), mint }] as const)),
        ...more,
      ],
    },
    input,
  );
}

/** A transfer hook: its accounts by position, behind those of the transfer, then its program and its list of accounts. */
function hookAccounts(
  { program, accounts = [] }: TransferHook,
  mint: PublicKey,
): readonly AccountConstraint[] {
  const seeds = [new TextEncoder().encode("extra-account-metas"), mint.toBytes()];
  const [list] = PublicKey.findProgramAddressSync(seeds, program);
  return [...accounts, program, list].flatMap((role, i): readonly AccountConstraint[] => {
    const said = roleObject(role, program.toBase58());
    return said.kind === "free" ? [] : [{ position: 4 + i, ...said }];
  });
}

/**
 * Closing token accounts of the vault that are empty or wrap SOL, of this mint or of any; their lamports go to the vault. Needs
 * the opt-in `closeAccounts`.
 *
 * @example
 * ```ts
 * terms({ expiresInSeconds: 60, uses: 1, allow: [allowTokenAccountClosing()], optIns: { closeAccounts: true } });
 * ```
 */
export function allowTokenAccountClosing(
  input: RuleOptions & {
    readonly mint?: PublicKey;
    readonly tokenProgram?: TokenProgram;
  } = {},
): Rule {
  return makeRule(
    {
      label: "close token account",
      program: programOf(input.tokenProgram),
      discriminator: Uint8Array.of(9),
      ...{ minAccounts: 3, maxAccounts: 3 },
      accounts: [{ position: 0, kind: "vaultToken", mint: input.mint?.toBase58() ?? null }],
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
      ...{ minAccounts: 6, maxAccounts: 6, accounts: [boundTo(2, input.wallet), ...mint] },
    },
    input,
  );
}
