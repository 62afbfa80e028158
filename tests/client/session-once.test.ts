// `once` numbers: unique, rising by one, above what the chain has seen, never below this machine's seconds.
import assert from "node:assert/strict";

import fc from "fast-check";

import { createOnceNumbers } from "../../app/sdk/src/session/once.js";

describe("once numbers", () => {
  const SECONDS = 1_800_000_000n;
  const MILLISECONDS = Number(SECONDS) * 1000;

  for (const [name, highest, first] of [
    ["a fresh session starts at the seconds", 0n, SECONDS + 1n],
    ["a reload continues above the chain", SECONDS + 500n, SECONDS + 501n],
    ["a clock far behind doesn't matter", 1n << 40n, (1n << 40n) + 1n],
  ] as const)
    it(name, async () => {
      assert.equal(await createOnceNumbers(highest, MILLISECONDS).next(), first);
    });

  it("rise one by one, so that 128 may be in flight together", async () => {
    const numbers = createOnceNumbers(0n, MILLISECONDS);
    const taken = await Promise.all(Array.from({ length: 128 }, () => numbers.next()));
    assert.equal(new Set(taken).size, 128);
    assert.equal((taken.at(-1) ?? 0n) - (taken[0] ?? 0n), 127n);
  });

  it("never repeat and never fall, whatever is raised between", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.bigInt({ min: 0n, max: 1n << 62n }),
        fc.array(fc.option(fc.bigInt({ min: 0n, max: 1n << 62n }))),
        async (highest, raises) => {
          const numbers = createOnceNumbers(highest, MILLISECONDS);
          let last = highest;
          for (const raise of raises) {
            if (raise !== null) numbers.raise(raise);
            const next = await numbers.next();
            assert.ok(next > last && (raise === null || next > raise));
            last = next;
          }
        },
      ),
    );
  });
});
