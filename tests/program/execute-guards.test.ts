// `execute`: what a caller may demand before anything runs, and what must come back at the end.
import assert from "node:assert/strict";

import {
  createMintToInstruction,
  createTransferInstruction,
  getAssociatedTokenAddressSync,
} from "@solana/spl-token";
import { Keypair } from "@solana/web3.js";
import fc from "fast-check";

import { expectOk, expectRefused } from "../support/expect.js";
import { IDLE, idle, relay, relayRule } from "../support/relay.js";
import { rawExecute, rawInner, rawPlan } from "../support/raw-plan.js";
import { u64 } from "../support/raw-terms.js";
import { solTransferRule } from "../support/rules.js";
import { execute, executeInstruction, grant, readSession, refuses } from "../support/session.js";
import { extraTokenAccount } from "../support/token-states.js";
import { createMint, createTokenAccount } from "../support/token.js";
import { createWorld, sendSol, type World } from "../support/world.js";

const MOST = (1n << 64n) - 1n;

const opened = (world: World, grantId = 7n) =>
  grant(
    world,
    {
      rules: [solTransferRule()],
      limits: [{ asset: "SOL", total: 1_000_000n }],
      uses: "unlimited",
    },
    { grantId },
  );

describe("the guards of execute", () => {
  let world: World;
  before(() => (world = createWorld()));

  describe("once", () => {
    it("accepts each number one time, in any order, 128 below the highest and no further", () => {
      const session = opened(world);
      const step = [sendSol(world, 1n)];
      for (const [once, good] of [
        [0n, false],
        [2n, true],
        [2n, false],
        [1n, true],
        [1n, false],
        [130n, true],
        [2n, false],
        [3n, true],
        [129n, true],
        [129n, false],
        [131n, true],
        [3n, false],
        [MOST - 128n, true],
        [131n, false],
        [MOST, true],
        [MOST - 128n, false],
        [MOST - 127n, true],
        [MOST - 129n, false],
        [MOST, false],
      ] as const) {
        const high = readSession(world, session).onceHighest;
        if (good) {
          expectOk(execute(world, session, step, { once }));
          assert.equal(readSession(world, session).onceHighest, once > high ? once : high);
        } else {
          const fields = { asked: once, left: high };
          refuses(world, session, step, "AlreadyExecuted", fields, { once });
        }
      }
    });

    it("agrees with a set of numbers on random sequences", () => {
      const number = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 20 }));
      fc.assert(
        fc.property(fc.array(number, { minLength: 5, maxLength: 15 }), (numbers) => {
          const session = opened(world);
          const seen = new Set<number>();
          for (const once of numbers) {
            const high = Math.max(0, ...seen);
            const good = once > 0 && !seen.has(once) && once >= high - 128;
            const result = execute(world, session, [sendSol(world, 1n)], { once: BigInt(once) });
            if (good) expectOk(result);
            else expectRefused(result, "AlreadyExecuted");
            if (good) seen.add(once);
          }
          const { onceHighest, onceMap, seq } = readSession(world, session);
          assert.equal(onceHighest, BigInt(Math.max(0, ...seen)));
          const below = [...seen].map((one) => Number(onceHighest) - 1 - one);
          const map = below.filter((bit) => bit >= 0 && bit < 128).map((bit) => 1n << BigInt(bit));
          assert.equal(
            onceMap,
            map.reduce((bits, bit) => bits | bit, 0n),
          );
          assert.equal(seq, BigInt(seen.size));
        }),
        { numRuns: 12, seed: 20_270_115 },
      );
    });

    it("isn't spent by an execute that is refused later", () => {
      const session = opened(world);
      const tooMuch = [sendSol(world, 1_000_001n)];
      refuses(world, session, tooMuch, "LimitTotalExceeded", {}, { once: 5n });
      expectOk(execute(world, session, [sendSol(world, 1n)], { once: 5n }));
    });
  });

  it("accepts the session's sequence number only", () => {
    const session = opened(world);
    const step = [sendSol(world, 1n)];
    for (const seq of [1n, MOST]) {
      const fields = { asked: seq, left: 0n };
      refuses(world, session, step, "SeqMismatch", fields, { seq });
    }
    expectOk(execute(world, session, step, { seq: 0n }));
    refuses(world, session, step, "SeqMismatch", { asked: 0n, left: 1n }, { seq: 0n });
    expectOk(execute(world, session, step));
    refuses(world, session, step, "SeqMismatch", { asked: 1n, left: 2n }, { seq: 1n });
    expectOk(execute(world, session, step, { seq: 2n }));
  });

  for (const grantId of [0n, 1n, MOST])
    it(`accepts grant id ${grantId} of its session only`, () => {
      const session = opened(world, grantId);
      const step = [sendSol(world, 1n)];
      expectOk(execute(world, session, step, { grant: grantId }));
      for (const other of [0n, 1n, 2n, MOST - 1n, MOST].filter((id) => id !== grantId)) {
        const fields = { asked: other, left: grantId };
        refuses(world, session, step, "GrantMismatch", fields, { grant: other });
      }
    });

  describe("keys_hash", () => {
    it("accepts the accounts that were hashed, in their order", () => {
      const session = opened(world);
      const [one, two] = [Keypair.generate().publicKey, Keypair.generate().publicKey];
      const steps = [sendSol(world, 1_000n), sendSol(world, 0n, one), sendSol(world, 0n, two)];
      const options = { keysHash: true } as const;
      expectOk(execute(world, session, steps, options));
      for (const swap of [
        [4, 6],
        [6, 7],
        [4, 5],
      ] as const) {
        const tamper = (instruction: ReturnType<typeof executeInstruction>) => {
          const [a, b] = swap.map((index) => instruction.keys[index]);
          assert.ok(a !== undefined && b !== undefined);
          [instruction.keys[swap[0]], instruction.keys[swap[1]]] = [b, a];
          return instruction;
        };
        refuses(world, session, steps, "KeysHashMismatch", {}, { ...options, tamper });
      }
      const more = (instruction: ReturnType<typeof executeInstruction>) => {
        instruction.keys.push({ pubkey: one, isSigner: false, isWritable: false });
        return instruction;
      };
      refuses(world, session, steps, "KeysHashMismatch", {}, { ...options, tamper: more });
    });

    it("differs in every byte", () => {
      const session = opened(world);
      const step = [sendSol(world, 1n)];
      const good = executeInstruction(world, session, step, { keysHash: true });
      for (const byte of [0, 15, 31]) {
        const keysHash = Uint8Array.from(good.data.subarray(9, 41));
        keysHash[byte] = (keysHash[byte] ?? 0) ^ 1;
        refuses(world, session, step, "KeysHashMismatch", {}, { keysHash });
      }
    });
  });

  it("refuses a fee and position keys that the terms don't allow; lists may be empty", () => {
    const session = opened(world);
    const send = (flags: number, brackets: readonly number[]) => {
      const args = rawPlan([rawInner()], flags, brackets);
      const instruction = rawExecute(world, session, args);
      return world.svm.send([instruction], [session.key], { payer: world.svm.payer });
    };
    for (const lamports of [0, 1]) expectRefused(send(16, [...u64(lamports), 4]), "FeeRefused");
    expectRefused(send(64, [1, 4, 0, 0, 255]), "PositionKeyRefused", { outer: 4 });
    assert.equal(readSession(world, session).seq, 0n);
    expectOk(send(64, [0]));
    expectOk(send(32, [0]));
  });

  it("refuses all guards before any, and reads them in their order", () => {
    const session = opened(world);
    const step = [sendSol(world, 1n)];
    const right = { once: 1n, seq: 0n, grant: 7n, keysHash: true } as const;
    refuses(world, session, step, "GrantMismatch", {}, { once: 0n, seq: 9n, grant: 8n });
    refuses(world, session, step, "AlreadyExecuted", {}, { ...right, once: 0n, seq: 9n });
    refuses(world, session, step, "SeqMismatch", {}, { ...right, seq: 9n });
    expectOk(execute(world, session, step, right));
  });
});

