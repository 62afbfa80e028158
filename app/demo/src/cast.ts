// The owner's side: a wallet that counts how often it is asked to sign, a vault that keeps a player, and the main session.
import { Keypair, type PublicKey, type VersionedTransaction } from "@solana/web3.js";
import {
  createOwner,
  keyFromSeed,
  type Owner,
  type Session,
  type SessionEvent,
  type Terms,
} from "@valetkey/sdk";

import type { Network } from "./network.js";
import { movesOf } from "./play.js";
import type { Stage } from "./stage.js";

/** The owner, and how often the wallet was asked. */
export interface CountingOwner extends Owner {
  readonly signatures: () => number;
}

/** A session and its key: as the client's session object, and as a thief would hold it. */
export interface Granted {
  readonly session: Session;
  readonly keypair: Keypair;
  /** Size of the transaction that granted it. */
  readonly bytes: number;
}

/** An owner whose wallet counts. */
export function countingOwner(network: Network, keypair: Keypair): CountingOwner {
  let signatures = 0;
  const wallet = {
    publicKey: keypair.publicKey,
    signTransaction: <T>(transaction: T): Promise<T> => {
      signatures += 1;
      (transaction as VersionedTransaction).sign([keypair]);
      return Promise.resolve(transaction);
    },
  };
  const owner = createOwner({ connection: network.connection, wallet });
  return { ...owner, signatures: () => signatures };
}

/** Before the story begins: the owner has a vault, and in it a player of the game. */
export async function openVaultWithPlayer(owner: Owner, stage: Stage): Promise<PublicKey> {
  await owner.deposit({ amounts: [{ asset: "SOL", amount: 10_000_000n }] });
  await owner.execute({ instructions: [await movesOf(stage, owner.vault).createPlayer()] });
  return owner.vault;
}

/** Asks the owner for a session with a fresh key. */
export async function grantSession(
  owner: Owner,
  request: { readonly terms: Terms } & Pick<Parameters<Owner["session"]>[0], "deposit" | "fees">,
): Promise<Granted> {
  const keypair = Keypair.generate();
  let bytes = 0;
  const onEvent = (event: SessionEvent): void => {
    if (event.type === "signed" && bytes === 0) bytes = event.bytes;
  };
  const key = keyFromSeed({ seed: keypair.secretKey.slice(0, 32) });
  const session = await owner.session({ ...request, key, onEvent });
  return { session, keypair, bytes };
}
