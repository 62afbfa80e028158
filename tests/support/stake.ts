// Stake and vote accounts, made by the real programs.
import {
  Authorized,
  Keypair,
  Lockup,
  PublicKey,
  StakeProgram,
  SystemProgram,
  VoteInit,
  VoteProgram,
} from "@solana/web3.js";

import type { RuleSpec } from "./rules.js";
import { key, vault } from "./rules.js";
import type { Svm } from "./svm.js";

const STAKE_SIZE = 200;
const VOTE_SIZE = 3_762;

/** Creates a vote account of a validator. */
export function createVote(svm: Svm): PublicKey {
  const [vote, node] = [Keypair.generate(), svm.fundedKeypair()];
  const create = VoteProgram.createAccount({
    fromPubkey: svm.payer.publicKey,
    votePubkey: vote.publicKey,
    lamports: Number(svm.rent(VOTE_SIZE)),
    voteInit: new VoteInit(node.publicKey, node.publicKey, node.publicKey, 0),
  });
  svm.mustSend(create.instructions, [svm.payer, vote, node]);
  return vote.publicKey;
}

/** Creates a stake account with `lamports` above its rent, which `staker` may delegate and `withdrawer` empty. */
export function createStake(
  svm: Svm,
  input: {
    readonly staker: PublicKey;
    readonly withdrawer: PublicKey;
    readonly lamports?: bigint;
  },
): PublicKey {
  const { staker, withdrawer, lamports = 2_000_000_000n } = input;
  const stake = Keypair.generate();
  svm.mustSend(
    [
      SystemProgram.createAccount({
        fromPubkey: svm.payer.publicKey,
        newAccountPubkey: stake.publicKey,
        lamports: Number(svm.rent(STAKE_SIZE) + lamports),
        space: STAKE_SIZE,
        programId: StakeProgram.programId,
      }),
      StakeProgram.initialize({
        stakePubkey: stake.publicKey,
        authorized: new Authorized(staker, withdrawer),
        lockup: new Lockup(0, 0, PublicKey.default),
      }),
    ],
    [svm.payer, stake],
  );
  return stake.publicKey;
}

/** A rule for `DelegateStake` of one stake account to one validator. */
export const delegateStakeRule = (stake: PublicKey, vote: PublicKey): RuleSpec => ({
  program: StakeProgram.programId,
  discriminator: [2, 0, 0, 0],
  count: 6,
  accounts: { 0: key(stake), 1: key(vote), 5: vault },
});

/** A rule for `Deactivate` of one stake account. */
export const deactivateStakeRule = (stake: PublicKey): RuleSpec => ({
  program: StakeProgram.programId,
  discriminator: [5, 0, 0, 0],
  count: 3,
  accounts: { 0: key(stake), 2: vault },
});
