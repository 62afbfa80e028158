/** A deployment that can't go on. The message says why and what to do; it is shown without a stack. */
export class DeployError extends Error {
  override readonly name = "DeployError";
}
