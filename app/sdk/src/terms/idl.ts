// The part of an Anchor IDL that rules are derived from; names may be snake_case (the IDL file) or camelCase (a Program).
import type { PublicKey } from "@solana/web3.js";

import type { Address } from "../codec/address.js";
import { ValetkeyError } from "../errors/error.js";

/** An account of an instruction, or a group of them. */
export interface IdlAccountItem {
  readonly name: string;
  readonly writable?: boolean;
  readonly signer?: boolean;
  readonly optional?: boolean;
  readonly address?: string;
  readonly pda?: { readonly seeds: readonly unknown[]; readonly program?: unknown };
  readonly accounts?: readonly IdlAccountItem[];
}

/** A named field. */
export interface IdlNamedField {
  readonly name: string;
  readonly type: unknown;
}

/** An instruction. */
export interface IdlInstructionLike {
  readonly name: string;
  readonly discriminator: readonly number[];
  readonly accounts: readonly IdlAccountItem[];
  readonly args: readonly IdlNamedField[];
}

/** An IDL as `anchor build` writes it (0.30 and later). */
export interface IdlLike {
  readonly address: string;
  readonly metadata?: { readonly name: string };
  readonly instructions: readonly IdlInstructionLike[];
  readonly types?: readonly { readonly name: string; readonly type: unknown }[];
}

/** An Anchor `Program`, or an IDL with the address where it is deployed. */
export interface ProgramLike {
  readonly idl: IdlLike;
  /** Default: the IDL's own address. */
  readonly programId?: PublicKey;
}

/** The same name in snake_case and camelCase. */
export function sameName(a: string, b: string): boolean {
  const plain = (name: string): string => name.replaceAll("_", "").toLowerCase();
  return plain(a) === plain(b);
}

/** Finds by exact name first, then by the same name in the other case. */
export function findNamed<T extends { readonly name: string }>(
  list: readonly T[],
  name: string,
): T | undefined {
  return list.find((one) => one.name === name) ?? list.find((one) => sameName(one.name, name));
}

/** The program's address. */
export function programAddress(program: ProgramLike): Address {
  return program.programId?.toBase58() ?? program.idl.address;
}

/** An instruction by name; `UnknownInstruction` lists those there are. */
export function findInstruction(program: ProgramLike, name: string): IdlInstructionLike {
  const { instructions } = program.idl;
  const found = findNamed(instructions, name);
  if (found !== undefined) return found;
  const known = instructions.map((one) => one.name);
  throw new ValetkeyError("UnknownInstruction", { instruction: name, known });
}

/** The accounts of an instruction in order, groups unfolded: `group.account`. */
export function flatAccounts(
  items: readonly IdlAccountItem[],
  prefix = "",
): readonly IdlAccountItem[] {
  return items.flatMap((item) =>
    item.accounts === undefined
      ? [{ ...item, name: prefix + item.name }]
      : flatAccounts(item.accounts, `${prefix}${item.name}.`),
  );
}
