// What the session key can't do, tried by someone who stole it and uses no client: each refusal is the chain's own, by name.
import {
  TOKEN_PROGRAM_ID,
  createAssociatedTokenAccountIdempotentInstruction,
} from "@solana/spl-token";
import { Keypair } from "@solana/web3.js";
import { findVaultConfig } from "@valetkey/sdk";

import type { CountingOwner, Granted } from "./cast.js";
import { grantSession } from "./cast.js";
import type { Network } from "./network.js";
import { movesOf } from "./play.js";
import type { Facts, Teller } from "./report.js";
import { tokensOf, WHOLE, type Stage } from "./stage.js";
import { attempt, type Attempt, type Target } from "./stolen-key.js";
import { RULE, smallTerms } from "./terms.js";

const SMALL_SESSION_SECONDS = 30;

/** Everything that the attempts need. */
export interface Scene {
  readonly network: Network;
  readonly stage: Stage;
  readonly owner: CountingOwner;
  readonly teller: Teller;
  readonly refusals: Facts["refusals"];
}

/** The session as a thief holds it. */
export function stolen({ network, owner }: Scene, { session, keypair }: Granted): Target {
  return {
    connection: network.connection,
    key: keypair,
    session: session.address,
    config: findVaultConfig({ owner: owner.publicKey }),
    vault: session.vault,
  };
}

/** Tries what must be refused, tells and records why it was; throws when it went through. */
export async function mustBeRefused(
  scene: Scene,
  target: Target,
  what: string,
  steps: readonly Attempt[],
  once?: bigint,
): Promise<void> {
  const error = await attempt(target, steps, once);
  if (error === null) throw new Error(`"${what}" went through, and should have been refused`);
  scene.teller.pair(error.code, what);
  scene.teller.pair("", error.message);
  scene.refusals.push({ attempt: what, error: error.code });
}

/** Seven attempts on the main session while it is alive. */
export async function tryTheMainSession(
  scene: Scene,
  granted: Granted,
  usedOnce: bigint,
): Promise<void> {
  const { stage, teller } = scene;
  const { vault } = granted.session;
  const moves = movesOf(stage, vault);
  const target = stolen(scene, granted);
  const refused = (what: string, attempts: readonly Attempt[], once?: bigint): Promise<void> =>
    mustBeRefused(scene, target, what, attempts, once);

  teller.step("The key is stolen. What can the thief do?");
  const tooMuch = { rule: RULE.payGuild, instruction: moves.payGold(41n * WHOLE) };
  await refused("send more gold than the limit has left", [tooMuch]);
  const foreign = { rule: RULE.strike, instruction: moves.paySol(1n) };
  await refused("call a program that the rule doesn't name", [foreign]);
  const close = await stage.arena.methods
    .closePlayer()
    .accounts({ authority: vault, rentReceiver: stage.friend })
    .instruction();
  await refused("close the player account", [{ rule: RULE.strike, instruction: close }]);

  const thief = Keypair.generate().publicKey;
  const loot = tokensOf(thief, stage.gold);
  const payer = stage.trader.publicKey;
  await stage.trade([
    createAssociatedTokenAccountIdempotentInstruction(
      payer,
      loot,
      thief,
      stage.gold,
      TOKEN_PROGRAM_ID,
    ),
  ]);
  const toThief = { rule: RULE.payGuild, instruction: moves.payGold(WHOLE, loot) };
  await refused("send gold to an account of the thief", [toThief]);

  // The thief, or anybody with deep pockets, spoils the market's price first; the session's swap asks for nothing in return.
  await stage.trade([await movesOf(stage, payer).sellGold(3_000_000n * WHOLE, 0n)]);
  const worthless = { rule: RULE.sellGold, instruction: await moves.sellGold(WHOLE, 0n) };
  await refused("swap at a spoiled price, for next to nothing", [worthless]);

  const again = { rule: RULE.strike, instruction: await moves.strike(1) };
  await refused("send an action a second time", [again], usedOnce);
}

/** A session for one use: it is spent, then it is over. */
export async function tryASmallSession(scene: Scene): Promise<void> {
  const { stage, owner, network, teller } = scene;
  teller.step(`A second session: one use, ${SMALL_SESSION_SECONDS} seconds`);
  const terms = smallTerms(stage, owner.vault, SMALL_SESSION_SECONDS, 1);
  const granted = await grantSession(owner, { terms, fees: { topUpLamports: 2_000_000n } });
  const moves = movesOf(stage, owner.vault);
  const strike = { rule: 0, instruction: await moves.strike(1) };
  await granted.session.send({ instructions: [strike.instruction] });
  const target = stolen(scene, granted);
  await mustBeRefused(scene, target, "use a session whose uses are spent", [strike]);
  await network.advance(SMALL_SESSION_SECONDS + 1);
  await mustBeRefused(scene, target, "use a session after its end", [strike]);
}
