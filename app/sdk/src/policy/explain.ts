// Says beforehand what the program would say to a plan, as far as the terms alone decide.
import type { Address } from "../codec/address.js";
import type { PlanData, PlanInner, SessionAccount, SessionLimit } from "../codec/types.js";
import { isValetkeyError, refusalOf, refused, type ValetkeyError } from "../errors/error.js";
import { factOf, type AccountView, type PlanAccount } from "./accounts.js";
import { feeRefusal } from "./fees.js";
import { limitRefusal, settleLimit } from "./limits.js";
import { liveRefusal } from "./live.js";
import { matchInner } from "./match.js";
import {
  checkExtensions,
  checkGuards,
  checkPins,
  checkPositionKeys,
  countRules,
} from "./plan-checks.js";
import { authorityOf, readTokenAccount } from "./token-account.js";
import type { Visible } from "./typed.js";

/** How a rule is used. */
export type Door = "execute" | "native";

/**
 * The doors of rules, by their positions in a session's terms.
 *
 * @example
 * ```ts
 * const doors = doorsOf(sessionAccount, [0, 0, 1]);
 * ```
 */
export function doorsOf(
  { rules }: Pick<SessionAccount, "rules">,
  used: readonly number[],
): readonly Door[] {
  return used.map((rule) => (rules[rule]?.mode === "native" ? "native" : "execute"));
}

/** The answer to a plan. */
export interface Verdict {
  /** `depends`: the terms don't forbid it, but amounts or accounts that aren't known decide. */
  readonly allowed: "yes" | "no" | "depends";
  /** The rule of each instruction, by position in the terms. */
  readonly rules: readonly number[];
  /** By which door each of them is used: inside `execute`, or sent as it is to a program that checks the session itself. */
  readonly doors: readonly Door[];
  /** Why not, with the program's own name for it. */
  readonly reason?: ValetkeyError;
  /** Accounts to read for a surer answer. */
  readonly unknown: readonly Address[];
  /** What would be left, counting what can be seen; null when refused. */
  readonly after: {
    readonly uses: number | "unlimited";
    readonly limits: readonly SessionLimit[];
    /** Lamports that the fee budget still has; null without one. */
    readonly fees?: bigint | null;
  } | null;
}

/** A plan, and what is known when it would run. */
export interface ExplainPlanInput {
  readonly session: SessionAccount;
  readonly plan: PlanData;
  /** All accounts of `execute`, from index 0 (the session key) on. */
  readonly accounts: readonly PlanAccount[];
  readonly programId: { toString(): string };
  /** Unix seconds of the chain. */
  readonly now: bigint;
  /** The config's epoch; left out, it isn't checked. */
  readonly epoch?: bigint;
}

/**
 * What the program would answer: window, guards, uses, rules, constraints, and amounts that typed instructions show. Never sends
 * anything, never throws for a refused plan.
 *
 * @example
 * ```ts
 * const verdict = explainPlan({ session: sessionAccount, plan, accounts, programId, now });
 * if (verdict.allowed === "no") console.log(verdict.reason?.message);
 * ```
 */
export function explainPlan(input: ExplainPlanInput): Verdict {
  const rules = input.plan.inner.map(({ rule }) => rule);
  const doors = doorsOf(input.session, rules);
  try {
    return { rules, doors, ...judge(input) };
  } catch (reason) {
    if (!isValetkeyError(reason)) throw reason;
    return { allowed: "no", rules, doors, reason, unknown: [], after: null };
  }
}

