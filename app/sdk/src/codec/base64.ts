// Base64 without Buffer, for logs and RPC answers.

/**
 * Decodes standard base64; null when the text isn't base64.
 *
 * @example
 * ```ts
 * base64ToBytes("AQI="); // 1, 2
 * ```
 */
export function base64ToBytes(text: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    return null;
  }
}

/**
 * Encodes bytes as standard base64.
 *
 * @example
 * ```ts
 * bytesToBase64(Uint8Array.of(1, 2)); // AQI=
 * ```
 */
export function bytesToBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
