import { PublicKey } from "@solana/web3.js";
import { z } from "zod";
import { decimalsOf } from "../chain/balances.js";
import type { Chain } from "../chain/chain.js";
import {
  readMint,
  readTokenAccount,
  TOKEN_PROGRAMS,
  uiTokenAmount,
  type TokenAccountView,
} from "../chain/tokens.js";
import { accountJson } from "./account-json.js";
import { method, withContext, type Method, type Methods } from "./method.js";
import { accountConfig, publicKey, readConfig } from "./params.js";
import { invalidParams } from "./rpc-error.js";

const tokenFilter = z.union([z.object({ mint: publicKey }), z.object({ programId: publicKey })]);

/** Methods about SPL tokens, of both token programs. */
export const tokenMethods: Methods = {
  getTokenAccountBalance: method(
    z.tuple([publicKey, readConfig.nullish()]),
    (chain, [key, config]) => {
      const account = chain.account(key);
      if (account === null) throw invalidParams("Invalid param: could not find account");
      const token = readTokenAccount(account);
      if (token === undefined) throw invalidParams("Invalid param: not a Token account");
      const amount = uiTokenAmount(token.amount, decimalsOf(chain.engine.svm, token.mint));
      return withContext(chain, amount, config);
    },
  ),

  getTokenSupply: method(z.tuple([publicKey, readConfig.nullish()]), (chain, [key, config]) => {
    const account = chain.account(key);
    if (account === null) throw invalidParams("Invalid param: could not find account");
    const mint = readMint(account);
    if (mint === undefined) throw invalidParams("Invalid param: not a Token mint");
    return withContext(chain, uiTokenAmount(mint.supply, mint.decimals), config);
  }),

  getTokenAccountsByOwner: tokenAccountsBy((token) => token.owner),
  getTokenAccountsByDelegate: tokenAccountsBy((token) => token.delegate),
};

function tokenAccountsBy(field: (token: TokenAccountView) => string | undefined): Method {
  return method(
    z.tuple([publicKey, tokenFilter, accountConfig.nullish()]),
    (chain, [key, filter, config]) => {
      const wanted = key.toBase58();
      const mint = "mint" in filter ? filter.mint.toBase58() : undefined;
      const found = searchedPrograms(chain, filter)
        .flatMap((program) => chain.engine.svm.getProgramAccounts(program.toBytes()))
        .map((entry) => ({ address: entry.address, account: entry.account() }))
        .filter(({ account }) => {
          const token = account.lamports() > 0n ? readTokenAccount(account) : undefined;
          if (token === undefined || field(token) !== wanted) return false;
          return mint === undefined || token.mint === mint;
        })
        .map(({ address, account }) => ({
          pubkey: new PublicKey(address).toBase58(),
          account: accountJson(chain, account, config ?? {}),
        }));
      return withContext(chain, found, config);
    },
  );
}

function searchedPrograms(
  chain: Chain,
  filter: z.output<typeof tokenFilter>,
): readonly PublicKey[] {
  if ("programId" in filter) {
    if (filter.programId.toBase58() in TOKEN_PROGRAMS) return [filter.programId];
    throw invalidParams("Invalid param: unrecognized Token program id");
  }
  const account = chain.account(filter.mint);
  if (account === null) throw invalidParams("Invalid param: could not find mint");
  if (readMint(account) === undefined) throw invalidParams("Invalid param: not a Token mint");
  return [new PublicKey(account.owner())];
}
