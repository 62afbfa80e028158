/** Why the local network could not do what was asked (outside JSON-RPC). */
export type LocalnetErrorCode =
  "PlatformUnsupported" | "PortTaken" | "ProgramUnreadable" | "InvalidOption" | "AirdropFailed";

/**
 * An error of the local network itself. `code` names the failure, `message` gives cause and fix.
 *
 * @example
 * try {
 *   await startLocalnet({ port: 8899 });
 * } catch (error) {
 *   if (error instanceof LocalnetError && error.code === "PortTaken") console.log("8899 is in use");
 * }
 */
export class LocalnetError extends Error {
  override readonly name = "LocalnetError";
  /** Stable name of the failure. */
  readonly code: LocalnetErrorCode;

  constructor(code: LocalnetErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
