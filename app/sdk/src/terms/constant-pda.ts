// PDAs that an IDL fixes entirely.
import { PublicKey } from "@solana/web3.js";

import type { Address } from "../codec/address.js";
import type { IdlAccountItem } from "./idl.js";

/** The address of a PDA whose seeds are all constants; null when a seed depends on accounts or arguments. */
export function constantPda(item: IdlAccountItem, program: Address): Address | null {
  if (item.pda === undefined) return null;
  const seeds = item.pda.seeds.map(constantSeed);
  const owner = item.pda.program === undefined ? null : constantSeed(item.pda.program);
  if (item.pda.program !== undefined && owner === null) return null;
  if (seeds.some((seed) => seed === null)) return null;
  const programId = owner === null ? new PublicKey(program) : new PublicKey(owner);
  const bytes = seeds.filter((seed) => seed !== null);
  return PublicKey.findProgramAddressSync(bytes, programId)[0].toBase58();
}

function constantSeed(seed: unknown): Uint8Array | null {
  if (typeof seed !== "object" || seed === null || !("kind" in seed) || !("value" in seed)) {
    return null;
  }
  const { kind, value } = seed;
  if (kind !== "const" || !Array.isArray(value)) return null;
  return Uint8Array.from(value as number[]);
}
