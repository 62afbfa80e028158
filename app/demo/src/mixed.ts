// Two ways to use a session in one transaction: the game checks the session itself for the wallet's own player (native mode), and the
// vault swaps.
import type { Keypair } from "@solana/web3.js";
import { allow, floor, limit, terms, vaultToken, type Terms } from "@valetkey/sdk";

import { ARENA, arenaProgram, playerOf, walletProvider } from "../../../examples/support/arena.js";
import { ARENA_IDL } from "./arena.js";
import { grantSession } from "./cast.js";
import { movesOf } from "./play.js";
import type { Scene } from "./refusals.js";
import { decimal, type Facts } from "./report.js";
import { WHOLE, type Stage } from "./stage.js";

const HOUR = 3_600;
const program = { idl: ARENA_IDL, programId: ARENA };

/** A strike that the game checks, and a swap out of the vault. */
function mixedTerms({ goblin, gold, potion, pool, owner }: Stage): Terms {
  return terms({
    expiresInSeconds: HOUR,
    uses: "unlimited",
    allow: [
      allow({
        program,
        instruction: "strike_for",
        mode: "native",
        accounts: { owner: owner.publicKey, player: playerOf(owner.publicKey), enemy: goblin },
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
    ],
    limits: [limit({ asset: gold, total: 5n * WHOLE })],
  });
}

/** The wallet's own player strikes, and the vault swaps, signed by one session key. */
export async function mixedMove(scene: Scene): Promise<Facts["mixed"]> {
  const { network, stage, owner, teller } = scene;
  teller.step("A native strike and a vault swap in one transaction");
  await ownPlayer(network.connection, stage.owner);
  const fees = { topUpLamports: 5_000_000n };
  const { session } = await grantSession(owner, { terms: mixedTerms(stage), fees });
  const strike = await arenaProgram(session.native)
    .methods.strikeFor(1)
    .accountsPartial({
      authority: session.key.publicKey,
      owner: owner.publicKey,
      enemy: stage.goblin,
      session: session.address,
      config: owner.config,
    })
    .instruction();
  const swap = await movesOf(stage, session.vault).sellGold(WHOLE, 0n);
  const before = await energyOf(stage);
  const sent = await session.send({ instructions: [strike, swap] });
  const energy = before - (await energyOf(stage));
  teller.pair("strike", `the game checked the session: the wallet's own player spent ${energy}`);
  teller.pair("swap", `the vault gave ${decimal(WHOLE, 6)} gold, by execute`);
  teller.pair("signature", `${sent.signature.slice(0, 20)}… (one, the session key's)`);
  await owner.revokeSession({ sessionKey: session.key.publicKey });
  return { native: 1, vault: 1, signature: sent.signature, energy };
}

/** A player that the wallet owns itself, opened by the wallet as in any game. */
async function ownPlayer(
  connection: Parameters<typeof walletProvider>[0],
  owner: Keypair,
): Promise<void> {
  if ((await connection.getAccountInfo(playerOf(owner.publicKey))) !== null) return;
  const wallet = arenaProgram(walletProvider(connection, owner));
  const payer = owner.publicKey;
  await wallet.methods.createPlayer().accounts({ authority: payer, payer, inviter: null }).rpc();
}

async function energyOf({ arena, owner }: Stage): Promise<number> {
  return (await arena.account.player.fetch(playerOf(owner.publicKey))).energy;
}