describe("min_receive", () => {
  const setup = () => {
    const world = createWorld();
    const { svm, vault } = world;
    const mint = createMint(svm, { authority: vault });
    const tokens = createTokenAccount(svm, { mint, owner: vault });
    const second = extraTokenAccount(svm, { mint, owner: vault });
    const session = grant(world, {
      rules: [relayRule(), relayRule(IDLE)],
      limits: [
        { asset: "SOL", total: 1_000n },
        { asset: mint, total: 1_000n },
      ],
    });
    const get = (amount: bigint, to = tokens) =>
      relay(vault, [createMintToInstruction(mint, to, vault, amount)]);
    return { world, session, mint, get, second };
  };

  it("is met by nothing when it asks for nothing", () => {
    const { world, session, mint } = setup();
    const nothing = [{ rule: 1, instruction: idle(world.vault) }];
    for (const asset of ["SOL", mint] as const) {
      expectOk(execute(world, session, nothing, { minReceive: [{ asset, amount: 0n }] }));
      for (const amount of [1n, MOST]) {
        const minReceive = [0n, amount].map((one) => ({ asset, amount: one }));
        const fields = { minReceive: 1, asked: amount, left: 0n };
        refuses(world, session, nothing, "MinReceiveNotMet", fields, { minReceive });
      }
    }
  });

  it("counts what all inner instructions bring to all clean accounts, and not one unit more", () => {
    const { world, session, mint, get, second } = setup();
    const steps = [get(60n), get(40n, second)];
    const ask = (amount: bigint) => ({ minReceive: [{ asset: mint, amount }] });
    const fields = { minReceive: 0, asked: 101n, left: 100n };
    refuses(world, session, steps, "MinReceiveNotMet", fields, ask(101n));
    for (const amount of [0n, 99n, 100n]) expectOk(execute(world, session, steps, ask(amount)));
  });

  it("takes what went away off what came, and never falls below zero", () => {
    const { world, session, mint, get } = setup();
    const { svm, thief, vault } = world;
    const his = createTokenAccount(svm, { mint, owner: thief.publicKey });
    const own = getAssociatedTokenAddressSync(mint, vault, true);
    const give = (amount: bigint) =>
      relay(vault, [createTransferInstruction(own, his, vault, amount)]);
    const ask = (amount: bigint) => ({ minReceive: [{ asset: mint, amount }] });
    const net = [get(100n), give(30n)];
    refuses(world, session, net, "MinReceiveNotMet", { asked: 71n, left: 70n }, ask(71n));
    expectOk(execute(world, session, net, ask(70n)));
    refuses(world, session, [give(10n)], "MinReceiveNotMet", { left: 0n }, ask(1n));
    expectOk(execute(world, session, [give(10n)], ask(0n)));
  });

  it("refuses an asset that the key table doesn't name", () => {
    const world = createWorld();
    const session = opened(world);
    const send = (asset: number) => {
      const args = rawPlan([rawInner()], 32, [1, asset, ...u64(0)]);
      const signers = [session.key];
      const options = { payer: world.svm.payer };
      return world.svm.send([rawExecute(world, session, args)], signers, options);
    };
    for (const asset of [1, 31, 254])
      expectRefused(send(asset), "MalformedPlan", { minReceive: 0 });
    assert.equal(readSession(world, session).seq, 0n);
    expectOk(send(255));
  });
});
