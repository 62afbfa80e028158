// The accounts of an inner instruction, position by position.
import type { Address } from "../codec/address.js";
import { SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, TOKEN_PROGRAM } from "../codec/constants.js";
import type { AccountConstraint, PlanInner, RuleData } from "../codec/types.js";
import type { ProgramErrorCode } from "../errors/codes.js";
import { factOf, isProtected, type AccountView, type Maybe, type PlanAccount } from "./accounts.js";
import { isClean, readTokenAccount } from "./token-account.js";
import { ownAccounts } from "./typed-accounts.js";
import { vaultPositions, type Typed } from "./typed.js";

/** What walking the positions found: a refusal, or the accounts that nobody read. */
export type Positions =
  | { readonly code: ProgramErrorCode; readonly at: number }
  | { readonly unknown: readonly Address[] };

/** Each account of an inner instruction against its constraint, or against what may stand without one. */
export function checkPositions(
  rule: RuleData,
  inner: PlanInner,
  view: AccountView,
  typed: Typed | null,
): Positions {
  const unknown: Address[] = [];
  const byPosition = new Map(rule.accounts.map((constraint) => [constraint.position, constraint]));
  const allowed = typed === null ? [] : vaultPositions(typed);
  // Beyond what a decoder knows come the accounts of a transfer hook.
  const decoded = typed === null ? 0 : ownAccounts(typed);
  for (const [at, index] of inner.accounts.entries()) {
    const account = view.accounts[index];
    if (account === undefined) return { code: "IndexOutOfRange", at };
    if (isProtected(view, index)) return { code: "ForbiddenAccount", at };
    const constraint = byPosition.get(at);
    byPosition.delete(at);
    if (constraint !== undefined) {
      const held = roleHolds(constraint, index, rule, view);
      if (typeof held === "string") return { code: held, at };
      if (held === false) return { code: "AccountConstraintFailed", at };
      if (held === null) unknown.push(account.address);
      continue;
    }
    if (account.address === view.vault) {
      if (!allowed.includes(at)) return { code: "VaultNotAllowed", at };
    } else if (at >= decoded && !rule.unbound) {
      const bound = mayStandUnbound(account, view, typed === null);
      if (bound === false) return { code: "UnboundPosition", at };
      if (bound === null) unknown.push(account.address);
    }
  }
  const [missing] = [...byPosition.keys()].sort((a, b) => a - b);
  if (missing !== undefined) return { code: "AccountConstraintFailed", at: missing };
  return { unknown };
}

/** Without a constraint: neither writable nor executable, or (for `tokens`) a clean account of the vault. */
function mayStandUnbound(account: PlanAccount, view: AccountView, tokens: boolean): Maybe {
  const fact = factOf(account);
  if (!tokens && account.writable) return false;
  if (fact === undefined) return null;
  if (!account.writable && !fact.executable) return true;
  if (!tokens) return false;
  const token = readTokenAccount(fact);
  return token !== null && isClean(token, view.vault);
}

function roleHolds(
  constraint: AccountConstraint,
  index: number,
  rule: RuleData,
  view: AccountView,
): Maybe | ProgramErrorCode {
  const account = view.accounts[index];
  if (account === undefined) return false;
  if (account.address === view.vault) {
    return constraint.kind === "vault" ? true : "VaultNotAllowed";
  }
  const fact = factOf(account);
  switch (constraint.kind) {
    case "key":
      return account.address === constraint.key;
    case "set":
      return constraint.keys.includes(account.address);
    case "vault":
      return false;
    case "any":
      return true;
    case "positionKey": {
      if (!view.positionKeys.includes(index)) return "PositionKeyRefused";
      if (fact === undefined) return null;
      const fresh = fact.owner === SYSTEM_PROGRAM && fact.data.length === 0;
      return fresh ? true : "PositionKeyRefused";
    }
    case "programOwned": {
      if (fact === undefined) return null;
      const never = [SYSTEM_PROGRAM, TOKEN_PROGRAM, TOKEN_2022_PROGRAM];
      return fact.owner === rule.program && !never.includes(fact.owner);
    }
    case "vaultToken":
    case "ownerToken": {
      if (fact === undefined) return null;
      const token = readTokenAccount(fact);
      if (token === null || (constraint.mint !== null && token.mint !== constraint.mint))
        return false;
      return constraint.kind === "vaultToken"
        ? isClean(token, view.vault)
        : token.owner === constraint.owner;
    }
  }
}
