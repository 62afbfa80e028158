import { PublicKey, type VersionedMessage } from "@solana/web3.js";
import bs58 from "bs58";
import type { TransactionMetadata } from "litesvm/dist/internal.js";
import type { LandedTransaction } from "../chain/ledger.js";
import type { ResolvedTransaction } from "../chain/message.js";

/** How a transaction is written in responses. */
export type TransactionEncoding = "json" | "jsonParsed" | "base58" | "base64";

/** Return data of a run, or null when no program set any. */
export function returnDataJson(meta: TransactionMetadata | undefined) {
  const returned = meta?.returnData();
  if (returned === undefined) return null;
  const data = returned.data();
  const programId = new PublicKey(returned.programId());
  if (data.length === 0 && programId.equals(PublicKey.default)) return null;
  return {
    programId: programId.toBase58(),
    data: [Buffer.from(data).toString("base64"), "base64"],
  };
}

/** Inner instructions by index, as `getTransaction` has them. */
export function innerInstructions(meta: TransactionMetadata) {
  return groups(meta).map(({ index, instructions }) => ({
    index,
    instructions: instructions.map((inner) => {
      const ix = inner.instruction();
      return {
        programIdIndex: ix.programIdIndex(),
        accounts: [...ix.accounts()],
        data: bs58.encode(ix.data()),
        stackHeight: inner.stackHeight(),
      };
    }),
  }));
}

/** Inner instructions by address, as simulations and `jsonParsed` have them. */
export function parsedInnerInstructions(meta: TransactionMetadata, tx: ResolvedTransaction) {
  return groups(meta).map(({ index, instructions }) => ({
    index,
    instructions: instructions.map((inner) => {
      const ix = inner.instruction();
      const parsed = byAddress(tx, ix.programIdIndex(), ix.accounts(), ix.data());
      return { ...parsed, stackHeight: inner.stackHeight() };
    }),
  }));
}

/** The `meta` of a landed transaction. */
export function metaJson(landed: LandedTransaction, encoding: TransactionEncoding) {
  const { meta, tx, err } = landed;
  const parsed = encoding === "jsonParsed";
  const returnData = returnDataJson(meta);
  return {
    err,
    status: err === null ? { Ok: null } : { Err: err },
    fee: Number(landed.fee),
    preBalances: landed.before.lamports.map(Number),
    postBalances: landed.after.lamports.map(Number),
    preTokenBalances: landed.before.tokens,
    postTokenBalances: landed.after.tokens,
    innerInstructions: parsed ? parsedInnerInstructions(meta, tx) : innerInstructions(meta),
    logMessages: meta.logs(),
    rewards: [],
    computeUnitsConsumed: Number(meta.computeUnitsConsumed()),
    ...(parsed ? {} : { loadedAddresses: tx.loaded }),
    ...(returnData === null ? {} : { returnData }),
  };
}

/** The transaction itself, in the wanted encoding. */
export function transactionJson(tx: ResolvedTransaction, encoding: TransactionEncoding) {
  if (encoding === "base64") return [Buffer.from(tx.bytes).toString("base64"), "base64"];
  if (encoding === "base58") return [bs58.encode(tx.bytes), "base58"];
  const signatures = tx.transaction.signatures.map((bytes) => bs58.encode(bytes));
  const message = encoding === "json" ? messageJson(tx.message) : parsedMessageJson(tx);
  return { signatures, message };
}

function messageJson(message: VersionedMessage) {
  return {
    accountKeys: message.staticAccountKeys.map(String),
    header: message.header,
    recentBlockhash: message.recentBlockhash,
    instructions: message.compiledInstructions.map((ix) => ({
      programIdIndex: ix.programIdIndex,
      accounts: [...ix.accountKeyIndexes],
      data: bs58.encode(ix.data),
      stackHeight: 1,
    })),
    ...(message.version === 0 ? { addressTableLookups: lookupsJson(message) } : {}),
  };
}

function parsedMessageJson(tx: ResolvedTransaction) {
  const { message, keys, writable } = tx;
  return {
    accountKeys: keys.map((key, index) => ({
      pubkey: key.toBase58(),
      signer: message.isAccountSigner(index),
      writable: writable[index] ?? false,
      source: index < message.staticAccountKeys.length ? "transaction" : "lookupTable",
    })),
    recentBlockhash: message.recentBlockhash,
    instructions: message.compiledInstructions.map((ix) => ({
      ...byAddress(tx, ix.programIdIndex, ix.accountKeyIndexes, ix.data),
      stackHeight: 1,
    })),
    ...(message.version === 0 ? { addressTableLookups: lookupsJson(message) } : {}),
  };
}

function lookupsJson(message: VersionedMessage) {
  return message.addressTableLookups.map((lookup) => ({
    accountKey: lookup.accountKey.toBase58(),
    writableIndexes: [...lookup.writableIndexes],
    readonlyIndexes: [...lookup.readonlyIndexes],
  }));
}

function byAddress(
  { keys }: ResolvedTransaction,
  program: number,
  accounts: Iterable<number>,
  data: Uint8Array,
) {
  const address = (index: number) => (keys[index] ?? PublicKey.default).toBase58();
  return {
    programId: address(program),
    accounts: [...accounts].map(address),
    data: bs58.encode(data),
  };
}

function groups(meta: TransactionMetadata) {
  return meta
    .innerInstructions()
    .map((instructions, index) => ({ index, instructions }))
    .filter(({ instructions }) => instructions.length > 0);
}
