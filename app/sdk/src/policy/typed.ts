// Typed decoders: the instructions of System, Token, Token-2022 and ATA that are known safe.
import type { Address, Asset } from "../codec/address.js";
import {
  ATA_PROGRAM,
  STAKE_PROGRAM,
  SYSTEM_PROGRAM,
  TOKEN_2022_PROGRAM,
  TOKEN_PROGRAM,
} from "../codec/constants.js";
import type { ProgramErrorCode } from "../errors/codes.js";
import { factOf, type AccountView, type Maybe, type PlanAccount } from "./accounts.js";
import { isClean, readTokenAccount, type TokenAccount } from "./token-account.js";

/** An instruction of a typed program, by its data. */
export type Typed =
  | { readonly kind: "systemTransfer"; readonly amount: bigint }
  | { readonly kind: "transfer"; readonly amount: bigint }
  | { readonly kind: "transferChecked"; readonly amount: bigint }
  | { readonly kind: "syncNative" }
  | { readonly kind: "createAssociated" };

/** A refusal by name, with the position when one is to blame. */
export interface TypedRefusal {
  readonly code: ProgramErrorCode;
  readonly position?: number;
}

/** What a typed instruction takes from the vault. */
export interface Visible {
  readonly asset: Asset;
  readonly amount: bigint;
}

/** The exact number of accounts of a typed instruction, and the position that its rule must bind by key, set or vault. */
export interface TypedShape {
  readonly accounts: number;
  readonly bound: number | null;
}

/**
 * True when a typed decoder judges the program.
 *
 * @example
 * ```ts
 * isTypedProgram("11111111111111111111111111111111"); // true
 * ```
 */
export function isTypedProgram(program: Address): boolean {
  const typed = [SYSTEM_PROGRAM, TOKEN_PROGRAM, TOKEN_2022_PROGRAM, ATA_PROGRAM, STAKE_PROGRAM];
  return typed.includes(program);
}

/**
 * The shape of the instruction with this discriminator; null when its decoder doesn't allow it.
 *
 * @example
 * ```ts
 * const shape = typedShape("11111111111111111111111111111111", Uint8Array.of(2, 0, 0, 0));
 * ```
 */
export function typedShape(program: Address, discriminator: Uint8Array): TypedShape | null {
  const [first] = discriminator;
  const shape = (accounts: number, bound: number | null = null) => ({ accounts, bound });
  if (program === SYSTEM_PROGRAM) {
    return discriminator.join() === "2,0,0,0" ? shape(2) : null;
  }
  if (discriminator.length !== 1) return null;
  if (program === ATA_PROGRAM) return first === 1 ? shape(6, 2) : null;
  if (program !== TOKEN_PROGRAM && program !== TOKEN_2022_PROGRAM) return null;
  return first === 3 ? shape(3) : first === 12 ? shape(4) : first === 17 ? shape(1) : null;
}

/**
 * Decodes the data of an instruction of a typed program; null for any other program.
 *
 * @example
 * ```ts
 * const typed = decodeTyped(strike.programId.toBase58(), strike.data);
 * ```
 */
export function decodeTyped(program: Address, data: Uint8Array): Typed | TypedRefusal | null {
  if (!isTypedProgram(program)) return null;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const unknown: TypedRefusal = { code: "TypedInstructionRefused" };
  const wrongData: TypedRefusal = { code: "TypedDataRefused" };
  if (program === SYSTEM_PROGRAM) {
    if (data.length < 4 || view.getUint32(0, true) !== 2) return unknown;
    if (data.length !== 12) return wrongData;
    return { kind: "systemTransfer", amount: view.getBigUint64(4, true) };
  }
  const [first] = data;
  if (program === ATA_PROGRAM) {
    if (first !== 1) return unknown;
    return data.length === 1 ? { kind: "createAssociated" } : wrongData;
  }
  if (program === STAKE_PROGRAM) return unknown;
  if (first === 3) {
    return data.length === 9 ? { kind: "transfer", amount: view.getBigUint64(1, true) } : wrongData;
  }
  if (first === 12) {
    if (data.length !== 10) return wrongData;
    return { kind: "transferChecked", amount: view.getBigUint64(1, true) };
  }
  if (first === 17) return data.length === 1 ? { kind: "syncNative" } : wrongData;
  return unknown;
}

