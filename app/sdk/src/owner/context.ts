import type { AddressLookupTableAccount, Connection, PublicKey } from "@solana/web3.js";

import { decodeVaultConfig, type VaultConfig } from "../codec/index.js";
import { rpc } from "../send/rpc.js";
import { send, type Landed, type OnEvent } from "../send/index.js";
import { compileTransaction } from "../transaction/index.js";
import { spell, usableTables, type OwnerAct } from "./act.js";
import type { OwnerWallet, Unsigned } from "./wallet.js";

/** What every act of an owner knows. */
export interface OwnerContext {
  readonly connection: Connection;
  readonly programId: PublicKey;
  /** Pays, and signs as an owner where it is one. */
  readonly wallet: OwnerWallet;
  /** Further owners who sign at once. */
  readonly cosigners: readonly OwnerWallet[];
  /** Null: an existing council's config, which no one can open again. */
  readonly vaultIndex: number | null;
  readonly config: PublicKey;
  readonly vault: PublicKey;
  /** Throws `WrongCluster`; asks the endpoint once. */
  readonly checkCluster: () => Promise<void>;
}

/** Members that every call of an owner takes. */
export interface CallOptions {
  /**
   * Tables that make a transaction smaller. What a table holds is an endpoint's word: addresses that decide something are only
   * looked up where the program compares them with their hash, which a lie makes fail.
   */
  readonly lookupTables?: readonly AddressLookupTableAccount[];
  readonly signal?: AbortSignal;
  readonly onEvent?: OnEvent;
}

/** Sends an act with the owner's signature, and those of the cosigners that it needs. */
export async function sendAsOwner(
  context: OwnerContext,
  act: OwnerAct,
  options: CallOptions,
): Promise<Landed> {
  const { connection, programId, wallet } = context;
  await context.checkCluster();
  const payer = wallet.publicKey;
  const usable = await usableTables(context, options);
  const { instructions, tables } = spell(context, act, usable);
  return await send({
    connection,
    programId,
    payer,
    build: (input) => compileTransaction({ payer, instructions, tables, ...input }),
    sign: async (transaction) => {
      const [signed = transaction] = await signAll(context, [{ transaction, tables }]);
      return signed;
    },
    signal: options.signal,
    onEvent: [options.onEvent],
  });
}

/** Has transactions signed by the wallet first, which may set its fees, then by the cosigners that they name. */
export async function signAll(
  { wallet, cosigners }: OwnerContext,
  unsigned: readonly Unsigned[],
): Promise<readonly Unsigned["transaction"][]> {
  let current = unsigned;
  for (const signer of [wallet, ...cosigners]) {
    const mine = current.filter(({ transaction }) => mustSign(transaction, signer.publicKey));
    if (mine.length === 0) continue;
    const signed = await signer.signAll(mine);
    current = current.map((one) => {
      const transaction = signed[mine.indexOf(one)];
      return transaction === undefined ? one : { ...one, transaction };
    });
  }
  return current.map(({ transaction }) => transaction);
}

function mustSign({ message }: Unsigned["transaction"], key: PublicKey): boolean {
  const { header, staticAccountKeys } = message;
  return staticAccountKeys.slice(0, header.numRequiredSignatures).some((one) => one.equals(key));
}

/** Reads the vault config, null when it was never opened. */
export async function readConfig(context: {
  readonly connection: Connection;
  readonly config: PublicKey;
}): Promise<VaultConfig | null> {
  const account = await rpc("getAccountInfo", () =>
    context.connection.getAccountInfo(context.config, "confirmed"),
  );
  return account === null ? null : decodeVaultConfig(account.data);
}
