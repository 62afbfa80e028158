// A renewal during play: the owner raises the terms while moves are in flight, and none of them is lost.
import type { Granted } from "./cast.js";
import { movesOf } from "./play.js";
import type { Scene } from "./refusals.js";
import type { Facts } from "./report.js";
import { mainTerms } from "./terms.js";

const MOVES = 10;

/** Renews the main session while moves are under way. */
export async function renewDuringPlay(
  scene: Scene,
  { session }: Granted,
): Promise<Facts["renewal"]> {
  const { stage, owner, teller } = scene;
  teller.step("The owner renews it during play");
  const strike = await movesOf(stage, session.vault).strike(1);
  const usesBefore = session.terms.usesSpent;
  const play = Array.from({ length: MOVES }, () => session.send({ instructions: [strike] }));
  const [renewal, ...moves] = await Promise.all([
    owner.renew({ session, terms: mainTerms(stage, session.vault, { hours: 3, uses: 150 }) }),
    ...play,
  ]);
  for (const { text, level } of renewal.difference) teller.line(text, level);
  const landed = new Set(moves.map(({ signature }) => signature)).size;
  await session.remaining();
  const counted = session.terms.usesSpent - usesBefore;
  if (landed !== MOVES || counted !== MOVES)
    throw new Error(`${MOVES} moves were made, ${landed} landed, ${counted} were counted`);
  teller.pair("moves in flight, lost", `${MOVES}, ${MOVES - landed}`);
  return {
    ...{ moves: MOVES, lost: MOVES - landed, revision: session.terms.revision },
    difference: renewal.difference.map(({ text }) => text),
  };
}
