// Lookup tables written straight into the runtime, also such that answer otherwise than the client was told.
import { AddressLookupTableAccount, AddressLookupTableProgram, PublicKey } from "@solana/web3.js";

import type { Svm } from "./svm.js";

const HEADER = 56;

/**
 * Puts a lookup table with `addresses` on chain and returns it as a client sees it. With `told`, the client is told other addresses
 * than those that are on chain.
 */
export function installLookupTable(
  svm: Svm,
  addresses: readonly PublicKey[],
  told: readonly PublicKey[] = addresses,
): AddressLookupTableAccount {
  const key = PublicKey.unique();
  const data = Buffer.alloc(HEADER + 32 * addresses.length);
  data.writeUInt32LE(1, 0);
  data.writeBigUInt64LE(0xffff_ffff_ffff_ffffn, 4); // not deactivated
  addresses.forEach((address, i) => address.toBuffer().copy(data, HEADER + 32 * i));
  const owner = AddressLookupTableProgram.programId;
  svm.setAccount(key, { lamports: svm.rent(data.length), data, owner });
  svm.setClock({ slot: 10n });
  return new AddressLookupTableAccount({
    key,
    state: {
      deactivationSlot: 0xffff_ffff_ffff_ffffn,
      lastExtendedSlot: 0,
      lastExtendedSlotStartIndex: 0,
      addresses: [...told],
    },
  });
}
