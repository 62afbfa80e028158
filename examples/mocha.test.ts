// In a studio's own test suite: a local network in `before`, a session, and what the game's tests assert. Ends
// by itself, since `stop()` closes what the connection holds open.
import assert from "node:assert/strict";

import type { Localnet } from "@valetkey/localnet";
import {
  allow,
  createOwner,
  generateKey,
  isValetkeyError,
  programOwned,
  SOL,
  terms,
  type Session,
} from "@valetkey/sdk";

import {
  arenaProgram,
  enemyOf,
  GOBLIN,
  openArena,
  playerOf,
  startArenaLocalnet,
  walletProvider,
} from "./support/arena.js";

describe("a player with a session", () => {
  let localnet: Localnet;
  let session: Session;

  before(async () => {
    localnet = await startArenaLocalnet();
    const { connection } = localnet;
    const wallet = await localnet.wallet({ sol: 10 });
    await openArena(connection, wallet);
    const arena = arenaProgram(walletProvider(connection, wallet));
    const owner = createOwner({ connection, wallet });
    await owner.deposit({ amounts: [{ asset: SOL, amount: 50_000_000n }] });
    const accounts = { authority: owner.vault, payer: owner.vault, inviter: null };
    const createPlayer = await arena.methods.createPlayer().accounts(accounts).instruction();
    await owner.execute({ instructions: [createPlayer] });
    const player = playerOf(owner.vault);
    const strikes = allow({
      program: arena,
      instruction: "strike",
      accounts: { player, enemy: programOwned },
    });
    session = await owner.session({
      key: generateKey(),
      terms: terms({ expiresInSeconds: 600, uses: 3, allow: [strikes] }),
      fees: { topUpLamports: 5_000_000n },
    });
  });
  after(() => localnet.stop());

  const strike = () =>
    arenaProgram(session.provider)
      .methods.strike(2)
      .accounts({ authority: session.vault, enemy: enemyOf(GOBLIN) });

  it("strikes without the wallet", async () => {
    await strike().rpc();
    const player = await arenaProgram(session.provider).account.player.fetch(
      playerOf(session.vault),
    );
    assert.equal(player.xp.toNumber(), 20);
  });

  it("sees beforehand what a strike would do", async () => {
    const { events } = await strike().simulate();
    assert.equal(events[0]?.name, "struck");
  });

  it("rests when the clock moves on", async () => {
    await localnet.advance({ seconds: 60 });
    await strike().rpc();
  });

  it("stops when the time is over", async () => {
    await localnet.advance({ seconds: 600 });
    await assert.rejects(strike().rpc(), (error) => isValetkeyError(error, "SessionExpired"));
  });
});
