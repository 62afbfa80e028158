import type { AddressLookupTableAccount, PublicKey } from "@solana/web3.js";

import { isValetkeyError, ValetkeyError } from "../errors/index.js";
import { sendSeries, type Landed } from "../send/index.js";
import { MAX_COMPUTE_UNITS } from "../send/simulate.js";
import { compileTransaction } from "../transaction/index.js";
import { spell } from "./act.js";
import { sendAsOwner, signAll, type CallOptions, type OwnerContext } from "./context.js";
import type { WrittenProposal } from "./write-proposal.js";

// Writing and approving cost little; the act itself isn't known beforehand.
const STEP_COMPUTE_UNITS = 300_000;

/**
 * Sends a proposal's transactions: one is sent as any other; several are signed together, in one prompt where the wallet can, and
 * land one after the other.
 *
 * @throws ValetkeyError `ProposalUnfinished` when some landed and the next didn't; its cause says why.
 */
export async function landProposal(
  context: OwnerContext,
  { address, steps }: WrittenProposal,
  tables: readonly AddressLookupTableAccount[],
  options: CallOptions,
): Promise<readonly Landed[]> {
  const [only] = steps;
  if (steps.length === 1 && only !== undefined) return [await sendAsOwner(context, only, options)];
  const { connection, programId, wallet } = context;
  await context.checkCluster();
  const payer = wallet.publicKey;
  const spelled = steps.map((step) => spell(context, step, tables));
  const landed: Landed[] = [];
  try {
    await sendSeries({
      ...{ connection, programId, payer },
      build: (blockhash) =>
        spelled.map((one, i) => {
          const last = i === spelled.length - 1;
          const computeUnitLimit = last ? MAX_COMPUTE_UNITS : STEP_COMPUTE_UNITS;
          return compileTransaction({ payer, ...one, blockhash, computeUnitLimit });
        }),
      sign: (compiled) =>
        signAll(
          context,
          compiled.map(({ transaction }, i) => ({ transaction, tables: spelled[i]?.tables ?? [] })),
        ),
      onLanded: (one) => landed.push(one),
      ...{ signal: options.signal, onEvent: [options.onEvent] },
    });
  } catch (cause) {
    if (landed.length === 0) throw cause;
    throw unfinished(address, { landed: landed.length, of: steps.length }, cause);
  }
  return landed;
}

function unfinished(
  address: PublicKey,
  counts: { readonly landed: number; readonly of: number },
  cause: unknown,
): ValetkeyError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const context = { proposal: address.toBase58(), ...counts, reason };
  const details = isValetkeyError(cause)
    ? {
        ...(cause.logs === undefined ? {} : { logs: cause.logs }),
        ...(cause.signature === undefined ? {} : { signature: cause.signature }),
      }
    : {};
  return new ValetkeyError("ProposalUnfinished", context, { cause, ...details });
}
