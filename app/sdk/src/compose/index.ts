// Ordinary instructions to plans.
export { composePlan } from "./compose.js";
export type { ComposedPlan, ComposeInput, PositionKey } from "./compose.js";
export { composeOwnerPlan } from "./owner.js";
export type { ComposedOwnerPlan } from "./owner.js";
export { normalise } from "./normalise.js";
export type { Change, Normalised, Wishes } from "./normalise.js";
