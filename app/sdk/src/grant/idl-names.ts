// Names out of an Anchor IDL.
import type { Address, AddressLike } from "../codec/address.js";
import { toHex } from "../codec/bytes.js";
import { argumentPlaces, comparableField } from "../terms/arguments.js";
import { flatAccounts, type IdlInstructionLike, type IdlLike } from "../terms/idl.js";
import type { ArgumentNames, InstructionNames, Names } from "./names.js";

/**
 * The names that a program's IDL gives to its instructions, their accounts and their arguments, and to the program itself.
 * `programId` is where the program is deployed, left out: the IDL's own address.
 *
 * @example
 * ```ts
 * const lines = describeGrant(session.terms, mergeNames(namesFromIdl(idl), { names: { [shop.toBase58()]: "the shop" } }));
 * ```
 */
export function namesFromIdl(idl: IdlLike, programId?: AddressLike): Names {
  const address: Address = programId?.toString() ?? idl.address;
  const instructions = idl.instructions.map(
    (one) => [toHex(Uint8Array.from(one.discriminator)), instructionNames(idl, one)] as const,
  );
  return {
    names: idl.metadata === undefined ? {} : { [address]: idl.metadata.name },
    programs: { [address]: Object.fromEntries(instructions) },
  };
}

function instructionNames(idl: IdlLike, instruction: IdlInstructionLike): InstructionNames {
  const { name, accounts, args, discriminator } = instruction;
  const places = argumentPlaces(idl, args, discriminator.length);
  return {
    name,
    accounts: flatAccounts(accounts).map((account) => account.name),
    args: places.flatMap((place): readonly ArgumentNames[] => {
      const comparable = comparableField(idl, place);
      if (comparable === null) return [];
      const { field, width, signed, values } = comparable;
      const { fromStart, fromEnd } = place;
      return [{ name: place.path, fromStart, fromEnd, field, size: width, signed, values }];
    }),
  };
}
