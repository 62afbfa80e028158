// A22 and L: delegate mode, where a wallet keeps its tokens and approves the vault.
import assert from "node:assert/strict";

import {
  AccountLayout,
  AuthorityType,
  ExtensionType,
  TOKEN_2022_PROGRAM_ID,
  createEnableCpiGuardInstruction,
  createReallocateInstruction,
  createRevokeInstruction,
  createSetAuthorityInstruction,
  createTransferCheckedInstruction,
  createTransferInstruction,
} from "@solana/spl-token";
import type { Keypair, PublicKey } from "@solana/web3.js";

import { createBareVault } from "../support/bare-vault.js";
import { expectOk, expectRefused, expectStolen } from "../support/expect.js";
import { createExtendedMint } from "../support/extended-mint.js";
import { positionKeyOf } from "../support/position-keys.js";
import { relay, relayRule } from "../support/relay.js";
import { any, positionKey, tokenRule, vault } from "../support/rules.js";
import { execute, grant, readSession, refuses, revoke, tryGrant } from "../support/session.js";
import { approve, extraTokenAccount } from "../support/token-states.js";
import { createMint, createTokenAccount, tokenAmount } from "../support/token.js";
import { createWorld, type World } from "../support/world.js";

const MAX = 2n ** 64n - 1n;
const transferRule = tokenRule(3, 3, { 0: any, 1: any });

/** A wallet with 1,000 tokens, of which `approved` may be moved by `delegate`. */
function holder(world: World, approved: bigint, delegate = world.vault) {
  const { svm, mint } = world;
  const wallet = svm.fundedKeypair();
  const tokens = extraTokenAccount(svm, { mint, owner: wallet.publicKey, amount: 1_000n });
  const approveAgain = (amount: bigint) =>
    approve(svm, { account: tokens, wallet, delegate, amount });
  approveAgain(approved);
  return { wallet, tokens, approveAgain };
}

const pull = (world: World, tokens: PublicKey, amount: bigint, authority = world.vault) =>
  createTransferInstruction(tokens, world.thiefTokens, authority, amount);

