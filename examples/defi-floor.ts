// DeFi with a floor: a bot may swap coins for gems, but only while at least 0.98 gems come back per coin. A
// worthless swap is undone by the chain, whoever asks for it and whatever the bot believed.
import assert from "node:assert/strict";

import { getAssociatedTokenAddressSync } from "@solana/spl-token";
import { Transaction } from "@solana/web3.js";
import {
  allow,
  createOwner,
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
  startArenaLocalnet,
  units,
  walletProvider,
} from "./support/arena.js";

const localnet = await startArenaLocalnet();
const { connection } = localnet;
const wallet = await localnet.wallet({ sol: 10 });
const { pool, coins, gems, coinReserve, gemReserve } = await openMarket(connection, wallet);
const arena = arenaProgram(walletProvider(connection, wallet));

const owner = createOwner({ connection, wallet });
const key = generateKey();
await owner.session({
  key,
  terms: terms({
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
        floor: floor({ give: coins, get: gems, minimum: { get: 98n, per: 100n } }),
      }),
    ],
    // At most 500 coins in all, and 100 in any hour.
    limits: [
      limit({
        asset: coins,
        total: 500_000_000n,
        perPeriod: { amount: 100_000_000n, seconds: 3_600 },
      }),
    ],
  }),
  deposit: [{ asset: coins, amount: 800_000_000n }],
  fees: { topUpLamports: 5_000_000n },
});

// The bot, perhaps on another machine: it has the key, and knows the owner's address.
const bot = await openSession({ connection, key, owner: wallet.publicKey });
const swap = async (amount: bigint, authority = bot.vault) => {
  const token = (mint: typeof coins) => getAssociatedTokenAddressSync(mint, authority, true);
  const [source, destination] = [token(coins), token(gems)];
  const [reserveIn, reserveOut] = [coinReserve, gemReserve];
  return await arena.methods
    .swap(units(amount), units(0n))
    .accounts({ authority, pool, reserveIn, reserveOut, source, destination })
    .instruction();
};
const gemAccount = getAssociatedTokenAddressSync(gems, bot.vault, true);
const gemsHeld = async () =>
  BigInt((await connection.getTokenAccountBalance(gemAccount)).value.amount);

// At the market's price the swap passes the floor.
await bot.send({ instructions: [await swap(50_000_000n)] });
const bought = await gemsHeld();
assert.ok(bought > 49_000_000n);
console.log(`50 coins became ${String(bought)} base units of gems`);

// More than 100 coins within the hour: the limit, with what was asked and what is left.
await assert.rejects(bot.send({ instructions: [await swap(60_000_000n)] }), (error) => {
  assert.ok(isValetkeyError(error, "LimitPerPeriodExceeded"));
  assert.equal(error.context.left, 50_000_000n);
  return true;
});

// Somebody dumps coins on the pool just before the bot's next swap: the floor undoes it.
await walletProvider(connection, wallet).sendAndConfirm(
  new Transaction().add(await swap(190_000_000n, wallet.publicKey)),
);
const squeezed = { instructions: [await swap(40_000_000n)] };
await assert.rejects(bot.send(squeezed), (error) => {
  assert.ok(isValetkeyError(error, "FloorNotMet"));
  console.log(error.message);
  return true;
});
assert.equal(await gemsHeld(), bought);

// The owner takes everything back without any session.
await owner.revokeAll();
await owner.withdraw({ amounts: "everything" });
assert.equal(await connection.getAccountInfo(gemAccount), null);
await localnet.stop();
