// `execute`: the typed decoders of System, Token, Token-2022 and the Associated Token Account program.
import assert from "node:assert/strict";

import {
  NATIVE_MINT,
  TOKEN_2022_PROGRAM_ID,
  TOKEN_PROGRAM_ID,
  createAssociatedTokenAccountIdempotentInstruction,
  createSyncNativeInstruction,
  createTransferCheckedInstruction,
  createTransferInstruction,
  getAssociatedTokenAddressSync,
} from "@solana/spl-token";
import { Keypair, type PublicKey, type TransactionInstruction } from "@solana/web3.js";

import { expectOk } from "../support/expect.js";
import { HOSTILE } from "../support/hostile.js";
import {
  any,
  createTokenAccountRule,
  solTransferRule,
  tokenRule,
  vault,
  type RuleSpec,
} from "../support/rules.js";
import { execute, grant, readSession, refuses, type Session } from "../support/session.js";
import { approve, extraTokenAccount } from "../support/token-states.js";
import { createMint, createTokenAccount, tokenAmount } from "../support/token.js";
import { createWorld, sendSol, sendTokens, type World } from "../support/world.js";

const SOL = 1_000_000_000n;

/** A changed copy of an instruction: other data, or another account at a position. */
function changed(
  instruction: TransactionInstruction,
  change: { readonly data?: readonly number[]; readonly at?: number; readonly to?: PublicKey },
): TransactionInstruction {
  if (change.data !== undefined) instruction.data = Buffer.from(change.data);
  const meta = instruction.keys[change.at ?? -1];
  if (meta !== undefined && change.to !== undefined) meta.pubkey = change.to;
  return instruction;
}

