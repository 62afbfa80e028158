// Reads a transaction's logs: which program failed first, at which depth, under which instruction.
import { base64ToBytes } from "../codec/base64.js";

/** The deepest failure in a transaction's logs. */
export interface LoggedFailure {
  /** Program whose call failed first (the innermost one). */
  readonly program: string;
  /** 1 = the transaction's own instruction, 2 = called by it, … */
  readonly depth: number;
  /** Program of the transaction's instruction under which it failed. */
  readonly topProgram: string;
  /** How many calls of depth 2 that instruction had made when it failed, the failing one included. */
  readonly calls: number;
  /** Program of the last call of depth 2. */
  readonly calledProgram: string | null;
  /** The runtime's words after "failed:". */
  readonly reason: string;
  /** A custom error number, when the reason is one. */
  readonly code: number | null;
  /** Name of an Anchor error, when the program logged one. */
  readonly name: string | null;
  /** Return data per program, as far as it was logged. */
  readonly returnData: ReadonlyMap<string, Uint8Array>;
  /** The last line that begins with `valetkey: `, without "Program log: ". */
  readonly refusalLine: string | null;
}

/** Finds the first `Program X failed` line and what surrounds it; null when no program failed. */
export function readFailure(logs: readonly string[]): LoggedFailure | null {
  const stack: string[] = [];
  let calls = 0;
  let calledProgram: string | null = null;
  let name: string | null = null;
  let refusalLine: string | null = null;
  const returnData = new Map<string, Uint8Array>();
  for (const line of logs) {
    const invoke = /^Program (\w+) invoke \[(\d+)\]$/.exec(line);
    if (invoke) {
      const [, program = "", depth = "1"] = invoke;
      stack.length = Number(depth) - 1;
      stack.push(program);
      if (depth === "1") calls = 0;
      if (depth === "1") calledProgram = null;
      if (depth === "2") {
        calls += 1;
        calledProgram = program;
      }
      name = null;
      continue;
    }
    const anchor = /Error Code: (\w+)\. Error Number: \d+/.exec(line);
    if (anchor?.[1] !== undefined) name = anchor[1];
    const own = /^Program log: (valetkey: .*)$/.exec(line);
    if (own?.[1] !== undefined) refusalLine = own[1];
    const returned = /^Program return: (\w+) (\S*)$/.exec(line);
    if (returned?.[1] !== undefined) {
      const bytes = base64ToBytes(returned[2] ?? "");
      if (bytes !== null) returnData.set(returned[1], bytes);
    }
    const failed = /^Program (\w+) failed: (.*)$/.exec(line);
    if (failed) {
      const [, program = "", reason = ""] = failed;
      const custom = /custom program error: 0x([0-9a-f]+)/i.exec(reason)?.[1];
      return {
        program,
        depth: stack.length,
        topProgram: stack[0] ?? program,
        calls,
        calledProgram,
        reason,
        code: custom === undefined ? null : Number.parseInt(custom, 16),
        name,
        returnData,
        refusalLine,
      };
    }
    if (/^Program \w+ success$/.test(line)) stack.pop();
  }
  return null;
}
