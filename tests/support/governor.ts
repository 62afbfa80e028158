// The governor (tests/fixtures/programs/governor): a program whose address may be an owner.
import { PublicKey, TransactionInstruction, type AccountMeta } from "@solana/web3.js";

import { artifact, type ProgramInput } from "./svm.js";

/** Address of the governor program in tests. */
export const GOVERNOR = new PublicKey("Governor11111111111111111111111111111111111");

/** The governor program, to deploy into a runtime. */
export const governorProgram = (): ProgramInput => ({
  address: GOVERNOR,
  program: artifact("fixtures/governor"),
});

/** The address with which the governor of `chief` signs; off the curve. */
export const governorOf = (chief: PublicKey): PublicKey =>
  PublicKey.findProgramAddressSync([Buffer.from("governor"), chief.toBuffer()], GOVERNOR)[0];

const wrap = (
  operation: number,
  wallet: PublicKey,
  inner: TransactionInstruction,
  signs: (meta: AccountMeta) => boolean,
): TransactionInstruction => {
  const [, bump] = PublicKey.findProgramAddressSync(
    [Buffer.from("governor"), wallet.toBuffer()],
    GOVERNOR,
  );
  return new TransactionInstruction({
    programId: GOVERNOR,
    keys: [
      { pubkey: wallet, isSigner: true, isWritable: false },
      { pubkey: inner.programId, isSigner: false, isWritable: false },
      ...inner.keys.map((meta) => ({ ...meta, isSigner: signs(meta) })),
    ],
    data: Buffer.concat([Buffer.from([operation, bump]), inner.data]),
  });
};

/** `inner`, decided by `chief` and signed by his governor's address; other signatures that `inner` asks for are passed on. */
export const decide = (chief: PublicKey, inner: TransactionInstruction): TransactionInstruction =>
  wrap(0, chief, inner, (meta) => meta.isSigner && !meta.pubkey.equals(governorOf(chief)));

/** Looks like a reward for `user`, who signs; passes his signature on to `inner`. */
export const claimReward = (
  user: PublicKey,
  inner: TransactionInstruction,
): TransactionInstruction => wrap(1, user, inner, (meta) => meta.isSigner);
