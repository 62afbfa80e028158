// `execute`: what a rule allows. Programs, instructions, numbers of accounts, positions, own uses.
import assert from "node:assert/strict";

import { TOKEN_PROGRAM_ID } from "@solana/spl-token";
import { Keypair, SystemProgram, type AccountMeta, type PublicKey } from "@solana/web3.js";
import type { ProgramErrorCode } from "@valetkey/sdk/errors";

import { expectOk } from "../support/expect.js";
import { HOSTILE } from "../support/hostile.js";
import { IDLE, idle, relayRule } from "../support/relay.js";
import {
  any,
  key,
  ownerToken,
  programOwned,
  set,
  solTransferRule,
  vault,
  vaultToken,
  type Role,
  type RuleSpec,
} from "../support/rules.js";
import { execute, grant, readSession, refuses, type Session } from "../support/session.js";
import { patchAccount } from "../support/swap-accounts.js";
import { approve, extraTokenAccount } from "../support/token-states.js";
import { createWorld, sendSol, type World } from "../support/world.js";

const meta = (pubkey: PublicKey, isWritable = true): AccountMeta => ({
  ...{ pubkey, isSigner: false, isWritable },
});
/** The idle instruction of the hostile program, with one account behind the vault. */
const idleWith = (world: World, pubkey: PublicKey, isWritable = true) =>
  idle(world.vault, [meta(pubkey, isWritable)]);
const idleRule = (more: Partial<RuleSpec> = {}): RuleSpec => ({
  ...{ program: HOSTILE, discriminator: [IDLE], count: 2, accounts: { 0: vault } },
  ...more,
});
const limits = [{ asset: "SOL" as const, total: 1_000_000n }];

