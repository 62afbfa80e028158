// A: who may act for a vault, and which accounts are taken for a session or a config.
import assert from "node:assert/strict";

import { Keypair, PublicKey } from "@solana/web3.js";
import {
  closeSessionInstruction,
  createVaultInstruction,
  decodeSession,
  decodeVaultConfig,
  findSession,
  findVaultConfig,
  revokeSessionInstruction,
} from "@valetkey/sdk/layers";

import { expectOk, expectRefused, expectUnchanged, snapshot } from "../support/expect.js";
import { HOSTILE } from "../support/hostile.js";
import { relay, relayRule } from "../support/relay.js";
import { solTransferRule } from "../support/rules.js";
import {
  execute,
  executeInstruction,
  grant,
  refuses,
  revoke,
  tryGrant,
  type Session,
} from "../support/session.js";
import { createWorld, openVault, sendSol, type World } from "../support/world.js";

const pay = 1_000_000n;
const spec = {
  rules: [solTransferRule(), relayRule()],
  limits: [{ asset: "SOL" as const, total: 100n * pay }],
};

/** Copies an account to another address, under another program. */
function forge(
  { svm }: World,
  original: PublicKey,
  owner: PublicKey,
  change?: (data: Uint8Array) => void,
) {
  const account = svm.getAccount(original);
  assert.ok(account !== null);
  const address = PublicKey.unique();
  const data = Uint8Array.from(account.data);
  change?.(data);
  svm.setAccount(address, { ...account, data, owner });
  return address;
}