describe("threats: delegate mode", () => {
  it("a22_session_without_wallet_limit_cannot_debit_the_wallet", () => {
    const world = createWorld();
    const { mint } = world;
    const bare = createBareVault(world);
    const red = holder(world, 100n, bare.vault);
    expectStolen(bare.run([pull(world, red.tokens, 100n, bare.vault)]));

    const { wallet, tokens } = holder(world, 100n);
    const rules = [transferRule, relayRule()];
    const approvedFor = grant(world, {
      ...{ rules, limits: [{ asset: mint, wallet: wallet.publicKey, total: 100n }] },
    });
    const others = [
      grant(world, { rules, limits: [{ asset: mint, total: 100n }] }),
      grant(world, {
        ...{ rules, limits: [{ asset: mint, wallet: world.owner.publicKey, total: 100n }] },
      }),
      grant(world, {
        ...{ rules, limits: [{ asset: world.otherMint, wallet: wallet.publicKey, total: 100n }] },
      }),
    ];
    const direct = [pull(world, tokens, 1n)];
    const routed = [{ rule: 1, instruction: relay(world.vault, direct) }];
    for (const other of others) {
      refuses(world, other, direct, "SourceNotVaults", { inner: 0, rule: 0, position: 0 });
      refuses(world, other, routed, "DebitOnlyTouched", { inner: 0, rule: 1 });
    }
    expectOk(execute(world, approvedFor, [...direct, ...routed]));
  });

  it("l01_unlimited_approval_gives_no_more_than_the_limit", () => {
    const world = createWorld();
    const { svm, mint } = world;
    const { wallet, tokens } = holder(world, MAX);
    const session = grant(world, {
      rules: [transferRule, relayRule()],
      limits: [{ asset: mint, wallet: wallet.publicKey, total: 10n }],
    });
    const over = { limit: 0, asked: 11n, left: 10n };
    refuses(world, session, [pull(world, tokens, 11n)], "LimitTotalExceeded", over);
    const routed = { rule: 1, instruction: relay(world.vault, [pull(world, tokens, 11n)]) };
    refuses(world, session, [routed], "LimitTotalExceeded", over);
    expectOk(execute(world, session, [pull(world, tokens, 10n)]));
    assert.equal(tokenAmount(svm, tokens), 990n);
  });

  it("l03_delegate_self_revoke_is_rejected", () => {
    const world = createWorld();
    const { svm, mint } = world;
    const bare = createBareVault(world);
    const red = holder(world, 100n, bare.vault);
    expectStolen(bare.run([createRevokeInstruction(red.tokens, bare.vault)]));
    const option = (account: PublicKey) =>
      AccountLayout.decode(svm.getAccount(account)?.data ?? new Uint8Array()).delegateOption;
    assert.equal(option(red.tokens), 0, "the delegate may end its own approval");

    const { wallet, tokens } = holder(world, 100n);
    const rules = [relayRule(), transferRule];
    const session = grant(world, {
      ...{ rules, limits: [{ asset: mint, wallet: wallet.publicKey, total: 100n }] },
    });
    const other = grant(world, { rules });
    const attack = [relay(world.vault, [createRevokeInstruction(tokens, world.vault)])];
    for (const one of [session, other])
      refuses(world, one, attack, "TokenAccountChanged", { inner: 0, rule: 0 });
    expectRefused(tryGrant(world, { rules: [tokenRule(5, 2)] }), "UnsafeRule");
    assert.equal(option(tokens), 1);
    expectOk(execute(world, session, [{ rule: 1, instruction: pull(world, tokens, 1n) }]));
  });

  it("l04_last_delegated_unit_can_be_spent", () => {
    const world = createWorld();
    const { svm, mint } = world;
    const { wallet, tokens } = holder(world, 30n);
    const session = grant(world, {
      rules: [transferRule, relayRule()],
      limits: [{ asset: mint, wallet: wallet.publicKey, total: 30n }],
    });
    const routed = (amount: bigint) => ({
      ...{ rule: 1, instruction: relay(world.vault, [pull(world, tokens, amount)]) },
    });
    expectOk(execute(world, session, [pull(world, tokens, 10n), routed(10n), routed(10n)]));
    const account = AccountLayout.decode(svm.getAccount(tokens)?.data ?? new Uint8Array());
    assert.deepEqual([account.delegateOption, account.delegatedAmount], [0, 0n]);
    assert.equal(readSession(world, session).limits[0]?.spent, 30n);
  });

  it("l04_what_another_takes_beside_the_approval_is_rejected", () => {
    const world = createWorld();
    const { svm, vault: owner, thief } = world;
    const program = TOKEN_2022_PROGRAM_ID;
    const mint = createExtendedMint(svm, "permanentDelegate").publicKey;
    const wallet = svm.fundedKeypair();
    const account = (holder: PublicKey, amount: bigint) =>
      createTokenAccount(svm, { mint, owner: holder, amount, tokenProgram: program });
    const [hers, his] = [account(wallet.publicKey, 100n), account(thief.publicKey, 0n)];
    approve(svm, { account: hers, wallet, delegate: owner, amount: 50n, program });
    const keyed = {
      ...{ ...relayRule(), count: [2, 40] as const, accounts: { 0: vault, 1: positionKey } },
    };
    const session = grant(world, {
      rules: [keyed],
      limits: [{ asset: mint, wallet: wallet.publicKey, total: 50n }],
      ...{ positionKeys: true, extensions: [12] },
    });
    const puller = positionKeyOf(world, session, 0);
    svm.mustSend([
      createSetAuthorityInstruction(
        ...([mint, svm.payer.publicKey, AuthorityType.PermanentDelegate] as const),
        ...([puller.address, [] as never[], program] as const),
      ),
    ]);
    const take = (authority: PublicKey) => [
      relay(
        owner,
        [
          createTransferCheckedInstruction(
            ...([hers, mint, his, authority, 5n, 6, [] as never[], program] as const),
          ),
        ],
        [{ pubkey: puller.address, isSigner: false, isWritable: false }],
      ),
    ];
    const options = { positionKeys: [puller] };
    const refused = { inner: 0, rule: 0 };
    refuses(world, session, take(puller.address), "TokenAccountChanged", refused, options);
    expectOk(execute(world, session, take(owner), options));
  });

  it("l05_cpi_guard_account_works_or_names_error", () => {
    const world = createWorld();
    const { svm, vault: owner, thief } = world;
    const program = TOKEN_2022_PROGRAM_ID;
    const mint = createMint(svm, { tokenProgram: program });
    const guardedAccount = (wallet: Keypair): PublicKey => {
      const address = createTokenAccount(svm, {
        ...{ mint, owner: wallet.publicKey, amount: 9n, tokenProgram: program },
      });
      const grow = createReallocateInstruction(
        ...([address, wallet.publicKey, [ExtensionType.CpiGuard]] as [
          PublicKey,
          PublicKey,
          ExtensionType[],
        ]),
        ...([wallet.publicKey, [] as never[], program] as const),
      );
      const enable = createEnableCpiGuardInstruction(address, wallet.publicKey, [], program);
      svm.mustSend([grow, enable], [wallet]);
      approve(svm, { account: address, wallet, delegate: owner, amount: 9n, program });
      return address;
    };
    const wallet = svm.fundedKeypair();
    const hers = guardedAccount(wallet);
    const his = createTokenAccount(svm, { mint, owner: thief.publicKey, tokenProgram: program });
    const open = (extensions: readonly number[]) =>
      grant(world, {
        rules: [tokenRule(3, 3, { 0: any, 1: any }, program)],
        limits: [{ asset: mint, wallet: wallet.publicKey, total: 9n }],
        extensions,
      });
    const take = [createTransferInstruction(hers, his, owner, 9n, [], program)];
    refuses(world, open([]), take, "ExtensionRefused", { asked: 11n });
    expectOk(execute(world, open([11]), take));
  });

  it("l06_new_approval_does_not_revive_old_session", () => {
    const world = createWorld();
    const { mint } = world;
    const { wallet, tokens, approveAgain } = holder(world, 10n);
    const limits = [{ asset: mint, wallet: wallet.publicKey, total: 10n }];
    const [spent, revoked] = [1, 2].map(() => grant(world, { rules: [transferRule], limits }));
    assert.ok(spent !== undefined && revoked !== undefined);
    expectOk(execute(world, spent, [pull(world, tokens, 10n)]));
    expectOk(revoke(world, revoked));
    approveAgain(500n);
    const step = [pull(world, tokens, 1n)];
    refuses(world, spent, step, "LimitTotalExceeded", { limit: 0, asked: 1n, left: 0n });
    refuses(world, revoked, step, "SessionRevoked");
    const fresh = grant(world, { rules: [transferRule], limits });
    expectOk(execute(world, fresh, step));
  });
});
