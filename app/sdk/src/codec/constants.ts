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
/** Most keys of a session's table. */
export const MAX_KEYS = 32;
/** Most limits of a session. */
export const MAX_LIMITS = 8;
/** Most rules of a session. */
export const MAX_RULES = 16;
/** Most data constraints of a rule. */
export const MAX_DATA_CONSTRAINTS = 8;
/** Most account constraints of a rule. */
export const MAX_ACCOUNT_CONSTRAINTS = 16;
/** Most accounts of an inner instruction. */
export const MAX_RULE_ACCOUNTS = 61;
/** Most inner instructions of a plan. */
export const MAX_INNER = 16;
/** Most values of an `in` constraint or keys of a set. */
export const MAX_CHOICES = 16;
/** Most position keys of a plan. */
export const MAX_POSITION_KEYS = 8;
/** Longest life of a session: 365 days. */
export const MAX_LIFE_SECONDS = 31_536_000;

/** The System program. */
export const SYSTEM_PROGRAM: Address = "11111111111111111111111111111111";
/** SPL Token. */
export const TOKEN_PROGRAM: Address = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA";
/** Token-2022. */
export const TOKEN_2022_PROGRAM: Address = "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb";
/** The Associated Token Account program. */
export const ATA_PROGRAM: Address = "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL";
/** The Stake program. */
export const STAKE_PROGRAM: Address = "Stake11111111111111111111111111111111111111";
/** The Compute Budget program. */
export const COMPUTE_BUDGET_PROGRAM: Address = "ComputeBudget111111111111111111111111111111";
/** The Address Lookup Table program. */
export const LOOKUP_TABLE_PROGRAM: Address = "AddressLookupTab1e1111111111111111111111111";
/** The Ed25519 precompile. */
export const ED25519_PROGRAM: Address = "Ed25519SigVerify111111111111111111111111111";
/** The secp256k1 precompile. */
export const SECP256K1_PROGRAM: Address = "KeccakSecp256k11111111111111111111111111111";
/** The secp256r1 precompile. */
export const SECP256R1_PROGRAM: Address = "Secp256r1SigVerify1111111111111111111111111";
/** The instructions sysvar. */
export const INSTRUCTIONS_SYSVAR: Address = "Sysvar1nstructions1111111111111111111111111";
/** The mint of wrapped SOL under SPL Token. */
export const NATIVE_MINT: Address = "So11111111111111111111111111111111111111112";
/** The mint of wrapped SOL under Token-2022. */
export const NATIVE_MINT_2022: Address = "9pan9bMn5HatX4EJdBwg9VgCa7Uz5HL8N1m5D3NdXejP";

/** The upgradeable loader, which owns programs that can be pinned. */
export const UPGRADEABLE_LOADER: Address = "BPFLoaderUpgradeab1e11111111111111111111111";

/** Programs that no session may call, besides Valetkey itself. */
export const RESERVED_PROGRAMS: readonly Address[] = [
  "NativeLoader1111111111111111111111111111111",
  "BPFLoader1111111111111111111111111111111111",
  "BPFLoader2111111111111111111111111111111111",
  UPGRADEABLE_LOADER,
  "LoaderV411111111111111111111111111111111111",
  "Vote111111111111111111111111111111111111111",
  "Config1111111111111111111111111111111111111",
  "Feature111111111111111111111111111111111111",
  LOOKUP_TABLE_PROGRAM,
  COMPUTE_BUDGET_PROGRAM,
  ED25519_PROGRAM,
  SECP256K1_PROGRAM,
  SECP256R1_PROGRAM,
];

/** A rule's kind byte: which typed decoder judges the program, 0 = none. */
export function kindOfProgram(program: Address): number {
  const kinds = [SYSTEM_PROGRAM, TOKEN_PROGRAM, TOKEN_2022_PROGRAM, ATA_PROGRAM, STAKE_PROGRAM];
  return kinds.indexOf(program) + 1;
}

/** True for wrapped SOL's mints, which limits and floors can't name: they are SOL. */
export function isNativeMint(mint: string): boolean {
  return mint === NATIVE_MINT || mint === NATIVE_MINT_2022;
}
