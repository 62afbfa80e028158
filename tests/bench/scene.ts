// The scene that every figure is measured in: a session with four rules (account and data constraints), limits on SOL and one mint in
// total, per execute and per period, a use count, an expiry. Keys are fixed, and chosen so that each search for a bump ends at once.
import { createHash } from "node:crypto";

import { createTransferCheckedInstruction } from "@solana/spl-token";
import { Keypair, PublicKey, type TransactionInstruction } from "@solana/web3.js";
import { VALETKEY_PROGRAM_ID, findSession } from "@valetkey/sdk/layers";

import { FLOOR, floorVault } from "../support/floor.js";
import { HOSTILE } from "../support/hostile.js";
import {
  key,
  solTransferRule,
  tokenTransferCheckedRule,
  vault,
  type RuleSpec,
  type TermsSpec,
} from "../support/rules.js";
import { createTokenAccount } from "../support/token.js";
import { createWorld, sendSol, type World } from "../support/world.js";

/** World, keys and terms of the benchmark. */
export interface Scene {
  readonly world: World;
  readonly sessionKey: Keypair;
  readonly terms: TermsSpec;
  /** One lamport transfer from the vault. */
  readonly sol: (from?: PublicKey) => TransactionInstruction;
  /** One TransferChecked from the vault. */
  readonly token: (from?: PublicKey) => TransactionInstruction;
  /** The floor program's vault and token account, funded alike. */
  readonly floor: { readonly vault: PublicKey };
}

const AMOUNT = 1_000n;
const DAY = 86_400;

/** A key from a text; the number in it was searched so that derived addresses have the highest bump. */
export const fixedKey = (text: string): Keypair =>
  Keypair.fromSeed(createHash("sha256").update(text).digest());

/** First key of a series for which `bumps` are all 255: a search for a bump then costs one try. */
function keyWithHighBumps(
  name: string,
  bumps: (candidate: PublicKey) => readonly number[],
): Keypair {
  for (let number = 0; ; number++) {
    const candidate = fixedKey(`valetkey bench ${name} ${number}`);
    if (bumps(candidate.publicKey).every((bump) => bump === 255)) return candidate;
  }
}

const bumpOf = (program: PublicKey, ...seeds: Uint8Array[]): [PublicKey, number] =>
  PublicKey.findProgramAddressSync(seeds, program);

/** Two rules of a game, as a studio writes them: an exact instruction, who plays, a bounded argument. */
function gameRule(number: number, player: PublicKey): RuleSpec {
  return {
    program: HOSTILE,
    discriminator: [number, 1, 2, 3, 4, 5, 6, 7],
    count: 3,
    accounts: { 0: vault, 1: key(player) },
    data: [{ offset: 8, from: "start", field: "u64", operator: "le", values: [100n] }],
  };
}

/** Builds the scene. */
export function createScene(): Scene {
  const program = VALETKEY_PROGRAM_ID;
  const owner = keyWithHighBumps("owner", (candidate) => {
    const seeds = [Buffer.from("vault-of"), candidate.toBytes(), Uint8Array.of(0)];
    const [config, bump] = bumpOf(program, ...seeds);
    return [bump, bumpOf(program, Buffer.from("vault"), config.toBytes())[1]];
  });
  const world = createWorld({ owner });
  const { svm, config, mint } = world;
  const sessionKey = keyWithHighBumps("session key", (candidate) => {
    const seeds = [Buffer.from("session"), config.toBytes(), candidate.toBytes()];
    return [
      bumpOf(program, ...seeds)[1],
      bumpOf(FLOOR, Buffer.from("vault"), candidate.toBytes())[1],
    ];
  });
  svm.airdrop(sessionKey.publicKey);
  const destination = world.thief.publicKey;
  const limit = {
    total: 1_000_000n,
    perExecute: 100_000n,
    perPeriod: { amount: 500_000n, seconds: DAY },
  };
  const atMost = (offset: number) =>
    [{ offset, from: "start", field: "u64", operator: "le", values: [10_000n] }] as const;
  const floor = { vault: floorVault(sessionKey.publicKey) };
  svm.airdrop(floor.vault, 5_000_000_000n);
  const floorTokens = createTokenAccount(svm, { mint, owner: floor.vault, amount: 1_000_000n });
  return {
    ...{ world, sessionKey, floor },
    terms: {
      rules: [
        { ...solTransferRule(destination), data: atMost(4) },
        { ...tokenTransferCheckedRule({ mint, to: destination }), data: atMost(1) },
        gameRule(1, destination),
        gameRule(2, destination),
      ],
      limits: [
        { asset: "SOL", ...limit },
        { asset: mint, ...limit },
      ],
      uses: 1_000,
    },
    sol: (from = world.vault) => sendSol({ ...world, vault: from }, AMOUNT),
    token: (from = world.vault) =>
      createTransferCheckedInstruction(
        from.equals(world.vault) ? world.tokens : floorTokens,
        mint,
        world.thiefTokens,
        from,
        AMOUNT,
        6,
      ),
  };
}

/** The session account that the scene's grant makes. */
export const sceneSession = (scene: Scene): PublicKey =>
  findSession({
    config: scene.world.config,
    sessionKey: scene.sessionKey.publicKey,
    programId: scene.world.programId,
  });
