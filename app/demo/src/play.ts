// What the session does, as ordinary instructions of three programs; the vault stands wherever a program wants its user.
import { createTransferCheckedInstruction } from "@solana/spl-token";
import { SystemProgram, type PublicKey, type TransactionInstruction } from "@solana/web3.js";

import { units } from "../../../examples/support/arena.js";
import type { Stage } from "./stage.js";

/** The moves of a player whose assets `player` (a vault, or a wallet) holds. */
export interface Moves {
  readonly createPlayer: () => Promise<TransactionInstruction>;
  readonly strike: (energy: number) => Promise<TransactionInstruction>;
  /** Sells gold for potions, for whatever the market gives but at least `least`. */
  readonly sellGold: (amount: bigint, least: bigint) => Promise<TransactionInstruction>;
  readonly payGold: (amount: bigint, to?: PublicKey) => TransactionInstruction;
  readonly paySol: (lamports: bigint) => TransactionInstruction;
}

/** The moves of `player` on a stage. */
export function movesOf(stage: Stage, player: PublicKey): Moves {
  const { arena, pool, gold, potion, goblin, guild, friend, tokensOf } = stage;
  return {
    createPlayer: () =>
      arena.methods
        .createPlayer()
        .accounts({ authority: player, payer: player, inviter: null })
        .instruction(),
    strike: (energy) =>
      arena.methods.strike(energy).accounts({ authority: player, enemy: goblin }).instruction(),
    sellGold: (amount, least) =>
      arena.methods
        .swap(units(amount), units(least))
        .accounts({
          authority: player,
          pool: pool.address,
          reserveIn: pool.reserveOf(gold),
          reserveOut: pool.reserveOf(potion),
          source: tokensOf(player, gold),
          destination: tokensOf(player, potion),
        })
        .instruction(),
    payGold: (amount, to = tokensOf(guild, gold)) =>
      createTransferCheckedInstruction(tokensOf(player, gold), gold, to, player, amount, 6),
    paySol: (lamports) =>
      SystemProgram.transfer({ fromPubkey: player, toPubkey: friend, lamports }),
  };
}
