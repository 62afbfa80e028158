// Councils: vaults with several owners, whose acts enough of them sign. Bytes are built here, after docs/layout.md, and not by the
// client.
import { createHash } from "node:crypto";

import {
  Keypair,
  PublicKey,
  SYSVAR_INSTRUCTIONS_PUBKEY,
  SystemProgram,
  TransactionInstruction,
  type AccountMeta,
} from "@solana/web3.js";
import { findSession, findVault, grantSessionInstruction } from "@valetkey/sdk/layers";

import { expectOk } from "./expect.js";
import { hostileInstruction, invoke } from "./hostile.js";
import { composeSteps } from "./plan.js";
import type { TermsSpec } from "./rules.js";
import type { Session } from "./session.js";
import type { SendResult } from "./svm.js";
import { toTermsData } from "./terms.js";
import { createTokenAccount } from "./token.js";
import type { World } from "./world.js";

/** A world whose vault is a council's; `owner` is its first owner. */
export interface Council extends World {
  readonly base: Keypair;
  /** Sorted, as the config has them; those who hold a key. */
  readonly owners: readonly Keypair[];
  readonly threshold: number;
  readonly timelock: number;
}

/** Owners, threshold and timelock as arguments and payloads have them. */
export interface OwnersSpec {
  readonly threshold: number;
  readonly timelock?: number;
  readonly owners: readonly PublicKey[];
}

/** First 8 bytes of an instruction. */
export const discriminatorOf = (name: string): Buffer =>
  createHash("sha256").update(`global:${name}`).digest().subarray(0, 8);

/** Integers of Borsh. */
export const le = (value: bigint | number, size: 1 | 2 | 4 | 8): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
  return bytes.subarray(0, size);
};

/** An account of an instruction: s signs, w is writable. */
export const account = (pubkey: PublicKey, flags: "" | "s" | "w" | "sw" = ""): AccountMeta => ({
  pubkey,
  isSigner: flags.includes("s"),
  isWritable: flags.includes("w"),
});

/** Sorted by their bytes, as a config has its owners. */
export const sortKeys = (keys: readonly PublicKey[]): readonly PublicKey[] =>
  [...keys].sort((a, b) => Buffer.compare(a.toBuffer(), b.toBuffer()));

/** `count` funded keys, sorted. */
export function makeOwners(world: Pick<World, "svm">, count: number): readonly Keypair[] {
  const keys = Array.from({ length: count }, () => world.svm.fundedKeypair());
  return keys.sort((a, b) => Buffer.compare(a.publicKey.toBuffer(), b.publicKey.toBuffer()));
}

/** The address of a council's config. */
export const findCouncil = (base: PublicKey, programId: PublicKey): PublicKey =>
  PublicKey.findProgramAddressSync([Buffer.from("council"), base.toBuffer()], programId)[0];

/** Threshold, timelock and owners as `create_council` and `set_owners` have them. */
const ownersArgs = ({ threshold, timelock = 0, owners }: OwnersSpec): Buffer =>
  Buffer.concat([
    ...[le(threshold, 1), le(timelock, 4), le(owners.length, 4)],
    ...owners.map((owner) => owner.toBuffer()),
  ]);

/** The instruction `create_council`. */
export function createCouncilInstruction(
  world: Pick<World, "programId" | "svm">,
  base: PublicKey,
  spec: OwnersSpec,
  payer: PublicKey = world.svm.payer.publicKey,
): TransactionInstruction {
  const { programId } = world;
  return new TransactionInstruction({
    programId,
    keys: [
      ...[account(payer, "sw"), account(base, "s")],
      ...[account(findCouncil(base, programId), "w"), account(SystemProgram.programId)],
    ],
    data: Buffer.concat([discriminatorOf("create_council"), ownersArgs(spec)]),
  });
}

/**
 * Opens a council beside the world's vault and funds its vault like that.
 *
 * @example
 * const council = openCouncil(world, { count: 3, threshold: 2 });
 */
export function openCouncil(
  world: World,
  options: {
    readonly count?: number;
    readonly threshold?: number;
    readonly timelock?: number;
    /** Owners that are no keypairs, beside `count` that are. */
    readonly programs?: readonly PublicKey[];
  } = {},
): Council {
  const { svm, programId, mint, otherMint, funds } = world;
  const { count = 3, threshold = 2, timelock = 0, programs = [] } = options;
  const owners = makeOwners(world, count);
  const base = Keypair.generate();
  const keys = sortKeys([...owners.map((owner) => owner.publicKey), ...programs]);
  const spec = { threshold, timelock, owners: keys };
  svm.mustSend([createCouncilInstruction(world, base.publicKey, spec)], [base], {
    payer: svm.payer,
  });
  const config = findCouncil(base.publicKey, programId);
  const vault = findVault({ config, programId });
  svm.airdrop(vault, funds.lamports);
  const tokens = createTokenAccount(svm, { mint, owner: vault, amount: funds.tokens });
  const otherTokens = createTokenAccount(svm, {
    ...{ mint: otherMint, owner: vault, amount: funds.tokens },
  });
  const [owner = base] = owners;
  return {
    ...{ ...world, owner, config, vault, tokens, otherTokens },
    ...{ base, owners, threshold, timelock },
  };
}

/** Runs instructions that these keys sign; the runtime's payer pays. */
export const sendAs = (
  { svm }: Pick<World, "svm">,
  instructions: readonly TransactionInstruction[],
  signers: readonly Keypair[],
): SendResult => svm.send(instructions, signers, { payer: svm.payer });

