// Two sides of a change, line by line.
import type { SessionAccount, TermsData } from "../codec/types.js";
import type { Line } from "./describe.js";
import type { Names } from "./names.js";
import type { Speaker } from "./speaker.js";

/** What both sides of a change are spoken of with. */
export interface Change {
  readonly before: TermsData | SessionAccount;
  readonly after: TermsData;
  readonly names: Names;
  readonly speaker: Speaker;
}

/** Lines by key: what is only on one side is added or removed, what has another text is changed. */
export function compared(before: readonly Line[], after: readonly Line[]): readonly Line[] {
  const find = (lines: readonly Line[], wanted: string): Line | undefined =>
    lines.find(({ key }) => key === wanted);
  const removed = before.filter(({ key }) => find(after, key) === undefined);
  return [
    ...removed.map(({ key, text }): Line => ({ key, text: `Removed: ${text}`, level: "info" })),
    ...after.flatMap((line): readonly Line[] => {
      const old = find(before, line.key);
      if (old === undefined) return [{ ...line, text: `Added: ${line.text}` }];
      if (old.text === line.text) return [];
      return [{ ...line, text: `Changed: ${line.text} Before: ${old.text}` }];
    }),
  ];
}
