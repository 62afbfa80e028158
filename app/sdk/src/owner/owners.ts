// Who owns a vault: what a council may look like, and what to say about it.
import { ed25519 } from "@noble/curves/ed25519";
import type { PublicKey } from "@solana/web3.js";

import { addressToBytes, type Address, type AddressLike } from "../codec/index.js";
import { refusal, ValetkeyError, type ProgramErrorCode } from "../errors/index.js";
import type { Line } from "../grant/describe.js";
import { describeOwners } from "../grant/owners.js";

/** Most owners of a vault. */
const MOST_OWNERS = 10;
/** 30 days. */
const LONGEST_TIMELOCK = 2_592_000;

/** Owners of a vault, as the caller says them. */
export interface OwnersInput {
  /** In any order. A wallet, or a program's address (a DAO, another multisig). */
  readonly owners: readonly PublicKey[];
  /** How many of them an act needs, at least 1. */
  readonly threshold: number;
  /** How long each act waits after its last approval; 0 (default) to 30 days. Revoking and cancelling never wait. */
  readonly timelockSeconds?: number;
}

/** Owners of a vault, checked and in the program's order. */
export interface CheckedOwners {
  readonly owners: readonly Address[];
  readonly threshold: number;
  readonly timelockSeconds: number;
}

/**
 * Sorts and checks owners as the program does.
 *
 * @throws ValetkeyError `BadThreshold`, `TimelockTooLong`, `DuplicateOwner`, `BadOwner`, `InvalidInput`.
 */
export function checkOwners(
  input: OwnersInput,
  reserved: { readonly config: PublicKey; readonly vault: PublicKey },
): CheckedOwners {
  const { threshold, timelockSeconds = 0 } = input;
  integer("threshold", threshold);
  integer("timelockSeconds", timelockSeconds);
  const owners = sorted(input.owners);
  if (owners.length < 1 || owners.length > MOST_OWNERS)
    fail("BadThreshold", `There are ${owners.length.toString()} owners, 1 to 10 are possible.`);
  if (threshold < 1 || threshold > owners.length)
    fail("BadThreshold", `${threshold.toString()} of ${owners.length.toString()} isn't possible.`);
  if (timelockSeconds < 0 || timelockSeconds > LONGEST_TIMELOCK)
    fail("TimelockTooLong", `${timelockSeconds.toString()} seconds aren't possible.`);
  for (const [i, owner] of owners.entries()) {
    if (owner === owners[i - 1]) fail("DuplicateOwner", `${owner} is named twice.`);
    if ([reserved.config, reserved.vault].some((one) => one.toBase58() === owner))
      fail("BadOwner", `${owner} is the vault itself, or its config.`);
    if (isSmallOrder(owner)) fail("BadOwner", `Nobody holds the secret of ${owner}.`);
  }
  return { owners, threshold, timelockSeconds };
}

/** Addresses in the order of their bytes. */
function sorted(owners: readonly AddressLike[]): readonly Address[] {
  const bytes = owners.map((owner) => [owner.toString(), addressToBytes(owner)] as const);
  bytes.sort(([, a], [, b]) => {
    const at = a.findIndex((byte, i) => byte !== b[i]);
    return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
  });
  return bytes.map(([address]) => address);
}

function isSmallOrder(owner: Address): boolean {
  try {
    return ed25519.Point.fromHex(addressToBytes(owner), true).isSmallOrder();
  } catch {
    return false;
  }
}

function integer(what: string, value: number): void {
  if (Number.isInteger(value)) return;
  throw new ValetkeyError("InvalidInput", { what, reason: `${String(value)} isn't an integer` });
}

function fail(code: ProgramErrorCode, detail: string): never {
  throw new ValetkeyError(code, refusal(code, { detail }));
}

/** What owners should know before they choose these numbers; nothing where there is nothing to say. */
export function ownersWarnings(wanted: CheckedOwners): readonly Line[] {
  const { owners, threshold } = wanted;
  const veto = describeOwners(wanted, wanted).filter(({ key }) => key === "timelock.veto");
  if (threshold < owners.length || owners.length === 1) return veto;
  const text = "All owners must approve each act: one lost key locks the vault for ever.";
  return [...veto, { key: "threshold.all", text, level: "warning" }];
}
