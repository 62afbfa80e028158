// Pinned programs: what the upgradeable loader says of a deployment.
import { bytesToAddress, type Address } from "../codec/address.js";
import { UPGRADEABLE_LOADER } from "../codec/constants.js";
import type { PinData } from "../codec/types.js";
import { factOf, type AccountFact, type AccountView, type Maybe } from "./accounts.js";

const PROGRAM = 2;
const PROGRAM_DATA = 3;

type Kept = Pick<AccountFact, "owner" | "data">;

function stateOf({ owner, data }: Kept): number | null {
  if (owner !== UPGRADEABLE_LOADER || data.length < 4) return null;
  return new DataView(data.buffer, data.byteOffset, data.byteLength).getUint32(0, true);
}

/** Where a program of the upgradeable loader keeps its code; null for any other account. */
export function readProgram(account: Kept): Address | null {
  if (stateOf(account) !== PROGRAM || account.data.length < 36) return null;
  return bytesToAddress(account.data.slice(4, 36));
}

/** Slot of the deployment that a programdata account holds; null for any other account. */
export function readProgramData(account: Kept): bigint | null {
  if (stateOf(account) !== PROGRAM_DATA || account.data.length < 12) return null;
  const { data } = account;
  return new DataView(data.buffer, data.byteOffset, data.byteLength).getBigUint64(4, true);
}

/** Whether the program stands as the pin says; null when accounts weren't read. The programdata must be among the accounts. */
export function pinHolds(
  pin: PinData,
  program: number,
  view: AccountView,
): { readonly holds: Maybe; readonly unread: readonly Address[] } {
  const [first] = view.accounts.slice(program, program + 1);
  const kept = view.accounts.find(({ address }, i) => i > 3 && address === pin.programData);
  if (first === undefined || kept === undefined) return { holds: false, unread: [] };
  const [code, data] = [factOf(first), factOf(kept)];
  if (code !== undefined && readProgram(code) !== pin.programData) {
    return { holds: false, unread: [] };
  }
  if (data !== undefined && readProgramData(data) !== pin.slot) return { holds: false, unread: [] };
  const unread = [first, kept].filter((one) => factOf(one) === undefined);
  return { holds: unread.length === 0 ? true : null, unread: unread.map(({ address }) => address) };
}
