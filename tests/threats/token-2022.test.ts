// E14 to E19: Token-2022, its longer accounts and its mints with extensions.
import assert from "node:assert/strict";

import {
  AuthorityType,
  ExtensionType,
  TOKEN_2022_PROGRAM_ID,
  createCloseAccountInstruction,
  createEnableRequiredMemoTransfersInstruction,
  createReallocateInstruction,
  createSetAuthorityInstruction,
  createTransferCheckedInstruction,
  createTransferInstruction,
} from "@solana/spl-token";
import type { PublicKey, TransactionInstruction } from "@solana/web3.js";

import { createBareVault } from "../support/bare-vault.js";
import { expectOk, expectRefused, expectStolen } from "../support/expect.js";
import {
  DANGEROUS_EXTENSIONS,
  HARMLESS_EXTENSIONS,
  createExtendedMint,
} from "../support/extended-mint.js";
import { relay, relayRule } from "../support/relay.js";
import { any, tokenTransferCheckedRule, tokenTransferRule, vault } from "../support/rules.js";
import { execute, grant, refuses, tryGrant } from "../support/session.js";
import { createMint, createTokenAccount, tokenAmount } from "../support/token.js";
import { createWorld, type World } from "../support/world.js";

const program = TOKEN_2022_PROGRAM_ID;

/** A plain Token-2022 mint; the vault's account of it is longer than 165 bytes (its owner is immutable). */
function opened() {
  const world = createWorld();
  const { svm, thief } = world;
  const mint = createMint(svm, { tokenProgram: program });
  const account = (owner: PublicKey, amount: bigint) =>
    createTokenAccount(svm, { mint, owner, amount, tokenProgram: program });
  const own = account(world.vault, 1_000n);
  const his = account(thief.publicKey, 0n);
  const send = (amount: bigint, from = own, authority = world.vault) =>
    createTransferCheckedInstruction(from, mint, his, authority, amount, 6, [], program);
  return { world, mint, own, his, send, account };
}

const refusesSpec = (world: World, mint: PublicKey) =>
  tryGrant(world, {
    rules: [tokenTransferCheckedRule({ mint, program })],
    limits: [{ asset: mint, total: 1n }],
  });

