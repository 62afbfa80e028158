// A transfer hook for Token-2022 mints (tests/fixtures/programs/hook): deployed on demand, with the accounts that it asks for.
import { readFileSync } from "node:fs";

import {
  ExtensionType,
  TOKEN_2022_PROGRAM_ID,
  createInitializeMint2Instruction,
  createInitializeTransferHookInstruction,
  getMintLen,
} from "@solana/spl-token";
import { Keypair, PublicKey, SystemProgram, type AccountMeta } from "@solana/web3.js";

import { artifact, type Svm } from "./svm.js";

/** Address of the hook program in tests. */
export const HOOK = new PublicKey("Hook111111111111111111111111111111111111112");

/** A hooked mint, and what its transfers pass after their own four accounts. */
export interface Hook {
  readonly mint: PublicKey;
  /** The hook's list of extra accounts. */
  readonly list: PublicKey;
  /** The account that it writes. */
  readonly counter: PublicKey;
  /** Counter, program, list: in the order in which Token-2022's clients pass them. */
  readonly metas: readonly AccountMeta[];
}

const EXECUTE = [105, 37, 101, 197, 75, 251, 102, 26];
const u32 = (value: number): number[] => [value, 0, 0, 0];

/** Deploys the hook program, creates a mint that it hooks, and writes the list of extra accounts and the counter. */
export function createHookedMint(svm: Svm): Hook {
  svm.raw.addProgram(HOOK.toBytes(), readFileSync(artifact("fixtures/hook")));
  const mint = createMint(svm);
  const counter = Keypair.generate().publicKey;
  const list = PublicKey.findProgramAddressSync(
    [Buffer.from("extra-account-metas"), mint.toBytes()],
    HOOK,
  )[0];
  const entry = [0, ...counter.toBytes(), 0, 1];
  const value = [...u32(1), ...entry];
  const data = Uint8Array.from([...EXECUTE, ...u32(value.length), ...value]);
  svm.setAccount(list, { lamports: svm.rent(data.length), data, owner: HOOK });
  svm.setAccount(counter, { lamports: svm.rent(8), data: new Uint8Array(8), owner: HOOK });
  const meta = (pubkey: PublicKey, isWritable: boolean): AccountMeta => ({
    ...{ pubkey, isWritable, isSigner: false },
  });
  return {
    mint,
    list,
    counter,
    metas: [meta(counter, true), meta(HOOK, false), meta(list, false)],
  };
}

function createMint(svm: Svm): PublicKey {
  const mint = Keypair.generate();
  const program = TOKEN_2022_PROGRAM_ID;
  const authority = svm.payer.publicKey;
  const space = getMintLen([ExtensionType.TransferHook]);
  svm.mustSend(
    [
      SystemProgram.createAccount({
        fromPubkey: authority,
        newAccountPubkey: mint.publicKey,
        lamports: Number(svm.rent(space)),
        space,
        programId: program,
      }),
      createInitializeTransferHookInstruction(mint.publicKey, authority, HOOK, program),
      createInitializeMint2Instruction(mint.publicKey, 6, authority, null, program),
    ],
    [svm.payer, mint],
  );
  return mint.publicKey;
}

/** What the hook has counted so far. */
export function hookCounted(svm: Svm, hook: Hook): bigint {
  const account = svm.getAccount(hook.counter);
  if (account === null) throw new Error("the hook's counter is gone");
  return Buffer.from(account.data).readBigUInt64LE(0);
}
