// What terms may offer beside rules and limits, sent by the client: fees that are paid back, position keys, closes, memos, hooks.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

import {
  createAssociatedTokenAccountIdempotentInstruction,
  createCloseAccountInstruction,
  createEnableRequiredMemoTransfersInstruction,
  createInitializeMint2Instruction,
  createInitializeTransferHookInstruction,
  createMintToInstruction,
  createReallocateInstruction,
  createTransferCheckedInstruction,
  ExtensionType,
  getAccount,
  getAssociatedTokenAddressSync,
  getMintLen,
  NATIVE_MINT,
  TOKEN_2022_PROGRAM_ID,
} from "@solana/spl-token";
import {
  ComputeBudgetProgram,
  Keypair,
  PublicKey,
  SystemProgram,
  Transaction,
  TransactionInstruction,
} from "@solana/web3.js";
import { startLocalnet, type Localnet } from "@valetkey/localnet";
import {
  allow,
  allowLike,
  allowSolTransfer,
  allowTokenAccountClosing,
  allowTokenTransfer,
  createOwner,
  findPositionKey,
  findSession,
  generateKey,
  isValetkeyError,
  limit,
  positionKey,
  SOL,
  terms,
  vault as theVault,
  type ErrorCode,
  type Owner,
  type Session,
  type TermsInput,
} from "@valetkey/sdk";

import { ARENA, arenaProgram, playerOf, walletProvider } from "../../examples/support/arena.js";

const artifact = (name: string) =>
  fileURLToPath(new URL(`../../artifacts/${name}.so`, import.meta.url));
const HOOK = new PublicKey("Hook111111111111111111111111111111111111112");
const MEMO = new PublicKey("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr");
const PROGRAM_2022 = TOKEN_2022_PROGRAM_ID;

