// The cost table as Markdown, and the comparison with the committed figures.
import type { Row } from "./measure.js";

/** Bars that the design set for each row, and the best figure seen among the peers (docs/costs.md names them). */
const BARS: Readonly<
  Record<string, { readonly bar: number; readonly peer?: number; readonly bytes?: number }>
> = {
  "sol-transfer": { bar: 2_900, peer: 4_870, bytes: 366 },
  "sol-transfer-with-table": { bar: 2_900, bytes: 280 },
  "token-transfer": { bar: 3_400, peer: 5_075 },
  "five-sol-transfers": { bar: 10_000, peer: 12_898 },
  denied: { bar: 1_500, peer: 665 },
  grant: { bar: 9_000, peer: 5_124 },
  revoke: { bar: 800, peer: 172 },
  "native-check": { bar: 600, peer: 2_264 },
};

/** A figure that rose above the committed one. */
export interface Rise {
  readonly work: string;
  readonly figure: "computeUnits" | "bytes" | "accounts" | "rentLamports";
  readonly before: number;
  readonly now: number;
}

/** Figures that rose, and rows that went missing; an empty list is good. */
export function rises(committed: readonly Row[], measured: readonly Row[]): readonly Rise[] {
  const figures = ["computeUnits", "bytes", "accounts", "rentLamports"] as const;
  return committed.flatMap((before) => {
    const now = measured.find((row) => row.work === before.work);
    return figures.flatMap((figure): readonly Rise[] => {
      const was = before[figure] ?? 0;
      const is = now === undefined ? Number.POSITIVE_INFINITY : (now[figure] ?? 0);
      return is > was ? [{ work: before.work, figure, before: was, now: is }] : [];
    });
  });
}

const number = (value: number | null | undefined): string =>
  value === null || value === undefined ? "–" : value.toLocaleString("en-US");

/** Rows whose bar is missed. */
export function missed(rows: readonly Row[]): readonly Row[] {
  return rows.filter((row) => {
    const bar = BARS[row.work];
    return bar !== undefined && (row.computeUnits > bar.bar || row.bytes > (bar.bytes ?? Infinity));
  });
}

/** The Markdown table of the rows. */
export function renderTable(rows: readonly Row[]): string {
  const head = [
    "| work | compute units | floor | ratio | bar | best peer | bytes | accounts | rent, lamports |",
    "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
  ];
  const lines = rows.map((row) => {
    const bar = BARS[row.work];
    const cells = [
      number(row.computeUnits),
      number(row.floor),
      row.ratio === null ? "–" : row.ratio.toFixed(2),
      bar === undefined ? "–" : `≤ ${number(bar.bar)}`,
      number(bar?.peer),
      bar?.bytes === undefined
        ? number(row.bytes)
        : `${number(row.bytes)} (bar ≤ ${number(bar.bytes)})`,
      number(row.accounts),
      number(row.rentLamports),
    ];
    return `| \`${row.work}\` | ${cells.join(" | ")} |`;
  });
  return [...head, ...lines].join("\n");
}
