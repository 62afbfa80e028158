import type { TransactionInstruction } from "@solana/web3.js";

import { isValetkeyError } from "../errors/index.js";
import { explainPlan, type Verdict } from "../policy/index.js";
import { rpc } from "../send/rpc.js";
import { MAX_COMPUTE_UNITS, simulate } from "../send/simulate.js";
import { composeSurely } from "./compose.js";
import { prepare, type SendOptions, type SessionParts } from "./send.js";

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
    const verdict = explainPlan({
      session: state.account,
      plan: composed.plan,
      accounts: composed.planAccounts,
      programId: context.programId,
      now: state.now,
      ...(state.config === null ? {} : { epoch: state.config.epoch }),
    });
    if (input.simulate !== true || verdict.allowed === "no") return verdict;
    const reason = await refusedBy(() => simulateInstructions(parts, input.instructions, input));
    return reason.allowed === "no" ? reason : { ...verdict, allowed: "yes", unknown: [] };
  } catch (error) {
    return verdictOf(error);
  }
}

/** Composes and runs instructions without landing them. */
export async function simulateInstructions(
  parts: SessionParts,
  instructions: readonly TransactionInstruction[],
  options: SendOptions,
) {
  const { context, numbers } = parts;
  const { connection, programId, key } = context;
  const { compile } = await prepare(parts, instructions, options);
  const { blockhash } = await rpc("getLatestBlockhash", () =>
    connection.getLatestBlockhash("confirmed"),
  );
  const once = numbers.next();
  const { transaction } = compile({ blockhash, once, computeUnitLimit: MAX_COMPUTE_UNITS });
  return await simulate({ connection, transaction, programId, payer: key.publicKey });
}

async function refusedBy(work: () => Promise<unknown>): Promise<Verdict> {
  try {
    await work();
    return { allowed: "yes", rules: [], unknown: [], after: null };
  } catch (error) {
    return verdictOf(error);
  }
}

// Only a refusal is an answer; an endpoint that fails is not.
function verdictOf(error: unknown): Verdict {
  if (!isValetkeyError(error) || error.code === "RpcFailed") throw error;
  return { allowed: "no", rules: [], reason: error, unknown: [], after: null };
}
