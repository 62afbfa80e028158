import { readFileSync } from "node:fs";
import { Keypair } from "@solana/web3.js";
import { DeployError } from "./errors.js";

const SECRET_KEY_BYTES = 64;

/**
 * Reads a keypair file as Solana's tools write them: a JSON array of 64 bytes.
 *
 * @throws DeployError when the file is missing or holds something else
 */
export function readKeypair(path: string): Keypair {
  const bytes = readBytes(path);
  try {
    return Keypair.fromSecretKey(Uint8Array.from(bytes));
  } catch (cause) {
    throw new DeployError(`${path} holds no valid keypair: its halves don't belong together.`, {
      cause,
    });
  }
}

function readBytes(path: string): number[] {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new DeployError(`Can't read the keypair file ${path}.`, { cause });
  }
  if (!Array.isArray(content) || content.length !== SECRET_KEY_BYTES || !content.every(isByte)) {
    throw new DeployError(`${path} is not a keypair file: an array of 64 bytes is expected.`);
  }
  return content;
}

function isByte(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 255;
}
