// Terms: everything that an owner approves.
import { sha256 } from "@noble/hashes/sha2";
import type { PublicKey } from "@solana/web3.js";

import { VALETKEY_PROGRAM_ID } from "../addresses.js";
import type { Address, AddressLike } from "../codec/address.js";
import { extensionBits, TOKEN_EXTENSIONS, type TokenExtension } from "../codec/extensions.js";
import { encodeTerms, withoutCounters } from "../codec/terms.js";
import type { AccountConstraint, LimitData, RuleData, TermsData } from "../codec/types.js";
import { invalid, refused } from "../errors/error.js";
import { checkTerms, checkWindow } from "./check.js";
import { keyTable } from "./key-table.js";
import type { Rule } from "./rule.js";

/** What terms allow only when they say so: each is loud in the grant's text. */
export interface OptIns {
  /** Rules may close token accounts of the vault that are empty or wrap SOL; their lamports go to the vault. */
  readonly closeAccounts?: boolean;
  /** Rules may let fresh addresses of the session sign, see the role `positionKey`. */
  readonly positionKeys?: boolean;
  /** Token-2022 extensions that mints of limits and floors, and accounts of the vault, may have. */
  readonly tokenExtensions?: readonly TokenExtension[];
}

/** What the program may pay for fees, in lamports, beside all limits. */
export interface FeeBudget {
  /** Who is paid, and only in a transaction that he signs; it may be the session key. */
  readonly sponsor: PublicKey;
  readonly total: bigint;
  readonly perExecute: bigint;
}

/** What terms are made of. Times are unix seconds. */
export interface TermsInput {
  /** Counted from when the terms are resolved (the chain's clock); or give `expiresAt`. */
  readonly expiresInSeconds?: number;
  readonly expiresAt?: bigint;
  /** Not before; left out: now. Periods of limits count from here. */
  readonly startsAt?: bigint;
  /** How many executes, or `"unlimited"`. */
  readonly uses: number | "unlimited";
  /** The scope; an empty one is `EmptyScope`. */
  readonly allow: readonly Rule[];
  readonly limits?: readonly LimitData[];
  readonly feeBudget?: FeeBudget;
  readonly optIns?: OptIns;
  /** May end the session, nothing else. */
  readonly guardian?: PublicKey;
  /** Where the terms were asked for, `https://…`: its sha256 is kept. */
  readonly origin?: string;
}

/** Terms that were checked; `resolve` fixes their window. */
export interface Terms {
  readonly input: TermsInput;
  /**
   * The data that the program stores. `now` is the chain's clock; `vault` turns keys that are the vault into the role `vault`.
   * Throws `BadWindow`, and whatever only the vault, its config or the program id show.
   */
  resolve(input: {
    readonly now: bigint;
    readonly vault?: AddressLike;
    readonly config?: AddressLike;
    readonly programId?: AddressLike;
  }): TermsData;
}

/**
 * Checks terms; whatever the program would refuse is thrown here under the same name, before anything is sent.
 *
 * @example
 * ```ts
 * const hour = terms({ expiresInSeconds: 3_600, uses: 100, allow: rules, limits: [limit({ asset: SOL, total: 10n })] });
 * const data = hour.resolve({ now, vault: owner.vault });
 * ```
 */
export function terms(input: TermsInput): Terms {
  const { expiresInSeconds, expiresAt } = input;
  if ((expiresInSeconds === undefined) === (expiresAt === undefined)) {
    throw invalid("terms", "give either expiresInSeconds or expiresAt");
  }
  if (expiresInSeconds !== undefined && !Number.isSafeInteger(expiresInSeconds)) {
    throw invalid("expiresInSeconds", `${expiresInSeconds} isn't an integer`);
  }
  if (expiresInSeconds !== undefined && (expiresInSeconds < 1 || expiresInSeconds > 31_536_000)) {
    throw refused("BadWindow");
  }
  const data = build(input, 0n, null);
  checkTerms(data, { programId: VALETKEY_PROGRAM_ID.toBase58() });
  encodeTerms(data);
  return {
    input,
    resolve({ now, vault, config, programId = VALETKEY_PROGRAM_ID }) {
      const resolved = build(input, now, vault?.toString() ?? null);
      checkWindow(resolved, now);
      checkTerms(resolved, {
        programId: programId.toString(),
        ...(vault === undefined ? {} : { vault: vault.toString() }),
        ...(config === undefined ? {} : { config: config.toString() }),
      });
      return resolved;
    },
  };
}

function build(input: TermsInput, now: bigint, vault: Address | null): TermsData {
  const startsAt = input.startsAt ?? now;
  const opens = startsAt > now ? startsAt : now;
  const expiresAt = input.expiresAt ?? opens + BigInt(input.expiresInSeconds ?? 0);
  const limits = input.limits ?? [];
  const rules = input.allow.map((rule, index): RuleData => {
    const accounts = rule.accounts.map((constraint) => sayVault(constraint, vault));
    return withoutCounters({ ...rule, id: rule.id ?? index + 1, accounts });
  });
  const guardian = input.guardian?.toBase58() ?? null;
  const { closeAccounts = false, positionKeys = false, tokenExtensions = [] } = input.optIns ?? {};
  const feeBudget = feeBudgetData(input.feeBudget);
  return {
    ...{ startsAt, expiresAt, uses: input.uses, guardian, limits, rules },
    ...{ closeAccounts, positionKeys, feeBudget, extensions: extensionsOf(tokenExtensions) },
    origin: input.origin === undefined ? null : originHash(input.origin),
    keys: keyTable({ rules, limits, guardian, feeBudget }),
  };
}

function feeBudgetData(budget: FeeBudget | undefined): TermsData["feeBudget"] {
  if (budget === undefined) return null;
  const { sponsor, total, perExecute } = budget;
  return { sponsor: sponsor.toBase58(), total, perExecute };
}

function extensionsOf(names: readonly TokenExtension[]): bigint {
  const unknown = names.find((name) => !Object.hasOwn(TOKEN_EXTENSIONS, name));
  if (unknown !== undefined) {
    const known = Object.keys(TOKEN_EXTENSIONS).join(", ");
    throw invalid("tokenExtensions", `"${unknown}" can't be allowed; there are ${known}`);
  }
  return extensionBits(names);
}

/** The program wants the vault said as "vault", so that a reader sees where it signs. */
function sayVault(constraint: AccountConstraint, vault: Address | null): AccountConstraint {
  const { position } = constraint;
  if (constraint.kind === "key" && constraint.key === vault) return { position, kind: "vault" };
  const named =
    (constraint.kind === "set" && vault !== null && constraint.keys.includes(vault)) ||
    (constraint.kind === "ownerToken" && constraint.owner === vault);
  if (named) {
    const detail = `Position ${position} names the vault; use the roles vault and vaultToken.`;
    throw refused("BadConstraint", { subject: "position", index: position, detail });
  }
  return constraint;
}

/** Hash of an origin: `https://` and a host of lowercase letters, digits, dots and hyphens. */
export function originHash(origin: string): Uint8Array {
  if (!/^https:\/\/[a-z0-9.-]{1,64}$/.test(origin)) {
    throw invalid("origin", `"${origin}" isn't https:// and a host`);
  }
  return sha256(origin);
}
