// `execute`: position keys, the addresses of a session that sign where a program wants a fresh signing account.
import assert from "node:assert/strict";

import { SystemProgram, type PublicKey, type TransactionInstruction } from "@solana/web3.js";

import { expectOk } from "../support/expect.js";
import { HOSTILE, hostileInstruction, invoke } from "../support/hostile.js";
import { positionKeyOf, type PositionKey } from "../support/position-keys.js";
import { any, key, positionKey, solTransferRule, vault, type RuleSpec } from "../support/rules.js";
import { execute, grant, refuses, type ExecuteOptions, type Session } from "../support/session.js";
import { systemData } from "../support/system.js";
import { createWorld, sendSol, type World } from "../support/world.js";

/** A program that opens an account at a fresh signing address: 0 payer, 1 the fresh key, 2 System, 3 something else. */
const openRule = (fresh = positionKey): RuleSpec => ({
  program: HOSTILE,
  discriminator: [0],
  count: 4,
  accounts: { 0: vault, 1: fresh, 2: key(SystemProgram.programId), 3: any },
});

const SPACE = 40n;

describe("position keys of execute", () => {
  let world: World;
  let session: Session;
  let rent: bigint;
  beforeEach(() => {
    world = createWorld();
    rent = world.svm.rent(Number(SPACE));
    session = grant(world, {
      rules: [openRule(), openRule(any), solTransferRule()],
      limits: [{ asset: "SOL", total: 100n * rent }],
      positionKeys: true,
      uses: "unlimited",
    });
  });
  const fresh = (number = 0): PositionKey => positionKeyOf(world, session, number);

  /** Makes the hostile program open an account of its own at `address`, paid by the vault. */
  function open(address: PublicKey, third = world.thief.publicKey): TransactionInstruction {
    const data = systemData(0, [rent, SPACE], HOSTILE.toBytes());
    const accounts = [
      { account: 0, signer: true, writable: true },
      { account: 1, signer: true, writable: true },
    ];
    const meta = (pubkey: PublicKey, isWritable: boolean) => ({
      ...{ pubkey, isWritable, isSigner: false },
    });
    return hostileInstruction(
      [
        ...[meta(world.vault, true), meta(address, true)],
        ...[meta(SystemProgram.programId, false), meta(third, false)],
      ],
      [invoke(2, accounts, data)],
    );
  }
  const run = (steps: Parameters<typeof execute>[2], options: ExecuteOptions) =>
    execute(world, session, steps, options);

  it("sign where the rule marks them, and are paid within the SOL limit", () => {
    for (const number of [0, 1, 258, 65_535]) {
      const position = fresh(number);
      expectOk(run([open(position.address)], { positionKeys: [position] }));
      const account = world.svm.getAccount(position.address);
      assert.ok(account !== null && account.owner.equals(HOSTILE));
      assert.equal(account.lamports, rent);
    }
  });

  it("may be eight in one plan, not nine", () => {
    const positionKeys = Array.from({ length: 9 }, (_, number) => fresh(number));
    const steps = [0, 7].map((number) => open(fresh(number).address));
    const fields = { asked: 9n, left: 8n };
    refuses(world, session, [sendSolUnder()], "PositionKeyRefused", fields, { positionKeys });
    expectOk(run(steps, { positionKeys: positionKeys.slice(0, 8) }));
  });

  it("must be allowed by the terms", () => {
    const none = grant(world, {
      rules: [solTransferRule()],
      limits: [{ asset: "SOL", total: 1n }],
    });
    const position = positionKeyOf(world, none, 0);
    const options = { positionKeys: [position] };
    const step = [sendSol(world, 1n)];
    refuses(world, none, step, "PositionKeyRefused", { inner: null }, options);
    expectOk(execute(world, none, step));
  });

  it("must stand in the plan's list", () => {
    const { address } = fresh();
    const at = { inner: 0, rule: 0, position: 1 };
    refuses(world, session, [open(address)], "PositionKeyRefused", at);
    const other = { positionKeys: [fresh(1)] };
    refuses(world, session, [open(address)], "PositionKeyRefused", at, other);
    expectOk(run([open(address)], { positionKeys: [fresh()] }));
  });

  it("are derived from this session, their number and their bump", () => {
    const mine = fresh();
    const second = grant(world, { rules: [openRule()], positionKeys: true });
    const wrong: readonly PositionKey[] = [
      { ...mine, number: 1 },
      { ...mine, bump: mine.bump - 1 },
      positionKeyOf(world, second, 0),
      { ...mine, address: world.thief.publicKey },
      { ...mine, address: world.vault },
      { ...mine, address: session.address },
      { ...mine, address: session.key.publicKey },
    ];
    for (const position of wrong) {
      const options = { positionKeys: [position] };
      refuses(world, session, [sendSolUnder()], "PositionKeyRefused", { inner: null }, options);
    }
    expectOk(run([sendSolUnder()], { positionKeys: [mine] }));
  });
  const sendSolUnder = () => ({ rule: 2, instruction: sendSol(world, 1n) });

  it("name an account that was passed", () => {
    const tamper = (instruction: TransactionInstruction) => {
      instruction.data[8 + 1 + 1] = 99;
      return instruction;
    };
    const options = { positionKeys: [fresh()], tamper };
    refuses(world, session, [sendSolUnder()], "PositionKeyRefused", { outer: 99 }, options);
  });

  it("are System's and without data before the plan, funded or not", () => {
    const { svm } = world;
    const used = fresh(3);
    expectOk(run([open(used.address)], { positionKeys: [used] }));
    const options = { positionKeys: [used] };
    refuses(world, session, [sendSolUnder()], "PositionKeyRefused", { inner: null }, options);
    const data = fresh(4);
    svm.setAccount(data.address, {
      ...{ lamports: rent, data: new Uint8Array(1), owner: SystemProgram.programId },
    });
    const second = { positionKeys: [data] };
    refuses(world, session, [sendSolUnder()], "PositionKeyRefused", { inner: null }, second);
    const rich = fresh(5);
    svm.airdrop(rich.address, rent);
    expectOk(run([sendSolUnder()], { positionKeys: [rich] }));
  });

  it("don't sign where the rule doesn't mark them", () => {
    const position = fresh();
    const step = { rule: 1, instruction: open(position.address) };
    const result = run([step], { positionKeys: [position] });
    assert.ok(!result.ok, "the runtime refuses the unsigned account");
    assert.match(String(result.err), /PrivilegeEscalation|MissingRequiredSignature/);
    assert.equal(world.svm.getAccount(position.address), null);
  });

  it("don't stand a second time in the instruction that they sign", () => {
    const position = fresh();
    const twice = open(position.address, position.address);
    const at = { inner: 0, rule: 0, position: 3 };
    refuses(world, session, [twice], "PositionKeyRefused", at, { positionKeys: [position] });
    expectOk(run([open(position.address)], { positionKeys: [position] }));
  });

  it("may be named again, without a signature, later in the plan", () => {
    const [first, second] = [fresh(0), fresh(1)];
    const steps = [open(first.address), open(second.address, first.address)];
    expectOk(run(steps, { positionKeys: [first, second] }));
  });

  it("can't be the vault's money by another way: what it holds is nobody's", () => {
    const position = fresh();
    const step = { rule: 2, instruction: sendSol(world, 100n * rent + 1n, position.address) };
    const options = { positionKeys: [position] };
    refuses(world, session, [step], "LimitTotalExceeded", { limit: 0 }, options);
  });
});
