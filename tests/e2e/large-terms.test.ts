// Terms that don't fit one transaction: one prompt, several transactions, nothing left behind; and what tables may do for them.
import assert from "node:assert/strict";

import {
  AddressLookupTableAccount,
  Keypair,
  type PublicKey,
  type Transaction,
  type VersionedTransaction,
} from "@solana/web3.js";
import {
  allowSolTransfer,
  createOwner,
  findSession,
  generateKey,
  isValetkeyError,
  limit,
  SOL,
  terms,
  type ErrorCode,
  type WalletObject,
} from "@valetkey/sdk";
import { createTable, decodeSession, waitForTable } from "@valetkey/sdk/layers";

import { openWorld, sendAs, type World } from "./support.js";

describe("terms too large for one transaction", () => {
  let world: World;
  let keypair: Keypair;
  let prompts: number[];
  const some = (count: number) => Array.from({ length: count }, () => Keypair.generate().publicKey);

  before(async () => {
    world = await openWorld();
  });
  after(() => world.stop());
  beforeEach(async () => {
    keypair = await world.wallet(5);
    prompts = [];
  });

  // Counts prompts, and how many transactions each was for.
  const wallet = (signsAll = true): WalletObject => {
    const sign = <T extends Transaction | VersionedTransaction>(transaction: T): T => {
      if ("version" in transaction) transaction.sign([keypair]);
      return transaction;
    };
    return {
      publicKey: keypair.publicKey,
      signTransaction: (transaction) => {
        prompts.push(1);
        return Promise.resolve(sign(transaction));
      },
      ...(signsAll
        ? {
            signAllTransactions: (transactions) => {
              prompts.push(transactions.length);
              return Promise.resolve(transactions.map(sign));
            },
          }
        : {}),
    };
  };
  const ownerOf = (signsAll = true, connection = world.connection) =>
    createOwner({ connection, wallet: wallet(signsAll) });
  // 30 recipients in two rules: more bytes than two transactions carry.
  const paying = (to: readonly PublicKey[], total = 500_000_000n) =>
    terms({
      ...{ expiresInSeconds: 3_600, uses: 10 },
      allow: [to.slice(0, 15), to.slice(15)]
        .filter((part) => part.length > 0)
        .map((part) => allowSolTransfer({ to: part })),
      limits: [limit({ asset: SOL, total })],
    });
  const refusedWith = (code: ErrorCode) => (error: unknown) => {
    assert.ok(isValetkeyError(error, code), String(error));
    return true;
  };
  const accountsOf = async (config: PublicKey) => {
    const owner = ownerOf();
    assert.ok(owner.config.equals(config));
    return await owner.proposals({ dead: true });
  };
  /** A table that says `told` here and `truth` on the chain, in the same places. */
  async function tableOf(truth: readonly PublicKey[], told = truth) {
    const { connection } = world;
    const authority = keypair.publicKey;
    const recentSlot = await connection.getSlot("finalized");
    const made = createTable({ authority, payer: authority, recentSlot, addresses: truth });
    for (const one of made.transactions) await sendAs(world, keypair, [...one]);
    const table = await waitForTable({ connection, table: made.table, addresses: truth });
    const state = { ...table.state, addresses: [...told] };
    return new AddressLookupTableAccount({ key: table.key, state });
  }

  it("are granted with one prompt, vault, deposit and fee money included, and no proposal stays", async () => {
    const owner = ownerOf();
    const [key, shops] = [generateKey(), some(29)];
    const session = await owner.session({
      ...{ key, terms: paying(shops), deposit: [{ asset: SOL, amount: 50_000_000n }] },
      fees: { topUpLamports: 5_000_000n },
    });
    assert.equal(prompts.length, 1);
    assert.ok((prompts[0] ?? 0) > 1);
    assert.equal(await world.connection.getBalance(owner.vault), 50_000_000);
    assert.equal(await world.connection.getBalance(key.publicKey), 5_000_000);
    for (const shop of shops) assert.ok(session.terms.keys.includes(shop.toBase58()));
    assert.deepEqual(await accountsOf(owner.config), []);
    // The same call again asks nobody.
    await owner.session({ key, terms: paying(shops) });
    assert.equal(prompts.length, 1);
  });

  it("are signed one by one by a wallet that can't sign several", async () => {
    const owner = ownerOf(false);
    await owner.session({ key: generateKey(), terms: paying(some(29)) });
    assert.ok(prompts.length > 1);
    assert.ok(prompts.every((count) => count === 1));
  });

  it("give the same session as terms granted inline, byte for byte", async () => {
    const owner = ownerOf();
    await owner.deposit({ amounts: [{ asset: SOL, amount: 1_000_000n }] });
    const shops = some(12);
    const expiresAt = BigInt(Math.floor(Date.now() / 1000)) + 7_200n;
    const same = terms({
      ...{ expiresAt, uses: 10, allow: [allowSolTransfer({ to: shops })] },
      limits: [limit({ asset: SOL, total: 1_000n })],
      startsAt: expiresAt - 3_600n,
    });
    const bytesOf = async (
      lookupTables: readonly AddressLookupTableAccount[],
      byProposal = false,
    ) => {
      const key = generateKey();
      if (byProposal) {
        const proposal = await owner.propose.session({ sessionKey: key.publicKey, terms: same });
        await proposal.enact();
      } else await owner.session({ key, terms: same, lookupTables });
      const address = findSession({ config: owner.config, sessionKey: key.publicKey });
      const account = await world.connection.getAccountInfo(address);
      assert.ok(account);
      const data = Buffer.from(account.data);
      // What tells one grant from another: bump, grant id, key, times of granting.
      for (const [from, to] of [
        [13, 14],
        [24, 32],
        [96, 128],
        [216, 232],
      ] as const)
        data.fill(0, from, to);
      return data.toString("hex");
    };
    const inline = await bytesOf([]);
    assert.equal(await bytesOf([], true), inline);
    assert.equal(await bytesOf([await tableOf(shops)]), inline);
  });

  it("fit one transaction after all where a table holds their addresses, which the program compares with their hash", async () => {
    const owner = ownerOf();
    const shops = some(29);
    const lookupTables = [await tableOf(shops)];
    const session = await owner.session({ key: generateKey(), terms: paying(shops), lookupTables });
    assert.deepEqual(prompts, [1]);
    for (const shop of shops) assert.ok(session.terms.keys.includes(shop.toBase58()));
  });

  it("j01: are not granted at all where an endpoint lied about that table: KeysHashMismatch", async () => {
    const owner = ownerOf();
    const [shops, thieves, key] = [some(29), some(29), generateKey()];
    const lookupTables = [await tableOf(thieves, shops)];
    await assert.rejects(
      owner.session({ key, terms: paying(shops), lookupTables }),
      refusedWith("KeysHashMismatch"),
    );
    assert.deepEqual(prompts, []);
    const address = findSession({ config: owner.config, sessionKey: key.publicKey });
    assert.equal(await world.connection.getAccountInfo(address), null);
  });

  it("leave what can be finished when they stop half-way: the same call again closes it and starts anew", async () => {
    const shops = some(29);
    const key = generateKey();
    const abort = new AbortController();
    let landed = 0;
    const first = ownerOf().session({
      ...{ key, terms: paying(shops), signal: abort.signal },
      onEvent: ({ type }) => {
        landed += type === "confirmed" ? 1 : 0;
        if (landed === 1) abort.abort();
      },
    });
    await assert.rejects(first, (error) => {
      assert.ok(isValetkeyError(error, "ProposalUnfinished"), String(error));
      assert.equal(error.context.landed, 1);
      assert.ok(error.context.of > 1);
      assert.ok(isValetkeyError(error.cause, "Aborted"));
      return true;
    });
    const owner = ownerOf();
    const [left] = await owner.proposals();
    assert.ok(left);
    assert.equal(left.status, "unfinished");
    assert.ok(left.describe().some(({ level }) => level === "danger"));
    await assert.rejects(left.approve(), refusedWith("ProposalIncomplete"));
    await assert.rejects(left.enact(), refusedWith("ProposalIncomplete"));
    await owner.session({ key, terms: paying(shops) });
    assert.deepEqual(await accountsOf(owner.config), []);
  });

  it("leave what can be closed: its rent comes back", async () => {
    const abort = new AbortController();
    const first = ownerOf().session({
      ...{ key: generateKey(), terms: paying(some(29)), signal: abort.signal },
      onEvent: ({ type }) => {
        if (type === "confirmed") abort.abort();
      },
    });
    await assert.rejects(first, refusedWith("ProposalUnfinished"));
    const owner = ownerOf();
    const [left] = await owner.proposals();
    assert.ok(left);
    const rent = await world.connection.getBalance(left.address);
    const before = await world.connection.getBalance(keypair.publicKey);
    const { feeLamports } = await left.cancel();
    const after = await world.connection.getBalance(keypair.publicKey);
    assert.equal(after - before, rent - (feeLamports ?? 0));
  });

  it("are refused over the program's own bounds, before the wallet is asked: TermsTooLarge", () => {
    assert.throws(() => paying(some(40)), refusedWith("TermsTooLarge"));
    assert.deepEqual(prompts, []);
  });

  it("are renewed in the same way", async () => {
    const owner = ownerOf();
    const [shops, key] = [some(29), generateKey()];
    const session = await owner.session({ key, terms: paying(shops, 1_000n) });
    prompts = [];
    const { difference } = await owner.renew({ session, terms: paying(shops, 2_000n) });
    assert.equal(prompts.length, 1);
    assert.ok(difference.some(({ key }) => key.startsWith("limit.0")));
    assert.equal(session.terms.limits[0]?.total, 2_000n);
    assert.equal(session.terms.revision, 1);
    assert.deepEqual(await accountsOf(owner.config), []);
    const address = findSession({ config: owner.config, sessionKey: key.publicKey });
    const account = await world.connection.getAccountInfo(address);
    assert.ok(account && decodeSession(account.data).revision === 1);
  });
});
