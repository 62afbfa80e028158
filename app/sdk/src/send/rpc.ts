import { isValetkeyError, ValetkeyError } from "../errors/index.js";

/**
 * Runs one call to the endpoint and names its failure: `RpcFailed { method, reason }`. Errors that have a
 * name already pass through.
 */
export async function rpc<T>(method: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    if (isValetkeyError(cause)) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ValetkeyError("RpcFailed", { method, reason }, { cause });
  }
}
