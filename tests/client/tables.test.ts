// Transactions are measured as they are; tables are chosen by what they save.
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  AddressLookupTableAccount,
  Keypair,
  TransactionInstruction,
  type PublicKey,
} from "@solana/web3.js";

import { isValetkeyError } from "../../app/sdk/src/errors/index.js";
import {
  createTable,
  extendTable,
  selectTables,
  tableClosableAt,
} from "../../app/sdk/src/tables/index.js";
import { compileMessage } from "../../app/sdk/src/transaction/compile.js";
import {
  compileTransaction,
  messageSize,
  transactionSize,
} from "../../app/sdk/src/transaction/index.js";
import { keyOf } from "./support/samples.js";

const payer = Keypair.generate().publicKey;
const blockhash = keyOf(900).toBase58();
const ACTIVE = (1n << 64n) - 1n;

function tableOf(
  n: number,
  addresses: readonly PublicKey[],
  state: { deactivationSlot?: bigint; lastExtendedSlot?: number; start?: number } = {},
): AddressLookupTableAccount {
  return new AddressLookupTableAccount({
    key: keyOf(1000 + n),
    state: {
      deactivationSlot: state.deactivationSlot ?? ACTIVE,
      lastExtendedSlot: state.lastExtendedSlot ?? 5,
      lastExtendedSlotStartIndex: state.start ?? 0,
      addresses: [...addresses],
    },
  });
}

function call(keys: readonly PublicKey[], data = 9, signer?: PublicKey): TransactionInstruction {
  const metas = keys.map((pubkey, i) => ({ pubkey, isSigner: false, isWritable: i % 2 === 0 }));
  const signers =
    signer === undefined ? [] : [{ pubkey: signer, isSigner: true, isWritable: false }];
  return new TransactionInstruction({
    programId: keyOf(999),
    keys: [...signers, ...metas],
    data: Buffer.alloc(data, 1),
  });
}

const keysOf = (count: number, from = 0): PublicKey[] =>
  Array.from({ length: count }, (_, i) => keyOf(from + i + 1));

const someKeys = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 24 });
const someTables = fc.array(
  fc.record({
    keys: fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 30 }),
    active: fc.boolean(),
    warm: fc.boolean(),
  }),
  { maxLength: 5 },
);

