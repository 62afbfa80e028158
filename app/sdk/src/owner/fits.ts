import { SystemProgram, type AddressLookupTableAccount } from "@solana/web3.js";

import { isValetkeyError } from "../errors/index.js";
import { MAX_COMPUTE_UNITS } from "../send/simulate.js";
import { compileTransaction } from "../transaction/index.js";
import { spell, type OwnerAct } from "./act.js";
import type { OwnerContext } from "./context.js";

/** True when an act fits one transaction; `tables` must be usable. */
export function fits(
  context: OwnerContext,
  act: OwnerAct,
  tables: readonly AddressLookupTableAccount[],
): boolean {
  try {
    compileTransaction({
      payer: context.wallet.publicKey,
      ...spell(context, act, tables),
      blockhash: SystemProgram.programId.toBase58(),
      computeUnitLimit: MAX_COMPUTE_UNITS,
    });
    return true;
  } catch (error) {
    if (isValetkeyError(error, "TransactionTooLarge") || isValetkeyError(error, "TooManyLocks"))
      return false;
    throw error;
  }
}
