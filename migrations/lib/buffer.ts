import { Keypair, LAMPORTS_PER_SOL, SystemProgram, type Connection } from "@solana/web3.js";
import { DeployError } from "./errors.js";
import {
  BUFFER_HEADER_BYTES,
  closeBuffer,
  initializeBuffer,
  LOADER_ID,
  writeBuffer,
} from "./loader.js";
import { pause, sendAndConfirm, sign } from "./send.js";

/** What fits beside the rest of a transaction of 1,232 bytes that two keys sign. */
const CHUNK_BYTES = 900;
/** Transactions sent at a time. */
const BATCH = 16;
/** How long one round waits for its writes to arrive, in tries of `POLL_MS`. */
const POLLS = 20;
const POLL_MS = 300;
const ROUNDS = 10;

/** Who pays for a deployment and who may upgrade the program afterwards. */
export interface Actors {
  readonly payer: Keypair;
  readonly authority: Keypair;
}

interface Target extends Actors {
  readonly connection: Connection;
  readonly buffer: Keypair;
  readonly program: Buffer;
}

/**
 * Writes the program into a new buffer account, lets `use` deploy from it, and closes the buffer when anything
 * on the way fails, so that no rent is lost.
 *
 * @throws DeployError when the cluster doesn't take the bytes
 */
export async function withBuffer<T>(
  connection: Connection,
  actors: Actors,
  program: Buffer,
  use: (buffer: Keypair) => Promise<T>,
): Promise<T> {
  const target: Target = { ...actors, connection, program, buffer: Keypair.generate() };
  await createBuffer(target);
  try {
    await fillBuffer(target);
    return await use(target.buffer);
  } catch (error) {
    await reclaim(target);
    throw error;
  }
}

async function createBuffer({ connection, payer, authority, buffer, program }: Target) {
  const space = BUFFER_HEADER_BYTES + program.length;
  const lamports = await connection.getMinimumBalanceForRentExemption(space);
  const balance = await connection.getBalance(payer.publicKey, "confirmed");
  if (balance <= lamports) {
    throw new DeployError(
      `The payer ${payer.publicKey.toBase58()} has ${balance / LAMPORTS_PER_SOL} SOL; the buffer's rent ` +
        `alone is ${lamports / LAMPORTS_PER_SOL} SOL, most of which comes back or stays with the program.`,
    );
  }
  await sendAndConfirm(connection, {
    what: "Creating the buffer",
    instructions: [
      SystemProgram.createAccount({
        fromPubkey: payer.publicKey,
        newAccountPubkey: buffer.publicKey,
        lamports,
        space,
        programId: LOADER_ID,
      }),
      initializeBuffer(buffer.publicKey, authority.publicKey),
    ],
    signers: [payer, buffer],
  });
}

/** Sends the chunks that the buffer doesn't hold yet, until it holds all of them. */
async function fillBuffer(target: Target): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    const missing = await missingChunks(target);
    if (missing.length === 0) return;
    const { blockhash } = await target.connection.getLatestBlockhash("confirmed");
    for (let start = 0; start < missing.length; start += BATCH) {
      const batch = missing.slice(start, start + BATCH);
      await Promise.all(batch.map((offset) => writeChunk(target, blockhash, offset)));
    }
    await waitForChunks(target);
  }
  throw new DeployError(`The buffer isn't complete after ${ROUNDS} rounds; try again.`);
}

async function writeChunk(target: Target, blockhash: string, offset: number): Promise<void> {
  const { connection, payer, authority, buffer, program } = target;
  const bytes = program.subarray(offset, offset + CHUNK_BYTES);
  const what = `Writing ${bytes.length} bytes at ${offset}`;
  const write = writeBuffer(buffer.publicKey, authority.publicKey, offset, bytes);
  const raw = sign({ what, instructions: [write], signers: [payer, authority] }, blockhash);
  await connection.sendRawTransaction(raw, { skipPreflight: true, maxRetries: 3 });
}

async function waitForChunks(target: Target): Promise<void> {
  for (let poll = 0; poll < POLLS; poll++) {
    await pause(POLL_MS);
    if ((await missingChunks(target)).length === 0) return;
  }
}

/** Offsets of the chunks whose bytes the buffer doesn't hold. */
async function missingChunks({ connection, buffer, program }: Target): Promise<number[]> {
  const account = await connection.getAccountInfo(buffer.publicKey, "confirmed");
  if (account === null) throw new DeployError("The buffer account has disappeared.");
  const written = account.data.subarray(BUFFER_HEADER_BYTES);
  const missing = [];
  for (let offset = 0; offset < program.length; offset += CHUNK_BYTES) {
    const end = Math.min(offset + CHUNK_BYTES, program.length);
    if (!program.subarray(offset, end).equals(written.subarray(offset, end))) missing.push(offset);
  }
  return missing;
}

/** Best effort: the failure that brought us here is the one worth reporting. */
async function reclaim({ connection, payer, authority, buffer }: Target): Promise<void> {
  const close = closeBuffer(buffer.publicKey, payer.publicKey, authority.publicKey);
  const work = { what: "Closing the buffer", instructions: [close] };
  await sendAndConfirm(connection, { ...work, signers: [payer, authority] }).catch(() => undefined);
}
