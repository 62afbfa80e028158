// What goes wrong, end to end: each a ValetkeyError by name with its context, and never a half-done state.
import assert from "node:assert/strict";

import {
  createAssociatedTokenAccount,
  createMint,
  freezeAccount,
  getAssociatedTokenAddressSync,
  mintTo,
} from "@solana/spl-token";
import type { Connection, PublicKey } from "@solana/web3.js";
import {
  AddressLookupTableAccount,
  Keypair,
  SystemProgram,
  Transaction,
  TransactionInstruction,
} from "@solana/web3.js";
import {
  allow,
  allowSolTransfer,
  createOwner,
  findSessions,
  generateKey,
  isValetkeyError,
  limit,
  openSession,
  programOwned,
  SOL,
  terms,
  VALETKEY_PROGRAM_ID,
  type ErrorCode,
  type Owner,
  type Session,
  type SessionKey,
} from "@valetkey/sdk";

import {
  arenaProgram,
  enemyOf,
  GOBLIN,
  playerOf,
  walletProvider,
} from "../../examples/support/arena.js";
import { startRpcProxy, type RpcProxy } from "../support/rpc-proxy.js";
import { openWorld, type World } from "./support.js";

const MAINNET = "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d";

describe("failures, end to end", () => {
  let world: World;
  let proxy: RpcProxy;
  let wallet: Keypair;
  let owner: Owner;
  let key: SessionKey;
  let session: Session;
  let shop: PublicKey;

  before(async () => {
    world = await openWorld();
    proxy = await startRpcProxy(world.url);
  });
  after(async () => {
    await proxy.stop();
    await world.stop();
  });
  beforeEach(async () => {
    proxy.intercept = null;
    shop = Keypair.generate().publicKey;
    wallet = await world.wallet(5);
    owner = createOwner({ connection: world.connection, wallet });
    key = generateKey();
    await owner.deposit({ amounts: [{ asset: SOL, amount: 1_000_000_000n }] });
    session = await owner.session(request());
  });

  const request = () => ({
    key,
    terms: terms({
      expiresInSeconds: 600,
      uses: 5,
      allow: [
        allowSolTransfer({ to: shop }),
        allow({
          program: arenaProgram(walletProvider(world.connection, wallet)),
          instruction: "strike",
          accounts: { player: playerOf(owner.vault), enemy: programOwned },
        }),
      ],
      limits: [limit({ asset: SOL, total: 30_000_000n })],
    }),
    fees: { topUpLamports: 5_000_000n },
  });
  const buy = (lamports = 1_000_000, to: PublicKey = shop) =>
    SystemProgram.transfer({ fromPubkey: owner.vault, toPubkey: to, lamports });
  const send = (...instructions: TransactionInstruction[]) => session.send({ instructions });
  const named = (code: ErrorCode) => (error: unknown) => {
    assert.ok(isValetkeyError(error), String(error));
    assert.equal(error.code, code);
    assert.match(JSON.stringify(error), new RegExp(`"code":"${code}"`));
    return true;
  };
  const spent = () => world.connection.getBalance(shop);

  it("a limit says what was asked and what is left", async () => {
    await assert.rejects(send(buy(30_000_001)), (error) => {
      assert.ok(isValetkeyError(error, "LimitTotalExceeded"));
      const { asked, left, inner, rule, index } = error.context;
      assert.deepEqual(
        { asked, left, inner, rule, index },
        {
          ...{ asked: 30_000_001n, left: 30_000_000n, inner: 0, rule: 0, index: 0 },
        },
      );
      return true;
    });
  });

  it("another account, another program, another signer are out of scope", async () => {
    const stranger = Keypair.generate().publicKey;
    await assert.rejects(send(buy(1, stranger)), (error) => {
      assert.ok(isValetkeyError(error, "NotInScope"));
      assert.equal(error.context.nearest[0]?.rule, 0);
      return true;
    });
    const memo = new TransactionInstruction({ programId: stranger, keys: [] });
    await assert.rejects(send(memo), named("NotInScope"));
    const theirs = SystemProgram.transfer({
      fromPubkey: wallet.publicKey,
      toPubkey: shop,
      lamports: 1,
    });
    await assert.rejects(send(theirs), named("ForeignSigner"));
    await assert.rejects(
      session.provider.sendAndConfirm(tx(buy()), [wallet]),
      named("ForeignSigner"),
    );
  });

  it("nothing to do is an error, not a transaction", async () => {
    await assert.rejects(session.send({ instructions: [] }), named("EmptyRequest"));
    await assert.rejects(owner.deposit({ amounts: [] }), named("EmptyRequest"));
    await assert.rejects(owner.execute({ instructions: [] }), named("EmptyRequest"));
    for (const amount of [0n, -1n, 1n << 64n])
      await assert.rejects(
        owner.deposit({ amounts: [{ asset: SOL, amount }] }),
        named("InvalidInput"),
      );
    const noMint = [{ asset: shop, amount: 1n }];
    await assert.rejects(owner.deposit({ amounts: noMint }), named("InvalidInput"));
  });

  it("an inner program's own error comes with its code and name", async () => {
    const createPlayer = await arenaProgram(walletProvider(world.connection, wallet))
      .methods.createPlayer()
      .accounts({ authority: owner.vault, payer: owner.vault, inviter: null })
      .instruction();
    await owner.execute({ instructions: [createPlayer] });
    const wild = await arenaProgram(session.provider)
      .methods.strike(99)
      .accounts({ authority: owner.vault, enemy: enemyOf(GOBLIN) })
      .instruction();
    await assert.rejects(send(buy(), wild), (error) => {
      assert.ok(isValetkeyError(error, "InnerInstructionFailed"));
      assert.equal(error.context.index, 1);
      assert.equal(error.context.code, 6002);
      assert.equal(error.context.name, "StrikeOutOfRange");
      return true;
    });
    assert.equal(await spent(), 0, "the transfer before it was undone");
  });

  it("uses are counted by the chain", async () => {
    for (let i = 0; i < 5; i += 1) await send(buy());
    await assert.rejects(send(buy()), named("UsesSpent"));
  });

  it("revoked by its owner, one or all", async () => {
    await owner.revokeSession({ sessionKey: key.publicKey });
    await assert.rejects(send(buy()), named("SessionRevoked"));
    assert.equal(session.getSnapshot().status, "ended");
    // The next grant to the same key closes what ended first.
    session = await owner.session(request());
    await send(buy());
    await owner.revokeAll();
    await assert.rejects(send(buy()), named("EpochStale"));
    await assert.rejects(openSession({ ...where(), key }), named("SessionEnded"));
  });

  it("expired when the clock moves on", async () => {
    if (world.advance === null) return;
    const warned: string[] = [];
    session.on("ended", () => warned.push("ended"));
    await world.advance({ seconds: 601 });
    await assert.rejects(send(buy()), named("SessionExpired"));
    assert.deepEqual(warned, ["ended"]);
    assert.equal((await session.remaining()).seconds, 0);
  });

  it("no session: the error carries what to ask the owner for", async () => {
    const other = generateKey();
    await assert.rejects(openSession({ ...where(), key: other }), (error) => {
      assert.ok(isValetkeyError(error, "SessionNotFound"));
      assert.deepEqual(error.context.request, {
        owner: wallet.publicKey.toBase58(),
        config: owner.config.toBase58(),
        vault: owner.vault.toBase58(),
        sessionKey: other.publicKey.toBase58(),
        programId: VALETKEY_PROGRAM_ID.toBase58(),
      });
      return true;
    });
    await assert.rejects(
      owner.revokeSession({ sessionKey: other.publicKey }),
      named("SessionNotFound"),
    );
  });

  it("m07: the local program is refused on a public cluster", async () => {
    proxy.intercept = ({ method }) =>
      method === "getGenesisHash" ? Promise.resolve({ result: MAINNET }) : null;
    const connection = proxy.connection;
    await assert.rejects(openSession({ ...where(), connection, key }), named("WrongCluster"));
    const lost = createOwner({ connection, wallet });
    for (const act of [
      () => lost.session(request()),
      () => lost.deposit({ amounts: [{ asset: SOL, amount: 1n }] }),
      () => lost.withdraw({ amounts: "everything" }),
      () => lost.revokeAll(),
    ])
      await assert.rejects(act(), named("WrongCluster"));
    assert.equal(proxy.calls.get("sendTransaction"), undefined);
  });

  it("an endpoint without an index says so", async () => {
    proxy.intercept = ({ method }) =>
      method === "getProgramAccounts"
        ? Promise.resolve({
            error: { code: -32010, message: "excluded from account secondary indexes" },
          })
        : null;
    const { connection } = proxy;
    await assert.rejects(
      findSessions({ connection, owner: wallet.publicKey }),
      named("IndexUnavailable"),
    );
    await assert.rejects(findSessions({ connection }), named("InvalidInput"));
  });

  it("j01: an endpoint that lies about a lookup table is caught on chain", async () => {
    const decoy = Keypair.generate().publicKey;
    // Another key's table, read through the endpoint: first it tells the truth, then it swaps an entry.
    const truth = await session.tables.create({ addresses: [decoy, owner.vault, owner.config] });
    const lied = new AddressLookupTableAccount({
      key: truth.key,
      state: { ...truth.state, addresses: [shop, owner.vault, owner.config] },
    });
    const reader = await openSession({ ...where(), key });
    const attempt = reader.send({ instructions: [buy()], lookupTables: [lied] });
    await assert.rejects(attempt, named("KeysHashMismatch"));
    assert.equal(await world.connection.getBalance(decoy), 0);
    assert.equal(await spent(), 0);
    // The honest table works, and is smaller.
    await reader.send({ instructions: [buy()], lookupTables: [truth] });
  });

  it("j01: the same, with a proxy that forges the table's bytes", async () => {
    const decoy = Keypair.generate().publicKey;
    const { key: table } = await session.tables.create({
      addresses: [decoy, owner.vault, owner.config],
    });
    proxy.intercept = ({ method, params }, forward) =>
      method === "getAccountInfo" && params[0] === table.toBase58()
        ? forward({ method, params }).then((answer) => swapEntry(answer, decoy, shop))
        : null;
    const lying = await openSession({ ...where(), connection: proxy.connection, key });
    const { value } = await proxy.connection.getAddressLookupTable(table);
    assert.ok(value?.state.addresses[0]?.equals(shop), "the proxy lies");
    await assert.rejects(
      lying.send({ instructions: [buy()], lookupTables: value === null ? [] : [value] }),
      named("KeysHashMismatch"),
    );
    assert.equal(await world.connection.getBalance(decoy), 0);
  });

  it("n04: the same action sent twice runs once, even when its blockhash dies in between", async () => {
    const { advance } = world;
    if (advance === null) return;
    // The first copy lands, but every answer about it is withheld until its blockhash is dead.
    let landed = 0;
    let blind = true;
    proxy.intercept = ({ method, params }, forward) => {
      if (method === "sendTransaction" && landed++ === 0)
        return forward({ method, params }).then(async (answer) => {
          await advance({ blocks: 200 });
          return answer;
        });
      if (method === "getSignatureStatuses" && blind) {
        blind = landed < 2;
        return Promise.resolve({ result: { context: { slot: 1 }, value: params.map(() => null) } });
      }
      return null;
    };
    const careful = await openSession({ ...where(), connection: proxy.connection, key });
    const sent = await careful.send({ instructions: [buy()] });
    assert.equal(sent.copies.length, 2);
    assert.equal(sent.signature, sent.copies[0], "the first copy is the one that ran");
    assert.equal(await spent(), 1_000_000);
  });

  it("an aborted call sends nothing, or says what may still land", async () => {
    const signal = AbortSignal.abort();
    await assert.rejects(session.send({ instructions: [buy()], signal }), named("Aborted"));
    await assert.rejects(
      owner.deposit({ amounts: [{ asset: SOL, amount: 1n }], signal }),
      named("Aborted"),
    );
    const abort = new AbortController();
    const events: string[] = [];
    const onEvent = ({ type }: { readonly type: string }) => {
      events.push(type);
      if (type === "simulated") abort.abort();
    };
    const late = session.send({ instructions: [buy()], signal: abort.signal, onEvent });
    await assert.rejects(late, named("Aborted"));
    assert.deepEqual(events, ["composed", "simulated"]);
    assert.equal(await spent(), 0);
  });

  it("an endpoint that is gone is named with the call that failed", async () => {
    const gone = await startRpcProxy(world.url);
    const connection: Connection = gone.connection;
    await gone.stop();
    await assert.rejects(openSession({ ...where(), connection, key }), (error) => {
      assert.ok(isValetkeyError(error, "RpcFailed"));
      assert.equal(error.context.method, "getGenesisHash");
      return true;
    });
  });

  it("a frozen token account doesn't stop a withdrawal, and is named", async () => {
    const { connection } = world;
    const { publicKey } = wallet;
    const mint = await createMint(connection, wallet, publicKey, publicKey, 6);
    const mine = await createAssociatedTokenAccount(connection, wallet, mint, publicKey);
    await mintTo(connection, wallet, mint, mine, wallet, 10n);
    await owner.deposit({ amounts: [{ asset: mint, amount: 10n }] });
    const frozen = getAssociatedTokenAddressSync(mint, owner.vault, true);
    await freezeAccount(connection, wallet, frozen, mint, publicKey);
    const { skipped } = await owner.withdraw({ amounts: "everything" });
    assert.equal(skipped.length, 1);
    assert.ok(skipped[0]?.account.equals(frozen));
    assert.equal(await connection.getBalance(owner.vault), 0);
  });

  function where() {
    return { connection: world.connection, owner: wallet.publicKey };
  }
});

function tx(instruction: TransactionInstruction) {
  return new Transaction().add(instruction);
}

function swapEntry(answer: Record<string, unknown>, from: PublicKey, to: PublicKey) {
  const text = JSON.stringify(answer).replace(/"data":\["([^"]*)"/, (_, base64: string) => {
    const data = Buffer.from(base64, "base64");
    const at = data.indexOf(Buffer.from(from.toBytes()));
    Buffer.from(to.toBytes()).copy(data, at);
    return `"data":["${data.toString("base64")}"`;
  });
  return JSON.parse(text) as Record<string, unknown>;
}
