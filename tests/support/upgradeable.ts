// Programs of the upgradeable loader, deployed in a slot that the test chooses: accounts as the loader leaves them.
import { readFileSync } from "node:fs";

import { PublicKey } from "@solana/web3.js";

import { artifact, type Svm } from "./svm.js";

/** The upgradeable loader. */
export const UPGRADEABLE_LOADER = new PublicKey("BPFLoaderUpgradeab1e11111111111111111111111");

/** Bytes of the programdata account before the program's code. */
const HEAD = 45;

/** Address of a program's programdata account. */
export const programDataOf = (program: PublicKey): PublicKey =>
  PublicKey.findProgramAddressSync([program.toBytes()], UPGRADEABLE_LOADER)[0];

/**
 * Deploys a built program (default: the hostile one) at `program` as the upgradeable loader would in `slot`, or deploys it anew;
 * returns its programdata account.
 */
export function deployUpgradeable(
  svm: Svm,
  program: PublicKey,
  slot: bigint,
  name = "fixtures/hostile",
): PublicKey {
  const code = readFileSync(artifact(name));
  const programData = programDataOf(program);
  const data = new Uint8Array(HEAD + code.length);
  const view = new DataView(data.buffer);
  view.setUint32(0, 3, true);
  view.setBigUint64(4, slot, true);
  data.set(code, HEAD);
  const owner = UPGRADEABLE_LOADER;
  svm.setAccount(programData, { lamports: svm.rent(data.length), data, owner });
  const pointer = Uint8Array.from([2, 0, 0, 0, ...programData.toBytes()]);
  const lamports = svm.rent(pointer.length);
  svm.setAccount(program, { lamports, data: pointer, owner, executable: true });
  return programData;
}
