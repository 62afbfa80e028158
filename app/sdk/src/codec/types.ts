// The plain data of terms, sessions and plans. Keys are base58 text, 64-bit numbers are bigints.
import type { Address, Asset } from "./address.js";

/** Numeric field of instruction data. */
export type NumericField = "u8" | "u16" | "u32" | "u64" | "i64";

/** Numeric field without a sign: what a cap can sum, and a mask be laid on. */
export type UnsignedField = Exclude<NumericField, "i64">;

/** Where a field of instruction data lies: bytes from the start, or distance of its first byte from the end. */
export interface FieldPlace {
  readonly offset: number;
  readonly from: "start" | "end";
}

/** A condition on instruction data; missing bytes make each of them false. */
export type DataConstraint = FieldPlace &
  (
    | {
        readonly field: NumericField;
        /** `in`: one of 1 to 16 values; `mask`: two values, `field & first === second`; the rest: one value. */
        readonly operator: "eq" | "ne" | "lt" | "le" | "gt" | "ge" | "in" | "mask";
        readonly values: readonly bigint[];
      }
    | {
        readonly field: "key";
        readonly operator: "eq" | "ne" | "in";
        readonly values: readonly Address[];
      }
    | { readonly field: "bytes"; readonly operator: "eq" | "ne"; readonly value: Uint8Array }
  );

/** What an account at a position must be. */
export type AccountRole =
  | { readonly kind: "key"; readonly key: Address }
  | { readonly kind: "set"; readonly keys: readonly Address[] }
  | { readonly kind: "vault" }
  | { readonly kind: "vaultToken"; readonly mint: Address | null }
  | { readonly kind: "ownerToken"; readonly owner: Address; readonly mint: Address | null }
  | { readonly kind: "positionKey" }
  | { readonly kind: "programOwned" }
  | { readonly kind: "any" };

/** A condition on the account at a position of the inner instruction, counted from 0. */
export type AccountConstraint = { readonly position: number } & AccountRole;

/** At least `minimum` base units of `get` for every `per` base units of `give`. */
export interface FloorData {
  readonly give: Asset;
  readonly get: Asset;
  readonly minimum: bigint;
  readonly per: bigint;
}

/** The deployment of a program that a rule stands for: after an upgrade the rule allows nothing. */
export interface PinData {
  /** Where the loader keeps the program's code. */
  readonly programData: Address;
  /** Slot of its deployment. */
  readonly slot: bigint;
}

/** Cap on the sum of one numeric argument over all uses of a rule. */
export type CapData = FieldPlace & { readonly field: UnsignedField; readonly total: bigint };

/** One allowed instruction of one program. */
export interface RuleData {
  /** Unique in the session, 0..65535; what was spent stays with it when terms are renewed. */
  readonly id: number;
  readonly program: Address;
  readonly mode: "vault" | "native";
  /** 1, 4 or 8 bytes. */
  readonly discriminator: Uint8Array;
  readonly minAccounts: number;
  readonly maxAccounts: number;
  /** Own uses, or null when only the session's count. */
  readonly uses: number | null;
  readonly floor: FloorData | null;
  /** Unconstrained writable and executable accounts are let through. */
  readonly unbound: boolean;
  readonly pin: PinData | null;
  readonly cap: CapData | null;
  readonly data: readonly DataConstraint[];
  /** By strictly rising position. */
  readonly accounts: readonly AccountConstraint[];
}

/** Cap on what may leave of one asset. */
export interface LimitData {
  readonly asset: Asset;
  /** The word `vault`, or the wallet from whose accounts a delegate session takes. */
  readonly source: Address;
  readonly total: bigint;
  readonly perExecute: bigint | null;
  readonly perPeriod: { readonly amount: bigint; readonly seconds: number } | null;
}

/** Everything that an owner approves, as the program stores it. */
export interface TermsData {
  /** Unix seconds. */
  readonly startsAt: bigint;
  readonly expiresAt: bigint;
  readonly uses: number | "unlimited";
  readonly closeAccounts: boolean;
  readonly positionKeys: boolean;
  readonly feeBudget: {
    readonly sponsor: Address;
    readonly total: bigint;
    readonly perExecute: bigint;
  } | null;
  readonly guardian: Address | null;
  /** sha256 of the origin's text. */
  readonly origin: Uint8Array | null;
  /** Token-2022 extensions allowed, bit = extension type. */
  readonly extensions: bigint;
  /** The key table: every key that the rest names, each once. */
  readonly keys: readonly Address[];
  readonly limits: readonly LimitData[];
  readonly rules: readonly RuleData[];
}

/** A rule in a session, with its counters. */
export interface SessionRule extends RuleData {
  readonly usesSpent: number;
  readonly capSpent: bigint;
}

/** A limit in a session, with its counters. */
export interface SessionLimit extends LimitData {
  readonly decimals: number;
  readonly token2022: boolean;
  readonly spent: bigint;
  /** Number of the period that `periodSpent` counts. */
  readonly period: bigint;
  readonly periodSpent: bigint;
}

/** A session account, decoded. */
export interface SessionAccount extends TermsData {
  readonly limits: readonly SessionLimit[];
  readonly rules: readonly SessionRule[];
  readonly revoked: boolean;
  /** True for the record of a cancelled text: a header without terms. */
  readonly record: boolean;
  readonly bump: number;
  readonly vaultBump: number;
  readonly revision: number;
  readonly grantId: bigint;
  readonly config: Address;
  readonly vault: Address;
  readonly sessionKey: Address;
  readonly rentPayer: Address;
  readonly epoch: bigint;
  readonly grantDeadline: bigint;
  readonly createdAt: bigint;
  /** Executes so far. */
  readonly seq: bigint;
  /** Highest `once` number seen, 0 = none. */
  readonly onceHighest: bigint;
  /** Bit i: number `onceHighest - 1 - i` was seen. */
  readonly onceMap: bigint;
  readonly usesSpent: number;
  readonly feesPaid: bigint;
}

/** A vault config account, decoded. */
export interface VaultConfig {
  readonly kind: "canonical" | "council";
  readonly index: number;
  readonly bump: number;
  readonly vaultBump: number;
  readonly threshold: number;
  readonly timelockSeconds: number;
  readonly epoch: bigint;
  readonly ownersRevision: bigint;
  /** The owner of a canonical config, or the council's base. */
  readonly seedKey: Address;
  readonly vault: Address;
  /** Sorted by their bytes. */
  readonly owners: readonly Address[];
}

/** One inner instruction of a plan; numbers index the accounts of the outer instruction. */
export interface PlanInner {
  /** Position of the rule in the terms, 255 in an owner's own plan. */
  readonly rule: number;
  readonly program: number;
  readonly accounts: readonly number[];
  readonly data: Uint8Array;
}

/** The arguments of `execute`; absent guards are undefined. */
export interface PlanData {
  readonly once?: bigint;
  readonly seq?: bigint;
  readonly grant?: bigint;
  readonly keysHash?: Uint8Array;
  readonly fee?: { readonly lamports: bigint; readonly account: number };
  /** `asset`: key index of a mint in the session's table, 255 = SOL. */
  readonly minReceive?: readonly { readonly asset: number; readonly amount: bigint }[];
  readonly positionKeys?: readonly {
    readonly account: number;
    readonly number: number;
    readonly bump: number;
  }[];
  readonly inner: readonly PlanInner[];
}
