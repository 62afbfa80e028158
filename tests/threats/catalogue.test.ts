// docs/threats.md and the threat tests name the same ids.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("../../tools/check-threats.mjs", import.meta.url));

describe("threat catalogue", () => {
  it("names a test for every covered threat, and every threat test has its row", () => {
    const { status, stderr } = spawnSync(process.execPath, [script], { encoding: "utf8" });
    assert.equal(stderr, "");
    assert.equal(status, 0);
  });
});
