// A manager's bot: one key serves many owners' vaults, each within its own owner's limits and floor. It keeps no list of
// its own: the sessions are found by its key. One owner gave it an index of her vault of its own, so that the bot can't
// reach what lies in the others.
import assert from "node:assert/strict";

import { getAssociatedTokenAddressSync } from "@solana/spl-token";
import { PublicKey } from "@solana/web3.js";
import {
  allow,
  createOwner,
  findSessions,
  floor,
  generateKey,
  isValetkeyError,
  limit,
  openSession,
  terms,
  vaultToken,
} from "@valetkey/sdk";

import {
  arenaProgram,
  openMarket,
  sendTokens,
  startArenaLocalnet,
  units,
  walletProvider,
} from "./support/arena.js";

const localnet = await startArenaLocalnet();
const { connection } = localnet;
const bank = await localnet.wallet({ sol: 10 });
const { pool, coins, gems, coinReserve, gemReserve } = await openMarket(connection, bank);
const arena = arenaProgram(walletProvider(connection, bank));
const bot = generateKey();

/** Swaps coins of a vault for gems; at least `least` gems come back per 100 coins, or nothing happens. */
const swapTerms = (least: bigint, total: bigint) =>
  terms({
    expiresInSeconds: 86_400,
    uses: 100,
    allow: [
      allow({
        program: arena,
        instruction: "swap",
        accounts: {
          pool,
          reserveIn: coinReserve,
          reserveOut: gemReserve,
          source: vaultToken(coins),
          destination: vaultToken(gems),
        },
        floor: floor({ give: coins, get: gems, minimum: { get: least, per: 100n } }),
      }),
    ],
    limits: [limit({ asset: coins, total })],
  });

// Three owners, each with terms of their own; the last one opens a vault for this bot alone.
const mandates = [
  { least: 90n, total: 50_000_000n, vaultIndex: 0 },
  { least: 95n, total: 80_000_000n, vaultIndex: 0 },
  { least: 120n, total: 20_000_000n, vaultIndex: 7 },
];
for (const { least, total, vaultIndex } of mandates) {
  const wallet = await localnet.wallet({ sol: 1 });
  await sendTokens(connection, bank, { mint: coins, to: wallet.publicKey, amount: total });
  const owner = createOwner({ connection, wallet, vaultIndex });
  await owner.session({
    key: bot,
    terms: swapTerms(least, total),
    deposit: [{ asset: coins, amount: total }],
    fees: { topUpLamports: 2_000_000n },
  });
}

// The bot, on another machine, knows nothing but its key.
const found = await findSessions({ connection, sessionKey: bot.publicKey });
assert.equal(found.length, mandates.length);

const token = (mint: PublicKey, vault: PublicKey) =>
  getAssociatedTokenAddressSync(mint, vault, true);
const outcomes: string[] = [];
for (const { account } of found) {
  const session = await openSession({
    connection,
    key: bot,
    config: new PublicKey(account.config),
  });
  const swap = await arena.methods
    .swap(units(10_000_000n), units(0n))
    .accounts({
      ...{ authority: session.vault, pool, reserveIn: coinReserve, reserveOut: gemReserve },
      ...{ source: token(coins, session.vault), destination: token(gems, session.vault) },
    })
    .instruction();
  try {
    await session.send({ instructions: [swap] });
    outcomes.push("swapped");
  } catch (error) {
    // One owner asks for more than the market gives: her floor refuses, the others aren't touched by it.
    assert.ok(isValetkeyError(error, "FloorNotMet"));
    outcomes.push(error.code);
  }
}
assert.deepEqual(outcomes.sort(), ["FloorNotMet", "swapped", "swapped"]);
console.log(`one key, ${String(found.length)} vaults: ${outcomes.join(", ")}`);
await localnet.stop();
