// Words for the programs that everybody uses: fixed here, no caller's names replace them.
import type { Address } from "../codec/address.js";
import {
  ATA_PROGRAM,
  NATIVE_MINT,
  NATIVE_MINT_2022,
  STAKE_PROGRAM,
  SYSTEM_PROGRAM,
  TOKEN_2022_PROGRAM,
  TOKEN_PROGRAM,
} from "../codec/constants.js";
import type { Asset } from "../codec/address.js";
import type { RuleData, TermsData } from "../codec/types.js";
import type { ArgumentNames, InstructionNames } from "./names.js";

/** Names of addresses that everybody knows. */
export const KNOWN_NAMES: Readonly<Record<Address, string>> = {
  [SYSTEM_PROGRAM]: "System",
  [TOKEN_PROGRAM]: "SPL Token",
  [TOKEN_2022_PROGRAM]: "Token-2022",
  [ATA_PROGRAM]: "Associated Token Account",
  [STAKE_PROGRAM]: "Stake",
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
  "09": {
    ...{ name: "closeAccount", effect: "a token account of the vault is closed", args: [] },
    ...{ accounts: ["account", "destination", "authority"], receiver: null, fixed: [0, 1, 2] },
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
  [STAKE_PROGRAM]: {
    "02000000": {
      ...{ name: "delegateStake", effect: "stake is delegated, nothing is paid out", args: [] },
      ...{ receiver: null, fixed: [2, 3, 4, 5] },
      accounts: ["stake", "vote", "clock", "stake history", "config", "authority"],
    },
    "05000000": {
      ...{ name: "deactivate", effect: "stake cools down, nothing is paid out", args: [] },
      ...{ accounts: ["stake", "clock", "authority"], receiver: null, fixed: [1, 2] },
    },
  },
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
    const isToken = one.kind === "vaultToken" || one.kind === "ownerToken";
    if (one.position === 0 && isToken && one.mint !== null) return one.mint;
  }
  return null;
}

/** What a known instruction does, in the light of the rule and of whose tokens the terms let it take. */
export function effectText(rule: RuleData, code: string, terms: TermsData): string | undefined {
  const known = knownInstruction(rule.program, code);
  if (known?.receiver == null || rule.program === SYSTEM_PROGRAM) return known?.effect;
  const source = rule.accounts.find(({ position }) => position === 0);
  if (source?.kind === "ownerToken") return "tokens leave a wallet's own account";
  const wallets = terms.limits.some((limit) => limit.source !== "vault");
  if (source?.kind === "vaultToken" || !wallets) return known.effect;
  return "tokens leave the vault, or the own account of a wallet that has a limit";
}