describe("typed instructions of execute", () => {
  let world: World;
  let session: Session;
  const wide = (rule: RuleSpec): RuleSpec => ({ ...rule, accounts: {} });
  const rules = () => [
    wide(solTransferRule()),
    { ...tokenRule(3, 3), accounts: { 0: any, 1: any } },
    tokenRule(12, 4, { 0: any, 1: any, 2: any }),
    tokenRule(17, 1),
  ];
  const step = (rule: number, instruction: TransactionInstruction) => [{ rule, instruction }];
  before(() => {
    world = createWorld();
    session = grant(world, {
      rules: rules(),
      limits: [
        { asset: "SOL", total: SOL },
        { asset: world.mint, total: 1_000n },
      ],
      uses: "unlimited",
    });
  });
  const checked = (amount = 1n, decimals = 6) =>
    createTransferCheckedInstruction(
      ...([world.tokens, world.mint, world.thiefTokens, world.vault, amount, decimals] as const),
    );
  const shapeless = (instruction: TransactionInstruction): readonly (readonly number[])[] => [
    [...instruction.data.subarray(0, -1)],
    [...instruction.data, 0],
    [...instruction.data.subarray(0, instruction.data[0] === 2 ? 4 : 1)],
  ];

  it("have data of exactly their length", () => {
    for (const [rule, make] of [
      [0, () => sendSol(world, 1n)],
      [1, () => sendTokens(world, 1n)],
      [2, () => checked()],
    ] as const)
      for (const data of shapeless(make())) {
        const fields = { inner: 0, rule, asked: BigInt(data.length) };
        refuses(world, session, step(rule, changed(make(), { data })), "TypedDataRefused", fields);
      }
    const sync = changed(createSyncNativeInstruction(world.tokens), { data: [17, 0] });
    refuses(world, session, step(3, sync), "TypedDataRefused", { rule: 3, asked: 2n });
  });

  it("take SOL from the vault only, and to another account", () => {
    const { thief, vault: vaultKey } = world;
    const at = { inner: 0, rule: 0 };
    const from = changed(sendSol(world, 1n), { at: 0, to: world.owner.publicKey });
    refuses(world, session, [from], "SourceNotVaults", { ...at, position: 0 });
    refuses(world, session, [sendSol(world, 1n, vaultKey)], "SelfTransfer", { ...at, position: 1 });
    const before = world.svm.balance(thief.publicKey);
    expectOk(execute(world, session, [sendSol(world, 3n)]));
    assert.equal(world.svm.balance(thief.publicKey) - before, 3n);
  });

  it("take tokens from clean accounts of the vault only", () => {
    const { svm, mint, tokens, thief, thiefTokens, vault: vaultKey } = world;
    const delegated = extraTokenAccount(svm, { mint, owner: thief.publicKey, amount: 5n });
    approve(svm, { account: delegated, wallet: thief, delegate: vaultKey, amount: 5n });
    const closeAuthority = thief.publicKey;
    const dirty = extraTokenAccount(svm, { mint, owner: vaultKey, closeAuthority, amount: 5n });
    for (const source of [delegated, dirty, mint, Keypair.generate().publicKey]) {
      const at = { inner: 0, position: 0 };
      const plain = createTransferInstruction(source, thiefTokens, vaultKey, 1n);
      refuses(world, session, step(1, plain), "SourceNotVaults", { ...at, rule: 1 });
      const two = changed(checked(), { at: 0, to: source });
      refuses(world, session, step(2, two), "SourceNotVaults", { ...at, rule: 2 });
    }
    const same = sendTokens(world, 1n, tokens);
    refuses(world, session, step(1, same), "SelfTransfer", { rule: 1, position: 0 });
    const sameChecked = changed(checked(), { at: 2, to: tokens });
    refuses(world, session, step(2, sameChecked), "SelfTransfer", { rule: 2, position: 0 });
    expectOk(execute(world, session, [...step(1, sendTokens(world, 2n)), ...step(2, checked(3n))]));
    assert.equal(tokenAmount(svm, thiefTokens), 5n);
  });

  it("let the vault sign, and nobody else", () => {
    const { thief } = world;
    const other = thief.publicKey;
    const plain = changed(sendTokens(world, 1n), { at: 2, to: other });
    refuses(world, session, step(1, plain), "TypedAccountsRefused", { rule: 1, position: 2 });
    const two = changed(checked(), { at: 3, to: other });
    refuses(world, session, step(2, two), "TypedAccountsRefused", { rule: 2, position: 3 });
  });

  it("name the source's own mint in TransferChecked", () => {
    const other = changed(checked(), { at: 1, to: world.otherMint });
    refuses(world, session, step(2, other), "TypedAccountsRefused", { rule: 2, position: 1 });
  });

  it("sync native clean accounts of the vault only", () => {
    const { svm, vault: vaultKey, thief, tokens } = world;
    const his = createTokenAccount(svm, { mint: NATIVE_MINT, owner: thief.publicKey });
    for (const account of [tokens, his, world.mint]) {
      const sync = step(3, createSyncNativeInstruction(account));
      refuses(world, session, sync, "SourceNotVaults", { rule: 3, position: 0 });
    }
    const own = createTokenAccount(svm, { mint: NATIVE_MINT, owner: vaultKey });
    svm.airdrop(own, 7n);
    expectOk(execute(world, session, step(3, createSyncNativeInstruction(own))));
    assert.equal(tokenAmount(svm, own), 7n);
  });

  it("move an amount of zero without a limit", () => {
    const bare = grant(world, { rules: rules() });
    const nothing = [
      sendSol(world, 0n),
      ...step(1, sendTokens(world, 0n)),
      ...step(2, checked(0n)),
    ];
    expectOk(execute(world, bare, nothing));
    refuses(world, bare, [sendSol(world, 1n)], "NoLimit", { inner: 0, rule: 0, asked: 1n });
    refuses(world, bare, step(1, sendTokens(world, 1n)), "NoLimit", { rule: 1, asked: 1n });
    refuses(world, bare, step(2, checked()), "NoLimit", { rule: 2, asked: 1n });
  });

  describe("of Token-2022", () => {
    const program = TOKEN_2022_PROGRAM_ID;
    const setup = () => {
      const { svm, vault: owner, thief } = world;
      const mint = createMint(svm, { tokenProgram: program });
      const account = (holder: PublicKey, amount = 0n) =>
        createTokenAccount(svm, { mint, owner: holder, amount, tokenProgram: program });
      const [own, his] = [account(owner, 100n), account(thief.publicKey)];
      const opened = grant(world, {
        rules: [tokenRule(3, 3, { 1: any }, program), tokenRule(12, 4, { 2: any }, program)],
        limits: [{ asset: mint, total: 10n }],
      });
      const transfer = (amount: bigint, source = own) =>
        createTransferInstruction(source, his, owner, amount, [], program);
      return { mint, own, his, opened, transfer };
    };

    it("move tokens between accounts with an immutable owner, within the limit", () => {
      const { svm, vault: owner } = world;
      const { mint, own, his, opened, transfer } = setup();
      // Associated accounts of Token-2022 carry the extension ImmutableOwner behind byte 165.
      assert.equal(svm.getAccount(own)?.data.length, 170);
      const two = (amount: bigint) => ({
        rule: 1,
        instruction: createTransferCheckedInstruction(
          own,
          mint,
          his,
          owner,
          amount,
          6,
          [],
          program,
        ),
      });
      const over = { limit: 0, asked: 11n, left: 10n };
      refuses(world, opened, [transfer(11n)], "LimitTotalExceeded", over);
      expectOk(execute(world, opened, [transfer(4n), two(5n)]));
      const left = { limit: 0, asked: 2n, left: 1n };
      refuses(world, opened, [two(2n)], "LimitTotalExceeded", left);
      expectOk(execute(world, opened, [two(1n)]));
      assert.deepEqual([tokenAmount(svm, own), tokenAmount(svm, his)], [90n, 10n]);
      assert.equal(readSession(world, opened).limits[0]?.spent, 10n);
    });

    it("don't touch the accounts of the other token program", () => {
      const { opened, transfer } = setup();
      const refused = { inner: 0, rule: 0, position: 0 };
      refuses(world, opened, [transfer(1n, world.tokens)], "SourceNotVaults", refused);
    });
  });

  describe("of the Associated Token Account program", () => {
    const create = (wallet: PublicKey, mint: PublicKey, payer = world.vault) => {
      const account = getAssociatedTokenAddressSync(mint, wallet, true);
      return createAssociatedTokenAccountIdempotentInstruction(payer, account, wallet, mint);
    };

    it("open accounts of the vault within the SOL limit: their rent may never come back", () => {
      const { svm, vault: owner } = world;
      const mint = createMint(svm);
      const rule = { ...createTokenAccountRule(owner, mint), accounts: { 2: vault } };
      const rent = svm.rent(165);
      const none = grant(world, { rules: [rule] });
      refuses(world, none, [create(owner, mint)], "NoLimit", { inner: 0, rule: 0, asked: rent });
      const opened = grant(world, { rules: [rule], limits: [{ asset: "SOL", total: rent }] });
      const before = svm.balance(owner);
      expectOk(execute(world, opened, [create(owner, mint)]));
      const account = getAssociatedTokenAddressSync(mint, owner, true);
      assert.equal(before - svm.balance(owner), svm.balance(account));
      expectOk(execute(world, opened, [create(owner, mint)]));
      assert.equal(tokenAmount(svm, account), 0n);
    });

    it("open accounts of the named wallet within the SOL limit", () => {
      const { svm } = world;
      const [friend, mint] = [Keypair.generate().publicKey, createMint(svm)];
      const rent = svm.rent(165);
      const rule = createTokenAccountRule(friend, mint);
      const poor = grant(world, { rules: [rule], limits: [{ asset: "SOL", total: rent - 1n }] });
      const over = { inner: 0, rule: 0 };
      refuses(world, poor, [create(friend, mint)], "LimitTotalExceeded", { limit: 0, asked: rent });
      const none = grant(world, { rules: [rule] });
      refuses(world, none, [create(friend, mint)], "NoLimit", { ...over, asked: rent });
      const rich = grant(world, { rules: [rule], limits: [{ asset: "SOL", total: rent }] });
      expectOk(execute(world, rich, [create(friend, mint)]));
      expectOk(execute(world, rich, [create(friend, mint)]));
      assert.equal(readSession(world, rich).limits[0]?.spent, rent);
    });

    it("are paid by the vault, with the real System and token programs", () => {
      const { svm, thief } = world;
      const [friend, mint] = [Keypair.generate().publicKey, createMint(svm)];
      const rule = {
        ...createTokenAccountRule(friend, mint),
        accounts: { 2: { kind: "set", keys: [friend] } as const },
      };
      const opened = grant(world, { rules: [rule], limits: [{ asset: "SOL", total: SOL }] });
      const rows = [
        [0, thief.publicKey],
        [4, HOSTILE],
        [5, HOSTILE],
        [5, thief.publicKey],
      ] as const;
      for (const [at, to] of rows) {
        const wrong = changed(create(friend, mint), { at, to });
        refuses(world, opened, [wrong], "TypedAccountsRefused", { rule: 0, position: at });
      }
      for (const data of [
        [1, 0],
        [1, 255, 255],
      ])
        refuses(world, opened, [changed(create(friend, mint), { data })], "TypedDataRefused");
      for (const data of [[0], [2], [3]])
        refuses(world, opened, [changed(create(friend, mint), { data })], "InstructionNotInScope");
      expectOk(execute(world, opened, [create(friend, mint)]));
      assert.ok(
        svm.getAccount(getAssociatedTokenAddressSync(mint, friend))?.owner.equals(TOKEN_PROGRAM_ID),
      );
    });
  });
});
