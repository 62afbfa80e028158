// E05, E24, F07: what a session tries on the vault's own holdings, by way of a program that passes its signature on.
import assert from "node:assert/strict";

import {
  ASSOCIATED_TOKEN_PROGRAM_ID,
  NATIVE_MINT,
  createApproveInstruction,
  createAssociatedTokenAccountIdempotentInstruction,
  createRevokeInstruction,
  createTransferInstruction,
  getAssociatedTokenAddressSync,
} from "@solana/spl-token";

import { expectOk } from "../support/expect.js";
import { ownerExecute } from "../support/owner.js";
import { relay, relayRule } from "../support/relay.js";
import { vault as vaultRole, type TermsSpec } from "../support/rules.js";
import { execute, grant, readSession, refuses } from "../support/session.js";
import { extraTokenAccount } from "../support/token-states.js";
import { createMint } from "../support/token.js";
import { createWorld } from "../support/world.js";

const SOL = 1_000_000_000n;

describe("threats: the vault's own holdings", () => {
  it("e24_rent_of_the_vaults_new_accounts_counts_too", () => {
    const world = createWorld();
    const { svm, vault } = world;
    // An account of a mint that the thief may freeze can never be closed again: its rent has left.
    const create = () => {
      const mint = createMint(svm);
      const account = getAssociatedTokenAddressSync(mint, vault, true);
      return createAssociatedTokenAccountIdempotentInstruction(vault, account, vault, mint);
    };
    const rules: TermsSpec["rules"] = [
      {
        program: ASSOCIATED_TOKEN_PROGRAM_ID,
        discriminator: [1],
        count: 6,
        accounts: { 0: vaultRole, 2: vaultRole },
      },
    ];
    const rent = svm.rent(165);
    const without = grant(world, { rules });
    refuses(world, without, [create()], "NoLimit", { inner: 0, asked: rent });
    const session = grant(world, { rules, limits: [{ asset: "SOL", total: 2n * rent }] });
    const three = [create(), create(), create()];
    refuses(world, session, three, "LimitTotalExceeded", { limit: 0, asked: 3n * rent });
    const [first, second] = [create(), create()];
    expectOk(execute(world, session, [first, first, second]));
    assert.equal(readSession(world, session).limits[0]?.spent, 2n * rent);
  });

  it("e05_delegate_of_the_vaults_account_stays_as_it_is", () => {
    const world = createWorld();
    const { vault, tokens, thief } = world;
    const approve = (amount: bigint) =>
      createApproveInstruction(tokens, thief.publicKey, vault, amount);
    expectOk(ownerExecute(world, [approve(100n)]));
    const session = grant(world, {
      rules: [relayRule()],
      limits: [{ asset: world.mint, total: 5n }],
    });
    for (const attack of [approve(50n), approve(200n), createRevokeInstruction(tokens, vault)]) {
      const step = [relay(vault, [attack])];
      refuses(world, session, step, "TokenAccountChanged", { inner: 0, rule: 0 });
    }
    const spend = createTransferInstruction(tokens, world.thiefTokens, vault, 5n);
    expectOk(execute(world, session, [relay(vault, [spend])]));
  });

  it("f07_the_vaults_own_shared_sol_does_not_meet_a_floor", () => {
    const world = createWorld();
    const { svm, vault, thief, mint } = world;
    const account = (amount: bigint) =>
      extraTokenAccount(svm, { mint: NATIVE_MINT, owner: vault, amount });
    // Wrapped SOL of which the owner approved a part to somebody: debit only.
    const [shared, clean] = [account(SOL), account(0n)];
    expectOk(ownerExecute(world, [createApproveInstruction(shared, thief.publicKey, vault, 1n)]));
    const session = grant(world, {
      rules: [{ ...relayRule(), floor: { give: mint, get: "SOL", minimum: 1n, per: 1n } }],
      limits: [
        { asset: mint, total: 1_000n },
        { asset: "SOL", total: 2_000n },
      ],
    });
    const give = createTransferInstruction(world.tokens, world.thiefTokens, vault, 1_000n);
    const back = createTransferInstruction(shared, clean, vault, 1_000n);
    refuses(world, session, [relay(vault, [give, back])], "FloorNotMet", { inner: 0, rule: 0 });
    expectOk(execute(world, session, [relay(vault, [back])]));
  });
});