/** The instruction `set_owners`, for `signers` to sign. */
export function setOwnersInstruction(
  world: Pick<World, "programId" | "config">,
  spec: OwnersSpec & { readonly epoch?: bigint },
  signers: readonly PublicKey[],
): TransactionInstruction {
  return new TransactionInstruction({
    programId: world.programId,
    keys: [
      ...[account(world.config, "w"), account(SYSVAR_INSTRUCTIONS_PUBKEY)],
      ...signers.map((signer) => account(signer, "s")),
    ],
    data: Buffer.concat([discriminatorOf("set_owners"), le(spec.epoch ?? 1n, 8), ownersArgs(spec)]),
  });
}

/** Changes the owners by signatures. */
export const setOwners = (
  world: Pick<World, "programId" | "config" | "svm">,
  spec: OwnersSpec & { readonly epoch?: bigint },
  signers: readonly Keypair[],
): SendResult =>
  sendAs(
    world,
    [
      setOwnersInstruction(
        world,
        spec,
        signers.map((signer) => signer.publicKey),
      ),
    ],
    signers,
  );

/** The instruction that grants a session as these owners. */
export function grantInstruction(
  world: World,
  spec: TermsSpec,
  owners: readonly PublicKey[],
  options: { readonly key?: Keypair; readonly epoch?: bigint } = {},
): { readonly instruction: TransactionInstruction; readonly session: Session } {
  const { svm, programId, config } = world;
  const { key = Keypair.generate(), epoch = 1n } = options;
  const terms = toTermsData(spec, svm.now());
  const address = findSession({ config, sessionKey: key.publicKey, programId });
  const instruction = grantSessionInstruction({
    ...{ programId, config, grantId: 7n, epoch, terms, session: address, owners },
    ...{ payer: svm.payer.publicKey, sessionKey: key.publicKey },
  });
  return { instruction, session: { key, address, grantId: 7n, terms } };
}

/** Grants a session that these owners sign. */
export function grantAs(
  world: World,
  spec: TermsSpec,
  signers: readonly Keypair[],
  epoch = 1n,
): Session {
  const owners = signers.map((signer) => signer.publicKey);
  const { instruction, session } = grantInstruction(world, spec, owners, { epoch });
  expectOk(sendAs(world, [instruction], signers));
  return session;
}

/** sha256 of ordered addresses. */
export const hashOf = (keys: readonly PublicKey[]): Buffer =>
  createHash("sha256")
    .update(Buffer.concat(keys.map((key) => key.toBuffer())))
    .digest();

/** The bytes of a plan of these inner instructions, rule 255. */
export function planBytes(inner: ReturnType<typeof composeSteps>["inner"]): Buffer {
  return Buffer.concat([
    Buffer.from([inner.length]),
    ...inner.flatMap(({ rule, program, accounts, data }) => [
      Buffer.from([rule, program, accounts.length, ...accounts]),
      ...[le(data.length, 2), Buffer.from(data)],
    ]),
  ]);
}

/** How to run an owners' plan, where it isn't the usual way. */
export interface OwnersPlanOptions {
  readonly name?: "owner_execute" | "recover";
  /** The hash itself, or true for the right one. */
  readonly keysHash?: Buffer | true;
}

/** The instruction `owner_execute` or `recover`: `steps` with the vault's signature, signed by these owners. */
export function ownersPlanInstruction(
  world: Pick<World, "programId" | "config" | "vault">,
  steps: readonly TransactionInstruction[],
  signers: readonly PublicKey[],
  { name = "owner_execute", keysHash }: OwnersPlanOptions = {},
): TransactionInstruction {
  const { programId, config, vault } = world;
  const fixed = [config, vault, SYSVAR_INSTRUCTIONS_PUBKEY, ...signers];
  const composed = composeSteps(
    steps.map((instruction) => ({ rule: 255, instruction })),
    fixed,
  );
  const keys = [
    ...[account(config), account(vault, "w"), account(SYSVAR_INSTRUCTIONS_PUBKEY)],
    ...signers.map((signer, i) =>
      account(signer, composed.fixedWritable[3 + i] === true ? "sw" : "s"),
    ),
    ...composed.accounts,
  ];
  const hash = keysHash === true ? hashOf(keys.slice(1).map((key) => key.pubkey)) : keysHash;
  const head = hash === undefined ? Buffer.from([0]) : Buffer.concat([Buffer.from([1]), hash]);
  const data = Buffer.concat([discriminatorOf(name), head, planBytes(composed.inner)]);
  return new TransactionInstruction({ programId, keys, data });
}

/** Runs `steps` with the vault's signature, signed by these owners. */
export const ownersPlan = (
  world: Pick<World, "programId" | "config" | "vault" | "svm">,
  steps: readonly TransactionInstruction[],
  signers: readonly Keypair[],
  options: OwnersPlanOptions = {},
): SendResult => {
  const owners = signers.map((signer) => signer.publicKey);
  return sendAs(world, [ownersPlanInstruction(world, steps, owners, options)], signers);
};

/** `inner` inside the call of another program, which passes every signature on. */
export function wrapped(inner: TransactionInstruction): TransactionInstruction {
  const accounts = inner.keys.map((meta, position) => ({
    ...{ account: position, signer: meta.isSigner, writable: meta.isWritable },
  }));
  return hostileInstruction(
    [...inner.keys, account(inner.programId)],
    [invoke(inner.keys.length, accounts, inner.data)],
  );
}
