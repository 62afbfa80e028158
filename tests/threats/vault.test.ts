// D: the vault must stay a plain System account that only the program signs for.
import assert from "node:assert/strict";

import {
  NONCE_ACCOUNT_LENGTH,
  PublicKey,
  StakeProgram,
  SystemProgram,
  SYSVAR_RECENT_BLOCKHASHES_PUBKEY,
  SYSVAR_RENT_PUBKEY,
  TransactionInstruction,
} from "@solana/web3.js";

import { createBareVault } from "../support/bare-vault.js";
import { expectOk, expectRefused, expectStolen } from "../support/expect.js";
import { HOSTILE, hostileInstruction, moveLamports } from "../support/hostile.js";
import { relay, relayRule } from "../support/relay.js";
import { solTransferRule, vault as vaultRole } from "../support/rules.js";
import {
  execute,
  executeInstruction,
  grant,
  refuses,
  tryGrant,
  type Session,
} from "../support/session.js";
import { createAccountAllowPrefund, systemData, systemInstruction } from "../support/system.js";
import { createWorld, sendSol, type World } from "../support/world.js";

const SOL = 1_000_000_000n;

/** A session that may send SOL anywhere (rule 0), and hands the vault to the malicious router (rule 1). */
function opened(world = createWorld()): { world: World; session: Session } {
  const session = grant(world, {
    rules: [solTransferRule(), relayRule()],
    limits: [{ asset: "SOL", total: SOL }],
  });
  return { world, session };
}

function expectHonestTransfer({ world, session }: { world: World; session: Session }): void {
  const before = world.svm.balance(world.thief.publicKey);
  expectOk(execute(world, session, [sendSol(world, 1_000_000n)]));
  assert.equal(world.svm.balance(world.thief.publicKey) - before, 1_000_000n);
}

