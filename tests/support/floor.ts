// The vault that checks nothing: the same inner instructions as a plan, signed by a PDA without any guard. Threat tests carry an
// attack out here first, where it has to succeed.
import { PublicKey, TransactionInstruction, type Keypair } from "@solana/web3.js";

import { artifact, type ProgramInput, type SendResult, type Svm } from "./svm.js";

/** Address of the floor program in tests. */
export const FLOOR = new PublicKey("F1oorMeasurement1111111111111111111111111111");

/** The floor program, to deploy into a runtime. */
export const floorProgram = (): ProgramInput => ({
  address: FLOOR,
  program: artifact("fixtures/floor"),
});

/** The vault that the floor program signs for, for whoever signs as `key`. */
export function floorVault(key: PublicKey): PublicKey {
  return PublicKey.findProgramAddressSync([Buffer.from("vault"), key.toBytes()], FLOOR)[0];
}

/** One instruction of the floor program that runs `instructions` with the vault's signature. */
export function floorInstruction(
  key: PublicKey,
  instructions: readonly TransactionInstruction[],
): TransactionInstruction {
  const [vault, bump] = PublicKey.findProgramAddressSync(
    [Buffer.from("vault"), key.toBytes()],
    FLOOR,
  );
  const keys = [
    { pubkey: key, isSigner: true, isWritable: false },
    { pubkey: vault, isSigner: false, isWritable: true },
  ];
  const place = (pubkey: PublicKey, isWritable: boolean): number => {
    const found = keys.findIndex((meta) => meta.pubkey.equals(pubkey));
    const meta = keys[found];
    if (meta === undefined) return keys.push({ pubkey, isSigner: false, isWritable }) - 1;
    meta.isWritable ||= isWritable;
    return found;
  };
  const inner = instructions.flatMap((instruction) => [
    place(instruction.programId, false),
    instruction.keys.length,
    ...instruction.keys.map(({ pubkey, isWritable }) => place(pubkey, isWritable)),
    instruction.data.length & 255,
    instruction.data.length >> 8,
    ...instruction.data,
  ]);
  const data = Buffer.from([2, bump, instructions.length, ...inner]);
  return new TransactionInstruction({ programId: FLOOR, keys, data });
}

/** Runs `instructions` with the unguarded vault's signature. */
export function throughFloor(
  svm: Svm,
  key: Keypair,
  instructions: readonly TransactionInstruction[],
): SendResult {
  return svm.send([floorInstruction(key.publicKey, instructions)], [key], { payer: svm.payer });
}
