export { startLocalnet } from "./localnet.js";
export type { Localnet, LocalnetAccount, LocalnetOptions } from "./localnet.js";
export type { LocalnetProgram } from "./chain/programs.js";
export { UPGRADEABLE_LOADER } from "./chain/programs.js";
export { closeConnection } from "./connection.js";
export { LocalnetError } from "./errors.js";
export type { LocalnetErrorCode } from "./errors.js";
export { GENESIS_HASH } from "./rpc/cluster.js";
