// The codec reads and writes exactly what the engine does.
import assert from "node:assert/strict";

import { bytesToAddress } from "../../app/sdk/src/codec/address.js";
import { toHex } from "../../app/sdk/src/codec/bytes.js";
import {
  decodeExecute,
  decodeRefusal,
  decodeSession,
  decodeTerms,
  decodeVaultConfig,
  encodeExecute,
  encodeSession,
  encodeTerms,
  sessionSize,
  type PlanData,
  type TermsData,
} from "../../app/sdk/src/codec/index.js";
import { withoutCounters } from "../../app/sdk/src/codec/terms.js";
import { isValetkeyError, PROGRAM_ERRORS } from "../../app/sdk/src/errors/index.js";
import { checkTerms, checkWindow } from "../../app/sdk/src/terms/check.js";
import { fromHex, loadVectors, type VectorRefusal, type Vectors } from "./support/vectors.js";

const key = (hex: string): string => bytesToAddress(fromHex(hex));

function codeOf(run: () => unknown): string | null {
  try {
    run();
    return null;
  } catch (error) {
    if (!isValetkeyError(error)) throw error;
    return error.code;
  }
}

describe("errors vectors", () => {
  it("the client knows every error of the engine by name, number and message", () => {
    const { cases } = loadVectors("errors") as Vectors<{
      name: string;
      code: number;
      message: string;
    }>;
    const ours = Object.entries(PROGRAM_ERRORS).map(([name, { number, message }]) => ({
      code: number,
      message,
      name,
    }));
    assert.deepEqual(ours, cases);
  });

  it("reads every refusal's 24 bytes", () => {
    const { cases } = loadVectors("refusals") as Vectors<{ bytes: string; refusal: VectorRefusal }>;
    for (const { bytes, refusal } of cases) {
      const found = decodeRefusal(fromHex(bytes));
      assert.ok(found !== null, refusal.name);
      assert.equal(found.number, refusal.code);
      assert.equal(found.inner ?? 255, refusal.inner);
      assert.equal(found.rule ?? 255, refusal.rule);
      assert.equal(found.index ?? 255, refusal.index);
      assert.equal(String(found.asked ?? 0n), refusal.asked);
      assert.equal(String(found.left ?? 0n), refusal.left);
    }
  });
});

describe("config vectors", () => {
  interface Case {
    name: string;
    account: string;
    ok?: Record<string, unknown> & { owners: string[]; seedKey: string; vault: string };
    refusal?: VectorRefusal;
  }
  for (const { name, account, ok, refusal } of (loadVectors("configs") as Vectors<Case>).cases) {
    it(name, () => {
      if (ok === undefined) {
        assert.equal(
          codeOf(() => decodeVaultConfig(fromHex(account))),
          refusal?.name,
        );
        return;
      }
      const config = decodeVaultConfig(fromHex(account));
      const { epoch, ownersRevision, ...rest } = config;
      assert.deepEqual(
        { ...rest, epoch: String(epoch), ownersRevision: String(ownersRevision) },
        { ...ok, owners: ok.owners.map(key), seedKey: key(ok.seedKey), vault: key(ok.vault) },
      );
    });
  }
});

describe("plan vectors", () => {
  interface VectorPlan {
    once: string | null;
    seq: string | null;
    grant: string | null;
    keysHash: string | null;
    fee: { lamports?: string; amount?: string; account: number } | null;
    plan: { rule: number; program: number; accounts: number[]; data: string }[];
  }
  interface Case {
    name: string;
    bytes: string;
    ok?: VectorPlan;
    refusal?: VectorRefusal;
  }
  for (const { name, bytes, ok, refusal } of (loadVectors("plans") as Vectors<Case>).cases) {
    it(name, () => {
      const data = fromHex(bytes);
      if (ok === undefined) {
        assert.equal(
          codeOf(() => decodeExecute(data)),
          refusal?.name,
        );
        return;
      }
      const plan: PlanData = decodeExecute(data);
      const text = (value: bigint | undefined): string | null => value?.toString() ?? null;
      assert.deepEqual(
        [text(plan.once), text(plan.seq), text(plan.grant)],
        [ok.once, ok.seq, ok.grant],
      );
      assert.equal(plan.keysHash === undefined ? null : toHex(plan.keysHash), ok.keysHash);
      assert.equal(plan.fee?.account, ok.fee?.account);
      assert.deepEqual(
        plan.inner.map((one) => ({ ...one, data: toHex(one.data) })),
        ok.plan,
      );
      assert.equal(toHex(encodeExecute(plan)), bytes);
    });
  }
});

