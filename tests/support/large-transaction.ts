// Transactions beyond the 1,232 bytes that web3.js can write: the runtime takes them, and transactions of version 1 have the room.
import { createPrivateKey, sign } from "node:crypto";

import { TransactionMessage } from "@solana/web3.js";
import type { Keypair, TransactionInstruction, VersionedTransaction } from "@solana/web3.js";
import bs58 from "bs58";

import type { SendResult, Svm } from "./svm.js";

/** A length in 7-bit groups. */
const short = (length: number): readonly number[] =>
  length < 128 ? [length] : [(length & 127) | 128, ...short(length >> 7)];

/** The platform's own Ed25519, which is much faster than web3.js's; the prefix is that of a PKCS #8 private key. */
function signWith(signer: Keypair, message: Uint8Array): Uint8Array {
  const prefix = Buffer.from("302e020100300506032b657004220420", "hex");
  const key = Buffer.concat([prefix, signer.secretKey.subarray(0, 32)]);
  return sign(null, message, createPrivateKey({ key, format: "der", type: "pkcs8" }));
}

/** Sends instructions in one legacy transaction of any size; the first signer pays. */
export function sendLarge(
  svm: Svm,
  instructions: readonly TransactionInstruction[],
  signers: readonly Keypair[],
): SendResult {
  const [payer] = signers;
  if (payer === undefined) throw new Error("a transaction needs a signer");
  const { header, accountKeys, ...compiled } = new TransactionMessage({
    payerKey: payer.publicKey,
    recentBlockhash: svm.blockhash(),
    instructions: [...instructions],
  }).compileToLegacyMessage();
  const message = Uint8Array.from([
    ...[header.numRequiredSignatures, header.numReadonlySignedAccounts],
    header.numReadonlyUnsignedAccounts,
    ...[...short(accountKeys.length), ...accountKeys.flatMap((key) => [...key.toBytes()])],
    ...bs58.decode(compiled.recentBlockhash),
    ...short(compiled.instructions.length),
    ...compiled.instructions.flatMap(({ programIdIndex, accounts, data }) => {
      const bytes = bs58.decode(data);
      const indices = [...short(accounts.length), ...accounts];
      return [programIdIndex, ...indices, ...short(bytes.length), ...bytes];
    }),
  ]);
  const signatures = accountKeys.slice(0, header.numRequiredSignatures).flatMap((key) => {
    const signer = signers.find((one) => one.publicKey.equals(key));
    if (signer === undefined) throw new Error(`no signature of ${key.toBase58()}`);
    return [...signWith(signer, message)];
  });
  const bytes = Uint8Array.from([
    ...[...short(header.numRequiredSignatures), ...signatures, ...message],
  ]);
  return svm.sendTransaction({ serialize: () => bytes } as unknown as VersionedTransaction);
}
