// What the terms alone decide: the program's own checks, mirrored.
export type { AccountFact, AccountView, PlanAccount } from "./accounts.js";
export { capLeft } from "./caps.js";
export { dataHolds } from "./data.js";
export { refusedExtension } from "./extensions.js";
export { doorsOf, explainPlan } from "./explain.js";
export type { Door, ExplainPlanInput, Verdict } from "./explain.js";
export {
  acceptOnce,
  floorMet,
  floorMinimum,
  limitRefusal,
  limitRemaining,
  ONCE_WINDOW,
  periodNumber,
  settleLimit,
} from "./limits.js";
export { isClosable, isDead, liveRefusal } from "./live.js";
export { matchInner } from "./match.js";
export type { Match, Refused } from "./match.js";
export { authorityOf, isClean, readTokenAccount } from "./token-account.js";
export type { TokenAccount } from "./token-account.js";
export { pinHolds, readProgram, readProgramData } from "./pin.js";
export { feeRefusal } from "./fees.js";
export { decodeTyped, isTypedProgram, typedShape } from "./typed.js";
export type { Typed, TypedShape, Visible } from "./typed.js";
