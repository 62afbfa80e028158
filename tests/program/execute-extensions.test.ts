// `execute`: Token-2022 with the extensions that the terms allow by name.
import assert from "node:assert/strict";

import {
  ExtensionType,
  TOKEN_2022_PROGRAM_ID,
  createEnableCpiGuardInstruction,
  createEnableRequiredMemoTransfersInstruction,
  createReallocateInstruction,
  createTransferCheckedInstruction,
  createTransferInstruction,
} from "@solana/spl-token";
import { PublicKey, TransactionInstruction, type AccountMeta, type Keypair } from "@solana/web3.js";

import { expectOk } from "../support/expect.js";
import { createExtendedMint } from "../support/extended-mint.js";
import { HOOK, createHookedMint, hookCounted, type Hook } from "../support/hook.js";
import { ownerExecute } from "../support/owner.js";
import { relay, relayRule } from "../support/relay.js";
import { any, key, tokenRule, vaultToken, vault, type Role } from "../support/rules.js";
import { execute, grant, readSession, refuses, type Session } from "../support/session.js";
import { approve } from "../support/token-states.js";
import { createMint, createTokenAccount, tokenAmount } from "../support/token.js";
import { createWorld, type World } from "../support/world.js";

const program = TOKEN_2022_PROGRAM_ID;
const MEMO = new PublicKey("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr");

