// What the client knows about the accounts of an execute.
import type { Address } from "../codec/address.js";
import { INSTRUCTIONS_SYSVAR, SYSTEM_PROGRAM } from "../codec/constants.js";
import type { TermsData } from "../codec/types.js";

/** An account as it stands on chain. */
export interface AccountFact {
  readonly owner: Address;
  readonly data: Uint8Array;
  readonly executable: boolean;
}

/** An account of the execute instruction; `fact` is null when there is no such account, undefined when nobody looked. */
export interface PlanAccount {
  readonly address: Address;
  readonly writable: boolean;
  /** Signs the transaction; left out: nobody said. */
  readonly signer?: boolean;
  readonly fact?: AccountFact | null | undefined;
}

/** True, false, or null: it depends on what isn't known. */
export type Maybe = boolean | null;

/** The accounts of one execute, seen with the program's eyes. Indices count from 0. */
export interface AccountView {
  readonly accounts: readonly PlanAccount[];
  readonly vault: Address;
  readonly programId: Address;
  /** What the terms allow beside their rules: closes, extensions, sources of limits. */
  readonly terms: Pick<TermsData, "closeAccounts" | "extensions" | "limits">;
  /** The accounts that the plan names as position keys. */
  readonly positionKeys: readonly number[];
}

const MISSING: AccountFact = {
  owner: SYSTEM_PROGRAM,
  data: new Uint8Array(),
  executable: false,
};

/** The account's state; undefined when nobody looked. */
export function factOf(account: PlanAccount): AccountFact | undefined {
  return account.fact === null ? MISSING : account.fact;
}

/** True for what may stand nowhere in a plan: session key, session, config, the program, a writable instructions sysvar. */
export function isProtected(view: AccountView, index: number): boolean {
  const account = view.accounts[index];
  if (account === undefined) return false;
  if (index < 3 || account.address === view.programId) return true;
  if (account.address === INSTRUCTIONS_SYSVAR && account.writable) return true;
  return view.accounts.slice(0, 3).some((first) => first.address === account.address);
}

/** Both must hold. */
export function both(a: Maybe, b: Maybe): Maybe {
  if (a === false || b === false) return false;
  return a === null || b === null ? null : true;
}
