// K: layouts, authorities, events and numbers that must stay what they are.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { TransactionInstruction, type Keypair, type PublicKey } from "@solana/web3.js";
import { PROGRAM_ERRORS } from "@valetkey/sdk/errors";
import {
  closeSessionInstruction,
  createVaultInstruction,
  decodeEvents,
  decodeSession,
  decodeVaultConfig,
  discriminator,
  findVaultConfig,
  grantSessionInstruction,
  revokeAllInstruction,
  revokeSessionInstruction,
} from "@valetkey/sdk/layers";

import { councilAttempts, type Attempts } from "../support/council-attempts.js";
import { expectOk, expectRefused, expectUnchanged, nameOf, snapshot } from "../support/expect.js";
import { goldenAccounts, goldenFeatures, type GoldenAccounts } from "../support/golden.js";
import { HOSTILE, logData } from "../support/hostile.js";
import { callFrom, consumeInstruction } from "../support/native.js";
import { ownerInstruction } from "../support/owner.js";
import { idle, relayRule } from "../support/relay.js";
import { solTransferRule } from "../support/rules.js";
import {
  execute,
  executeInstruction,
  grant,
  readSession,
  watchedAccounts,
} from "../support/session.js";
import { artifact } from "../support/svm.js";
import { createWorld, sendSol } from "../support/world.js";

