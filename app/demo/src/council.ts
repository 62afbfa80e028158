// A council of three, of whom two must agree: a payment session by proposal, and a proposal that one owner stops.
import { SystemProgram, type Keypair, type PublicKey } from "@solana/web3.js";
import {
  allowSolTransfer,
  createCouncil,
  createOwner,
  isValetkeyError,
  keyFromSeed,
  limit,
  openSession,
  SOL,
  terms,
  type ErrorCode,
  type Terms,
} from "@valetkey/sdk";

import type { Network } from "./network.js";
import type { Scene } from "./refusals.js";
import { decimal, type Facts } from "./report.js";

const MONTH = 30 * 86_400;
const SALARY = 500_000_000n;
const BUDGET = 3_000_000_000n;

/** Half a SOL a month to one person, for half a year at most. */
const salaryTerms = (to: PublicKey): Terms =>
  terms({
    expiresInSeconds: 6 * MONTH,
    uses: 6,
    allow: [allowSolTransfer({ to, max: SALARY })],
    limits: [limit({ asset: SOL, total: BUDGET, perPeriod: { amount: SALARY, seconds: MONTH } })],
  });

/** Anna proposes, Ben agrees, Cleo stops what she doesn't like. */
export async function councilDecides(scene: Scene): Promise<Facts["council"]> {
  const { network, stage, teller } = scene;
  const { connection } = network;
  teller.step("A council of three owners, two of whom must agree");
  const [anna, ben, cleo] = await Promise.all([5, 1, 1].map((sol) => network.wallet(sol)));
  if (anna === undefined || ben === undefined || cleo === undefined) throw new Error("no wallets");
  const owners = [anna, ben, cleo].map(({ publicKey }) => publicKey);
  const council = await createCouncil({ connection, wallet: anna, owners, threshold: 2 });
  await council.deposit({ amounts: [{ asset: "SOL", amount: BUDGET }] });
  const of = (wallet: Keypair) => createOwner({ connection, wallet, config: council.config });

  const accountant = await network.wallet(1);
  const sessionKey = accountant.publicKey;
  const proposal = await council.propose.session({ sessionKey, terms: salaryTerms(stage.friend) });
  for (const { text, level } of proposal.describe()) teller.line(text, level);
  teller.pair("Anna proposes", `${proposal.approvals.length} of ${proposal.threshold} approvals`);
  await refusalOf(proposal.enact(), "ProposalNotReady");
  const bens = await of(ben).proposal(proposal.address);
  await bens.approve();
  teller.pair("Ben approves", `${bens.approvals.length} of ${bens.threshold}`);
  await bens.enact();
  const paid = await payTwice(network, council.config, { accountant, friend: stage.friend });
  teller.pair("the accountant's key pays", `${decimal(paid.lamports, 9)} SOL, signing alone`);
  teller.pair(paid.refusal, "a second salary in the same month");

  const out = SystemProgram.transfer({
    ...{ fromPubkey: council.vault, toPubkey: anna.publicKey, lamports: 2_000_000_000n },
  });
  const greedy = await council.propose.execute({ instructions: [out] });
  await (await of(cleo).proposal(greedy.address)).cancel();
  const status = await greedy.refresh();
  teller.pair("Cleo cancels", "Anna's proposal to pay herself 2 SOL: one owner is enough");
  return {
    ...{ owners: owners.length, threshold: 2, approvals: bens.approvals.length || 2 },
    ...{ paid: paid.lamports.toString(), refusal: paid.refusal, other: status },
  };
}

/** Pays one salary, then tries a second in the same month. */
async function payTwice(
  { connection }: Network,
  config: PublicKey,
  { accountant, friend }: { readonly accountant: Keypair; readonly friend: PublicKey },
): Promise<{ readonly lamports: bigint; readonly refusal: string }> {
  const key = keyFromSeed({ seed: accountant.secretKey.slice(0, 32) });
  const session = await openSession({ connection, key, config });
  const pay = SystemProgram.transfer({
    ...{ fromPubkey: session.vault, toPubkey: friend, lamports: SALARY },
  });
  const before = await connection.getBalance(friend);
  await session.send({ instructions: [pay] });
  const lamports = BigInt((await connection.getBalance(friend)) - before);
  const again = session.send({ instructions: [pay] });
  return { lamports, refusal: await refusalOf(again, "LimitPerPeriodExceeded") };
}

/** Awaits what must be refused by this name; throws when it isn't. */
async function refusalOf(act: Promise<unknown>, code: ErrorCode): Promise<ErrorCode> {
  try {
    await act;
  } catch (error) {
    if (isValetkeyError(error, code)) return code;
    throw error;
  }
  throw new Error(`it went through, and should have been refused as ${code}`);
}
