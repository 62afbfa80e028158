// E06 to E09 and E28 again, for a session that may close the vault's accounts.
import assert from "node:assert/strict";

import {
  NATIVE_MINT,
  TOKEN_PROGRAM_ID,
  createCloseAccountInstruction,
  createInitializeAccount3Instruction,
  createTransferInstruction,
} from "@solana/spl-token";
import { SystemProgram, type PublicKey } from "@solana/web3.js";

import { createBareVault } from "../support/bare-vault.js";
import { expectOk, expectStolen } from "../support/expect.js";
import { HOSTILE, write } from "../support/hostile.js";
import { positionKeyOf } from "../support/position-keys.js";
import { relay, relayRule, type RelayStep } from "../support/relay.js";
import {
  any,
  positionKey,
  tokenRule,
  tokenTransferRule,
  vault,
  vaultToken,
} from "../support/rules.js";
import { execute, grant, readSession, refuses } from "../support/session.js";
import { extraTokenAccount } from "../support/token-states.js";
import { createMint } from "../support/token.js";
import { createWorld, sendTokens } from "../support/world.js";

const SOL = 1_000_000_000n;

/** Rules: 0 close, 1 the router with a position key, 2 transfers between the vault's own accounts, 3 the router alone. */
function opened(limit = 10n) {
  const world = createWorld();
  const { svm, mint, vault: owner } = world;
  const tokens = vaultToken(mint);
  const keyed = { count: [2, 40] as const, accounts: { 0: vault, 1: positionKey } };
  const session = grant(world, {
    rules: [
      tokenRule(9, 3, { 0: any }),
      { ...relayRule(), ...keyed },
      { ...tokenTransferRule(), accounts: { 0: tokens, 1: tokens, 2: vault } },
      relayRule(),
    ],
    limits: [
      { asset: mint, total: limit },
      { asset: "SOL", total: SOL },
    ],
    ...{ closes: true, positionKeys: true },
  });
  const place = positionKeyOf(world, session, 0);
  const options = { positionKeys: [place] };
  const close = (account: PublicKey, to = owner) =>
    createCloseAccountInstruction(account, to, owner);
  const create = (program: PublicKey) =>
    SystemProgram.createAccount({
      ...{ fromPubkey: owner, newAccountPubkey: place.address, programId: program },
      ...{ lamports: Number(svm.rent(165)), space: 165 },
    });
  const init = (of: PublicKey) => createInitializeAccount3Instruction(place.address, of, owner);
  const routed = (...steps: readonly RelayStep[]) => ({
    rule: 1,
    instruction: relay(owner, steps, [
      { pubkey: place.address, isSigner: false, isWritable: true },
    ]),
  });
  const alone = (...steps: readonly RelayStep[]) => ({ rule: 3, instruction: relay(owner, steps) });
  const closed = { rule: 0, instruction: close(place.address) };
  return { world, session, place, options, close, create, init, routed, alone, closed };
}

