// The client finds what the engine would refuse in a renewal, and reads what a renewal makes.
import assert from "node:assert/strict";

import { bytesToAddress } from "../../app/sdk/src/codec/address.js";
import { decodeSession, decodeTerms, type TermsData } from "../../app/sdk/src/codec/index.js";
import { toHex } from "../../app/sdk/src/codec/bytes.js";
import { encodeSession } from "../../app/sdk/src/codec/encode-session.js";
import { withoutCounters } from "../../app/sdk/src/codec/terms.js";
import { isValetkeyError, refusalOf } from "../../app/sdk/src/errors/index.js";
import { describeDifference } from "../../app/sdk/src/grant/index.js";
import { isDead, liveRefusal } from "../../app/sdk/src/policy/index.js";
import { checkTerms, checkWindow } from "../../app/sdk/src/terms/check.js";
import { checkRenewal } from "../../app/sdk/src/terms/check-renewal.js";
import { fromHex, loadVectors, type VectorRefusal, type Vectors } from "./support/vectors.js";

interface Case {
  name: string;
  before: string;
  terms: string;
  now: string;
  epoch: string;
  revision: number;
  ok?: { session: string };
  refusal?: VectorRefusal;
}

const { cases, programId } = loadVectors("renewals") as Vectors<Case, { programId: string }>;

/** Everything that the client checks before it sends a renewal. */
function check(one: Case): TermsData {
  const bytes = fromHex(one.before);
  const session = decodeSession(bytes);
  const [now, epoch] = [BigInt(one.now), BigInt(one.epoch)];
  const dead = isDead({ session, now, epoch }) ? liveRefusal({ session, now, epoch }) : null;
  if (dead !== null) throw dead;
  const terms = decodeTerms(fromHex(one.terms));
  if (terms.startsAt === session.startsAt) checkWindow(terms, now);
  const { vault, config } = session;
  checkTerms(terms, { programId: bytesToAddress(fromHex(programId)), vault, config });
  checkRenewal({ session, terms, size: bytes.length, now });
  return terms;
}

describe("renewal vectors", () => {
  for (const one of cases) {
    const { ok, refusal } = one;
    // Which revision the owners saw stands in the instruction, not in the terms.
    if (refusal?.name === "RevisionMismatch") continue;
    it(`${one.name}${refusal === undefined ? "" : ` (${refusal.name})`}`, () => {
      if (ok === undefined) {
        assert.throws(
          () => check(one),
          (error) => {
            assert.ok(isValetkeyError(error), String(error));
            assert.equal(error.code, refusal?.name);
            const found = refusalOf(error);
            assert.equal(found?.rule ?? 255, refusal?.rule);
            if (refusal?.subject === "limit") {
              assert.deepEqual([found?.index, `${found?.left}`], [refusal.index, refusal.left]);
            }
            return true;
          },
        );
        return;
      }
      const terms = check(one);
      const [before, after] = [one.before, ok.session].map((hex) => decodeSession(fromHex(hex)));
      assert.ok(before !== undefined && after !== undefined);
      assert.equal(toHex(encodeSession(after, ok.session.length / 2)), ok.session);
      assert.deepEqual(after.rules.map(withoutCounters), terms.rules);
      assert.equal(after.revision, before.revision + 1);
      assert.deepEqual(
        [after.usesSpent, after.feesPaid, after.seq, after.grantId],
        [before.usesSpent, before.feesPaid, before.seq, before.grantId],
      );
      assert.deepEqual(describeDifference(after, terms), [], "what was renewed needs no renewal");
      const said = describeDifference(before, terms);
      const back = describeDifference(terms, { ...before, limits: before.limits });
      assert.equal(said.length === 0, back.length === 0);
    });
  }
});
