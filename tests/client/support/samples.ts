// Sample data for the client's tests: keys by number, terms, sessions.
import { PublicKey } from "@solana/web3.js";

import type { SessionAccount, TermsData } from "../../../app/sdk/src/codec/index.js";

/** A distinct address per number. */
export function keyOf(n: number): PublicKey {
  const bytes = new Uint8Array(32).fill(n & 255);
  bytes[0] = 7;
  bytes[31] = n >> 8;
  return new PublicKey(bytes);
}

/** The vault of every sample. */
export const VAULT = keyOf(250);

/** A live session with these terms. */
export function sessionOf(terms: TermsData): SessionAccount {
  return {
    ...terms,
    limits: terms.limits.map((limit) => ({
      ...limit,
      ...{ decimals: 9, token2022: false, spent: 0n, period: 0n, periodSpent: 0n },
    })),
    rules: terms.rules.map((rule) => ({ ...rule, usesSpent: 0, capSpent: 0n })),
    ...{ revoked: false, record: false, bump: 255, vaultBump: 254, revision: 0, grantId: 9n },
    ...{ config: keyOf(251).toBase58(), vault: VAULT.toBase58() },
    ...{ sessionKey: keyOf(252).toBase58(), rentPayer: keyOf(253).toBase58() },
    ...{ epoch: 1n, grantDeadline: terms.startsAt, createdAt: terms.startsAt, seq: 0n },
    ...{ onceHighest: 0n, onceMap: 0n, usesSpent: 0, feesPaid: 0n },
  };
}
