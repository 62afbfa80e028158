// Words for the programs that everybody uses: fixed here, no caller's names replace them.
import type { Address } from "../codec/address.js";
import {
  ATA_PROGRAM,
  NATIVE_MINT,
  NATIVE_MINT_2022,
  SYSTEM_PROGRAM,
  TOKEN_2022_PROGRAM,
  TOKEN_PROGRAM,
} from "../codec/constants.js";
import type { Asset } from "../codec/address.js";
import type { RuleData } from "../codec/types.js";
import type { ArgumentNames, InstructionNames } from "./names.js";

/** Names of addresses that everybody knows. */
export const KNOWN_NAMES: Readonly<Record<Address, string>> = {
  [SYSTEM_PROGRAM]: "System",
  [TOKEN_PROGRAM]: "SPL Token",
  [TOKEN_2022_PROGRAM]: "Token-2022",
  [ATA_PROGRAM]: "Associated Token Account",
  [NATIVE_MINT]: "wrapped SOL",
  [NATIVE_MINT_2022]: "wrapped SOL (Token-2022)",
};

/** An instruction with a typed decoder, in words. */
export interface KnownInstruction extends InstructionNames {
  /** What it does to the vault. */
  readonly effect: string;
  /** Position of the account that receives; null: nothing leaves to anybody. */
  readonly receiver: number | null;
  /** Positions that the decoder itself fixes, so that they need no constraint. */
  readonly fixed: readonly number[];
}

const amountAt = (offset: number): ArgumentNames => ({
  ...{ name: "amount", fromStart: offset, fromEnd: null, field: "u64", size: 8 },
  ...{ signed: false, values: null },
});

const TOKEN: Readonly<Record<string, KnownInstruction>> = {
  "03": {
    ...{ name: "transfer", effect: "tokens leave the vault", args: [amountAt(1)] },
    ...{ accounts: ["from", "to", "authority"], receiver: 1, fixed: [0, 2] },
  },
  "0c": {
    ...{ name: "transferChecked", effect: "tokens leave the vault", args: [amountAt(1)] },
    ...{ accounts: ["from", "mint", "to", "authority"], receiver: 2, fixed: [0, 3] },
  },
  "11": {
    ...{ name: "syncNative", effect: "wrapped SOL is counted anew", args: [] },
    ...{ accounts: ["account"], receiver: null, fixed: [0] },
  },
};

const KNOWN: Readonly<Record<Address, Readonly<Record<string, KnownInstruction>>>> = {
  [SYSTEM_PROGRAM]: {
    "02000000": {
      ...{ name: "transfer", effect: "SOL leaves the vault", args: [amountAt(4)] },
      ...{ accounts: ["from", "to"], receiver: 1, fixed: [0] },
    },
  },
  [TOKEN_PROGRAM]: TOKEN,
  [TOKEN_2022_PROGRAM]: TOKEN,
  [ATA_PROGRAM]: {
    "01": {
      ...{ name: "createIdempotent", effect: "a token account is opened at the vault's cost" },
      ...{ args: [], receiver: null, fixed: [0, 1, 4, 5] },
      accounts: ["payer", "account", "wallet", "mint", "system program", "token program"],
    },
  },
};

/** The words for an instruction with a typed decoder, undefined for any other. */
export function knownInstruction(program: Address, code: string): KnownInstruction | undefined {
  return KNOWN[program]?.[code];
}

/** In what the amount of a known transfer counts; null when the rule leaves it open or is no transfer. */
export function amountAsset(rule: RuleData, code: string): Asset | null {
  if (rule.program === SYSTEM_PROGRAM) return "SOL";
  if (knownInstruction(rule.program, code)?.receiver == null) return null;
  for (const one of rule.accounts) {
    if (code === "0c" && one.position === 1 && one.kind === "key") return one.key;
    if (one.position === 0 && one.kind === "vaultToken" && one.mint !== null) return one.mint;
  }
  return null;
}
