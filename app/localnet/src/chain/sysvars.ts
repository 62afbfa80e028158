import { createHash } from "node:crypto";
import { PublicKey, SYSVAR_SLOT_HASHES_PUBKEY } from "@solana/web3.js";
import type { Engine } from "./engine.js";
import { SLOTS_PER_EPOCH, type ChainTime } from "./time.js";

/** Entries of the SlotHashes sysvar: what a lookup table's recent slot must be among. */
export const SLOT_HASHES = 512;
const ENTRY = 40;
const SLOT_HASHES_ADDRESS = SYSVAR_SLOT_HASHES_PUBKEY.toBytes();
const SYSVAR_OWNER = new PublicKey("Sysvar1111111111111111111111111111111111111").toBytes();

/** Bytes of the SlotHashes sysvar when `slot` is the newest finished slot, newest first. */
export function slotHashesData(seed: Uint8Array, slot: number): Uint8Array {
  const count = Math.min(SLOT_HASHES, slot);
  const data = new Uint8Array(8 + SLOT_HASHES * ENTRY);
  const view = new DataView(data.buffer);
  view.setBigUint64(0, BigInt(count), true);
  for (let i = 0; i < count; i += 1) writeEntry(data, view, i, seed, slot - i);
  return data;
}

/** The same after `moved` more slots, re-using the entries that stay. */
export function moveSlotHashes(
  data: Uint8Array,
  seed: Uint8Array,
  slot: number,
  moved: number,
): Uint8Array {
  if (moved >= SLOT_HASHES || slot < SLOT_HASHES) return slotHashesData(seed, slot);
  data.copyWithin(8 + moved * ENTRY, 8, 8 + (SLOT_HASHES - moved) * ENTRY);
  const view = new DataView(data.buffer);
  for (let i = 0; i < moved; i += 1) writeEntry(data, view, i, seed, slot - i);
  return data;
}

/** Writes clock and slot hashes for the transaction that runs next (in `time.slot + 1`). */
export function writeSysvars({ module, svm }: Engine, time: ChainTime, hashes: Uint8Array): void {
  const slot = BigInt(time.slot + 1);
  const epoch = slot / BigInt(SLOTS_PER_EPOCH);
  const old = svm.getClock();
  const epochStart = old.epoch === epoch ? old.epochStartTimestamp : BigInt(time.unixSeconds);
  svm.setClock(new module.Clock(slot, epochStart, epoch, epoch + 1n, BigInt(time.unixSeconds)));
  svm.setAccount(SLOT_HASHES_ADDRESS, new module.Account(1n, hashes, SYSVAR_OWNER, false, 0n));
  // The hash that durable nonces advance to must differ from slot to slot.
  svm.expireBlockhash();
}

function writeEntry(
  data: Uint8Array,
  view: DataView,
  index: number,
  seed: Uint8Array,
  slot: number,
): void {
  const at = 8 + index * ENTRY;
  view.setBigUint64(at, BigInt(slot), true);
  data.set(createHash("sha256").update(seed).update(`slot ${slot}`).digest(), at + 8);
}
