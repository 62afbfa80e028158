import { SystemProgram, type Connection, type Keypair, type PublicKey } from "@solana/web3.js";
import { withBuffer, type Actors } from "./buffer.js";
import { DeployError } from "./errors.js";
import {
  deployBuffer,
  extendProgram,
  isProgramAccount,
  LOADER_ID,
  MINIMUM_EXTENSION_BYTES,
  parseProgramData,
  PROGRAM_BYTES,
  programDataAddress,
  upgradeFromBuffer,
  type OnChainProgram,
} from "./loader.js";
import { pause, sendAndConfirm } from "./send.js";

/** A program to deploy. */
export interface Program {
  readonly name: string;
  readonly key: Keypair;
  /** The ELF file's bytes. */
  readonly content: Buffer;
}

/** What was done with a program. */
export interface Deployment {
  readonly name: string;
  readonly address: string;
  readonly action: "deployed" | "upgraded" | "unchanged";
  readonly bytes: number;
  /** Who may upgrade it; null when nobody may. */
  readonly authority: string | null;
  /** Of the transaction that made it effective; null when nothing was done. */
  readonly signature: string | null;
}

/** Who pays, who becomes the authority of a new program, and whose keys are at hand to upgrade one. */
export interface Deployer {
  readonly payer: Keypair;
  /** Called before the payer has to pay: not at all when there is nothing to do. */
  readonly fundPayer: () => Promise<void>;
  readonly newAuthority: Keypair;
  readonly keys: readonly Keypair[];
}

/**
 * Makes the chain hold exactly these bytes at the program's address: deploys when nothing is there, upgrades when
 * it differs, does nothing when it is equal. The upgradeable loader's rules apply.
 *
 * @throws DeployError when the address is taken by something else, or nobody here may upgrade the program
 */
export async function deployProgram(
  connection: Connection,
  deployer: Deployer,
  program: Program,
): Promise<Deployment> {
  const existing = await readProgram(connection, program.key.publicKey);
  if (existing === undefined) {
    const { payer, newAuthority: authority } = deployer;
    await deployer.fundPayer();
    const signature = await deploy(connection, { payer, authority }, program);
    return result(program, "deployed", authority.publicKey, signature);
  }
  if (holds(existing, program.content)) {
    return result(program, "unchanged", existing.authority, null);
  }
  const authority = authorityFor(existing, deployer, program);
  const actors = { payer: deployer.payer, authority };
  await deployer.fundPayer();
  const signature = await upgrade(connection, actors, program, existing);
  return result(program, "upgraded", authority.publicKey, signature);
}

async function readProgram(
  connection: Connection,
  address: PublicKey,
): Promise<OnChainProgram | undefined> {
  const [program, data] = await connection.getMultipleAccountsInfo(
    [address, programDataAddress(address)],
    "confirmed",
  );
  if (!program) return undefined;
  const own = program.owner.equals(LOADER_ID) && isProgramAccount(program.data, address);
  const parsed = own && data ? parseProgramData(data.data) : undefined;
  if (parsed === undefined) {
    throw new DeployError(
      `${address.toBase58()} is taken by an account that isn't an upgradeable program ` +
        `(owner ${program.owner.toBase58()}).`,
    );
  }
  return parsed;
}

/** The program's bytes, and nothing but zeros behind them. */
function holds({ content }: OnChainProgram, wanted: Buffer): boolean {
  return (
    content.length >= wanted.length &&
    content.subarray(0, wanted.length).equals(wanted) &&
    content.subarray(wanted.length).every((byte) => byte === 0)
  );
}

function authorityFor(existing: OnChainProgram, { keys }: Deployer, { name }: Program): Keypair {
  const { authority } = existing;
  if (authority === undefined) {
    throw new DeployError(`${name} differs on chain and is frozen: nobody may upgrade it.`);
  }
  const key = keys.find(({ publicKey }) => publicKey.equals(authority));
  if (key === undefined) {
    throw new DeployError(
      `${name} differs on chain and only ${authority.toBase58()} may upgrade it: ` +
        "name that key's file with --payer.",
    );
  }
  return key;
}

async function deploy(connection: Connection, actors: Actors, program: Program): Promise<string> {
  const { payer, authority } = actors;
  const { key, name, content } = program;
  const lamports = await connection.getMinimumBalanceForRentExemption(PROGRAM_BYTES);
  return withBuffer(connection, actors, content, async (buffer) => {
    const create = SystemProgram.createAccount({
      fromPubkey: payer.publicKey,
      newAccountPubkey: key.publicKey,
      lamports,
      space: PROGRAM_BYTES,
      programId: LOADER_ID,
    });
    const [at, from] = [key.publicKey, buffer.publicKey];
    const start = deployBuffer(payer.publicKey, at, from, authority.publicKey, content.length);
    const work = { what: `Deploying ${name}`, instructions: [create, start] };
    return effective(connection, { ...work, signers: [payer, key, authority] });
  });
}

async function upgrade(
  connection: Connection,
  actors: Actors,
  program: Program,
  existing: OnChainProgram,
): Promise<string> {
  const { payer, authority } = actors;
  const { name, content } = program;
  const programId = program.key.publicKey;
  const missing = content.length - existing.content.length;
  if (missing > 0) {
    // A program can't be changed twice in one slot, hence the wait for the next.
    const extend = extendProgram(
      programId,
      payer.publicKey,
      Math.max(missing, MINIMUM_EXTENSION_BYTES),
    );
    const work = { what: `Making room for ${name}`, instructions: [extend] };
    await effective(connection, { ...work, signers: [payer] });
  }
  return withBuffer(connection, actors, content, async (buffer) => {
    const [from, spill] = [buffer.publicKey, payer.publicKey];
    const change = upgradeFromBuffer(programId, from, authority.publicKey, spill);
    const work = { what: `Upgrading ${name}`, instructions: [change] };
    return effective(connection, { ...work, signers: [payer, authority] });
  });
}

/** Sends and waits for the next slot: a program can be called from the slot after its deployment on. */
async function effective(
  connection: Connection,
  work: Parameters<typeof sendAndConfirm>[1],
): Promise<string> {
  const signature = await sendAndConfirm(connection, work);
  const landed = await connection.getSlot("confirmed");
  while ((await connection.getSlot("confirmed")) <= landed) await pause(100);
  return signature;
}

function result(
  { name, key, content }: Program,
  action: Deployment["action"],
  authority: PublicKey | undefined,
  signature: string | null,
): Deployment {
  return {
    name,
    address: key.publicKey.toBase58(),
    action,
    bytes: content.length,
    authority: authority?.toBase58() ?? null,
    signature,
  };
}
