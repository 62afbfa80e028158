import type * as LiteSvmModule from "litesvm/dist/internal.js";
import type { Account, LiteSvm } from "litesvm/dist/internal.js";
import { LocalnetError } from "../errors.js";

/** The raw LiteSVM module: constructors that take bytes, unlike the package's main entry. */
export type EngineModule = typeof LiteSvmModule;

/** A running LiteSVM together with the constructors that its methods ask for. */
export interface Engine {
  /** Constructors (`Account`, `Clock`, …) of the loaded native module. */
  readonly module: EngineModule;
  /** The virtual machine. Its methods take addresses and transactions as bytes. */
  readonly svm: LiteSvm;
}

/**
 * Loads the native module and makes a virtual machine with all standard programs.
 *
 * Block hashes and the memory of processed signatures are the chain's own, so LiteSVM's are off.
 *
 * @throws LocalnetError `PlatformUnsupported` where litesvm ships no binary (Windows).
 */
export async function loadEngine(): Promise<Engine> {
  let module: EngineModule;
  try {
    const loaded = (await import("litesvm/dist/internal.js")) as EngineModule & {
      default?: EngineModule;
    };
    module = loaded.default ?? loaded;
  } catch (cause) {
    throw new LocalnetError(
      "PlatformUnsupported",
      `litesvm has no binary for ${process.platform}-${process.arch}. ` +
        "Run the local network inside WSL (Windows Subsystem for Linux), " +
        "or point at another cluster with --url.",
      { cause },
    );
  }
  const svm = new module.LiteSvm();
  svm.withNativeMints();
  svm.setBlockhashCheck(false);
  svm.setTransactionHistory(0n);
  return { module, svm };
}

/** Reads an account; one without lamports does not exist, as on a cluster. */
export function readAccount(svm: LiteSvm, address: Uint8Array): Account | null {
  const account = svm.getAccount(address);
  return account === null || account.lamports() === 0n ? null : account;
}