describe("the scope of execute", () => {
  let world: World;
  let session: Session;
  before(() => {
    world = createWorld();
    session = grant(world, {
      rules: [solTransferRule(), relayRule(IDLE), { ...solTransferRule(), uses: 2, id: 9 }],
      ...{ limits, uses: "unlimited" },
    });
  });

  it("refuses a rule that the session doesn't have", () => {
    for (const rule of [3, 16, 254, 255]) {
      const step = [sendSol(world, 1n), { rule, instruction: sendSol(world, 1n) }];
      refuses(world, session, step, "RuleOutOfRange", { inner: 1, rule });
    }
  });

  it("refuses another program than the rule's", () => {
    for (const programId of [HOSTILE, TOKEN_PROGRAM_ID, world.thief.publicKey]) {
      const instruction = sendSol(world, 1n);
      instruction.programId = programId;
      refuses(world, session, [instruction], "ProgramNotInScope", { inner: 0, rule: 0 });
    }
    const step = [{ rule: 1, instruction: sendSol(world, 1n) }];
    refuses(world, session, step, "ProgramNotInScope", { inner: 0, rule: 1 });
  });

  it("refuses another instruction than the rule's, and data shorter than its discriminator", () => {
    for (const data of [[], [2], [2, 0, 0], [0, 0, 0, 0], [3, 0, 0, 0], [2, 0, 0, 1]]) {
      const instruction = sendSol(world, 1n);
      instruction.data = Buffer.from([...data, ...Array<number>(data.length < 4 ? 0 : 8).fill(0)]);
      refuses(world, session, [instruction], "InstructionNotInScope", { inner: 0, rule: 0 });
    }
    const instruction = idle(world.vault);
    instruction.data = Buffer.alloc(0);
    refuses(world, session, [{ rule: 1, instruction }], "InstructionNotInScope", { rule: 1 });
  });

  for (const length of [1, 4, 8])
    it(`compares all ${length} bytes of a discriminator`, () => {
      // return data of four bytes: op 3, length 5, five bytes.
      const data = [3, 5, 0, 9, 8, 7, 6, 5];
      const rule = idleRule({ count: 1, discriminator: data.slice(0, length) });
      const short = grant(world, { rules: [rule] });
      const instruction = idle(world.vault);
      for (let byte = 0; byte < length; byte += 1) {
        instruction.data = Buffer.from(
          data.map((value, at) => (at === byte ? value ^ 128 : value)),
        );
        refuses(world, short, [instruction], "InstructionNotInScope", { inner: 0 });
      }
      instruction.data = Buffer.from(data);
      expectOk(execute(world, short, [instruction]));
    });

  it("refuses fewer and more accounts than the rule allows", () => {
    const counted = grant(world, {
      rules: [idleRule({ count: [2, 4], unbound: true })],
      uses: "unlimited",
    });
    const others = Array.from({ length: 4 }, () => meta(Keypair.generate().publicKey, false));
    for (const [count, good] of [
      [1, false],
      [2, true],
      [3, true],
      [4, true],
      [5, false],
    ] as const) {
      const step = [idle(world.vault, others.slice(0, count - 1))];
      const fields = { inner: 0, rule: 0, asked: BigInt(count), left: 4n };
      if (good) expectOk(execute(world, counted, step));
      else refuses(world, counted, step, "AccountCountRefused", fields);
    }
  });

  it("counts a rule's own uses by inner instruction", () => {
    const step = { rule: 2, instruction: sendSol(world, 1n) };
    const spent = () => readSession(world, session).rules[2]?.usesSpent;
    refuses(world, session, [step, step, step], "RuleUsesSpent", { inner: 2, rule: 2, asked: 1n });
    expectOk(execute(world, session, [step]));
    assert.equal(spent(), 1);
    refuses(world, session, [step, step], "RuleUsesSpent", { inner: 1, rule: 2 });
    expectOk(execute(world, session, [step, sendSol(world, 1n)]));
    refuses(world, session, [step], "RuleUsesSpent", { inner: 0, rule: 2, left: 0n });
    assert.equal(spent(), 2);
    expectOk(execute(world, session, [sendSol(world, 1n)]));
  });

  it("refuses native rules and kinds that no grant could have written", () => {
    const rule = (offset: number, byte: number): Session => {
      const changed = grant(world, { rules: [solTransferRule()], limits });
      // Header, one key, one limit, one offset.
      patchAccount(world, changed.address, 320 + 32 + 56 + 2 + offset, [byte]);
      return changed;
    };
    const at = { inner: 0, rule: 0 };
    refuses(world, rule(1, 1), [sendSol(world, 1n)], "ModeMismatch", at);
    refuses(world, rule(5, 2), [sendSol(world, 1n)], "TypedInstructionRefused", at);
    refuses(world, rule(5, 5), [sendSol(world, 1n)], "TypedDataRefused", at);
    refuses(world, rule(5, 6), [sendSol(world, 1n)], "NotASession", at);
    const positionKey = rule(11 + 4 + 3 + 1, 5);
    refuses(world, positionKey, [sendSol(world, 1n)], "PositionKeyRefused", { position: 1 });
  });
});

