// How a text calls addresses: with the name and the address at first, by the name alone from then on, as long as that name can't
// be taken for anything else.
import type { Address, Asset } from "../codec/address.js";
import { toHex } from "../codec/bytes.js";
import type { RuleData } from "../codec/types.js";
import { KNOWN_NAMES, knownInstruction } from "./known.js";
import type { InstructionNames, Names } from "./names.js";
import { decimalsOf, decimalText } from "./words.js";

/** Speaks about one grant, from its first line to its last. */
export interface Speaker {
  /** An address, by name where it has one. */
  readonly key: (address: Address) => string;
  readonly asset: (asset: Asset) => string;
  /** True for the wallet of whoever reads. */
  readonly reader: (address: Address) => boolean;
  /** A number of whole units. */
  readonly quantity: (number: string, asset: Asset) => string;
  /** Base units: in whole units where the decimals are known. */
  readonly amount: (amount: bigint, asset: Asset) => string;
  /** Decimals of an asset, undefined when nobody said. */
  readonly decimals: (asset: Asset) => number | undefined;
  /** Names for the rule's instruction; undefined when nobody named it. */
  readonly instruction: (rule: RuleData) => InstructionNames | undefined;
}

/** Words that mean something in a grant's text: as the name of an address they are never left alone. */
const RESERVED = [
  ...["SOL", "vault", "the vault", "session key", "the session key", "this session", "owner"],
  ...["the owner", "any token", "anybody", "nobody", "the program itself", "Valetkey"],
];

/** A speaker who has said nothing yet; with `repeats` every name comes with its address, so that what is said first doesn't matter. */
export function createSpeaker(names: Names, options: { readonly repeats?: boolean } = {}): Speaker {
  const said = new Set<Address>();
  const all = { ...safeNames(names.names ?? {}), ...KNOWN_NAMES };
  const owners = new Map<string, number>(RESERVED.map((word) => [fold(word), 1]));
  for (const name of Object.values(all)) owners.set(fold(name), (owners.get(fold(name)) ?? 0) + 1);
  const isUnique = (name: string): boolean => owners.get(fold(name)) === 1;
  const key = (address: Address): string => {
    const name = all[address];
    if (name === undefined) return address;
    const first = options.repeats === true || !said.has(address);
    said.add(address);
    return first || !isUnique(name) ? `${name} (${address})` : name;
  };
  const asset = (one: Asset): string => (one === "SOL" ? one : key(one));
  const quantity = (number: string, one: Asset): string =>
    one === "SOL" || all[one] !== undefined
      ? `${number} ${asset(one)}`
      : `${number} of ${asset(one)}`;
  return {
    reader: (address) => address === names.reader,
    ...{ key, asset, quantity, decimals: (one) => decimalsOf(one, names) },
    amount: (amount, one) => {
      const decimals = decimalsOf(one, names);
      return decimals === undefined
        ? `${amount.toString()} base units of ${asset(one)}`
        : quantity(decimalText(amount, decimals), one);
    },
    instruction: ({ program, discriminator }) => {
      const code = toHex(discriminator);
      const known = knownInstruction(program, code);
      if (known !== undefined) return known;
      const found = names.programs?.[program]?.[code];
      return found !== undefined && isIdentifier(found.name) ? found : undefined;
    },
  };
}

/** True when the program's interface has one instruction of this name: else the name doesn't say which. */
export function isOnlyInstruction(names: Names, rule: RuleData, name: string): boolean {
  const all = Object.values(names.programs?.[rule.program] ?? {});
  return all.filter((one) => fold(one.name) === fold(name)).length < 2;
}

/** True for a name of a program's interface that can be printed as it is. */
export function isIdentifier(name: string): boolean {
  return /^[A-Za-z0-9_.]{1,64}$/.test(name);
}

/** What two names have in common that a reader may take for each other. */
export function fold(name: string): string {
  return name
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
}

/** Names that can be printed: letters, digits and a few signs, and nothing that looks like an address. */
function safeNames(names: Readonly<Record<Address, string>>): Readonly<Record<Address, string>> {
  const safe = Object.entries(names).filter(
    ([, name]) =>
      /^[\p{L}\p{N}$][\p{L}\p{M}\p{N} .'’&+/_$#-]{0,39}$/u.test(name) &&
      !/[1-9A-HJ-NP-Za-km-z]{30}/.test(name),
  );
  return Object.fromEntries(safe);
}
