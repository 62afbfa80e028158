/** A number that nobody has used before, from the platform's own randomness. */
export function randomU64(): bigint {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(8));
  return new DataView(bytes.buffer).getBigUint64(0);
}
