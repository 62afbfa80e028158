// A game: one approval, then moves without a pop-up. The game's own Anchor client keeps its calls; only its
// provider is another. Moves that belong together go as one transaction, and thirty fly at once.
import assert from "node:assert/strict";

import { getAssociatedTokenAddressSync } from "@solana/spl-token";
import {
  allow,
  createOwner,
  generateKey,
  isValetkeyError,
  programOwned,
  SOL,
  terms,
  vaultToken,
} from "@valetkey/sdk";

import {
  arenaProgram,
  enemyOf,
  GOBLIN,
  LOOT_MINT,
  openArena,
  playerOf,
  startArenaLocalnet,
  units,
  walletProvider,
} from "./support/arena.js";

const localnet = await startArenaLocalnet();
const { connection } = localnet;
const wallet = await localnet.wallet({ sol: 10 });
await openArena(connection, wallet);
const arena = arenaProgram(walletProvider(connection, wallet));

// The vault plays, so the player belongs to the vault. Creating it costs rent: the owner does that itself,
// with the vault as payer. No session could, since no limit lets SOL out.
const owner = createOwner({ connection, wallet });
await owner.deposit({ amounts: [{ asset: SOL, amount: 100_000_000n }] });
const createPlayer = await arena.methods
  .createPlayer()
  .accounts({ authority: owner.vault, payer: owner.vault, inviter: null })
  .instruction();
await owner.execute({ instructions: [createPlayer] });

// The rules: strike with at most 5 energy, heal, claim loot into the vault's own account. The IDL says what
// each instruction takes; what it leaves open needs a word (leave one out and see `RuleIncomplete`).
const player = playerOf(owner.vault);
const session = await owner.session({
  key: generateKey(),
  terms: terms({
    expiresInSeconds: 3_600,
    uses: 200,
    allow: [
      allow({
        program: arena,
        instruction: "strike",
        accounts: { player, enemy: programOwned },
        args: { energy: { max: 5 } },
      }),
      allow({ program: arena, instruction: "heal", accounts: { player } }),
      allow({
        program: arena,
        instruction: "claim_loot",
        accounts: { player, destination: vaultToken(LOOT_MINT) },
      }),
    ],
  }),
  fees: { topUpLamports: 5_000_000n },
});

// 1. The game's own call, through the session's provider.
const inSession = arenaProgram(session.provider);
const strike = () =>
  inSession.methods.strike(1).accounts({ authority: session.vault, enemy: enemyOf(GOBLIN) });
await strike().rpc();

// 2. Two moves and the loot in one transaction: all of it or nothing.
const destination = getAssociatedTokenAddressSync(LOOT_MINT, session.vault, true);
const claim = await inSession.methods
  .claimLoot(units(1_000_000n))
  .accounts({ authority: session.vault, destination })
  .instruction();
const move = await strike().instruction();
const { bytes } = await session.send({ instructions: [move, move, claim] });
console.log(`three moves in one transaction of ${String(bytes)} bytes`);

// 3. Thirty moves in flight together.
await Promise.all(Array.from({ length: 30 }, () => session.send({ instructions: [move] })));

// 4. What the owner didn't approve stays impossible, by name, before anything is sent.
const wild = inSession.methods
  .strike(6)
  .accounts({ authority: session.vault, enemy: enemyOf(GOBLIN) });
await assert.rejects(session.send({ instructions: [await wild.instruction()] }), (error) =>
  isValetkeyError(error, "NotInScope"),
);

const state = await arena.account.player.fetch(player);
assert.ok(state.xp.toNumber() >= 33 * 10); // ten for a strike, more as the player rises
assert.equal((await session.remaining()).uses, 200 - 32);
const loot = await connection.getTokenAccountBalance(destination);
assert.equal(loot.value.amount, "1000000");
console.log(
  `33 strikes, ${state.xp.toString()} experience, ${loot.value.amount} base units of loot`,
);

// The end: the session's rent and the key's lamports go back to the owner.
await session.end();
assert.equal(await connection.getBalance(session.key.publicKey), 0);
await localnet.stop();
