// Takes the word of an endpoint out of a lookup table, where a wrong word would cost money.
import { AddressLookupTableAccount, type PublicKey } from "@solana/web3.js";

/**
 * Copies of tables that give only the addresses of `keep`; the others stand in the transaction itself. What a table holds is the
 * endpoint's word: it may name one address here and the chain another. An entry that isn't kept is overwritten with the payer,
 * who signs, and signers are never looked up; the kept ones stay at their index.
 *
 * @example
 * ```ts
 * const keep = new Set(["11111111111111111111111111111111"]);
 * const compiled = compileTransaction({ payer, instructions, tables: maskTables({ tables, keep, payer }), blockhash });
 * ```
 */
export function maskTables(input: {
  readonly tables: readonly AddressLookupTableAccount[];
  /** Base58 of the addresses that may come out of a table. */
  readonly keep: ReadonlySet<string>;
  readonly payer: PublicKey;
}): readonly AddressLookupTableAccount[] {
  const { tables, keep, payer } = input;
  return tables.map(({ key, state }) => {
    const addresses = state.addresses.map((one) => (keep.has(one.toBase58()) ? one : payer));
    return new AddressLookupTableAccount({ key, state: { ...state, addresses } });
  });
}