describe("threats: the vault as a System account", () => {
  const assign = (account: PublicKey) =>
    SystemProgram.assign({ accountPubkey: account, programId: HOSTILE });
  const allocate = (account: PublicKey, space: number) =>
    SystemProgram.allocate({ accountPubkey: account, space });

  it("d01_assign_vault_is_rejected", () => {
    const { world, session } = opened();
    const bare = createBareVault(world);
    expectStolen(bare.run([assign(bare.vault)]));
    const meta = (pubkey: PublicKey) => ({ pubkey, isSigner: false, isWritable: true });
    const debit = hostileInstruction(
      [meta(bare.vault), meta(world.thief.publicKey)],
      [moveLamports(0, 1, world.funds.lamports)],
    );
    expectStolen(world.svm.send([debit], [world.thief]));
    assert.equal(world.svm.balance(bare.vault), 0n);

    refuses(world, session, [assign(world.vault)], "InstructionNotInScope", { inner: 0, rule: 0 });
    const rule = { ...solTransferRule(), discriminator: [1, 0, 0, 0], count: 1 };
    expectRefused(
      tryGrant(world, { rules: [{ ...rule, accounts: { 0: vaultRole } }] }),
      "UnsafeRule",
    );
    expectHonestTransfer({ world, session });
  });

  it("d01_assign_via_hostile_program_is_rejected", () => {
    const { world, session } = opened();
    const bare = createBareVault(world);
    const attack = (account: PublicKey) => relay(account, [assign(account)]);
    expectStolen(bare.run([attack(bare.vault)]));
    assert.ok(world.svm.getAccount(bare.vault)?.owner.equals(HOSTILE));

    const step = { rule: 1, instruction: attack(world.vault) };
    refuses(world, session, [step], "VaultChanged", { inner: 0, rule: 1 });
    refuses(world, session, [sendSol(world, 1n), step], "VaultChanged", { inner: 1, rule: 1 });
    expectHonestTransfer({ world, session });
  });

  it("d02_allocate_then_nonce_hijack_is_rejected", () => {
    const { world, session } = opened();
    const { svm, thief } = world;
    const bare = createBareVault(world);
    expectStolen(bare.run([allocate(bare.vault, NONCE_ACCOUNT_LENGTH)]));
    const initialize = new TransactionInstruction({
      programId: SystemProgram.programId,
      keys: [
        { pubkey: bare.vault, isSigner: false, isWritable: true },
        { pubkey: SYSVAR_RECENT_BLOCKHASHES_PUBKEY, isSigner: false, isWritable: false },
        { pubkey: SYSVAR_RENT_PUBKEY, isSigner: false, isWritable: false },
      ],
      data: Buffer.concat([Buffer.from([6, 0, 0, 0]), thief.publicKey.toBuffer()]),
    });
    const withdraw = SystemProgram.nonceWithdraw({
      noncePubkey: bare.vault,
      authorizedPubkey: thief.publicKey,
      toPubkey: thief.publicKey,
      lamports: Number(3n * SOL),
    });
    expectStolen(svm.send([initialize, withdraw], [thief]));
    assert.equal(svm.balance(bare.vault), world.funds.lamports - 3n * SOL);

    const direct = allocate(world.vault, NONCE_ACCOUNT_LENGTH);
    refuses(world, session, [direct], "InstructionNotInScope", { inner: 0, rule: 0 });
    const step = { rule: 1, instruction: relay(world.vault, [direct]) };
    refuses(world, session, [step], "VaultChanged", { inner: 0, rule: 1 });
    expectHonestTransfer({ world, session });
  });

  it("d03_allocate_brick_is_rejected", () => {
    const { world, session } = opened();
    const bare = createBareVault(world);
    expectStolen(bare.run([allocate(bare.vault, 1)]));
    const toThief = { toPubkey: world.thief.publicKey, lamports: 1 };
    const stuck = bare.run([SystemProgram.transfer({ fromPubkey: bare.vault, ...toThief })]);
    assert.ok(!stuck.ok, "a vault with data can't pay any more");

    const direct = allocate(world.vault, 1);
    refuses(world, session, [direct], "InstructionNotInScope", { inner: 0, rule: 0 });
    const step = { rule: 1, instruction: relay(world.vault, [direct]) };
    refuses(world, session, [step], "VaultChanged", { inner: 0, rule: 1 });
    expectHonestTransfer({ world, session });
  });

  it("d04_create_account_allow_prefund_on_vault_is_rejected", () => {
    const { world, session } = opened();
    const bare = createBareVault(world);
    const attack = (account: PublicKey) => createAccountAllowPrefund(account, HOSTILE);
    expectStolen(bare.run([attack(bare.vault)]));
    assert.ok(world.svm.getAccount(bare.vault)?.owner.equals(HOSTILE));

    refuses(world, session, [attack(world.vault)], "InstructionNotInScope", { inner: 0 });
    const step = { rule: 1, instruction: relay(world.vault, [attack(world.vault)]) };
    refuses(world, session, [step], "VaultChanged", { inner: 0, rule: 1 });
    expectHonestTransfer({ world, session });
  });

  it("d04_every_system_discriminator_0_to_255", () => {
    const { world, session } = opened();
    const numbers = [...Array(256).keys()].filter((number) => number !== 2);
    // Four bytes are compared, so a 2 in the first byte alone is another instruction.
    for (const number of [...numbers, 0x0102, 0x00010002, 0x02000002]) {
      const attack = systemInstruction(number, [world.vault, world.thief.publicKey], [1n, 0n]);
      refuses(world, session, [attack], "InstructionNotInScope", { inner: 0, rule: 0 });
      const discriminator = [...attack.data.subarray(0, 4)];
      const rule = { ...solTransferRule(), discriminator };
      expectRefused(tryGrant(world, { rules: [rule] }), "UnsafeRule");
    }
    expectHonestTransfer({ world, session });
  });

  it("d05_vault_as_base_of_a_seeded_account_is_rejected", async () => {
    const { world, session } = opened();
    const { svm, thief } = world;
    const bare = createBareVault(world);
    // TransferWithSeed: the base's signature moves the lamports of an account derived from it.
    const seed = Buffer.from("savings");
    const tail = Buffer.concat([
      Buffer.from([seed.length, 0, 0, 0, 0, 0, 0, 0]),
      seed,
      SystemProgram.programId.toBytes(),
    ]);
    const derive = (base: PublicKey) =>
      PublicKey.createWithSeed(base, "savings", SystemProgram.programId);
    const attack = (base: PublicKey, derived: PublicKey) =>
      new TransactionInstruction({
        programId: SystemProgram.programId,
        keys: [
          { pubkey: derived, isSigner: false, isWritable: true },
          { pubkey: base, isSigner: true, isWritable: false },
          { pubkey: thief.publicKey, isSigner: false, isWritable: true },
        ],
        data: systemData(11, [SOL], tail),
      });
    const [ofBare, ofVault] = [await derive(bare.vault), await derive(world.vault)];
    svm.airdrop(ofBare, SOL);
    svm.airdrop(ofVault, SOL);
    expectStolen(bare.run([attack(bare.vault, ofBare)]));
    assert.equal(svm.balance(ofBare), 0n);

    const direct = attack(world.vault, ofVault);
    refuses(world, session, [direct], "InstructionNotInScope", { inner: 0, rule: 0 });
    assert.equal(svm.balance(ofVault), SOL);
    expectHonestTransfer({ world, session });
  });

  it("d06_vault_never_ends_between_zero_and_rent", () => {
    const world = createWorld();
    const session = grant(world, {
      rules: [solTransferRule()],
      limits: [{ asset: "SOL", total: 10n * SOL }],
    });
    const all = world.funds.lamports;
    const rent = world.svm.rent(0);
    for (const left of [1n, rent - 1n]) {
      const result = execute(world, session, [sendSol(world, all - left)]);
      assert.match(String(result.err), /InsufficientFundsForRent/);
      assert.equal(world.svm.balance(world.vault), all);
    }
    expectOk(execute(world, session, [sendSol(world, all - rent)]));
    expectOk(execute(world, session, [sendSol(world, rent)]));
    assert.equal(world.svm.balance(world.vault), 0n);
  });

  it("d07_noncanonical_bump_is_rejected", () => {
    const { world, session } = opened();
    const { programId, config, svm } = world;
    const seeds = [Buffer.from("vault"), config.toBytes()];
    const [, canonical] = PublicKey.findProgramAddressSync(seeds, programId);
    const others = [...Array(canonical).keys()].flatMap((bump) => {
      try {
        return [PublicKey.createProgramAddressSync([...seeds, Buffer.from([bump])], programId)];
      } catch {
        return [];
      }
    });
    const other = others[0];
    assert.ok(other !== undefined && !other.equals(world.vault));
    svm.airdrop(other, SOL);
    const send = SystemProgram.transfer({
      fromPubkey: other,
      toPubkey: world.thief.publicKey,
      lamports: 1,
    });
    const instruction = executeInstruction({ ...world, vault: other }, session, [send]);
    expectRefused(svm.send([instruction], [session.key], { payer: svm.payer }), "WrongVault");
    assert.equal(svm.balance(other), SOL);
    expectHonestTransfer({ world, session });
  });

  it("d08_stake_and_loader_instructions_are_rejected", () => {
    const world = createWorld();
    const loaders = [
      "BPFLoaderUpgradeab1e11111111111111111111111",
      "BPFLoader2111111111111111111111111111111111",
      "BPFLoader1111111111111111111111111111111111",
      "LoaderV411111111111111111111111111111111111",
      "Vote111111111111111111111111111111111111111",
      "AddressLookupTab1e1111111111111111111111111",
      "Config1111111111111111111111111111111111111",
      "Feature111111111111111111111111111111111111",
      "ComputeBudget111111111111111111111111111111",
      "Ed25519SigVerify111111111111111111111111111",
      "KeccakSecp256k11111111111111111111111111111",
      "Secp256r1SigVerify1111111111111111111111111",
    ];
    for (const loader of loaders) {
      const rule = { program: new PublicKey(loader), discriminator: [4, 0, 0, 0], count: 1 };
      const result = tryGrant(world, { rules: [{ ...rule, accounts: { 0: vaultRole } }] });
      expectRefused(result, "ReservedProgram");
    }
    // Of Stake's only delegating and deactivating, and only of a stake that the rule names.
    for (const [number, count] of [...Array(20).keys()].flatMap((one) => [
      [one, 3],
      [one, 6],
    ]) as readonly (readonly [number, number])[]) {
      const stake = { program: StakeProgram.programId, discriminator: [number, 0, 0, 0], count };
      const result = tryGrant(world, {
        rules: [{ ...stake, accounts: { [count - 1]: vaultRole } }],
      });
      expectRefused(result, "UnsafeRule");
    }
  });

  it("d09_dust_sent_to_vault_does_not_block_execute", () => {
    const world = createWorld();
    const session = grant(world, {
      rules: [solTransferRule(), relayRule(2)],
      limits: [{ asset: "SOL", total: SOL }],
    });
    const { svm, vault, thief } = world;
    svm.airdrop(vault, 1_000_000n);
    const pot = PublicKey.unique();
    svm.setAccount(pot, { lamports: SOL, data: new Uint8Array(), owner: HOSTILE });
    const extra = [{ pubkey: pot, isSigner: false, isWritable: true }];
    const dust = relay(vault, [(at) => moveLamports(at(pot), at(vault), 7n)], extra);
    const [before, paid] = [svm.balance(vault), svm.balance(thief.publicKey)];
    const steps = [{ rule: 1, instruction: dust }, sendSol(world, 1_000_000n)];
    expectOk(execute(world, session, [...steps, ...steps.slice(0, 1)]));
    assert.equal(svm.balance(thief.publicKey) - paid, 1_000_000n);
    assert.equal(before - svm.balance(vault), 1_000_000n - 14n);
  });
});
