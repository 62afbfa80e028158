// The terms of the main job: four rules, two limits, one floor.
import {
  allow,
  allowSolTransfer,
  allowTokenTransfer,
  floor,
  limit,
  SOL,
  terms,
  vaultToken,
  type Terms,
} from "@valetkey/sdk";
import { LAMPORTS_PER_SOL, type PublicKey } from "@solana/web3.js";

import { ARENA, playerOf } from "../../../examples/support/arena.js";
import { ARENA_IDL } from "./arena.js";
import { WHOLE, type Stage } from "./stage.js";

/** Positions of the rules in the terms. */
export const RULE = { strike: 0, sellGold: 1, payGuild: 2, payFriend: 3 } as const;

const program = { idl: ARENA_IDL, programId: ARENA };
const HOUR = 3_600;
const lamports = (sol: number): bigint => BigInt(sol * LAMPORTS_PER_SOL);

/** What the owner approves: by default for two hours and a hundred uses. */
export function mainTerms(
  stage: Stage,
  vault: PublicKey,
  { hours = 2, uses = 100 }: { readonly hours?: number; readonly uses?: number } = {},
): Terms {
  const { pool, gold, potion, goblin, guild, friend } = stage;
  return terms({
    expiresInSeconds: hours * HOUR,
    uses,
    allow: [
      allow({
        program,
        instruction: "strike",
        accounts: { player: playerOf(vault), enemy: goblin },
        args: { energy: { max: 5n } },
      }),
      allow({
        program,
        instruction: "swap",
        accounts: {
          pool: pool.address,
          reserveIn: pool.reserveOf(gold),
          reserveOut: pool.reserveOf(potion),
          source: vaultToken(gold),
          destination: vaultToken(potion),
        },
        floor: floor({ give: gold, get: potion, minimum: { get: 90n, per: 100n } }),
      }),
      allowTokenTransfer({ mint: gold, to: guild }),
      allowSolTransfer({ to: friend, max: lamports(0.1) }),
    ],
    limits: [
      limit({
        asset: SOL,
        total: lamports(0.5),
        perPeriod: { amount: lamports(0.2), seconds: HOUR },
      }),
      limit({ asset: gold, total: 100n * WHOLE, perExecute: 60n * WHOLE }),
    ],
  });
}

/** A session for one single strike: what is left of it, and when it ends, is soon shown. */
export function smallTerms(stage: Stage, vault: PublicKey, seconds: number, uses: number): Terms {
  return terms({
    expiresInSeconds: seconds,
    uses,
    allow: [
      allow({
        program,
        instruction: "strike",
        accounts: { player: playerOf(vault), enemy: stage.goblin },
      }),
    ],
  });
}
