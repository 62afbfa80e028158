// Each account of an instruction exchanged for a wrong one: a named error, and nothing changed.
import assert from "node:assert/strict";

import {
  SystemProgram,
  type Keypair,
  type PublicKey,
  type TransactionInstruction,
} from "@solana/web3.js";
import type { ProgramErrorCode } from "@valetkey/sdk/errors";

import { expectUnchanged, nameOf, snapshot } from "./expect.js";
import { HOSTILE } from "./hostile.js";
import { solTransferRule } from "./rules.js";
import { grant, watchedAccounts } from "./session.js";
import type { SendResult } from "./svm.js";
import { openVault, type World } from "./world.js";

/** Errors that Anchor gives for the accounts which it checks itself. */
export const ANCHOR = {
  InstructionDidNotDeserialize: 102,
  ConstraintMut: 2000,
  AccountNotEnoughKeys: 3005,
  InvalidProgramId: 3008,
  AccountNotSigner: 3010,
} as const;

/** An error of ours or of Anchor. */
export type ErrorName = ProgramErrorCode | keyof typeof ANCHOR;

/** Asserts that the transaction failed with this error, ours or Anchor's. */
export function expectError(result: SendResult, name: ErrorName, context = ""): void {
  const { customError } = result;
  const anchor = Object.entries(ANCHOR).find(([, number]) => number === customError);
  const found = result.ok ? "it passed" : (anchor?.[0] ?? nameOf(customError));
  assert.equal(found, name, `${context}\n${String(result.err)}\n${result.logs.join("\n")}`);
}

/** The wrong accounts that every position is tried with. */
export type Wrong =
  "stranger" | "signer" | "program" | "tokens" | "vault" | "config" | "session" | "own config";

/** What to expect at a position: one error for all wrong accounts, or others for some of them. `null` leaves one out, or all. */
export type Expected =
  null | ErrorName | ({ readonly all: ErrorName } & Partial<Record<Wrong, ErrorName | null>>);

/** One wrong account of each kind: those of a second vault of a second owner among them. */
export function wrongAccounts(world: World): Readonly<Record<Wrong, PublicKey>> {
  const { svm } = world;
  const owner = svm.fundedKeypair();
  const other = { ...world, ...openVault(world, owner.publicKey), owner };
  const terms = { rules: [solTransferRule()], limits: [{ asset: "SOL" as const, total: 1n }] };
  return {
    stranger: svm.fundedKeypair().publicKey,
    signer: world.thief.publicKey,
    program: HOSTILE,
    tokens: world.tokens,
    vault: other.vault,
    config: other.config,
    session: grant(other, terms).address,
    "own config": world.config,
  };
}

/** What is exchanged, and how the instruction is sent. */
export interface SwapInput {
  readonly world: World;
  /** Makes the honest instruction; each try has a fresh one. */
  readonly build: () => TransactionInstruction;
  readonly signers: readonly Keypair[];
  /** By position. */
  readonly expected: readonly Expected[];
  /** Further accounts that must not change. */
  readonly watched?: readonly PublicKey[];
}

/**
 * Exchanges each account for each wrong one and expects the position's error; afterwards the honest instruction passes. A wrong
 * account signs only when it is the thief, who signs every transaction.
 */
export function refusesSwaps(input: SwapInput): SendResult {
  const { world, build, signers, expected, watched = [] } = input;
  const { svm, thief } = world;
  const wrong = wrongAccounts(world);
  assert.equal(build().keys.length, expected.length, "every position has its row");
  const fee = SystemProgram.transfer({
    ...{ fromPubkey: svm.payer.publicKey, toPubkey: svm.payer.publicKey, lamports: 1 },
  });
  fee.keys.push({ pubkey: thief.publicKey, isSigner: true, isWritable: false });
  expected.forEach((row, position) => {
    if (row === null) return;
    for (const [kind, pubkey] of Object.entries(wrong) as [Wrong, PublicKey][]) {
      const code = typeof row === "string" ? row : row[kind] === undefined ? row.all : row[kind];
      const instruction = build();
      const meta = instruction.keys[position];
      assert.ok(meta !== undefined);
      if (code === null || meta.pubkey.equals(pubkey)) continue;
      meta.pubkey = pubkey;
      meta.isSigner &&= kind === "signer";
      const accounts = [
        ...[...watchedAccounts(world), ...watched, ...Object.values(wrong)],
        ...instruction.keys.map((one) => one.pubkey),
      ].filter((account) => !account.equals(svm.payer.publicKey));
      const before = snapshot(svm, accounts);
      const needed = signers.filter((signer) =>
        instruction.keys.some((one) => one.isSigner && one.pubkey.equals(signer.publicKey)),
      );
      const result = svm.send([fee, instruction], [...needed, thief], { payer: svm.payer });
      expectError(result, code, `position ${position} is the ${kind}`);
      expectUnchanged(before, snapshot(svm, accounts));
    }
  });
  const result = svm.send([build()], [...signers], { payer: svm.payer });
  assert.ok(result.ok, result.logs.join("\n"));
  return result;
}

/** Takes away one needed signature after the other: each time the same error, and nothing changed. */
export function refusesUnsigned(input: SwapInput): void {
  const { world, build, signers, expected, watched = [] } = input;
  const { svm } = world;
  build().keys.forEach(({ isSigner }, position) => {
    const row = expected[position];
    if (!isSigner || row === undefined || row === null) return;
    const instruction = build();
    const meta = instruction.keys[position];
    assert.ok(meta !== undefined);
    if (meta.pubkey.equals(svm.payer.publicKey)) return;
    meta.isSigner = false;
    const accounts = [...watchedAccounts(world), ...watched];
    const before = snapshot(svm, accounts);
    const needed = signers.filter((signer) => !signer.publicKey.equals(meta.pubkey));
    const result = svm.send([instruction], needed, { payer: svm.payer });
    const name = typeof row === "string" ? row : row.all;
    expectError(result, name, `position ${position} doesn't sign`);
    expectUnchanged(before, snapshot(svm, accounts));
  });
}

/** Writes bytes into an account directly: states that no transaction can reach. */
export function patchAccount(
  world: Pick<World, "svm">,
  address: PublicKey,
  offset: number,
  bytes: readonly number[] | Uint8Array,
): void {
  const account = world.svm.getAccount(address);
  assert.ok(account !== null, "there is no account to patch");
  const data = Uint8Array.from(account.data);
  data.set(bytes, offset);
  world.svm.setAccount(address, { ...account, data });
}