/** Positions where the vault may stand although no constraint says so. */
export function vaultPositions(typed: Typed): readonly number[] {
  switch (typed.kind) {
    case "systemTransfer":
      return [0, 1];
    case "transfer":
      return [2];
    case "transferChecked":
      return [3];
    case "syncNative":
      return [];
    case "createAssociated":
      return [0];
  }
}

/** What judging the accounts of a typed instruction found. */
export type TypedVerdict =
  | { readonly refused: TypedRefusal }
  | { readonly visible: Visible | null; readonly known: boolean };

/** Judges the accounts of a typed instruction; `known` is false when it depends on accounts that nobody read. */
export function judgeTyped(
  typed: Typed,
  program: Address,
  accounts: readonly PlanAccount[],
  view: AccountView,
): TypedVerdict {
  const refuse = (code: ProgramErrorCode, position?: number): TypedVerdict => ({
    refused: position === undefined ? { code } : { code, position },
  });
  const at = (position: number): PlanAccount =>
    accounts[position] ?? { address: "", writable: false };
  const wanted = {
    systemTransfer: 2,
    transfer: 3,
    transferChecked: 4,
    syncNative: 1,
    createAssociated: 6,
  };
  if (accounts.length !== wanted[typed.kind]) return refuse("TypedAccountsRefused");
  switch (typed.kind) {
    case "systemTransfer": {
      if (at(0).address !== view.vault) return refuse("SourceNotVaults", 0);
      if (at(1).address === view.vault) return refuse("SelfTransfer", 1);
      const stays = cleanAccount(at(1), view, null);
      const leaves = typed.amount > 0n && stays.clean !== true;
      return {
        visible: leaves ? { asset: "SOL", amount: typed.amount } : null,
        known: typed.amount === 0n || stays.clean !== null,
      };
    }
    case "transfer":
      return judgeTransfer(typed.amount, at(0), null, at(1), [2, at(2)], program, view);
    case "transferChecked":
      return judgeTransfer(typed.amount, at(0), at(1), at(2), [3, at(3)], program, view);
    case "syncNative": {
      const { clean, account } = cleanAccount(at(0), view, program);
      if (clean === false || account?.native === false) return refuse("SourceNotVaults", 0);
      return { visible: null, known: clean !== null };
    }
    case "createAssociated":
      if (at(0).address !== view.vault) return refuse("TypedAccountsRefused", 0);
      if (at(4).address !== SYSTEM_PROGRAM) return refuse("TypedAccountsRefused", 4);
      if (at(5).address !== TOKEN_PROGRAM && at(5).address !== TOKEN_2022_PROGRAM) {
        return refuse("TypedAccountsRefused", 5);
      }
      // Its rent leaves when the account is new and not the vault's own: only running it tells.
      return { visible: null, known: at(2).address === view.vault };
  }
}

function judgeTransfer(
  amount: bigint,
  from: PlanAccount,
  mint: PlanAccount | null,
  to: PlanAccount,
  [authorityPosition, authority]: readonly [number, PlanAccount],
  program: Address,
  view: AccountView,
): TypedVerdict {
  const refuse = (code: ProgramErrorCode, position: number): TypedVerdict => ({
    refused: { code, position },
  });
  if (authority.address !== view.vault) return refuse("TypedAccountsRefused", authorityPosition);
  if (from.address === to.address) return refuse("SelfTransfer", 0);
  const source = cleanAccount(from, view, program);
  if (source.clean === false) return refuse("SourceNotVaults", 0);
  if (mint !== null && source.account !== null && source.account.mint !== mint.address) {
    return refuse("TypedAccountsRefused", 1);
  }
  const destination = cleanAccount(to, view, program);
  if (amount === 0n || destination.clean === true) {
    return { visible: null, known: source.clean !== null };
  }
  const known = source.clean !== null && destination.clean !== null;
  const { account } = source;
  if (account === null && mint === null) return { visible: null, known: false };
  const asset = account?.native === true ? "SOL" : (account?.mint ?? mint?.address ?? "SOL");
  return { visible: { asset, amount }, known };
}

function cleanAccount(
  account: PlanAccount,
  view: AccountView,
  program: Address | null,
): { readonly clean: Maybe; readonly account: TokenAccount | null } {
  const fact = factOf(account);
  if (fact === undefined) return { clean: null, account: null };
  const token = readTokenAccount(fact);
  const clean =
    token !== null && isClean(token, view.vault) && (program === null || fact.owner === program);
  return { clean, account: clean ? token : null };
}
