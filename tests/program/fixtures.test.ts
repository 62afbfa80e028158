// The test programs do what their READMEs say; threat tests rely on it.
import assert from "node:assert/strict";

import { TOKEN_PROGRAM_ID, createTransferCheckedInstruction } from "@solana/spl-token";
import type { Keypair } from "@solana/web3.js";
import { PublicKey, SystemProgram, type AccountMeta } from "@solana/web3.js";

import { expectOk } from "../support/expect.js";
import { FLOOR, floorInstruction, floorProgram, floorVault } from "../support/floor.js";
import {
  HOSTILE,
  assign,
  fail,
  hostileInstruction,
  hostileProgram,
  invoke,
  logData,
  moveLamports,
  resize,
  returnData,
  waitForSlot,
  write,
  type Operation,
} from "../support/hostile.js";
import {
  deposit,
  lendingProgram,
  openMarket,
  openPosition,
  setDelegate,
  withdraw,
} from "../support/lending.js";
import { createSvm, type Svm } from "../support/svm.js";
import { createMint, createTokenAccount, tokenAmount } from "../support/token.js";

describe("floor program", () => {
  let svm: Svm;
  let key: Keypair;
  let vault: PublicKey;

  beforeEach(() => {
    svm = createSvm({ programs: [floorProgram()] });
    key = svm.fundedKeypair();
    vault = floorVault(key.publicKey);
    svm.airdrop(vault);
  });

  const transfers = (count: number) =>
    Array.from({ length: count }, () => {
      const toPubkey = svm.fundedKeypair().publicKey;
      return SystemProgram.transfer({ fromPubkey: vault, toPubkey, lamports: 1_000 });
    });

  it("costs no more than what was measured for the floor", () => {
    const mint = createMint(svm);
    const source = createTokenAccount(svm, { mint, owner: vault, amount: 5n });
    const target = createTokenAccount(svm, { mint, owner: key.publicKey });
    const token = createTransferCheckedInstruction(source, mint, target, vault, 5n, 6);
    for (const [instructions, most] of [
      [transfers(1), 1_335n],
      [[token], 1_410n],
      [transfers(5), 6_317n],
    ] as const) {
      const result = expectOk(svm.send([floorInstruction(key.publicKey, instructions)], [key]));
      assert.ok(result.computeUnits <= most, `${result.computeUnits} of at most ${most}`);
    }
    assert.equal(tokenAmount(svm, target), 5n);
    assert.equal(svm.balance(vault), 10_000_000_000n - 6_000n);
  });

  it("signs for the vault of the key that signed, and for no other", () => {
    const stranger = svm.fundedKeypair();
    const step = floorInstruction(key.publicKey, transfers(1));
    const [first, ...rest] = step.keys;
    assert.ok(first);
    step.keys = [{ ...first, pubkey: stranger.publicKey }, ...rest];
    assert.equal(svm.send([step], [stranger]).ok, false);
    assert.equal(step.programId, FLOOR);
  });
});

