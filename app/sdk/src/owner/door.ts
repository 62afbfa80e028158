import type { PublicKey } from "@solana/web3.js";

import type { VaultConfig } from "../codec/index.js";
import { refusal, ValetkeyError } from "../errors/index.js";
import { readConfig, type OwnerContext } from "./context.js";

/** An owner's context with the owners who sign the act. */
export interface ActingContext extends OwnerContext {
  /** As many as the threshold asks, the wallet first where it is an owner. */
  readonly owners: readonly PublicKey[];
  /** The vault config as it is now, null when it was never opened. */
  readonly state: VaultConfig | null;
}

const BY_PROPOSAL =
  "Use owner.propose.… and let the other owners approve, or give their wallets in cosigners.";

/**
 * Finds the owners whose signatures an act can carry at once.
 *
 * @throws ValetkeyError `TimelockRequiresProposal`, `NotAnOwner`, `ThresholdNotMet`: the act must go through a proposal;
 * `VaultNotFound` for a council that doesn't exist.
 */
export async function openDoor(context: OwnerContext): Promise<ActingContext> {
  return doorOf(context, await readConfig(context));
}

/** The same with a config that was read already. */
export function doorOf(context: OwnerContext, state: VaultConfig | null): ActingContext {
  const { wallet } = context;
  if (state === null) {
    refuseMissing(context);
    return { ...context, state, owners: [wallet.publicKey] };
  }
  const { threshold, timelockSeconds } = state;
  if (timelockSeconds > 0) {
    const detail = `It waits ${timelockSeconds.toString()} seconds. ${BY_PROPOSAL}`;
    throw new ValetkeyError(
      "TimelockRequiresProposal",
      refusal("TimelockRequiresProposal", { asked: BigInt(timelockSeconds), left: 0n, detail }),
    );
  }
  const present = presentOwners(context, state);
  if (present.length === 0) {
    const detail = `${wallet.publicKey.toBase58()} isn't one, and none is among the cosigners.`;
    throw new ValetkeyError("NotAnOwner", refusal("NotAnOwner", { detail }));
  }
  if (present.length < threshold) {
    const numbers = { asked: BigInt(threshold), left: BigInt(present.length) };
    const context = refusal("ThresholdNotMet", { ...numbers, detail: BY_PROPOSAL });
    throw new ValetkeyError("ThresholdNotMet", context);
  }
  return { ...context, state, owners: present.slice(0, threshold) };
}

/** The owners among the wallet and its cosigners. */
export function presentOwners(
  { wallet, cosigners }: OwnerContext,
  { owners }: VaultConfig,
): readonly PublicKey[] {
  return [wallet, ...cosigners]
    .map(({ publicKey }) => publicKey)
    .filter((key) => owners.includes(key.toBase58()));
}

/** Refuses a council that doesn't exist; a canonical vault is opened by the first act. */
export function refuseMissing({ vaultIndex, config }: OwnerContext): void {
  if (vaultIndex !== null) return;
  throw new ValetkeyError("VaultNotFound", { config: config.toBase58() });
}
