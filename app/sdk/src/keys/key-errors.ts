import { ValetkeyError } from "../errors/index.js";

/** A key is there but can't be used; `source` says which (never its content). */
export function keyRefused(source: string, reason: string, cause?: unknown): ValetkeyError {
  return new ValetkeyError("KeyRefused", { reason: `${source}: ${reason}` }, { cause });
}

/** There is no key at `source`, or the place can't be reached. */
export function keyUnavailable(source: string, reason: string, cause?: unknown): ValetkeyError {
  return new ValetkeyError("KeyUnavailable", { reason: `${source}: ${reason}` }, { cause });
}
