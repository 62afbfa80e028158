// A19, A20: identities and counters in native mode, where a game's own program checks the session.
import assert from "node:assert/strict";

import type { Keypair, PublicKey, TransactionInstruction } from "@solana/web3.js";
import { findVault, findVaultConfig } from "@valetkey/sdk/layers";

import { decodeArena } from "../support/arena.js";
import { expectOk, expectUnchanged, snapshot } from "../support/expect.js";
import {
  claimCap,
  claimLootFor,
  claimRule,
  createNativeWorld,
  enter,
  play,
  sessionRefusal,
  strikeFor,
  strikeRule,
  type NativeWorld,
  type SessionRefusal,
} from "../support/native.js";
import { grant, readSession } from "../support/session.js";
import { patchAccount } from "../support/swap-accounts.js";
import { tokenAmount } from "../support/token.js";
import { openVault, type World } from "../support/world.js";

const unlimited = { rules: [strikeRule()], uses: "unlimited" as const };

/** Writes owners into a config, sorted, with threshold 1; `kind` 1 makes it a council's. */
function writeOwners(
  world: Pick<World, "svm" | "config">,
  owners: readonly PublicKey[],
  kind: 0 | 1,
): void {
  const sorted = owners.map((owner) => owner.toBuffer()).sort((a, b) => Buffer.compare(a, b));
  patchAccount(world, world.config, 9, [kind]);
  patchAccount(world, world.config, 13, [1, owners.length]);
  patchAccount(world, world.config, 104, Buffer.concat(sorted));
}