describe("the positions of execute", () => {
  let world: World;
  before(() => (world = createWorld()));

  type Row = readonly [string, Role | null, PublicKey, ProgramErrorCode | null, writable?: boolean];
  const rows = (): readonly Row[] => {
    const { svm, mint, otherMint, tokens, otherTokens, thief, thiefTokens, thiefOtherTokens } =
      world;
    const vaultKey = world.vault;
    const stranger = Keypair.generate().publicKey;
    const owned = Keypair.generate().publicKey;
    svm.setAccount(owned, { lamports: 1_000_000n, data: new Uint8Array(8), owner: HOSTILE });
    const delegated = extraTokenAccount(svm, { mint, owner: thief.publicKey, amount: 5n });
    approve(svm, { account: delegated, wallet: thief, delegate: vaultKey, amount: 5n });
    const closeAuthority = thief.publicKey;
    const dirty = extraTokenAccount(svm, { mint, owner: vaultKey, closeAuthority });
    const constraint = "AccountConstraintFailed";
    return [
      ["a key", key(stranger), stranger, null],
      ["another key", key(stranger), thief.publicKey, constraint],
      ["the vault for a key", key(stranger), vaultKey, "VaultNotAllowed"],
      ["the first of a set", set(stranger, mint), stranger, null],
      ["the last of a set", set(stranger, mint), mint, null],
      ["none of a set", set(stranger, mint), otherMint, constraint],
      ["the vault again", vault, vaultKey, null],
      ["another for the vault", vault, stranger, constraint],
      ["the vault's tokens", vaultToken(), tokens, null],
      ["the vault's tokens of the mint", vaultToken(mint), tokens, null],
      ["the vault's tokens of another mint", vaultToken(mint), otherTokens, constraint],
      ["the thief's tokens for the vault's", vaultToken(), thiefTokens, constraint],
      ["delegated tokens for the vault's", vaultToken(), delegated, constraint],
      ["tokens that another may close for the vault's", vaultToken(), dirty, constraint],
      ["a mint for the vault's tokens", vaultToken(), mint, constraint],
      ["a wallet's tokens", ownerToken(thief.publicKey), thiefTokens, null],
      ["a wallet's tokens of the mint", ownerToken(thief.publicKey, mint), thiefTokens, null],
      [
        "a wallet's tokens of another mint",
        ownerToken(thief.publicKey, mint),
        thiefOtherTokens,
        constraint,
      ],
      ["the vault's tokens for a wallet's", ownerToken(thief.publicKey), tokens, constraint],
      [
        "the wallet itself for its tokens",
        ownerToken(thief.publicKey),
        thief.publicKey,
        constraint,
      ],
      ["an account of the program", programOwned, owned, null],
      ["a token account for one of the program", programOwned, tokens, constraint],
      ["a wallet for one of the program", programOwned, stranger, constraint],
      ["the program itself for one of the program", programOwned, HOSTILE, constraint],
      ["anything", any, stranger, null],
      ["anything, but the vault", any, vaultKey, "VaultNotAllowed"],
      ["an unconstrained writable account", null, stranger, "UnboundPosition"],
      ["an unconstrained account that is read", null, stranger, null, false],
      ["an unconstrained program", null, SystemProgram.programId, "UnboundPosition", false],
      ["unconstrained tokens of the vault", null, tokens, null],
      ["unconstrained tokens that another may close", null, dirty, "UnboundPosition"],
      ["the vault where nothing says so", null, vaultKey, "VaultNotAllowed"],
    ];
  };

  it("hold what the rule says, and nothing else", () => {
    for (const [what, role, account, name, writable = true] of rows()) {
      const accounts = role === null ? { 0: vault } : { 0: vault, 1: role };
      const session = grant(world, { rules: [idleRule({ accounts })] });
      const step = [idleWith(world, account, writable)];
      const at = { inner: 0, rule: 0, position: 1 };
      try {
        if (name === null) expectOk(execute(world, session, step));
        else refuses(world, session, step, name, at);
      } catch (error) {
        throw new Error(`${what}: ${String(error)}`, { cause: error });
      }
    }
  });

  it("may be anything unbound when the rule says so, the vault excepted", () => {
    const session = grant(world, { rules: [idleRule({ unbound: true })] });
    for (const account of [Keypair.generate().publicKey, world.thiefTokens, HOSTILE])
      expectOk(execute(world, session, [idleWith(world, account)]));
    refuses(world, session, [idleWith(world, world.vault)], "VaultNotAllowed", { position: 1 });
  });

  it("refuse a constraint on an account that isn't passed", () => {
    const rule = idleRule({ count: [1, 3], accounts: { 0: vault, 2: any } });
    const session = grant(world, { rules: [rule], uses: 10 });
    const at = { inner: 0, rule: 0, position: 2 };
    refuses(world, session, [idle(world.vault)], "AccountConstraintFailed", at);
    const one = meta(Keypair.generate().publicKey, false);
    refuses(world, session, [idle(world.vault, [one])], "AccountConstraintFailed", at);
    expectOk(execute(world, session, [idle(world.vault, [one, one])]));
  });
});
