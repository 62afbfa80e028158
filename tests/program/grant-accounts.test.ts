// `grant_session` with each of its accounts exchanged, missing, or without its signature.
import assert from "node:assert/strict";

import { Keypair, type TransactionInstruction } from "@solana/web3.js";
import { findSession, grantSessionInstruction } from "@valetkey/sdk/layers";

import { expectRefused } from "../support/expect.js";
import { solTransferRule, tokenTransferRule } from "../support/rules.js";
import {
  expectError,
  patchAccount,
  refusesSwaps,
  refusesUnsigned,
} from "../support/swap-accounts.js";
import { toTermsData } from "../support/terms.js";
import { createWorld, type World } from "../support/world.js";

function build(world: World, key: Keypair, payer: Keypair): TransactionInstruction {
  const { config, programId, mint, owner, thief, svm } = world;
  const spec = {
    rules: [solTransferRule(thief.publicKey), tokenTransferRule({ mint })],
    limits: [{ asset: mint, total: 1n }],
  };
  return grantSessionInstruction({
    ...{ programId, config, grantId: 7n, epoch: 1n, terms: toTermsData(spec, svm.now()) },
    session: findSession({ config, sessionKey: key.publicKey, programId }),
    ...{ payer: payer.publicKey, sessionKey: key.publicKey, owners: [owner.publicKey] },
  });
}

describe("the accounts of grant_session", () => {
  let world: World;
  let payer: Keypair;
  const key = Keypair.generate();
  beforeEach(() => {
    world = createWorld();
    payer = world.svm.fundedKeypair();
  });

  it("each exchanged for a wrong one are refused", () => {
    const input = {
      world,
      build: () => build(world, key, payer),
      signers: [world.owner, payer],
      watched: [findSession({ ...world, sessionKey: key.publicKey })],
      expected: [
        { all: "MissingSignature", signer: null },
        // Another vault's config names another owner.
        { all: "NotAVaultConfig", config: "NotAnOwner", session: "NotAVaultConfig" },
        "WrongSessionAddress",
        {
          all: "WrongSessionAddress",
          program: "WrongSessionAddress",
          vault: "ReservedSessionKey",
          config: "ReservedSessionKey",
          tokens: "ReservedSessionKey",
          session: "ReservedSessionKey",
          "own config": "ReservedSessionKey",
        },
        "MissingAccount",
        "WrongSysvar",
        { all: "MissingSignature", signer: "NotAnOwner" },
        // The account gives the key of the limit; it must be a mint.
        { all: "MintRefused", signer: "DuplicateKey" },
      ],
    } as const;
    refusesUnsigned({
      ...input,
      expected: [
        "MissingSignature",
        ...Array<"WrongSysvar">(5).fill("WrongSysvar"),
        "MissingSignature",
        "MintRefused",
      ],
    });
    refusesSwaps(input);
  });

  it("fewer than it needs are refused", () => {
    const { svm, owner } = world;
    const session = findSession({ ...world, sessionKey: key.publicKey });
    for (let count = 7; count >= 1; count -= 1) {
      const instruction = build(world, key, payer);
      instruction.keys.length = count;
      const result = svm.send(
        [instruction],
        [payer, owner].filter((signer) =>
          instruction.keys.some((meta) => meta.isSigner && meta.pubkey.equals(signer.publicKey)),
        ),
        { payer: svm.payer },
      );
      // Without its account the key isn't there; without the owner nobody approves.
      expectError(result, "MissingAccount", `${count} accounts`);
      assert.equal(svm.getAccount(session), null);
    }
  });

  it("must be writable where they are written", () => {
    const { svm, owner } = world;
    for (const position of [0, 2]) {
      const instruction = build(world, key, payer);
      const meta = instruction.keys[position];
      assert.ok(meta !== undefined);
      meta.isWritable = false;
      // The runtime itself refuses to let System write what the transaction may not.
      const result = svm.send([instruction], [owner, payer], { payer: svm.payer });
      assert.match(String(result.err), /PrivilegeEscalation/);
      assert.equal(svm.getAccount(findSession({ ...world, sessionKey: key.publicKey })), null);
    }
  });

  it("must hold a config of a known layout", () => {
    const { svm, owner, config } = world;
    const send = () => svm.send([build(world, key, payer)], [owner, payer], { payer: svm.payer });
    const rows = [
      ["another discriminator", 0, [0], "NotAVaultConfig"],
      ["version 0", 8, [0], "UnknownVersion"],
      ["version 2", 8, [2], "UnknownVersion"],
      ["an unknown kind", 9, [2], "NotAVaultConfig"],
      ["no owner", 14, [0], "NotAVaultConfig"],
      ["eleven owners", 14, [11], "NotAVaultConfig"],
      ["a threshold of zero", 13, [0], "ThresholdNotMet"],
    ] as const;
    for (const [what, offset, bytes, name] of rows) {
      const account = svm.getAccount(config);
      assert.ok(account !== null);
      patchAccount(world, config, offset, bytes);
      expectError(send(), name, what);
      svm.setAccount(config, account);
    }
    const account = svm.getAccount(config);
    assert.ok(account !== null);
    svm.setAccount(config, { ...account, data: account.data.slice(0, 487) });
    expectRefused(send(), "NotAVaultConfig");
    svm.setAccount(config, account);
    assert.ok(send().ok);
  });
});
