// The layers below owner and session, for those who build their own (entry point `@valetkey/sdk/layers`).
export * from "./addresses.js";
export * from "./codec/index.js";
export * from "./compose/index.js";
export * from "./errors/index.js";
export * from "./policy/index.js";
export { checkRenewal } from "./terms/check-renewal.js";
export * from "./tables/index.js";
export * from "./transaction/index.js";