describe("threats: closes that the terms allow", () => {
  it("e06_reopened_under_other_program_in_the_plan_is_rejected", () => {
    const { world, session, place, options, create, init, routed, closed } = opened();
    const { svm, mint, tokens } = world;
    const bytes = Buffer.from(svm.getAccount(tokens)?.data ?? []);
    const forge: RelayStep = (at) => write(at(place.address), 0, bytes);
    const open = routed(create(TOKEN_PROGRAM_ID), init(mint));
    const into = { rule: 2, instruction: sendTokens(world, 5n, place.address) };
    const attack = [open, closed, routed(create(HOSTILE), forge), into];
    const refused = { inner: 3, rule: 2, position: 1 };
    refuses(world, session, attack, "AccountConstraintFailed", refused, options);
    expectOk(execute(world, session, [open, into], options));
  });

  it("e07_reopened_in_the_plan_counts_as_what_it_is", () => {
    const { world, session, place, options, create, init, routed, closed, alone } = opened(4n);
    const { svm, mint, thiefTokens, vault: owner } = world;
    const worthless = createMint(svm);
    const open = (of: PublicKey) => routed(create(TOKEN_PROGRAM_ID), init(of));
    const into = { rule: 2, instruction: sendTokens(world, 5n, place.address) };
    const out = (amount: bigint) =>
      alone(createTransferInstruction(place.address, thiefTokens, owner, amount));
    // First a worthless mint's account, then, at the same address, one of the mint that has a limit.
    const steps = (amount: bigint) => [open(worthless), closed, open(mint), into, out(amount)];
    const over = { inner: null, limit: 0, asked: 5n, left: 4n };
    refuses(world, session, steps(5n), "LimitTotalExceeded", over, options);
    expectOk(execute(world, session, steps(4n), options));
    const [tokens, sol] = readSession(world, session).limits;
    assert.equal(tokens?.spent, 4n);
    assert.equal(sol?.spent, 2n * svm.rent(165), "the rent of both, though one came back");
  });

  it("e07_reopened_in_the_same_call_is_rejected", () => {
    const { world, session, place, options, close, create, init, routed } = opened();
    const { mint } = world;
    const worthless = createMint(world.svm);
    const open = routed(create(TOKEN_PROGRAM_ID), init(mint));
    const swap = routed(close(place.address), create(TOKEN_PROGRAM_ID), init(worthless));
    const refused = { inner: 1, rule: 1 };
    refuses(world, session, [open, swap], "TokenAccountChanged", refused, options);
    const same = routed(close(place.address), create(TOKEN_PROGRAM_ID), init(mint));
    expectOk(execute(world, session, [open, same], options));
  });

  it("e08_close_wsol_to_third_party_is_rejected_with_the_opt_in_too", () => {
    const { world, session, close, alone } = opened();
    const { svm, thief, vault: owner } = world;
    const bare = createBareVault(world);
    const wrapped = (holder: PublicKey) =>
      extraTokenAccount(svm, { mint: NATIVE_MINT, owner: holder, amount: 2n * SOL });
    const red = createCloseAccountInstruction(wrapped(bare.vault), thief.publicKey, bare.vault);
    expectStolen(bare.run([red]));

    const account = wrapped(owner);
    const attack = close(account, thief.publicKey);
    const refused = { inner: 0, rule: 0, position: 1 };
    refuses(world, session, [attack], "TypedAccountsRefused", refused);
    const taken = { inner: 0, rule: 3, asked: 2n * SOL + svm.rent(165), left: 0n };
    refuses(world, session, [alone(attack)], "TokenAccountClosed", taken);
    expectOk(execute(world, session, [close(account)]));
    assert.equal(readSession(world, session).limits[1]?.spent, 0n);
  });

  it("e09_close_rent_goes_to_vault_only", () => {
    const { world, session, close, alone } = opened();
    const { svm, mint, thief, vault: owner } = world;
    const [first, second] = [1, 2].map(() => extraTokenAccount(svm, { mint, owner }));
    assert.ok(first !== undefined && second !== undefined);
    const attack = close(first, thief.publicKey);
    refuses(world, session, [attack], "TypedAccountsRefused", { inner: 0, rule: 0, position: 1 });
    refuses(world, session, [alone(attack)], "TokenAccountClosed", { inner: 0, rule: 3 });
    // Not to another clean account either: its lamports are the vault's, but no way back is bound.
    const aside = alone(close(first, second));
    refuses(world, session, [aside], "TokenAccountClosed", { inner: 0, rule: 3 });
    const before = svm.balance(owner);
    expectOk(execute(world, session, [close(first), alone(close(second))]));
    assert.equal(svm.balance(owner) - before, 2n * svm.rent(165));
  });

  it("e28_account_with_foreign_close_authority_stays_open", () => {
    const { world, session, close, alone } = opened();
    const { svm, thief, vault: owner } = world;
    const { mint } = world;
    const his = extraTokenAccount(svm, { mint, owner: thief.publicKey, closeAuthority: owner });
    const dirty = extraTokenAccount(svm, { mint, owner, closeAuthority: thief.publicKey });
    for (const account of [his, dirty]) {
      const refused = { inner: 0, rule: 0, position: 0 };
      refuses(world, session, [close(account)], "SourceNotVaults", refused);
    }
    refuses(world, session, [alone(close(his))], "TokenAccountClosed", { inner: 0, rule: 3 });
    const clean = extraTokenAccount(svm, { mint: world.mint, owner });
    expectOk(execute(world, session, [close(clean)]));
  });
});