const stored = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../fixtures/golden/${name}.json`, import.meta.url), "utf8"));
const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"));

/** Anchor's own numbers, for what it checks before our code runs. */
const ANCHOR = { fallback: 101, noEventCalls: 1500, notSigner: 3010 };
const EVENTS = [
  ...["VaultCreated", "SessionGranted", "SessionUsed", "SessionRevoked"],
  ...["AllRevoked", "SessionClosed", "OwnerExecuted"],
  ...["CouncilCreated", "OwnersSet", "Proposed", "ProposalApproved", "ProposalCancelled"],
  ...["ProposalEnacted", "SessionRenewed"],
];

function opened() {
  const world = createWorld();
  const session = grant(world, {
    rules: [solTransferRule(), relayRule(8)],
    limits: [{ asset: "SOL", total: 10_000_000n }],
  });
  return { world, session };
}

describe("threats: layouts, authorities, events, numbers", () => {
  it("k02_v1_fixture_still_decodes", () => {
    const golden = stored("accounts-v1") as GoldenAccounts;
    const config = decodeVaultConfig(bytes(golden.config));
    assert.deepEqual(
      [config.kind, config.index, config.epoch, config.threshold],
      ["canonical", 3, 1n, 1],
    );
    assert.deepEqual(config.owners, [config.seedKey]);
    const session = decodeSession(bytes(golden.session));
    const { seq, usesSpent, onceHighest, grantId, epoch } = session;
    assert.deepEqual([seq, usesSpent, onceHighest, grantId, epoch], [1n, 1, 9n, 77n, 1n]);
    const [limit] = session.limits;
    assert.deepEqual(
      [limit?.spent, limit?.period, limit?.periodSpent],
      [2_000_000n, 1n, 2_000_000n],
    );
    assert.deepEqual(
      session.rules.map((rule) => rule.usesSpent),
      [2, 0],
    );
    assert.equal(session.rules[1]?.data[0]?.field, "u64");
    // Today's program still writes these bytes.
    assert.deepEqual(goldenAccounts(), golden);
  });

  it("k02_v1_fixture_with_every_feature_still_decodes", () => {
    const { session } = stored("session-features-v1") as { session: string };
    assert.equal(bytes(session)[9], 0b1_1110);
    const read = decodeSession(bytes(session));
    assert.deepEqual(
      [read.uses, read.closeAccounts, read.positionKeys, read.extensions],
      ["unlimited", true, true, 0x601_5d52n],
    );
    assert.deepEqual([read.feeBudget?.total, read.feeBudget?.perExecute], [90_000n, 10_000n]);
    assert.equal(read.rules[5]?.pin?.slot, 311_000_000n);
    assert.deepEqual(read.rules.map(({ mode, cap }) => [mode, cap?.total ?? null]).slice(5, 7), [
      ["vault", 1_000n],
      ["native", 99n],
    ]);
    // Today's program still writes these bytes.
    assert.equal(goldenFeatures(), session);
  });

  it("k02_unknown_version_is_refused", () => {
    const { world, session } = opened();
    const { svm } = world;
    const newer = (address: PublicKey) => {
      const account = svm.getAccount(address);
      assert.ok(account !== null);
      const data = Uint8Array.from(account.data);
      data[8] = 2;
      svm.setAccount(address, { ...account, data });
      return { data, restore: () => svm.setAccount(address, account) };
    };
    const changed = newer(session.address);
    assert.throws(() => decodeSession(changed.data), { code: "UnknownVersion" });
    expectRefused(execute(world, session, [sendSol(world, 1n)]), "UnknownVersion");
    changed.restore();
    const config = newer(world.config);
    assert.throws(() => decodeVaultConfig(config.data), { code: "UnknownVersion" });
    expectRefused(execute(world, session, [sendSol(world, 1n)]), "UnknownVersion");
    config.restore();
    expectOk(execute(world, session, [sendSol(world, 1_000_000n)]));
  });

  it("k03_every_admin_ix_rejects_wrong_signer", () => {
    const { world, session } = opened();
    const { svm, programId, config, owner, thief } = world;
    const payer = svm.payer.publicKey;
    const fresh = findVaultConfig({ owner: thief.publicKey, programId });
    const grantAs = (signer: Keypair) =>
      grantSessionInstruction({
        ...{ programId, config, payer, grantId: 1n, epoch: 1n, terms: session.terms },
        ...{ session: session.address, sessionKey: session.key.publicKey },
        owners: [signer.publicKey],
      });
    const send = [sendSol(world, 1n)];
    const council = councilAttempts(world);
    /** By instruction: as somebody else (with his signature), and as the right one (without). Null: needs no authority. */
    const table: Record<string, Attempts> = {
      ...council.table,
      create_vault: {
        unsigned: [
          createVaultInstruction({
            ...{ programId, config: fresh, payer: owner.publicKey, index: 0 },
            owner: thief.publicKey,
          }),
          ANCHOR.notSigner,
        ],
      },
      grant_session: {
        foreign: [grantAs(thief), "NotAnOwner"],
        unsigned: [grantAs(owner), "MissingSignature"],
      },
      execute: {
        foreign: [executeInstruction(world, session, send, { as: thief }), "NotSessionKey"],
        unsigned: [executeInstruction(world, session, send), "NotSessionKey"],
      },
      consume: {
        foreign: [consumeAs(thief.publicKey, true), "NotSessionKey"],
        unsigned: [consumeAs(session.key.publicKey, false), "NotSessionKey"],
      },
      revoke_session: {
        foreign: [revokeAs(thief), "NotAuthorized"],
        unsigned: [revokeAs(owner), "MissingSignature"],
      },
      revoke_all: {
        foreign: [
          revokeAllInstruction({ programId, config, owner: thief.publicKey }),
          "NotAnOwner",
        ],
        unsigned: [
          revokeAllInstruction({ programId, config, owner: owner.publicKey }),
          ANCHOR.notSigner,
        ],
      },
      close_session: {
        foreign: [
          closeSessionInstruction({
            ...{ programId, config, session: session.address, rentPayer: payer },
          }),
          "SessionStillLive",
        ],
      },
      owner_execute: {
        foreign: [ownerInstruction(world, send, { signer: thief }), "ThresholdNotMet"],
        unsigned: [ownerInstruction(world, send), "ThresholdNotMet"],
      },
    };
    function consumeAs(key: PublicKey, isSigner: boolean): TransactionInstruction {
      const consume = consumeInstruction(world, session);
      Object.assign(consume.keys[0] ?? {}, { pubkey: key, isSigner });
      return callFrom(HOSTILE, [consume]);
    }
    function revokeAs(authority: Keypair): TransactionInstruction {
      return revokeSessionInstruction({
        ...{ programId, config, session: session.address },
        authority: authority.publicKey,
      });
    }
    const idl = JSON.parse(readFileSync(artifact("valetkey").replace(".so", ".json"), "utf8")) as {
      instructions: { name: string }[];
    };
    const names = idl.instructions.map(({ name }) => name);
    assert.deepEqual(
      names.sort(),
      Object.keys(table).sort(),
      "the IDL has no untested instruction",
    );

    const watched = [...watchedAccounts(world), ...council.watched, session.address, fresh];
    const before = snapshot(svm, watched);
    for (const [name, { foreign, unsigned }] of Object.entries(table)) {
      if (foreign !== undefined) {
        const [instruction, error] = foreign;
        const signs = instruction.keys.some((m) => m.isSigner && m.pubkey.equals(thief.publicKey));
        const result = svm.send([instruction], signs ? [thief] : [], { payer: svm.payer });
        expectRefused(result, error);
      }
      if (unsigned !== undefined) {
        const [instruction, error] = unsigned;
        for (const meta of instruction.keys) meta.isSigner &&= meta.pubkey.equals(payer);
        const { customError } = svm.send([instruction]);
        assert.equal(typeof error === "number" ? customError : nameOf(customError), error, name);
      }
    }
    expectUnchanged(before, snapshot(svm, watched));
  });

  it("k05_event_discriminator_is_not_an_instruction", () => {
    const { world } = opened();
    const { svm, programId } = world;
    const keys = watchedAccounts(world).map((pubkey) => ({
      ...{ pubkey, isSigner: false, isWritable: true },
    }));
    // Anchor's self-call for events, which other programs accept.
    const selfCall = bytes("e445a52e51cb9a1d");
    const before = snapshot(svm, watchedAccounts(world));
    const attempts = [
      [selfCall, ANCHOR.noEventCalls],
      ...EVENTS.map((name) => [discriminator("event", name), ANCHOR.fallback] as const),
    ] as const;
    for (const [bytes, error] of attempts) {
      const data = Buffer.from([...bytes, ...new Uint8Array(64)]);
      const result = svm.send([new TransactionInstruction({ programId, keys, data })]);
      assert.equal(result.customError, error, String(result.err));
    }
    expectUnchanged(before, snapshot(svm, watchedAccounts(world)));
  });

  it("k05_event_of_a_callee_is_not_ours", () => {
    const { world, session } = opened();
    const { programId, config } = world;
    const forged = Uint8Array.from([
      ...discriminator("event", "AllRevoked"),
      ...config.toBytes(),
      ...new Uint8Array(8).fill(9),
    ]);
    const liar = idle(world.vault);
    liar.data = logData(forged);
    const result = expectOk(execute(world, session, [{ rule: 1, instruction: liar }]));
    const encoded = Buffer.from(forged).toString("base64");
    assert.ok(result.logs.includes(`Program data: ${encoded}`), "the forgery stands in the logs");
    const events = decodeEvents({ logs: result.logs, programId });
    assert.deepEqual(
      events.map((event) => event.name),
      ["SessionUsed"],
    );
  });

  it("h09_event_sequence_is_gapless_in_state", () => {
    const { world, session } = opened();
    for (const seq of [1n, 2n, 3n]) {
      assert.ok(!execute(world, session, [sendSol(world, 1n << 40n)]).ok);
      const result = expectOk(execute(world, session, [sendSol(world, 1_000_000n)]));
      const [event] = decodeEvents({ logs: result.logs, programId: world.programId });
      assert.ok(event?.name === "SessionUsed");
      assert.deepEqual([event.seq, readSession(world, session).seq], [seq, seq]);
    }
  });

  it("k06_error_codes_are_stable", () => {
    const released = stored("error-codes") as Record<string, number>;
    const now = new Map(Object.entries(PROGRAM_ERRORS).map(([name, { number }]) => [name, number]));
    for (const [name, number] of Object.entries(released))
      assert.equal(now.get(name), number, name);
    assert.equal(new Set(now.values()).size, now.size, "no number serves two errors");
    for (const number of now.values()) assert.ok(number >= 6000 && number < 6800);
  });
});
