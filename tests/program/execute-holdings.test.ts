// `execute`: what a called program may do to the vault and its token accounts, whatever its rule allows.
import assert from "node:assert/strict";

import {
  AuthorityType,
  NATIVE_MINT,
  TOKEN_2022_PROGRAM_ID,
  createApproveInstruction,
  createCloseAccountInstruction,
  createSetAuthorityInstruction,
  createTransferInstruction,
} from "@solana/spl-token";
import { Keypair, SystemProgram, type AccountMeta, type PublicKey } from "@solana/web3.js";
import type { ProgramErrorCode } from "@valetkey/sdk/errors";

import { expectOk } from "../support/expect.js";
import { HOSTILE } from "../support/hostile.js";
import { IDLE, idle, relay, relayRule, type RelayStep } from "../support/relay.js";
import {
  execute,
  executeInstruction,
  grant,
  readSession,
  refuses,
  type Session,
} from "../support/session.js";
import { createAccountAllowPrefund } from "../support/system.js";
import { approve, extraTokenAccount } from "../support/token-states.js";
import { createTokenAccount, tokenAmount } from "../support/token.js";
import { createWorld, sendSol, sendTokens, type World } from "../support/world.js";

describe("the vault's holdings in execute", () => {
  let world: World;
  let session: Session;
  beforeEach(() => {
    world = createWorld();
    session = grant(world, {
      rules: [relayRule(), relayRule(IDLE)],
      limits: [
        { asset: "SOL", total: 1_000n },
        { asset: world.mint, total: 1_000n },
      ],
      uses: "unlimited",
    });
  });
  const route = (...steps: readonly RelayStep[]) => [relay(world.vault, steps)];
  const at = { inner: 0, rule: 0 };

  it("stay System's and without data", () => {
    const { vault } = world;
    const assign = SystemProgram.assign({ accountPubkey: vault, programId: HOSTILE });
    const allocate = SystemProgram.allocate({ accountPubkey: vault, space: 80 });
    for (const step of [assign, allocate, createAccountAllowPrefund(vault, HOSTILE)])
      refuses(world, session, route(step), "VaultChanged", { ...at, position: 0 });
    expectOk(execute(world, session, route(sendSol(world, 1n))));
  });

  it("keep owner, delegate and close authority", () => {
    const { vault, tokens, thief } = world;
    const rows = [
      createApproveInstruction(tokens, thief.publicKey, vault, 1n),
      createSetAuthorityInstruction(tokens, vault, AuthorityType.AccountOwner, thief.publicKey),
      createSetAuthorityInstruction(tokens, vault, AuthorityType.CloseAccount, thief.publicKey),
    ];
    for (const step of rows) refuses(world, session, route(step), "TokenAccountChanged", at);
    expectOk(execute(world, session, route(sendTokens(world, 1n))));
  });

  it("aren't closed, and never reopened in the same call", () => {
    const { svm, vault, thief } = world;
    const empty = extraTokenAccount(svm, { mint: world.mint, owner: vault });
    const native = extraTokenAccount(svm, { mint: NATIVE_MINT, owner: vault, amount: 5n });
    for (const account of [empty, native])
      for (const to of [vault, thief.publicKey]) {
        const step = createCloseAccountInstruction(account, to, vault);
        refuses(world, session, route(step), "TokenAccountClosed", at);
      }
  });

  it("count what a called program takes exactly as what a decoder sees", () => {
    const { svm, mint, thiefTokens } = world;
    const over = { ...at, asked: 1_001n };
    const tokens = [...route(sendTokens(world, 1_001n))];
    refuses(world, session, tokens, "LimitTotalExceeded", {
      limit: 1,
      asked: 1_001n,
      left: 1_000n,
    });
    refuses(world, session, route(sendSol(world, 1_001n)), "LimitTotalExceeded", { limit: 0 });
    const other = createTransferInstruction(
      ...([world.otherTokens, world.thiefOtherTokens, world.vault, 1_001n] as const),
    );
    refuses(world, session, route(other), "NoLimit", over);
    expectOk(execute(world, session, route(sendTokens(world, 999n), sendSol(world, 1_000n))));
    const spent = readSession(world, session).limits.map((limit) => limit.spent);
    assert.deepEqual(spent, [1_000n, 999n]);
    assert.equal(tokenAmount(svm, thiefTokens), 999n);
    assert.equal(readSession(world, session).keys.includes(mint.toBase58()), true);
  });

  it("take tokens of foreign accounts, in which the vault is delegate only, under no limit", () => {
    const { svm, mint, thief, vault } = world;
    const his = extraTokenAccount(svm, { mint, owner: thief.publicKey, amount: 50n });
    approve(svm, { account: his, wallet: thief, delegate: vault, amount: 50n });
    const pull = createTransferInstruction(his, world.thiefTokens, vault, 1n);
    refuses(world, session, route(pull), "DebitOnlyTouched", at);
    const keep = createTransferInstruction(world.tokens, his, vault, 5n);
    expectOk(execute(world, session, route(keep)));
    assert.equal(tokenAmount(svm, his), 55n);
  });

  it("count decreases of accounts that another may close, and never their increases", () => {
    const { svm, mint, thief, vault, tokens } = world;
    const closeAuthority = thief.publicKey;
    const dirty = extraTokenAccount(svm, { mint, owner: vault, closeAuthority, amount: 600n });
    const out = createTransferInstruction(dirty, tokens, vault, 600n);
    const into = createTransferInstruction(tokens, dirty, vault, 401n);
    expectOk(execute(world, session, route(out)));
    assert.equal(readSession(world, session).limits[1]?.spent, 600n);
    refuses(world, session, route(into), "LimitTotalExceeded", {
      limit: 1,
      asked: 401n,
      left: 400n,
    });
    assert.equal(tokenAmount(svm, dirty), 0n);
  });

  it("come in as tokens of an account that becomes the vault's, and count from then on", () => {
    const { svm, mint, thief, vault } = world;
    const his = extraTokenAccount(svm, { mint, owner: thief.publicKey, amount: 9n });
    svm.mustSend(
      [createSetAuthorityInstruction(his, thief.publicKey, AuthorityType.AccountOwner, vault)],
      [thief],
    );
    const back = createTransferInstruction(his, world.thiefTokens, vault, 9n);
    expectOk(execute(world, session, route(back)));
    assert.equal(readSession(world, session).limits[1]?.spent, 9n);
  });

  describe("in large token accounts", () => {
    /** A Token-2022 account of the vault with `size` bytes: the extension is padding. */
    const large = (size: number): PublicKey => {
      const { svm } = world;
      const address = Keypair.generate().publicKey;
      const small = svm.getAccount(world.tokens);
      assert.ok(small !== null);
      const data = new Uint8Array(size);
      data.set(small.data);
      if (size > 165) data[165] = 2;
      svm.setAccount(address, {
        ...small,
        data,
        owner: TOKEN_2022_PROGRAM_ID,
        lamports: 10_000_000n,
      });
      return address;
    };
    /** Runs an idle step with accounts that are passed and named by no inner instruction; the session key pays. */
    const pass = (accounts: readonly PublicKey[]) => {
      const instruction = executeInstruction(world, session, [
        { rule: 1, instruction: idle(world.vault) },
      ]);
      const metas = accounts.map((pubkey): AccountMeta => ({
        pubkey,
        isSigner: false,
        isWritable: true,
      }));
      instruction.keys.push(...metas);
      return world.svm.send([instruction], [session.key]);
    };

    for (const [size, name] of [
      [166, null],
      [511, null],
      [512, null],
      [513, "TokenAccountTooLarge"],
      [1_000, "TokenAccountTooLarge"],
    ] as const satisfies readonly (readonly [number, ProgramErrorCode | null])[])
      it(`${name === null ? "watch" : "refuse"} ${size} bytes`, () => {
        world.svm.airdrop(session.key.publicKey);
        const result = pass([large(size)]);
        if (name === null) expectOk(result);
        else {
          const account = large(size);
          const step = [{ rule: 1, instruction: idle(world.vault) }];
          const tamper = (instruction: ReturnType<typeof executeInstruction>) => {
            instruction.keys.push({ pubkey: account, isSigner: false, isWritable: true });
            return instruction;
          };
          const fields = { asked: BigInt(size), left: 512n };
          refuses(world, session, step, name, fields, { tamper });
        }
      });

    it("watch as many as fit in 10 KiB of memory", () => {
      world.svm.airdrop(session.key.publicKey);
      const accounts = Array.from({ length: 10_240 / 512 + 1 }, () => large(512));
      expectOk(pass(accounts.slice(1)));
      const { customError } = pass(accounts);
      assert.equal(customError, 6404, "TooManyTokenAccounts");
      const twice = accounts[1];
      assert.ok(twice !== undefined);
      expectOk(pass([...accounts.slice(1), twice]));
    });
  });

  it("keep the vault's own tokens in its own accounts: moving between them costs nothing", () => {
    const { svm, mint, vault, tokens } = world;
    const second = extraTokenAccount(svm, { mint, owner: vault });
    const amount = tokenAmount(svm, tokens);
    const all = createTransferInstruction(tokens, second, vault, amount);
    expectOk(execute(world, session, route(all)));
    assert.deepEqual([tokenAmount(svm, tokens), tokenAmount(svm, second)], [0n, amount]);
    assert.equal(readSession(world, session).limits[1]?.spent, 0n);
    assert.ok(createTokenAccount(svm, { mint, owner: vault }).equals(tokens));
  });
});
