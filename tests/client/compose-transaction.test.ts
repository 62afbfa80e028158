// A transaction of executes and native instructions: the rule's mode decides, the order stays, nothing is guessed.
import assert from "node:assert/strict";

import { createTransferCheckedInstruction } from "@solana/spl-token";
import { SystemProgram, TransactionInstruction, type PublicKey } from "@solana/web3.js";

import { VALETKEY_PROGRAM_ID } from "../../app/sdk/src/addresses.js";
import type { SessionAccount } from "../../app/sdk/src/codec/index.js";
import { composeTransaction } from "../../app/sdk/src/compose/index.js";
import { isValetkeyError, type ErrorCode } from "../../app/sdk/src/errors/index.js";
import {
  allowLike,
  allowSolTransfer,
  allowTokenTransfer,
  limit,
  SOL,
  terms,
} from "../../app/sdk/src/terms/index.js";
import { keyOf, sessionOf, VAULT } from "./support/samples.js";

const address = keyOf(240);
const payer = keyOf(252);
const shop = keyOf(1);
const mint = keyOf(2);
const game = keyOf(3);
const player = keyOf(4);
const friend = keyOf(5);
const wallet = keyOf(6);

const meta = (pubkey: PublicKey, flags = "") => ({
  ...{ pubkey, isSigner: flags.includes("s"), isWritable: flags.includes("w") },
});
/** The game's instruction `code` with the session named, as a native call. */
const native = (code = 5, ...more: ReturnType<typeof meta>[]) =>
  new TransactionInstruction({
    programId: game,
    keys: [meta(payer, "s"), meta(player, "w"), meta(address), ...more],
    data: Buffer.from([code, 1]),
  });
/** The same through the vault. */
const inside = (signer = VAULT) =>
  new TransactionInstruction({
    programId: game,
    keys: [meta(signer, "s"), meta(player, "w"), meta(friend)],
    data: Buffer.from([7, 1]),
  });
const pay = (lamports: number) =>
  SystemProgram.transfer({ fromPubkey: VAULT, toPubkey: shop, lamports });

function session(more: Partial<SessionAccount> = {}): SessionAccount {
  const data = terms({
    ...{ expiresInSeconds: 600, uses: 5 },
    allow: [
      allowSolTransfer({ to: shop }),
      allowLike({ example: inside(), discriminatorLength: 1 }),
      allowTokenTransfer({ mint }),
    ],
    limits: [limit({ asset: SOL, total: 1_000n })],
  }).resolve({ now: 1_800_000_000n, vault: VAULT });
  const { rules, ...rest } = sessionOf(data);
  const [, like] = rules;
  assert.ok(like !== undefined);
  const strike: typeof like = {
    ...{ ...like, id: 40, mode: "native", discriminator: Uint8Array.of(5), uses: 2 },
    accounts: [{ position: 1, kind: "key", key: player.toBase58() }],
  };
  return { ...rest, rules: [...rules, strike], ...more };
}

const compose = (
  instructions: readonly TransactionInstruction[],
  more: Partial<Parameters<typeof composeTransaction>[0]> = {},
) =>
  composeTransaction({
    ...{
      programId: VALETKEY_PROGRAM_ID,
      address,
      session: session(),
      payer,
      instructions,
      ...more,
    },
  });

function refuses(
  code: ErrorCode,
  run: () => unknown,
  holds: (context: unknown) => boolean = () => true,
): void {
  assert.throws(run, (error) => isValetkeyError(error, code) && holds(error.context));
}

