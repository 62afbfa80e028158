// A08, B07, E10, G01: accounts that become the vault's, or the program's, in the middle of things.
import assert from "node:assert/strict";

import {
  MINT_SIZE,
  NATIVE_MINT,
  TOKEN_PROGRAM_ID,
  createFreezeAccountInstruction,
  createInitializeAccount3Instruction,
  createInitializeMint2Instruction,
  createMintToInstruction,
} from "@solana/spl-token";
import { Keypair, SystemProgram, type PublicKey } from "@solana/web3.js";
import { findSession } from "@valetkey/sdk/layers";

import { expectOk } from "../support/expect.js";
import { ownerExecute } from "../support/owner.js";
import { relay, relayRule } from "../support/relay.js";
import { solTransferRule } from "../support/rules.js";
import { execute, grant, readSession, refuses } from "../support/session.js";
import { extraTokenAccount } from "../support/token-states.js";
import { tokenInstruction } from "../support/token-instructions.js";
import { createWorld, sendSol, type World } from "../support/world.js";

const SOL = 1_000_000_000n;

/** An account of the Token program that nobody has initialised yet, with the thief's lamports in it. */
function blankAccount({ svm, thief }: World, lamports: bigint): PublicKey {
  const account = Keypair.generate();
  svm.mustSend(
    [
      SystemProgram.createAccount({
        fromPubkey: thief.publicKey,
        newAccountPubkey: account.publicKey,
        lamports: Number(svm.rent(165) + lamports),
        space: 165,
        programId: TOKEN_PROGRAM_ID,
      }),
    ],
    [thief, account],
  );
  return account.publicKey;
}

describe("threats: accounts that join", () => {
  it("g01_lamports_of_an_account_that_joins_hide_no_outflow", () => {
    const world = createWorld();
    const { vault, mint } = world;
    const session = grant(world, {
      rules: [relayRule()],
      limits: [{ asset: "SOL", total: SOL / 2n }],
    });
    const join = (account: PublicKey, of: PublicKey = mint) =>
      createInitializeAccount3Instruction(account, of, vault);
    // In one call: the vault pays, and an account full of lamports becomes the vault's. They are no SOL that the vault can spend.
    const full = blankAccount(world, 2n * SOL);
    const together = [relay(vault, [sendSol(world, SOL), join(full)])];
    refuses(world, session, together, "LimitTotalExceeded", { limit: 0, asked: SOL });
    // Wrapped lamports are; but only in the same call, never for what left before.
    const wrapped = blankAccount(world, 2n * SOL);
    const apart = [relay(vault, [join(wrapped, NATIVE_MINT)]), relay(vault, [sendSol(world, SOL)])];
    refuses(world, session, apart, "LimitTotalExceeded", { limit: 0, asked: SOL });
    expectOk(execute(world, session, [relay(vault, [join(full), sendSol(world, SOL / 2n)])]));
    assert.equal(readSession(world, session).limits[0]?.spent, SOL / 2n);
  });

  it("e10_sol_parked_in_a_frozen_account_of_the_vault_comes_back_to_its_owner", () => {
    const world = createWorld();
    const { svm, vault, thief } = world;
    const mint = Keypair.generate();
    svm.mustSend(
      [
        SystemProgram.createAccount({
          fromPubkey: thief.publicKey,
          newAccountPubkey: mint.publicKey,
          lamports: Number(svm.rent(MINT_SIZE)),
          space: MINT_SIZE,
          programId: TOKEN_PROGRAM_ID,
        }),
        createInitializeMint2Instruction(mint.publicKey, 0, thief.publicKey, thief.publicKey),
      ],
      [thief, mint],
    );
    const parking = extraTokenAccount(svm, { mint: mint.publicKey, owner: vault });
    svm.mustSend(
      [
        createMintToInstruction(mint.publicKey, parking, thief.publicKey, 1n),
        createFreezeAccountInstruction(parking, mint.publicKey, thief.publicKey),
      ],
      [thief],
    );
    const session = grant(world, {
      rules: [solTransferRule(), relayRule()],
      limits: [{ asset: "SOL", total: SOL }],
    });
    const before = svm.balance(vault);
    expectOk(execute(world, session, [sendSol(world, 3n * SOL, parking)]));
    assert.equal(readSession(world, session).limits[0]?.spent, 0n, "it is still the vault's");
    // From there the session gets it no further than its limit.
    const excess = (to: PublicKey) => tokenInstruction(38, [parking, to, vault]);
    const drain = [{ rule: 1, instruction: relay(vault, [excess(thief.publicKey)]) }];
    refuses(world, session, drain, "LimitTotalExceeded", { limit: 0, asked: 3n * SOL, left: SOL });
    expectOk(ownerExecute(world, [excess(vault)]));
    assert.equal(svm.balance(vault), before);
  });

  it("a08_session_address_among_its_own_terms_and_funded_ahead_still_creates", () => {
    const world = createWorld();
    const { svm, config, programId } = world;
    for (const ahead of [0n, svm.rent(0), 10n * SOL]) {
      const key = Keypair.generate();
      const address = findSession({ config, sessionKey: key.publicKey, programId });
      if (ahead > 0n) svm.airdrop(address, ahead);
      const rules = [solTransferRule(address), solTransferRule(world.thief.publicKey)];
      const limits = [{ asset: "SOL", total: 5n } as const];
      const accountKeys = [address.toBase58()];
      const session = grant(world, { rules, limits }, { key, accountKeys });
      const account = readSession(world, session);
      assert.deepEqual(account.keys, session.terms.keys);
      assert.deepEqual(
        account.rules.map(({ accounts }) => accounts),
        session.terms.rules.map(({ accounts }) => accounts),
      );
      const attack = [sendSol(world, 1n, address)];
      refuses(world, session, attack, "ForbiddenAccount", { inner: 0, position: 1 });
      const honest = { rule: 1, instruction: sendSol(world, 5n) };
      expectOk(execute(world, session, [honest]));
      assert.equal(readSession(world, session).limits[0]?.spent, 5n);
    }
  });
});
