// Reads the many shapes in which endpoints and web3.js report a failure.

/** A failure, taken apart. */
export interface RawFailure {
  /** Index of the transaction's instruction that failed; null when the transaction itself was refused. */
  readonly instruction: number | null;
  /** The custom error number, when there is one. */
  readonly custom: number | null;
  /** The rest in words. */
  readonly reason: string;
  readonly logs: readonly string[] | null;
  /** True when the cluster judged the transaction, false when the call itself failed. */
  readonly fromCluster: boolean;
}

/** Takes a `TransactionError` of JSON-RPC, a web3.js `SendTransactionError`, or any thrown value apart. */
export function rawFailure(error: unknown): RawFailure {
  const logs = logsOf(error);
  if (typeof error === "object" && error !== null && "InstructionError" in error) {
    return { ...fromInstructionError(error.InstructionError), logs, fromCluster: true };
  }
  if (typeof error === "string") return { ...fromText(error), logs, fromCluster: true };
  if (error instanceof Error) {
    const inner = transactionErrorOf(error);
    if (inner !== null) return { ...fromText(inner), logs, fromCluster: true };
    return { ...fromText(error.message), logs, fromCluster: false };
  }
  return { ...nothing(safeJson(error)), logs, fromCluster: true };
}

type Parts = Pick<RawFailure, "instruction" | "custom" | "reason">;

function nothing(reason: string): Parts {
  return { instruction: null, custom: null, reason };
}

function fromInstructionError(value: unknown): Parts {
  if (!Array.isArray(value)) return nothing(safeJson(value));
  const [index, what] = value as unknown[];
  const instruction = typeof index === "number" ? index : 0;
  if (
    typeof what === "object" &&
    what !== null &&
    "Custom" in what &&
    typeof what.Custom === "number"
  ) {
    return { instruction, custom: what.Custom, reason: `custom program error ${what.Custom}` };
  }
  return { instruction, custom: null, reason: typeof what === "string" ? what : safeJson(what) };
}

function fromText(text: string): Parts {
  const json = /\{"InstructionError":\[.*\]\}/.exec(text)?.[0];
  if (json !== undefined) {
    try {
      const parsed = JSON.parse(json) as { InstructionError: unknown };
      return fromInstructionError(parsed.InstructionError);
    } catch {
      return nothing(text);
    }
  }
  const words = /Error processing Instruction (\d+): (.*)/i.exec(text);
  if (words?.[1] === undefined) return nothing(text);
  const reason = words[2] ?? text;
  const custom = /custom program error: 0x([0-9a-f]+)/i.exec(reason)?.[1];
  return {
    instruction: Number(words[1]),
    custom: custom === undefined ? null : Number.parseInt(custom, 16),
    reason,
  };
}

function transactionErrorOf(error: Error): string | null {
  if (!("transactionError" in error)) return null;
  const inner = error.transactionError;
  if (typeof inner === "string") return inner;
  if (typeof inner === "object" && inner !== null && "message" in inner) {
    return typeof inner.message === "string" ? inner.message : safeJson(inner);
  }
  return null;
}

function logsOf(error: unknown): readonly string[] | null {
  if (typeof error !== "object" || error === null || !("logs" in error)) return null;
  const { logs } = error;
  return Array.isArray(logs) && logs.every((line) => typeof line === "string") ? logs : null;
}

function safeJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return String(value);
  }
}
