// What terms say about token accounts, as far as sorting instructions needs it.
import type { Address } from "../codec/address.js";
import { TOKEN_2022_PROGRAM, TOKEN_PROGRAM } from "../codec/constants.js";
import type { SessionAccount } from "../codec/types.js";

const CLOSE_ACCOUNT = 9;

/** True when the terms opt in to closes and a rule allows one. */
export function closesAllowed({ closeAccounts, rules }: SessionAccount): boolean {
  return (
    closeAccounts &&
    rules.some(
      ({ program, mode, discriminator }) =>
        (program === TOKEN_PROGRAM || program === TOKEN_2022_PROGRAM) &&
        mode === "vault" &&
        discriminator.length === 1 &&
        discriminator[0] === CLOSE_ACCOUNT,
    )
  );
}

/** Wallets from whose token accounts the session may take, as the vault's delegate. */
export function delegatingWallets({ limits }: SessionAccount): ReadonlySet<Address> {
  return new Set(limits.flatMap(({ source }) => (source === "vault" ? [] : [source])));
}
