// What the program asks of a plan as a whole, beside judging each of its instructions.
import type { Address } from "../codec/address.js";
import { MAX_POSITION_KEYS, SYSTEM_PROGRAM } from "../codec/constants.js";
import type { PlanData, SessionAccount } from "../codec/types.js";
import { refused } from "../errors/error.js";
import { factOf, type AccountView, type PlanAccount } from "./accounts.js";
import { createCaps } from "./caps.js";
import { refusedExtension } from "./extensions.js";
import { acceptOnce } from "./limits.js";
import { pinHolds } from "./pin.js";
import { authorityOf, readTokenAccount } from "./token-account.js";

/** Plan length, guards and the session's uses. */
export function checkGuards(session: SessionAccount, plan: PlanData): void {
  const { once, seq, grant } = plan;
  if (plan.inner.length === 0) throw refused("EmptyPlan");
  if (plan.inner.length > 16) throw refused("TooManyInner");
  if (seq !== undefined && seq !== session.seq) {
    throw refused("SeqMismatch", { asked: seq, left: session.seq });
  }
  if (grant !== undefined && grant !== session.grantId) throw refused("GrantMismatch");
  if (once !== undefined && acceptOnce(session, once) === null) {
    throw refused("AlreadyExecuted", { asked: once, left: session.onceHighest });
  }
  if (session.uses !== "unlimited" && session.usesSpent >= session.uses) {
    throw refused("UsesSpent", { asked: 1n, left: 0n });
  }
}

/** Uses and caps of the plan's rules, counted from its first instruction to its last. */
export function countRules(session: SessionAccount, { inner: list }: PlanData): void {
  const caps = createCaps(session.rules);
  const uses = session.rules.map(({ usesSpent }) => usesSpent);
  for (const [index, inner] of list.entries()) {
    const where = { inner: index, rule: inner.rule };
    const rule = session.rules[inner.rule];
    if (rule === undefined) throw refused("RuleOutOfRange", where);
    const used = (uses[inner.rule] ?? 0) + 1;
    if (rule.uses !== null && used > rule.uses) {
      throw refused("RuleUsesSpent", { ...where, asked: 1n, left: 0n });
    }
    uses[inner.rule] = used;
    const capped = caps.spend(inner);
    if (capped !== null) throw refused(capped.code, { ...capped.context, ...where });
  }
}

/** Pins of the plan's rules; returns the accounts that nobody read. */
export function checkPins(
  session: SessionAccount,
  plan: PlanData,
  view: AccountView,
): readonly Address[] {
  return plan.inner.flatMap((inner, index): readonly Address[] => {
    const pin = session.rules[inner.rule]?.pin ?? null;
    if (pin === null) return [];
    const found = pinHolds(pin, inner.program, view);
    // Nothing that runs inside may deploy the program anew.
    const inside = plan.inner.some(({ accounts }) =>
      accounts.some((at) => view.accounts[at]?.address === pin.programData),
    );
    if (found.holds === false || inside) {
      throw refused("ProgramChanged", { inner: index, rule: inner.rule });
    }
    return found.unread;
  });
}

/** Position keys are named in the plan, at most eight, and are empty before it. */
export function checkPositionKeys(
  session: SessionAccount,
  { positionKeys = [] }: PlanData,
  accounts: readonly PlanAccount[],
): void {
  if (positionKeys.length === 0) return;
  if (!session.positionKeys || positionKeys.length > MAX_POSITION_KEYS) {
    throw refused("PositionKeyRefused");
  }
  for (const { account: index } of positionKeys) {
    const account = accounts[index];
    const fact = account === undefined ? undefined : factOf(account);
    const taken = fact !== undefined && (fact.owner !== SYSTEM_PROGRAM || fact.data.length > 0);
    if (account === undefined || taken) {
      throw refused("PositionKeyRefused", { subject: "account", index });
    }
  }
}

/** A token account that the program watches may only have extensions that the terms allow. */
export function checkExtensions(session: SessionAccount, accounts: readonly PlanAccount[]): void {
  for (const [index, account] of accounts.entries()) {
    const fact = factOf(account);
    const token = fact === undefined ? null : readTokenAccount(fact);
    if (fact === undefined || token === null || authorityOf(token, session.vault) === "none")
      continue;
    const number = refusedExtension(fact.data, session.extensions);
    if (number === null) continue;
    const asked = BigInt(number);
    throw refused("ExtensionRefused", { subject: "account", index, asked });
  }
}