describe("hostile program", () => {
  let svm: Svm;
  let key: Keypair;
  let own: PublicKey;

  beforeEach(() => {
    svm = createSvm({ programs: [hostileProgram()] });
    key = svm.fundedKeypair();
    own = PublicKey.unique();
    svm.setAccount(own, { lamports: 5_000_000n, data: new Uint8Array(8), owner: HOSTILE });
  });

  const run = (keys: readonly AccountMeta[], ...script: Operation[]) =>
    svm.send([hostileInstruction(keys, script)], [key]);
  const signer = (): AccountMeta => ({ pubkey: key.publicKey, isSigner: true, isWritable: true });
  const writable = (pubkey: PublicKey): AccountMeta => ({
    pubkey,
    isSigner: false,
    isWritable: true,
  });
  const program = (pubkey: PublicKey): AccountMeta => ({
    pubkey,
    isSigner: false,
    isWritable: false,
  });

  it("invokes with the privileges that it got, in the order of the script", () => {
    const to = svm.fundedKeypair(1_000_000n).publicKey;
    const data = SystemProgram.transfer({
      fromPubkey: key.publicKey,
      toPubkey: to,
      lamports: 7,
    }).data;
    const transfer = invoke(
      2,
      [
        { account: 0, signer: true, writable: true },
        { account: 1, writable: true },
      ],
      data,
    );
    const keys = [signer(), writable(to), program(SystemProgram.programId)];
    expectOk(run(keys, transfer, transfer));
    assert.equal(svm.balance(to), 1_000_014n);
  });

  it("assigns and allocates an account whose signature it got", () => {
    const victim = svm.fundedKeypair();
    const keys = [
      { pubkey: victim.publicKey, isSigner: true, isWritable: true },
      program(SystemProgram.programId),
    ];
    const accountPubkey = victim.publicKey;
    const meta = [{ account: 0, signer: true, writable: true }];
    const steal = [
      SystemProgram.allocate({ accountPubkey, space: 3 }).data,
      SystemProgram.assign({ accountPubkey, programId: HOSTILE }).data,
    ].map((data) => invoke(1, meta, data));
    const drain = [write(0, 1, Buffer.from([9])), moveLamports(0, 2, 5_000_000_000n)];
    const thief = writable(own);
    expectOk(svm.send([hostileInstruction([...keys, thief], [...steal, ...drain])], [key, victim]));
    const account = svm.getAccount(victim.publicKey);
    assert.ok(account);
    assert.ok(account.owner.equals(HOSTILE));
    assert.deepEqual([...account.data], [0, 9, 0]);
    assert.equal(svm.balance(own), 5_005_000_000n);
  });

  it("writes to, resizes, drains and gives away what it owns", () => {
    const keys = [signer(), writable(own), program(TOKEN_PROGRAM_ID)];
    expectOk(run(keys, write(1, 6, Buffer.from([1, 2, 3])), resize(1, 10)));
    assert.deepEqual([...(svm.getAccount(own)?.data ?? [])], [0, 0, 0, 0, 0, 0, 1, 2, 0, 0]);
    expectOk(run(keys, moveLamports(1, 0, 1_000_000n)));
    assert.equal(svm.balance(own), 4_000_000n);
    expectOk(run(keys, write(1, 6, Buffer.from([0, 0])), assign(1, 2)));
    assert.ok(svm.getAccount(own)?.owner.equals(TOKEN_PROGRAM_ID));
  });

  it("the runtime stops it from touching what it doesn't own", () => {
    const keys = [signer(), writable(own), program(TOKEN_PROGRAM_ID)];
    assert.match(String(run(keys, moveLamports(0, 1, 1n)).err), /ExternalAccountLamportSpend/);
    assert.match(String(run(keys, assign(0, 2)).err), /ModifiedProgramId/);
    assert.match(String(run(keys, resize(0, 1)).err), /ExternalAccountDataModified/);
  });

  it("fails, returns, logs and waits as told", () => {
    assert.equal(run([], fail(0xdead_beef)).customError, 0xdead_beef);
    const result = expectOk(run([], returnData(Buffer.from("ok")), logData(Buffer.from("event"))));
    assert.equal(Buffer.from(result.returnData).toString(), "ok");
    const logged = Buffer.from("event").toString("base64");
    assert.ok(result.logs.includes(`Program data: ${logged}`), result.logs.join("\n"));
    svm.setClock({ slot: 1_000n });
    expectOk(run([], waitForSlot(1_001n), fail(1)));
    svm.setClock({ slot: 1_001n });
    assert.equal(run([], waitForSlot(1_001n), fail(1)).customError, 1);
  });

  it("refuses a script that it can't read", () => {
    const broken: Operation[] = [Buffer.from([9]), Buffer.from([5, 1]), Buffer.from([0])];
    for (const operation of broken)
      assert.match(String(run([], operation).err), /InvalidInstructionData/);
    assert.match(String(run([], write(0, 0, Buffer.from([1]))).err), /NotEnoughAccountKeys/);
  });
});

describe("lending program", () => {
  const [NOT_ENOUGH, NOT_ALLOWED] = [6001, 6002];

  it("owes what was deposited, and pays it to any account the owner names", () => {
    const svm = createSvm({ programs: [lendingProgram()] });
    const [owner, thief] = [svm.fundedKeypair(), svm.fundedKeypair()];
    const mint = createMint(svm);
    const mine = createTokenAccount(svm, { mint, owner: owner.publicKey, amount: 100n });
    const other = createTokenAccount(svm, { mint, owner: thief.publicKey });
    const market = openMarket(svm, mint);
    const me = owner.publicKey;
    svm.mustSend([openPosition(market, me), deposit(market, me, mine, 60n)], [owner]);
    assert.equal(tokenAmount(svm, mine), 40n);

    const over = svm.send([withdraw(market, me, other, 61n)], [owner]);
    assert.equal(over.customError, NOT_ENOUGH);
    svm.mustSend([withdraw(market, me, other, 10n)], [owner]);
    assert.deepEqual([tokenAmount(svm, mine), tokenAmount(svm, other)], [40n, 10n]);
  });

  it("pays to a stranger only after the owner named them delegate", () => {
    const svm = createSvm({ programs: [lendingProgram()] });
    const [owner, thief] = [svm.fundedKeypair(), svm.fundedKeypair()];
    const mint = createMint(svm);
    const mine = createTokenAccount(svm, { mint, owner: owner.publicKey, amount: 100n });
    const other = createTokenAccount(svm, { mint, owner: thief.publicKey });
    const market = openMarket(svm, mint);
    const me = owner.publicKey;
    svm.mustSend([openPosition(market, me), deposit(market, me, mine, 60n)], [owner]);
    const [position] = PublicKey.findProgramAddressSync(
      [Buffer.from("position"), market.market.toBytes(), me.toBytes()],
      lendingProgram().address,
    );
    const theft = withdraw(market, thief.publicKey, other, 60n, position);
    assert.equal(svm.send([theft], [thief]).customError, NOT_ALLOWED);
    svm.mustSend([setDelegate(market, me, thief.publicKey)], [owner]);
    svm.mustSend([theft], [thief]);
    assert.equal(tokenAmount(svm, other), 60n);
  });
});
