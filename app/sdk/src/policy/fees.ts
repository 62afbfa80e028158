// The fee budget: what the program may pay to the sponsor of the terms.
import type { PlanData, SessionAccount } from "../codec/types.js";
import { refused, type ValetkeyError } from "../errors/error.js";
import type { PlanAccount } from "./accounts.js";

/** The error with which the program would refuse a plan's fee, or null. Whether the sponsor signs counts where it is known. */
export function feeRefusal(
  session: Pick<SessionAccount, "feeBudget" | "feesPaid">,
  fee: PlanData["fee"],
  accounts: readonly PlanAccount[],
): ValetkeyError<"FeeRefused"> | null {
  if (fee === undefined) return null;
  const { feeBudget, feesPaid } = session;
  const asked = fee.lamports;
  if (feeBudget === null) return refused("FeeRefused", { asked, left: 0n });
  const unspent = feeBudget.total - feesPaid;
  const left = unspent < feeBudget.perExecute ? unspent : feeBudget.perExecute;
  const account = accounts[fee.account];
  const sponsored =
    account?.address === feeBudget.sponsor && account.writable && account.signer !== false;
  if (sponsored && asked <= left) return null;
  return refused("FeeRefused", { asked, left: left < 0n ? 0n : left });
}
