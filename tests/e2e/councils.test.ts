// Vaults with several owners, end to end: who can act at once, what goes by proposal, who can stop it, and what waits.
import assert from "node:assert/strict";

import type { PublicKey } from "@solana/web3.js";
import { Keypair, SystemProgram, type TransactionInstruction } from "@solana/web3.js";
import {
  createCouncil,
  createOwner,
  findProposal,
  isValetkeyError,
  SOL,
  type Council,
  type ErrorCode,
  type Owner,
} from "@valetkey/sdk";

import { startRpcProxy } from "../support/rpc-proxy.js";
import { openWorld, sendAs, type World } from "./support.js";

describe("a council, end to end", () => {
  let world: World;
  let wallets: Keypair[];
  let stranger: Keypair;
  let council: Council;
  const shop = Keypair.generate().publicKey;

  before(async () => {
    world = await openWorld();
    wallets = await Promise.all([world.wallet(50), world.wallet(50), world.wallet(50)]);
    stranger = await world.wallet();
  });
  after(() => world.stop());

  const walletOf = (i: number): Keypair => wallets[i] ?? assert.fail();
  const keys = () => wallets.map(({ publicKey }) => publicKey);
  const open = (more: { timelockSeconds?: number; owners?: PublicKey[] } = {}) =>
    createCouncil({
      ...{ connection: world.connection, wallet: walletOf(0), owners: keys(), threshold: 2 },
      ...more,
    });
  const ownerOf = (i: number, config = council.config): Owner =>
    createOwner({ connection: world.connection, wallet: walletOf(i), config });
  const asStranger = (config = council.config): Owner =>
    createOwner({ connection: world.connection, wallet: stranger, config });
  const pay = (lamports: number, from = council.vault): TransactionInstruction =>
    SystemProgram.transfer({ fromPubkey: from, toPubkey: shop, lamports });
  const fund = (vault: PublicKey) =>
    sendAs(world, walletOf(0), [
      SystemProgram.transfer({
        ...{ fromPubkey: walletOf(0).publicKey, toPubkey: vault, lamports: 100_000_000 },
      }),
    ]);
  const refusedWith = (code: ErrorCode) => (error: unknown) => {
    assert.ok(isValetkeyError(error, code), String(error));
    return true;
  };
  const lamportsOf = (key: PublicKey) => world.connection.getBalance(key);
  const advance = (seconds: number) => {
    assert.ok(world.advance);
    return world.advance({ seconds });
  };

  beforeEach(async () => {
    council = await open();
    await fund(council.vault);
  });

  describe("is opened", () => {
    it("by one wallet's payment, with its owners sorted, whoever they are", async () => {
      const config = await council.readConfig();
      assert.ok(config);
      const wanted = keys().sort((a, b) => Buffer.compare(a.toBuffer(), b.toBuffer()));
      assert.deepEqual(
        config.owners,
        wanted.map((key) => key.toBase58()),
      );
      assert.deepEqual([config.kind, config.threshold, config.timelockSeconds], ["council", 2, 0]);
      assert.equal(config.seedKey, council.base.toBase58());
      assert.ok(council.created.signature);
      assert.deepEqual(council.warnings, []);
    });

    it("with a warning where one bad owner could veto for ever", async () => {
      const { warnings } = await open({ timelockSeconds: 60 });
      assert.deepEqual(
        warnings.map(({ key, level }) => [key, level]),
        [["timelock.veto", "warning"]],
      );
    });

    it("not twice at one base, and not with numbers that can't be", async () => {
      const base = Keypair.generate();
      const again = () =>
        createCouncil({
          ...{ connection: world.connection, wallet: walletOf(0), base },
          ...{ owners: keys(), threshold: 2 },
        });
      await again();
      await assert.rejects(again(), refusedWith("VaultConfigExists"));
      await assert.rejects(
        createCouncil({
          ...{ connection: world.connection, wallet: walletOf(0), owners: keys(), threshold: 4 },
        }),
        refusedWith("BadThreshold"),
      );
    });

    it("and isn't there before: VaultNotFound", async () => {
      const nowhere = asStranger(Keypair.generate().publicKey);
      assert.equal(await nowhere.readConfig(), null);
      for (const act of [
        () => nowhere.deposit({ amounts: [{ asset: SOL, amount: 1n }] }),
        () => nowhere.execute({ instructions: [pay(1, nowhere.vault)] }),
        () => nowhere.propose.execute({ instructions: [pay(1, nowhere.vault)] }),
      ])
        await assert.rejects(act(), refusedWith("VaultNotFound"));
    });
  });

  describe("acts at once", () => {
    const together = () =>
      createOwner({
        ...{ connection: world.connection, wallet: walletOf(0), cosigners: [walletOf(2)] },
        config: council.config,
      });

    it("where enough owners sign the same transaction", async () => {
      const before = await lamportsOf(shop);
      await together().execute({ instructions: [pay(5_000_000)] });
      assert.equal((await lamportsOf(shop)) - before, 5_000_000);
    });

    it("and never with fewer: ThresholdNotMet says how many", async () => {
      await assert.rejects(ownerOf(0).execute({ instructions: [pay(1)] }), (error) => {
        assert.ok(isValetkeyError(error, "ThresholdNotMet"), String(error));
        assert.deepEqual([error.context.asked, error.context.left], [2n, 1n]);
        return true;
      });
      await assert.rejects(
        ownerOf(0).setOwners({ owners: keys(), threshold: 1 }),
        refusedWith("ThresholdNotMet"),
      );
      await assert.rejects(
        ownerOf(0).withdraw({ amounts: "everything" }),
        refusedWith("ThresholdNotMet"),
      );
    });

    it("nor by strangers: NotAnOwner", async () => {
      await assert.rejects(
        asStranger().execute({ instructions: [pay(1)] }),
        refusedWith("NotAnOwner"),
      );
    });

    it("and sets its owners, which ends every session and proposal", async () => {
      const proposal = await ownerOf(1).propose.execute({ instructions: [pay(1)] });
      const changed = await together().setOwners({ owners: keys().slice(0, 2), threshold: 2 });
      assert.deepEqual(
        changed.warnings.map(({ key }) => key),
        ["threshold.all"],
      );
      const config = await council.readConfig();
      assert.equal(config?.owners.length, 2);
      assert.equal(await proposal.refresh(), "dead");
      await assert.rejects(proposal.approve(), refusedWith("ProposalExpired"));
      // Anyone may clear a dead one away; its rent goes to whoever paid it.
      const [payer, account] = [walletOf(1).publicKey, await lamportsOf(proposal.address)];
      const before = await lamportsOf(payer);
      await (await asStranger().proposal(proposal.address)).cancel();
      assert.equal((await lamportsOf(payer)) - before, account);
    });

    it("with a timelock never: TimelockRequiresProposal", async () => {
      const slow = await open({ timelockSeconds: 60 });
      const all = createOwner({
        ...{ connection: world.connection, wallet: walletOf(0), config: slow.config },
        cosigners: [walletOf(1), walletOf(2)],
      });
      await assert.rejects(
        all.execute({ instructions: [pay(1, slow.vault)] }),
        refusedWith("TimelockRequiresProposal"),
      );
    });
  });

  describe("acts by proposal", () => {
    it("when two of three have approved the words they read", async () => {
      const proposal = await ownerOf(0).propose.execute({ instructions: [pay(7_000_000)] });
      assert.equal(proposal.status, "collecting");
      assert.deepEqual(proposal.approvals.map(String), [walletOf(0).publicKey.toBase58()]);
      assert.equal(proposal.readyAt, null);
      await assert.rejects(proposal.enact(), refusedWith("ProposalNotReady"));

      const [found, ...others] = await ownerOf(1).proposals();
      assert.ok(found && others.length === 0);
      assert.ok(found.address.equals(proposal.address));
      assert.ok(found.address.equals(findProposal({ config: council.config, id: found.id })));
      const words = found.describe({ names: { [shop.toBase58()]: "the shop" } });
      const text = words.map((line) => line.text).join("\n");
      assert.match(text, /transfer/);
      assert.match(text, /0\.007 SOL/);
      assert.match(text, /the shop/);
      await found.approve();
      assert.equal(found.status, "ready");
      await assert.rejects(found.approve(), refusedWith("AlreadyApproved"));

      const before = await lamportsOf(shop);
      const rent = await lamportsOf(proposal.address);
      const payer = await lamportsOf(walletOf(0).publicKey);
      // Anyone enacts it.
      await (await asStranger().proposal(proposal.address)).enact();
      assert.equal((await lamportsOf(shop)) - before, 7_000_000);
      assert.equal((await lamportsOf(walletOf(0).publicKey)) - payer, rent);
      assert.equal(await proposal.refresh(), "closed");
      await assert.rejects(proposal.enact(), refusedWith("ProposalNotFound"));
      await assert.rejects(ownerOf(0).proposal(proposal.address), refusedWith("ProposalNotFound"));
    });

    it("written by a stranger, who approves nothing", async () => {
      const proposal = await asStranger().propose.execute({ instructions: [pay(1_000_000)] });
      assert.equal(proposal.approvals.length, 0);
      await assert.rejects(proposal.approve(), refusedWith("NotAnOwner"));
      for (const i of [1, 2]) await (await ownerOf(i).proposal(proposal.address)).approve();
      await proposal.enact();
      assert.equal(proposal.status, "closed");
    });

    it("with plans too large for one transaction, whose accounts the others read from the ledger", async () => {
      const shops = Array.from({ length: 16 }, () => Keypair.generate().publicKey);
      const instructions = shops.map((toPubkey) =>
        SystemProgram.transfer({ fromPubkey: council.vault, toPubkey, lamports: 1_000_000 }),
      );
      const proposal = await ownerOf(0).propose.execute({ instructions });
      const found = await ownerOf(1).proposal(proposal.address);
      assert.deepEqual(
        found.accounts?.map(({ pubkey, isWritable }) => [pubkey.toBase58(), isWritable]),
        proposal.accounts?.map(({ pubkey, isWritable }) => [pubkey.toBase58(), isWritable]),
      );
      for (const one of shops)
        assert.ok(found.describe().some(({ text }) => text.includes(one.toBase58())));
      await found.approve();
      await found.enact();
      for (const one of shops) assert.equal(await lamportsOf(one), 1_000_000);
    });

    it("which one owner alone can cancel", async () => {
      const proposal = await ownerOf(0).propose.execute({ instructions: [pay(9_000_000)] });
      await (await ownerOf(1).proposal(proposal.address)).approve();
      await assert.rejects(
        asStranger()
          .proposal(proposal.address)
          .then((one) => one.cancel()),
        refusedWith("NotAuthorized"),
      );
      const before = await lamportsOf(shop);
      await (await ownerOf(2).proposal(proposal.address)).cancel();
      assert.equal(await proposal.refresh(), "closed");
      await assert.rejects(proposal.enact(), refusedWith("ProposalNotFound"));
      assert.equal(await lamportsOf(shop), before);
    });

    it("which revoking everything kills", async () => {
      const proposal = await ownerOf(0).propose.execute({ instructions: [pay(1)] });
      await (await ownerOf(1).proposal(proposal.address)).approve();
      await ownerOf(2).revokeAll();
      assert.equal(await proposal.refresh(), "dead");
      await assert.rejects(proposal.enact(), refusedWith("ProposalExpired"));
      assert.deepEqual(await ownerOf(0).proposals(), []);
      const [dead] = await ownerOf(0).proposals({ dead: true });
      assert.ok(dead?.address.equals(proposal.address));
    });

    it("which changes the owners, in words", async () => {
      const owners = [...keys(), stranger.publicKey];
      const proposal = await ownerOf(0).propose.setOwners({ owners, threshold: 3 });
      const [found] = await ownerOf(1).proposals({ kind: "owners" });
      assert.ok(found);
      assert.deepEqual(await ownerOf(1).proposals({ kind: "plan" }), []);
      const text = found.describe().map((line) => line.text);
      assert.ok(text.some((line) => line.includes(stranger.publicKey.toBase58())));
      await found.approve();
      await found.enact();
      assert.equal(await proposal.refresh(), "closed");
      const config = await council.readConfig();
      assert.deepEqual([config?.owners.length, config?.threshold], [4, 3]);
    });

    it("and nobody can stop a change of owners that all but one have approved", async () => {
      const [bad] = keys();
      assert.ok(bad);
      const four = await open({ owners: [...keys(), stranger.publicKey] });
      const rest = [...keys().slice(1), stranger.publicKey];
      const at = (wallet: Keypair) =>
        createOwner({ connection: world.connection, wallet, config: four.config });
      const proposal = await at(walletOf(1)).propose.setOwners({ owners: rest, threshold: 2 });
      for (const wallet of [walletOf(2), stranger])
        await (await at(wallet).proposal(proposal.address)).approve();
      assert.equal(await proposal.refresh(), "ready");
      assert.equal(proposal.settled, true);
      const hostile = await at(walletOf(0)).proposal(proposal.address);
      await assert.rejects(hostile.cancel(), refusedWith("ProposalSettled"));
      await at(walletOf(0)).revokeAll();
      assert.equal(await proposal.refresh(), "ready");
      await proposal.enact();
      assert.ok(!(await four.readConfig())?.owners.includes(bad.toBase58()));
    });

    it("after its timelock, not before", async function () {
      if (world.advance === null) this.skip();
      const slow = await open({ timelockSeconds: 3_600 });
      await fund(slow.vault);
      const proposal = await ownerOf(0, slow.config).propose.execute({
        instructions: [pay(3_000_000, slow.vault)],
      });
      const second = await ownerOf(1, slow.config).proposal(proposal.address);
      await second.approve();
      assert.equal(second.status, "waiting");
      assert.ok(second.readyAt !== null);
      await assert.rejects(second.enact(), refusedWith("ProposalNotReady"));
      await advance(3_500);
      await assert.rejects(second.enact(), refusedWith("ProposalNotReady"));
      await advance(200);
      assert.equal(await second.refresh(), "ready");
      const before = await lamportsOf(shop);
      await second.enact();
      assert.equal((await lamportsOf(shop)) - before, 3_000_000);
    });

    it("before its deadline, not after", async function () {
      if (world.advance === null) this.skip();
      const proposal = await ownerOf(0).propose.execute({
        ...{ instructions: [pay(1)], deadlineSeconds: 100 },
      });
      const second = await ownerOf(1).proposal(proposal.address);
      await second.approve();
      await advance(101);
      await assert.rejects(second.enact(), refusedWith("ProposalExpired"));
      for (const deadlineSeconds of [0, 5_184_001])
        await assert.rejects(
          ownerOf(0).propose.execute({ instructions: [pay(1)], deadlineSeconds }),
          refusedWith("DeadlineTooFar"),
        );
    });

    it("of this council, not of another", async () => {
      const other = await open();
      const proposal = await ownerOf(0).propose.execute({ instructions: [pay(1)] });
      await assert.rejects(
        ownerOf(1, other.config).proposal(proposal.address),
        refusedWith("WrongConfig"),
      );
      await assert.rejects(ownerOf(1).proposal(council.config), refusedWith("NotAProposal"));
    });

    it("whose vault is sound, doesn't recover it: VaultSound", async () => {
      const proposal = await ownerOf(0).propose.recover({ instructions: [pay(1)] });
      const second = await ownerOf(1).proposal(proposal.address);
      await second.approve();
      await assert.rejects(second.enact(), refusedWith("VaultSound"));
    });
  });

  describe("with an endpoint that lies about a proposal", () => {
    it("approves nothing but what it shows: other bytes have another hash", async () => {
      const thief = Keypair.generate().publicKey;
      const wanted = await ownerOf(0).propose.setOwners({ owners: keys(), threshold: 1 });
      const proxy = await startRpcProxy(world.url);
      try {
        proxy.intercept = ({ method, params }, forward) =>
          method === "getMultipleAccounts"
            ? forward({ method, params }).then((answer) =>
                replaced(answer, walletOf(2).publicKey, thief, 192),
              )
            : null;
        const lied = createOwner({
          ...{ connection: proxy.connection, wallet: walletOf(1), config: council.config },
        });
        await assert.rejects(lied.proposal(wanted.address), refusedWith("ProposalUnreadable"));
      } finally {
        await proxy.stop();
      }
      assert.equal(await wanted.refresh(), "collecting");
    });

    it("doesn't approve a plan whose accounts nobody told, or others than were hashed", async () => {
      const proposal = await ownerOf(0).propose.execute({ instructions: [pay(1)] });
      const proxy = await startRpcProxy(world.url);
      try {
        proxy.intercept = ({ method }) =>
          method === "getSignaturesForAddress" ? Promise.resolve({ result: [] }) : null;
        const blind = createOwner({
          ...{ connection: proxy.connection, wallet: walletOf(1), config: council.config },
        });
        const found = await blind.proposal(proposal.address);
        assert.equal(found.accounts, null);
        assert.ok(found.describe().some(({ level }) => level === "danger"));
        await assert.rejects(found.approve(), refusedWith("ProposalUnreadable"));
        const { accounts } = proposal;
        assert.ok(accounts);
        const lies = accounts.map((one, i) =>
          i === 0 ? { ...one, pubkey: stranger.publicKey } : one,
        );
        await assert.rejects(
          blind.proposal(proposal.address, { accounts: lies }),
          refusedWith("ProposalUnreadable"),
        );
        const told = await blind.proposal(proposal.address, { accounts });
        await told.approve();
        assert.equal(told.status, "ready");
      } finally {
        await proxy.stop();
      }
    });
  });
});

/** An answer in which every account's data, from an offset on, has one address instead of another. */
function replaced(answer: Record<string, unknown>, from: PublicKey, to: PublicKey, offset: number) {
  const text = JSON.stringify(answer).replace(/"data":\["([^"]*)"/g, (_, base64: string) => {
    const data = Buffer.from(base64, "base64");
    const at = data.indexOf(Buffer.from(from.toBytes()), offset);
    if (at >= 0 && data.length !== 488) Buffer.from(to.toBytes()).copy(data, at);
    return `"data":["${data.toString("base64")}"`;
  });
  return JSON.parse(text) as Record<string, unknown>;
}
