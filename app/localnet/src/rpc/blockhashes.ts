import { VersionedMessage } from "@solana/web3.js";
import { z } from "zod";
import { messageFee } from "../chain/fees.js";
import { method, withContext, type Methods } from "./method.js";
import { blockhash, publicKey, readConfig } from "./params.js";
import { invalidParams } from "./rpc-error.js";

/** Methods about block hashes and fees. */
export const blockhashMethods: Methods = {
  getLatestBlockhash: method(z.tuple([readConfig.nullish()]), (chain, [config]) =>
    withContext(chain, chain.latestBlockhash(), config),
  ),

  isBlockhashValid: method(z.tuple([blockhash, readConfig.nullish()]), (chain, [hash, config]) =>
    withContext(chain, chain.isBlockhashValid(hash), config),
  ),

  getFeeForMessage: method(
    z.tuple([z.base64(), readConfig.nullish()]),
    (chain, [encoded, config]) => {
      let message: VersionedMessage;
      try {
        message = VersionedMessage.deserialize(Buffer.from(encoded, "base64"));
      } catch (cause) {
        throw invalidParams(`Invalid params: not a message: ${String(cause)}`);
      }
      const known = chain.isBlockhashValid(message.recentBlockhash);
      return withContext(chain, known ? Number(messageFee(message)) : null, config);
    },
  ),

  getRecentPrioritizationFees: method(z.tuple([z.array(publicKey).max(128).nullish()]), (chain) => {
    const { slot } = chain.time();
    return Array.from({ length: 150 }, (_, i) => ({
      slot: slot - 149 + i,
      prioritizationFee: 0,
    }));
  }),
};
