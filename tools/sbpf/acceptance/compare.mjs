// Runs each program in LiteSVM on each seed and compares its log with the native digests, topic by topic.
//   node compare.mjs NATIVE PROGRAM.so…        NATIVE: lines `SEED TOPIC DIGEST`
import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import {
  ComputeBudgetProgram,
  Keypair,
  TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from "@solana/web3.js";
import { FailedTransactionMetadata, LiteSVM } from "litesvm";

const COMPUTE_LIMIT = 1_400_000;
const HEAP_BYTES = 256 * 1024;
const LOG_PREFIX = "Program log: ";

/** `{ seed → [[topic, digest], …] }` out of the native program's lines. */
function readNative(path) {
  const bySeed = new Map();
  for (const line of readFileSync(path, "utf8").trim().split("\n")) {
    const [seed, topic, digest] = line.split(" ");
    bySeed.set(seed, [...(bySeed.get(seed) ?? []), [topic, digest]]);
  }
  if (bySeed.size === 0) throw new Error(`${path} holds no digests`);
  return bySeed;
}

/** The transaction that runs the program on one seed, in the form that LiteSVM takes. */
function transaction(svm, payer, programId, seed) {
  const data = Buffer.alloc(8);
  data.writeBigUInt64LE(BigInt(seed));
  const message = new TransactionMessage({
    payerKey: payer.publicKey,
    recentBlockhash: svm.latestBlockhash(),
    instructions: [
      ComputeBudgetProgram.setComputeUnitLimit({ units: COMPUTE_LIMIT }),
      ComputeBudgetProgram.requestHeapFrame({ bytes: HEAP_BYTES }),
      new TransactionInstruction({ programId, keys: [], data }),
    ],
  }).compileToV0Message();
  const signed = new VersionedTransaction(message);
  signed.sign([payer]);
  return {
    messageBytes: message.serialize(),
    signatures: { [payer.publicKey.toBase58()]: signed.signatures[0] },
  };
}

/** Runs the program: its log as `{ topic → digest }`, the compute units, and why it failed if it did. */
function run(svm, payer, programId, seed) {
  const result = svm.sendTransaction(transaction(svm, payer, programId, seed));
  const failed = result instanceof FailedTransactionMetadata;
  const meta = failed ? result.meta() : result;
  const lines = meta.logs().filter((line) => line.startsWith(LOG_PREFIX));
  const digests = new Map(lines.map((line) => line.slice(LOG_PREFIX.length).split(" ")));
  const failure = failed
    ? `${result.err()}\n    ${meta.logs().slice(-3).join("\n    ")}`
    : undefined;
  return { digests, computeUnits: meta.computeUnitsConsumed(), failure };
}

const [nativePath, ...programs] = process.argv.slice(2);
const native = readNative(nativePath);
let passed = 0;
let failed = 0;

for (const path of programs) {
  const setting = basename(dirname(path));
  const svm = new LiteSVM();
  const payer = Keypair.generate();
  const program = Keypair.generate().publicKey;
  svm.airdrop(payer.publicKey.toBase58(), 10_000_000_000n);
  svm.addProgramFromFile(program.toBase58(), path);
  for (const [seed, expected] of native) {
    const { digests, computeUnits, failure } = run(svm, payer, program, seed);
    const wrong = expected.filter(([topic, digest]) => digests.get(topic) !== digest);
    passed += expected.length - wrong.length;
    failed += wrong.length;
    const verdict = wrong.length === 0 ? "ok" : "FAILED";
    console.log(`${verdict} ${setting} seed ${seed} (${computeUnits} compute units)`);
    for (const [topic, digest] of wrong) {
      console.log(`  ${topic}: native ${digest}, program ${digests.get(topic) ?? "nothing"}`);
    }
    if (failure !== undefined) console.log(`  ${failure}`);
  }
}

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
