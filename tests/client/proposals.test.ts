// Proposals: their bytes and their state by the engine's vectors, and the transactions that write one.
import assert from "node:assert/strict";
import fc from "fast-check";
import { Keypair, PublicKey, SystemProgram, type AccountMeta } from "@solana/web3.js";

import { findProposal, VALETKEY_PROGRAM_ID } from "../../app/sdk/src/addresses.js";
import { bytesToAddress } from "../../app/sdk/src/codec/address.js";
import { concatBytes, toHex } from "../../app/sdk/src/codec/bytes.js";
import {
  decodeOwnerExecute,
  decodePayload,
  decodeProposal,
  decodeVaultConfig,
  encodeOwnerExecute,
  encodePayload,
  encodeTerms,
  proposalHash,
  type ProposalPayload,
} from "../../app/sdk/src/codec/index.js";
import { kindNumber, kindOf } from "../../app/sdk/src/codec/proposal.js";
import { encodeOwnersInner } from "../../app/sdk/src/codec/plan.js";
import { isValetkeyError } from "../../app/sdk/src/errors/index.js";
import { fits } from "../../app/sdk/src/owner/fits.js";
import { checkOwners, ownersWarnings } from "../../app/sdk/src/owner/owners.js";
import {
  checkCancellable,
  checkEnactable,
  isSettled,
  statusOf,
} from "../../app/sdk/src/owner/proposal-state.js";
import { toOwnerWallet } from "../../app/sdk/src/owner/wallet.js";
import { writeProposal, type ProposalDraft } from "../../app/sdk/src/owner/write-proposal.js";
import { keyOf } from "./support/samples.js";
import { fromHex, loadVectors, type VectorRefusal, type Vectors } from "./support/vectors.js";

const key = (hex: string): string => bytesToAddress(fromHex(hex));
type Refused = VectorRefusal | "ok";

function refusalOf(run: () => unknown): [string, string, string] | "ok" {
  try {
    run();
    return "ok";
  } catch (error) {
    if (!isValetkeyError(error) || !("asked" in error.context)) throw error;
    return [error.code, String(error.context.asked ?? 0n), String(error.context.left ?? 0n)];
  }
}
const codeOf = (run: () => unknown): string => {
  const found = refusalOf(run);
  return found === "ok" ? found : found[0];
};
const expected = (one: Refused) => (one === "ok" ? one : [one.name, one.asked, one.left]);

describe("proposal vectors", () => {
  interface Case {
    name: string;
    account: string;
    config: string;
    configKey: string;
    now: string;
    ok?: Record<string, unknown> & {
      enact: Refused;
      cancelByOwner: Refused;
      cancelByPayer: Refused;
      cancelByStranger: Refused;
    };
    refusal?: VectorRefusal;
  }
  for (const one of (loadVectors("proposals") as Vectors<Case>).cases) {
    const { name, account, ok, refusal } = one;
    it(name, () => {
      if (ok === undefined) {
        assert.equal(
          codeOf(() => decodeProposal(fromHex(account))),
          refusal?.name,
        );
        return;
      }
      const found = decodeProposal(fromHex(account));
      const state = {
        account: found,
        config: decodeVaultConfig(fromHex(one.config)),
        now: BigInt(one.now),
      };
      assert.deepEqual(
        {
          ...{ kind: kindNumber(found.kind), bump: found.bump, sealed: found.sealed },
          ...{ approvals: found.approvals, id: String(found.id), config: found.config },
          ...{ payer: found.payer, epoch: String(found.epoch) },
          ...{ ownersRevision: String(found.ownersRevision), createdAt: String(found.createdAt) },
          ...{ deadline: String(found.deadline), readyAt: String(found.readyAt) },
          ...{ hash: toHex(found.hash), written: found.payload.length },
          ...{ dead: statusOf(state) === "dead", settled: isSettled(state) },
        },
        {
          ...{ kind: ok["kind"], bump: ok["bump"], sealed: ok["sealed"] },
          ...{ approvals: ok["approvals"], id: ok["id"], config: key(String(ok["config"])) },
          ...{ payer: key(String(ok["payer"])), epoch: ok["epoch"] },
          ...{ ownersRevision: ok["ownersRevision"], createdAt: ok["createdAt"] },
          ...{ deadline: ok["deadline"], readyAt: ok["readyAt"] },
          ...{ hash: ok["hash"], written: ok["written"] },
          ...{ dead: ok["dead"], settled: ok["settled"] },
        },
      );
      if (found.sealed) assert.equal(toHex(proposalHash(found)), ok["contentHash"]);
      assert.deepEqual(
        refusalOf(() => {
          checkEnactable(state);
        }),
        expected(ok.enact),
      );
      for (const [caller, isOwner, isPayer] of [
        ["cancelByOwner", true, false],
        ["cancelByPayer", false, true],
        ["cancelByStranger", false, false],
      ] as const)
        assert.equal(
          codeOf(() => {
            checkCancellable(state, { isOwner, isPayer });
          }),
          ok[caller] === "ok" ? "ok" : ok[caller].name,
          caller,
        );
    });
  }
});

