// The accounts of a proposed plan. A proposal holds their hash alone; wherever they come from, the hash proves them.
import type { AccountMeta, Connection, PublicKey } from "@solana/web3.js";

import { instructionDiscriminator, ownersKeysHash } from "../codec/index.js";
import { sameBytes } from "../codec/bytes.js";

/** Where a plan belongs. */
export interface PlanPlace {
  readonly programId: PublicKey;
  readonly config: PublicKey;
  readonly vault: PublicKey;
  readonly proposal: PublicKey;
  readonly payer: PublicKey;
}

/** The hash that a proposal of a plan carries; `accounts` are those from index 4 on. */
export function planHash(place: PlanPlace, accounts: readonly AccountMeta[]): Uint8Array {
  const { config, vault, proposal, payer } = place;
  return ownersKeysHash([
    ...[config, vault, proposal, payer],
    ...accounts.map(({ pubkey }) => pubkey),
  ]);
}

/**
 * Looks for a plan's accounts in the transactions that wrote its proposal, where whoever proposed it mentions them. Null when the
 * ledger doesn't show them, or shows others than were hashed.
 */
export async function planAccounts(
  connection: Connection,
  place: PlanPlace,
  hash: Uint8Array,
): Promise<readonly AccountMeta[] | null> {
  try {
    const found = await mentioned(connection, place);
    return sameBytes(planHash(place, found), hash) ? found : null;
  } catch {
    // An endpoint without history: the caller must be told the accounts.
    return null;
  }
}

/** Accounts of the proposal's own that stand before those it mentions. */
const WRITING: readonly (readonly [Uint8Array, number])[] = [
  [instructionDiscriminator("propose"), 4],
  [instructionDiscriminator("append_proposal"), 3],
];

async function mentioned(
  connection: Connection,
  { programId, proposal }: PlanPlace,
): Promise<readonly AccountMeta[]> {
  const signatures = await connection.getSignaturesForAddress(proposal, {}, "confirmed");
  const parts: { readonly offset: number; readonly metas: readonly AccountMeta[] }[] = [];
  for (const { signature, err } of signatures) {
    if (err !== null) continue;
    const landed = await connection.getTransaction(signature, {
      commitment: "confirmed",
      maxSupportedTransactionVersion: 0,
    });
    if (landed?.meta == null) continue;
    const { message } = landed.transaction;
    const { loadedAddresses } = landed.meta;
    const keys = message.getAccountKeys(
      loadedAddresses == null ? undefined : { accountKeysFromLookups: loadedAddresses },
    );
    for (const { programIdIndex, accountKeyIndexes, data } of message.compiledInstructions) {
      if (keys.get(programIdIndex)?.equals(programId) !== true) continue;
      const head = data.slice(0, 8);
      const own = WRITING.find(([discriminator]) => sameBytes(discriminator, head))?.[1];
      const at = accountKeyIndexes[2];
      if (own === undefined || at === undefined || keys.get(at)?.equals(proposal) !== true)
        continue;
      const metas = accountKeyIndexes.slice(own).flatMap((index) => {
        const pubkey = keys.get(index);
        const isWritable = message.isAccountWritable(index);
        return pubkey === undefined ? [] : [{ pubkey, isSigner: false, isWritable }];
      });
      const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
      parts.push({ offset: own === 4 ? 0 : view.getUint32(8, true), metas });
    }
  }
  parts.sort((a, b) => a.offset - b.offset);
  return parts.flatMap(({ metas }) => metas);
}