describe("threats: native mode", () => {
  let world: NativeWorld;
  beforeEach(async () => {
    world = await createNativeWorld();
  });

  function refuses(
    instruction: TransactionInstruction,
    signer: Keypair,
    name: SessionRefusal,
  ): void {
    const named = instruction.keys.map((meta) => meta.pubkey);
    const before = snapshot(world.svm, named);
    const result = play(world, [instruction], signer);
    assert.equal(sessionRefusal(result), name, result.logs.join("\n"));
    expectUnchanged(before, snapshot(world.svm, named));
  }

  /** A vault of the thief's, where he may grant. */
  function ofThief(index = 0): NativeWorld {
    const { thief } = world;
    return { ...world, ...openVault(world, thief.publicKey, index), owner: thief };
  }

  it("a19_council_membership_is_not_an_identity", async () => {
    const { owner: victim, thief } = world;
    await enter(world, thief);
    const council = ofThief(1);
    writeOwners(council, [victim.publicKey, thief.publicKey], 1);
    const session = grant(council, unlimited);
    const asVictim = { owner: victim.publicKey };
    refuses(strikeFor(council, session, 5, asVictim), session.key, "AuthorityMismatch");
    // Also with the victim in the seeds: who stands there never gives authority.
    patchAccount(world, council.config, 40, victim.publicKey.toBytes());
    refuses(strikeFor(council, session, 5, asVictim), session.key, "AuthorityMismatch");
    // Also as the only owner, since nobody asked him whether he wants to be one.
    writeOwners(council, [victim.publicKey], 1);
    refuses(strikeFor(council, session, 5, asVictim), session.key, "AuthorityMismatch");
    // Nor does it make the thief himself.
    refuses(strikeFor(council, session, 5), session.key, "AuthorityMismatch");
    const honest = grant(world, unlimited);
    expectOk(play(world, [strikeFor(world, honest, 5)], honest.key));
  });

  it("a19_rotated_canonical_vault_is_not_the_wallets_identity", async () => {
    const { owner: victim, thief } = world;
    await enter(world, thief);
    const lost = { ...world, ...openVault(world, victim.publicKey, 3) };
    for (const owners of [[thief.publicKey], [thief.publicKey, victim.publicKey]]) {
      writeOwners(lost, owners, 0);
      const session = grant({ ...lost, owner: thief }, unlimited);
      refuses(strikeFor(lost, session, 5), session.key, "AuthorityMismatch");
    }
    // The new owner's wallet isn't its identity either.
    writeOwners(lost, [thief.publicKey], 0);
    const session = grant({ ...lost, owner: thief }, unlimited);
    const asThief = { owner: thief.publicKey };
    refuses(strikeFor(lost, session, 5, asThief), session.key, "AuthorityMismatch");
    writeOwners(lost, [victim.publicKey], 0);
    const honest = grant(lost, unlimited);
    expectOk(play(world, [strikeFor(lost, honest, 5)], honest.key));
  });

  it("a19_session_of_another_wallet_plays_for_nobody_else", async () => {
    const { owner: victim, thief } = world;
    const own = ofThief();
    await enter(world, thief);
    const session = grant(own, unlimited);
    const attack = strikeFor(own, session, 5, { owner: victim.publicKey });
    refuses(attack, session.key, "AuthorityMismatch");
    const mixed = strikeFor(own, session, 5, { owner: victim.publicKey, config: world.config });
    refuses(mixed, session.key, "WrongConfig");
    expectOk(play(world, [strikeFor(own, session, 5)], session.key));
  });

  it("a20_counted_terms_need_consume", () => {
    const data = [
      { offset: 8, from: "start", field: "u16", operator: "le", values: [10n] },
    ] as const;
    const cap = { offset: 8, from: "start", field: "u16", total: 10n } as const;
    const counted = [
      { rules: [strikeRule()], uses: 1 },
      { rules: [strikeRule({ uses: 1 })], uses: "unlimited" as const },
      { rules: [strikeRule({ cap })], uses: "unlimited" as const },
      { rules: [strikeRule({ data, uses: 9, cap })], uses: 9 },
    ];
    // The danger: strike_for counts nothing, so each of these would allow any number of strikes.
    for (const spec of counted) {
      const session = grant(world, spec);
      refuses(strikeFor(world, session), session.key, "ConsumeRequired");
    }
    const honest = grant(world, unlimited);
    expectOk(play(world, [strikeFor(world, honest)], honest.key));
    // A rule that counts and one that doesn't: their union counts nothing.
    const union = grant(world, { ...unlimited, rules: [strikeRule({ uses: 1 }), strikeRule()] });
    expectOk(play(world, [strikeFor(world, union)], union.key));
  });

  it("a20_a_game_that_counts_stops_where_the_terms_do", () => {
    expectOk(play(world, [strikeFor(world, null, 10)], world.owner));
    const owner = world.owner.publicKey;
    const rule = claimRule(owner, { uses: 2, cap: claimCap(30n) });
    const session = grant(world, { rules: [rule], uses: 9 });
    const claim = claimLootFor(world, session, 10n);
    expectOk(play(world, [claim, claim], session.key));
    refuses(claim, session.key, "RuleUsesSpent");
    assert.equal(tokenAmount(world.svm, world.loot), 20n);
    assert.equal(String(decodeArena(world.svm, "player", world.player)["lootClaimed"]), "20");
    assert.equal(readSession(world, session).rules[0]?.capSpent, 20n);
  });

  it("a01_look_alike_config_gives_no_identity", () => {
    // A config at the canonical address, but of another program id's derivation: only what Valetkey owns counts.
    const { thief, owner: victim, programId } = world;
    const own = ofThief(2);
    const session = grant(own, unlimited);
    const canonical = findVaultConfig({ owner: victim.publicKey, index: 9, programId });
    const account = world.svm.getAccount(world.config);
    assert.ok(account !== null);
    world.svm.setAccount(canonical, { ...account, owner: thief.publicKey });
    patchAccount(world, session.address, 32, canonical.toBytes());
    patchAccount(
      world,
      session.address,
      64,
      findVault({ config: world.config, programId }).toBytes(),
    );
    const attack = strikeFor(own, session, 1, { owner: victim.publicKey, config: canonical });
    refuses(attack, session.key, "NotAVaultConfig");
  });
});
