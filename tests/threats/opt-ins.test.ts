// What terms may allow besides: fee budgets (A21), position keys (C07), stake (D08), pinned programs (F05), named extensions (E18).
import assert from "node:assert/strict";

import {
  AuthorityType,
  TOKEN_2022_PROGRAM_ID,
  createSetAuthorityInstruction,
  createTransferCheckedInstruction,
  createTransferInstruction,
} from "@solana/spl-token";
import type { PublicKey } from "@solana/web3.js";
import { Keypair, StakeProgram, type AccountMeta } from "@solana/web3.js";

import { createBareVault } from "../support/bare-vault.js";
import { expectOk, expectRefused, expectStolen } from "../support/expect.js";
import { createExtendedMint } from "../support/extended-mint.js";
import { hostileInstruction, invoke } from "../support/hostile.js";
import { positionKeyOf } from "../support/position-keys.js";
import { relay, relayRule } from "../support/relay.js";
import { any, positionKey, solTransferRule, tokenTransferRule, vault } from "../support/rules.js";
import { execute, grant, readSession, refuses, tryGrant } from "../support/session.js";
import { createStake, createVote, delegateStakeRule } from "../support/stake.js";
import { createTokenAccount, tokenAmount } from "../support/token.js";
import { deployUpgradeable } from "../support/upgradeable.js";
import { createWorld, sendSol, sendTokens } from "../support/world.js";

const meta = (pubkey: PublicKey, isWritable = false, isSigner = false): AccountMeta => ({
  ...{ pubkey, isWritable, isSigner },
});

/** The widest rule, with a position key at position 1. */
const keyedRelay = {
  ...relayRule(),
  count: [2, 40] as const,
  accounts: { 0: vault, 1: positionKey },
};

