/**
 * The logs of a session's transaction as they would read if the inner instructions had been sent on their
 * own: the frame of `execute` is taken away and everything in it moved up one level. Anchor's event parser
 * sees only instructions of the first level.
 */
export function innerLogs(
  logs: readonly string[],
  programId: { toString(): string },
): readonly string[] {
  const own = programId.toString();
  const stack: string[] = [];
  return logs.flatMap((line) => {
    const invoke = /^Program (\w+) invoke \[(\d+)\]$/.exec(line);
    if (invoke?.[1] !== undefined) {
      stack.length = Number(invoke[2]) - 1;
      stack.push(invoke[1]);
    }
    const [root] = stack;
    const depth = stack.length;
    if (/^Program \w+ (success$|failed: )/.test(line)) stack.pop();
    if (root !== own) return [line];
    if (depth === 1) return [];
    return invoke?.[1] === undefined
      ? [line]
      : [`Program ${invoke[1]} invoke [${String(depth - 1)}]`];
  });
}
