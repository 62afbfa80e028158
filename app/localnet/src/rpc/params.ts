import { PublicKey } from "@solana/web3.js";
import bs58 from "bs58";
import { z } from "zod";

/** A public key in base58. */
export const publicKey = z.string().transform((text, context) => {
  try {
    return new PublicKey(text);
  } catch {
    context.addIssue({ code: "custom", message: `"${text}" is not a public key` });
    return z.NEVER;
  }
});

/** A transaction signature in base58. */
export const signature = base58("a signature", 64);

/** A block hash in base58. */
export const blockhash = base58("a block hash", 32);

/** The commitments of agave, old names included. Here all mean the same: one node, no forks. */
export const commitment = z.enum([
  "processed",
  "confirmed",
  "finalized",
  "recent",
  "single",
  "singleGossip",
  "root",
  "max",
]);

/** A whole number that fits a JSON number exactly. */
export const wholeNumber = z.number().int().nonnegative();

/** Fields that every read accepts. */
export const readConfig = z.object({
  commitment: commitment.nullish(),
  minContextSlot: wholeNumber.nullish(),
});

/** How account data is written in responses. */
export const accountEncoding = z.enum(["base58", "base64", "jsonParsed", "binary"]);

/** Fields that account reads accept. */
export const accountConfig = readConfig.extend({
  encoding: accountEncoding.nullish(),
  dataSlice: z.object({ offset: wholeNumber, length: wholeNumber }).nullish(),
});

/** What an account read was asked for. */
export type AccountConfig = z.output<typeof accountConfig>;

/** A filter on account data. */
export const accountFilter = z.union([
  z.object({ dataSize: wholeNumber }),
  z.object({
    memcmp: z.object({
      offset: wholeNumber,
      bytes: z.string(),
      encoding: z.enum(["base58", "base64"]).nullish(),
    }),
  }),
]);

/** A filter on account data. */
export type AccountFilter = z.output<typeof accountFilter>;

function base58(what: string, length: number) {
  return z.string().refine(
    (text) => {
      try {
        return bs58.decode(text).length === length;
      } catch {
        return false;
      }
    },
    { error: (issue) => `"${String(issue.input)}" is not ${what}` },
  );
}
