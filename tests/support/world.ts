// A small world to test in: the programs, an owner with a funded vault, and a thief.
import { createTransferInstruction } from "@solana/spl-token";
import type { PublicKey } from "@solana/web3.js";
import { Keypair, SystemProgram, type TransactionInstruction } from "@solana/web3.js";
import {
  VALETKEY_PROGRAM_ID,
  createVaultInstruction,
  findVault,
  findVaultConfig,
} from "@valetkey/sdk/layers";

import { floorProgram } from "./floor.js";
import { governorProgram } from "./governor.js";
import { hostileProgram } from "./hostile.js";
import { lendingProgram } from "./lending.js";
import { artifact, createSvm, type Svm } from "./svm.js";
import { installNativeMint } from "./token-states.js";
import { createMint, createTokenAccount } from "./token.js";

/** What a world's vault holds at the start. */
export interface Funds {
  readonly lamports: bigint;
  /** Base units of each of the two mints. */
  readonly tokens: bigint;
}

/** A world; tests pass it on, changed by spread where they lie (`{ ...world, vault: other }`). */
export interface World {
  readonly svm: Svm;
  readonly programId: PublicKey;
  readonly owner: Keypair;
  /** Where money must not go unless the terms say so; a funded key. */
  readonly thief: Keypair;
  readonly config: PublicKey;
  readonly vault: PublicKey;
  readonly mint: PublicKey;
  readonly otherMint: PublicKey;
  /** The vault's clean accounts of `mint` and `otherMint`. */
  readonly tokens: PublicKey;
  readonly otherTokens: PublicKey;
  /** The thief's empty accounts of the same. */
  readonly thiefTokens: PublicKey;
  readonly thiefOtherTokens: PublicKey;
  readonly funds: Funds;
}

/**
 * Starts a runtime with Valetkey and the fixtures, opens the owner's canonical vault and funds it.
 *
 * @example
 * const world = createWorld();
 * const session = grant(world, { rules: [solTransferRule()], limits: [{ asset: "SOL", total: 1_000n }] });
 * expectOk(execute(world, session, [sendSol(world, 1_000n)]));
 */
export function createWorld(
  options: {
    readonly funds?: Partial<Funds>;
    readonly owner?: Keypair;
    readonly index?: number;
  } = {},
): World {
  const programId = VALETKEY_PROGRAM_ID;
  const svm = createSvm({
    programs: [
      { address: programId, program: artifact("valetkey") },
      floorProgram(),
      hostileProgram(),
      governorProgram(),
      lendingProgram(),
    ],
  });
  installNativeMint(svm);
  const owner = options.owner ?? Keypair.generate();
  svm.airdrop(owner.publicKey);
  const { config, vault } = openVault({ svm, programId }, owner.publicKey, options.index);
  const funds = { lamports: 5_000_000_000n, tokens: 1_000_000_000n, ...options.funds };
  svm.airdrop(vault, funds.lamports);
  const thief = svm.fundedKeypair();
  const [mint, otherMint] = [createMint(svm), createMint(svm)];
  const account = (mint: PublicKey, holder: PublicKey, amount: bigint): PublicKey =>
    createTokenAccount(svm, { mint, owner: holder, amount });
  return {
    ...{ svm, programId, owner, thief, config, vault, mint, otherMint, funds },
    tokens: account(mint, vault, funds.tokens),
    otherTokens: account(otherMint, vault, funds.tokens),
    thiefTokens: account(mint, thief.publicKey, 0n),
    thiefOtherTokens: account(otherMint, thief.publicKey, 0n),
  };
}

/** Opens an owner's canonical vault, paid by the runtime's payer. */
export function openVault(
  world: Pick<World, "svm" | "programId">,
  owner: PublicKey,
  index = 0,
): { readonly config: PublicKey; readonly vault: PublicKey } {
  const { svm, programId } = world;
  const config = findVaultConfig({ owner, index, programId });
  const payer = svm.payer.publicKey;
  svm.mustSend([createVaultInstruction({ programId, payer, config, owner, index })]);
  return { config, vault: findVault({ config, programId }) };
}

/** System `Transfer` from the vault, to the thief unless said otherwise. */
export function sendSol(
  world: Pick<World, "vault" | "thief">,
  lamports: bigint,
  to: PublicKey = world.thief.publicKey,
): TransactionInstruction {
  return SystemProgram.transfer({ fromPubkey: world.vault, toPubkey: to, lamports });
}

/** Token `Transfer` of `mint` from the vault's account, to the thief's unless said otherwise. */
export function sendTokens(
  world: Pick<World, "vault" | "tokens" | "thiefTokens">,
  amount: bigint,
  to: PublicKey = world.thiefTokens,
): TransactionInstruction {
  return createTransferInstruction(world.tokens, to, world.vault, amount);
}
