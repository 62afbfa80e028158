import {
  AddressLookupTableAccount,
  MessageAccountKeys,
  PublicKey,
  VersionedTransaction,
  type VersionedMessage,
} from "@solana/web3.js";
import bs58 from "bs58";
import type { LiteSvm } from "litesvm/dist/internal.js";
import { readAccount } from "./engine.js";

/** Most bytes of a legacy or v0 transaction. */
export const PACKET_BYTES = 1232;

/** A transaction as it came in, with every address that it touches. */
export interface ResolvedTransaction {
  readonly bytes: Uint8Array;
  readonly transaction: VersionedTransaction;
  readonly message: VersionedMessage;
  /** First signature, base58: the transaction's name. */
  readonly signature: string;
  /** Addresses in index order: static ones, then those loaded from lookup tables. */
  readonly keys: readonly PublicKey[];
  readonly loaded: { readonly writable: readonly string[]; readonly readonly: readonly string[] };
  /** Same order as `keys`. */
  readonly writable: readonly boolean[];
}

/** Why bytes are not a transaction; the message goes to the caller. */
export class MalformedTransaction extends Error {
  override readonly name = "MalformedTransaction";
}

/**
 * Reads transaction bytes strictly: they must be exactly what the parsed form serializes to, since
 * LiteSVM aborts the process on bytes that it can't read.
 *
 * @throws MalformedTransaction
 */
export function parseTransaction(bytes: Uint8Array): VersionedTransaction {
  if (bytes.length > PACKET_BYTES) {
    throw new MalformedTransaction(
      `transaction too large: ${bytes.length} bytes (max: ${PACKET_BYTES} bytes)`,
    );
  }
  let transaction: VersionedTransaction;
  let again: Uint8Array;
  try {
    transaction = VersionedTransaction.deserialize(bytes);
    again = transaction.serialize();
  } catch (cause) {
    throw new MalformedTransaction(`failed to deserialize transaction: ${String(cause)}`);
  }
  if (Buffer.compare(bytes, again) !== 0) {
    throw new MalformedTransaction("failed to deserialize transaction: trailing or odd bytes");
  }
  const { message, signatures } = transaction;
  const { numRequiredSignatures, numReadonlySignedAccounts, numReadonlyUnsignedAccounts } =
    message.header;
  const statics = message.staticAccountKeys.length;
  const total = statics + loadedCount(message);
  const sane =
    (message.version === "legacy" || message.version === 0) &&
    signatures.length === numRequiredSignatures &&
    numReadonlySignedAccounts < numRequiredSignatures &&
    numRequiredSignatures + numReadonlyUnsignedAccounts <= statics &&
    total <= 256 &&
    message.compiledInstructions.every(
      (ix) =>
        ix.programIdIndex > 0 &&
        ix.programIdIndex < statics &&
        ix.accountKeyIndexes.every((index) => index < total),
    );
  if (!sane) throw new MalformedTransaction("invalid transaction: failed to sanitize");
  return transaction;
}

/** Looks up the addresses of a parsed transaction; tables that can't be read add none. */
export function resolveTransaction(
  svm: LiteSvm,
  transaction: VersionedTransaction,
  bytes: Uint8Array,
): ResolvedTransaction {
  const { message } = transaction;
  const accountKeys = resolveKeys(svm, message);
  const loaded = accountKeys.accountKeysFromLookups;
  const keys = accountKeys.keySegments().flat();
  const first = transaction.signatures[0] ?? new Uint8Array(64);
  return {
    bytes,
    transaction,
    message,
    signature: bs58.encode(first),
    keys,
    loaded: {
      writable: loaded?.writable.map(String) ?? [],
      readonly: loaded?.readonly.map(String) ?? [],
    },
    writable: keys.map((_, index) => message.isAccountWritable(index)),
  };
}

function resolveKeys(svm: LiteSvm, message: VersionedMessage): MessageAccountKeys {
  if (message.version !== 0) return message.getAccountKeys();
  const tables: AddressLookupTableAccount[] = [];
  for (const { accountKey } of message.addressTableLookups) {
    const account = readAccount(svm, accountKey.toBytes());
    if (account === null) continue;
    try {
      const state = AddressLookupTableAccount.deserialize(account.data());
      tables.push(new AddressLookupTableAccount({ key: accountKey, state }));
    } catch {
      // Not a lookup table: LiteSVM names the error when the transaction runs.
    }
  }
  try {
    return message.getAccountKeys({ addressLookupTableAccounts: tables });
  } catch {
    // A missing table or index: such a transaction never lands, its own addresses will do.
    return new MessageAccountKeys(message.staticAccountKeys);
  }
}

function loadedCount(message: VersionedMessage): number {
  return message.addressTableLookups.reduce(
    (sum, t) => sum + t.writableIndexes.length + t.readonlyIndexes.length,
    0,
  );
}

/** Program addresses that the transaction calls at top level. */
export function calledPrograms(tx: ResolvedTransaction): readonly PublicKey[] {
  return tx.message.compiledInstructions.map(
    (ix) => tx.keys[ix.programIdIndex] ?? PublicKey.default,
  );
}