describe("transaction sizes", () => {
  it("are those of the serialized message, with and without tables", () => {
    fc.assert(
      fc.property(someKeys, fc.integer({ min: 0, max: 150 }), (numbers, data) => {
        const instructions = [call(numbers.map(keyOf), data)];
        for (const tables of [[], [tableOf(1, numbers.slice(2).map(keyOf))]]) {
          const message = compileMessage({ payer, instructions, blockhash, tables });
          assert.equal(messageSize(message), message.serialize().length);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("1,232 bytes pass, one more is TransactionTooLarge with the bytes over and advice", () => {
    const size = (data: number): number =>
      transactionSize(compileMessage({ payer, instructions: [call(keysOf(20), data)], blockhash }));
    const room = 1232 - size(200) + 200;
    const at = (data: number) =>
      compileTransaction({ payer, instructions: [call(keysOf(20), data)], blockhash });
    assert.equal(at(room).bytes, 1232);
    assert.equal(at(room).transaction.serialize().length, 1232);
    assert.throws(
      () => at(room + 1),
      (error) =>
        isValetkeyError(error, "TransactionTooLarge") &&
        error.context.over === 1 &&
        error.context.advice.includes("20 accounts"),
    );
  });

  it("64 locks pass, 65 are TooManyLocks; 65 instructions are TraceTooLong; none is EmptyRequest", () => {
    // Payer and program are two of them.
    const compile = (count: number, innerCalls = 0) =>
      compileTransaction({
        ...{ payer, blockhash, innerCalls, instructions: [call(keysOf(count))] },
        tables: [tableOf(1, keysOf(count))],
      });
    assert.equal(compile(62).locks, 64);
    assert.throws(
      () => compile(63),
      (error) => isValetkeyError(error, "TooManyLocks"),
    );
    assert.ok(compile(3, 63).bytes > 0);
    assert.throws(
      () => compile(3, 64),
      (error) => isValetkeyError(error, "TraceTooLong"),
    );
    assert.throws(
      () => compileTransaction({ payer, blockhash, instructions: [] }),
      (error) => isValetkeyError(error, "EmptyRequest"),
    );
  });

  it("compute wishes stand in front; signers begin with the payer", () => {
    const signer = keyOf(500);
    const compiled = compileTransaction({
      ...{ payer, blockhash, computeUnitLimit: 1_000, computeUnitPrice: 5n },
      instructions: [call([], 0, signer)],
    });
    assert.equal(compiled.message.compiledInstructions.length, 3);
    assert.deepEqual(compiled.signers.map(String), [payer.toBase58(), signer.toBase58()]);
    assert.throws(
      () =>
        compileTransaction({
          payer,
          blockhash,
          computeUnitLimit: 1_400_001,
          instructions: [call([])],
        }),
      (error) => isValetkeyError(error, "InvalidInput"),
    );
  });
});

describe("table selection", () => {
  it("j05 is deterministic, never larger, and no chosen table is useless", () => {
    fc.assert(
      fc.property(someKeys, someTables, (numbers, specs) => {
        const instructions = [call(numbers.map(keyOf))];
        const tables = specs.map(({ keys, active, warm }, n) =>
          tableOf(n, keys.map(keyOf), {
            deactivationSlot: active ? ACTIVE : 3n,
            lastExtendedSlot: warm ? 5 : 10,
          }),
        );
        const measure = (chosen: readonly AddressLookupTableAccount[]): number =>
          transactionSize(compileMessage({ payer, instructions, blockhash, tables: chosen }));
        const chosen = selectTables({ payer, instructions, tables, slot: 10 });
        const again = selectTables({
          payer,
          instructions,
          tables: [...tables].reverse(),
          slot: 10n,
        });
        assert.deepEqual(
          chosen.map((t) => t.key.toBase58()),
          again.map((t) => t.key.toBase58()),
        );
        assert.ok(measure(chosen) <= measure([]));
        for (const table of chosen) {
          assert.ok(measure(chosen.filter((other) => other !== table)) > measure(chosen));
          assert.ok(table.isActive());
        }
      }),
      { numRuns: 60 },
    );
  });

  it("j03 a deactivated table is not used, a warming one only up to what it held before", () => {
    const keys = keysOf(8);
    const instructions = [call(keys)];
    const choose = (table: AddressLookupTableAccount) =>
      selectTables({ payer, instructions, tables: [table], slot: 10 });
    assert.equal(choose(tableOf(1, keys)).length, 1);
    assert.equal(choose(tableOf(1, keys, { deactivationSlot: 4n })).length, 0);
    assert.equal(choose(tableOf(1, keys, { lastExtendedSlot: 10 })).length, 0);
    const [half] = choose(tableOf(1, keys, { lastExtendedSlot: 10, start: 5 }));
    assert.equal(half?.state.addresses.length, 5);
  });

  it("a table pays from two keys on", () => {
    const choose = (count: number) =>
      selectTables({
        payer,
        instructions: [call(keysOf(6))],
        tables: [tableOf(1, keysOf(count))],
        slot: 10,
      });
    assert.equal(choose(1).length, 0);
    assert.equal(choose(2).length, 1);
  });
});

describe("table life", () => {
  const authority = keyOf(700);

  it("creates with every address once, each transaction within 1,232 bytes", () => {
    const addresses = [...keysOf(50), ...keysOf(10)];
    const { transactions } = createTable({ authority, payer, recentSlot: 1, addresses });
    assert.equal(transactions.length, 3);
    for (const instructions of transactions) {
      assert.ok(compileTransaction({ payer, instructions, blockhash }).bytes <= 1232);
    }
  });

  it("extends by what is missing and refuses more than 256", () => {
    const input = { table: keyOf(1), authority, payer };
    assert.equal(extendTable({ ...input, addresses: keysOf(3), held: keysOf(3) }).length, 0);
    assert.equal(extendTable({ ...input, addresses: keysOf(4), held: keysOf(3) }).length, 1);
    assert.throws(
      () => extendTable({ ...input, addresses: keysOf(257) }),
      (error) => isValetkeyError(error, "InvalidInput"),
    );
  });

  it("can be closed 513 slots after it was deactivated", () => {
    assert.equal(tableClosableAt(tableOf(1, [])), null);
    assert.equal(tableClosableAt(tableOf(1, [], { deactivationSlot: 100n })), 613n);
  });
});
