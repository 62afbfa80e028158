import { PublicKey } from "@solana/web3.js";
import { z } from "zod";
import type { Chain } from "../chain/chain.js";
import { readAccount } from "../chain/engine.js";
import type { LandedTransaction } from "../chain/ledger.js";
import { accountJson, accountTest } from "../rpc/account-json.js";
import { checkParams } from "../rpc/method.js";
import { accountConfig, accountFilter, publicKey, readConfig, signature } from "../rpc/params.js";

/** One message to a subscriber: the `result` field of a notification. */
export interface Notice {
  readonly result: unknown;
  /** The subscription is over after this notice. */
  readonly last?: boolean;
}

/** What one subscription reacts to. Each part returns the notices to send. */
export interface Watch {
  readonly onSlot?: (slot: number) => readonly Notice[];
  readonly onTransaction?: (landed: LandedTransaction) => readonly Notice[];
  readonly onAccounts?: (addresses: readonly PublicKey[], slot: number) => readonly Notice[];
  /** Notices that are due at once, for what happened before the subscription. */
  readonly pending?: () => readonly Notice[];
}

type OpenWatch = (chain: Chain, params: unknown) => Watch;

/** Kinds of subscription by the stem of their method names (`slot` for `slotSubscribe`). */
export const WATCHES: Readonly<Record<string, OpenWatch>> = {
  slot: () => ({ onSlot: (slot) => [{ result: { parent: slot - 1, root: slot, slot } }] }),
  root: () => ({ onSlot: (slot) => [{ result: slot }] }),
  signature: watchSignature,
  account: watchAccount,
  program: watchProgram,
  logs: watchLogs,
};

function watchSignature(chain: Chain, params: unknown): Watch {
  const config = readConfig.extend({ enableReceivedNotification: z.boolean().nullish() });
  const [wanted] = checkParams(z.tuple([signature, config.nullish()]), params);
  const notices = (landed: LandedTransaction | undefined): Notice[] =>
    landed?.tx.signature === wanted
      ? [{ result: inSlot(landed.slot, { err: landed.err }), last: true }]
      : [];
  return { onTransaction: notices, pending: () => notices(chain.ledger.get(wanted)) };
}

function watchAccount(chain: Chain, params: unknown): Watch {
  const [wanted, config] = checkParams(z.tuple([publicKey, accountConfig.nullish()]), params);
  return {
    onAccounts: (addresses, slot) => {
      if (!addresses.some((address) => address.equals(wanted))) return [];
      const account = readAccount(chain.engine.svm, wanted.toBytes());
      const value = account === null ? CLOSED_ACCOUNT : accountJson(chain, account, config ?? {});
      return [{ result: inSlot(slot, value) }];
    },
  };
}

function watchProgram(chain: Chain, params: unknown): Watch {
  const schema = accountConfig.extend({ filters: z.array(accountFilter).max(4).nullish() });
  const [program, config] = checkParams(z.tuple([publicKey, schema.nullish()]), params);
  const passes = accountTest(config?.filters ?? []);
  return {
    onAccounts: (addresses, slot) =>
      addresses.flatMap((address) => {
        const account = readAccount(chain.engine.svm, address.toBytes());
        if (account === null || !program.equals(new PublicKey(account.owner()))) return [];
        if (!passes(account)) return [];
        const value = {
          pubkey: address.toBase58(),
          account: accountJson(chain, account, config ?? {}),
        };
        return [{ result: inSlot(slot, value) }];
      }),
  };
}

function watchLogs(_chain: Chain, params: unknown): Watch {
  const filter = z.union([
    z.enum(["all", "allWithVotes"]),
    z.object({ mentions: z.tuple([publicKey]) }),
  ]);
  const [wanted] = checkParams(z.tuple([filter, readConfig.nullish()]), params);
  return {
    onTransaction: ({ tx, slot, err, meta }) => {
      if (typeof wanted === "object") {
        const [mentioned] = wanted.mentions;
        if (!tx.keys.some((key) => key.equals(mentioned))) return [];
      }
      return [{ result: inSlot(slot, { signature: tx.signature, err, logs: meta.logs() }) }];
    },
  };
}

function inSlot(slot: number, value: unknown) {
  return { context: { slot }, value };
}

/** What watchers of an account see when it's gone. */
const CLOSED_ACCOUNT = {
  lamports: 0,
  owner: PublicKey.default.toBase58(),
  executable: false,
  rentEpoch: 0,
  space: 0,
  data: ["", "base64"],
};
