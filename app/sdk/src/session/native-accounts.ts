import { PublicKey } from "@solana/web3.js";

import { INSTRUCTIONS_SYSVAR } from "../codec/constants.js";
import type { SessionContext } from "./context.js";

/** Accounts by which a game's program finds and checks a session. */
export interface NativeAccounts {
  /** The session account. */
  readonly session: PublicKey;
  /** Its vault config. */
  readonly config: PublicKey;
  /** Where `verify_and_consume` calls. */
  readonly valetkey: PublicKey;
  /** The instructions sysvar, which `verify_and_consume` passes on. */
  readonly instructions: PublicKey;
}

/** The accounts of a session in the names that `valetkey-verify` gives them. */
export function nativeAccounts({ address, config, programId }: SessionContext): NativeAccounts {
  return {
    session: address,
    config,
    valetkey: programId,
    instructions: new PublicKey(INSTRUCTIONS_SYSVAR),
  };
}