describe("threats: authority of sessions and vaults", () => {
  it("a01_foreign_owned_session_is_rejected", () => {
    const world = createWorld();
    const session = grant(world, spec);
    // The forgery names the thief as session key and has a limit without end; by its bytes it is a perfect session.
    const address = forge(world, session.address, HOSTILE, (data) => {
      data.set(world.thief.publicKey.toBytes(), 96);
    });
    const forged = decodeSession(world.svm.getAccount(address)?.data ?? new Uint8Array());
    assert.equal(forged.sessionKey, world.thief.publicKey.toBase58());
    assert.equal(forged.vault, world.vault.toBase58());
    const stolen: Session = { ...session, address, key: world.thief };
    refuses(world, stolen, [sendSol(world, pay)], "NotASession");
    expectRefused(revoke(world, stolen), "NotASession");
    expectOk(execute(world, session, [sendSol(world, pay)]));
  });

  it("a01_config_passed_as_session_is_rejected", () => {
    const world = createWorld();
    const session = grant(world, spec);
    const steps = [sendSol(world, pay)];
    refuses(world, { ...session, address: world.config }, steps, "NotASession");
    for (const address of [world.vault, world.owner.publicKey, world.tokens, world.programId])
      refuses(world, { ...session, address }, steps, "NotASession");
    // And a session, or a forged config with the thief as owner, in the config's place.
    const config = forge(world, world.config, HOSTILE, (data) => {
      data.set(world.thief.publicKey.toBytes(), 104);
    });
    const owners = decodeVaultConfig(world.svm.getAccount(config)?.data ?? new Uint8Array()).owners;
    assert.deepEqual(owners, [world.thief.publicKey.toBase58()]);
    refuses({ ...world, config }, session, steps, "WrongConfig");
    refuses({ ...world, config: session.address }, session, steps, "WrongConfig");
    const asOwner = { signer: world.thief, key: Keypair.generate() };
    expectRefused(tryGrant({ ...world, config }, spec, asOwner), "NotAVaultConfig");
    expectOk(execute(world, session, steps));
  });

  it("a02_session_of_other_vault_cannot_execute_or_close", () => {
    const world = createWorld();
    const { svm, programId } = world;
    const mallory = svm.fundedKeypair();
    const other = openVault(world, mallory.publicKey);
    svm.airdrop(other.vault);
    const theirs: World = { ...world, ...other, owner: mallory };
    const session = grant(world, spec);
    const foreign = grant(theirs, spec);
    const steps = [sendSol(world, pay)];
    // Mallory's session on the owner's vault, with either config.
    refuses({ ...world, config: theirs.config }, foreign, steps, "WrongVault");
    refuses(world, foreign, steps, "WrongConfig");
    // Mallory ends the owner's session by way of his own config.
    const watched = [session.address, world.config, theirs.config];
    const before = snapshot(svm, watched);
    const revoking = revokeSessionInstruction({
      ...{ programId, config: theirs.config, session: session.address },
      authority: mallory.publicKey,
    });
    const asMallory = { payer: svm.payer };
    expectRefused(svm.send([revoking], [mallory], asMallory), "WrongConfig");
    expectRefused(revoke(world, session, mallory), "NotAuthorized");
    svm.advance(4_000n);
    const closing = closeSessionInstruction({
      ...{ programId, config: theirs.config, session: session.address },
      rentPayer: svm.payer.publicKey,
    });
    expectRefused(svm.send([closing]), "WrongConfig");
    expectUnchanged(before, snapshot(svm, watched));
    const honest = closeSessionInstruction({
      ...{ programId, config: world.config, session: session.address },
      rentPayer: svm.payer.publicKey,
    });
    expectOk(svm.send([honest]));
  });

  it("a03_session_cannot_widen_itself_by_inner_call", () => {
    const world = createWorld();
    const session = grant(world, spec);
    const { programId, config, owner } = world;
    let inner = revokeSessionInstruction({
      ...{ programId, config, session: session.address },
      authority: owner.publicKey,
    });
    tryGrant(world, spec, {
      tamper: (instruction) => {
        inner = instruction;
        return instruction;
      },
    });
    // Even with the owner's signature on the transaction.
    const signers = { signers: [owner] };
    refuses(world, session, [inner], "SelfCall", { inner: 0 }, signers);
    const routed = { rule: 1, instruction: relay(world.vault, [inner]) };
    refuses(world, session, [routed], "ForbiddenAccount", { inner: 0, rule: 1 }, signers);
    const own = { ...relayRule(), program: programId };
    expectRefused(tryGrant(world, { rules: [own] }), "ReservedProgram");
    expectOk(execute(world, session, [sendSol(world, pay)]));
  });

  it("a07_reserved_keys_cannot_be_session_keys", () => {
    const world = createWorld();
    const { config, programId, owner } = world;
    const offCurve = PublicKey.findProgramAddressSync([Buffer.from("x")], HOSTILE)[0];
    const as = (sessionKey: PublicKey) =>
      tryGrant(world, spec, {
        tamper: (instruction) => {
          const [session, key] = [instruction.keys[2], instruction.keys[3]];
          assert.ok(session !== undefined && key !== undefined);
          session.pubkey = findSession({ config, sessionKey, programId });
          key.pubkey = sessionKey;
          return instruction;
        },
      });
    for (const reserved of [owner.publicKey, world.vault, config, PublicKey.default, offCurve])
      expectRefused(as(reserved), "ReservedSessionKey");
    // The address belongs to one key, and holds one session.
    const key = Keypair.generate();
    const session = grant(world, spec, { key });
    expectRefused(tryGrant(world, spec, { key }), "SessionExists");
    const wrongAddress = tryGrant(world, spec, {
      tamper: (instruction) => {
        const account = instruction.keys[2];
        assert.ok(account !== undefined);
        account.pubkey = PublicKey.unique();
        return instruction;
      },
    });
    expectRefused(wrongAddress, "WrongSessionAddress");
    // Whoever pays may be a session key.
    grant(world, spec, { key: world.svm.payer });
    expectOk(execute(world, session, [sendSol(world, pay)]));
  });

  it("a09_strangers_canonical_creation_equals_the_owners", () => {
    const owner = Keypair.generate();
    // Opened by a stranger, who pays; the owner doesn't sign.
    const opened = createWorld({ owner });
    const byStranger = opened.svm.getAccount(opened.config);
    const fresh = createWorld();
    const { svm, programId } = fresh;
    svm.airdrop(owner.publicKey);
    const config = findVaultConfig({ owner: owner.publicKey, programId });
    const create = createVaultInstruction({
      ...{ programId, config, index: 0 },
      payer: owner.publicKey,
      owner: owner.publicKey,
    });
    expectOk(svm.send([create], [owner]));
    assert.deepEqual(svm.getAccount(config)?.data, byStranger?.data);
    assert.deepEqual(decodeVaultConfig(byStranger?.data ?? new Uint8Array()).owners, [
      owner.publicKey.toBase58(),
    ]);
    // A second creation changes nothing, and a stranger's vault is no less the owner's.
    const before = snapshot(svm, [config]);
    const again = createVaultInstruction({
      ...{ programId, config, index: 0 },
      payer: fresh.thief.publicKey,
      owner: owner.publicKey,
    });
    expectRefused(svm.send([again], [fresh.thief]), "VaultConfigExists");
    expectUnchanged(before, snapshot(svm, [config]));
    grant(opened, spec);
  });

  it("a09_phished_creation_cannot_name_other_owners_for_a_canonical_vault", () => {
    const world = createWorld();
    const { svm, programId, thief } = world;
    const victim = Keypair.generate().publicKey;
    const config = findVaultConfig({ owner: victim, programId });
    for (const [owner, index] of [
      [thief.publicKey, 0],
      [victim, 1],
    ] as const) {
      const payer = thief.publicKey;
      const attack = createVaultInstruction({ programId, config, payer, owner, index });
      expectRefused(svm.send([attack], [thief]), "WrongConfigAddress");
      assert.equal(svm.getAccount(config), null);
    }
    openVault(world, victim);
    const asThief = tryGrant({ ...world, config }, spec, { signer: thief });
    expectRefused(asThief, "NotAnOwner");
    const instruction = executeInstruction(world, grant(world, spec), [sendSol(world, pay)]);
    assert.ok(instruction.keys.every((meta) => !meta.pubkey.equals(config)));
  });
});
