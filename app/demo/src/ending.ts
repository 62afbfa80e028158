// The end: what was left, revoked by the owner, closed with its rent back, the vault emptied.
import { balancesOf, balanceText } from "./balances.js";
import type { Granted } from "./cast.js";
import { movesOf } from "./play.js";
import { mustBeRefused, stolen, type Scene } from "./refusals.js";
import { decimal, grouped, type Facts } from "./report.js";
import { RULE } from "./terms.js";

/** Seconds after which a deactivated lookup table can be closed (513 slots), generously. */
const TABLE_COOLING_SECONDS = 600;

/** What the end leaves to report. */
export type Ending = Pick<Facts, "remaining" | "rentReturned">;

/** Ends the main session and empties the vault. */
export async function endIt(scene: Scene, granted: Granted): Promise<Ending> {
  const { network, stage, owner, teller } = scene;
  const { connection } = network;
  const { session } = granted;
  const left = await session.remaining();
  const remaining: Facts["remaining"] = { seconds: String(left.seconds), uses: String(left.uses) };
  teller.step("What was left of the session");
  teller.pair("seconds, uses", `${remaining["seconds"]}, ${remaining["uses"]}`);
  for (const { asset, total } of left.limits) {
    const name = asset === stage.gold.toBase58() ? "gold" : asset;
    remaining[name] = total.toString();
    teller.pair(`${name} that may leave`, decimal(total, asset === "SOL" ? 9 : 6));
  }

  teller.step("The owner ends it");
  const { cooling } = await session.tables.sweep();
  await owner.revokeSession({ sessionKey: session.key.publicKey });
  const strike = await movesOf(stage, session.vault).strike(1);
  const target = stolen(scene, granted);
  const again = [{ rule: RULE.strike, instruction: strike }];
  await mustBeRefused(scene, target, "use a session that the owner revoked", again);

  if (network.jumps) {
    await network.advance(TABLE_COOLING_SECONDS);
    const { closed } = await session.tables.sweep({ tables: cooling });
    teller.pair("lookup tables closed", String(closed.length));
  }
  const rent = BigInt(await connection.getBalance(session.address));
  const payer = BigInt(await connection.getBalance(owner.publicKey));
  await session.end();
  if ((await connection.getAccountInfo(session.address)) !== null)
    throw new Error("the session's account is still there");
  const back = BigInt(await connection.getBalance(owner.publicKey)) - payer;
  if (back < rent) throw new Error("the rent didn't come back");
  teller.pair("rent back to its payer", `${grouped(rent)} lamports`);
  teller.pair("left-over fee money back", `${grouped(back - rent)} lamports`);

  teller.step("The owner empties the vault, without any session");
  await owner.withdraw({ amounts: "everything" });
  const inVault = await balancesOf(connection, stage, owner.vault);
  const inWallet = await balancesOf(connection, stage, owner.publicKey);
  teller.pair("vault", balanceText(inVault));
  teller.pair("wallet", balanceText(inWallet));
  if (inVault.lamports + inVault.gold + inVault.potion !== 0n)
    throw new Error("something stayed in the vault");
  return { remaining, rentReturned: rent.toString() };
}
