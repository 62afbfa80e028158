// C: who signs inside, and which accounts a callee may never see.
import assert from "node:assert/strict";

import { AuthorityType, createSetAuthorityInstruction } from "@solana/spl-token";
import {
  PublicKey,
  SystemProgram,
  SYSVAR_INSTRUCTIONS_PUBKEY,
  type TransactionInstruction,
} from "@solana/web3.js";

import { createBareVault } from "../support/bare-vault.js";
import { expectOk, expectRefused, expectStolen } from "../support/expect.js";
import { HOSTILE } from "../support/hostile.js";
import { IDLE, idle, relay, relayRule } from "../support/relay.js";
import { any, key, solTransferRule, vault as vaultRole } from "../support/rules.js";
import { execute, executeInstruction, grant, refuses, tryGrant } from "../support/session.js";
import { createWorld, sendSol, type World } from "../support/world.js";

const SOL = 1_000_000_000n;
const HIDDEN = new PublicKey("Hidden1111111111111111111111111111111111111");

function opened() {
  const world = createWorld();
  const session = grant(world, {
    rules: [solTransferRule(), relayRule(), relayRule(IDLE)],
    limits: [{ asset: "SOL", total: 4n * SOL }],
  });
  return { world, session };
}

/** Marks one account of a finished instruction as a signer. */
const signedBy = (instruction: TransactionInstruction, signer: PublicKey) => {
  for (const meta of instruction.keys) meta.isSigner ||= meta.pubkey.equals(signer);
  return instruction;
};

