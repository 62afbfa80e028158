// The vault config account, byte by byte.
import { refused } from "../errors/error.js";
import { bytesToAddress } from "./address.js";
import { Reader, sameBytes } from "./bytes.js";
import { CONFIG_SIZE, VERSION } from "./constants.js";
import { discriminator } from "./discriminator.js";
import type { VaultConfig } from "./types.js";

/** First 8 bytes of every vault config. */
export const CONFIG_DISCRIMINATOR = /* @__PURE__ */ discriminator("account", "VaultConfig");

/** Offsets for `getProgramAccounts` filters; `owners` holds ten slots of 32 bytes. */
export const CONFIG_OFFSETS = { seedKey: 40, vault: 72, owners: 104 } as const;

/**
 * Reads a vault config. Foreign bytes are `NotAVaultConfig`, a newer layout is `UnknownVersion`.
 *
 * @example
 * ```ts
 * const { epoch, owners } = decodeVaultConfig(account.data);
 * ```
 */
export function decodeVaultConfig(bytes: Uint8Array): VaultConfig {
  if (bytes.length !== CONFIG_SIZE || !sameBytes(bytes.slice(0, 8), CONFIG_DISCRIMINATOR)) {
    throw refused("NotAVaultConfig");
  }
  const reader = new Reader(bytes, "vault config", (reason) =>
    refused("NotAVaultConfig", { detail: `${reason}.` }),
  );
  reader.take(8);
  if (reader.u8() !== VERSION) throw refused("UnknownVersion");
  const kind = (["canonical", "council"] as const)[reader.u8()] ?? reader.fail("unknown kind");
  const numbers = { index: reader.u8(), bump: reader.u8(), vaultBump: reader.u8() };
  const threshold = reader.u8();
  const count = reader.u8();
  if (count < 1 || count > 10 || threshold < 1 || threshold > count) {
    reader.fail("owners and threshold contradict each other");
  }
  reader.zeros(1);
  const timelockSeconds = reader.u32();
  reader.zeros(4);
  const epoch = reader.u64();
  const ownersRevision = reader.u64();
  const seedKey = bytesToAddress(reader.take(32));
  const vault = bytesToAddress(reader.take(32));
  const owners = Array.from({ length: count }, () => bytesToAddress(reader.take(32)));
  reader.zeros(32 * (10 - count));
  reader.zeros(64);
  reader.end();
  return {
    kind,
    ...numbers,
    threshold,
    timelockSeconds,
    epoch,
    ownersRevision,
    seedKey,
    vault,
    owners,
  };
}
