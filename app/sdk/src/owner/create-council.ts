import { Keypair, type Connection, type PublicKey } from "@solana/web3.js";

import { findCouncil, findVault, VALETKEY_PROGRAM_ID } from "../addresses.js";
import { createCouncilInstruction } from "../codec/index.js";
import type { Line } from "../grant/describe.js";
import type { Landed } from "../send/index.js";
import { clusterCheck } from "./cluster.js";
import { sendAsOwner, type CallOptions } from "./context.js";
import { createOwner, type Owner } from "./create-owner.js";
import { checkOwners, ownersWarnings, type OwnersInput } from "./owners.js";
import { toOwnerWallet, type WalletLike } from "./wallet.js";

/** A council that was opened, in the hands of the wallet that opened it. */
export interface Council extends Owner {
  /** The key that gave the council its address. It has no authority. */
  readonly base: PublicKey;
  /** The transaction that opened it. */
  readonly created: Landed;
  /** What the owners should know about these numbers, in words. */
  readonly warnings: readonly Line[];
}

/**
 * Opens a vault with several owners, of whom a threshold approves each act. The wallet pays, whether it is an owner or not; the owners
 * don't sign: being named proves nothing. Tell them `council.config`, they open it with `createOwner({ config })`.
 *
 * @throws ValetkeyError `BadThreshold`, `TimelockTooLong`, `DuplicateOwner`, `BadOwner`, before anything is sent.
 * @example
 * const council = await createCouncil({ connection, wallet, owners: [wallet.publicKey, alice, bob], threshold: 2 });
 * for (const { text } of council.warnings) show(text, "warning");
 */
export async function createCouncil(
  input: {
    readonly connection: Connection;
    readonly wallet: WalletLike;
    /** Signs once, and is never needed again; left out, a fresh one. */
    readonly base?: Keypair;
    /** Wallets of further owners, for the acts of the returned object. */
    readonly cosigners?: readonly WalletLike[];
    readonly programId?: PublicKey;
  } & OwnersInput &
    CallOptions,
): Promise<Council> {
  const { connection, base = Keypair.generate(), programId = VALETKEY_PROGRAM_ID } = input;
  const config = findCouncil({ base: base.publicKey, programId });
  const vault = findVault({ config, programId });
  const wanted = checkOwners(input, { config, vault });
  const wallet = toOwnerWallet(input.wallet);
  const checkCluster = clusterCheck(connection, programId);
  const place = { connection, programId, wallet, vaultIndex: null, config, vault, checkCluster };
  const context = { ...place, cosigners: [toOwnerWallet(base)] };
  const payer = wallet.publicKey;
  const addresses = { programId, payer, base: base.publicKey, config };
  const open = createCouncilInstruction({ ...addresses, ...wanted });
  const created = await sendAsOwner(context, { instructions: [open] }, input);
  const { cosigners = [] } = input;
  const owner = createOwner({
    ...{ connection, wallet: input.wallet, cosigners, config, programId },
  });
  return { ...owner, base: base.publicKey, created, warnings: ownersWarnings(wanted) };
}
