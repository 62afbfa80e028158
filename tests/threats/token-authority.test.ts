// E: instructions of the token programs that hand authority or value to somebody else, asked for directly and by a malicious router.
import assert from "node:assert/strict";

import {
  AuthorityType,
  createApproveCheckedInstruction,
  createApproveInstruction,
  createBurnCheckedInstruction,
  createBurnInstruction,
  createFreezeAccountInstruction,
  createMintToInstruction,
  createSetAuthorityInstruction,
  createThawAccountInstruction,
  createTransferInstruction,
} from "@solana/spl-token";
import type { TransactionInstruction } from "@solana/web3.js";
import { type PublicKey } from "@solana/web3.js";

import { createBareVault } from "../support/bare-vault.js";
import { expectOk, expectRefused, expectStolen } from "../support/expect.js";
import { relay, relayRule } from "../support/relay.js";
import { any, tokenRule, tokenTransferRule, vault as vaultRole } from "../support/rules.js";
import { execute, grant, refuses, tryGrant } from "../support/session.js";
import { createMint, tokenAmount } from "../support/token.js";
import { batch, createMultisig, tokenInstruction } from "../support/token-instructions.js";
import { createWorld, sendTokens, type World } from "../support/world.js";

/** A session that may move a little of the first mint (rule 0), and a malicious router with the vault's signature (rule 1). */
function opened(world: World = createWorld()) {
  const session = grant(world, {
    rules: [tokenTransferRule(), relayRule()],
    limits: [{ asset: world.mint, total: 1_000n }],
  });
  return { world, session };
}

interface Attack {
  readonly name: string;
  /** Number of the Token instruction. */
  readonly number: number;
  /** The same against any vault and its token account. */
  readonly build: (world: World, vault: PublicKey, tokens: PublicKey) => TransactionInstruction;
  /** What stops it when the malicious router asks. */
  readonly routed: Parameters<typeof refuses>[3];
}

const attacks: readonly Attack[] = [
  {
    name: "e01_set_authority_owner_is_rejected",
    number: 6,
    build: ({ thief }, vault, tokens) =>
      createSetAuthorityInstruction(tokens, vault, AuthorityType.AccountOwner, thief.publicKey),
    routed: "TokenAccountChanged",
  },
  {
    name: "e01_set_authority_close_is_rejected",
    number: 6,
    build: ({ thief }, vault, tokens) =>
      createSetAuthorityInstruction(tokens, vault, AuthorityType.CloseAccount, thief.publicKey),
    routed: "TokenAccountChanged",
  },
  {
    name: "e03_batch_wrapping_approve_is_rejected",
    number: 255,
    build: ({ thief }, vault, tokens) =>
      batch([createApproveInstruction(tokens, thief.publicKey, vault, 1n << 60n)]),
    routed: "TokenAccountChanged",
  },
  {
    name: "e03_batch_wrapping_transfer_is_rejected",
    number: 255,
    build: ({ thiefTokens }, vault, tokens) =>
      batch([createTransferInstruction(tokens, thiefTokens, vault, 1_000_000n)]),
    routed: "LimitTotalExceeded",
  },
  {
    name: "e04_excess_lamports_cannot_leave_token_account",
    number: 38,
    build: ({ svm, thief }, vault, tokens) => {
      svm.airdrop(tokens, 1_000_000_000n);
      return tokenInstruction(38, [tokens, thief.publicKey, vault]);
    },
    routed: "NoLimit",
  },
  {
    name: "e05_approve_is_rejected",
    number: 4,
    build: ({ thief }, vault, tokens) =>
      createApproveInstruction(tokens, thief.publicKey, vault, 1n),
    routed: "TokenAccountChanged",
  },
  {
    name: "e05_approve_checked_is_rejected",
    number: 13,
    build: ({ thief, mint }, vault, tokens) =>
      createApproveCheckedInstruction(tokens, mint, thief.publicKey, vault, 1n, 6),
    routed: "TokenAccountChanged",
  },
  {
    name: "e12_burn_is_rejected_by_default",
    number: 8,
    build: ({ mint }, vault, tokens) => createBurnInstruction(tokens, mint, vault, 1_001n),
    routed: "LimitTotalExceeded",
  },
  {
    name: "e12_burn_checked_is_rejected_by_default",
    number: 15,
    build: ({ mint }, vault, tokens) =>
      createBurnCheckedInstruction(tokens, mint, vault, 1_001n, 6),
    routed: "LimitTotalExceeded",
  },
];

