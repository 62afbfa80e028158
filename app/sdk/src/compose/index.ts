// Ordinary instructions to plans.
export { composePlan } from "./compose.js";
export type { ComposedPlan, ComposeInput } from "./compose.js";
export { composeTransaction } from "./transaction.js";
export type { ComposedStep, ComposedTransaction } from "./transaction.js";
export type { ComposedRun, MinReceive, Placed, PositionKey, RunContext } from "./run.js";
export type { NativeCall } from "./native.js";
export { composeOwnerPlan } from "./owner.js";
export type { ComposedOwnerPlan } from "./owner.js";
export { normalise } from "./normalise.js";
export type { Change, Normalised, Wishes } from "./normalise.js";
