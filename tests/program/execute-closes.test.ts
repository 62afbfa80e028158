// `execute`: closing the vault's own token accounts, where the terms allow it.
import assert from "node:assert/strict";

import {
  NATIVE_MINT,
  TOKEN_2022_PROGRAM_ID,
  createCloseAccountInstruction,
  createTransferInstruction,
} from "@solana/spl-token";
import type { PublicKey } from "@solana/web3.js";

import { expectOk } from "../support/expect.js";
import { relay, relayRule, type RelayStep } from "../support/relay.js";
import { any, solTransferRule, tokenRule } from "../support/rules.js";
import { execute, grant, readSession, refuses, type Session } from "../support/session.js";
import { extraTokenAccount } from "../support/token-states.js";
import { createMint } from "../support/token.js";
import { createWorld, sendSol, type World } from "../support/world.js";

const closeRule = tokenRule(9, 3, { 0: any });
const CLOSE_2022 = tokenRule(9, 3, { 0: any }, TOKEN_2022_PROGRAM_ID);

describe("closes of execute", () => {
  let world: World;
  let session: Session;
  beforeEach(() => {
    world = createWorld();
    session = grant(world, {
      rules: [closeRule, relayRule(), CLOSE_2022, solTransferRule()],
      limits: [{ asset: world.mint, total: 10n }],
      closes: true,
      uses: "unlimited",
    });
  });
  const close = (account: PublicKey, to = world.vault, authority = world.vault) =>
    createCloseAccountInstruction(account, to, authority);
  const route = (...steps: readonly RelayStep[]) => [
    { rule: 1, instruction: relay(world.vault, steps) },
  ];
  const empty = (mint = world.mint) => extraTokenAccount(world.svm, { mint, owner: world.vault });
  const wrapped = (amount: bigint) =>
    extraTokenAccount(world.svm, { mint: NATIVE_MINT, owner: world.vault, amount });
  const isGone = (account: PublicKey) =>
    assert.equal(world.svm.getAccount(account)?.lamports ?? 0n, 0n);

  it("give the lamports of an empty account to the vault, and cost no limit", () => {
    const { svm, vault } = world;
    const account = empty();
    const before = svm.balance(vault);
    expectOk(execute(world, session, [close(account)]));
    assert.equal(svm.balance(vault) - before, svm.rent(165));
    isGone(account);
    assert.equal(readSession(world, session).limits[0]?.spent, 0n);
  });

  it("unwrap SOL whole", () => {
    const { svm, vault } = world;
    const account = wrapped(5_000n);
    const before = svm.balance(vault);
    expectOk(execute(world, session, [close(account)]));
    assert.equal(svm.balance(vault) - before, svm.rent(165) + 5_000n);
  });

  it("know the accounts of Token-2022, each program its own", () => {
    const { svm, vault } = world;
    const program = TOKEN_2022_PROGRAM_ID;
    const mint = createMint(svm, { tokenProgram: program });
    const account = extraTokenAccount(svm, { mint, owner: vault, program });
    const step = createCloseAccountInstruction(account, vault, vault, [], program);
    const wrong = { inner: 0, rule: 0, position: 0 };
    refuses(world, session, [close(account)], "SourceNotVaults", wrong);
    expectOk(execute(world, session, [{ rule: 2, instruction: step }]));
    isGone(account);
  });

  it("need the vault as destination and authority, and a clean account that is empty or native", () => {
    const { svm, mint, thief, vault } = world;
    const account = empty();
    const at = (position: number) => ({ inner: 0, rule: 0, position });
    const tiny = [close(account, thief.publicKey)];
    refuses(world, session, tiny, "TypedAccountsRefused", at(1));
    const his = [close(account, vault, thief.publicKey)];
    refuses(world, session, his, "TypedAccountsRefused", at(2));
    const closeAuthority = thief.publicKey;
    const dirty = extraTokenAccount(svm, { mint, owner: vault, closeAuthority });
    const foreign = extraTokenAccount(svm, { mint, owner: thief.publicKey });
    for (const source of [dirty, foreign, mint, thief.publicKey])
      refuses(world, session, [close(source)], "SourceNotVaults", at(0));
    refuses(world, session, [close(world.tokens)], "TypedAccountsRefused", at(0));
    for (const data of [
      [9, 0],
      [9, 9, 9],
    ]) {
      const long = close(account);
      long.data = Buffer.from(data);
      refuses(world, session, [long], "TypedDataRefused", { asked: BigInt(data.length) });
    }
    expectOk(execute(world, session, [close(account)]));
  });

  it("pass inside an allowed program too, when the vault gets those lamports in that call", () => {
    const { svm, vault, thief } = world;
    const [first, second, native] = [empty(), empty(), wrapped(70n)];
    const before = svm.balance(vault);
    const rent = svm.rent(165);
    const toThief = route(close(first, thief.publicKey));
    const taken = { inner: 0, rule: 1, asked: rent, left: 0n };
    refuses(world, session, toThief, "TokenAccountClosed", taken);
    const half = route(close(first), close(second, thief.publicKey));
    const missing = { asked: 2n * rent, left: rent };
    refuses(world, session, half, "TokenAccountClosed", missing);
    const back = route(close(first), sendSol(world, 1n));
    refuses(world, session, back, "TokenAccountClosed", { asked: rent, left: rent - 1n });
    expectOk(execute(world, session, route(close(first), close(second), close(native))));
    assert.equal(svm.balance(vault) - before, 3n * rent + 70n);
  });

  it("pass on what an account held as money that leaves, within its limit", () => {
    const { svm, vault, mint, thiefTokens } = world;
    const filled = (amount: bigint) => extraTokenAccount(svm, { mint, owner: vault, amount });
    const empties = (account: PublicKey, amount: bigint) =>
      route(createTransferInstruction(account, thiefTokens, vault, amount), close(account));
    const [much, little] = [filled(11n), filled(9n)];
    refuses(world, session, empties(much, 11n), "LimitTotalExceeded", { limit: 0, asked: 11n });
    expectOk(execute(world, session, empties(little, 9n)));
    assert.equal(readSession(world, session).limits[0]?.spent, 9n);
    isGone(little);
  });

  it("don't lift what another may do: dirty accounts and wallets' accounts stay open", () => {
    const { svm, mint, thief, vault } = world;
    const closeAuthority = thief.publicKey;
    const his = extraTokenAccount(svm, { mint, owner: thief.publicKey, closeAuthority: vault });
    refuses(world, session, route(close(his)), "TokenAccountClosed", { inner: 0, rule: 1 });
    const dirty = extraTokenAccount(svm, { mint, owner: vault, closeAuthority });
    refuses(world, session, [close(dirty)], "SourceNotVaults", { position: 0 });
  });

  it("aren't allowed without the opt-in", () => {
    const account = empty();
    const plain = grant(world, { rules: [relayRule()] });
    const step = [relay(world.vault, [close(account)])];
    refuses(world, plain, step, "TokenAccountClosed", { inner: 0, rule: 0 });
    expectOk(execute(world, session, route(close(account))));
  });

  it("count for min_receive as what they are: the vault's own", () => {
    const account = wrapped(500n);
    const minReceive = [{ asset: "SOL" as const, amount: 1n }];
    const fields = { minReceive: 0, asked: 1n, left: 0n };
    refuses(world, session, [close(account)], "MinReceiveNotMet", fields, { minReceive });
    expectOk(execute(world, session, [close(account)]));
  });
});
