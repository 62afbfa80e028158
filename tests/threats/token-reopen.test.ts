// E: closing the vault's token accounts, and opening them again as something else. A session can't close at all yet; where an account
// has to be closed for an attack to go on, its owner does it.
import assert from "node:assert/strict";

import {
  AccountLayout,
  NATIVE_MINT,
  TOKEN_PROGRAM_ID,
  createCloseAccountInstruction,
  createInitializeAccount3Instruction,
  createTransferInstruction,
} from "@solana/spl-token";
import { Keypair, SystemProgram, type PublicKey } from "@solana/web3.js";

import { createBareVault } from "../support/bare-vault.js";
import { expectOk, expectRefused, expectStolen } from "../support/expect.js";
import { HOSTILE, hostileInstruction, write } from "../support/hostile.js";
import { ownerExecute } from "../support/owner.js";
import { relay, relayRule } from "../support/relay.js";
import { any, tokenRule, tokenTransferRule, vault, vaultToken } from "../support/rules.js";
import { execute, grant, refuses, tryGrant } from "../support/session.js";
import { extraTokenAccount } from "../support/token-states.js";
import { unwrapLamports } from "../support/token-instructions.js";
import { createMint } from "../support/token.js";
import { createWorld, sendTokens, type World } from "../support/world.js";

const SOL = 1_000_000_000n;

/** A session that moves the first mint between the vault's own accounts (rule 0) or to anyone (1), and feeds the router (2). */
function opened() {
  const world = createWorld();
  const tokens = vaultToken(world.mint);
  const session = grant(world, {
    rules: [
      { ...tokenTransferRule(), accounts: { 0: tokens, 1: tokens, 2: vault } },
      tokenTransferRule(),
      relayRule(),
    ],
    limits: [{ asset: world.mint, total: 1_000n }],
  });
  return { world, session };
}

const close = (account: PublicKey, destination: PublicKey, authority: PublicKey) =>
  createCloseAccountInstruction(account, destination, authority);

const createSpace = ({ svm }: World, address: PublicKey, programId: PublicKey) =>
  SystemProgram.createAccount({
    fromPubkey: svm.payer.publicKey,
    newAccountPubkey: address,
    lamports: Number(svm.rent(165)),
    space: 165,
    programId,
  });

/** A token account of `owner` whose address is a key that the thief kept, so that he can open it again. */
function openTokenAccount(
  world: World,
  owner: PublicKey,
  mint = world.mint,
  account = Keypair.generate(),
): Keypair {
  const { svm } = world;
  const initialize = createInitializeAccount3Instruction(account.publicKey, mint, owner);
  const create = createSpace(world, account.publicKey, TOKEN_PROGRAM_ID);
  svm.mustSend([create, initialize], [svm.payer, account]);
  return account;
}

const bytesOf = ({ svm }: World, address: PublicKey): Uint8Array =>
  svm.getAccount(address)?.data ?? new Uint8Array();

/** Opens a closed account again under the hostile program, with the bytes that it had. */
function forge(world: World, account: Keypair, bytes: Uint8Array): void {
  const keys = [{ pubkey: account.publicKey, isSigner: false, isWritable: true }];
  const fill = hostileInstruction(keys, [write(0, 0, bytes)]);
  const create = createSpace(world, account.publicKey, HOSTILE);
  world.svm.mustSend([create, fill], [world.svm.payer, account]);
}

