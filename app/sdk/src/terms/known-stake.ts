// Rules for staking: a session that may only delegate and deactivate. Nothing is withdrawn, no authority changes.
import { STAKE_PROGRAM } from "../codec/constants.js";
import { boundTo, type Recipients } from "./known.js";
import { makeRule, type Rule, type RuleOptions } from "./rule.js";

/**
 * Delegating these stake accounts, whose authority is the vault, to these vote accounts.
 *
 * @example
 * ```ts
 * const stakeAccount = address;
 * const rules = [allowStakeDelegation({ stakeAccount, votes: addresses }), allowStakeDeactivation({ stakeAccount })];
 * ```
 */
export function allowStakeDelegation(
  input: RuleOptions & { readonly stakeAccount: Recipients; readonly votes: Recipients },
): Rule {
  return makeRule(
    {
      label: "delegate stake",
      program: STAKE_PROGRAM,
      discriminator: Uint8Array.of(2, 0, 0, 0),
      ...{ minAccounts: 6, maxAccounts: 6 },
      accounts: [boundTo(0, input.stakeAccount), boundTo(1, input.votes)],
    },
    input,
  );
}

/**
 * Deactivating these stake accounts, whose authority is the vault.
 *
 * @example
 * ```ts
 * allowStakeDeactivation({ stakeAccount: address, uses: 1 });
 * ```
 */
export function allowStakeDeactivation(
  input: RuleOptions & { readonly stakeAccount: Recipients },
): Rule {
  return makeRule(
    {
      label: "deactivate stake",
      program: STAKE_PROGRAM,
      discriminator: Uint8Array.of(5, 0, 0, 0),
      ...{ minAccounts: 3, maxAccounts: 3 },
      accounts: [boundTo(0, input.stakeAccount)],
    },
    input,
  );
}
