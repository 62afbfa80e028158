// Events as the log has them, without the client's decoder.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";

import type { SendResult } from "./svm.js";

/** Asserts that the transaction logged this event with exactly these fields. */
export function expectEvent(
  result: Pick<SendResult, "logs">,
  name: string,
  fields: readonly Uint8Array[],
): void {
  const head = createHash("sha256").update(`event:${name}`).digest().subarray(0, 8);
  const events = result.logs
    .filter((line) => line.startsWith("Program data: "))
    .map((line) => Buffer.from(line.slice("Program data: ".length), "base64"));
  const found = events.filter((event) => event.subarray(0, 8).equals(head));
  assert.deepEqual(
    found.map((event) => event.subarray(8).toString("hex")),
    [Buffer.concat(fields).toString("hex")],
    `${name}\n${result.logs.join("\n")}`,
  );
}
