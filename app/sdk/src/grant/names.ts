// What a reader is told beside the terms: names and decimals, never part of what is approved.
import type { Address } from "../codec/address.js";
import type { NumericField } from "../codec/types.js";

/** How a reader calls an argument of an instruction, and where in the data it lies. */
export interface ArgumentNames {
  readonly name: string;
  /** Offset from the start of the data, discriminator included; null when something before it varies. */
  readonly fromStart: number | null;
  /** Distance of its first byte from the end; null when something after it varies. */
  readonly fromEnd: number | null;
  readonly field: NumericField | "key" | "bytes";
  /** Bytes. */
  readonly size: number;
  /** Negative values are compared by their bytes. */
  readonly signed: boolean;
  /** Words for the values 0, 1, 2…, where it has any. */
  readonly values: readonly string[] | null;
}

/** How a reader calls an instruction, its accounts by position, and its arguments. */
export interface InstructionNames {
  readonly name: string;
  readonly accounts: readonly string[];
  readonly args: readonly ArgumentNames[];
}

/** Names and decimals from outside the terms. A name never stands for an address that it could hide. */
export interface Names {
  /** Decimals of mints, by address; SOL's are known, a session's limits know theirs. */
  readonly decimals?: Readonly<Record<Address, number>>;
  /** Names of programs, mints and wallets, by address. */
  readonly names?: Readonly<Record<Address, string>>;
  /** The wallet of whoever reads: what is taken from it is said as taken from "YOUR wallet". */
  readonly reader?: Address;
  /** Interfaces of programs: by address, then by discriminator in hex. */
  readonly programs?: Readonly<Record<Address, Readonly<Record<string, InstructionNames>>>>;
}

/**
 * Several sources of names as one; where two name the same thing, the later one is heard.
 *
 * @example
 * ```ts
 * const names = mergeNames(namesFromIdl(idl), { names: { [mint.toBase58()]: "gold" }, decimals: { [mint.toBase58()]: 6 } });
 * ```
 */
export function mergeNames(...sources: readonly Names[]): Names {
  const programs: Record<Address, Readonly<Record<string, InstructionNames>>> = {};
  for (const source of sources) {
    for (const [address, instructions] of Object.entries(source.programs ?? {})) {
      programs[address] = { ...programs[address], ...instructions };
    }
  }
  const reader = sources.reduce<Address | undefined>((last, one) => one.reader ?? last, undefined);
  return {
    ...(reader === undefined ? {} : { reader }),
    decimals: Object.assign({}, ...sources.map(({ decimals }) => decimals ?? {})) as Record<
      Address,
      number
    >,
    names: Object.assign({}, ...sources.map(({ names }) => names ?? {})) as Record<Address, string>,
    programs,
  };
}
