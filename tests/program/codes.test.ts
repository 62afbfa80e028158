// Every error code of the program is provoked by a test of this folder, but for those that nothing can reach yet.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";

import { PROGRAM_ERRORS } from "@valetkey/sdk/errors";

/** Why a code can't be seen on the chain; a code that becomes reachable must leave this list. */
const UNREACHABLE: Readonly<Record<string, string>> = {
  RawInstruction: "the entry takes the raw instructions before Anchor sees them",
};

describe("the error codes", () => {
  const folder = new URL("./", import.meta.url);
  const sources = readdirSync(folder)
    .filter((name) => name.endsWith(".test.ts") && name !== "codes.test.ts")
    .map((name) => readFileSync(new URL(name, folder), "utf8"))
    .join("\n");

  for (const name of Object.keys(PROGRAM_ERRORS).filter((one) => !(one in UNREACHABLE)))
    it(`have a test for ${name}`, () => assert.match(sources, new RegExp(`"${name}"`)));

  it("are unreachable only where the list says so", () => {
    for (const name of Object.keys(UNREACHABLE)) {
      assert.ok(name in PROGRAM_ERRORS, name);
      assert.doesNotMatch(sources, new RegExp(`"${name}"`), name);
    }
  });
});
