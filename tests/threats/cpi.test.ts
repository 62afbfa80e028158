// H: mechanics of calls between programs.
import assert from "node:assert/strict";

import {
  AuthorityType,
  createMintToInstruction,
  createSetAuthorityInstruction,
} from "@solana/spl-token";
import { ComputeBudgetProgram, PublicKey } from "@solana/web3.js";

import { createBareVault } from "../support/bare-vault.js";
import { expectOk, expectRefused, expectStolen } from "../support/expect.js";
import { floorInstruction } from "../support/floor.js";
import { HOSTILE, fail, resize, returnData } from "../support/hostile.js";
import { installLookupTable } from "../support/lookup-table.js";
import { IDLE, idle, relay, relayRule } from "../support/relay.js";
import { tokenTransferRule } from "../support/rules.js";
import {
  execute,
  executeInstruction,
  grant,
  readSession,
  refuses,
  tryGrant,
} from "../support/session.js";
import { extraTokenAccount } from "../support/token-states.js";
import { createMint, createTokenAccount, tokenAmount } from "../support/token.js";
import { createWorld, sendSol, sendTokens } from "../support/world.js";

/** Sends a little of the first mint (rule 0), relays (1), idles (2), resizes (3), fails (4). */
function opened() {
  const world = createWorld();
  const session = grant(world, {
    rules: [
      { ...tokenTransferRule(), uses: 50 },
      relayRule(),
      { ...relayRule(IDLE), count: [1, 61] },
      relayRule(4),
      relayRule(5),
    ],
    limits: [{ asset: world.mint, total: 10n }],
  });
  return { world, session };
}

