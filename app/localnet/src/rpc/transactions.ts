import { z } from "zod";
import type { LandedTransaction } from "../chain/ledger.js";
import { method, withContext, type Methods } from "./method.js";
import { publicKey, readConfig, signature, wholeNumber } from "./params.js";
import { RPC_CODES, RpcError } from "./rpc-error.js";
import { metaJson, transactionJson } from "./transaction-json.js";

const encoding = z.enum(["json", "jsonParsed", "base58", "base64"]);
const transactionConfig = readConfig.extend({
  encoding: encoding.nullish(),
  maxSupportedTransactionVersion: wholeNumber.nullish(),
});
const historyConfig = readConfig.extend({
  limit: z.number().int().min(1).max(1000).nullish(),
  before: signature.nullish(),
  until: signature.nullish(),
});

/** Methods about transactions that landed. One node without forks: what landed is final. */
export const transactionMethods: Methods = {
  getSignatureStatuses: method(
    z.tuple([
      z.array(signature).max(256),
      z.object({ searchTransactionHistory: z.boolean().nullish() }).nullish(),
    ]),
    (chain, [signatures]) =>
      withContext(
        chain,
        signatures.map((name) => {
          const landed = chain.ledger.get(name);
          return landed === undefined ? null : statusJson(landed);
        }),
      ),
  ),

  getTransaction: method(
    z.tuple([signature, z.union([encoding, transactionConfig]).nullish()]),
    (chain, [name, option]) => {
      const config = typeof option === "string" ? { encoding: option } : (option ?? {});
      const landed = chain.ledger.get(name);
      if (landed === undefined) return null;
      const { version } = landed.tx.message;
      const supported =
        "maxSupportedTransactionVersion" in config
          ? config.maxSupportedTransactionVersion
          : undefined;
      if (version !== "legacy" && (supported ?? -1) < version) {
        throw new RpcError(
          RPC_CODES.unsupportedVersion,
          `Transaction version (${version}) is not supported by the requesting client. ` +
            "Please try the request again with the following configuration parameter: " +
            `"maxSupportedTransactionVersion": ${version}`,
        );
      }
      const shape = config.encoding ?? "json";
      return {
        slot: landed.slot,
        blockTime: landed.blockTime,
        transaction: transactionJson(landed.tx, shape),
        meta: metaJson(landed, shape),
        ...(supported === undefined || supported === null ? {} : { version }),
      };
    },
  ),

  getSignaturesForAddress: method(
    z.tuple([publicKey, historyConfig.nullish()]),
    (chain, [address, config]) => {
      const all = chain.ledger.ofAddress(address.toBase58());
      const position = (name: string | null | undefined) =>
        all.findIndex((landed) => landed.tx.signature === name);
      const start = config?.before ? position(config.before) + 1 : 0;
      const until = config?.until ? position(config.until) : -1;
      const end = until === -1 ? all.length : until;
      return all.slice(start, Math.min(end, start + (config?.limit ?? 1000))).map((landed) => ({
        signature: landed.tx.signature,
        slot: landed.slot,
        err: landed.err,
        memo: null,
        blockTime: landed.blockTime,
        confirmationStatus: "finalized",
      }));
    },
  ),
};

function statusJson(landed: LandedTransaction) {
  return {
    slot: landed.slot,
    confirmations: null,
    err: landed.err,
    status: landed.err === null ? { Ok: null } : { Err: landed.err },
    confirmationStatus: "finalized",
  };
}