describe("threats: privileges", () => {
  const steal = (world: World, from: PublicKey) =>
    SystemProgram.transfer({
      fromPubkey: from,
      toPubkey: world.thief.publicKey,
      lamports: 1_000_000,
    });

  it("c01_owner_cosigner_is_not_signer_inside", () => {
    const { world, session } = opened();
    const { svm, owner, thief } = world;
    // A program that passes outer signatures on hands the owner's wallet to its callee.
    const naive = signedBy(
      relay(owner.publicKey, [steal(world, owner.publicKey)]),
      owner.publicKey,
    );
    expectStolen(svm.send([naive], [thief, owner]));

    const direct = steal(world, owner.publicKey);
    const signers = { signers: [owner] };
    const field = { inner: 0, rule: 0, position: 0 };
    refuses(world, session, [direct], "AccountConstraintFailed", field, signers);
    const before = svm.balance(owner.publicKey);
    const inside = { rule: 1, instruction: relay(world.vault, [direct]) };
    const result = execute(world, session, [inside], signers);
    assert.match(String(result.err), /PrivilegeEscalation/);
    assert.equal(svm.balance(owner.publicKey), before);
    expectOk(execute(world, session, [sendSol(world, 1_000_000n, owner.publicKey)], signers));
  });

  it("c01_source_that_the_rule_leaves_open_must_be_the_vault", () => {
    const world = createWorld();
    const session = grant(world, {
      rules: [{ ...solTransferRule(), accounts: { 1: any } }],
      limits: [{ asset: "SOL", total: SOL }],
    });
    const signers = { signers: [world.owner] };
    const steps = [steal(world, world.owner.publicKey)];
    refuses(world, session, steps, "SourceNotVaults", { inner: 0, rule: 0 }, signers);
    expectOk(execute(world, session, [sendSol(world, 1_000_000n)]));
  });

  it("c02_fee_payer_cannot_fund_inner_transfer", () => {
    const { world, session } = opened();
    const { svm } = world;
    const payer = svm.payer.publicKey;
    const naive = signedBy(relay(payer, [steal(world, payer)]), payer);
    expectStolen(svm.send([naive], [svm.payer]));

    const direct = steal(world, payer);
    const signers = { signers: [svm.payer] };
    const named = executeInstruction(world, session, [direct], signers);
    const refused = svm.send([named], [session.key], { payer: svm.payer });
    expectRefused(refused, "AccountConstraintFailed", { inner: 0, rule: 0, position: 0 });
    const inside = { rule: 1, instruction: relay(world.vault, [direct]) };
    assert.match(String(execute(world, session, [inside], signers).err), /PrivilegeEscalation/);
    // The session key as its own fee payer is protected in every position.
    const own = steal(world, session.key.publicKey);
    svm.airdrop(session.key.publicKey);
    refuses(world, session, [own], "ForbiddenAccount", { inner: 0, position: 0 });
    expectOk(execute(world, session, [sendSol(world, 1_000_000n)]));
  });

  it("c04_session_account_as_inner_account_is_rejected", () => {
    const { world, session } = opened();
    const forbidden: readonly [string, PublicKey, boolean][] = [
      ["session key", session.key.publicKey, false],
      ["session", session.address, true],
      ["session, read only", session.address, false],
      ["config", world.config, false],
      ["this program", world.programId, false],
    ];
    for (const [what, pubkey, isWritable] of forbidden) {
      const step = (named: PublicKey) => [
        {
          rule: 2,
          instruction: idle(world.vault, [{ pubkey: named, isSigner: false, isWritable }]),
        },
      ];
      const failed = execute(world, session, step(pubkey));
      assert.ok(!failed.ok, what);
      refuses(world, session, step(pubkey), "ForbiddenAccount", { inner: 0 });
      // The same account passed again, under another index, is still the same account.
      const passAgain = (instruction: TransactionInstruction) => {
        for (const meta of instruction.keys) if (meta.pubkey.equals(HIDDEN)) meta.pubkey = pubkey;
        return instruction;
      };
      const options = { tamper: passAgain };
      refuses(world, session, step(HIDDEN), "ForbiddenAccount", { inner: 0 }, options);
    }
    // The instructions sysvar is refused when writable; the runtime makes it read only before a program sees it.
    const harmless = [{ pubkey: SYSVAR_INSTRUCTIONS_PUBKEY, isSigner: false, isWritable: false }];
    expectOk(execute(world, session, [{ rule: 2, instruction: idle(world.vault, harmless) }]));
  });

  it("c05_vault_in_unlisted_position_is_rejected", () => {
    const world = createWorld();
    const bare = createBareVault(world);
    const rule = { ...relayRule(), accounts: { 0: any } };
    const session = grant(world, {
      rules: [rule, relayRule(), relayRule(IDLE)],
      limits: [{ asset: "SOL", total: SOL }],
    });
    expectStolen(bare.run([relay(bare.vault, [steal(world, bare.vault)])]));

    const attack = relay(world.vault, [steal(world, world.vault)]);
    refuses(world, session, [attack], "VaultNotAllowed", { inner: 0, rule: 0, position: 0 });
    // Twice in one instruction: once where the rule says vault, once behind it.
    const again = [{ pubkey: world.vault, isSigner: false, isWritable: true }];
    const twice = { rule: 2, instruction: idle(world.vault, again) };
    refuses(world, session, [twice], "VaultNotAllowed", { inner: 0, rule: 2, position: 1 });
    expectOk(execute(world, session, [{ rule: 1, instruction: attack }]));
  });

  it("c06_malicious_router_with_vault_signature_cannot_change_authority", () => {
    const { world, session } = opened();
    const bare = createBareVault(world);
    const { thief } = world;
    const attack = (vault: PublicKey, tokens: PublicKey) =>
      createSetAuthorityInstruction(tokens, vault, AuthorityType.AccountOwner, thief.publicKey);
    expectStolen(bare.run([relay(bare.vault, [attack(bare.vault, bare.tokens)])]));

    const instruction = relay(world.vault, [attack(world.vault, world.tokens)]);
    refuses(world, session, [{ rule: 1, instruction }], "TokenAccountChanged", { inner: 0 });
    const assign = SystemProgram.assign({ accountPubkey: world.vault, programId: HOSTILE });
    const second = { rule: 1, instruction: relay(world.vault, [assign]) };
    refuses(world, session, [second], "VaultChanged", { inner: 0, rule: 1 });
    expectOk(execute(world, session, [sendSol(world, 1n)]));
  });

  it("c06_program_to_be_called_must_be_bound_too", () => {
    const world = createWorld();
    const bound = { ...relayRule(), count: 3, unbound: false };
    const recipient = key(world.thief.publicKey);
    const session = grant(world, {
      rules: [
        { ...bound, accounts: { 0: vaultRole, 1: recipient } },
        { ...bound, accounts: { 0: vaultRole, 1: recipient, 2: key(SystemProgram.programId) } },
      ],
      limits: [{ asset: "SOL", total: SOL }],
    });
    const instruction = relay(world.vault, [steal(world, world.vault)]);
    refuses(world, session, [instruction], "UnboundPosition", { inner: 0, rule: 0, position: 2 });
    expectOk(execute(world, session, [{ rule: 1, instruction }]));
  });

  it("c08_wildcard_program_rule_cannot_be_stored", () => {
    const world = createWorld();
    expectRefused(tryGrant(world, { rules: [] }), "EmptyScope");
    for (const length of [2, 3, 5, 6, 7]) {
      const rule = { ...relayRule(), discriminator: Array<number>(length).fill(0) };
      expectRefused(tryGrant(world, { rules: [rule] }), "BadDiscriminator");
    }
    const empty = { ...relayRule(), discriminator: [] };
    expectRefused(tryGrant(world, { rules: [empty] }), "BadDiscriminator");
    const own = { ...relayRule(), program: world.programId };
    expectRefused(tryGrant(world, { rules: [own] }), "ReservedProgram");
    grant(world, { rules: [relayRule()] });
  });
});
