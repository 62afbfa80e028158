// The unguarded twin of a world's vault, for the first half of a threat test: same assets, no guards.
import type { Keypair, PublicKey, TransactionInstruction } from "@solana/web3.js";

import { floorVault, throughFloor } from "./floor.js";
import type { SendResult } from "./svm.js";
import { createTokenAccount } from "./token.js";
import type { World } from "./world.js";

/** A vault of the floor program, which signs whatever its key asks for. */
export interface BareVault {
  readonly key: Keypair;
  readonly vault: PublicKey;
  /** Its account of the world's first mint, and of the second. */
  readonly tokens: PublicKey;
  readonly otherTokens: PublicKey;
  /** Runs the instructions with the vault's signature. */
  run(instructions: readonly TransactionInstruction[]): SendResult;
}

/** Makes an unguarded vault with the assets of the world's vault. */
export function createBareVault(world: World): BareVault {
  const { svm } = world;
  const key = svm.fundedKeypair();
  const vault = floorVault(key.publicKey);
  svm.airdrop(vault, world.funds.lamports);
  const account = (mint: PublicKey, amount: bigint): PublicKey =>
    createTokenAccount(svm, { mint, owner: vault, amount });
  return {
    key,
    vault,
    tokens: account(world.mint, world.funds.tokens),
    otherTokens: account(world.otherMint, world.funds.tokens),
    run: (instructions) => throughFloor(svm, key, instructions),
  };
}
