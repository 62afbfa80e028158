// E: what may leave in tokens, and to whom.
import assert from "node:assert/strict";

import {
  NATIVE_MINT,
  TOKEN_2022_PROGRAM_ID,
  createAssociatedTokenAccountIdempotentInstruction,
  createSyncNativeInstruction,
  createTransferCheckedInstruction,
  createTransferInstruction,
  getAssociatedTokenAddressSync,
} from "@solana/spl-token";
import type { PublicKey } from "@solana/web3.js";

import { createBareVault } from "../support/bare-vault.js";
import { expectOk, expectRefused, expectStolen } from "../support/expect.js";
import { relay, relayRule } from "../support/relay.js";
import {
  createTokenAccountRule,
  solTransferRule,
  tokenRule,
  tokenTransferCheckedRule,
  tokenTransferRule,
  vaultToken,
} from "../support/rules.js";
import {
  execute,
  grant,
  readSession,
  refuses,
  tryGrant,
  type Session,
} from "../support/session.js";
import { extraTokenAccount, giveTokenAccount } from "../support/token-states.js";
import { createMint, createTokenAccount, tokenAmount } from "../support/token.js";
import { createWorld, sendSol, sendTokens, type World } from "../support/world.js";

const SOL = 1_000_000_000n;
const syncRule = tokenRule(17, 1, { 0: vaultToken() });

const spent = (world: World, session: Session, limit = 0): bigint | undefined =>
  readSession(world, session).limits[limit]?.spent;