describe("composeTransaction", () => {
  it("leaves native instructions as they are, in order, and runs the rest inside", () => {
    const [first, last] = [native(), native()];
    const { steps, runs, natives, changes } = compose([first, pay(1), inside(), last]);
    assert.deepEqual(
      steps.map((step) => (step.kind === "native" ? step.call.rule : step.run.inner.length)),
      [3, 2, 3],
    );
    assert.deepEqual(
      natives.map(({ instruction }) => instruction),
      [first, last],
    );
    assert.equal(runs.length, 1);
    assert.deepEqual(
      changes.map(({ instruction, kind }) => [instruction, kind]),
      [
        [0, "native"],
        [3, "native"],
      ],
    );
  });

  it("begins another execute behind a native instruction, and says that it costs a use", () => {
    const { runs, steps, changes } = compose([pay(1), native(), inside()]);
    assert.deepEqual(
      steps.map(({ kind }) => kind),
      ["execute", "native", "execute"],
    );
    assert.equal(runs.length, 2);
    assert.deepEqual(changes.find(({ kind }) => kind === "split")?.instruction, 2);
    // What one of them marks writable is writable in all: the runtime makes no difference.
    const writable = runs.map(({ planAccounts }) =>
      planAccounts.filter((one) => one.writable).map((one) => one.address),
    );
    assert.ok(writable[1]?.includes(VAULT.toBase58()));
  });

  it("takes native instructions alone", () => {
    const { runs, natives, sure } = compose([native()]);
    assert.deepEqual([runs.length, natives.length, sure], [0, 1, true]);
  });

  it("counts the uses of a native rule over the whole list", () => {
    assert.equal(compose([native(), native()]).natives.length, 2);
    refuses("RuleUsesSpent", () => compose([native(), native(), native()]));
  });

  it("refuses by name what matches neither, and what the game couldn't check", () => {
    refuses("NotInScope", () => compose([native(6)]));
    const elsewhere = native();
    elsewhere.keys[1] = meta(friend, "w");
    refuses("NotInScope", () => compose([elsewhere]));
    const unnamed = new TransactionInstruction({
      ...{ programId: game, keys: [meta(payer, "s"), meta(player, "w"), meta(friend)] },
      data: Buffer.from([5, 1]),
    });
    refuses("NativeAccountsMissing", () => compose([unnamed]));
    // An instruction of a vault rule may not name the session at all.
    refuses("NotInScope", () => compose([native(7)]));
  });

  it("refuses every signer of a native instruction but the session key", () => {
    const named = (name: string | undefined) => (context: unknown) =>
      (context as { readonly name?: string }).name === name;
    const vaults = "the vault, which signs inside execute only";
    refuses("ForeignSigner", () => compose([native(5, meta(VAULT, "s"))]), named(vaults));
    refuses("ForeignSigner", () => compose([native(5, meta(friend, "s"))]), named(undefined));
  });

  it("keeps minReceive by one execute, or says that it can't", () => {
    const minReceive = [{ asset: SOL, amount: 1n }];
    assert.deepEqual(compose([native(), pay(1)], { minReceive }).runs[0]?.plan.minReceive, [
      { asset: 255, amount: 1n },
    ]);
    refuses("InvalidInput", () => compose([native()], { minReceive }));
    refuses("InvalidInput", () => compose([pay(1), native(), pay(1)], { minReceive }));
  });

  it("passes the programdata account of a pinned rule behind the others, once", () => {
    const pin = { programData: keyOf(77).toBase58(), slot: 9n };
    const rules = session().rules.map((rule, i) => (i === 1 ? { ...rule, pin } : rule));
    const [run] = compose([inside(), inside()], { session: session({ rules }) }).runs;
    assert.ok(run !== undefined);
    assert.deepEqual(run.accounts.at(-1), meta(keyOf(77)));
    assert.equal(run.planAccounts.at(-1)?.address, pin.programData);
    assert.equal(run.planAccounts.length, run.accounts.length + 4);
    const named = run.inner.flatMap(({ accounts }) => accounts);
    assert.ok(!named.includes(run.planAccounts.length - 1));
  });

  it("lets the vault sign for a wallet whose delegate it is, and nobody else", () => {
    const limits = session().limits.map((one) => ({ ...one, source: wallet.toBase58() }));
    const from = (authority: PublicKey) =>
      createTransferCheckedInstruction(keyOf(20), mint, keyOf(21), authority, 5n, 0);
    const { runs, changes } = compose([from(wallet)], { session: session({ limits }) });
    const vault = runs[0]?.inner[0]?.accounts[3] ?? -1;
    assert.equal(runs[0]?.planAccounts[vault]?.address, VAULT.toBase58());
    assert.equal(changes[0]?.kind, "delegated");
    refuses("ForeignSigner", () => compose([from(wallet)]));
    refuses("ForeignSigner", () => compose([from(friend)], { session: session({ limits }) }));
  });
});
