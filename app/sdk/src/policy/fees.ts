// The fee budget: what the program may pay to the sponsor of the terms.
import { SYSTEM_PROGRAM } from "../codec/constants.js";
import type { PlanData, SessionAccount } from "../codec/types.js";
import { refused, type ValetkeyError } from "../errors/error.js";
import type { PlanAccount } from "./accounts.js";

/** Index of the vault among the accounts of `execute`. */
const VAULT = 3;

/**
 * The error with which the program would refuse a plan's fee, or null: there is a budget with so much left, the payee is the
 * sponsor, signed and writable, and vault and System program are there to pay. Who signs counts where it is known.
 */
export function feeRefusal(
  session: Pick<SessionAccount, "feeBudget" | "feesPaid">,
  fee: PlanData["fee"],
  accounts: readonly PlanAccount[],
): ValetkeyError<"FeeRefused" | "MissingAccount"> | null {
  if (fee === undefined) return null;
  const { feeBudget, feesPaid } = session;
  const asked = fee.lamports;
  if (feeBudget === null) return refused("FeeRefused", { asked });
  const at = (index: number) => refused("FeeRefused", { subject: "account", index });
  const payee = accounts[fee.account];
  const isPayee = payee?.address === feeBudget.sponsor && payee.writable && payee.signer !== false;
  if (!isPayee) return at(fee.account);
  if (accounts[VAULT]?.writable !== true) return at(VAULT);
  if (!accounts.some(({ address }) => address === SYSTEM_PROGRAM)) return refused("MissingAccount");
  const unspent = feeBudget.total - feesPaid;
  const left = unspent < feeBudget.perExecute ? unspent : feeBudget.perExecute;
  return asked <= left ? null : refused("FeeRefused", { asked, left: left < 0n ? 0n : left });
}
