// What every instruction of the program is made of.
import { PublicKey, TransactionInstruction, type AccountMeta } from "@solana/web3.js";

import type { AddressLike } from "./address.js";
import { concatBytes } from "./bytes.js";
import { discriminator } from "./discriminator.js";

/** Names of the program's instructions. */
export type InstructionName =
  | "create_vault"
  | "create_council"
  | "set_owners"
  | "set_owners_proposed"
  | "propose"
  | "append_proposal"
  | "approve"
  | "cancel"
  | "grant_session"
  | "grant_session_proposed"
  | "renew_session"
  | "renew_session_proposed"
  | "execute"
  | "consume"
  | "revoke_session"
  | "revoke_all"
  | "close_session"
  | "owner_execute"
  | "owner_execute_proposed"
  | "recover"
  | "recover_proposed";

/**
 * First 8 bytes of an instruction's data.
 *
 * @example
 * ```ts
 * const first = instructionDiscriminator("execute");
 * ```
 */
export function instructionDiscriminator(name: InstructionName): Uint8Array {
  return discriminator("global", name);
}

/** A web3.js instruction from plain bytes; a Buffer where the platform has one. */
export function makeInstruction(
  programId: PublicKey,
  keys: readonly AccountMeta[],
  data: Uint8Array,
): TransactionInstruction {
  const buffer = typeof Buffer === "undefined" ? (data as Buffer) : Buffer.from(data);
  return new TransactionInstruction({ programId, keys: [...keys], data: buffer });
}

/** An account of an instruction: `s` signs, `w` is writable. */
export function meta(key: AddressLike, flags: "" | "s" | "w" | "sw" = ""): AccountMeta {
  const pubkey = key instanceof PublicKey ? key : new PublicKey(key.toString());
  return { pubkey, isSigner: flags.includes("s"), isWritable: flags.includes("w") };
}

/** The discriminator of an instruction and its arguments. */
export function instructionData(
  name: InstructionName,
  ...parts: readonly Uint8Array[]
): Uint8Array {
  return concatBytes(instructionDiscriminator(name), ...parts);
}