describe("threats: what terms may allow besides", () => {
  it("a21_pay_back_goes_to_the_signing_sponsor_only", () => {
    const world = createWorld();
    const { svm, thief } = world;
    const bare = createBareVault(world);
    const before = svm.balance(thief.publicKey);
    expectStolen(bare.run([sendSol({ ...world, vault: bare.vault }, 50n)]));
    assert.equal(svm.balance(thief.publicKey) - before, 50n, "a vault that pays whom it is told");

    const sponsor = svm.fundedKeypair();
    const session = grant(world, {
      rules: [solTransferRule(), tokenTransferRule()],
      limits: [{ asset: "SOL", total: 1n }],
      feeBudget: { sponsor: sponsor.publicKey, total: 100n, perExecute: 60n },
    });
    const steps = [sendSol(world, 0n)];
    const fee = (lamports: bigint, to = sponsor) => ({ fee: { lamports, to: to.publicKey } });
    const present = meta(sponsor.publicKey, true, true);
    const his = { ...fee(50n, thief), signers: [thief, sponsor], extra: [present] };
    refuses(world, session, steps, "FeeRefused", {}, his);
    refuses(world, session, steps, "FeeRefused", {}, { ...fee(50n, session.key) });
    refuses(world, session, steps, "FeeRefused", {}, fee(50n));
    const over = { ...fee(61n), signers: [sponsor] };
    refuses(world, session, steps, "FeeRefused", { asked: 61n, left: 60n }, over);
    expectOk(execute(world, session, steps, { ...fee(60n), signers: [sponsor] }));
    // Taken again, in a second execute: the total binds.
    const again = { ...fee(41n), signers: [sponsor] };
    refuses(world, session, steps, "FeeRefused", { asked: 41n, left: 40n }, again);
    expectOk(execute(world, session, steps, { ...fee(40n), signers: [sponsor] }));
    assert.equal(readSession(world, session).feesPaid, 100n);
    assert.equal(readSession(world, session).limits[0]?.spent, 0n);
  });

  it("c07_signer_without_sol_is_not_a_position_key", () => {
    const world = createWorld();
    const { svm, mint, thiefTokens } = world;
    const victim = Keypair.generate();
    const tokens = createTokenAccount(svm, { mint, owner: victim.publicKey, amount: 9n });
    const steal = createTransferInstruction(tokens, thiefTokens, victim.publicKey, 4n);
    const accounts = [0, 1, 2].map((account) => ({
      ...{ account, signer: account === 2, writable: account < 2 },
    }));
    // Red: whoever is handed that signature moves the tokens, although the wallet holds no SOL.
    const keys = [meta(tokens, true), meta(thiefTokens, true), meta(victim.publicKey, false, true)];
    const direct = hostileInstruction(
      [...keys, meta(steal.programId)],
      [invoke(3, accounts, steal.data)],
    );
    expectStolen(svm.send([direct], [svm.payer, victim], { payer: svm.payer }));
    assert.equal(tokenAmount(svm, tokens), 5n);

    const session = grant(world, {
      rules: [keyedRelay],
      limits: [{ asset: mint, total: 1n }],
      positionKeys: true,
    });
    const routed = [relay(world.vault, [steal], [meta(victim.publicKey)])];
    const mine = positionKeyOf(world, session, 0);
    const disguised = { positionKeys: [{ ...mine, address: victim.publicKey }], signers: [victim] };
    refuses(world, session, routed, "PositionKeyRefused", {}, disguised);
    const unlisted = { positionKeys: [mine], signers: [victim] };
    refuses(world, session, routed, "PositionKeyRefused", { inner: 0, position: 1 }, unlisted);
    const honest = [relay(world.vault, [sendTokens(world, 1n)], [meta(mine.address)])];
    expectOk(execute(world, session, honest, { positionKeys: [mine] }));
  });

  it("c07_position_key_must_be_empty_and_marked", () => {
    const world = createWorld();
    const { svm, mint, vault: owner } = world;
    const unmarked = { ...keyedRelay, accounts: { 0: vault, 1: any } };
    const session = grant(world, {
      rules: [keyedRelay, unmarked],
      limits: [{ asset: mint, total: 9n }],
      positionKeys: true,
    });
    const position = positionKeyOf(world, session, 7);
    // Somebody gives the position key tokens of his own: only where the rule marks it may it move them.
    const tokens = createTokenAccount(svm, { mint, owner: position.address, amount: 5n });
    const pull = createTransferInstruction(tokens, world.tokens, position.address, 5n);
    const step = relay(owner, [pull], [meta(position.address)]);
    const options = { positionKeys: [position] };
    const wrong = execute(world, session, [{ rule: 1, instruction: step }], options);
    assert.ok(!wrong.ok && /PrivilegeEscalation/.test(String(wrong.err)), String(wrong.err));
    assert.equal(tokenAmount(svm, tokens), 5n);
    expectRefused(tryGrant(world, { rules: [keyedRelay] }), "UnsafeRule");
    expectOk(execute(world, session, [step], options));
    svm.setAccount(position.address, {
      ...{ lamports: svm.rent(1), data: new Uint8Array(1), owner: world.programId },
    });
    const used = [relay(owner, [sendTokens(world, 1n)], [meta(position.address)])];
    refuses(world, session, used, "PositionKeyRefused", {}, options);
  });

  it("d08_stake_is_only_delegated", () => {
    const world = createWorld();
    const { svm, vault: owner, thief } = world;
    const vote = createVote(svm);
    const stake = createStake(svm, { staker: owner, withdrawer: owner });
    const rule = delegateStakeRule(stake, vote);
    const withdraw = StakeProgram.withdraw({
      ...{ stakePubkey: stake, authorizedPubkey: owner, toPubkey: thief.publicKey, lamports: 1 },
    }).instructions[0];
    assert.ok(withdraw !== undefined);
    const bare = createBareVault(world);
    const red = createStake(svm, { staker: bare.vault, withdrawer: bare.vault });
    const theft = StakeProgram.withdraw({
      ...{ stakePubkey: red, authorizedPubkey: bare.vault },
      ...{ toPubkey: thief.publicKey, lamports: 1_000 },
    }).instructions;
    expectStolen(bare.run(theft));

    for (let number = 0; number < 20; number++) {
      const other = { ...rule, discriminator: [number, 0, 0, 0] };
      if (number !== 2) expectRefused(tryGrant(world, { rules: [other] }), "UnsafeRule");
    }
    for (const accounts of [
      { 0: any, 1: any },
      { 0: rule.accounts?.[0] ?? any, 1: any },
    ])
      expectRefused(tryGrant(world, { rules: [{ ...rule, accounts }] }), "UnsafeRule");
    const session = grant(world, { rules: [rule] });
    refuses(world, session, [withdraw], "InstructionNotInScope", { inner: 0, rule: 0 });
    const delegate = StakeProgram.delegate({
      ...{ stakePubkey: stake, authorizedPubkey: owner, votePubkey: vote },
    }).instructions;
    expectOk(execute(world, session, delegate));
  });

  it("f05_upgraded_target_pauses_rule", () => {
    const world = createWorld();
    const { svm, mint } = world;
    const program = Keypair.generate().publicKey;
    const slot = 1_000n;
    // The honest program is the lending fixture, which refuses a script; its upgrade is the hostile one, which runs it.
    const programData = deployUpgradeable(svm, program, slot, "fixtures/lending");
    const wide = { ...relayRule(), program };
    const limits = [{ asset: mint, total: 100n }];
    const free = grant(world, { rules: [wide], limits });
    const pinned = grant(world, { rules: [{ ...wide, pin: { programData, slot } }], limits });
    const theft = relay(world.vault, [sendTokens(world, 50n)]);
    theft.programId = program;
    assert.ok(!execute(world, free, [theft]).ok, "the honest program does no such thing");
    deployUpgradeable(svm, program, slot + 9n, "fixtures/hostile");
    expectStolen(execute(world, free, [theft]));
    const extra = [meta(programData)];
    const fields = { inner: 0, rule: 0, asked: slot + 9n, left: slot };
    refuses(world, pinned, [theft], "ProgramChanged", fields, { extra });
    const again = grant(world, {
      ...{ rules: [{ ...wide, pin: { programData, slot: slot + 9n } }], limits },
    });
    expectOk(execute(world, again, [theft], { extra }));
  });

  it("e18_permanent_delegate_pull_counts", () => {
    const world = createWorld();
    const { svm, vault: owner, thief } = world;
    const program = TOKEN_2022_PROGRAM_ID;
    const mint = createExtendedMint(svm, "permanentDelegate").publicKey;
    const account = (holder: PublicKey, amount: bigint) =>
      createTokenAccount(svm, { mint, owner: holder, amount, tokenProgram: program });
    const [own, his] = [account(owner, 100n), account(thief.publicKey, 0n)];
    const session = grant(world, {
      rules: [keyedRelay],
      limits: [{ asset: mint, total: 10n }],
      ...{ positionKeys: true, extensions: [12] },
    });
    const puller = positionKeyOf(world, session, 0);
    const authority = svm.payer.publicKey;
    const kind = AuthorityType.PermanentDelegate;
    svm.mustSend([
      createSetAuthorityInstruction(mint, authority, kind, puller.address, [], program),
    ]);
    const pull = (amount: bigint) => [
      relay(
        owner,
        [
          createTransferCheckedInstruction(
            ...([own, mint, his, puller.address, amount, 6, [] as never[], program] as const),
          ),
        ],
        [meta(puller.address)],
      ),
    ];
    const options = { positionKeys: [puller] };
    const over = { inner: null, limit: 0, asked: 11n, left: 10n };
    refuses(world, session, pull(11n), "LimitTotalExceeded", over, options);
    expectOk(execute(world, session, pull(10n), options));
    assert.equal(readSession(world, session).limits[0]?.spent, 10n);
  });
});
