import { PublicKey } from "@solana/web3.js";
import { z } from "zod";
import type { Chain, Simulation } from "../chain/chain.js";
import { accountJson } from "./account-json.js";
import { method, withContext, type Methods } from "./method.js";
import { accountEncoding, publicKey, readConfig } from "./params.js";
import { invalidParams } from "./rpc-error.js";
import { decodeTransaction } from "./send.js";
import { parsedInnerInstructions, returnDataJson } from "./transaction-json.js";

const wantedAccounts = z.object({
  addresses: z.array(publicKey),
  encoding: accountEncoding.nullish(),
});

const simulateConfig = readConfig.extend({
  encoding: z.enum(["base58", "base64"]).nullish(),
  sigVerify: z.boolean().nullish(),
  replaceRecentBlockhash: z.boolean().nullish(),
  innerInstructions: z.boolean().nullish(),
  accounts: wantedAccounts.nullish(),
});

/** `simulateTransaction`. */
export const simulateMethods: Methods = {
  simulateTransaction: method(
    z.tuple([z.string(), simulateConfig.nullish()]),
    (chain, [encoded, config]) => {
      const transaction = decodeTransaction(encoded, config?.encoding);
      const replace = config?.replaceRecentBlockhash === true;
      if (replace && config.sigVerify === true) {
        throw invalidParams("sigVerify may not be used with replaceRecentBlockhash");
      }
      const replacement = chain.latestBlockhash();
      if (replace) transaction.message.recentBlockhash = replacement.blockhash;
      const outcome = chain.simulate(transaction, {
        verifySignatures: config?.sigVerify === true,
        checkBlockhash: !replace,
      });
      const { err, meta, tx } = outcome;
      const value = {
        err,
        logs: meta?.logs() ?? [],
        accounts: config?.accounts ? accountsAfter(chain, outcome, config.accounts) : null,
        unitsConsumed: Number(meta?.computeUnitsConsumed() ?? 0n),
        returnData: returnDataJson(meta),
        innerInstructions:
          config?.innerInstructions === true && meta !== undefined
            ? parsedInnerInstructions(meta, tx)
            : null,
        ...(replace ? { replacementBlockhash: replacement } : {}),
      };
      return withContext(chain, value, config);
    },
  ),
};

/** The wanted accounts as the transaction would leave them; all null when it fails. */
function accountsAfter(
  chain: Chain,
  { err, accounts, tx }: Simulation,
  wanted: z.output<typeof wantedAccounts>,
) {
  if (wanted.addresses.length > tx.keys.length) {
    throw invalidParams(`Too many accounts provided; max ${tx.keys.length}`);
  }
  if (err !== null) return wanted.addresses.map(() => null);
  const after = new Map(
    accounts.map((entry) => [new PublicKey(entry.address).toBase58(), entry.account()]),
  );
  const encoding = wanted.encoding ?? "base64";
  return wanted.addresses.map((address) => {
    const account = after.get(address.toBase58()) ?? chain.account(address);
    if (account === null || account.lamports() === 0n) return null;
    return accountJson(chain, account, { encoding });
  });
}
