import type {
  AddressLookupTableAccount,
  Connection,
  PublicKey,
  TransactionInstruction,
} from "@solana/web3.js";

import { decodeVaultConfig, type VaultConfig } from "../codec/index.js";
import { rpc } from "../send/rpc.js";
import { send, type Landed, type OnEvent } from "../send/index.js";
import { maskTables, selectTables } from "../tables/index.js";
import { compileTransaction } from "../transaction/index.js";
import { checkedAddresses } from "./checked-addresses.js";
import type { OwnerWallet } from "./wallet.js";

/** What every act of an owner knows. */
export interface OwnerContext {
  readonly connection: Connection;
  readonly programId: PublicKey;
  readonly wallet: OwnerWallet;
  readonly vaultIndex: number;
  readonly config: PublicKey;
  readonly vault: PublicKey;
  /** Throws `WrongCluster`; asks the endpoint once. */
  readonly checkCluster: () => Promise<void>;
}

/** Members that every call of an owner takes. */
export interface CallOptions {
  /**
   * Tables for what the programs check themselves (`checkedAddresses`): an endpoint's word never decides where an owner's money
   * goes, so everything else stands in the transaction itself.
   */
  readonly lookupTables?: readonly AddressLookupTableAccount[];
  readonly signal?: AbortSignal;
  readonly onEvent?: OnEvent;
}

/** Sends instructions with the owner's signature, and none but the owner's. */
export async function sendAsOwner(
  context: OwnerContext,
  instructions: readonly TransactionInstruction[],
  options: CallOptions,
): Promise<Landed> {
  const { connection, programId, wallet } = context;
  await context.checkCluster();
  const payer = wallet.publicKey;
  const tables = await usableTables(context, instructions, options);
  return await send({
    connection,
    programId,
    payer,
    build: (input) => compileTransaction({ payer, instructions, tables, ...input }),
    sign: (transaction) => wallet.sign(transaction, tables),
    signal: options.signal,
    onEvent: [options.onEvent],
  });
}

/** The caller's tables, less everything in them that no program checks. */
export function ownTables(
  { programId, wallet }: OwnerContext,
  instructions: readonly TransactionInstruction[],
  { lookupTables: tables = [] }: CallOptions,
): readonly AddressLookupTableAccount[] {
  const keep = checkedAddresses(programId, instructions);
  return maskTables({ tables, keep, payer: wallet.publicKey });
}

async function usableTables(
  context: OwnerContext,
  instructions: readonly TransactionInstruction[],
  options: CallOptions,
): Promise<readonly AddressLookupTableAccount[]> {
  const tables = ownTables(context, instructions, options);
  if (tables.length === 0) return [];
  const slot = await rpc("getSlot", () => context.connection.getSlot("confirmed"));
  return selectTables({ payer: context.wallet.publicKey, instructions, tables, slot });
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