describe("terms vectors", () => {
  interface Case {
    name: string;
    terms: string;
    accounts: { key: string }[];
    ok?: { session: string };
    refusal?: VectorRefusal;
  }
  interface Context {
    context: { now: string; programId: string; vault: string; config: string };
  }
  const { cases, context } = loadVectors("terms") as Vectors<Case, Context>;
  const bytesOf = ({ terms }: Case): Uint8Array => fromHex(terms);
  const accountsOf = ({ accounts }: Case): string[] => accounts.map((one) => key(one.key));

  it("writes back every accepted text byte for byte, and the session says the same", () => {
    const accepted = cases.filter(({ ok }) => ok !== undefined);
    assert.ok(accepted.length >= 10);
    for (const one of accepted) {
      const bytes = bytesOf(one);
      const data = decodeTerms(bytes, { accounts: accountsOf(one) });
      const bitmap = new DataView(bytes.buffer).getUint32(25, true);
      const accountKeys = data.keys.filter((_, i) => ((bitmap >>> i) & 1) === 1);
      assert.equal(toHex(encodeTerms(data, { accountKeys })), toHex(bytes), one.name);
      const account = fromHex(one.ok?.session ?? "");
      assert.equal(sessionSize(data), account.length, one.name);
      const session = decodeSession(account);
      assert.equal(toHex(encodeSession(session)), one.ok?.session, one.name);
      const said: TermsData = {
        ...{ startsAt: session.startsAt, expiresAt: session.expiresAt, uses: session.uses },
        ...{ keys: session.keys, rules: session.rules.map(withoutCounters) },
        ...{ guardian: session.guardian, origin: session.origin },
        ...{ closeAccounts: session.closeAccounts, positionKeys: session.positionKeys },
        ...{ feeBudget: session.feeBudget, extensions: session.extensions },
        limits: session.limits.map(({ asset, source, total, perExecute, perPeriod }) => ({
          ...{ asset, source, total, perExecute, perPeriod },
        })),
      };
      assert.deepEqual(said, data, one.name);
      checkTerms(data, { programId: key(context.programId) });
      checkWindow(data, BigInt(context.now));
    }
  });

  const place = {
    programId: key(context.programId),
    ...{ vault: key(context.vault), config: key(context.config) },
  };

  // Only the chain knows these: mints' accounts, and which key is the vault.
  const ONCHAIN = new Set(["MintMissing", "MissingAccount"]);

  for (const one of cases.filter(({ refusal }) => refusal !== undefined)) {
    const expected = one.refusal?.name ?? "";
    if (ONCHAIN.has(expected)) continue;
    it(`refuses ${one.name} (${expected})`, () => {
      const seen = { expressible: false };
      const found = codeOf(() => {
        const data = decodeTerms(bytesOf(one), { accounts: accountsOf(one) });
        seen.expressible = true;
        checkTerms(data, place);
        checkWindow(data, BigInt(context.now));
      });
      // A mint is judged by its account; the client leaves that to the program.
      if (expected === "MintRefused" && found === null) return;
      // Bytes that the client's data can't even express: any refusal will do.
      if (found === "TermsMalformed" && !seen.expressible) return;
      assert.equal(found, expected);
    });
  }
});