describe("threats: token accounts closed and opened again", () => {
  it("e06_reopened_under_other_program_is_rejected", () => {
    const { world, session } = opened();
    const bare = createBareVault(world);
    const first = openTokenAccount(world, bare.vault);
    const before = bytesOf(world, first.publicKey);
    expectStolen(bare.run([close(first.publicKey, bare.vault, bare.vault)]));
    forge(world, first, before);
    assert.deepEqual(bytesOf(world, first.publicKey), before, "by its bytes it is the same");

    const second = openTokenAccount(world, world.vault);
    const address = second.publicKey;
    const original = bytesOf(world, address);
    const closing = close(address, world.vault, world.vault);
    const routed = { rule: 2, instruction: relay(world.vault, [closing]) };
    refuses(world, session, [routed], "TokenAccountClosed", { inner: 0, rule: 2 });
    const step = [sendTokens(world, 5n, address)];
    expectOk(execute(world, session, step));
    const back = createTransferInstruction(address, world.tokens, world.vault, 5n);
    expectOk(ownerExecute(world, [back, closing]));
    forge(world, second, original);
    refuses(world, session, step, "AccountConstraintFailed", { inner: 0, rule: 0, position: 1 });
    const source = [createTransferInstruction(address, world.tokens, world.vault, 0n)];
    refuses(world, session, source, "AccountConstraintFailed", { inner: 0, rule: 0, position: 0 });
    expectOk(execute(world, session, [{ rule: 1, instruction: sendTokens(world, 1n) }]));
  });

  it("e07_reopened_with_other_mint_is_rejected", () => {
    const { world, session } = opened();
    const worthless = createMint(world.svm);
    const account = openTokenAccount(world, world.vault);
    const address = account.publicKey;
    const step = [sendTokens(world, 0n, address)];
    expectOk(execute(world, session, step));
    const closing = close(address, world.vault, world.vault);
    expectOk(ownerExecute(world, [closing]));
    openTokenAccount(world, world.vault, worthless, account);
    assert.ok(AccountLayout.decode(bytesOf(world, address)).mint.equals(worthless));
    refuses(world, session, step, "AccountConstraintFailed", { inner: 0, rule: 0, position: 1 });
    // Inside one instruction of a callee the close is seen as such, before anything can be opened in its place.
    const again = openTokenAccount(world, world.vault);
    const routed = relay(world.vault, [close(again.publicKey, world.vault, world.vault)]);
    refuses(world, session, [{ rule: 2, instruction: routed }], "TokenAccountClosed", { inner: 0 });
    expectOk(execute(world, session, [sendTokens(world, 5n, again.publicKey)]));
  });

  it("e08_close_wsol_to_third_party_is_rejected", () => {
    const { world, session } = opened();
    const { svm, thief } = world;
    const bare = createBareVault(world);
    const wrapped = (owner: PublicKey) =>
      extraTokenAccount(svm, { mint: NATIVE_MINT, owner, amount: 2n * SOL });
    const before = svm.balance(thief.publicKey);
    expectStolen(bare.run([close(wrapped(bare.vault), thief.publicKey, bare.vault)]));
    assert.equal(svm.balance(thief.publicKey) - before, 2n * SOL + svm.rent(165));

    const account = wrapped(world.vault);
    for (const destination of [thief.publicKey, world.vault]) {
      const attack = close(account, destination, world.vault);
      refuses(world, session, [attack], "InstructionNotInScope", { inner: 0, rule: 0 });
      const routed = { rule: 2, instruction: relay(world.vault, [attack]) };
      refuses(world, session, [routed], "TokenAccountClosed", { inner: 0, rule: 2 });
    }
    // Closing is an opt-in: without it the instruction can't be granted.
    for (const destination of [any, vault]) {
      const rule = tokenRule(9, 3, { 0: vaultToken(), 1: destination, 2: vault });
      expectRefused(tryGrant(world, { rules: [rule] }), "UnsafeRule");
      expectOk(tryGrant(world, { rules: [rule], closes: true }));
    }
    expectOk(ownerExecute(world, [close(account, world.vault, world.vault)]));
    assert.equal(svm.balance(world.vault), world.funds.lamports + 2n * SOL + svm.rent(165));
  });

  it("e09_close_of_empty_account_for_its_rent_is_rejected", () => {
    const { world, session } = opened();
    const { svm, thief } = world;
    const bare = createBareVault(world);
    const empty = (owner: PublicKey) => extraTokenAccount(svm, { mint: world.mint, owner });
    const before = svm.balance(thief.publicKey);
    expectStolen(bare.run([close(empty(bare.vault), thief.publicKey, bare.vault)]));
    assert.equal(svm.balance(thief.publicKey) - before, svm.rent(165));

    const account = empty(world.vault);
    const attack = close(account, thief.publicKey, world.vault);
    refuses(world, session, [attack], "InstructionNotInScope", { inner: 0, rule: 0 });
    const routed = { rule: 2, instruction: relay(world.vault, [attack]) };
    refuses(world, session, [routed], "TokenAccountClosed", { inner: 0, rule: 2 });
    expectOk(execute(world, session, [sendTokens(world, 1n, account)]));
  });

  it("e02_unwrap_lamports_is_rejected", () => {
    const { world, session } = opened();
    const { svm, thief } = world;
    const bare = createBareVault(world);
    const wrapped = (owner: PublicKey) =>
      extraTokenAccount(svm, { mint: NATIVE_MINT, owner, amount: 2n * SOL });
    const before = svm.balance(thief.publicKey);
    expectStolen(bare.run([unwrapLamports(wrapped(bare.vault), thief.publicKey, bare.vault)]));
    assert.equal(svm.balance(thief.publicKey) - before, 2n * SOL);

    const account = wrapped(world.vault);
    const attack = unwrapLamports(account, thief.publicKey, world.vault);
    refuses(world, session, [attack], "InstructionNotInScope", { inner: 0, rule: 0 });
    const routed = { rule: 2, instruction: relay(world.vault, [attack]) };
    refuses(world, session, [routed], "NoLimit", { inner: 0, rule: 2, asked: 2n * SOL });
    expectRefused(tryGrant(world, { rules: [tokenRule(45, 3, { 0: any })] }), "UnsafeRule");
    expectOk(execute(world, session, [{ rule: 1, instruction: sendTokens(world, 1n) }]));
  });
});
