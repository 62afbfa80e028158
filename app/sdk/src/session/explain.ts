import type { TransactionInstruction } from "@solana/web3.js";

import type { SessionAccount } from "../codec/index.js";
import type { ComposedTransaction } from "../compose/index.js";
import { isValetkeyError } from "../errors/index.js";
import { doorsOf, explainPlan, liveRefusal, type Verdict } from "../policy/index.js";
import { rpc } from "../send/rpc.js";
import { MAX_COMPUTE_UNITS, simulate } from "../send/simulate.js";
import { composeSurely } from "./compose.js";
import type { SessionContext } from "./context.js";
import { prepare, type InnerOptions, type SendOptions, type SessionParts } from "./send.js";
import type { SessionState } from "./state.js";

/** What is to be explained. */
export interface ExplainInput extends Pick<SendOptions, "lookupTables" | "minReceive"> {
  readonly instructions: readonly TransactionInstruction[];
  /** Runs it without landing it, so that "depends" becomes yes or no. */
  readonly simulate?: boolean;
}

/** Says whether the session would run these instructions, and what would be left. Sends nothing. */
export async function explain(parts: SessionParts, input: ExplainInput): Promise<Verdict> {
  const { context, store, positionKeys } = parts;
  const state = await store.refresh();
  try {
    if (state.account === null)
      return await refusedBy(() => prepare(parts, input.instructions, input));
    const request = { ...input, positionKeys: positionKeys() };
    const composed = await composeSurely(context, state.account, request, true);
    const verdict = explainSteps(context, { ...state, account: state.account }, composed);
    if (input.simulate !== true || verdict.allowed === "no") return verdict;
    const reason = await refusedBy(() => simulateInstructions(parts, input.instructions, input));
    return reason.allowed === "no" ? reason : { ...verdict, allowed: "yes", unknown: [] };
  } catch (error) {
    return verdictOf(error);
  }
}

/** The verdict over all executes of a transaction, one after the other. What a native instruction does, its game decides. */
function explainSteps(
  { programId }: SessionContext,
  { account, config, now }: SessionState & { readonly account: SessionAccount },
  { steps, natives }: ComposedTransaction,
): Verdict {
  const epoch = config === null ? {} : { epoch: config.epoch };
  const dead = liveRefusal({ session: account, now, ...epoch });
  const rules = steps.flatMap((step) =>
    step.kind === "native" ? [step.call.rule] : step.run.inner.map(({ rule }) => rule),
  );
  const doors = doorsOf(account, rules);
  if (dead !== null) return { ...verdictOf(dead), rules, doors };
  let session = account;
  let sure = natives.length === 0;
  const unknown = new Set<string>();
  for (const step of steps) {
    if (step.kind === "native") continue;
    const { plan, planAccounts: accounts } = step.run;
    const verdict = explainPlan({ session, plan, accounts, programId, now, ...epoch });
    if (verdict.allowed === "no" || verdict.after === null) return { ...verdict, rules, doors };
    sure &&= verdict.allowed === "yes";
    for (const address of verdict.unknown) unknown.add(address);
    session = { ...session, usesSpent: session.usesSpent + 1, limits: verdict.after.limits };
  }
  const uses = session.uses === "unlimited" ? session.uses : session.uses - session.usesSpent;
  const after = { uses, limits: session.limits };
  return { allowed: sure ? "yes" : "depends", rules, doors, unknown: [...unknown], after };
}

/** Composes and runs instructions without landing them. */
export async function simulateInstructions(
  parts: SessionParts,
  instructions: readonly TransactionInstruction[],
  options: InnerOptions,
) {
  const { context, numbers } = parts;
  const { connection, programId, key } = context;
  const { compile, composed } = await prepare(parts, instructions, options);
  const { blockhash } = await rpc("getLatestBlockhash", () =>
    connection.getLatestBlockhash("confirmed"),
  );
  const once = composed.runs.length === 0 ? null : await numbers.next();
  const copy = { blockhash, computeUnitLimit: MAX_COMPUTE_UNITS, simulation: true };
  const { transaction } = compile({ ...copy, once });
  return await simulate({ connection, transaction, programId, payer: key.publicKey });
}

async function refusedBy(work: () => Promise<unknown>): Promise<Verdict> {
  try {
    await work();
    return { allowed: "yes", rules: [], doors: [], unknown: [], after: null };
  } catch (error) {
    return verdictOf(error);
  }
}

// Only a refusal is an answer; an endpoint that fails is not.
function verdictOf(error: unknown): Verdict {
  if (!isValetkeyError(error) || error.code === "RpcFailed") throw error;
  return { allowed: "no", rules: [], doors: [], reason: error, unknown: [], after: null };
}
