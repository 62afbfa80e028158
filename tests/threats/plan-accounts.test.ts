// B, J01: the accounts that a plan names by index.
import assert from "node:assert/strict";

import { createTransferInstruction } from "@solana/spl-token";
import { PublicKey, type TransactionInstruction } from "@solana/web3.js";

import { createBareVault } from "../support/bare-vault.js";
import { expectOk, expectRefused, expectStolen } from "../support/expect.js";
import { installLookupTable } from "../support/lookup-table.js";
import { IDLE, idle, relayRule } from "../support/relay.js";
import { set, solTransferRule, tokenTransferRule, vault } from "../support/rules.js";
import { execute, executeInstruction, grant, readSession, refuses } from "../support/session.js";
import { createTokenAccount, tokenAmount } from "../support/token.js";
import { createWorld, sendSol, sendTokens } from "../support/world.js";

const HIDDEN = new PublicKey("Hidden1111111111111111111111111111111111111");

function opened() {
  const world = createWorld();
  const session = grant(world, {
    rules: [tokenTransferRule(), { ...relayRule(IDLE), count: 2, unbound: true }],
    limits: [{ asset: world.mint, total: 1_000n }],
  });
  return { world, session };
}

/** Another account in place of the placeholder, after everything was laid out. */
const reveal = (pubkey: PublicKey) => ({
  tamper: (instruction: TransactionInstruction) => {
    for (const meta of instruction.keys) if (meta.pubkey.equals(HIDDEN)) meta.pubkey = pubkey;
    return instruction;
  },
});

describe("threats: accounts of a plan", () => {
  it("b01_reordered_accounts_change_hash_and_fail", () => {
    const world = createWorld();
    const { svm, thief } = world;
    const friend = svm.fundedKeypair().publicKey;
    const session = grant(world, {
      rules: [{ ...solTransferRule(), accounts: { 0: vault, 1: set(friend, thief.publicKey) } }],
      limits: [{ asset: "SOL", total: 10_000_000n }],
    });
    const steps = [sendSol(world, 1_000_000n, friend), sendSol(world, 1n, thief.publicKey)];
    const swap = (instruction: TransactionInstruction) => {
      const at = (key: PublicKey) => instruction.keys.findIndex((meta) => meta.pubkey.equals(key));
      const [first, second] = [at(friend), at(thief.publicKey)];
      const [a, b] = [instruction.keys[first], instruction.keys[second]];
      assert.ok(a !== undefined && b !== undefined);
      [instruction.keys[first], instruction.keys[second]] = [b, a];
      return instruction;
    };
    const before = svm.balance(thief.publicKey);
    expectStolen(execute(world, session, steps, { tamper: swap }));
    assert.equal(
      svm.balance(thief.publicKey) - before,
      1_000_000n,
      "without a hash it went to him",
    );

    refuses(world, session, steps, "KeysHashMismatch", {}, { keysHash: true, tamper: swap });
    const wrong = { keysHash: new Uint8Array(32) };
    refuses(world, session, steps, "KeysHashMismatch", {}, wrong);
    expectOk(execute(world, session, steps, { keysHash: true }));
  });

  it("j01_swapped_table_entry_fails_on_chain", () => {
    const { world, session } = opened();
    const { svm, mint, thiefTokens } = world;
    const friendTokens = createTokenAccount(svm, { mint, owner: svm.fundedKeypair().publicKey });
    // The client is told that the table holds the friend's account; the chain's table holds the thief's.
    const table = installLookupTable(svm, [thiefTokens], [friendTokens]);
    const send = (keysHash?: true) => {
      const steps = [sendTokens(world, 5n, friendTokens)];
      const options = keysHash === undefined ? {} : { keysHash };
      const instruction = executeInstruction(world, session, steps, options);
      const lookupTables = { payer: svm.payer, lookupTables: [table] };
      return svm.send([instruction], [session.key], lookupTables);
    };
    expectStolen(send());
    assert.deepEqual([tokenAmount(svm, thiefTokens), tokenAmount(svm, friendTokens)], [5n, 0n]);
    expectRefused(send(true), "KeysHashMismatch");
    assert.equal(tokenAmount(svm, thiefTokens), 5n);
    const honest = [sendTokens(world, 5n, friendTokens)];
    expectOk(execute(world, session, honest, { keysHash: true }));
  });

  it("b07_duplicate_remaining_accounts_count_once", () => {
    const { world, session } = opened();
    const { svm, tokens, thiefTokens } = world;
    // The vault's token account under two indices: watched once, spent from together.
    const again = (amount: bigint) =>
      createTransferInstruction(HIDDEN, thiefTokens, world.vault, amount);
    const both = (amount: bigint) => [sendTokens(world, 600n), again(amount)];
    refuses(world, session, both(401n), "LimitTotalExceeded", { limit: 0 }, reveal(tokens));
    expectOk(execute(world, session, both(400n), reveal(tokens)));
    assert.equal(readSession(world, session).limits[0]?.spent, 1_000n);
    // Source and destination under two indices are still the same account.
    const itself = [createTransferInstruction(tokens, HIDDEN, world.vault, 0n)];
    refuses(world, session, itself, "SelfTransfer", { inner: 0 }, reveal(tokens));

    // The vault under a second index is still the vault: its SOL is counted and its authority is needed.
    const sol = grant(world, {
      rules: [{ ...solTransferRule(), accounts: {} }],
      limits: [{ asset: "SOL", total: 1_000_000n }],
    });
    const send = (lamports: bigint) => [sendSol({ vault: HIDDEN, thief: world.thief }, lamports)];
    const over = { limit: 0, asked: 1_000_001n };
    refuses(world, sol, send(1_000_001n), "LimitTotalExceeded", over, reveal(world.vault));
    const before = svm.balance(world.vault);
    expectOk(execute(world, sol, send(1_000_000n), reveal(world.vault)));
    assert.equal(before - svm.balance(world.vault), 1_000_000n);
    assert.equal(readSession(world, sol).limits[0]?.spent, 1_000_000n);
  });

  it("b08_extra_trailing_account_is_rejected_by_default", () => {
    const { world, session } = opened();
    const bare = createBareVault(world);
    const push = (instruction: TransactionInstruction) => {
      const key = { pubkey: world.thief.publicKey, isSigner: false, isWritable: true };
      instruction.keys.push(key);
      return instruction;
    };
    const { tokens } = bare;
    const naive = createTransferInstruction(tokens, world.thiefTokens, bare.vault, 1n);
    expectStolen(bare.run([push(naive)]));
    const longer = [push(sendTokens(world, 1n))];
    refuses(world, session, longer, "AccountCountRefused", { inner: 0, rule: 0, asked: 4n });
    const shorter = sendTokens(world, 1n);
    shorter.keys.pop();
    refuses(world, session, [shorter], "AccountCountRefused", { inner: 0, rule: 0, asked: 2n });
    const three = push(push(idle(world.vault)));
    const step = [{ rule: 1, instruction: three }];
    refuses(world, session, step, "AccountCountRefused", { inner: 0, rule: 1, asked: 3n });
    expectOk(execute(world, session, [sendTokens(world, 1n)]));
  });
});
