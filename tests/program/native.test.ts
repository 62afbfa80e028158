// Native mode: the arena takes a session key's signature for the owner's, as far as the terms allow, and nothing else.
import assert from "node:assert/strict";

import { Keypair, type PublicKey, type TransactionInstruction } from "@solana/web3.js";

import { ARENA, KIND, LOOT_MINT, arenaError, decodeArena, findEnemy } from "../support/arena.js";
import { expectOk, expectRefused, expectUnchanged, snapshot } from "../support/expect.js";
import { HOSTILE } from "../support/hostile.js";
import { ownerExecute } from "../support/owner.js";
import {
  callFrom,
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
import { any, key, programOwned, set, vault, vaultToken, type RuleSpec } from "../support/rules.js";
import {
  execute,
  grant,
  readSession,
  revoke,
  revokeAll,
  tryGrant,
  type Session,
} from "../support/session.js";
import { patchAccount } from "../support/swap-accounts.js";
import { createTokenAccount, tokenAmount } from "../support/token.js";
import { openVault } from "../support/world.js";

const LOOT = 100_000n;

describe("native mode", () => {
  let world: NativeWorld;
  beforeEach(async () => {
    world = await createNativeWorld();
  });
  const open = (rules: readonly RuleSpec[], uses: number | "unlimited" = "unlimited"): Session =>
    grant(world, { rules, uses });
  const player = (address: PublicKey = world.player) => decodeArena(world.svm, "player", address);
  const energy = () => Number(String(player()["energy"]));

  function refuses(
    instruction: TransactionInstruction,
    name: SessionRefusal,
    signer: Keypair,
    position?: number,
  ): void {
    const named = instruction.keys.map((meta) => meta.pubkey);
    const before = snapshot(world.svm, named);
    const result = play(world, [instruction], signer);
    assert.equal(sessionRefusal(result), name, result.logs.join("\n"));
    if (position !== undefined) assert.equal(Buffer.from(result.returnData)[7], position);
    expectUnchanged(before, snapshot(world.svm, named));
  }

  describe("strike_for, which counts nothing", () => {
    it("takes the owner's own signature", () => {
      expectOk(play(world, [strikeFor(world, null, 5)], world.owner));
      assert.equal(energy(), 95);
    });

    it("takes a session key's, for the same player, and writes nothing of Valetkey's", () => {
      const session = open([strikeRule()]);
      const before = snapshot(world.svm, [session.address, world.config, world.vault]);
      expectOk(play(world, [strikeFor(world, session, 5)], session.key));
      assert.equal(energy(), 95);
      expectUnchanged(before, snapshot(world.svm, [session.address, world.config, world.vault]));
    });

    it("takes a session key that pays the fee itself", () => {
      const session = open([strikeRule()]);
      world.svm.airdrop(session.key.publicKey);
      expectOk(world.svm.send([strikeFor(world, session)], [session.key]));
    });

    it("takes nobody else's signature, and no session without its accounts", () => {
      const session = open([strikeRule()]);
      const { thief } = world;
      refuses(strikeFor(world, null, 1, { as: thief.publicKey }), "NotTheOwner", thief);
      const alone = strikeFor(world, null, 1, { as: session.key.publicKey });
      refuses(alone, "NotTheOwner", session.key);
      const [, , , , first, second] = strikeFor(world, null).keys;
      for (const [at, absent] of [
        [4, first],
        [5, second],
      ] as const) {
        const half = strikeFor(world, session);
        assert.ok(absent !== undefined);
        half.keys[at] = absent;
        refuses(half, "NotTheOwner", session.key);
      }
    });

    it("refuses a session whose key doesn't sign", () => {
      const session = open([strikeRule()]);
      const { thief } = world;
      refuses(strikeFor(world, session, 1, { as: thief.publicKey }), "NotSessionKey", thief);
    });

    it("refuses accounts that look like a session or a config but aren't Valetkey's", () => {
      const session = open([strikeRule()]);
      const copyOf = (address: PublicKey) => {
        const account = world.svm.getAccount(address);
        assert.ok(account !== null);
        const copy = Keypair.generate().publicKey;
        world.svm.setAccount(copy, { ...account, owner: HOSTILE });
        return copy;
      };
      const [fakeSession, fakeConfig] = [copyOf(session.address), copyOf(world.config)];
      refuses(strikeFor(world, session, 1, { session: fakeSession }), "NotASession", session.key);
      refuses(strikeFor(world, session, 1, { config: fakeConfig }), "NotAVaultConfig", session.key);
      refuses(strikeFor(world, session, 1, { session: world.config }), "NotASession", session.key);
      const asConfig = strikeFor(world, session, 1, { config: session.address });
      refuses(asConfig, "WrongConfig", session.key);
    });

    it("refuses a session of another vault, whichever config comes with it", () => {
      const { thief } = world;
      const other = { ...world, ...openVault(world, thief.publicKey), owner: thief };
      const foreign = grant(other, { rules: [strikeRule()], uses: "unlimited" });
      const mine = { config: other.config };
      refuses(strikeFor(world, foreign), "WrongConfig", foreign.key);
      refuses(strikeFor(world, foreign, 1, mine), "AuthorityMismatch", foreign.key);
    });

    it("takes any canonical vault of the wallet", () => {
      const second = { ...world, ...openVault(world, world.owner.publicKey, 7) };
      const session = grant(second, { rules: [strikeRule()], uses: "unlimited" });
      expectOk(play(world, [strikeFor(second, session)], session.key));
    });

    it("takes the vault as the player's owner, where the rule says vault", async () => {
      const { client, vault: authority } = world;
      const accounts = { authority, payer: authority, inviter: null };
      expectOk(
        ownerExecute(world, [await client.methods.createPlayer().accounts(accounts).instruction()]),
      );
      const rule = strikeRule();
      const session = open([rule]);
      const options = { owner: authority };
      refuses(strikeFor(world, session, 1, options), "VaultNotAllowed", session.key, 1);
      const right = open([{ ...rule, accounts: { ...rule.accounts, 1: vault } }]);
      expectOk(play(world, [strikeFor(world, right, 1, options)], right.key));
      refuses(strikeFor(world, right), "AccountConstraintFailed", right.key, 1);
    });

    it("plays for no other player, though the rule allows any", async () => {
      const session = open([strikeRule()]);
      const victim = world.svm.fundedKeypair();
      await enter(world, victim);
      const attack = strikeFor(world, session, 1, { owner: victim.publicKey });
      refuses(attack, "AuthorityMismatch", session.key);
      expectOk(play(world, [strikeFor(world, session)], session.key));
    });

    it("ends with the session: revoked, over, not open yet, epoch stale", () => {
      const [first, second] = [open([strikeRule()]), open([strikeRule()])];
      expectOk(revoke(world, first));
      refuses(strikeFor(world, first), "SessionRevoked", first.key);
      expectOk(play(world, [strikeFor(world, second)], second.key));
      expectOk(revokeAll(world));
      refuses(strikeFor(world, second), "EpochStale", second.key);
      const spec = { rules: [strikeRule()], uses: "unlimited" as const };
      const third = grant(
        world,
        { ...spec, startsAt: world.svm.now() + 60n, expiresAt: world.svm.now() + 120n },
        { epoch: 2n },
      );
      refuses(strikeFor(world, third), "SessionNotStarted", third.key);
      world.svm.advance(60n);
      expectOk(play(world, [strikeFor(world, third)], third.key));
      world.svm.advance(59n);
      expectOk(play(world, [strikeFor(world, third)], third.key));
      world.svm.advance(1n);
      refuses(strikeFor(world, third), "SessionExpired", third.key);
    });

    it("asks the rule: program, mode, instruction, number of accounts", () => {
      const cases: readonly (readonly [RuleSpec, SessionRefusal])[] = [
        [strikeRule({ program: HOSTILE }), "ProgramNotInScope"],
        [strikeRule({ mode: "vault" }), "ModeMismatch"],
        [strikeRule({ discriminator: [1, 2, 3, 4, 5, 6, 7, 8] }), "InstructionNotInScope"],
        [strikeRule({ count: 5, accounts: { 2: programOwned } }), "AccountCountRefused"],
        [strikeRule({ count: [7, 9] }), "AccountCountRefused"],
      ];
      for (const [rule, name] of cases) {
        const session = open([rule]);
        refuses(strikeFor(world, session), name, session.key);
      }
      const session = open([strikeRule({ count: [0, 61] })]);
      expectOk(play(world, [strikeFor(world, session)], session.key));
    });

    it("asks the rule's data constraints", () => {
      const atMost = (values: readonly bigint[]) =>
        [{ offset: 8, from: "start", field: "u16", operator: "le", values }] as const;
      const session = open([strikeRule({ data: atMost([3n]) })]);
      refuses(strikeFor(world, session, 4), "DataConstraintFailed", session.key, 0);
      expectOk(play(world, [strikeFor(world, session, 3)], session.key));
    });

    it("asks the rule's account constraints, by the positions of the instruction", () => {
      const enemy = { 3: key(findEnemy(KIND.goblin)) };
      const stranger = Keypair.generate().publicKey;
      const wrong = [key(stranger), set(stranger, world.tokens), vault, vaultToken()];
      for (const role of wrong) {
        const session = open([strikeRule({ accounts: { 2: role, ...enemy } })]);
        refuses(strikeFor(world, session), "AccountConstraintFailed", session.key, 2);
      }
      for (const role of [key(world.player), set(stranger, world.player), programOwned, any]) {
        const session = open([strikeRule({ accounts: { 2: role, ...enemy } })]);
        expectOk(play(world, [strikeFor(world, session)], session.key));
      }
      const beyond = strikeRule({ count: [6, 9], accounts: { 2: any, ...enemy, 7: any } });
      const session = open([beyond]);
      refuses(strikeFor(world, session), "AccountConstraintFailed", session.key, 7);
    });

    it("refuses a writable account that the rule doesn't bind", () => {
      const half = open([strikeRule({ accounts: { 2: programOwned } })]);
      refuses(strikeFor(world, half), "UnboundPosition", half.key, 3);
      const loose = open([strikeRule({ accounts: {}, unbound: true })]);
      expectOk(play(world, [strikeFor(world, loose)], loose.key));
    });

    it("finds the rule itself among several", () => {
      const others = [
        strikeRule({ program: HOSTILE }),
        strikeRule({ mode: "vault" }),
        strikeRule({
          data: [{ offset: 8, from: "start", field: "u16", operator: "eq", values: [9n] }],
        }),
        strikeRule(),
      ];
      const session = open(others);
      expectOk(play(world, [strikeFor(world, session, 9)], session.key));
      expectOk(play(world, [strikeFor(world, session, 2)], session.key));
      const first = open(others.slice(0, 3));
      refuses(strikeFor(world, first, 2), "DataConstraintFailed", first.key);
    });

    it("is no way to use a native rule in execute", () => {
      const session = open([strikeRule()]);
      const inside = strikeFor(world, null, 1, { as: world.vault, owner: world.vault });
      expectRefused(execute(world, session, [{ rule: 0, instruction: inside }]), "ModeMismatch", {
        inner: 0,
        rule: 0,
      });
    });
  });

  describe("claim_loot_for, which counts", () => {
    /** Earns ten times what the tests claim. */
    beforeEach(() => {
      for (let i = 0; i < 2; i += 1) {
        expectOk(play(world, [strikeFor(world, null, 5)], world.owner));
      }
    });
    const owner = () => world.owner.publicKey;
    const claimed = () => tokenAmount(world.svm, world.loot);

    it("takes the owner's own signature, and counts nothing then", () => {
      expectOk(play(world, [claimLootFor(world, null, LOOT)], world.owner));
      assert.equal(claimed(), LOOT);
    });

    it("counts uses of session and rule, and the amount under the cap", () => {
      const session = open([claimRule(owner(), { uses: 3, cap: claimCap(LOOT) })], 9);
      expectOk(play(world, [claimLootFor(world, session, 60_000n)], session.key));
      const { usesSpent, rules, seq } = readSession(world, session);
      assert.deepEqual(
        [usesSpent, rules[0]?.usesSpent, rules[0]?.capSpent, seq],
        [1, 1, 60_000n, 0n],
      );
      refuses(claimLootFor(world, session, 40_001n), "ArgumentCapExceeded", session.key);
      expectOk(play(world, [claimLootFor(world, session, 40_000n)], session.key));
      refuses(claimLootFor(world, session, 1n), "ArgumentCapExceeded", session.key);
      assert.equal(claimed(), LOOT);
    });

    it("counts every use of a transaction, or none of them runs", () => {
      const session = open([claimRule(owner(), { cap: claimCap(LOOT) })], 2);
      const one = claimLootFor(world, session, 10n);
      const result = play(world, [one, one, one], session.key);
      assert.equal(sessionRefusal(result), "UsesSpent");
      assert.equal(claimed(), 0n);
      expectOk(play(world, [one, one], session.key));
      assert.equal(claimed(), 20n);
      assert.deepEqual(
        [readSession(world, session).usesSpent, readSession(world, session).rules[0]?.capSpent],
        [2, 20n],
      );
      refuses(one, "UsesSpent", session.key);
    });

    it("stops at the rule's uses and goes on with another rule for the same instruction", () => {
      const rule = claimRule(owner(), { uses: 1 });
      const small = { ...rule, uses: 2, cap: claimCap(5n) };
      const session = open([rule, small], 9);
      for (const amount of [100n, 2n, 3n]) {
        expectOk(play(world, [claimLootFor(world, session, amount)], session.key));
      }
      refuses(claimLootFor(world, session, 1n), "RuleUsesSpent", session.key);
      const { rules } = readSession(world, session);
      assert.deepEqual(
        rules.map((one) => [one.usesSpent, one.capSpent]),
        [
          [1, 0n],
          [2, 5n],
        ],
      );
    });

    it("takes terms that count nothing, too", () => {
      const session = open([claimRule(owner())]);
      expectOk(play(world, [claimLootFor(world, session, LOOT)], session.key));
      assert.equal(readSession(world, session).usesSpent, 1);
    });

    it("refuses a cap whose argument isn't there", () => {
      const cap = { ...claimCap(9n), offset: 9 };
      const session = open([claimRule(owner(), { cap })]);
      refuses(claimLootFor(world, session, 1n), "ArgumentCapExceeded", session.key);
    });

    it("binds where the loot goes to the wallet that the rule names", () => {
      const thiefs = createTokenAccount(world.svm, {
        mint: LOOT_MINT,
        owner: world.thief.publicKey,
      });
      const session = open([claimRule(world.thief.publicKey)]);
      refuses(claimLootFor(world, session, 1n), "AccountConstraintFailed", session.key, 5);
      const astray = claimLootFor(world, session, 1n, { destination: thiefs });
      const result = play(world, [astray], session.key);
      assert.equal(arenaError(result.customError), "LootToStranger");
    });

    it("counts nothing without the accounts that counting needs, or with wrong ones", () => {
      const session = open([claimRule(owner(), { cap: claimCap(LOOT) })], 9);
      for (const left of ["instructions", "valetkey"] as const) {
        refuses(claimLootFor(world, session, 1n, { [left]: ARENA }), "NotTheOwner", session.key);
        const wrong = claimLootFor(world, session, 1n, { [left]: HOSTILE });
        assert.equal(play(world, [wrong], session.key).customError, 2012, "Anchor: address");
      }
      assert.equal(readSession(world, session).usesSpent, 0);
    });

    it("can't be played through another program, since nobody could say who counts", () => {
      const session = open([claimRule(owner(), { cap: claimCap(LOOT) })], 9);
      const passedOn = callFrom(HOSTILE, [claimLootFor(world, session, 1n)]);
      expectRefused(play(world, [passedOn], session.key), "NotCalledByProgram");
      assert.equal(claimed(), 0n);
      expectOk(play(world, [claimLootFor(world, session, 1n)], session.key));
    });
  });

  it("is granted by the owner alone, with what the vault holds out of reach", () => {
    const spec = { rules: [strikeRule()], uses: "unlimited" as const };
    expectRefused(tryGrant(world, spec, { signer: world.thief }), "NotAnOwner");
    const session = grant(world, spec);
    patchAccount(world, session.address, 9, [0]);
    refuses(strikeFor(world, session), "ConsumeRequired", session.key);
  });
});
