// What an endpoint says of a lookup table never decides where an owner's money goes.
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  AddressLookupTableAccount,
  SystemProgram,
  SYSVAR_INSTRUCTIONS_PUBKEY,
  SYSVAR_RENT_PUBKEY,
  TransactionInstruction,
  type PublicKey,
} from "@solana/web3.js";

import { VALETKEY_PROGRAM_ID } from "../../app/sdk/src/addresses.js";
import { checkedAddresses } from "../../app/sdk/src/owner/checked-addresses.js";
import { createAssociatedToken, TOKEN_PROGRAM } from "../../app/sdk/src/owner/token.js";
import { maskTables } from "../../app/sdk/src/tables/index.js";
import { compileMessage } from "../../app/sdk/src/transaction/compile.js";
import { keyOf } from "./support/samples.js";

const payer = keyOf(1);
const blockhash = keyOf(900).toBase58();

function tableOf(addresses: readonly PublicKey[], key = keyOf(1000)): AddressLookupTableAccount {
  const state = {
    deactivationSlot: (1n << 64n) - 1n,
    lastExtendedSlot: 5,
    lastExtendedSlotStartIndex: 0,
    addresses: [...addresses],
  };
  return new AddressLookupTableAccount({ key, state });
}

function call(
  programId: PublicKey,
  readonlyKeys: readonly PublicKey[],
  writableKeys: readonly PublicKey[] = [],
): TransactionInstruction {
  const meta = (isWritable: boolean) => (pubkey: PublicKey) => ({
    ...{ pubkey, isSigner: false, isWritable },
  });
  const keys = [...readonlyKeys.map(meta(false)), ...writableKeys.map(meta(true))];
  return new TransactionInstruction({ programId, keys, data: Buffer.alloc(1) });
}
const plan = (...keys: PublicKey[]) => call(VALETKEY_PROGRAM_ID, keys);
const checked = (...instructions: TransactionInstruction[]) => [
  ...checkedAddresses(VALETKEY_PROGRAM_ID, instructions),
];

describe("tables of an owner's transaction", () => {
  it("give only what is kept, whatever is in them, at the same index", () => {
    const numbers = fc.uniqueArray(fc.integer({ min: 2, max: 60 }), { maxLength: 30 });
    fc.assert(
      fc.property(numbers, numbers, numbers, (named, held, kept) => {
        const keep = new Set(kept.map((n) => keyOf(n).toBase58()));
        const tables = maskTables({ tables: [tableOf(held.map(keyOf))], keep, payer });
        const instructions = [call(keyOf(999), named.map(keyOf))];
        const message = compileMessage({ payer, instructions, blockhash, tables });
        const looked = message.addressTableLookups.flatMap(({ readonlyIndexes, writableIndexes }) =>
          [...readonlyIndexes, ...writableIndexes].map((i) => held[i] ?? -1),
        );
        const expected = named.filter((n) => held.includes(n) && kept.includes(n));
        assert.deepEqual(looked.sort(), expected.sort());
      }),
      { numRuns: 100 },
    );
  });

  it("keep key and state of the tables that were given", () => {
    const table = tableOf([keyOf(2), keyOf(3)]);
    const [masked] = maskTables({ tables: [table], keep: new Set([keyOf(3).toBase58()]), payer });
    assert.ok(masked);
    assert.ok(masked.key.equals(table.key));
    assert.deepEqual(masked.state, { ...table.state, addresses: [payer, keyOf(3)] });
    assert.ok(table.state.addresses[0]?.equals(keyOf(2)), "the caller's table is left as it is");
  });

  it("may give the standard programs that other programs check, and the instructions sysvar", () => {
    const mint = { mint: keyOf(7), tokenProgram: TOKEN_PROGRAM, decimals: 0 };
    const found = checked(createAssociatedToken(payer, keyOf(8), mint));
    for (const one of [SystemProgram.programId, TOKEN_PROGRAM, SYSVAR_INSTRUCTIONS_PUBKEY])
      assert.ok(found.includes(one.toBase58()));
    for (const one of [keyOf(7), keyOf(8)]) assert.ok(!found.includes(one.toBase58()));
  });

  it("never give a program that a plan calls or passes on, nor one that the terms name", () => {
    const found = checked(plan(TOKEN_PROGRAM, SYSVAR_INSTRUCTIONS_PUBKEY));
    assert.ok(!found.includes(TOKEN_PROGRAM.toBase58()));
    assert.ok(found.includes(SYSVAR_INSTRUCTIONS_PUBKEY.toBase58()), "the program checks it");
  });

  it("never give another sysvar, a mint, a recipient, or anything writable", () => {
    const writable = call(keyOf(999), [], [SystemProgram.programId]);
    const found = checked(
      plan(SYSVAR_RENT_PUBKEY, keyOf(5)),
      call(keyOf(999), [keyOf(6)]),
      writable,
    );
    for (const one of [SYSVAR_RENT_PUBKEY, keyOf(5), keyOf(6), SystemProgram.programId])
      assert.ok(!found.includes(one.toBase58()));
  });
});
