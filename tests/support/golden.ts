// Accounts whose every byte is repeatable: fixed keys, fixed clock. The files in tests/fixtures/golden keep them as each version of
// the layout wrote them.
import { Keypair, PublicKey, SystemProgram } from "@solana/web3.js";

import { expectOk } from "./expect.js";
import { HOSTILE } from "./hostile.js";
import { any, key, solTransferRule, vault } from "./rules.js";
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
