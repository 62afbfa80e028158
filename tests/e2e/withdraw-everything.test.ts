// "Everything" comes back whatever strangers put into a vault: one token that can't move blocks nothing else.
import assert from "node:assert/strict";

import {
  createAssociatedTokenAccountIdempotentInstruction,
  createInitializeMint2Instruction,
  createInitializeMintCloseAuthorityInstruction,
  createInitializeNonTransferableMintInstruction,
  createInitializePausableConfigInstruction,
  createInitializeTransferFeeConfigInstruction,
  createCloseAccountInstruction,
  createFreezeAccountInstruction,
  createMintToInstruction,
  createPauseInstruction,
  createTransferCheckedInstruction,
  ExtensionType,
  getAssociatedTokenAddressSync,
  getMintLen,
  TOKEN_2022_PROGRAM_ID as program,
} from "@solana/spl-token";
import {
  Keypair,
  SystemProgram,
  type PublicKey,
  type TransactionInstruction,
} from "@solana/web3.js";
import { createOwner, SOL, type Owner } from "@valetkey/sdk";

import { openWorld, sendAs, type World } from "./support.js";

describe("withdrawing everything", () => {
  let world: World;
  let wallet: Keypair;
  let stranger: Keypair;
  let owner: Owner;

  before(async () => {
    world = await openWorld();
  });
  after(() => world.stop());
  beforeEach(async () => {
    wallet = await world.wallet(5);
    stranger = await world.wallet(5);
    owner = createOwner({ connection: world.connection, wallet });
    await owner.deposit({ amounts: [{ asset: SOL, amount: 1_000_000_000n }] });
  });

  const asStranger = (instructions: TransactionInstruction[], signers: Keypair[] = []) =>
    sendAs(world, stranger, instructions, signers);
  const of = (mint: PublicKey, whose: PublicKey) =>
    getAssociatedTokenAddressSync(mint, whose, true, program);

  /** A mint of the stranger's with extensions, and the vault's account of it with `amount` tokens. */
  async function junk(
    amount: number,
    extensions: readonly (readonly [
      ExtensionType,
      (mint: PublicKey, by: PublicKey) => TransactionInstruction,
    ])[] = [],
  ): Promise<{ readonly mint: PublicKey; readonly account: PublicKey }> {
    const keypair = Keypair.generate();
    const [mint, payer] = [keypair.publicKey, stranger.publicKey];
    const space = getMintLen(extensions.map(([type]) => type));
    const lamports = await world.connection.getMinimumBalanceForRentExemption(space);
    const from = { fromPubkey: payer, newAccountPubkey: mint };
    const account = of(mint, owner.vault);
    await asStranger(
      [
        SystemProgram.createAccount({ ...from, lamports, space, programId: program }),
        ...extensions.map(([, initialize]) => initialize(mint, payer)),
        createInitializeMint2Instruction(mint, 0, payer, payer, program),
        create(mint, owner.vault),
      ],
      [keypair],
    );
    if (amount > 0)
      await asStranger([createMintToInstruction(mint, account, payer, amount, [], program)]);
    return { mint, account };
  }
  const create = (mint: PublicKey, whose: PublicKey) =>
    createAssociatedTokenAccountIdempotentInstruction(
      stranger.publicKey,
      of(mint, whose),
      whose,
      mint,
      program,
    );
  const nonTransferable = [
    ExtensionType.NonTransferable,
    (mint: PublicKey) => createInitializeNonTransferableMintInstruction(mint, program),
  ] as const;
  const pausable = [
    ExtensionType.PausableConfig,
    (mint: PublicKey, by: PublicKey) =>
      createInitializePausableConfigInstruction(mint, by, program),
  ] as const;
  const fees = [
    ExtensionType.TransferFeeConfig,
    (mint: PublicKey, by: PublicKey) =>
      createInitializeTransferFeeConfigInstruction(mint, by, by, 1_000, 100n, program),
  ] as const;
  const closable = [
    ExtensionType.MintCloseAuthority,
    (mint: PublicKey, by: PublicKey) =>
      createInitializeMintCloseAuthorityInstruction(mint, by, program),
  ] as const;
  const balance = (address: PublicKey) => world.connection.getBalance(address);
  const amountIn = async (account: PublicKey) =>
    (await world.connection.getTokenAccountBalance(account)).value.amount;

  it("burns what can't be transferred, and closes its account", async () => {
    const { account } = await junk(1, [nonTransferable]);
    const { skipped } = await owner.withdraw({ amounts: "everything" });
    assert.deepEqual(skipped, []);
    assert.equal(await balance(owner.vault), 0);
    assert.equal(await balance(account), 0);
  });

  it("skips a paused token by name, and brings back its neighbours", async () => {
    const before = await junk(3);
    const paused = await junk(1, [pausable]);
    const after = await junk(4);
    await asStranger([createPauseInstruction(paused.mint, stranger.publicKey, [], program)]);
    const { skipped } = await owner.withdraw({ amounts: "everything" });
    assert.equal(await balance(owner.vault), 0);
    assert.deepEqual(
      skipped.map((one) => one.account.toBase58()),
      [paused.account.toBase58()],
    );
    assert.match(skipped[0]?.reason ?? "", /Inner instruction 0 failed/);
    for (const [{ mint, account }, amount] of [
      [before, "3"],
      [after, "4"],
    ] as const) {
      assert.equal(await amountIn(of(mint, wallet.publicKey)), amount);
      assert.equal(await balance(account), 0);
    }
  });

  it("pays tokens out of an account that can't be closed for the fees withheld in it", async () => {
    const { mint, account } = await junk(0, [fees]);
    const by = stranger.publicKey;
    await asStranger([
      create(mint, by),
      createMintToInstruction(mint, of(mint, by), by, 100, [], program),
      createTransferCheckedInstruction(of(mint, by), mint, account, by, 100, 0, [], program),
    ]);
    const held = BigInt(await amountIn(account));
    assert.ok(held > 0n && held < 100n);
    const { skipped } = await owner.withdraw({ amounts: "everything" });
    assert.equal(await amountIn(account), "0");
    assert.match(skipped[0]?.reason ?? "", /^it stays open: /);
  });

  it("closes the account of a mint that is gone", async () => {
    const { mint, account } = await junk(0, [closable]);
    const by = stranger.publicKey;
    await asStranger([createCloseAccountInstruction(mint, by, by, [], program)]);
    const { skipped } = await owner.withdraw({ amounts: "everything" });
    assert.deepEqual(skipped, []);
    assert.equal(await balance(account), 0);
  });

  it("takes the lamports above the rent out of a frozen account", async () => {
    const { mint, account } = await junk(1);
    const by = stranger.publicKey;
    const rent = await balance(account);
    await asStranger([
      createFreezeAccountInstruction(account, mint, by, [], program),
      SystemProgram.transfer({ fromPubkey: by, toPubkey: account, lamports: 700_000 }),
    ]);
    const { skipped } = await owner.withdraw({ amounts: "everything" });
    assert.equal(await balance(account), rent);
    assert.equal(await balance(owner.vault), 0);
    assert.deepEqual(
      skipped.map((one) => [one.account.toBase58(), one.reason]),
      [[account.toBase58(), "its mint's authority froze it"]],
    );
  });
});
