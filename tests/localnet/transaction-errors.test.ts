import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import {
  AddressLookupTableAccount,
  ComputeBudgetProgram,
  Keypair,
  PublicKey,
  SYSVAR_CLOCK_PUBKEY,
  SystemProgram,
  TransactionInstruction,
  type TransactionError,
  type VersionedTransaction,
} from "@solana/web3.js";
import {
  createInitializeMint2Instruction,
  createMint,
  createMintToInstruction,
  TOKEN_PROGRAM_ID,
} from "@solana/spl-token";
import { startLocalnet, type Localnet } from "@valetkey/localnet";
import {
  INSTRUCTION_ERRORS,
  TRANSACTION_ERRORS,
} from "../../app/localnet/src/chain/error-names.js";
import { memo, signed, transfer } from "./support.js";

describe("localnet: transaction errors in agave's form", () => {
  let localnet: Localnet;
  let payer: Keypair;
  let mint: PublicKey;

  before(async () => {
    localnet = await startLocalnet();
    payer = await localnet.wallet();
    mint = await createMint(localnet.connection, payer, Keypair.generate().publicKey, null, 0);
  });
  after(() => localnet.stop());

  const call = (programId: PublicKey, data: number[] = [], accounts: PublicKey[] = []) =>
    new TransactionInstruction({
      programId,
      data: Buffer.from(data),
      keys: accounts.map((pubkey) => ({ pubkey, isSigner: false, isWritable: true })),
    });
  const fresh = () => Keypair.generate().publicKey;
  const tableOf = (key: PublicKey, addresses: PublicKey[]) =>
    new AddressLookupTableAccount({
      key,
      state: {
        deactivationSlot: 2n ** 64n - 1n,
        lastExtendedSlot: 0,
        lastExtendedSlotStartIndex: 0,
        addresses,
      },
    });

  function inTable(key: PublicKey): Promise<VersionedTransaction> {
    const to = fresh();
    return signed(localnet, payer, [transfer(payer, to, 1)], undefined, [tableOf(key, [to])]);
  }

  type Case = readonly [TransactionError, () => Promise<VersionedTransaction>];
  const of =
    (...instructions: (() => TransactionInstruction)[]) =>
    () =>
      signed(
        localnet,
        payer,
        instructions.map((make) => make()),
      );
  const at = (index: number, error: unknown) => ({ InstructionError: [index, error] });
  const cases: Record<string, Case> = {
    "a program's own error": [at(0, { Custom: 1 }), of(() => transfer(payer, fresh(), 10 ** 15))],
    "the second instruction's error": [
      at(1, { Custom: 1 }),
      of(
        () => memo("first"),
        () => transfer(payer, fresh(), 10 ** 15),
      ),
    ],
    "a token program's own error": [
      at(0, { Custom: 6 }),
      of(() => createInitializeMint2Instruction(mint, 0, payer.publicKey, null)),
    ],
    "an account of the wrong kind": [
      at(0, "InvalidAccountData"),
      of(() => createMintToInstruction(mint, mint, payer.publicKey, 1)),
    ],
    "data that a program can't read": [
      at(0, "InvalidInstructionData"),
      of(() => call(SystemProgram.programId, [99, 0, 0, 0])),
    ],
    "too few accounts": [
      at(0, "MissingAccount"),
      of(() => call(SystemProgram.programId, [2, 0, 0, 0, ...Array<number>(8).fill(0)])),
    ],
    "a signer that is missing": [
      at(0, "MissingRequiredSignature"),
      of(() =>
        call(
          SystemProgram.programId,
          [2, 0, 0, 0, 1, ...Array<number>(7).fill(0)],
          [fresh(), fresh()],
        ),
      ),
    ],
    "too few compute units": [
      at(1, "ComputationalBudgetExceeded"),
      of(
        () => ComputeBudgetProgram.setComputeUnitLimit({ units: 300 }),
        () => memo("dear"),
      ),
    ],
    "a program that panics": [
      at(0, "ProgramFailedToComplete"),
      of(() => call(memo("").programId, [0xff])),
    ],
    "too little for rent": [
      { InsufficientFundsForRent: { account_index: 1 } },
      of(() => transfer(payer, fresh(), 5)),
    ],
    "the same compute budget instruction twice": [
      { DuplicateInstruction: 1 },
      of(
        () => ComputeBudgetProgram.setComputeUnitPrice({ microLamports: 1 }),
        () => ComputeBudgetProgram.setComputeUnitPrice({ microLamports: 2 }),
      ),
    ],
    "a program that doesn't exist": ["ProgramAccountNotFound", of(() => call(fresh()))],
    "a program that is none": ["InvalidProgramForExecution", of(() => call(mint))],
    "a payer without an account": [
      "AccountNotFound",
      () => signed(localnet, Keypair.generate(), [memo("broke")]),
    ],
    "a payer who is a data account": [
      "InvalidAccountForFee",
      () => {
        const odd = Keypair.generate();
        const account = { lamports: 10 ** 9, owner: TOKEN_PROGRAM_ID, data: new Uint8Array(3) };
        localnet.setAccount(odd.publicKey, account);
        return signed(localnet, odd, [memo("odd")]);
      },
    ],
    "a payer without enough for the fee": [
      "InsufficientFundsForFee",
      () => {
        const poor = Keypair.generate();
        const account = { lamports: 4_999, owner: SystemProgram.programId, data: new Uint8Array() };
        localnet.setAccount(poor.publicKey, account);
        return signed(localnet, poor, [memo("poor")]);
      },
    ],
    "a lookup table that doesn't exist": ["AddressLookupTableNotFound", () => inTable(fresh())],
    "a lookup table of another owner": ["InvalidAddressLookupTableOwner", () => inTable(mint)],
    "an account named twice": [
      "AccountLoadedTwice",
      async () => {
        const tx = await signed(localnet, payer, [transfer(payer, fresh(), 1)]);
        tx.message.staticAccountKeys[1] = payer.publicKey;
        tx.sign([payer]);
        return tx;
      },
    ],
    "too many accounts": [
      "TooManyAccountLocks",
      async () => {
        const addresses = Array.from({ length: 70 }, fresh);
        const key = fresh();
        const owner = new PublicKey("AddressLookupTab1e1111111111111111111111111");
        const header = Buffer.alloc(56);
        header.writeUInt32LE(1, 0);
        header.fill(0xff, 4, 12);
        const data = Buffer.concat([header, ...addresses.map((address) => address.toBuffer())]);
        localnet.setAccount(key, { lamports: 10 ** 9, owner, data });
        const all = call(memo("").programId, [], addresses);
        return signed(localnet, payer, [all], undefined, [tableOf(key, addresses)]);
      },
    ],
    "a sysvar that a program must not change": [
      at(0, "ReadonlyLamportChange"),
      of(() => transfer(payer, SYSVAR_CLOCK_PUBKEY, 1_000_000)),
    ],
  };

  for (const [what, [expected, make]] of Object.entries(cases)) {
    it(`names ${what}`, async () => {
      const tx = await make();
      const { value } = await localnet.connection.simulateTransaction(tx);
      assert.deepEqual(value.err, expected);
    });
  }

  it("knows every name, in LiteSVM's order", () => {
    const path = new URL("../../node_modules/litesvm/dist/internal.d.ts", import.meta.url);
    const declared = readFileSync(path, "utf8");
    const namesOf = (name: string) => {
      const body = new RegExp(`enum ${name} \\{([^}]*)\\}`).exec(declared)?.[1] ?? "";
      return [...body.matchAll(/(\w+) = \d+/g)].map((match) => match[1]);
    };
    assert.ok(TRANSACTION_ERRORS.length > 30 && INSTRUCTION_ERRORS.length > 50);
    assert.deepEqual(TRANSACTION_ERRORS, namesOf("TransactionErrorFieldless"));
    assert.deepEqual(INSTRUCTION_ERRORS, namesOf("InstructionErrorFieldless"));
  });
});
