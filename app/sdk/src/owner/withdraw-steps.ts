import {
  SystemProgram,
  type AddressLookupTableAccount,
  type PublicKey,
  type TransactionInstruction,
} from "@solana/web3.js";

import { isValetkeyError, type ErrorCode, type ValetkeyError } from "../errors/index.js";
import type { Landed } from "../send/index.js";
import { compileTransaction } from "../transaction/index.js";
import { spell, type OwnerAct } from "./act.js";
import { sendAsOwner, type CallOptions } from "./context.js";
import type { ActingContext } from "./door.js";
import { ownerPlan } from "./owner-plan.js";

/** One way to bring something back: `before` runs outside with the wallet as payer, `inside` with the vault as signer. */
export interface Way {
  readonly before: readonly TransactionInstruction[];
  readonly inside: readonly TransactionInstruction[];
}

/** One thing to bring back, and the ways to try, the best first. */
export interface Step {
  readonly account: PublicKey;
  readonly ways: readonly Way[];
  /** Why the account stays whatever happens; null when it needn't. */
  readonly left: string | null;
}

/** A token account that was left alone, in whole or in part. */
export interface Skipped {
  readonly account: PublicKey;
  readonly reason: string;
}

// What says nothing about the transaction's content: it ends the whole call.
const NOT_ITS_FAULT: readonly ErrorCode[] = [
  "Aborted",
  "BlockhashExpired",
  "NotConfirmed",
  "RpcFailed",
  "SignatureRefused",
  "WalletRefused",
  "WrongCluster",
];

/** Sends one transaction of these ways. */
export async function sendWays(
  context: ActingContext,
  ways: readonly Way[],
  options: CallOptions,
): Promise<Landed> {
  return await sendAsOwner(context, actOfWays(context, ways), options);
}

/**
 * Sends steps together; when that is refused (nothing is sent then, the simulation tells), each half by itself, down to one step
 * alone, which tries its other ways. What is refused in every way is skipped, and blocks nothing else.
 */
export async function sendSteps(
  context: ActingContext,
  steps: readonly Step[],
  options: CallOptions,
  done: { readonly transactions: Landed[]; readonly skipped: Skipped[] },
): Promise<void> {
  const [first] = steps;
  if (first === undefined) return;
  try {
    const ways = steps.flatMap((step) => step.ways.slice(0, 1));
    done.transactions.push(await sendWays(context, ways, options));
    for (const { account, left } of steps)
      if (left !== null) done.skipped.push({ account, reason: left });
  } catch (error) {
    if (!isValetkeyError(error) || NOT_ITS_FAULT.includes(error.code)) throw error;
    if (steps.length === 1) {
      await sendOtherWays(context, first, options, done, error);
      return;
    }
    const half = Math.ceil(steps.length / 2);
    await sendSteps(context, steps.slice(0, half), options, done);
    await sendSteps(context, steps.slice(half), options, done);
  }
}

async function sendOtherWays(
  context: ActingContext,
  { account, ways, left }: Step,
  options: CallOptions,
  done: Parameters<typeof sendSteps>[3],
  { message }: ValetkeyError,
): Promise<void> {
  const others = ways.slice(1);
  if (others.length === 0) done.skipped.push({ account, reason: left ?? message });
  else {
    const reason = left ?? `it stays open: ${message}`;
    await sendSteps(context, [{ account, ways: others, left: reason }], options, done);
  }
}

/** Packs things into as few transactions as they fit, in order. */
export function batches<T>(
  context: ActingContext,
  things: readonly T[],
  wayOf: (thing: T) => Way | undefined,
  tables: readonly AddressLookupTableAccount[],
): readonly (readonly T[])[] {
  const done: T[][] = [];
  for (const thing of things) {
    const last = done.at(-1);
    if (last !== undefined && fits([...last, thing])) last.push(thing);
    else done.push([thing]);
  }
  return done;

  function fits(batch: readonly T[]): boolean {
    try {
      const act = actOfWays(
        context,
        batch.flatMap((thing) => wayOf(thing) ?? []),
      );
      compileTransaction({
        payer: context.wallet.publicKey,
        ...spell(context, act, tables),
        blockhash: SystemProgram.programId.toBase58(),
        computeUnitLimit: 1_400_000,
      });
      return true;
    } catch (error) {
      if (isValetkeyError(error)) return false;
      throw error;
    }
  }
}

function actOfWays(context: ActingContext, ways: readonly Way[]): OwnerAct {
  const before = ways.flatMap((way) => way.before);
  return ownerPlan(context, { before, inside: ways.flatMap(({ inside }) => inside) });
}
