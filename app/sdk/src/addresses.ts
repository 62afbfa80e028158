// Addresses that the program derives.
import { PublicKey } from "@solana/web3.js";

import { invalid } from "./errors/error.js";

/** Address of the program on a local cluster; pass your own `programId` elsewhere. */
export const VALETKEY_PROGRAM_ID = /* @__PURE__ */ new PublicKey(
  "4ftE71miz3djT3iLixQu4MN4HMSipa17hzcHXDJPYkMP",
);

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function derive(programId: PublicKey, ...seeds: readonly Uint8Array[]): PublicKey {
  return PublicKey.findProgramAddressSync([...seeds], programId)[0];
}

/**
 * The canonical vault config of an owner; `index` 0 (the default) is the owner's own vault, 1..255 are for apps.
 *
 * @example
 * ```ts
 * const config = findVaultConfig({ owner: wallet.publicKey, index: 3 });
 * ```
 */
export function findVaultConfig(input: {
  readonly owner: PublicKey;
  readonly index?: number;
  readonly programId?: PublicKey;
}): PublicKey {
  const { owner, index = 0, programId = VALETKEY_PROGRAM_ID } = input;
  if (!Number.isInteger(index) || index < 0 || index > 255) {
    throw invalid("vault index", `${index} isn't an integer from 0 to 255`);
  }
  return derive(programId, utf8("vault-of"), owner.toBytes(), Uint8Array.of(index));
}

/**
 * The vault config of a council: `base` is the key that signed when it was opened.
 *
 * @example
 * ```ts
 * const config = findCouncil({ base });
 * ```
 */
export function findCouncil(input: {
  readonly base: PublicKey;
  readonly programId?: PublicKey;
}): PublicKey {
  return derive(input.programId ?? VALETKEY_PROGRAM_ID, utf8("council"), input.base.toBytes());
}

/**
 * The proposal of an id under a config.
 *
 * @example
 * ```ts
 * const proposal = findProposal({ config: owner.config, id: 7n });
 * ```
 */
export function findProposal(input: {
  readonly config: PublicKey;
  readonly id: bigint;
  readonly programId?: PublicKey;
}): PublicKey {
  const { config, id, programId = VALETKEY_PROGRAM_ID } = input;
  if (typeof id !== "bigint" || id < 0n || id >= 1n << 64n) {
    throw invalid("proposal id", `${String(id)} isn't a u64`);
  }
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, id, true);
  return derive(programId, utf8("proposal"), config.toBytes(), bytes);
}

/**
 * The vault of a config: the address that holds assets and signs inside `execute`.
 *
 * @example
 * ```ts
 * const vault = findVault({ config: findVaultConfig({ owner: wallet.publicKey }) });
 * ```
 */
export function findVault(input: {
  readonly config: PublicKey;
  readonly programId?: PublicKey;
}): PublicKey {
  return derive(input.programId ?? VALETKEY_PROGRAM_ID, utf8("vault"), input.config.toBytes());
}

/**
 * The session account of a session key under a config.
 *
 * @example
 * ```ts
 * const session = findSession({ config: findVaultConfig({ owner: wallet.publicKey }), sessionKey: key.publicKey });
 * ```
 */
export function findSession(input: {
  readonly config: PublicKey;
  readonly sessionKey: PublicKey;
  readonly programId?: PublicKey;
}): PublicKey {
  const { config, sessionKey, programId = VALETKEY_PROGRAM_ID } = input;
  return derive(programId, utf8("session"), config.toBytes(), sessionKey.toBytes());
}

/**
 * A position key of a session and its bump: an address that signs where a program wants a fresh signing account.
 *
 * @example
 * ```ts
 * const { address, bump } = findPositionKey({ session: session.address, number: 0 });
 * ```
 */
export function findPositionKey(input: {
  readonly session: PublicKey;
  readonly number: number;
  readonly programId?: PublicKey;
}): { readonly address: PublicKey; readonly bump: number } {
  const { session, number, programId = VALETKEY_PROGRAM_ID } = input;
  if (!Number.isInteger(number) || number < 0 || number > 65_535) {
    throw invalid("position key", `${number} isn't an integer from 0 to 65535`);
  }
  const counter = Uint8Array.of(number & 255, number >> 8);
  const seeds = [utf8("fresh"), session.toBytes(), counter];
  const [address, bump] = PublicKey.findProgramAddressSync(seeds, programId);
  return { address, bump };
}
