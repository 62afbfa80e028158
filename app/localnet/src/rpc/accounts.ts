import { PublicKey } from "@solana/web3.js";
import { z } from "zod";
import { accountJson, accountTest, maybeAccountJson } from "./account-json.js";
import { method, withContext, type Methods } from "./method.js";
import { accountConfig, accountFilter, publicKey, readConfig, wholeNumber } from "./params.js";

const programConfig = accountConfig.extend({
  filters: z.array(accountFilter).max(4).nullish(),
  withContext: z.boolean().nullish(),
});

/** Methods that read accounts. */
export const accountMethods: Methods = {
  getAccountInfo: method(z.tuple([publicKey, accountConfig.nullish()]), (chain, [key, config]) =>
    withContext(chain, maybeAccountJson(chain, chain.account(key), config ?? {}), config),
  ),

  getMultipleAccounts: method(
    z.tuple([z.array(publicKey).max(100), accountConfig.nullish()]),
    (chain, [keys, config]) => {
      const accounts = keys.map((key) => maybeAccountJson(chain, chain.account(key), config ?? {}));
      return withContext(chain, accounts, config);
    },
  ),

  getProgramAccounts: method(
    z.tuple([publicKey, programConfig.nullish()]),
    (chain, [program, config]) => {
      const passes = accountTest(config?.filters ?? []);
      const found = chain.engine.svm
        .getProgramAccounts(program.toBytes())
        .map((entry) => ({ address: entry.address, account: entry.account() }))
        .filter(({ account }) => account.lamports() > 0n && passes(account))
        .map(({ address, account }) => ({
          pubkey: new PublicKey(address).toBase58(),
          account: accountJson(chain, account, config ?? {}),
        }));
      const answer = withContext(chain, found, config);
      return config?.withContext === true ? answer : found;
    },
  ),

  getBalance: method(z.tuple([publicKey, readConfig.nullish()]), (chain, [key, config]) =>
    withContext(chain, Number(chain.account(key)?.lamports() ?? 0n), config),
  ),

  getMinimumBalanceForRentExemption: method(
    z.tuple([wholeNumber.max(10 * 1024 * 1024), readConfig.nullish()]),
    (chain, [bytes]) => Number(chain.engine.svm.minimumBalanceForRentExemption(BigInt(bytes))),
  ),
};
