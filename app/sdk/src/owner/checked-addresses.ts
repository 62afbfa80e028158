import { SystemProgram, SYSVAR_INSTRUCTIONS_PUBKEY } from "@solana/web3.js";
import type { PublicKey, TransactionInstruction } from "@solana/web3.js";

import { TOKEN_2022_PROGRAM, TOKEN_PROGRAM } from "./token.js";

const STANDARD = [SystemProgram.programId, TOKEN_PROGRAM, TOKEN_2022_PROGRAM].map(String);

/**
 * The addresses of an owner's transaction that a lookup table may give: those that the called program compares with the one it
 * expects, so that an endpoint which lies about the table makes the transaction fail and nothing else. These are the standard
 * programs outside of Valetkey's instructions, and the instructions sysvar. Nothing that a plan, a grant or a transfer names is
 * among them: an owner's plan has no scope and no limits, and a called program gets the vault's signature.
 */
export function checkedAddresses(
  programId: PublicKey,
  instructions: readonly TransactionInstruction[],
): ReadonlySet<string> {
  const bound = new Set<string>();
  for (const instruction of instructions) {
    const ours = instruction.programId.equals(programId);
    for (const { pubkey, isWritable } of instruction.keys)
      if (ours || isWritable) bound.add(pubkey.toBase58());
  }
  const standard = STANDARD.filter((address) => !bound.has(address));
  return new Set([...standard, SYSVAR_INSTRUCTIONS_PUBKEY.toBase58()]);
}