describe("threats: calls between programs", () => {
  it("h01_execute_inside_execute_is_rejected", () => {
    const { world, session } = opened();
    const bare = createBareVault(world);
    // Red: the runtime lets a program call itself.
    const nested = floorInstruction(bare.key.publicKey, [
      sendSol({ ...world, vault: bare.vault }, 1n),
    ]);
    expectStolen(bare.run([nested]));

    const own = { ...relayRule(), program: world.programId };
    expectRefused(tryGrant(world, { rules: [own] }), "ReservedProgram");
    const inside = executeInstruction(world, session, [sendTokens(world, 1n)]);
    refuses(world, session, [inside], "SelfCall", { inner: 0, rule: 0 });
    const routed = { rule: 1, instruction: relay(world.vault, [inside]) };
    refuses(world, session, [routed], "ForbiddenAccount", { inner: 0, rule: 1 });
    expectOk(execute(world, session, [sendTokens(world, 1n)]));
  });

  it("h02_execute_by_cpi_is_rejected", () => {
    const { world, session } = opened();
    const { svm } = world;
    const { key } = session;
    const instruction = executeInstruction(world, session, [sendTokens(world, 1n)]);
    const called = relay(key.publicKey, [instruction]);
    for (const meta of called.keys) meta.isSigner ||= meta.pubkey.equals(key.publicKey);
    const before = tokenAmount(svm, world.tokens);
    expectRefused(svm.send([called], [key], { payer: svm.payer }), "NotTopLevel");
    assert.equal(tokenAmount(svm, world.tokens), before);
    expectOk(svm.send([instruction], [key], { payer: svm.payer }));
  });

  it("h03_state_after_cpi_is_not_overwritten", () => {
    const { world, session } = opened();
    const before = readSession(world, session);
    const steps = [
      sendTokens(world, 3n),
      { rule: 2, instruction: idle(world.vault) },
      sendTokens(world, 4n),
    ];
    expectOk(execute(world, session, steps, { once: 3n }));
    const after = readSession(world, session);
    const spent = before.limits.map((limit) => ({ ...limit, spent: 7n }));
    const rules = before.rules.map((rule, i) => (i === 0 ? { ...rule, usesSpent: 2 } : rule));
    // Everything that was to be written, and nothing else.
    const counters = { seq: 1n, usesSpent: 1, onceHighest: 3n };
    assert.deepEqual(after, { ...before, ...counters, limits: spent, rules });
  });

  it("h04_balance_read_checks_owner_after_cpi", () => {
    const world = createWorld();
    const { svm, vault, thief } = world;
    const mint = createMint(svm, { authority: vault });
    const own = createTokenAccount(svm, { mint, owner: vault });
    const session = grant(world, { rules: [relayRule()], limits: [{ asset: mint, total: 1n }] });
    const kind = AuthorityType.AccountOwner;
    const bring = createMintToInstruction(mint, own, vault, 100n);
    const give = createSetAuthorityInstruction(own, vault, kind, thief.publicKey);
    const ask = { minReceive: [{ asset: mint, amount: 100n }] };
    const attack = [relay(vault, [bring, give])];
    refuses(world, session, attack, "TokenAccountChanged", { inner: 0 }, ask);
    expectOk(execute(world, session, [relay(vault, [bring])], ask));
    assert.equal(tokenAmount(svm, own), 100n);
  });

  it("h05_spoofed_return_data_is_ignored", () => {
    const { world, session } = opened();
    const forged = Buffer.alloc(24);
    forged.writeUInt32LE(6005, 0);
    const liar = idle(world.vault);
    liar.data = returnData(forged);
    const lie = { rule: 2, instruction: liar };
    expectOk(execute(world, session, [lie, sendTokens(world, 1n)]));
    const over = { limit: 0, asked: 10n, left: 9n };
    refuses(world, session, [lie, sendTokens(world, 10n)], "LimitTotalExceeded", over);
    // A callee may fail with one of our numbers; what it leaves behind is not a refusal of ours.
    const failing = { rule: 4, instruction: relay(world.vault, [() => fail(6005)]) };
    const result = execute(world, session, [failing]);
    assert.equal(result.customError, 6005);
    assert.ok(!result.logs.some((line) => line.includes("valetkey: SessionRevoked")));
    assert.equal(result.returnData.length, 0);
  });

  it("h06_max_snapshots_fit_heap", () => {
    const { world, session } = opened();
    const { svm, mint, vault } = world;
    // 64 locks: fee payer, key, session, config, vault, three programs, and 56 token accounts of the vault.
    const accounts = Array.from({ length: 56 }, () =>
      extraTokenAccount(svm, { mint, owner: vault }),
    );
    const table = installLookupTable(svm, accounts);
    const metas = accounts.map((pubkey) => ({ pubkey, isSigner: false, isWritable: true }));
    const steps = [{ rule: 2, instruction: idle(vault, metas) }];
    const limit = ComputeBudgetProgram.setComputeUnitLimit({ units: 1_400_000 });
    const result = svm.send([limit, executeInstruction(world, session, steps)], [session.key], {
      payer: svm.payer,
      lookupTables: [table],
    });
    expectOk(result);
    assert.ok(result.computeUnits < 400_000n, `${result.computeUnits} compute units`);
  });

  it("h07_callee_realloc_is_seen", () => {
    const { world, session } = opened();
    const { svm, vault } = world;
    const account = PublicKey.unique();
    svm.setAccount(account, { lamports: 10n ** 9n, data: new Uint8Array(100), owner: HOSTILE });
    const extra = [{ pubkey: account, isSigner: false, isWritable: true }];
    const change = (size: number) => ({
      rule: 3,
      instruction: relay(vault, [(at) => resize(at(account), size)], extra),
    });
    const steps = [change(9_000), sendTokens(world, 2n), change(0), sendTokens(world, 3n)];
    expectOk(execute(world, session, steps));
    assert.equal(svm.getAccount(account)?.data.length, 0);
    assert.equal(readSession(world, session).limits[0]?.spent, 5n);
    const over = [change(5_000), sendTokens(world, 6n)];
    refuses(world, session, over, "LimitTotalExceeded", { limit: 0, left: 5n });
  });

  it("h10_failed_step_reverts_all", () => {
    const { world, session } = opened();
    const { svm } = world;
    const before = readSession(world, session);
    const failing = { rule: 4, instruction: relay(world.vault, [() => fail(42)]) };
    const result = execute(world, session, [sendTokens(world, 1n), failing, sendTokens(world, 1n)]);
    assert.equal(result.customError, 42);
    assert.equal(tokenAmount(svm, world.tokens), world.funds.tokens);
    assert.equal(tokenAmount(svm, world.thiefTokens), 0n);
    assert.deepEqual(readSession(world, session), before);
    expectOk(execute(world, session, [sendTokens(world, 1n), sendTokens(world, 1n)]));
    assert.equal(tokenAmount(svm, world.thiefTokens), 2n);
  });
});
