import { PublicKey } from "@solana/web3.js";

import { findSession } from "../addresses.js";
import {
  closeSessionInstruction,
  revokeAllInstruction,
  revokeSessionInstruction,
} from "../codec/index.js";
import { ValetkeyError } from "../errors/index.js";
import type { Landed } from "../send/index.js";
import { readClosableState, readState } from "../session/state.js";
import { readConfig, sendAsOwner, type CallOptions, type OwnerContext } from "./context.js";
import { delegateContext, revocations } from "./delegate.js";
import { presentOwners } from "./door.js";

/** Which session an owner ends. */
export interface RevokeInput extends CallOptions {
  readonly sessionKey: PublicKey;
  /** Also closes the account, so that its rent goes back to its payer. Default false. */
  readonly close?: boolean;
}

/**
 * Ends one session now: by an owner among wallet and cosigners, or by the wallet as its guardian. What the wallets present approved
 * for the vault is taken back, where the vault is still the delegate.
 */
export async function revokeSession(context: OwnerContext, input: RevokeInput): Promise<Landed> {
  const { connection, programId, config, wallet } = context;
  const { sessionKey, close = false } = input;
  const session = findSession({ config, sessionKey, programId });
  await context.checkCluster();
  const where = { connection, config, session, signal: input.signal };
  const state = await (close ? readClosableState(where) : readState(where));
  const { account } = state;
  if (account === null)
    throw new ValetkeyError("SessionNotFound", {
      session: session.toBase58(),
      config: config.toBase58(),
      sessionKey: sessionKey.toBase58(),
    });
  const present = state.config === null ? [] : presentOwners(context, state.config);
  const [authority = wallet.publicKey] = present;
  const revoke = account.revoked
    ? []
    : [revokeSessionInstruction({ programId, authority, session, config })];
  const closing = close
    ? [
        closeSessionInstruction({
          programId,
          session,
          config,
          rentPayer: new PublicKey(account.rentPayer),
        }),
      ]
    : [];
  // A courtesy that must never keep a session alive: no approval helps a session that is dead.
  const slots = { session, limits: account.limits };
  const takeBack = await revocations(delegateContext(context), slots).catch(() => []);
  if (revoke.length + closing.length + takeBack.length === 0)
    throw new ValetkeyError("SessionEnded", {
      session: session.toBase58(),
      reason: "it was revoked already",
    });
  return await sendAsOwner(context, { instructions: [...revoke, ...closing, ...takeBack] }, input);
}

/** Ends every session of the vault at once: by an owner among wallet and cosigners. */
export async function revokeAll(context: OwnerContext, input: CallOptions): Promise<Landed> {
  const { programId, config, wallet, cosigners } = context;
  await context.checkCluster();
  const state = cosigners.length === 0 ? null : await readConfig(context);
  const present = state === null ? [] : presentOwners(context, state);
  const [owner = wallet.publicKey] = present;
  const instruction = revokeAllInstruction({ programId, config, owner });
  return await sendAsOwner(context, { instructions: [instruction] }, input);
}