describe("what terms offer beside rules, end to end", () => {
  let localnet: Localnet;
  let wallet: Keypair;
  let owner: Owner;
  let key = generateKey();
  const shop = Keypair.generate().publicKey;

  before(async () => {
    localnet = await startLocalnet({
      programs: [
        { programId: ARENA, path: artifact("arena") },
        { programId: HOOK, path: artifact("fixtures/hook") },
      ],
    });
    wallet = await localnet.wallet({ sol: 10 });
    owner = createOwner({ connection: localnet.connection, wallet });
    await owner.deposit({ amounts: [{ asset: SOL, amount: 2_000_000_000n }] });
  });
  after(() => localnet.stop());
  beforeEach(() => {
    key = generateKey();
  });

  const named = (code: ErrorCode) => (error: unknown) => isValetkeyError(error, code);
  const grant = (more: Pick<TermsInput, "allow"> & Partial<TermsInput>): Promise<Session> =>
    owner.session({
      key,
      fees: { topUpLamports: 20_000_000n },
      terms: terms({
        expiresInSeconds: 3_600,
        uses: 20,
        limits: [limit({ asset: SOL, total: 500_000_000n })],
        ...more,
      }),
    });
  const buy = () =>
    SystemProgram.transfer({ fromPubkey: owner.vault, toPubkey: shop, lamports: 1_000_000 });
  const send = (instructions: TransactionInstruction[], signers: Keypair[] = []) =>
    walletProvider(localnet.connection, wallet).sendAndConfirm(
      new Transaction().add(...instructions),
      signers,
    );

  describe("fees paid back", () => {
    const budget = (perExecute: bigint, total = 60_000n) => ({
      allow: [allowSolTransfer({ to: shop })],
      feeBudget: { sponsor: key.publicKey, total, perExecute },
    });
    const price = (microLamports: number) => [
      ComputeBudgetProgram.setComputeUnitLimit({ units: 100_000 }),
      ComputeBudgetProgram.setComputeUnitPrice({ microLamports }),
    ];
    const held = () => localnet.connection.getBalance(key.publicKey);

    it("a21: cost the session key nothing, signature and priority fee included", async () => {
      const session = await grant(budget(50_000n));
      const before = await held();
      await session.send({ instructions: [buy()], fees: { payBack: true } });
      assert.equal(await held(), before);
      const instructions = [...price(100_000), buy()];
      const sent = await session.send({ instructions, fees: { payBack: true } });
      assert.ok((sent.feeLamports ?? 0) > 14_000);
      assert.equal(await held(), before);
      const { fees } = await session.remaining();
      assert.equal(fees, 60_000n - 5_000n - BigInt(sent.feeLamports ?? 0));
      await session.send({ instructions: [buy()] });
      assert.equal(await held(), before - 5_000, "nobody asked");
    });

    it("a21: what doesn't fit the budget is named before anything is signed", async () => {
      const session = await grant(budget(6_000n, 8_000n));
      const before = await held();
      const dear = session.send({
        instructions: [...price(100_000), buy()],
        fees: { payBack: true },
      });
      await assert.rejects(dear, (error) => {
        assert.ok(isValetkeyError(error, "FeeBudgetExceeded"));
        const { cost, perExecute, left } = error.context;
        assert.deepEqual([cost > 14_000n, perExecute, left], [true, 6_000n, 8_000n]);
        return true;
      });
      await session.send({ instructions: [buy()], fees: { payBack: true } });
      const spent = session.send({ instructions: [buy()], fees: { payBack: true } });
      await assert.rejects(spent, named("FeeBudgetExceeded"));
      assert.equal(await held(), before);
    });

    it("a21: go to the sponsor of the terms only", async () => {
      const other = Keypair.generate().publicKey;
      const feeBudget = { sponsor: other, total: 60_000n, perExecute: 50_000n };
      const session = await grant({ allow: [allowSolTransfer({ to: shop })], feeBudget });
      const attempt = session.send({ instructions: [buy()], fees: { payBack: true } });
      await assert.rejects(attempt, named("InvalidInput"));
      assert.equal(await localnet.connection.getBalance(other), 0);
    });
  });

  it("position keys sign where the rule marks them, and the plan names them by itself", async () => {
    const program = arenaProgram(walletProvider(localnet.connection, wallet));
    const { config } = owner;
    const address = findSession({ config, sessionKey: key.publicKey });
    const fresh = (number: number) => findPositionKey({ session: address, number }).address;
    const session = await grant({
      allow: [
        allow({
          program,
          instruction: "createPlayer",
          accounts: {
            authority: positionKey,
            payer: theVault,
            player: [playerOf(fresh(0)), playerOf(fresh(1))],
            inviter: null,
          },
        }),
        allowSolTransfer({ to: shop }),
      ],
      optIns: { positionKeys: true },
    });
    const create = (authority: PublicKey) =>
      arenaProgram(session.provider)
        .methods.createPlayer()
        .accounts({ authority, payer: owner.vault, inviter: null })
        .instruction();
    // An address that this session never handed out is a foreign signer.
    const early = session.send({ instructions: [await create(fresh(0))] });
    await assert.rejects(early, named("ForeignSigner"));
    const [first, second] = [session.positionKey(0), session.positionKey(1)];
    assert.ok(first.equals(fresh(0)));
    await session.send({ instructions: [await create(first), buy(), await create(second)] });
    for (const position of [first, second]) {
      const player = await program.account.player.fetch(playerOf(position));
      assert.ok(player.owner.equals(position));
    }
    // Where no rule marks it, it doesn't sign.
    const pays = SystemProgram.transfer({ fromPubkey: first, toPubkey: shop, lamports: 1 });
    await assert.rejects(session.send({ instructions: [pays] }), (error) => isValetkeyError(error));
  });

  it("closes: an unwrap stays where the terms allow it, and is dropped and reported elsewhere", async () => {
    const account = getAssociatedTokenAddressSync(NATIVE_MINT, owner.vault, true);
    const create = createAssociatedTokenAccountIdempotentInstruction(
      ...[owner.vault, account, owner.vault, NATIVE_MINT],
    );
    const close = createCloseAccountInstruction(account, owner.vault, owner.vault);
    const strict = await grant({ allow: [allowSolTransfer({ to: shop })] });
    const dropped = await strict.send({ instructions: [create, buy(), close] });
    assert.deepEqual(
      dropped.changes.map(({ kind }) => kind),
      ["hoisted", "dropped"],
    );
    assert.notEqual(await localnet.connection.getAccountInfo(account), null);
    key = generateKey();
    const closing = await grant({
      allow: [allowSolTransfer({ to: shop }), allowTokenAccountClosing({ mint: NATIVE_MINT })],
      optIns: { closeAccounts: true },
    });
    const before = await localnet.connection.getBalance(owner.vault);
    const kept = await closing.send({ instructions: [buy(), close] });
    assert.deepEqual(kept.changes, []);
    assert.equal(await localnet.connection.getAccountInfo(account), null);
    const rent = await localnet.connection.getMinimumBalanceForRentExemption(165);
    const now = await localnet.connection.getBalance(owner.vault);
    assert.equal(now, before - 1_000_000 + rent, "the vault got the account's lamports");
  });

  describe("tokens of Token-2022", () => {
    /** A mint with 1,000 tokens in the vault, and the shop's account. */
    const makeMint = async (hooked: boolean) => {
      const { connection } = localnet;
      const mint = Keypair.generate();
      const [payer, at] = [wallet.publicKey, mint.publicKey];
      const space = getMintLen(hooked ? [ExtensionType.TransferHook] : []);
      const lamports = await connection.getMinimumBalanceForRentExemption(space);
      const account = (of: PublicKey) => getAssociatedTokenAddressSync(at, of, true, PROGRAM_2022);
      const open = (of: PublicKey) =>
        createAssociatedTokenAccountIdempotentInstruction(
          ...([payer, account(of), of, at, PROGRAM_2022] as const),
        );
      await send(
        [
          SystemProgram.createAccount({
            ...{ fromPubkey: payer, newAccountPubkey: at, space, lamports },
            programId: PROGRAM_2022,
          }),
          ...(hooked
            ? [createInitializeTransferHookInstruction(at, payer, HOOK, PROGRAM_2022)]
            : []),
          createInitializeMint2Instruction(at, 0, payer, null, PROGRAM_2022),
          ...[open(owner.vault), open(shop)],
          createMintToInstruction(at, account(owner.vault), payer, 1_000n, [], PROGRAM_2022),
        ],
        [mint],
      );
      const pay = (amount: bigint, to = account(shop)) =>
        createTransferCheckedInstruction(
          ...([
            account(owner.vault),
            at,
            to,
            owner.vault,
            amount,
            0,
            [] as never[],
            PROGRAM_2022,
          ] as const),
        );
      const received = async (to = account(shop)) =>
        (await getAccount(connection, to, "confirmed", PROGRAM_2022)).amount;
      return { mint: at, account, pay, received };
    };
    const ofMint = (mint: PublicKey) => [limit({ asset: mint, total: 500n })];

    it("get a memo in front where the destination asks for one, in the words of the terms", async () => {
      const { mint, account, pay, received } = await makeMint(false);
      const strict = account(wallet.publicKey);
      const { publicKey } = wallet;
      await send([
        createAssociatedTokenAccountIdempotentInstruction(
          ...([publicKey, strict, publicKey, mint, PROGRAM_2022] as const),
        ),
        createReallocateInstruction(
          ...([
            strict,
            publicKey,
            [ExtensionType.MemoTransfer] as ExtensionType[],
            publicKey,
          ] as const),
        ),
        createEnableRequiredMemoTransfersInstruction(strict, publicKey),
      ]);
      const example = new TransactionInstruction({
        ...{ programId: MEMO, keys: [], data: Buffer.from("Arena") },
      });
      const session = await grant({
        allow: [
          allowTokenTransfer({ mint, tokenProgram: "token-2022" }),
          allowLike({ example, discriminatorLength: 4 }),
        ],
        limits: ofMint(mint),
      });
      const sent = await session.send({ instructions: [pay(5n), pay(7n, strict)] });
      assert.deepEqual(
        sent.changes.map(({ instruction, kind }) => [instruction, kind]),
        [[1, "memo"]],
      );
      assert.deepEqual([await received(), await received(strict)], [5n, 7n]);
      assert.ok(sent.logs.some((line) => line.includes("Aren")));
    });

    it("get the accounts of their mint's hook where the terms allow it", async () => {
      const { mint, pay, received } = await makeMint(true);
      const [list] = PublicKey.findProgramAddressSync(
        [Buffer.from("extra-account-metas"), mint.toBytes()],
        HOOK,
      );
      const counter = Keypair.generate().publicKey;
      const lamports = 10_000_000;
      localnet.setAccount(list, { lamports, data: extraAccounts(counter), owner: HOOK });
      localnet.setAccount(counter, { lamports, data: new Uint8Array(8), owner: HOOK });
      const hook = { program: HOOK, accounts: [counter] };
      const session = await grant({
        allow: [allowTokenTransfer({ mint, tokenProgram: "token-2022", hook })],
        limits: ofMint(mint),
        optIns: { tokenExtensions: ["transferHook"] },
      });
      const sent = await session.send({ instructions: [pay(5n)] });
      assert.deepEqual(
        sent.changes.map(({ kind }) => kind),
        ["hook"],
      );
      assert.equal(await received(), 5n);
      const counted = await localnet.connection.getAccountInfo(counter);
      assert.equal(counted?.data.readBigUInt64LE(0), 5n);
    });
  });
});

/** A hook's list with one writable extra account. */
function extraAccounts(counter: PublicKey): Uint8Array {
  const u32 = (value: number) => [value, 0, 0, 0];
  const execute = [105, 37, 101, 197, 75, 251, 102, 26];
  const value = [...u32(1), 0, ...counter.toBytes(), 0, 1];
  return Uint8Array.from([...execute, ...u32(value.length), ...value]);
}
