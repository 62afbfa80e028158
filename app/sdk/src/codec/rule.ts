// A rule, as terms and sessions hold it.
import { refused } from "../errors/error.js";
import type { Address } from "./address.js";
import type { Reader, Writer } from "./bytes.js";
import { kindOfProgram, MAX_ACCOUNT_CONSTRAINTS, MAX_DATA_CONSTRAINTS } from "./constants.js";
import {
  fieldByte,
  readAccountConstraint,
  readDataConstraint,
  readField,
  writeAccountConstraint,
  writeDataConstraint,
} from "./constraints.js";
import { assetIndex, keyIndex, readAsset, readKey } from "./keys.js";
import type { FloorData, RuleData, SessionRule } from "./types.js";

const USES = 1;
const FLOOR = 2;
const UNBOUND = 4;
const PINNED = 8;
const CAP = 16;

/** Writes a rule; its counters are zero unless given. */
export function writeRule(
  writer: Writer,
  rule: RuleData | SessionRule,
  keys: readonly Address[],
): void {
  const spent = "usesSpent" in rule ? rule : { usesSpent: 0, capSpent: 0n };
  if (rule.data.length > MAX_DATA_CONSTRAINTS || rule.accounts.length > MAX_ACCOUNT_CONSTRAINTS) {
    throw refused("BadConstraint", {
      detail: "A rule holds at most 8 data and 16 account constraints.",
    });
  }
  const flags =
    (rule.uses === null ? 0 : USES) |
    (rule.floor === null ? 0 : FLOOR) |
    (rule.unbound ? UNBOUND : 0) |
    (rule.pin === null ? 0 : PINNED) |
    (rule.cap === null ? 0 : CAP);
  writer
    .u8(keyIndex(keys, rule.program))
    .u8(rule.mode === "vault" ? 0 : 1)
    .u16(rule.id)
    .u8(flags)
    .u8(kindOfProgram(rule.program))
    .u8(rule.minAccounts)
    .u8(rule.maxAccounts)
    .u8(rule.discriminator.length)
    .u8(rule.data.length)
    .u8(rule.accounts.length)
    .bytes(rule.discriminator);
  if (rule.uses !== null) writer.u32(rule.uses).u32(spent.usesSpent);
  if (rule.floor !== null) {
    writer.u8(assetIndex(keys, rule.floor.give)).u8(assetIndex(keys, rule.floor.get));
    writer.u64(rule.floor.minimum).u64(rule.floor.per);
  }
  if (rule.pin !== null) writer.u8(keyIndex(keys, rule.pin.programData)).u64(rule.pin.slot);
  if (rule.cap !== null) {
    writer.u16(rule.cap.offset).u8(fieldByte(rule.cap)).u64(rule.cap.total).u64(spent.capSpent);
  }
  for (const constraint of rule.data) writeDataConstraint(writer, constraint, keys);
  for (const constraint of rule.accounts) writeAccountConstraint(writer, constraint, keys);
}

/** Reads a rule with its counters. */
export function readRule(reader: Reader, keys: readonly Address[]): SessionRule {
  const program = readKey(reader, keys);
  const mode = (["vault", "native"] as const)[reader.u8()] ?? reader.fail("unknown mode");
  const id = reader.u16();
  const flags = reader.u8();
  if (flags > 31) reader.fail("unknown rule flag");
  if (reader.u8() !== kindOfProgram(program)) reader.fail("the kind isn't the program's");
  const minAccounts = reader.u8();
  const maxAccounts = reader.u8();
  const length = reader.u8();
  if (length !== 1 && length !== 4 && length !== 8) reader.fail("discriminator of unknown length");
  const dataCount = reader.u8();
  const accountCount = reader.u8();
  if (dataCount > MAX_DATA_CONSTRAINTS || accountCount > MAX_ACCOUNT_CONSTRAINTS) {
    reader.fail("too many constraints");
  }
  const discriminator = reader.take(length);
  const uses = (flags & USES) === 0 ? null : reader.u32();
  const usesSpent = uses === null ? 0 : reader.u32();
  const floor = (flags & FLOOR) === 0 ? null : readFloor(reader, keys);
  const pin =
    (flags & PINNED) === 0 ? null : { programData: readKey(reader, keys), slot: reader.u64() };
  const cap = (flags & CAP) === 0 ? null : readCap(reader);
  const capSpent = cap === null ? 0n : reader.u64();
  const data = Array.from({ length: dataCount }, () => readDataConstraint(reader, keys));
  const accounts = Array.from({ length: accountCount }, () => readAccountConstraint(reader, keys));
  return {
    ...{ id, program, mode, discriminator, minAccounts, maxAccounts, uses, usesSpent, floor },
    ...{ unbound: (flags & UNBOUND) !== 0, pin, cap, capSpent, data, accounts },
  };
}

function readFloor(reader: Reader, keys: readonly Address[]): FloorData {
  const give = readAsset(reader, keys);
  const get = readAsset(reader, keys);
  return { give, get, minimum: reader.u64(), per: reader.u64() };
}

function readCap(reader: Reader): NonNullable<RuleData["cap"]> {
  const offset = reader.u16();
  const { field, from } = readField(reader);
  if (field === "key" || field === "bytes" || field === "i64") {
    return reader.fail("a cap needs an unsigned number");
  }
  return { offset, from, field, total: reader.u64() };
}
