// Sending: simulate, sign, send, send again, confirm, sign again.
export { send, type BuildInput, type Landed, type SendRequest } from "./send.js";
export { sendSeries, type SeriesRequest } from "./series.js";
export { simulate, type Simulated } from "./simulate.js";
export type { OnEvent, SessionEvent } from "./events.js";
