// Checks the JSON object of `npm start -- --json` against what the README promises. usage: node tools/check-main-job.mjs FILE
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const job = JSON.parse(readFileSync(process.argv[2], "utf8"));
const amount = /^\d+$/;

assert.ok(job.grant.text.length > 0 && job.grant.bytes <= 1232);
assert.ok(job.composed.instructions >= 5 && job.composed.programs >= 3);
assert.ok(job.composed.bytes < job.composed.bytesWithoutTable && job.composed.bytes <= 1232);
assert.ok(job.composed.computeUnits > 0);
assert.match(job.composed.feeLamports, amount);
assert.ok(job.separate.transactions >= 5 && job.separate.approvals >= 5);
assert.ok(BigInt(job.separate.feeLamports) > BigInt(job.composed.feeLamports));
assert.deepEqual(job.moves, { count: 30, ownerSignatures: 0 });
assert.deepEqual([job.renewal.moves, job.renewal.lost, job.renewal.revision], [10, 0, 1]);
assert.ok(job.renewal.difference.length > 0);
assert.ok(job.mixed.native === 1 && job.mixed.vault === 1 && job.mixed.energy > 0);
assert.ok(
  BigInt(job.delegate.paid) > 0n && BigInt(job.delegate.paid) <= BigInt(job.delegate.approved),
);
assert.deepEqual([job.council.owners, job.council.threshold], [3, 2]);
assert.ok(BigInt(job.council.paid) > 0n);
assert.equal(job.council.refusal, "LimitPerPeriodExceeded");

const errors = job.refusals.map((refusal) => refusal.error);
const expected = [
  "LimitTotalExceeded",
  "FloorNotMet",
  "AlreadyExecuted",
  "SessionExpired",
  "SessionRevoked",
];
for (const name of expected)
  assert.ok(errors.includes(name), `no refusal is ${name}: ${errors.join(", ")}`);
assert.ok(errors.length >= 8, `8 refusals are promised, ${errors.length} were shown`);
assert.equal(new Set(job.refusals.map((refusal) => refusal.attempt)).size, errors.length);
assert.match(job.rentReturned, amount);
assert.ok(BigInt(job.rentReturned) > 0n);
console.log("the main job shows what it promises");
