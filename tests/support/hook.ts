// A transfer hook for Token-2022 mints (tests/fixtures/programs/hook): deployed on demand, with the accounts that it asks for.
import { readFileSync } from "node:fs";

import { Keypair, PublicKey, type AccountMeta } from "@solana/web3.js";

import { artifact, type Svm } from "./svm.js";

/** Address of the hook program in tests. */
export const HOOK = new PublicKey("Hook111111111111111111111111111111111111112");

/** What a transfer of a hooked mint passes after its own four accounts. */
export interface Hook {
  /** The hook's list of extra accounts. */
  readonly list: PublicKey;
  /** The account that it writes. */
  readonly counter: PublicKey;
  /** Counter, program, list: in the order in which Token-2022's clients pass them. */
  readonly metas: readonly AccountMeta[];
}

const EXECUTE = [105, 37, 101, 197, 75, 251, 102, 26];
const u32 = (value: number): number[] => [value, 0, 0, 0];

/** Deploys the hook program, and writes the list of extra accounts and the counter of `mint`. */
export function installHook(svm: Svm, mint: PublicKey): Hook {
  svm.raw.addProgram(HOOK.toBytes(), readFileSync(artifact("fixtures/hook")));
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
  return { list, counter, metas: [meta(counter, true), meta(HOOK, false), meta(list, false)] };
}

/** What the hook has counted so far. */
export function hookCounted(svm: Svm, hook: Hook): bigint {
  const account = svm.getAccount(hook.counter);
  if (account === null) throw new Error("the hook's counter is gone");
  return Buffer.from(account.data).readBigUInt64LE(0);
}
