// F07: swaps that are allowed, and bring back too little.
import assert from "node:assert/strict";

import { createMintToInstruction, createTransferInstruction } from "@solana/spl-token";
import type { PublicKey } from "@solana/web3.js";

import { createBareVault } from "../support/bare-vault.js";
import { expectOk, expectStolen } from "../support/expect.js";
import { relay, relayRule, type RelayStep } from "../support/relay.js";
import { execute, grant, readSession, refuses } from "../support/session.js";
import { createMint, createTokenAccount, tokenAmount } from "../support/token.js";
import { createWorld } from "../support/world.js";

/** A market whose every price the thief sets: gives `give` of the first mint to him, brings `get` of a mint that the vault mints. */
function setup() {
  const world = createWorld();
  const { svm, mint, thiefTokens } = world;
  const got = createMint(svm, { authority: world.vault });
  const own = createTokenAccount(svm, { mint: got, owner: world.vault });
  const floor = { give: mint, get: got, minimum: 3n, per: 2n };
  const session = grant(world, {
    rules: [
      { ...relayRule(), floor },
      { ...relayRule(), id: 9 },
    ],
    limits: [
      { asset: mint, total: 1_000n },
      { asset: world.otherMint, total: 1_000n },
    ],
  });
  const bring = (amount: bigint): RelayStep =>
    createMintToInstruction(got, own, world.vault, amount);
  const swap = (give: bigint, get: bigint) =>
    relay(world.vault, [
      createTransferInstruction(world.tokens, thiefTokens, world.vault, give),
      ...(get === 0n ? [] : [bring(get)]),
    ]);
  return { world, session, own, got, bring, swap };
}

describe("threats: worthless swaps", () => {
  it("f07_swap_with_zero_min_out_does_not_meet_the_floor", () => {
    const { world, session, own, swap } = setup();
    const bare = createBareVault(world);
    const steal = (tokens: PublicKey, vault: PublicKey) =>
      relay(vault, [createTransferInstruction(tokens, world.thiefTokens, vault, 100n)]);
    expectStolen(bare.run([steal(bare.tokens, bare.vault)]));

    for (const get of [0n, 1n, 149n])
      refuses(world, session, [swap(100n, get)], "FloorNotMet", { inner: 0, rule: 0 });
    // Judged per inner instruction: a good swap doesn't pay for a bad one.
    const both = [swap(100n, 1_000n), swap(100n, 149n)];
    refuses(world, session, both, "FloorNotMet", { inner: 1, rule: 0 });
    expectOk(execute(world, session, [swap(100n, 150n)]));
    // An odd amount rounds against the session: 3 × 101 ≤ 2 × in.
    refuses(world, session, [swap(101n, 151n)], "FloorNotMet", { inner: 0, rule: 0 });
    expectOk(execute(world, session, [swap(101n, 152n)]));
    assert.equal(tokenAmount(world.svm, own), 302n);
    assert.equal(readSession(world, session).limits[0]?.spent, 201n);
  });

  it("f07_own_withdrawal_does_not_meet_the_floor_of_a_swap", () => {
    const { world, session, swap, bring } = setup();
    // The vault's own money comes home under another rule of the same plan; it is no return of the swap.
    const withdrawal = { rule: 1, instruction: relay(world.vault, [bring(1_000n)]) };
    const after = [withdrawal, swap(100n, 1n)];
    refuses(world, session, after, "FloorNotMet", { inner: 1, rule: 0 });
    const before = [swap(100n, 1n), withdrawal];
    refuses(world, session, before, "FloorNotMet", { inner: 0, rule: 0 });
    expectOk(execute(world, session, [withdrawal, swap(100n, 150n)]));
  });

  it("f07_other_asset_under_a_floor_is_rejected", () => {
    const { world, session, bring } = setup();
    const { otherTokens, thiefOtherTokens, vault } = world;
    const other = createTransferInstruction(otherTokens, thiefOtherTokens, vault, 1n);
    const step = [relay(vault, [other, bring(1_000n)])];
    refuses(world, session, step, "FloorAssetRefused", { inner: 0, rule: 0 });
    expectOk(execute(world, session, [relay(vault, [bring(1n)])]));
  });

  it("f07_min_receive_measures_the_whole_plan", () => {
    const { world, session, got, swap } = setup();
    const ask = (amount: bigint) => ({ minReceive: [{ asset: got, amount }] });
    const steps = [swap(100n, 150n), swap(100n, 150n)];
    refuses(world, session, steps, "MinReceiveNotMet", { minReceive: 0 }, ask(301n));
    expectOk(execute(world, session, steps, ask(300n)));
  });
});
