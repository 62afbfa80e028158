// What the main job says: step by step for a reader, or one JSON object at the end for a program.
import pc from "picocolors";

/** The facts of a run; amounts are base units or lamports, as text. */
export interface Facts {
  grant: { text: string; sessionKey: string; expiresAt: string; bytes: number };
  composed: {
    instructions: number;
    programs: number;
    bytes: number;
    bytesWithoutTable: number;
    computeUnits: number;
    feeLamports: string;
    signature: string;
  };
  separate: { transactions: number; feeLamports: string; approvals: number };
  moves: { count: number; ownerSignatures: number };
  /** A strike that the game checks itself and a swap by the vault, in one transaction. */
  mixed: { native: number; vault: number; signature: string; energy: number };
  /** A renewal while moves were in flight. */
  renewal: { moves: number; lost: number; revision: number; difference: string[] };
  /** Tokens that stay in the wallet: what it approved, and what the session took. */
  delegate: { approved: string; paid: string };
  council: {
    owners: number;
    threshold: number;
    approvals: number;
    paid: string;
    refusal: string;
    /** How the proposal that one owner cancelled ended. */
    other: string;
  };
  refusals: { attempt: string; error: string }[];
  remaining: Record<string, string>;
  rentReturned: string;
}

/** Where the story goes: the terminal, or nowhere. */
export interface Teller {
  readonly title: (text: string) => void;
  readonly step: (text: string) => void;
  readonly line: (text: string, level?: "info" | "warning" | "danger") => void;
  /** Text that is laid out already. */
  readonly block: (text: string) => void;
  readonly pair: (label: string, value: string) => void;
}

const silent = (): void => undefined;

/** Tells nothing: for --json. */
export const quietTeller: Teller = {
  ...{ title: silent, step: silent, line: silent, block: silent, pair: silent },
};

/** Columns of the story: a terminal's own, up to 100. */
export const WIDTH = process.stdout.isTTY
  ? Math.max(60, Math.min(process.stdout.columns, 100))
  : 100;
const LABEL = 26;

/** Colours a text by how loud it is. */
export function paint(text: string, level: "info" | "warning" | "danger"): string {
  return { info: (same: string) => same, warning: pc.yellow, danger: pc.red }[level](text);
}

/** Breaks a text at spaces into rows of the story's width; `indent` stands before each but the first. */
function wrapped(text: string, indent: number): string {
  const rows: string[] = [];
  for (const word of text.split(" ")) {
    const last = rows.at(-1);
    if (last !== undefined && indent + last.length + 1 + word.length <= WIDTH)
      rows[rows.length - 1] = `${last} ${word}`;
    else rows.push(word);
  }
  return rows.join(`\n${" ".repeat(indent)}`);
}

/** Tells the story on standard output. */
export const terminalTeller: Teller = {
  title: (text) => console.log(`\n${pc.bold(text)}`),
  step: (text) => console.log(`\n${pc.cyan("▸")} ${pc.bold(text)}`),
  line: (text, level = "info") => console.log(`  ${paint(wrapped(text, 2), level)}`),
  block: (text) => console.log(text),
  pair: (label, value) =>
    console.log(`  ${pc.dim(label.padEnd(LABEL))} ${wrapped(value, LABEL + 3)}`),
};

/** Base units with their decimals, without trailing zeros: 1500000 with 6 is 1.5. */
export function decimal(value: bigint, decimals: number): string {
  const text = value.toString().padStart(decimals + 1, "0");
  const whole = text.slice(0, text.length - decimals);
  const part = text.slice(text.length - decimals).replace(/0+$/, "");
  return part === "" ? whole : `${whole}.${part}`;
}

/** A number with thousands apart. */
export const grouped = (value: number | bigint): string => value.toLocaleString("en-US");
