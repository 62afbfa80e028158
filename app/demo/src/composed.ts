// The heart of the main job: five instructions of three programs in one transaction, signed by the session key alone.
import {
  PublicKey,
  TransactionMessage,
  type Connection,
  type TransactionInstruction,
} from "@solana/web3.js";
import { findVaultConfig, type Sent } from "@valetkey/sdk";

import { balancesOf, balanceText } from "./balances.js";
import type { CountingOwner, Granted } from "./cast.js";
import { movesOf, type Moves } from "./play.js";
import type { Scene } from "./refusals.js";
import { grouped, type Facts } from "./report.js";
import { WHOLE } from "./stage.js";

/** What was composed, and what it cost. */
export interface Composed {
  readonly sent: Sent;
  readonly facts: Facts["composed"];
  readonly separate: Facts["separate"];
}

const list = async (moves: Moves): Promise<readonly TransactionInstruction[]> => [
  await moves.strike(5),
  await moves.strike(5),
  await moves.sellGold(50n * WHOLE, 45n * WHOLE),
  moves.payGold(10n * WHOLE),
  moves.paySol(50_000_000n),
];

/** Runs the composed transaction, and tells what the same would have cost apart. */
export async function compose(scene: Scene, { session }: Granted): Promise<Composed> {
  const { network, stage, owner, teller } = scene;
  const { connection } = network;
  teller.step("One transaction: two strikes, a swap, a payment in gold, a payment in SOL");
  const instructions = await list(movesOf(stage, session.vault));
  await session.tables.create({ addresses: addressesOf(owner, instructions, session.address) });

  const before = await balancesOf(connection, stage, session.vault);
  const sent = await session.send({
    instructions,
    minReceive: [{ asset: stage.potion, amount: 45n * WHOLE }],
  });
  const after = await balancesOf(connection, stage, session.vault);
  const programs = new Set(instructions.map(({ programId }) => programId.toBase58())).size;
  const facts = {
    ...{ instructions: instructions.length, programs, bytes: sent.bytes },
    bytesWithoutTable: sent.bytesWithoutTables,
    computeUnits: sent.computeUnits ?? 0,
    feeLamports: String(sent.feeLamports ?? 0),
    signature: sent.signature,
  };
  teller.pair("instructions, programs", `${facts.instructions}, ${facts.programs}`);
  teller.pair("bytes", `${facts.bytes} with the lookup table, ${facts.bytesWithoutTable} without`);
  teller.pair("compute units", grouped(facts.computeUnits));
  teller.pair("fee", `${grouped(BigInt(facts.feeLamports))} lamports, paid by the session key`);
  teller.pair("vault before", balanceText(before));
  teller.pair("vault after", balanceText(after));

  const separate = await priceApart(connection, owner, await list(movesOf(stage, owner.publicKey)));
  const { transactions, approvals, feeLamports } = separate;
  teller.pair(
    "the same, apart",
    `${transactions} transactions, ${approvals} approvals in the wallet`,
  );
  teller.pair("", `${grouped(BigInt(feeLamports))} lamports in fees`);
  return { sent, facts, separate };
}

/** Everything that the transaction names but the session key, which signs and so can't stand in a table. */
function addressesOf(
  owner: CountingOwner,
  instructions: readonly TransactionInstruction[],
  session: PublicKey,
): readonly PublicKey[] {
  const config = findVaultConfig({ owner: owner.publicKey });
  const named = instructions.flatMap(({ keys, programId }) => [
    programId,
    ...keys.map(({ pubkey }) => pubkey),
  ]);
  const all = [session, config, owner.vault, ...named].map((key) => key.toBase58());
  return [...new Set(all)].map((key) => new PublicKey(key));
}

/** The fee that the cluster asks for each instruction in a transaction of its own, signed by the owner. */
async function priceApart(
  connection: Connection,
  owner: CountingOwner,
  instructions: readonly TransactionInstruction[],
): Promise<Facts["separate"]> {
  const { blockhash } = await connection.getLatestBlockhash();
  const messages = instructions.map((instruction) =>
    new TransactionMessage({
      payerKey: owner.publicKey,
      recentBlockhash: blockhash,
      instructions: [instruction],
    }).compileToV0Message(),
  );
  const fees = await Promise.all(messages.map((message) => connection.getFeeForMessage(message)));
  return {
    transactions: messages.length,
    feeLamports: fees.reduce((sum, { value }) => sum + BigInt(value ?? 0), 0n).toString(),
    approvals: messages.reduce((sum, { header }) => sum + header.numRequiredSignatures, 0),
  };
}
