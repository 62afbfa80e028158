import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Keypair, type PublicKey } from "@solana/web3.js";
import { LocalnetError } from "./errors.js";

const NAMES = ["valetkey", "arena"] as const;

/** A built program of the project. */
export interface Artifact {
  readonly name: string;
  /** Path of the `.so` file. */
  readonly path: string;
  readonly programId: PublicKey;
  /** Upgrade authority on the local network: the program's own throw-away key. */
  readonly authority: PublicKey;
}

/**
 * Finds the project's built programs: those of `artifacts/` whose key lies in `migrations/keys/`.
 *
 * @param root the project's folder
 * @throws LocalnetError `ProgramUnreadable` when a key file isn't a keypair
 */
export function findArtifacts(root: string): readonly Artifact[] {
  return NAMES.flatMap((name) => {
    const path = join(root, "artifacts", `${name}.so`);
    const keyFile = join(root, "migrations", "keys", `${name}.json`);
    if (!existsSync(path) || !existsSync(keyFile)) return [];
    const { publicKey } = readKey(keyFile);
    return [{ name, path, programId: publicKey, authority: publicKey }];
  });
}

function readKey(path: string): Keypair {
  try {
    const bytes = JSON.parse(readFileSync(path, "utf8")) as number[];
    return Keypair.fromSecretKey(Uint8Array.from(bytes));
  } catch (cause) {
    throw new LocalnetError("ProgramUnreadable", `${path} is not a key file.`, { cause });
  }
}
