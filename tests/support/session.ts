// What tests do with sessions: grant, execute, revoke, close, and the check that a refused plan changed nothing.
import assert from "node:assert/strict";

import type { PublicKey } from "@solana/web3.js";
import {
  Keypair,
  SystemProgram,
  type AccountMeta,
  type TransactionInstruction,
} from "@solana/web3.js";
import {
  closeSessionInstruction,
  decodeSession,
  executeInstruction as encodeExecuteInstruction,
  findSession,
  grantSessionInstruction,
  keysHash,
  revokeAllInstruction,
  revokeSessionInstruction,
  type SessionAccount,
  type TermsData,
} from "@valetkey/sdk/layers";
import type { ProgramErrorCode } from "@valetkey/sdk/errors";

import { expectRefused, expectUnchanged, snapshot, type RefusalFields } from "./expect.js";
import { composeSteps, type Step } from "./plan.js";
import type { PositionKey } from "./position-keys.js";
import type { AssetSpec, TermsSpec } from "./rules.js";
import type { SendResult } from "./svm.js";
import { toTermsData } from "./terms.js";
import type { World } from "./world.js";

/** A granted session and the key that uses it. */
export interface Session {
  readonly key: Keypair;
  readonly address: PublicKey;
  readonly grantId: bigint;
  readonly terms: TermsData;
}

/** How to grant, where it isn't the usual way. */
export interface GrantOptions {
  readonly key?: Keypair;
  readonly grantId?: bigint;
  readonly epoch?: bigint;
  /** Pays the rent; default: the runtime's payer. */
  readonly payer?: Keypair;
  /** Who signs as owner; default: the world's owner. */
  readonly signer?: Keypair;
  /** Keys of the table that are given by account; default: the mints. */
  readonly accountKeys?: readonly string[];
  /** A change to the finished instruction. */
  readonly tamper?: (instruction: TransactionInstruction) => TransactionInstruction;
}

/** Asks for a session and says what became of it. */
export function tryGrant(
  world: World,
  spec: TermsSpec,
  options: GrantOptions = {},
): SendResult & { readonly session: Session } {
  const { svm, programId, config } = world;
  const { key = Keypair.generate(), grantId = 7n, epoch = 1n } = options;
  const { payer = svm.payer, signer = world.owner } = options;
  const tamper = options.tamper ?? ((same: TransactionInstruction) => same);
  const terms = toTermsData(spec, svm.now());
  const address = findSession({ config, sessionKey: key.publicKey, programId });
  const instruction = grantSessionInstruction({
    ...{ programId, config, grantId, epoch, terms, session: address },
    payer: payer.publicKey,
    sessionKey: key.publicKey,
    owners: [signer.publicKey],
    ...(options.accountKeys === undefined ? {} : { accountKeys: options.accountKeys }),
  });
  const result = svm.send([tamper(instruction)], [signer, payer], { payer: svm.payer });
  return { ...result, session: { key, address, grantId, terms } };
}

/** Grants a session; throws with the logs when that fails. */
export function grant(world: World, spec: TermsSpec, options: GrantOptions = {}): Session {
  const result = tryGrant(world, spec, options);
  assert.ok(result.ok, `${String(result.err)}\n${result.logs.join("\n")}`);
  return result.session;
}

/** Guards and disturbances of an `execute`. */
export interface ExecuteOptions {
  readonly once?: bigint;
  readonly seq?: bigint;
  readonly grant?: bigint;
  /** The hash itself, or true for the right one. */
  readonly keysHash?: Uint8Array | true;
  readonly minReceive?: readonly { readonly asset: AssetSpec; readonly amount: bigint }[];
  /** Pays the sponsor back from the vault; the System program is passed besides. */
  readonly fee?: { readonly lamports: bigint; readonly to: PublicKey };
  readonly positionKeys?: readonly PositionKey[];
  /** Accounts that no inner instruction names. */
  readonly extra?: readonly AccountMeta[];
  /** Keys that sign the transaction beside the session key, and are marked so in the outer instruction. */
  readonly signers?: readonly Keypair[];
  /** Who signs as session key; default: the session's. */
  readonly as?: Keypair;
  /** A change to the finished instruction. */
  readonly tamper?: (instruction: TransactionInstruction) => TransactionInstruction;
}