describe("payload vectors", () => {
  interface Case {
    name: string;
    kind: number;
    payload: string;
    configKey: string;
    vault: string;
    ok?: Record<string, unknown>;
    refusal?: VectorRefusal;
  }
  // What a sealed proposal can't hold because of its terms is terms()' work, and has vectors of its own.
  const TERMS = ["EmptyScope"];
  const OWNERS = ["BadThreshold", "TimelockTooLong", "BadOwner", "OwnersNotSorted"];

  for (const { name, kind, payload, ok, refusal, ...place } of (
    loadVectors("proposal-payloads") as Vectors<Case>
  ).cases) {
    if (refusal !== undefined && TERMS.includes(refusal.name)) continue;
    it(name, () => {
      const bytes = fromHex(payload);
      const word = kindOf(kind);
      assert.ok(word);
      if (refusal !== undefined && OWNERS.includes(refusal.name)) {
        const found = decodePayload("owners", bytes);
        assert.ok(found.kind === "owners");
        const owners = found.owners.map((owner) => keyFrom(owner));
        const { config, vault } = {
          config: keyFrom(key(place.configKey)),
          vault: keyFrom(key(place.vault)),
        };
        const code = codeOf(() => checkOwners({ ...found, owners }, { config, vault }));
        // The client sorts, so that of the wrong order only the owner who stands twice is left.
        const sorted =
          refusal.name === "OwnersNotSorted" ? ["ok", "DuplicateOwner"] : [refusal.name];
        assert.ok(sorted.includes(code), code);
        return;
      }
      if (ok === undefined) {
        assert.equal(
          codeOf(() => decodePayload(word, bytes)),
          refusal?.name,
        );
        return;
      }
      const found = decodePayload(word, bytes);
      assert.equal(toHex(encodePayload(found)), payload);
      const text =
        found.kind === "grant"
          ? {
              grantId: String(found.grantId),
              sessionKey: found.sessionKey,
              terms: toHex(encodeTerms(found.terms)),
            }
          : found.kind === "renewal"
            ? {
                session: found.session,
                revision: found.revision,
                terms: toHex(encodeTerms(found.terms)),
              }
            : found.kind === "owners"
              ? {
                  owners: found.owners,
                  threshold: found.threshold,
                  timelockSeconds: found.timelockSeconds,
                }
              : {
                  inner: found.inner.length,
                  keysHash: toHex(found.keysHash),
                  plan: toHex(encodeOwnersInner(found.inner)),
                };
      const addresses = (value: unknown): unknown =>
        Array.isArray(value) ? value.map((one) => key(String(one))) : key(String(value));
      const wanted = Object.fromEntries(
        Object.entries(ok).map(([field, value]) =>
          ["sessionKey", "session", "owners"].includes(field)
            ? [field, addresses(value)]
            : [field, value],
        ),
      );
      assert.deepEqual(text, wanted);
    });
  }
});

const keyFrom = (address: string): PublicKey => new PublicKey(address);