describe("threats: Token-2022", () => {
  it("e14_extended_account_is_guarded", () => {
    const { world, mint, own, his, send, account } = opened();
    const { svm, thief } = world;
    assert.equal(svm.getAccount(own)?.data.length, 170);
    const bare = createBareVault(world);
    const red = account(bare.vault, 5n);
    expectStolen(bare.run([relay(bare.vault, [send(5n, red, bare.vault)])]));
    assert.equal(tokenAmount(svm, his), 5n);

    const unlisted = grant(world, { rules: [relayRule()] });
    refuses(world, unlisted, [relay(world.vault, [send(1n)])], "NoLimit", { inner: 0, asked: 1n });
    const session = grant(world, {
      rules: [tokenTransferCheckedRule({ mint, program }), relayRule()],
      limits: [{ asset: mint, total: 10n }],
    });
    const kind = AuthorityType.CloseAccount;
    const attack = createSetAuthorityInstruction(
      own,
      world.vault,
      kind,
      thief.publicKey,
      [],
      program,
    );
    const routed = { rule: 1, instruction: relay(world.vault, [attack]) };
    refuses(world, session, [routed], "TokenAccountChanged", { inner: 0, rule: 1 });
    const over = { rule: 1, instruction: relay(world.vault, [send(11n)]) };
    refuses(world, session, [over], "LimitTotalExceeded", { limit: 0 });
    expectOk(execute(world, session, [send(10n)]));
  });

  it("e14_multisig_length_is_not_token_account", () => {
    const { world, mint, own, his } = opened();
    const { svm } = world;
    const account = svm.getAccount(own);
    assert.ok(account !== null);
    const session = grant(world, {
      rules: [
        tokenTransferRule({ mint, program }),
        { ...tokenTransferRule({ program }), accounts: { 0: any, 1: any, 2: vault } },
      ],
      limits: [{ asset: mint, total: 10n }],
    });
    // The bytes of the vault's own account, in accounts that no token account can be.
    const lengths = [355, 166, 164];
    for (const length of lengths) {
      const data = new Uint8Array(length);
      data.set(account.data.subarray(0, Math.min(length, 165)));
      if (length === 355) data[165] = 2;
      svm.setAccount(own, { ...account, data });
      const transfer = createTransfer(own, his, world.vault);
      const first = { inner: 0, rule: 0, position: 0 };
      refuses(world, session, [transfer], "AccountConstraintFailed", first);
      const second = [{ rule: 1, instruction: transfer }];
      refuses(world, session, second, "SourceNotVaults", { inner: 0, rule: 1, position: 0 });
    }
    svm.setAccount(own, account);
    expectOk(execute(world, session, [createTransfer(own, his, world.vault)]));
  });

  it("e15_extension_changed_by_a_callee_is_rejected", () => {
    const { world, mint, own, send } = opened();
    const bare = createBareVault(world);
    const attack = (account: PublicKey, owner: PublicKey) =>
      relay(owner, [
        createReallocateInstruction(
          account,
          owner,
          [ExtensionType.MemoTransfer],
          owner,
          [],
          program,
        ),
        createEnableRequiredMemoTransfersInstruction(account, owner, [], program),
      ]);
    const red = createTokenAccount(world.svm, { mint, owner: bare.vault, tokenProgram: program });
    expectStolen(bare.run([attack(red, bare.vault)]));

    const session = grant(world, {
      rules: [relayRule(), tokenTransferCheckedRule({ mint, program })],
      limits: [
        { asset: mint, total: 10n },
        { asset: "SOL", total: 1_000_000_000n },
      ],
    });
    refuses(world, session, [attack(own, world.vault)], "TokenAccountChanged", { inner: 0 });
    expectOk(execute(world, session, [{ rule: 1, instruction: send(1n) }]));
  });

  it("e17_dangerous_mints_are_refused_at_grant", () => {
    const world = createWorld();
    for (const extension of DANGEROUS_EXTENSIONS) {
      const mint = createExtendedMint(world.svm, extension).publicKey;
      expectRefused(refusesSpec(world, mint), "MintRefused");
      // In a floor as well as in a limit.
      const floor = { give: world.mint, get: mint, minimum: 1n, per: 1n };
      expectRefused(tryGrant(world, { rules: [{ ...relayRule(), floor }] }), "MintRefused");
    }
    for (const extension of HARMLESS_EXTENSIONS)
      expectOk(refusesSpec(world, createExtendedMint(world.svm, extension).publicKey));
    for (const notAMint of [world.tokens, world.thief.publicKey, world.programId])
      expectRefused(refusesSpec(world, notAMint), "MintRefused");
  });

  it("e17_extensions_are_granted_by_name_and_never_beyond_it", () => {
    const world = createWorld();
    const types = {
      ...{ transferFee: 1, defaultFrozen: 6, interest: 10, permanentDelegate: 12 },
      ...{ transferHook: 14, pausable: 26 },
    };
    const all = [1, 4, 6, 8, 10, 11, 12, 14, 16, 25, 26];
    for (const extension of DANGEROUS_EXTENSIONS) {
      const mint = createExtendedMint(world.svm, extension).publicKey;
      const spec = {
        rules: [tokenTransferCheckedRule({ mint, program })],
        limits: [{ asset: mint, total: 1n }],
      };
      const type = extension in types ? types[extension as keyof typeof types] : undefined;
      const others = all.filter((one) => one !== type);
      expectRefused(tryGrant(world, { ...spec, extensions: others }), "MintRefused");
      if (type === undefined)
        expectRefused(tryGrant(world, { ...spec, extensions: all }), "MintRefused");
      else expectOk(tryGrant(world, { ...spec, extensions: [type] }));
    }
  });

  it("e17_mint_must_be_passed", () => {
    const world = createWorld();
    const spec = {
      rules: [tokenTransferCheckedRule({ mint: world.mint })],
      limits: [{ asset: world.mint, total: 1n }],
    };
    const tamper = (instruction: TransactionInstruction) => {
      instruction.keys = instruction.keys.filter((meta) => !meta.pubkey.equals(world.mint));
      return instruction;
    };
    // Its address as bytes of the terms is not enough, and where it is given by account it can't be left out.
    expectRefused(tryGrant(world, spec, { accountKeys: [], tamper }), "MintMissing");
    expectRefused(tryGrant(world, spec, { tamper }), "MissingAccount");
    expectOk(tryGrant(world, spec));
  });

  it("e19_closable_mint_is_refused_at_grant", () => {
    const world = createWorld();
    const { svm } = world;
    const key = createExtendedMint(svm, "closeAuthority", 6);
    const mint = key.publicKey;
    const decimals = () => svm.getAccount(mint)?.data[44];
    // Red: its issuer closes it and brings it back; an old limit of 5.0 would mean 5 million.
    assert.equal(decimals(), 6);
    const authority = svm.payer.publicKey;
    svm.mustSend([createCloseAccountInstruction(mint, authority, authority, [], program)]);
    createExtendedMint(svm, "closeAuthority", 0, key);
    assert.equal(decimals(), 0);

    expectRefused(refusesSpec(world, mint), "MintRefused", { asked: 3n });
    expectOk(refusesSpec(world, createMint(svm, { tokenProgram: program })));
  });
});

/** Token-2022's plain `Transfer` of one base unit. */
const createTransfer = (from: PublicKey, to: PublicKey, authority: PublicKey) =>
  createTransferInstruction(from, to, authority, 1n, [], program);