/** The instruction that runs `steps` in a session. */
export function executeInstruction(
  world: World,
  session: Session,
  steps: readonly Step[],
  options: ExecuteOptions = {},
): TransactionInstruction {
  const { programId, config, vault } = world;
  const { once, seq, grant, minReceive, signers = [], as = session.key } = options;
  const fixed = [as.publicKey, session.address, config, vault];
  const composed = composeSteps(
    steps,
    fixed,
    signers.map((signer) => signer.publicKey),
  );
  const { inner, fixedWritable } = composed;
  const { fee, positionKeys } = options;
  const accounts = [...composed.accounts, ...extraAccounts(options, composed.accounts, fixed)];
  const ordered = [...fixed, ...accounts.map((meta) => meta.pubkey)];
  const indexOf = (key: PublicKey): number => ordered.findIndex((one) => one.equals(key));
  const hash = options.keysHash === true ? keysHash(ordered) : options.keysHash;
  const assetIndex = (asset: AssetSpec): number =>
    asset === "SOL" ? 255 : session.terms.keys.indexOf(asset.toBase58());
  const instruction = encodeExecuteInstruction({
    ...{ programId, config, vault, accounts },
    sessionKey: as.publicKey,
    session: session.address,
    vaultWritable: (fixedWritable[3] ?? false) || fee !== undefined,
    plan: {
      ...(once === undefined ? {} : { once }),
      ...(seq === undefined ? {} : { seq }),
      ...(grant === undefined ? {} : { grant }),
      ...(hash === undefined ? {} : { keysHash: hash }),
      ...(minReceive === undefined
        ? {}
        : { minReceive: minReceive.map((m) => ({ ...m, asset: assetIndex(m.asset) })) }),
      ...(fee === undefined ? {} : { fee: { lamports: fee.lamports, account: indexOf(fee.to) } }),
      ...(positionKeys === undefined
        ? {}
        : {
            positionKeys: positionKeys.map(({ address, number, bump }) => ({
              ...{ account: indexOf(address), number, bump },
            })),
          }),
      inner,
    },
  });
  const payee = instruction.keys.find((meta) => fee?.to.equals(meta.pubkey) === true);
  if (payee !== undefined) payee.isWritable = true;
  return (options.tamper ?? ((same) => same))(instruction);
}

/** What the options need beside the steps' own accounts: the sponsor, the System program, position keys, extra accounts. */
function extraAccounts(
  { fee, positionKeys = [], extra = [], signers = [] }: ExecuteOptions,
  accounts: readonly AccountMeta[],
  fixed: readonly PublicKey[],
): readonly AccountMeta[] {
  const meta = (pubkey: PublicKey, isWritable: boolean): AccountMeta => ({
    ...{ pubkey, isWritable },
    isSigner: signers.some((signer) => signer.publicKey.equals(pubkey)),
  });
  const wanted = [
    ...(fee === undefined ? [] : [meta(fee.to, true), meta(SystemProgram.programId, false)]),
    ...positionKeys.map(({ address }) => meta(address, true)),
  ];
  const known = [...fixed, ...accounts.map((account) => account.pubkey)];
  const missing = wanted.filter(({ pubkey }) => !known.some((key) => key.equals(pubkey)));
  return [...missing, ...extra];
}

/** Runs `steps` in a session; somebody else pays the fee, so that the session key's balance tells nothing. */
export function execute(
  world: World,
  session: Session,
  steps: readonly Step[],
  options: ExecuteOptions = {},
): SendResult {
  const instruction = executeInstruction(world, session, steps, options);
  const signers = [options.as ?? session.key, ...(options.signers ?? [])];
  return world.svm.send([instruction], signers, { payer: world.svm.payer });
}

/** Runs `steps`, expects the named refusal, and that no account of the world or of the steps changed by a byte. */
export function refuses(
  world: World,
  session: Session,
  steps: readonly Step[],
  name: ProgramErrorCode,
  fields: RefusalFields = {},
  options: ExecuteOptions = {},
): void {
  const instruction = executeInstruction(world, session, steps, options);
  const named = instruction.keys.map((meta) => meta.pubkey);
  const feePayer = world.svm.payer.publicKey;
  const watched = [...watchedAccounts(world), ...named].filter((key) => !key.equals(feePayer));
  const before = snapshot(world.svm, watched);
  expectRefused(execute(world, session, steps, options), name, fields);
  expectUnchanged(before, snapshot(world.svm, watched));
}

/** The accounts of a world that a refused act must leave alone. */
export const watchedAccounts = (world: World): readonly PublicKey[] => [
  ...[world.config, world.vault, world.tokens, world.otherTokens],
  ...[world.owner.publicKey, world.thief.publicKey, world.thiefTokens, world.thiefOtherTokens],
];

/** The session's account, decoded. */
export function readSession(world: World, session: Pick<Session, "address">): SessionAccount {
  const account = world.svm.getAccount(session.address);
  assert.ok(account !== null, "the session has no account");
  return decodeSession(account.data);
}

/** Revokes a session as `authority` (default: the owner). */
export function revoke(
  world: World,
  session: Session,
  authority: Keypair = world.owner,
): SendResult {
  const { programId, config, svm } = world;
  const instruction = revokeSessionInstruction({
    ...{ programId, config, session: session.address },
    authority: authority.publicKey,
  });
  return svm.send([instruction], [authority], { payer: svm.payer });
}

/** Ends all sessions of the world's vault, as `authority` (default: the owner). */
export function revokeAll(world: World, authority: Keypair = world.owner): SendResult {
  const { programId, config, svm } = world;
  const instruction = revokeAllInstruction({ programId, config, owner: authority.publicKey });
  return svm.send([instruction], [authority], { payer: svm.payer });
}

/** Closes a session as a stranger; rent to `rentPayer` (default: the runtime's payer). */
export function close(
  world: World,
  session: Pick<Session, "address">,
  rentPayer: PublicKey = world.svm.payer.publicKey,
): SendResult {
  const { programId, config, svm } = world;
  const instruction = closeSessionInstruction({
    ...{ programId, config, session: session.address, rentPayer },
  });
  return svm.send([instruction], [], { payer: svm.payer });
}
