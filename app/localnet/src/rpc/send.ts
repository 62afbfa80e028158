import type { VersionedTransaction } from "@solana/web3.js";
import bs58 from "bs58";
import { z } from "zod";
import { MalformedTransaction, parseTransaction } from "../chain/message.js";
import { errorText, type TransactionErrorJson } from "../chain/transaction-error.js";
import type { TransactionMetadata } from "litesvm/dist/internal.js";
import { LocalnetError } from "../errors.js";
import { method, requireSlot, type Methods } from "./method.js";
import { publicKey, readConfig, wholeNumber } from "./params.js";
import { invalidParams, RPC_CODES, RpcError } from "./rpc-error.js";
import { returnDataJson } from "./transaction-json.js";

const sendConfig = readConfig.extend({
  encoding: z.enum(["base58", "base64"]).nullish(),
  skipPreflight: z.boolean().nullish(),
  preflightCommitment: z.string().nullish(),
  maxRetries: wholeNumber.nullish(),
});

/** Methods that change the chain. */
export const sendMethods: Methods = {
  sendTransaction: method(
    z.tuple([z.string(), sendConfig.nullish()]),
    (chain, [encoded, config]) => {
      const transaction = decodeTransaction(encoded, config?.encoding);
      requireSlot(chain.time().slot, config?.minContextSlot);
      if (config?.skipPreflight !== true) {
        const checks = { verifySignatures: true, checkBlockhash: true };
        const { err, meta } = chain.simulate(transaction, checks);
        if (err !== null) throw preflightError(err, meta);
      }
      const outcome = chain.send(transaction);
      if ("landed" in outcome) return outcome.landed.tx.signature;
      // Sending what has landed again is harmless without preflight, as on a cluster.
      if (outcome.refused === "AlreadyProcessed") return signatureOf(transaction);
      // A cluster would drop the rest in silence; saying so is kinder.
      throw preflightError(outcome.refused, outcome.meta);
    },
  ),
};

/** `requestAirdrop`, which needs the faucet. */
export function faucetMethods(airdrop: (to: PublicKeyOf, lamports: bigint) => string): Methods {
  return {
    requestAirdrop: method(
      z.tuple([publicKey, wholeNumber.positive(), readConfig.nullish()]),
      (_chain, [to, lamports]) => {
        try {
          return airdrop(to, BigInt(lamports));
        } catch (error) {
          if (error instanceof LocalnetError) throw new RpcError(RPC_CODES.internal, error.message);
          throw error;
        }
      },
    ),
  };
}

type PublicKeyOf = z.output<typeof publicKey>;

/** Decodes a transaction parameter; refuses what isn't exactly a transaction with `-32602`. */
export function decodeTransaction(
  text: string,
  encoding: "base58" | "base64" | null | undefined,
): VersionedTransaction {
  let bytes: Uint8Array;
  try {
    bytes =
      encoding === "base64" ? z.base64().transform(fromBase64).parse(text) : bs58.decode(text);
  } catch {
    throw invalidParams(`invalid ${encoding ?? "base58"} encoding of a transaction`);
  }
  try {
    return parseTransaction(bytes);
  } catch (error) {
    if (error instanceof MalformedTransaction) throw invalidParams(error.message);
    throw error;
  }
}

function fromBase64(text: string): Uint8Array {
  return Buffer.from(text, "base64");
}

function signatureOf(transaction: VersionedTransaction): string {
  return bs58.encode(transaction.signatures[0] ?? new Uint8Array(64));
}

function preflightError(
  err: TransactionErrorJson,
  meta: TransactionMetadata | undefined,
): RpcError {
  if (err === "SignatureFailure") {
    return new RpcError(
      RPC_CODES.signatureVerification,
      "Transaction signature verification failure",
    );
  }
  return new RpcError(
    RPC_CODES.preflightFailure,
    `Transaction simulation failed: ${errorText(err)}`,
    {
      accounts: null,
      err,
      innerInstructions: null,
      logs: meta?.logs() ?? [],
      replacementBlockhash: null,
      returnData: returnDataJson(meta),
      unitsConsumed: Number(meta?.computeUnitsConsumed() ?? 0n),
    },
  );
}
