// The lines of a grant as one text.
import type { Line } from "./describe.js";

/** How a text is laid out. */
export interface TextOptions {
  /** Columns; longer lines are broken. Left out: no line is broken. */
  readonly width?: number;
  /** Marks what stands out, for instance by colour; called for each line of output. */
  readonly paint?: (text: string, level: Line["level"]) => string;
}

const MARKS = { info: "   ", warning: "!  ", danger: "!! " } as const;

/**
 * The lines as one text: window and uses, what may leave, then each rule, its conditions indented. Lines that are wider than they
 * look are marked with `!`, lines without a bound with `!!`.
 *
 * @example
 * ```ts
 * console.log(grantText(describeGrant(session.terms, namesFromIdl(idl)), { width: 100 }));
 * ```
 */
export function grantText(lines: readonly Line[], options: TextOptions = {}): string {
  const { width, paint = (text: string) => text } = options;
  const out: string[] = [];
  let group = "";
  for (const { key, text, level } of lines) {
    const next = groupOf(key);
    if (out.length > 0 && next !== group) out.push("");
    group = next;
    const indent = /^(rule|limit|inner)\.\d+\.(?!removed$)/.test(key) ? "  " : "";
    const rows = width === undefined ? [text] : wrap(text, width - indent.length - 3);
    for (const [i, row] of rows.entries()) {
      const mark = i === 0 ? MARKS[level] : MARKS.info;
      out.push(paint(`${mark}${indent}${i === 0 ? "" : "  "}${row}`.trimEnd(), level));
    }
  }
  return out.join("\n");
}

function groupOf(key: string): string {
  if (key.startsWith("limit")) return "limits";
  return /^(rule|inner)\.\d+/.exec(key)?.[0] ?? "head";
}

/** Breaks at spaces; all rows but the first are two columns shorter, for their own indent. A long word stays whole. */
function wrap(text: string, width: number): readonly string[] {
  const rows: string[] = [];
  let row = "";
  for (const word of text.split(" ")) {
    const room = rows.length === 0 ? width : width - 2;
    if (row !== "" && row.length + 1 + word.length > room) {
      rows.push(row);
      row = word;
    } else {
      row = row === "" ? word : `${row} ${word}`;
    }
  }
  return [...rows, row];
}
