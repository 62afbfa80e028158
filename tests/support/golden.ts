// Accounts whose every byte is repeatable: fixed keys, fixed clock. The files in tests/fixtures/golden keep them as each version of
// the layout wrote them.
import { TOKEN_2022_PROGRAM_ID } from "@solana/spl-token";
import { Keypair, PublicKey, StakeProgram, SystemProgram } from "@solana/web3.js";

import { expectOk } from "./expect.js";
import { HOSTILE } from "./hostile.js";
import {
  any,
  key,
  ownerToken,
  positionKey,
  programOwned,
  set,
  solTransferRule,
  tokenRule,
  vault,
  vaultToken,
} from "./rules.js";
import { execute, grant } from "./session.js";
import { START_TIME } from "./svm.js";
import { createWorld } from "./world.js";

/** Hexadecimal account data. */
export interface GoldenAccounts {
  readonly config: string;
  readonly session: string;
}

const seeded = (byte: number): Keypair => Keypair.fromSeed(new Uint8Array(32).fill(byte));

/** Opens a vault, grants a session that uses what terms offer, executes once, and reads both accounts. */
export function goldenAccounts(): GoldenAccounts {
  const world = createWorld({ owner: seeded(1), index: 3 });
  const { svm, config } = world;
  const payer = seeded(2);
  svm.airdrop(payer.publicKey);
  const friend = new PublicKey(new Uint8Array(32).fill(7));
  svm.airdrop(friend, 1_000_000_000n);
  const session = grant(
    world,
    {
      rules: [
        { ...solTransferRule(friend), uses: 5 },
        {
          program: HOSTILE,
          discriminator: [9, 8, 7, 6, 5, 4, 3, 2],
          count: [2, 4],
          accounts: { 0: vault, 1: any, 2: key(friend) },
          data: [{ offset: 8, from: "start", field: "u64", operator: "le", values: [1_000n] }],
        },
      ],
      limits: [
        {
          asset: "SOL",
          total: 50_000_000n,
          perExecute: 5_000_000n,
          perPeriod: { amount: 9_000_000n, seconds: 600 },
        },
      ],
      startsAt: START_TIME - 900n,
      guardian: seeded(4).publicKey,
    },
    { key: seeded(3), payer, grantId: 77n },
  );
  const pay = SystemProgram.transfer({
    fromPubkey: world.vault,
    toPubkey: friend,
    lamports: 1_000_000,
  });
  expectOk(execute(world, session, [pay, pay], { once: 9n }));
  const hex = (address: PublicKey): string =>
    Buffer.from(svm.getAccount(address)?.data ?? []).toString("hex");
  return { config: hex(config), session: hex(session.address) };
}

/** Grants a session with every feature that terms know, and reads its account. */
export function goldenFeatures(): string {
  const world = createWorld({ owner: seeded(1), index: 3 });
  const { svm } = world;
  const payer = seeded(2);
  svm.airdrop(payer.publicKey);
  const [friend, code] = [7, 8].map((byte) => new PublicKey(new Uint8Array(32).fill(byte)));
  if (friend === undefined || code === undefined) throw new Error("two keys");
  const game = (number: number) => ({
    program: HOSTILE,
    discriminator: [number, 1, 2, 3, 4, 5, 6, 7],
  });
  const stake = (number: number, count: number) => ({
    ...{ program: StakeProgram.programId, discriminator: [number, 0, 0, 0], count },
  });
  const cap = { offset: 8, from: "start", field: "u64", total: 1_000n } as const;
  const session = grant(
    world,
    {
      rules: [
        { ...solTransferRule(friend), uses: 5, id: 600 },
        tokenRule(9, 3, { 0: vaultToken() }),
        tokenRule(12, [4, 9], {}, TOKEN_2022_PROGRAM_ID),
        { ...stake(2, 6), accounts: { 0: key(friend), 1: set(friend, code) } },
        { ...stake(5, 3), accounts: { 0: key(friend) } },
        {
          ...{ ...game(1), count: [2, 5], uses: 3, cap },
          accounts: { 0: vault, 1: positionKey, 2: ownerToken(friend), 3: programOwned },
          pin: { programData: code, slot: 311_000_000n },
        },
        {
          ...{ ...game(2), count: 3, mode: "native", uses: 4 },
          cap: { offset: 2, from: "end", field: "u16", total: 99n },
          accounts: { 1: any },
        },
        { ...game(3), count: 1, unbound: true },
      ],
      limits: [
        { asset: "SOL", total: 50n, perExecute: 5n, perPeriod: { amount: 9n, seconds: 600 } },
        { asset: "SOL", wallet: friend, total: 70n },
      ],
      startsAt: START_TIME - 900n,
      ...{ uses: "unlimited", closes: true, positionKeys: true },
      feeBudget: { sponsor: seeded(3).publicKey, total: 90_000n, perExecute: 10_000n },
      origin: new Uint8Array(32).fill(119),
      extensions: [1, 4, 6, 8, 10, 11, 12, 14, 16, 25, 26],
      guardian: seeded(4).publicKey,
    },
    { key: seeded(3), payer, grantId: 77n },
  );
  return Buffer.from(svm.getAccount(session.address)?.data ?? []).toString("hex");
}
