// Rows of native mode: what the check adds to a game's instruction, and what counting a use costs.
import assert from "node:assert/strict";

import type { Keypair, TransactionInstruction } from "@solana/web3.js";

import { KIND, findEnemy } from "../support/arena.js";
import {
  claimCap,
  claimLootFor,
  claimRule,
  createNativeWorld,
  strikeFor,
  strikeRule,
} from "../support/native.js";
import { key } from "../support/rules.js";
import { grant } from "../support/session.js";
import type { SendResult } from "../support/svm.js";
import type { Row } from "./measure.js";
import { fixedKey } from "./scene.js";

/**
 * `native-check`: the arena's `strike_for` by a session key, less the same instruction with the same accounts where the owner signs and
 * the check is skipped. `consume`: the call to Valetkey within the arena's `claim_loot_for`.
 */
export async function measureNative(): Promise<readonly Row[]> {
  const world = await createNativeWorld({ owner: fixedKey("valetkey bench player") });
  const [striker, claimer] = ["striker", "claimer"].map((name) =>
    fixedKey(`valetkey bench ${name}`),
  );
  assert.ok(striker !== undefined && claimer !== undefined);
  const energy = [
    { offset: 8, from: "start", field: "u16", operator: "le", values: [5n] },
  ] as const;
  const accounts = { 2: key(world.player), 3: key(findEnemy(KIND.goblin)) };
  const checked = grant(
    world,
    { rules: [strikeRule({ data: energy, accounts })], uses: "unlimited" },
    { key: striker },
  );
  const rule = claimRule(world.owner.publicKey, { uses: 9, cap: claimCap(1_000n) });
  const counted = grant(world, { rules: [rule], uses: 9 }, { key: claimer });
  const send = (instruction: TransactionInstruction, signer: Keypair): SendResult => {
    world.svm.airdrop(signer.publicKey);
    const result = world.svm.send([instruction], [signer]);
    assert.ok(result.ok, result.logs.join("\n"));
    return result;
  };
  const { owner } = world;
  send(strikeFor(world, null, 5), owner);
  const without = send(strikeFor(world, checked, 5, { as: owner.publicKey }), owner);
  const check = send(strikeFor(world, checked, 5), striker);
  const claim = send(claimLootFor(world, counted, 10n), claimer);
  const line = new RegExp(`^Program ${world.programId.toBase58()} consumed (\\d+) of`);
  const consumed = claim.logs
    .map((log) => line.exec(log)?.[1])
    .find((units) => units !== undefined);
  assert.ok(consumed !== undefined);
  const row = (work: string, computeUnits: number, { bytes }: SendResult, named: number): Row => ({
    ...{ work, computeUnits, bytes, accounts: named, floor: null, ratio: null, rentLamports: null },
  });
  return [
    row("native-check", Number(check.computeUnits - without.computeUnits), check, 7),
    row("consume", Number(consumed), claim, 12),
  ];
}
