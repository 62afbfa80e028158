// `execute`: a session that may only delegate and deactivate one stake account.
import assert from "node:assert/strict";

import type { PublicKey } from "@solana/web3.js";
import { StakeProgram, type Keypair, type TransactionInstruction } from "@solana/web3.js";

import { expectOk } from "../support/expect.js";
import { execute, grant, refuses, type Session } from "../support/session.js";
import {
  createStake,
  createVote,
  deactivateStakeRule,
  delegateStakeRule,
} from "../support/stake.js";
import { createWorld, type World } from "../support/world.js";

describe("stake in execute", () => {
  let world: World;
  let stake: PublicKey;
  let vote: PublicKey;
  let session: Session;
  let owner: Keypair;
  beforeEach(() => {
    world = createWorld();
    owner = world.owner;
    vote = createVote(world.svm);
    stake = createStake(world.svm, { staker: world.vault, withdrawer: owner.publicKey });
    session = grant(world, { rules: [delegateStakeRule(stake, vote), deactivateStakeRule(stake)] });
  });
  const only = (transaction: { readonly instructions: TransactionInstruction[] }) => {
    const [instruction] = transaction.instructions;
    assert.ok(instruction !== undefined);
    return instruction;
  };
  const delegate = (stakePubkey = stake, votePubkey = vote, authorizedPubkey = world.vault) =>
    only(StakeProgram.delegate({ stakePubkey, votePubkey, authorizedPubkey }));
  const deactivate = (stakePubkey = stake, authorizedPubkey = world.vault) => ({
    rule: 1,
    instruction: only(StakeProgram.deactivate({ stakePubkey, authorizedPubkey })),
  });
  /** 1 initialised, 2 delegated. */
  const state = () => world.svm.getAccount(stake)?.data[0];

  it("is delegated and deactivated, with the vault as staker", () => {
    assert.equal(state(), 1);
    expectOk(execute(world, session, [delegate()]));
    assert.equal(state(), 2);
    expectOk(execute(world, session, [deactivate()]));
    const { svm } = world;
    const deactivated = Buffer.from(svm.getAccount(stake)?.data ?? []).readBigUInt64LE(172);
    assert.equal(deactivated, svm.raw.getClock().epoch);
  });

  it("is the account that the rule names, delegated to the validator that it names", () => {
    const other = createStake(world.svm, { staker: world.vault, withdrawer: owner.publicKey });
    const at = (rule: number, position: number) => ({ inner: 0, rule, position });
    refuses(world, session, [delegate(other)], "AccountConstraintFailed", at(0, 0));
    const his = createVote(world.svm);
    refuses(world, session, [delegate(stake, his)], "AccountConstraintFailed", at(0, 1));
    refuses(world, session, [deactivate(other)], "AccountConstraintFailed", at(1, 0));
    expectOk(execute(world, session, [delegate()]));
  });

  it("is the vault's to sign", () => {
    const wide = grant(world, {
      rules: [
        {
          ...delegateStakeRule(stake, vote),
          accounts: { ...first(delegateStakeRule(stake, vote)) },
        },
        { ...deactivateStakeRule(stake), accounts: { ...first(deactivateStakeRule(stake)) } },
      ],
    });
    const thief = world.thief.publicKey;
    const refused = (rule: number, position: number) => ({ inner: 0, rule, position });
    refuses(world, wide, [delegate(stake, vote, thief)], "TypedAccountsRefused", refused(0, 5));
    refuses(world, wide, [deactivate(stake, thief)], "TypedAccountsRefused", refused(1, 2));
    expectOk(execute(world, wide, [delegate()]));
  });

  it("has data of exactly four bytes", () => {
    for (const data of [
      [2, 0, 0, 0, 0],
      [2, 0, 0, 0, 2, 0, 0, 0],
    ]) {
      const long = delegate();
      long.data = Buffer.from(data);
      const asked = { inner: 0, rule: 0, asked: BigInt(data.length) };
      refuses(world, session, [long], "TypedDataRefused", asked);
    }
    const withdraw = delegate();
    withdraw.data = Buffer.from([4, 0, 0, 0]);
    refuses(world, session, [withdraw], "InstructionNotInScope", { inner: 0, rule: 0 });
    expectOk(execute(world, session, [delegate()]));
  });
});

/** The constraints of a rule but for the last, which says where the vault signs. */
function first(rule: ReturnType<typeof delegateStakeRule>) {
  const entries = Object.entries(rule.accounts ?? {});
  return Object.fromEntries(entries.slice(0, -1));
}
