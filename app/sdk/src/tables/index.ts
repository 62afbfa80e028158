// Lookup tables: choose, create, extend, wait, keep, close.
export { createTableCache, decodeTable, fetchTable, waitForTable } from "./fetch.js";
export type { TableCache } from "./fetch.js";
export {
  closeTable,
  createTable,
  deactivateTable,
  extendTable,
  MAX_TABLE_ADDRESSES,
  tableClosableAt,
} from "./manage.js";
export type { TableSteps } from "./manage.js";
export { maskTables } from "./mask.js";
export { selectTables, usableTable } from "./select.js";
export type { SelectTablesInput } from "./select.js";
