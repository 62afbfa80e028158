import { encodeTerms, type SessionAccount, type TermsData } from "../codec/index.js";

/**
 * True when a session was granted on these terms. The window is left out: terms say "for an hour", so the
 * same code after a reload means the same terms with another hour.
 */
export function sameTerms(session: SessionAccount, terms: TermsData): boolean {
  const [a, b] = [bytesOf(session), bytesOf(terms)];
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function bytesOf(terms: TermsData): Uint8Array {
  return encodeTerms({ ...terms, startsAt: 0n, expiresAt: 0n });
}
