import { createHash } from "node:crypto";
import bs58 from "bs58";
import { z } from "zod";
import { SLOTS_PER_EPOCH } from "../chain/time.js";
import { API_VERSION, method, requireSlot, type Methods } from "./method.js";
import { readConfig, wholeNumber } from "./params.js";
import { RPC_CODES, RpcError } from "./rpc-error.js";

/** Genesis hash of every local network of this package; no public cluster has it. */
export const GENESIS_HASH = bs58.encode(
  createHash("sha256").update("valetkey localnet genesis").digest(),
);

const noParams = z.tuple([]);
const onlyConfig = z.tuple([readConfig.nullish()]);

/** Methods about the cluster as a whole: identity, slots, epochs, time. */
export const clusterMethods: Methods = {
  getVersion: method(noParams, () => ({ "solana-core": API_VERSION, "feature-set": 0 })),
  getHealth: method(noParams, () => "ok"),
  getGenesisHash: method(noParams, () => GENESIS_HASH),
  getFirstAvailableBlock: method(noParams, () => 0),

  getSlot: method(onlyConfig, (chain, [config]) => {
    const { slot } = chain.time();
    requireSlot(slot, config?.minContextSlot);
    return slot;
  }),

  getBlockHeight: method(onlyConfig, (chain, [config]) => {
    const { slot, blockHeight } = chain.time();
    requireSlot(slot, config?.minContextSlot);
    return blockHeight;
  }),

  getBlockTime: method(z.tuple([wholeNumber]), (chain, [slot]) => {
    const time = slot > chain.time().slot ? undefined : chain.ledger.timeOf(slot);
    if (time === undefined) {
      throw new RpcError(RPC_CODES.blockNotAvailable, `Block not available for slot ${slot}`);
    }
    return time;
  }),

  getTransactionCount: method(onlyConfig, (chain) => chain.ledger.size),

  getEpochInfo: method(onlyConfig, (chain, [config]) => {
    const { slot, blockHeight } = chain.time();
    requireSlot(slot, config?.minContextSlot);
    return {
      absoluteSlot: slot,
      blockHeight,
      epoch: Math.floor(slot / SLOTS_PER_EPOCH),
      slotIndex: slot % SLOTS_PER_EPOCH,
      slotsInEpoch: SLOTS_PER_EPOCH,
      transactionCount: chain.ledger.size,
    };
  }),

  getEpochSchedule: method(noParams, () => ({
    slotsPerEpoch: SLOTS_PER_EPOCH,
    leaderScheduleSlotOffset: SLOTS_PER_EPOCH,
    warmup: false,
    firstNormalEpoch: 0,
    firstNormalSlot: 0,
  })),
};
