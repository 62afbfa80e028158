// The main job: one approval, then composed play within limits, refusals, and the end of it.
import type { PublicKey } from "@solana/web3.js";
import {
  describeGrant,
  grantText,
  mergeNames,
  namesFromIdl,
  type Names,
} from "@valetkey/sdk/grant";

import { ARENA, arenaProgram, playerOf } from "../../../examples/support/arena.js";
import { ARENA_IDL } from "./arena.js";
import { countingOwner, grantSession, openVaultWithPlayer, type Granted } from "./cast.js";
import { compose } from "./composed.js";
import { councilDecides } from "./council.js";
import { endIt } from "./ending.js";
import { mixedMove } from "./mixed.js";
import type { Network } from "./network.js";
import { payFromTheWallet } from "./own-wallet.js";
import { movesOf } from "./play.js";
import { tryASmallSession, tryTheMainSession, type Scene } from "./refusals.js";
import { paint, WIDTH, type Facts, type Teller } from "./report.js";
import { renewDuringPlay } from "./renewal.js";
import { setStage, WHOLE, type Stage } from "./stage.js";
import { mainTerms } from "./terms.js";

const MOVES_IN_FLIGHT = 30;

/** Runs the whole story and returns its facts. */
export async function tellStory(network: Network, teller: Teller): Promise<Facts> {
  teller.title("Valetkey: approve once, then play");
  teller.line(`on the ${network.name}`);
  const stage = await setStage(network);
  const owner = countingOwner(network, stage.owner);
  await openVaultWithPlayer(owner, stage);
  const scene: Scene = { network, stage, owner, teller, refusals: [] };

  const { granted, text } = await approve(scene);
  const { sent, facts, separate } = await compose(scene, granted);
  const moves = await playOn(scene, granted);
  const renewal = await renewDuringPlay(scene, granted);
  const mixed = await mixedMove(scene);
  const delegate = await payFromTheWallet(scene);
  await tryTheMainSession(scene, granted, sent.once ?? 0n);
  await tryASmallSession(scene);
  const council = await councilDecides(scene);
  const { remaining, rentReturned } = await endIt(scene, granted);
  return {
    grant: {
      text,
      sessionKey: granted.session.key.publicKey.toBase58(),
      expiresAt: new Date(Number(granted.session.expiresAt) * 1_000).toISOString(),
      bytes: granted.bytes,
    },
    composed: facts,
    ...{ separate, moves, renewal, mixed, delegate, council },
    ...{ refusals: scene.refusals, remaining, rentReturned },
  };
}

async function approve(
  scene: Scene,
): Promise<{ readonly granted: Granted; readonly text: string }> {
  const { stage, owner, teller } = scene;
  const before = owner.signatures();
  const granted = await grantSession(owner, {
    terms: mainTerms(stage, owner.vault),
    deposit: [
      { asset: "SOL", amount: 1_000_000_000n },
      { asset: stage.gold, amount: 500n * WHOLE },
    ],
    fees: { topUpLamports: 50_000_000n },
  });
  teller.step("The owner approves once");
  const lines = describeGrant(granted.session.terms, namesOf(stage, owner.vault));
  teller.block(grantText(lines, { width: WIDTH, paint }));
  teller.block("");
  const asked = owner.signatures() - before;
  if (asked !== 1) throw new Error(`the wallet was asked ${asked} times`);
  teller.pair(
    "in the same transaction",
    "deposit of 1 SOL and 500 gold, 0.05 SOL for the key's fees",
  );
  teller.pair("one transaction", `${granted.bytes} bytes, one signature of the owner`);
  return { granted, text: lines.map(({ text }) => text).join("\n") };
}

/** How the people of this story call things: nothing of it is part of the terms. */
function namesOf(stage: Stage, vault: PublicKey): Names {
  const { gold, potion, pool, goblin, guild, friend } = stage;
  const called: readonly (readonly [PublicKey, string])[] = [
    [ARENA, "the arena"],
    [gold, "gold"],
    [potion, "potion"],
    [pool.address, "the gold market"],
    [pool.reserveOf(gold), "the market's gold"],
    [pool.reserveOf(potion), "the market's potions"],
    [playerOf(vault), "your player"],
    [goblin, "the goblin"],
    [guild, "the guild"],
    [friend, "the friend"],
  ];
  return mergeNames(namesFromIdl(ARENA_IDL), {
    names: Object.fromEntries(called.map(([key, name]) => [key.toBase58(), name])),
    decimals: { [gold.toBase58()]: 6, [potion.toBase58()]: 6 },
  });
}

/** Thirty moves in flight together, then the game's own client code through the session's provider. */
async function playOn(scene: Scene, { session }: Granted): Promise<Facts["moves"]> {
  const { stage, owner, teller } = scene;
  const before = owner.signatures();
  teller.step(`${MOVES_IN_FLIGHT} moves in flight together`);
  const strike = await movesOf(stage, session.vault).strike(1);
  const sent = await Promise.all(
    Array.from({ length: MOVES_IN_FLIGHT }, () => session.send({ instructions: [strike] })),
  );
  const distinct = new Set(sent.map(({ signature }) => signature)).size;
  const ownerSignatures = owner.signatures() - before;
  teller.pair("moves, owner signatures", `${distinct}, ${ownerSignatures}`);

  teller.step("The game's own client, through session.provider");
  const arena = arenaProgram(session.provider);
  const signature = await arena.methods
    .strike(1)
    .accounts({ authority: session.vault, enemy: stage.goblin })
    .rpc();
  teller.pair("program.methods…rpc()", `${signature.slice(0, 20)}…`);
  return { count: distinct, ownerSignatures };
}
