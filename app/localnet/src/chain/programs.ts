import { readFileSync } from "node:fs";
import { PublicKey } from "@solana/web3.js";
import { LocalnetError } from "../errors.js";
import type { Engine } from "./engine.js";

/** The loader whose programs can be upgraded. */
export const UPGRADEABLE_LOADER = new PublicKey("BPFLoaderUpgradeab1e11111111111111111111111");
const PROGRAM_DATA_HEADER = 45;

/** A program to have on the local network from the start. */
export interface LocalnetProgram {
  /** Address of the program. */
  readonly programId: PublicKey;
  /** Path of its `.so` file. Give this or `bytes`. */
  readonly path?: string;
  /** The built program itself. Give this or `path`. */
  readonly bytes?: Uint8Array;
  /**
   * Who may upgrade it. With this, program and programdata accounts are as `solana program deploy`
   * leaves them; without, the program is immutable.
   */
  readonly upgradeAuthority?: PublicKey;
}

/**
 * Puts a program on the chain, as one deployed in an earlier slot.
 *
 * @throws LocalnetError `ProgramUnreadable` when the file is missing or not a program.
 */
export function addProgram(engine: Engine, program: LocalnetProgram): void {
  const { module, svm } = engine;
  const bytes = programBytes(program);
  const id = program.programId;
  const authority = program.upgradeAuthority;
  try {
    if (authority === undefined) {
      svm.addProgram(id.toBytes(), bytes);
      return;
    }
    const [dataAddress] = PublicKey.findProgramAddressSync([id.toBytes()], UPGRADEABLE_LOADER);
    const loader = UPGRADEABLE_LOADER.toBytes();
    const data = new Uint8Array(PROGRAM_DATA_HEADER + bytes.length);
    const view = new DataView(data.buffer);
    view.setUint32(0, 3, true);
    view.setBigUint64(4, deploySlot(engine), true);
    data[12] = 1;
    data.set(authority.toBytes(), 13);
    data.set(bytes, PROGRAM_DATA_HEADER);
    svm.setAccount(dataAddress.toBytes(), rentExempt(engine, data, loader, false));
    const pointer = new Uint8Array(36);
    new DataView(pointer.buffer).setUint32(0, 2, true);
    pointer.set(dataAddress.toBytes(), 4);
    svm.setAccount(id.toBytes(), new module.Account(1_141_440n, pointer, loader, true, 0n));
  } catch (cause) {
    throw new LocalnetError(
      "ProgramUnreadable",
      `${program.path ?? "The given bytes"} can't be loaded as program ${id.toBase58()}. ` +
        `Build it for sBPF. (${String(cause)})`,
      { cause },
    );
  }
}

function programBytes({ path, bytes, programId }: LocalnetProgram): Uint8Array {
  if (bytes !== undefined) return bytes;
  if (path === undefined) {
    throw new LocalnetError(
      "InvalidOption",
      `Program ${programId.toBase58()} needs either a path or bytes.`,
    );
  }
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new LocalnetError("ProgramUnreadable", `There is no program file at ${path}.`, { cause });
  }
}

/** A program is visible from the slot after its deployment on. */
function deploySlot({ svm }: Engine): bigint {
  const { slot } = svm.getClock();
  return slot > 2n ? slot - 2n : 0n;
}

function rentExempt(
  { module, svm }: Engine,
  data: Uint8Array,
  owner: Uint8Array,
  executable: boolean,
) {
  const lamports = svm.minimumBalanceForRentExemption(BigInt(data.length));
  return new module.Account(lamports, data, owner, executable, 0n);
}