describe("Token-2022 extensions in execute", () => {
  let world: World;
  beforeEach(() => {
    world = createWorld();
  });
  const account = (mint: PublicKey, owner: PublicKey, amount = 0n) =>
    createTokenAccount(world.svm, { mint, owner, amount, tokenProgram: program });
  const send = (mint: PublicKey, from: PublicKey, to: PublicKey, amount: bigint) =>
    createTransferCheckedInstruction(from, mint, to, world.vault, amount, 6, [], program);
  const sendRule = tokenRule(12, 4, { 2: any }, program);
  /** Lets an account carry one more extension, as its owner may. */
  const extend = (address: PublicKey, owner: PublicKey, kind: ExtensionType) =>
    createReallocateInstruction(address, owner, [kind], owner, [], program);

  describe("a transfer fee", () => {
    it("is inside the limit: the vault's own debit counts in full", () => {
      const { svm, vault: owner, thief } = world;
      const mint = createExtendedMint(svm, "transferFee").publicKey;
      const [own, his] = [account(mint, owner, 1_000n), account(mint, thief.publicKey)];
      const session = grant(world, {
        rules: [sendRule, relayRule()],
        limits: [{ asset: mint, total: 300n }],
        extensions: [1],
      });
      const over = { limit: 0, asked: 301n, left: 300n };
      refuses(world, session, [send(mint, own, his, 301n)], "LimitTotalExceeded", over);
      expectOk(execute(world, session, [send(mint, own, his, 100n)]));
      const routed = { rule: 1, instruction: relay(owner, [send(mint, own, his, 200n)]) };
      expectOk(execute(world, session, [routed]));
      assert.deepEqual([tokenAmount(svm, own), tokenAmount(svm, his)], [700n, 297n]);
      assert.equal(readSession(world, session).limits[0]?.spent, 300n);
    });

    it("is withheld in the vault's own account when tokens come in: what comes is what counts", () => {
      const { svm, vault: owner, thief } = world;
      const mint = createExtendedMint(svm, "transferFee").publicKey;
      const [own, second] = [account(mint, owner, 1_000n), account(mint, thief.publicKey, 500n)];
      approve(svm, { account: second, wallet: thief, delegate: owner, amount: 200n, program });
      const session = grant(world, {
        rules: [tokenRule(12, 4, { 0: any, 2: any }, program)],
        limits: [{ asset: mint, wallet: thief.publicKey, total: 200n }],
        extensions: [1],
      });
      expectOk(execute(world, session, [send(mint, second, own, 100n)]));
      assert.equal(tokenAmount(svm, own), 1_099n);
      assert.equal(readSession(world, session).limits[0]?.spent, 100n);
    });
  });

  describe("a transfer hook", () => {
    let hook: Hook;
    let own: PublicKey;
    let his: PublicKey;
    beforeEach(() => {
      hook = createHookedMint(world.svm);
      own = account(hook.mint, world.vault, 100n);
      his = account(hook.mint, world.thief.publicKey);
    });
    const hooked = (amount: bigint, metas: readonly AccountMeta[] = hook.metas) => {
      const made = send(hook.mint, own, his, amount);
      made.keys.push(...metas);
      return made;
    };
    const open = (extra: Readonly<Record<number, Role>>, most = 7): Session =>
      grant(world, {
        rules: [tokenRule(12, [4, most], { 2: any, ...extra }, program)],
        limits: [{ asset: hook.mint, total: 50n }],
        extensions: [14],
      });
    const bound = () => ({ 4: key(hook.counter), 5: key(HOOK) });

    it("gets its accounts after the transfer's own four, where the rule binds them", () => {
      const { svm } = world;
      const session = open(bound());
      expectOk(execute(world, session, [hooked(20n)]));
      assert.equal(hookCounted(svm, hook), 20n);
      refuses(world, session, [hooked(31n)], "LimitTotalExceeded", { limit: 0, left: 30n });
      expectOk(execute(world, session, [hooked(30n)]));
      assert.deepEqual([tokenAmount(svm, own), tokenAmount(svm, his)], [50n, 50n]);
    });

    it("may be given anything that is neither writable nor executable without a constraint", () => {
      const { thief, vault: owner, tokens } = world;
      const at = (position: number) => ({ inner: 0, rule: 0, position });
      const [counter, code, list] = hook.metas;
      assert.ok(counter !== undefined && code !== undefined && list !== undefined);
      refuses(world, open({}), [hooked(1n)], "UnboundPosition", at(4));
      refuses(world, open({ 4: any }), [hooked(1n)], "UnboundPosition", at(5));
      refuses(world, open({ 5: key(HOOK) }), [hooked(1n)], "UnboundPosition", at(4));
      const wrong = [{ ...counter, pubkey: thief.publicKey }, code, list];
      refuses(world, open(bound()), [hooked(1n, wrong)], "AccountConstraintFailed", at(4));
      const last = (meta: AccountMeta) => [counter, code, list, meta];
      const writable = { pubkey: tokens, isSigner: false, isWritable: true };
      refuses(world, open(bound(), 8), [hooked(1n, last(writable))], "UnboundPosition", at(7));
      const vaults = { pubkey: owner, isSigner: false, isWritable: true };
      refuses(world, open(bound(), 8), [hooked(1n, last(vaults))], "VaultNotAllowed", at(7));
      const clock = new PublicKey("SysvarC1ock11111111111111111111111111111111");
      const harmless = { pubkey: clock, isSigner: false, isWritable: false };
      expectOk(execute(world, open(bound(), 8), [hooked(1n, last(harmless))]));
    });

    it("has as many accounts as the rule says", () => {
      const count = { inner: 0, rule: 0, asked: 7n, left: 6n };
      refuses(world, open(bound(), 6), [hooked(1n)], "AccountCountRefused", count);
      expectOk(execute(world, open(bound(), 7), [hooked(1n)]));
    });
  });

  describe("memo required", () => {
    const memo = () =>
      new TransactionInstruction({ programId: MEMO, keys: [], data: Buffer.from("rent 7") });
    const memoRule = { program: MEMO, discriminator: [...Buffer.from("rent")], count: 0 };

    it("lets a friend's account be paid when a memo stands before the transfer", () => {
      const { svm, vault: owner } = world;
      const friend = svm.fundedKeypair();
      const mint = createMint(svm, { tokenProgram: program });
      const [own, theirs] = [account(mint, owner, 9n), account(mint, friend.publicKey)];
      const holder = friend.publicKey;
      const enable = createEnableRequiredMemoTransfersInstruction(theirs, holder, [], program);
      svm.mustSend(
        [extend(theirs, friend.publicKey, ExtensionType.MemoTransfer), enable],
        [friend],
      );
      const session = grant(world, {
        rules: [sendRule, memoRule],
        limits: [{ asset: mint, total: 9n }],
      });
      assert.ok(!execute(world, session, [send(mint, own, theirs, 9n)]).ok, "without a memo");
      const steps = [{ rule: 1, instruction: memo() }, send(mint, own, theirs, 9n)];
      expectOk(execute(world, session, steps));
    });

    it("on the vault's own account must be named in the terms", () => {
      const { svm, vault: owner, thief } = world;
      const mint = createMint(svm, { tokenProgram: program });
      const [own, his] = [account(mint, owner, 9n), account(mint, thief.publicKey)];
      const enable = createEnableRequiredMemoTransfersInstruction(own, owner, [], program);
      expectOk(ownerExecute(world, [extend(own, owner, ExtensionType.MemoTransfer), enable]));
      const open = (extensions: readonly number[]) =>
        grant(world, { rules: [sendRule], limits: [{ asset: mint, total: 9n }], extensions });
      const step = [send(mint, own, his, 1n)];
      refuses(world, open([]), step, "ExtensionRefused", { outer: 5, asked: 8n });
      refuses(world, open([11]), step, "ExtensionRefused", { asked: 8n });
      expectOk(execute(world, open([8]), step));
    });
  });

  describe("CPI guard", () => {
    /** A wallet's guarded account, of which the vault is the delegate. */
    function guarded(): {
      readonly wallet: Keypair;
      readonly mint: PublicKey;
      readonly hers: PublicKey;
    } {
      const { svm, vault: owner } = world;
      const wallet = svm.fundedKeypair();
      const mint = createMint(svm, { tokenProgram: program });
      const hers = account(mint, wallet.publicKey, 9n);
      const enable = createEnableCpiGuardInstruction(hers, wallet.publicKey, [], program);
      svm.mustSend([extend(hers, wallet.publicKey, ExtensionType.CpiGuard), enable], [wallet]);
      approve(svm, { account: hers, wallet, delegate: owner, amount: 9n, program });
      return { wallet, mint, hers };
    }

    it("on a wallet's account leaves the delegate's way open, where the terms name it", () => {
      const { svm, vault: owner, thief } = world;
      const { wallet, mint, hers } = guarded();
      const his = account(mint, thief.publicKey);
      const open = (extensions: readonly number[]) =>
        grant(world, {
          rules: [tokenRule(3, 3, { 0: any, 1: any }, program)],
          limits: [{ asset: mint, wallet: wallet.publicKey, total: 9n }],
          extensions,
        });
      const step = [createTransferInstruction(hers, his, owner, 9n, [], program)];
      refuses(world, open([]), step, "ExtensionRefused", { asked: 11n });
      refuses(world, open([8]), step, "ExtensionRefused", { asked: 11n });
      expectOk(execute(world, open([11]), step));
      assert.equal(tokenAmount(svm, his), 9n);
    });
  });

  it("don't change what a plain rule says: four accounts, no more, without the hook's bit", () => {
    const mint = createMint(world.svm, { tokenProgram: program });
    const [own, his] = [account(mint, world.vault, 5n), account(mint, world.thief.publicKey)];
    const session = grant(world, {
      rules: [{ ...sendRule, accounts: { 0: vaultToken(mint), 2: any, 3: vault } }],
      limits: [{ asset: mint, total: 5n }],
    });
    const longer = send(mint, own, his, 1n);
    longer.keys.push({ pubkey: MEMO, isSigner: false, isWritable: false });
    const count = { inner: 0, rule: 0, asked: 5n, left: 4n };
    refuses(world, session, [longer], "AccountCountRefused", count);
    expectOk(execute(world, session, [send(mint, own, his, 5n)]));
  });
});