function judge(input: ExplainPlanInput): Pick<Verdict, "allowed" | "unknown" | "after"> {
  const { session, plan, accounts, now, epoch } = input;
  const dead = liveRefusal({ session, now, ...(epoch === undefined ? {} : { epoch }) });
  if (dead !== null) throw dead;
  checkGuards(session, plan);
  const view: AccountView = {
    ...{ accounts, vault: session.vault, programId: input.programId.toString() },
    ...{ terms: session, positionKeys: (plan.positionKeys ?? []).map(({ account }) => account) },
  };
  const fee = feeRefusal(session, plan.fee, accounts);
  if (fee !== null) throw fee;
  checkPositionKeys(session, plan, accounts);
  const unknown: Address[] = [];
  const spent = new Map<SessionLimit, bigint>();
  let sure = plan.minReceive === undefined;
  for (const [index, inner] of plan.inner.entries()) {
    const where = { inner: index, rule: inner.rule };
    const rule = session.rules[inner.rule];
    if (rule === undefined) throw refused("RuleOutOfRange", where);
    const match = matchInner({ rule, inner, view });
    if (match.verdict === "no") {
      throw refused(match.refused.code, { ...match.refused.context, ...where });
    }
    const { visible } = match;
    if (visible !== null) spend({ session, spent, visible, now, where });
    unknown.push(...match.unknown);
    const measured = match.typed === null && touchesHoldings(inner, view);
    sure &&= match.verdict === "yes" && rule.floor === null && !measured;
    if (index > 0) continue;
    // The program counts, looks at pins and at extensions once, between judging the first instruction and running it.
    countRules(session, plan);
    const unread = checkPins(session, plan, view);
    sure &&= unread.length === 0;
    unknown.push(...unread);
    checkExtensions(session, accounts);
  }
  const uses = session.uses === "unlimited" ? session.uses : session.uses - session.usesSpent - 1;
  const limits = session.limits.map((limit) =>
    settleLimit({ limit, outflow: spent.get(limit) ?? 0n, now, startsAt: session.startsAt }),
  );
  return {
    allowed: sure ? "yes" : "depends",
    unknown: [...new Set(unknown)],
    after: { uses, limits, fees: feesLeft(session, plan) },
  };
}

function feesLeft({ feeBudget, feesPaid }: SessionAccount, { fee }: PlanData): bigint | null {
  return feeBudget === null ? null : feeBudget.total - feesPaid - (fee?.lamports ?? 0n);
}

function spend(input: {
  readonly session: SessionAccount;
  readonly spent: Map<SessionLimit, bigint>;
  readonly visible: Visible;
  readonly now: bigint;
  readonly where: { readonly inner: number; readonly rule: number };
}): void {
  const { session, spent, visible, now, where } = input;
  const { asset, source, amount: more } = visible;
  const index = session.limits.findIndex((one) => one.asset === asset && one.source === source);
  const limit = session.limits[index];
  if (limit === undefined) throw refused("NoLimit", { ...where, asked: more, left: 0n });
  const spentInThisExecute = spent.get(limit) ?? 0n;
  const { startsAt } = session;
  const refusal = limitRefusal({ limit, spentInThisExecute, more, now, startsAt });
  if (refusal !== null) {
    const { asked, left } = refusalOf(refusal) ?? { asked: null, left: null };
    const found = { ...where, subject: "limit", index, asked, left } as const;
    if (refusal.code === "LimitPerExecuteExceeded") throw refused(refusal.code, found);
    if (refusal.code === "LimitPerPeriodExceeded") throw refused(refusal.code, found);
    if (refusal.code === "LimitTotalExceeded") throw refused(refusal.code, found);
    throw refusal;
  }
  spent.set(limit, spentInThisExecute + more);
}

/** True when the call could move the vault's holdings: it gets the vault or a token account of it writable, or may. */
function touchesHoldings(inner: PlanInner, view: AccountView): boolean {
  return inner.accounts.some((index) => {
    const account = view.accounts[index];
    if (account === undefined || !account.writable) return false;
    if (account.address === view.vault) return true;
    const fact = factOf(account);
    if (fact === undefined) return true;
    const token = readTokenAccount(fact);
    if (token === null) return false;
    return authorityOf(token, view.vault) !== "none";
  });
}
