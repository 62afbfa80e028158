/** One step of a call, for progress bars and tracers. Amounts in base units, sizes in bytes. */
export type SessionEvent =
  | {
      readonly type: "composed";
      /** Instructions the caller passed, and how many of them run inside the plan. */
      readonly instructions: number;
      readonly inner: number;
      readonly bytes: number;
      readonly bytesWithoutTables: number;
    }
  | { readonly type: "simulated"; readonly computeUnits: number }
  | { readonly type: "signed"; readonly signature: string; readonly bytes: number }
  /** `attempt` 1 is the first time these bytes were sent, 2 the first re-send. */
  | { readonly type: "sent"; readonly signature: string; readonly attempt: number }
  | { readonly type: "confirmed"; readonly signature: string; readonly slot: number }
  /** The blockhash died before `previous` landed; `signature` is the copy under the same number. */
  | { readonly type: "resigned"; readonly signature: string; readonly previous: string }
  | { readonly type: "ended"; readonly session: string; readonly signature: string | null };

/** Receives each step. What it throws is ignored: watching never breaks what is watched. */
export type OnEvent = (event: SessionEvent) => void;

/** Hands an event to those of the listeners that exist. */
export function emit(listeners: readonly (OnEvent | undefined)[], event: SessionEvent): void {
  for (const listener of listeners)
    try {
      listener?.(event);
    } catch {
      // The listener's own trouble; see OnEvent.
    }
}