describe("threats: token transfers and limits", () => {
  it("e10_sol_outflow_is_invariant_under_wrap_unwrap", () => {
    const world = createWorld();
    const { svm, vault, thief } = world;
    const session = grant(world, {
      rules: [solTransferRule(), syncRule, tokenTransferRule()],
      limits: [{ asset: "SOL", total: SOL }],
    });
    const wrapped = createTokenAccount(svm, { mint: NATIVE_MINT, owner: vault });
    const thiefWrapped = createTokenAccount(svm, { mint: NATIVE_MINT, owner: thief.publicKey });
    const wrap = [
      sendSol(world, 3n * SOL, wrapped),
      { rule: 1, instruction: createSyncNativeInstruction(wrapped) },
    ];
    expectOk(execute(world, session, wrap));
    assert.equal(tokenAmount(svm, wrapped), 3n * SOL);
    assert.equal(spent(world, session), 0n, "nothing left the vault and its clean accounts");

    const send = (lamports: bigint) => ({
      rule: 2,
      instruction: createTransferInstruction(wrapped, thiefWrapped, vault, lamports),
    });
    const over = { limit: 0, asked: SOL + 1n, left: SOL };
    refuses(world, session, [send(SOL + 1n)], "LimitTotalExceeded", over);
    const parts = [send(SOL), sendSol(world, 1n)];
    refuses(world, session, parts, "LimitTotalExceeded", { limit: 0 });
    expectOk(execute(world, session, [send(SOL - 1n), sendSol(world, 1n)]));
    assert.equal(spent(world, session), SOL);
  });

  it("e11_sync_native_inflow_does_not_refill_limit", () => {
    const world = createWorld();
    const { svm, vault } = world;
    const session = grant(world, {
      rules: [solTransferRule(), syncRule],
      limits: [{ asset: "SOL", total: SOL }],
    });
    const wrapped = createTokenAccount(svm, { mint: NATIVE_MINT, owner: vault });
    svm.airdrop(wrapped, 2n * SOL);
    const sync = { rule: 1, instruction: createSyncNativeInstruction(wrapped) };
    const steps = [sendSol(world, SOL), sync, sendSol(world, 1n)];
    refuses(world, session, steps, "LimitTotalExceeded", { limit: 0 });
    refuses(world, session, [sync, ...steps], "LimitTotalExceeded", { limit: 0 });
    expectOk(execute(world, session, steps.slice(0, 2)));
    assert.equal(spent(world, session), SOL);
  });

  it("e16_limit_measures_the_vaults_own_debit", () => {
    const world = createWorld();
    const { svm, vault, thief } = world;
    const program = TOKEN_2022_PROGRAM_ID;
    const mint = createMint(svm, { tokenProgram: program });
    const account = (owner: PublicKey, amount: bigint) =>
      createTokenAccount(svm, { mint, owner, amount, tokenProgram: program });
    const [own, his] = [account(vault, 100n), account(thief.publicKey, 0n)];
    const session = grant(world, {
      rules: [tokenTransferCheckedRule({ mint, program })],
      limits: [{ asset: mint, total: 10n }],
    });
    const send = (amount: bigint) =>
      createTransferCheckedInstruction(own, mint, his, vault, amount, 6, [], program);
    refuses(world, session, [send(11n)], "LimitTotalExceeded", { limit: 0, asked: 11n, left: 10n });
    expectOk(execute(world, session, [send(10n)]));
    assert.equal(spent(world, session), 10n);
    assert.equal(tokenAmount(svm, own), 90n);
  });

  it("e20_unlisted_mint_cannot_leave", () => {
    const world = createWorld();
    const { otherTokens, thiefOtherTokens } = world;
    const bare = createBareVault(world);
    const attack = (tokens: PublicKey, vault: PublicKey) =>
      createTransferInstruction(tokens, thiefOtherTokens, vault, 5n);
    expectStolen(bare.run([attack(bare.otherTokens, bare.vault)]));

    const session = grant(world, {
      rules: [tokenTransferRule(), relayRule()],
      limits: [
        { asset: world.mint, total: 1_000n },
        { asset: "SOL", total: SOL },
      ],
    });
    const direct = attack(otherTokens, world.vault);
    refuses(world, session, [direct], "NoLimit", { inner: 0, rule: 0, asked: 5n });
    const routed = { rule: 1, instruction: relay(world.vault, [direct]) };
    refuses(world, session, [routed], "NoLimit", { inner: 0, rule: 1, asked: 5n });
    const mixed = [sendTokens(world, 1n), routed];
    refuses(world, session, mixed, "NoLimit", { inner: 1, rule: 1 });
    expectOk(execute(world, session, [sendTokens(world, 1_000n)]));
  });

  it("e21_two_accounts_share_one_limit", () => {
    const world = createWorld();
    const { svm, vault, mint, thiefTokens } = world;
    const second = extraTokenAccount(svm, { mint, owner: vault, amount: 500n });
    const session = grant(world, {
      rules: [tokenTransferRule({ mint })],
      limits: [{ asset: mint, total: 1_000n }],
    });
    const steps = (amount: bigint) => [
      sendTokens(world, 600n),
      createTransferInstruction(second, thiefTokens, vault, amount),
    ];
    refuses(world, session, steps(401n), "LimitTotalExceeded", { limit: 0 });
    expectOk(execute(world, session, steps(400n)));
    assert.equal(spent(world, session), 1_000n);
  });

  it("e22_second_transfer_to_other_destination_is_rejected", () => {
    const world = createWorld();
    const { svm, mint, vault, tokens, thiefTokens } = world;
    const friend = svm.fundedKeypair().publicKey;
    const friendTokens = createTokenAccount(svm, { mint, owner: friend });
    const session = grant(world, {
      rules: [
        tokenTransferRule({ mint, to: friend }),
        tokenTransferCheckedRule({ mint, to: friend }),
      ],
      limits: [{ asset: mint, total: 1_000n }],
    });
    const good = sendTokens(world, 1n, friendTokens);
    const refused = { inner: 1, rule: 0, position: 1 };
    refuses(world, session, [good, sendTokens(world, 1n)], "AccountConstraintFailed", refused);
    const checked = (to: PublicKey) => ({
      rule: 1,
      instruction: createTransferCheckedInstruction(tokens, mint, to, vault, 1n, 6),
    });
    const second = { inner: 1, rule: 1, position: 2 };
    refuses(world, session, [good, checked(thiefTokens)], "AccountConstraintFailed", second);
    expectOk(execute(world, session, [good, checked(friendTokens), good]));
    assert.equal(tokenAmount(svm, friendTokens), 3n);
  });

  it("e23_reowned_destination_is_rejected", () => {
    const world = createWorld();
    const { svm, mint, thief } = world;
    const friend = svm.fundedKeypair();
    const session = grant(world, {
      rules: [tokenTransferRule({ mint, to: friend.publicKey })],
      limits: [{ asset: mint, total: 1_000n }],
    });
    const [kept, sold] = [1, 2].map(() =>
      extraTokenAccount(svm, { mint, owner: friend.publicKey }),
    );
    assert.ok(kept !== undefined && sold !== undefined);
    expectOk(execute(world, session, [sendTokens(world, 1n, sold)]));
    giveTokenAccount(svm, { account: sold, from: friend, to: thief.publicKey });
    const refused = { inner: 0, rule: 0, position: 1 };
    const step = [sendTokens(world, 1n, sold)];
    refuses(world, session, step, "AccountConstraintFailed", refused);
    expectOk(execute(world, session, [sendTokens(world, 1n, kept)]));
  });

  it("e24_ata_rent_counts_and_wallet_is_bound", () => {
    const world = createWorld();
    const { svm, vault, mint, thief } = world;
    const friend = svm.fundedKeypair().publicKey;
    const rent = svm.rent(165);
    const create = (wallet: PublicKey, token: PublicKey) =>
      createAssociatedTokenAccountIdempotentInstruction(
        vault,
        getAssociatedTokenAddressSync(token, wallet, true),
        wallet,
        token,
      );
    const fresh = createMint(svm);
    const bare = createBareVault(world);
    const forThief = getAssociatedTokenAddressSync(fresh, thief.publicKey);
    expectStolen(
      bare.run([
        createAssociatedTokenAccountIdempotentInstruction(
          bare.vault,
          forThief,
          thief.publicKey,
          fresh,
        ),
      ]),
    );
    assert.equal(svm.balance(forThief), rent, "the bare vault paid for the thief's account");

    const rule = createTokenAccountRule(friend, mint);
    const withoutLimit = grant(world, { rules: [rule] });
    const honest = create(friend, mint);
    refuses(world, withoutLimit, [honest], "NoLimit", { inner: 0, rule: 0, asked: rent });
    const session = grant(world, { rules: [rule], limits: [{ asset: "SOL", total: rent }] });
    const other = createMint(svm);
    const wrongWallet = { inner: 0, rule: 0, position: 2 };
    const forHim = [create(thief.publicKey, mint)];
    refuses(world, session, forHim, "AccountConstraintFailed", wrongWallet);
    const wrongMint = { inner: 0, rule: 0, position: 3 };
    refuses(world, session, [create(friend, other)], "AccountConstraintFailed", wrongMint);
    for (const number of [0, 2, 3, 255]) {
      const nested = { ...rule, discriminator: [number] };
      expectRefused(tryGrant(world, { rules: [nested] }), "UnsafeRule");
    }
    expectOk(execute(world, session, [honest]));
    assert.equal(spent(world, session), rent);
  });

  it("e25_self_transfer_is_rejected", () => {
    const world = createWorld();
    const { svm, vault, mint, tokens } = world;
    const session = grant(world, {
      rules: [tokenTransferRule({ mint }), { ...solTransferRule(), accounts: {} }],
      limits: [{ asset: mint, total: 10n }],
    });
    refuses(world, session, [sendTokens(world, 5n, tokens)], "SelfTransfer", { inner: 0, rule: 0 });
    const sol = { rule: 1, instruction: sendSol(world, 5n, vault) };
    refuses(world, session, [sol], "SelfTransfer", { inner: 0, rule: 1 });
    const second = extraTokenAccount(svm, { mint, owner: vault });
    expectOk(execute(world, session, [sendTokens(world, 500n, second)]));
    assert.equal(spent(world, session), 0n, "between clean accounts nothing leaves");
  });
});
