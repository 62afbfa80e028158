// A session gets new terms while it is in use: nothing is lost, nothing is forgotten.
import assert from "node:assert/strict";

import { Keypair, SystemProgram, type PublicKey } from "@solana/web3.js";
import {
  allowSolTransfer,
  createCouncil,
  createOwner,
  findSessions,
  generateKey,
  isValetkeyError,
  limit,
  openSession,
  revokeAsGuardian,
  SOL,
  terms,
  type ErrorCode,
  type Owner,
  type Session,
  type SessionKey,
} from "@valetkey/sdk";

import { openWorld, type World } from "./support.js";

describe("a renewal, end to end", () => {
  let world: World;
  let wallet: Keypair;
  let owner: Owner;
  let key: SessionKey;
  let session: Session;
  const one = () => Keypair.generate().publicKey;
  const [shop, bank, guardian, market] = [one(), one(), one(), one()];

  before(async () => {
    world = await openWorld();
  });
  after(() => world.stop());

  const paying = (
    to: readonly PublicKey[],
    total: bigint,
    more: { uses?: number; perPeriod?: { amount: bigint; seconds: number } } = {},
  ) =>
    terms({
      ...{ expiresInSeconds: 3_600, uses: more.uses ?? 100 },
      allow: to.map((one) => allowSolTransfer({ to: one })),
      limits: [
        limit({
          ...{ asset: SOL, total },
          ...(more.perPeriod === undefined ? {} : { perPeriod: more.perPeriod }),
        }),
      ],
    });
  const pay = (toPubkey: PublicKey, lamports: number) =>
    SystemProgram.transfer({ fromPubkey: owner.vault, toPubkey, lamports });
  const refusedWith = (code: ErrorCode) => (error: unknown) => {
    assert.ok(isValetkeyError(error, code), String(error));
    return true;
  };

  beforeEach(async () => {
    wallet = await world.wallet(5);
    owner = createOwner({ connection: world.connection, wallet });
    key = generateKey();
    session = await owner.session({
      ...{ key, terms: paying([shop, guardian, market], 10_000_000n) },
      deposit: [{ asset: SOL, amount: 500_000_000n }],
      fees: { topUpLamports: 10_000_000n },
    });
  });

  it("allows more, says what, and keeps what was spent", async () => {
    await session.send({ instructions: [pay(shop, 4_000_000)] });
    const next = paying([shop, bank], 12_000_000n);
    const before = session.terms;
    const words = await owner.describeRenewal({ session, terms: next });
    assert.equal(session.terms, before);
    const { difference } = await session.renew({ terms: next });
    assert.deepEqual(difference, words);
    assert.match(difference.map(({ text }) => text).join("\n"), new RegExp(bank.toBase58()));
    const { limits, revision, startsAt, usesSpent, grantId } = session.terms;
    assert.deepEqual(
      [limits[0]?.total, limits[0]?.spent, revision, startsAt, usesSpent, grantId],
      [12_000_000n, 4_000_000n, 1, before.startsAt, 1, before.grantId],
    );
    await session.send({ instructions: [pay(bank, 8_000_000)] });
    await assert.rejects(
      session.send({ instructions: [pay(bank, 1_000_000)] }),
      refusedWith("LimitTotalExceeded"),
    );
    // Asked for the same again, the owner isn't asked at all.
    await owner.session({ key, terms: next });
  });

  it("during play loses no move: what was composed for the old terms is composed again", async () => {
    // Another holder of the key, who doesn't hear of the renewal.
    const other = await openSession({ connection: world.connection, key, owner: wallet.publicKey });
    const before = await world.connection.getBalance(shop);
    const moves = Array.from({ length: 12 }, () =>
      other.send({ instructions: [pay(shop, 100_000)] }),
    );
    const renewals = [
      paying([bank, shop], 20_000_000n),
      paying([Keypair.generate().publicKey, bank, shop], 20_000_000n),
    ];
    for (const next of renewals) {
      await owner.renew({ session: key.publicKey, terms: next });
      moves.push(other.send({ instructions: [pay(shop, 100_000)] }));
    }
    const sent = await Promise.all(moves);
    assert.equal(new Set(sent.map(({ once }) => once)).size, moves.length);
    assert.equal((await world.connection.getBalance(shop)) - before, 100_000 * moves.length);
    // A rule that only the new terms have.
    await other.send({ instructions: [pay(bank, 1_000)] });
    const { account } =
      (await findSessions({ connection: world.connection, sessionKey: key.publicKey }))[0] ?? {};
    assert.equal(account?.usesSpent, moves.length + 1);
    assert.equal(account.revision, 2);
  });

  it("is refused before anything is sent where the program would refuse it", async () => {
    await session.send({ instructions: [pay(shop, 1_000_000)] });
    const many = Array.from({ length: 9 }, () => Keypair.generate().publicKey);
    const without = { ...paying([shop], 1n).input, limits: [] };
    for (const [next, code] of [
      [terms(without), "SpentLimitDropped"],
      [paying([shop, ...many], 10_000_000n), "TermsTooLarge"],
    ] as const)
      await assert.rejects(session.renew({ terms: next }), refusedWith(code));
    assert.equal(session.terms.revision, 0);
  });

  it("keeps the spend of a period, and its length while it has any", async () => {
    const period = { amount: 5_000_000n, seconds: 1_000 };
    await assert.rejects(
      session
        .renew({ terms: paying([shop], 10_000_000n, { perPeriod: period }) })
        .then(async () => {
          await session.send({ instructions: [pay(shop, 2_000_000)] });
          await session.renew({
            terms: paying([shop], 10_000_000n, { perPeriod: { ...period, seconds: 60 } }),
          });
        }),
      refusedWith("PeriodInUse"),
    );
  });

  it("needs a live session, and an owner", async () => {
    const stranger = createOwner({ connection: world.connection, wallet: await world.wallet(1) });
    const next = paying([shop], 1n);
    await assert.rejects(stranger.renew({ session, terms: next }), refusedWith("SessionNotFound"));
    const bot = await openSession({ connection: world.connection, key, owner: wallet.publicKey });
    await assert.rejects(bot.renew({ terms: next }), refusedWith("InvalidInput"));
    await bot.renew({ terms: next, owner });
    assert.equal(bot.terms.revision, 1);
    await owner.revokeSession({ sessionKey: key.publicKey });
    await assert.rejects(session.renew({ terms: next }), refusedWith("SessionEnded"));
  });

  it("by proposal: the council reads what changes; a renewal in between makes it void", async () => {
    const [alice, bob] = [await world.wallet(5), await world.wallet(5)];
    const council = await createCouncil({
      ...{ connection: world.connection, wallet: alice, cosigners: [bob] },
      ...{ owners: [alice.publicKey, bob.publicKey, wallet.publicKey], threshold: 2 },
    });
    await council.deposit({ amounts: [{ asset: SOL, amount: 100_000_000n }] });
    const alone = createOwner({
      connection: world.connection,
      wallet: bob,
      config: council.config,
    });
    const granting = await createOwner({
      ...{ connection: world.connection, wallet: alice, config: council.config },
    }).propose.session({ sessionKey: key.publicKey, terms: paying([shop], 10_000_000n) });
    const approving = await alone.proposal(granting.address);
    assert.match(
      approving
        .describe()
        .map(({ text }) => text)
        .join("\n"),
      /0\.01 SOL/,
    );
    await approving.approve();
    await approving.enact({ fees: { topUpLamports: 1_000_000n } });
    const payments = await openSession({
      connection: world.connection,
      key,
      config: council.config,
    });
    await payments.send({
      instructions: [
        SystemProgram.transfer({ fromPubkey: council.vault, toPubkey: shop, lamports: 1_000_000 }),
      ],
    });

    const first = await alone.propose.renew({
      ...{ session: payments, terms: paying([shop], 30_000_000n), approve: false },
    });
    const second = await alone.propose.renew({
      ...{ session: payments, terms: paying([shop], 20_000_000n), approve: false },
    });
    const at = (address: PublicKey) => council.proposal(address);
    const words = (await at(first.address)).describe().map(({ text }) => text);
    assert.match(words.join("\n"), /0\.03 SOL/);
    for (const one of [first, second]) await (await at(one.address)).approve();
    await (await at(first.address)).enact();
    assert.equal((await payments.remaining()).limits[0]?.total, 29_000_000n);
    const late = await at(second.address);
    assert.ok(late.describe().some(({ level }) => level === "danger"));
    await assert.rejects(late.enact(), refusedWith("RevisionMismatch"));
    await late.cancel();
    await assert.rejects(
      alone.session({ key: generateKey(), terms: paying([shop], 1n) }),
      refusedWith("ThresholdNotMet"),
    );
    // Together they grant at once.
    const joint = await council.session({ key: generateKey(), terms: paying([shop], 1n) });
    assert.equal(joint.getSnapshot().status, "live");
  });

  it("aside, a guardian may end a session, and nobody else's guardian", async () => {
    const guard = await world.wallet(1);
    const guarded = generateKey();
    const { input } = paying([shop], 1n);
    const watched = await owner.session({
      ...{ key: guarded, terms: terms({ ...input, guardian: guard.publicKey }) },
    });
    const { connection } = world;
    await assert.rejects(
      revokeAsGuardian({ connection, wallet: guard, session: session.address }),
      refusedWith("NotAuthorized"),
    );
    await revokeAsGuardian({ connection, wallet: guard, session: watched.address });
    assert.equal((await watched.remaining()).seconds, 0);
    await assert.rejects(
      revokeAsGuardian({ connection, wallet: guard, session: guardian }),
      refusedWith("SessionNotFound"),
    );
  });

  it("aside, one key serves the vaults of many, and is found by itself", async () => {
    const another = createOwner({ connection: world.connection, wallet, vaultIndex: 3 });
    await another.session({ key, terms: paying([bank], 1_000n) });
    const served = await findSessions({ connection: world.connection, sessionKey: key.publicKey });
    const vaults = served.map(({ account }) => account.vault).sort();
    assert.deepEqual(vaults, [owner.vault.toBase58(), another.vault.toBase58()].sort());
    const ofThree = await findSessions({ connection: world.connection, config: another.config });
    assert.equal(ofThree.length, 1);
  });
});