describe("owner plan vectors", () => {
  interface Case {
    name: string;
    bytes: string;
    ok?: {
      keysHash: string | null;
      plan: { rule: number; program: number; accounts: number[]; data: string }[];
    };
    refusal?: VectorRefusal;
  }
  for (const { name, bytes, ok, refusal } of (loadVectors("owner-plans") as Vectors<Case>).cases)
    it(name, () => {
      const read = () => decodeOwnerExecute(fromHex(bytes));
      if (ok === undefined) {
        assert.equal(codeOf(read), refusal?.name);
        return;
      }
      const { keysHash, inner } = read();
      assert.equal(keysHash === undefined ? null : toHex(keysHash), ok.keysHash);
      assert.deepEqual(
        inner.map((one) => ({ ...one, data: toHex(one.data) })),
        ok.plan,
      );
      assert.equal(toHex(encodeOwnerExecute(read())), bytes);
    });
});

describe("the arguments of an owners' plan", () => {
  const u8 = fc.integer({ min: 0, max: 255 });
  const inner = fc
    .tuple(u8, fc.array(u8, { maxLength: 61 }), fc.uint8Array({ maxLength: 64 }))
    .map(([program, accounts, data]) => ({ rule: 255, program, accounts, data }));
  const plans = fc.array(inner, { minLength: 1, maxLength: 16 });
  const hashes = fc.uint8Array({ minLength: 32, maxLength: 32 });

  it("are read back as they were written, with and without the hash; cut off or longer they are refused", () => {
    fc.assert(
      fc.property(
        plans,
        fc.option(hashes, { nil: undefined }),
        fc.nat(),
        (steps, keysHash, cut) => {
          const plan = { ...(keysHash === undefined ? {} : { keysHash }), inner: steps };
          const bytes = encodeOwnerExecute(plan);
          assert.deepEqual(decodeOwnerExecute(bytes), plan);
          const short = bytes.slice(0, cut % bytes.length);
          assert.notEqual(
            codeOf(() => decodeOwnerExecute(short)),
            "ok",
          );
          const long = concatBytes(bytes, Uint8Array.of(0));
          assert.equal(
            codeOf(() => decodeOwnerExecute(long)),
            "TrailingBytes",
          );
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("owners", () => {
  const place = { config: keyOf(901), vault: keyOf(902) };
  const three = [keyOf(3), keyOf(1), keyOf(2)];

  it("are sorted by their bytes", () => {
    const { owners } = checkOwners({ owners: three, threshold: 2 }, place);
    const hex = owners.map((owner) => toHex(keyFrom(owner).toBytes()));
    assert.deepEqual(hex, [...hex].sort());
  });

  for (const [what, input, code] of [
    ["nobody", { owners: [], threshold: 1 }, "BadThreshold"],
    [
      "eleven",
      { owners: Array.from({ length: 11 }, (_, i) => keyOf(i)), threshold: 1 },
      "BadThreshold",
    ],
    ["a threshold of 0", { owners: three, threshold: 0 }, "BadThreshold"],
    ["a threshold above them", { owners: three, threshold: 4 }, "BadThreshold"],
    ["half a threshold", { owners: three, threshold: 1.5 }, "InvalidInput"],
    ["one of them twice", { owners: [...three, keyOf(1)], threshold: 2 }, "DuplicateOwner"],
    ["the vault", { owners: [...three, keyOf(902)], threshold: 2 }, "BadOwner"],
    ["the config", { owners: [...three, keyOf(901)], threshold: 2 }, "BadOwner"],
    ["the default key", { owners: [...three, SystemProgram.programId], threshold: 2 }, "BadOwner"],
    ["a timelock below 0", { owners: three, threshold: 2, timelockSeconds: -1 }, "TimelockTooLong"],
    [
      "a timelock over 30 days",
      { owners: three, threshold: 2, timelockSeconds: 2_592_001 },
      "TimelockTooLong",
    ],
  ] as const)
    it(`that can't be are refused by name: ${what}`, () => {
      assert.throws(
        () => checkOwners(input, place),
        (error) => isValetkeyError(error, code),
      );
    });

  it("get a warning where one of them could veto for ever, and where one lost key locks the vault", () => {
    const warned = (threshold: number, timelockSeconds: number) =>
      ownersWarnings(checkOwners({ owners: three, threshold, timelockSeconds }, place)).map(
        (line) => line.key,
      );
    assert.deepEqual(warned(2, 60), ["timelock.veto"]);
    assert.deepEqual(warned(1, 60), []);
    assert.deepEqual(warned(2, 0), []);
    assert.deepEqual(warned(3, 0), ["threshold.all"]);
  });
});

describe("the transactions that write a proposal", () => {
  const programId = VALETKEY_PROGRAM_ID;
  const wallet = toOwnerWallet(Keypair.generate());
  const config = keyOf(5);
  const context = {
    ...{ programId, wallet, config, vault: keyOf(6), vaultIndex: 0, cosigners: [] },
    ...{ connection: undefined as never, checkCluster: () => Promise.resolve() },
  };
  const payloadOf = (dataLength: number): ProposalPayload => ({
    ...{ kind: "plan", keysHash: new Uint8Array(32).fill(9) },
    inner: [{ rule: 255, program: 4, accounts: [1], data: new Uint8Array(dataLength).fill(3) }],
  });
  const draftOf = (dataLength: number, accounts: number): ProposalDraft => ({
    ...{ payload: payloadOf(dataLength), id: 7n, epoch: 1n, deadline: 99n },
    mentioned: Array.from({ length: accounts }, (_, i): AccountMeta => ({
      pubkey: keyOf(100 + i),
      isSigner: false,
      isWritable: i % 2 === 0,
    })),
    ...{ first: [], approvers: [wallet.publicKey], around: [], enact: null },
  });

  it("carry every byte and every account once, in order, each in a transaction that fits", () => {
    fc.assert(
      fc.property(fc.nat({ max: 4_000 }), fc.nat({ max: 60 }), (dataLength, accounts) => {
        const draft = draftOf(dataLength, accounts);
        const { steps, address } = writeProposal(context, draft, []);
        assert.ok(address.equals(findProposal({ config, id: 7n, programId })));
        const written: number[] = [];
        const named: string[] = [];
        for (const step of steps) {
          assert.ok(fits(context, step, []));
          for (const { data, keys } of step.instructions) {
            // propose: kind, id, epoch, deadline, length; append: offset; approve: a hash.
            const isPropose = written.length === 0;
            if (!isPropose && data.length === 40 && keys.length === 4) continue;
            const head = isPropose ? 8 + 1 + 8 + 8 + 8 + 4 : 8 + 4;
            if (!isPropose) assert.equal(data.readUInt32LE(8), written.length);
            assert.equal(data.readUInt32LE(head), data.length - head - 4);
            written.push(...data.subarray(head + 4));
            named.push(...keys.slice(isPropose ? 4 : 3).map(({ pubkey }) => pubkey.toBase58()));
          }
        }
        assert.deepEqual(Uint8Array.from(written), encodePayload(draft.payload));
        assert.deepEqual(
          named,
          draft.mentioned.map(({ pubkey }) => pubkey.toBase58()),
        );
      }),
      { numRuns: 60 },
    );
  });

  it("are one where everything fits, the approval and the act with it", () => {
    const act = SystemProgram.transfer({
      ...{ fromPubkey: wallet.publicKey, toPubkey: keyOf(8), lamports: 1 },
    });
    const { steps } = writeProposal(context, { ...draftOf(10, 0), enact: () => act }, []);
    assert.equal(steps.length, 1);
    assert.equal(steps[0]?.instructions.length, 3);
    assert.equal(steps[0].instructions.at(-1), act);
  });

  it("are refused over 4,096 bytes: ProposalTooLarge", () => {
    assert.throws(
      () => writeProposal(context, draftOf(4_090, 0), []),
      (error) => isValetkeyError(error, "ProposalTooLarge"),
    );
  });
});
