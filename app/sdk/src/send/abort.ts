import { ValetkeyError } from "../errors/index.js";

/** Throws `Aborted` when the caller has aborted; `signature` tells what may still land. */
export function throwIfAborted(
  signal: AbortSignal | undefined,
  during: string,
  signature?: string,
): void {
  if (signal?.aborted !== true) return;
  const cause: unknown = signal.reason;
  throw new ValetkeyError(
    "Aborted",
    { during },
    { cause, ...(signature === undefined ? {} : { signature }) },
  );
}

/** Waits `milliseconds`, or less when the caller aborts. */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener("abort", done, { once: true });
    if (signal?.aborted === true) done();
  });
}
