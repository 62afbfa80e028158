// Errors: registry, JSON, and what endpoints report.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

import { VALETKEY_PROGRAM_ID } from "../../app/sdk/src/addresses.js";
import { bytesToBase64 } from "../../app/sdk/src/codec/base64.js";
import { decodeEvents, parseRefusalLine } from "../../app/sdk/src/codec/index.js";
import { concatBytes } from "../../app/sdk/src/codec/bytes.js";
import { discriminator } from "../../app/sdk/src/codec/discriminator.js";
import {
  isValetkeyError,
  refusal,
  toValetkeyError,
  ValetkeyError,
} from "../../app/sdk/src/errors/index.js";
import { fromHex } from "./support/vectors.js";
import { keyOf } from "./support/samples.js";

const programId = VALETKEY_PROGRAM_ID;
const own = programId.toBase58();
const game = keyOf(1).toBase58();
const custom = (code: number) => ({ InstructionError: [0, { Custom: code }] });
// LimitTotalExceeded, inner 2, rule 1, limit 0, asked 7, left 5.
const bytes = fromHex("65190000020101000700000000000000" + "0500000000000000");

describe("errors", () => {
  it("the generated list of program errors is that of the engine", () => {
    const script = fileURLToPath(new URL("../../tools/gen-program-errors.mjs", import.meta.url));
    execFileSync(process.execPath, [script, "--check"]);
  });

  it("are told apart by code, across copies, with a typed context and stable JSON", () => {
    const error: unknown = new ValetkeyError(
      "LimitTotalExceeded",
      refusal("LimitTotalExceeded", { subject: "limit", index: 0, asked: 7n, left: 5n }),
      { signature: "abc" },
    );
    assert.ok(isValetkeyError(error, "LimitTotalExceeded"));
    assert.equal(error.context.left, 5n);
    assert.ok(!isValetkeyError(error, "NoLimit"));
    assert.ok(!isValetkeyError(new Error("x")));
    const json = JSON.parse(JSON.stringify(error)) as Record<string, unknown>;
    assert.equal(json.code, "LimitTotalExceeded");
    assert.equal(json.signature, "abc");
    assert.deepEqual((json.context as Record<string, unknown>).asked, "7");
    assert.match(error.message, /limit 0, asked 7, left 5/);
  });

  it("a refusal is read from return data, from the log line, or by its number", () => {
    const invoke = `Program ${own} invoke [1]`;
    const failed = `Program ${own} failed: custom program error: 0x1965`;
    const line = "Program log: valetkey: LimitTotalExceeded inner=2 rule=1 limit=0 asked=7 left=5";
    const data = bytesToBase64(bytes);
    const cases = [
      { logs: [invoke, `Program return: ${own} ${data}`, failed] },
      { logs: [invoke, line, failed] },
      { returnData: { programId: own, data: [data, "base64"] as const } },
    ];
    for (const one of cases) {
      const error = toValetkeyError({ error: custom(6501), programId, ...one });
      assert.ok(isValetkeyError(error, "LimitTotalExceeded"), JSON.stringify(one));
      const { inner, rule, subject, index, asked, left } = error.context;
      assert.deepEqual(
        { inner, rule, subject, index, asked, left },
        {
          ...{ inner: 2, rule: 1, subject: "limit", index: 0 },
          ...{ asked: 7n, left: 5n },
        },
      );
    }
    assert.equal(toValetkeyError({ error: custom(6501), programId }).code, "LimitTotalExceeded");
  });

  it("the log line's other subjects are read as the return data has them", () => {
    const line = (text: string, code: number) => parseRefusalLine(`valetkey: ${text}`, code);
    const min = line("MinReceiveNotMet min_receive=3 asked=9 left=2", 6506);
    assert.deepEqual([min?.subject, min?.index, min?.asked, min?.left], ["minReceive", 3, 9n, 2n]);
    const offset = line("MalformedPlan inner=1 offset=19", 6100);
    assert.deepEqual([offset?.subject, offset?.index, offset?.asked], ["offset", null, 19n]);
    assert.equal(line("MalformedPlan offset=19", 6101), null);
  });

  it("a program called inside keeps its own error number, even when ours has the same", () => {
    const logs = [
      `Program ${own} invoke [1]`,
      `Program ${game} invoke [2]`,
      `Program ${game} success`,
      `Program ${game} invoke [2]`,
      "Program log: AnchorError occurred. Error Code: NotEnoughEnergy. Error Number: 6005. Error Message: x.",
      `Program ${game} failed: custom program error: 0x1775`,
      `Program ${own} failed: custom program error: 0x1775`,
    ];
    const error = toValetkeyError({ error: custom(6005), logs, programId });
    assert.ok(isValetkeyError(error, "InnerInstructionFailed"));
    assert.deepEqual(error.context, {
      index: 1,
      program: game,
      code: 6005,
      name: "NotEnoughEnergy",
    });
  });

  it("another program's instruction is InstructionFailed, not one of ours", () => {
    const logs = [
      `Program ${game} invoke [1]`,
      `Program ${game} failed: custom program error: 0x1775`,
    ];
    const error = toValetkeyError({ error: custom(6005), logs, programId });
    assert.ok(isValetkeyError(error, "InstructionFailed"));
    assert.equal(error.context.program, game);
    const byList = toValetkeyError({ error: custom(6005), programs: [keyOf(1)], programId });
    assert.equal(byList.code, "InstructionFailed");
  });

  for (const [reason, code] of [
    ["BlockhashNotFound", "BlockhashExpired"],
    ["AlreadyProcessed", "AlreadyProcessed"],
    ["AccountInUse", "AccountInUse"],
    ["InsufficientFundsForFee", "InsufficientFunds"],
    ["InvalidAddressLookupTableIndex", "TableNotUsable"],
    ["SanitizeFailure", "TransactionFailed"],
  ] as const) {
    it(`the cluster's ${reason} is ${code}`, () => {
      assert.equal(toValetkeyError({ error: reason, programId }).code, code);
    });
  }

  it("a failed call is RpcFailed with its cause, a ValetkeyError stays itself", () => {
    const cause = new Error("fetch failed");
    const error = toValetkeyError({ error: cause, programId });
    assert.equal(error.code, "RpcFailed");
    assert.equal(error.cause, cause);
    assert.equal(toValetkeyError({ error, programId }), error);
  });

  it("a message in web3.js' words is taken apart too", () => {
    const text = "failed to send: Error processing Instruction 1: custom program error: 0x1775";
    const error = toValetkeyError({
      error: new Error(text),
      programs: [keyOf(1), programId],
      programId,
    });
    assert.equal(error.code, "SessionRevoked");
  });
});

describe("events", () => {
  it("count only where the program itself logs them", () => {
    const used = concatBytes(
      discriminator("event", "SessionUsed"),
      new Uint8Array(32).fill(3),
      new Uint8Array(24),
    );
    const data = `Program data: ${bytesToBase64(used)}`;
    const logs = [
      `Program ${own} invoke [1]`,
      `Program ${game} invoke [2]`,
      data,
      `Program ${game} success`,
      data,
      `Program ${own} success`,
      data,
    ];
    const events = decodeEvents({ logs, programId });
    assert.equal(events.length, 1);
    assert.equal(events[0]?.name, "SessionUsed");
  });
});
