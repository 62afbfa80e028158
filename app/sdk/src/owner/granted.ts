import type { Connection, PublicKey } from "@solana/web3.js";

import { revokeSessionInstruction, type TermsData } from "../codec/index.js";
import { ValetkeyError } from "../errors/index.js";
import { sleep } from "../send/abort.js";
import { readState, type SessionState } from "../session/state.js";
import { sendAsOwner, type CallOptions } from "./context.js";
import type { ActingContext } from "./door.js";
import { sameTerms } from "./same-terms.js";

/** A grant that landed, and what was asked. */
export interface Granted {
  readonly terms: TermsData;
  readonly grantId: bigint;
  /** Signature of the grant's transaction. */
  readonly signature: string;
  readonly where: {
    readonly connection: Connection;
    readonly config: PublicKey;
    readonly session: PublicKey;
  };
}

/**
 * Reads the session that was just granted and compares it with what was asked. One that stands on other terms is revoked at once.
 *
 * @throws ValetkeyError `GrantDiffers`; `NotConfirmed` when the endpoint keeps showing another grant, or none.
 */
export async function readGranted(
  context: ActingContext,
  granted: Granted,
  options: CallOptions,
): Promise<SessionState> {
  const { where, terms, grantId, signature } = granted;
  const session = where.session.toBase58();
  const state = await settled(granted);
  if (state.account?.grantId !== grantId)
    throw new ValetkeyError(
      "NotConfirmed",
      { reason: `the endpoint doesn't show the new grant at ${session}` },
      { signature },
    );
  if (sameTerms(state.account, terms)) return state;
  const reason = "the chain holds other terms";
  const { programId, config, wallet, owners } = context;
  const [authority = wallet.publicKey] = owners;
  const revoke = revokeSessionInstruction({ programId, config, session: where.session, authority });
  await sendAsOwner(context, { instructions: [revoke] }, options).catch((cause: unknown) => {
    const differs = { session, revoked: false, reason };
    throw new ValetkeyError("GrantDiffers", differs, { signature, cause });
  });
  throw new ValetkeyError("GrantDiffers", { session, revoked: true, reason }, { signature });
}

// An endpoint of many machines may answer from one that is a little behind.
async function settled({ where, grantId }: Granted): Promise<SessionState> {
  for (const pause of [200, 400, 800, 1_600]) {
    const state = await readState(where);
    if (state.account?.grantId === grantId) return state;
    await sleep(pause);
  }
  return await readState(where);
}
