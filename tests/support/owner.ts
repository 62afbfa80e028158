// The owner's own acts on the vault.
import {
  SYSVAR_INSTRUCTIONS_PUBKEY,
  type Keypair,
  type TransactionInstruction,
} from "@solana/web3.js";
import { ownerExecuteInstruction } from "@valetkey/sdk/layers";

import { composeSteps } from "./plan.js";
import type { SendResult } from "./svm.js";

import type { World } from "./world.js";

/** How to run an owner's plan, where it isn't the usual way. */
export interface OwnerExecuteOptions {
  /** Who signs as owner; default: the world's owner. */
  readonly signer?: Keypair;
  /** The rule byte of each inner instruction; default 255. */
  readonly rule?: number;
  readonly tamper?: (instruction: TransactionInstruction) => TransactionInstruction;
}

/** The instruction that runs `instructions` with the vault's signature, on the owner's word. */
export function ownerInstruction(
  world: World,
  instructions: readonly TransactionInstruction[],
  options: OwnerExecuteOptions = {},
): TransactionInstruction {
  const { programId, config, vault } = world;
  const { signer = world.owner, rule = 255 } = options;
  const tamper = options.tamper ?? ((same: TransactionInstruction) => same);
  const fixed = [config, vault, SYSVAR_INSTRUCTIONS_PUBKEY, signer.publicKey];
  const steps = instructions.map((instruction) => ({ rule, instruction }));
  const { inner, accounts, fixedWritable } = composeSteps(steps, fixed);
  const owner = {
    pubkey: signer.publicKey,
    isSigner: true,
    isWritable: fixedWritable[3] ?? false,
  };
  return tamper(
    ownerExecuteInstruction({ programId, config, vault, inner, accounts: [owner, ...accounts] }),
  );
}

/** Runs `instructions` with the vault's signature, on the owner's word. */
export function ownerExecute(
  world: World,
  instructions: readonly TransactionInstruction[],
  options: OwnerExecuteOptions = {},
): SendResult {
  const instruction = ownerInstruction(world, instructions, options);
  const signer = options.signer ?? world.owner;
  return world.svm.send([instruction], [signer], { payer: world.svm.payer });
}
