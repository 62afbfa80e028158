// Typed decoders: the instructions of System, Token, Token-2022, ATA and Stake that are known safe, by their data.
import type { Address, Asset } from "../codec/address.js";
import {
  ATA_PROGRAM,
  STAKE_PROGRAM,
  SYSTEM_PROGRAM,
  TOKEN_2022_PROGRAM,
  TOKEN_PROGRAM,
} from "../codec/constants.js";
import type { ProgramErrorCode } from "../errors/codes.js";

/** An instruction of a typed program, by its data. */
export type Typed =
  | { readonly kind: "systemTransfer"; readonly amount: bigint }
  | { readonly kind: "transfer"; readonly amount: bigint }
  | { readonly kind: "transferChecked"; readonly amount: bigint }
  | { readonly kind: "syncNative" }
  | { readonly kind: "closeAccount" }
  | { readonly kind: "createAssociated" }
  | { readonly kind: "delegateStake" }
  | { readonly kind: "deactivateStake" };

/** A refusal by name, with the position when one is to blame. */
export interface TypedRefusal {
  readonly code: ProgramErrorCode;
  readonly position?: number;
}

/** What a typed instruction takes. */
export interface Visible {
  readonly asset: Asset;
  /** The word `vault`, or the wallet from whose account it takes. */
  readonly source: Address;
  readonly amount: bigint;
}

/** What a rule of a typed instruction must look like. */
export interface TypedShape {
  /** Its exact number of accounts. */
  readonly accounts: number;
  /** Positions that the rule must bind by key or set. */
  readonly bound: readonly number[];
  /** True where the role `vault` binds them, too. */
  readonly boundByVault: boolean;
  /** True where the accounts of a transfer hook may follow, when the terms allow that extension. */
  readonly hook: boolean;
  /** True where the terms must allow closes. */
  readonly closes: boolean;
}

const STAKE_INSTRUCTIONS: Readonly<Record<string, "delegateStake" | "deactivateStake">> = {
  "2,0,0,0": "delegateStake",
  "5,0,0,0": "deactivateStake",
};

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

/** Lengths that a rule's discriminator may have for this program, in bytes. */
export function discriminatorLengths(program: Address): readonly number[] {
  if (program === SYSTEM_PROGRAM || program === STAKE_PROGRAM) return [4];
  return isTypedProgram(program) ? [1] : [1, 4, 8];
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
  const bytes = discriminator.join();
  const shape = (accounts: number, more: Partial<TypedShape> = {}): TypedShape => ({
    ...{ accounts, bound: [], boundByVault: false, hook: false, closes: false, ...more },
  });
  if (program === SYSTEM_PROGRAM) return bytes === "2,0,0,0" ? shape(2) : null;
  if (program === STAKE_PROGRAM) {
    const kind = STAKE_INSTRUCTIONS[bytes];
    if (kind === undefined) return null;
    return kind === "delegateStake" ? shape(6, { bound: [0, 1] }) : shape(3, { bound: [0] });
  }
  if (program === ATA_PROGRAM) {
    return bytes === "1" ? shape(6, { bound: [2], boundByVault: true }) : null;
  }
  if (program !== TOKEN_PROGRAM && program !== TOKEN_2022_PROGRAM) return null;
  if (bytes === "3") return shape(3);
  if (bytes === "9") return shape(3, { closes: true });
  if (bytes === "12") return shape(4, { hook: program === TOKEN_2022_PROGRAM });
  return bytes === "17" ? shape(1) : null;
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
  if (program === STAKE_PROGRAM) {
    const kind = STAKE_INSTRUCTIONS[data.slice(0, 4).join()];
    if (kind === undefined) return unknown;
    return data.length === 4 ? { kind } : wrongData;
  }
  if (first === 3) {
    return data.length === 9 ? { kind: "transfer", amount: view.getBigUint64(1, true) } : wrongData;
  }
  if (first === 12) {
    if (data.length !== 10) return wrongData;
    return { kind: "transferChecked", amount: view.getBigUint64(1, true) };
  }
  if (first === 9) return data.length === 1 ? { kind: "closeAccount" } : wrongData;
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
    case "closeAccount":
      return [1, 2];
    case "createAssociated":
      return [0];
    case "delegateStake":
      return [5];
    case "deactivateStake":
      return [2];
  }
}