describe("threats: authority over token accounts", () => {
  for (const { name, number, build, routed } of attacks) {
    it(name, () => {
      const { world, session } = opened();
      const bare = createBareVault(world);
      expectStolen(bare.run([build(world, bare.vault, bare.tokens)]));

      const attack = build(world, world.vault, world.tokens);
      refuses(world, session, [attack], "InstructionNotInScope", { inner: 0, rule: 0 });
      const instruction = relay(world.vault, [attack]);
      refuses(world, session, [{ rule: 1, instruction }], routed);
      const rule = tokenRule(number, attack.keys.length, { 0: any });
      expectRefused(tryGrant(world, { rules: [rule] }), "UnsafeRule");
      expectOk(execute(world, session, [sendTokens(world, 1_000n)]));
      assert.equal(tokenAmount(world.svm, world.thiefTokens) >= 1_000n, true);
    });
  }

  it("e03_nested_batch_is_rejected", () => {
    const { world, session } = opened();
    const { tokens, thiefTokens, vault } = world;
    const nested = batch([batch([createTransferInstruction(tokens, thiefTokens, vault, 1n)])]);
    refuses(world, session, [nested], "InstructionNotInScope", { inner: 0, rule: 0 });
    const empty = tokenInstruction(255, [tokens, thiefTokens, vault]);
    refuses(world, session, [empty], "InstructionNotInScope", { inner: 0, rule: 0 });
    expectOk(execute(world, session, [sendTokens(world, 1_000n)]));
  });

  it("e03_every_token_discriminator_0_to_255", () => {
    const { world, session } = opened();
    const allowed = new Set<number>();
    for (let number = 0; number < 256; number++) {
      const count = number === 12 ? 4 : number === 17 ? 1 : 3;
      const result = tryGrant(world, { rules: [tokenRule(number, count, { 0: any })] });
      if (result.ok) allowed.add(number);
      if (number === 3) continue;
      const attack = tokenInstruction(number, [world.tokens, world.thiefTokens, world.vault]);
      refuses(world, session, [attack], "InstructionNotInScope", { inner: 0, rule: 0 });
    }
    // Transfer, TransferChecked, SyncNative: nothing else, whatever the rule binds.
    assert.deepEqual([...allowed], [3, 12, 17]);
    expectOk(execute(world, session, [sendTokens(world, 1_000n)]));
  });

  it("e13_mint_authority_instructions_are_rejected", () => {
    const { world, session } = opened();
    const { svm, vault, thief, thiefTokens } = world;
    const bare = createBareVault(world);
    const inflate = (mint: PublicKey, authority: PublicKey) =>
      createMintToInstruction(mint, thiefTokens, authority, 5n);
    const give = (authority: PublicKey) =>
      createSetAuthorityInstruction(
        world.mint,
        svm.payer.publicKey,
        AuthorityType.MintTokens,
        authority,
      );
    svm.mustSend([give(bare.vault)]);
    expectStolen(bare.run([inflate(world.mint, bare.vault)]));
    assert.equal(tokenAmount(svm, thiefTokens), 5n);

    const own = createMint(svm, { authority: vault });
    const table = [
      { number: 7, attack: inflate(own, vault) },
      { number: 10, attack: createFreezeAccountInstruction(thiefTokens, own, vault) },
      { number: 11, attack: createThawAccountInstruction(thiefTokens, own, vault) },
      {
        number: 6,
        attack: createSetAuthorityInstruction(
          own,
          vault,
          AuthorityType.MintTokens,
          thief.publicKey,
        ),
      },
    ];
    for (const { number, attack } of table) {
      refuses(world, session, [attack], "InstructionNotInScope", { inner: 0, rule: 0 });
      const rule = tokenRule(number, attack.keys.length, { [attack.keys.length - 1]: vaultRole });
      expectRefused(tryGrant(world, { rules: [rule] }), "UnsafeRule");
    }
    expectOk(execute(world, session, [sendTokens(world, 1_000n)]));
  });

  it("e26_multisig_trailing_signer_is_rejected", () => {
    const world = createWorld();
    const { svm, thiefTokens } = world;
    const bare = createBareVault(world);
    const attackOn = (member: PublicKey) => {
      const shared = createMultisig(svm, world.mint, [member, world.owner.publicKey], 1_000n);
      const instruction = createTransferInstruction(
        shared.tokens,
        thiefTokens,
        shared.multisig,
        7n,
      );
      instruction.keys.push({ pubkey: member, isSigner: true, isWritable: false });
      const authority = instruction.keys[2];
      assert.ok(authority !== undefined);
      authority.isSigner = false;
      return { instruction, tokens: shared.tokens };
    };
    expectStolen(bare.run([attackOn(bare.vault).instruction]));
    assert.equal(tokenAmount(svm, thiefTokens), 7n);

    const { session } = opened(world);
    const { instruction, tokens } = attackOn(world.vault);
    refuses(world, session, [instruction], "AccountCountRefused", { inner: 0, rule: 0 });
    assert.equal(tokenAmount(svm, tokens), 1_000n);
    const wide = { ...tokenTransferRule(), count: [3, 4] as const };
    const anySource = { ...wide, accounts: { 0: any, 1: any, 2: any, 3: vaultRole } };
    for (const rule of [wide, anySource])
      expectRefused(tryGrant(world, { rules: [rule] }), "UnsafeRule");
    assert.equal(tokenAmount(svm, tokens), 1_000n);
    expectOk(execute(world, session, [sendTokens(world, 1_000n)]));
  });
});
