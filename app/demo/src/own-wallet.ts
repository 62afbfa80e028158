// Delegate mode: the tokens stay in the wallet's own account; the session may take from it what its limit says, and nothing else.
import { createTransferCheckedInstruction } from "@solana/spl-token";
import { allowTokenTransfer, limit, terms } from "@valetkey/sdk";

import { balancesOf } from "./balances.js";
import { grantSession } from "./cast.js";
import { mustBeRefused, stolen, type Scene } from "./refusals.js";
import { decimal, type Facts } from "./report.js";
import { tokensOf, WHOLE } from "./stage.js";

const HOUR = 3_600;
const TOTAL = 20n * WHOLE;
const PAID = 12n * WHOLE;

/** Pays out of the wallet's own account, within its approval and the session's limit. */
export async function payFromTheWallet(scene: Scene): Promise<Facts["delegate"]> {
  const { network, stage, owner, teller } = scene;
  const { gold, guild } = stage;
  const { connection } = network;
  const wallet = owner.publicKey;
  teller.step("A wallet keeps its tokens");
  const before = await balancesOf(connection, stage, wallet);
  const granted = await grantSession(owner, {
    terms: terms({
      expiresInSeconds: HOUR,
      uses: 10,
      allow: [allowTokenTransfer({ mint: gold, from: wallet, to: guild })],
      limits: [limit({ asset: gold, wallet, total: TOTAL })],
    }),
    fees: { topUpLamports: 5_000_000n },
  });
  const { session } = granted;
  const [from, to] = [tokensOf(wallet, gold), tokensOf(guild, gold)];
  const pay = (amount: bigint) =>
    createTransferCheckedInstruction(from, gold, to, session.vault, amount, 6);
  teller.pair("approved for the vault", `${decimal(TOTAL, 6)} gold: the limit's total, no more`);
  await session.send({ instructions: [pay(PAID)] });
  const paid = before.gold - (await balancesOf(connection, stage, wallet)).gold;
  if (paid !== PAID) throw new Error(`the wallet paid ${paid}, not ${PAID}`);
  teller.pair("paid by the session key", `${decimal(paid, 6)} gold, out of the wallet's account`);
  const rest = { rule: 0, instruction: pay(TOTAL - PAID + 1n) };
  await mustBeRefused(
    scene,
    stolen(scene, granted),
    "take more from the wallet than its limit has left",
    [rest],
  );
  await owner.revokeSession({ sessionKey: session.key.publicKey });
  return { approved: TOTAL.toString(), paid: paid.toString() };
}
