// Sizes, bounds and addresses that the layouts speak of (docs/layout.md).
import type { Address } from "./address.js";

/** Version byte of every account and of the terms. */
export const VERSION = 1;
/** A key index that means: none, or SOL where an asset is meant. */
export const NO_KEY = 255;
/** Bytes of a vault config. */
export const CONFIG_SIZE = 488;
/** Bytes of a session's header. */
export const HEADER_SIZE = 320;
/** Bytes of a limit in a session. */
export const LIMIT_SIZE = 56;
/** Most bytes of a session. */
export const MAX_SESSION_SIZE = 3072;
/** Most keys, limits, rules, data and account constraints, accounts of an inner instruction, inner instructions. */
export const MAX_KEYS = 32;
export const MAX_LIMITS = 8;
export const MAX_RULES = 16;
export const MAX_DATA_CONSTRAINTS = 8;
export const MAX_ACCOUNT_CONSTRAINTS = 16;
export const MAX_RULE_ACCOUNTS = 61;
export const MAX_INNER = 16;
/** Most values of an `in` constraint or keys of a set. */
export const MAX_CHOICES = 16;
/** Longest life of a session: 365 days. */
export const MAX_LIFE_SECONDS = 31_536_000;

export const SYSTEM_PROGRAM: Address = "11111111111111111111111111111111";
export const TOKEN_PROGRAM: Address = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA";
export const TOKEN_2022_PROGRAM: Address = "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb";
export const ATA_PROGRAM: Address = "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL";
export const STAKE_PROGRAM: Address = "Stake11111111111111111111111111111111111111";
export const COMPUTE_BUDGET_PROGRAM: Address = "ComputeBudget111111111111111111111111111111";
export const LOOKUP_TABLE_PROGRAM: Address = "AddressLookupTab1e1111111111111111111111111";
export const ED25519_PROGRAM: Address = "Ed25519SigVerify111111111111111111111111111";
export const SECP256K1_PROGRAM: Address = "KeccakSecp256k11111111111111111111111111111";
export const SECP256R1_PROGRAM: Address = "Secp256r1SigVerify1111111111111111111111111";
export const INSTRUCTIONS_SYSVAR: Address = "Sysvar1nstructions1111111111111111111111111";
export const NATIVE_MINT: Address = "So11111111111111111111111111111111111111112";
export const NATIVE_MINT_2022: Address = "9pan9bMn5HatX4EJdBwg9VgCa7Uz5HL8N1m5D3NdXejP";

/** Programs that no session may call, besides Valetkey itself; Stake until it has a typed decoder. */
export const RESERVED_PROGRAMS: readonly Address[] = [
  "NativeLoader1111111111111111111111111111111",
  "BPFLoader1111111111111111111111111111111111",
  "BPFLoader2111111111111111111111111111111111",
  "BPFLoaderUpgradeab1e11111111111111111111111",
  "LoaderV411111111111111111111111111111111111",
  "Vote111111111111111111111111111111111111111",
  "Config1111111111111111111111111111111111111",
  "Feature111111111111111111111111111111111111",
  LOOKUP_TABLE_PROGRAM,
  COMPUTE_BUDGET_PROGRAM,
  ED25519_PROGRAM,
  SECP256K1_PROGRAM,
  SECP256R1_PROGRAM,
  STAKE_PROGRAM,
];

/** A rule's kind byte: which typed decoder judges the program, 0 = none. */
export function kindOfProgram(program: Address): number {
  const kinds = [SYSTEM_PROGRAM, TOKEN_PROGRAM, TOKEN_2022_PROGRAM, ATA_PROGRAM, STAKE_PROGRAM];
  return kinds.indexOf(program) + 1;
}
