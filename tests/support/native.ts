// The arena as a game that knows sessions: players keyed by wallets, sessions under native rules, and the accounts byte by byte.
import type { Program } from "@coral-xyz/anchor";
import {
  SYSVAR_INSTRUCTIONS_PUBKEY,
  TransactionInstruction,
  type AccountMeta,
  type Keypair,
  type PublicKey,
} from "@solana/web3.js";
import { TOKEN_PROGRAM_ID } from "@solana/spl-token";
import { PROGRAM_ERRORS, type ProgramErrorCode } from "@valetkey/sdk/errors";
import { discriminator as anchorDiscriminator } from "@valetkey/sdk/layers";

import type { Arena } from "../../artifacts/arena.js";
import {
  ARENA,
  KIND,
  LOOT_AUTHORITY,
  LOOT_MINT,
  arenaClient,
  arenaError,
  arenaProgram,
  findEnemy,
  findPlayer,
} from "./arena.js";
import { hostileInstruction, invoke, type Operation } from "./hostile.js";
import { key, ownerToken, programOwned, type RuleSpec } from "./rules.js";
import type { Session } from "./session.js";
import type { SendResult } from "./svm.js";
import { createTokenAccount } from "./token.js";
import { createWorld, type World } from "./world.js";

const bytes = (value: bigint, size: number): number[] =>
  Array.from({ length: size }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
const meta = (pubkey: PublicKey, flags = ""): AccountMeta => ({
  ...{ pubkey, isSigner: flags.includes("s"), isWritable: flags.includes("w") },
});

/** A world with the arena open, and a player of the owner. */
export interface NativeWorld extends World {
  readonly client: Program<Arena>;
  readonly player: PublicKey;
  /** The owner's account of loot. */
  readonly loot: PublicKey;
}

/** Deploys the arena into a new world, lets goblins in, and the owner's player. */
export async function createNativeWorld(
  options: { readonly owner?: Keypair } = {},
): Promise<NativeWorld> {
  const world = createWorld(options);
  const { svm, owner } = world;
  const { address, program } = arenaProgram();
  svm.raw.addProgramFromFile(address.toBytes(), program as string);
  const client = arenaClient();
  const payer = svm.payer.publicKey;
  svm.mustSend([
    await client.methods.createLootMint().accounts({ payer }).instruction(),
    await client.methods.spawnEnemy(KIND.goblin).accounts({ payer }).instruction(),
  ]);
  await enter({ ...world, client }, owner);
  const loot = createTokenAccount(svm, { mint: LOOT_MINT, owner: owner.publicKey });
  return { ...world, client, player: findPlayer(owner.publicKey), loot };
}

/** Creates the player of a wallet. */
export async function enter(
  { svm, client }: Pick<NativeWorld, "svm" | "client">,
  wallet: Keypair,
): Promise<PublicKey> {
  const accounts = { authority: wallet.publicKey, payer: svm.payer.publicKey, inviter: null };
  const create = await client.methods.createPlayer().accounts(accounts).instruction();
  svm.mustSend([create], [svm.payer, wallet]);
  return findPlayer(wallet.publicKey);
}

const discriminator = (name: string): number[] => [...anchorDiscriminator("global", name)];

/** A native rule for `strike_for`, with any player and the goblin. */
export const strikeRule = (changes: Partial<RuleSpec> = {}): RuleSpec => ({
  ...{ program: ARENA, mode: "native", count: 6, discriminator: discriminator("strike_for") },
  accounts: { 2: programOwned, 3: key(findEnemy(KIND.goblin)) },
  ...changes,
});

/** A native rule for `claim_loot_for` into accounts of `wallet`. */
export const claimRule = (wallet: PublicKey, changes: Partial<RuleSpec> = {}): RuleSpec => ({
  ...{ program: ARENA, mode: "native", count: 11, discriminator: discriminator("claim_loot_for") },
  accounts: {
    ...{ 2: programOwned, 3: key(LOOT_MINT), 5: ownerToken(wallet, LOOT_MINT) },
    6: key(TOKEN_PROGRAM_ID),
  },
  ...changes,
});

/** A cap on the amount of `claim_loot_for`. */
export const claimCap = (total: bigint): NonNullable<RuleSpec["cap"]> => ({
  ...{ offset: 8, from: "start", field: "u64", total },
});

/** Who plays for whom, where it isn't the session's key for the world's owner. */
export interface PlayOptions {
  /** Signs as authority. */
  readonly as?: PublicKey;
  /** Whose player. */
  readonly owner?: PublicKey;
  readonly player?: PublicKey;
  readonly enemy?: PublicKey;
  readonly session?: PublicKey;
  readonly config?: PublicKey;
  readonly destination?: PublicKey;
  readonly instructions?: PublicKey;
  readonly valetkey?: PublicKey;
}

/** The instruction `strike_for`; with `null` as session, played by the owner. */
export function strikeFor(
  world: NativeWorld,
  session: Session | null,
  energy = 1,
  options: PlayOptions = {},
): TransactionInstruction {
  const { owner = world.owner.publicKey, enemy = findEnemy(KIND.goblin) } = options;
  const absent = session === null ? ARENA : undefined;
  return new TransactionInstruction({
    programId: ARENA,
    keys: [
      meta(options.as ?? session?.key.publicKey ?? owner, "s"),
      meta(owner),
      meta(options.player ?? findPlayer(owner), "w"),
      meta(enemy, "w"),
      meta(options.session ?? absent ?? session?.address ?? ARENA),
      meta(options.config ?? absent ?? world.config),
    ],
    data: Buffer.from([...discriminator("strike_for"), ...bytes(BigInt(energy), 2)]),
  });
}

/** The instruction `claim_loot_for`; with `null` as session, claimed by the owner. */
export function claimLootFor(
  world: NativeWorld,
  session: Session | null,
  amount: bigint,
  options: PlayOptions = {},
): TransactionInstruction {
  const { owner = world.owner.publicKey } = options;
  const absent = session === null ? ARENA : undefined;
  return new TransactionInstruction({
    programId: ARENA,
    keys: [
      meta(options.as ?? session?.key.publicKey ?? owner, "s"),
      meta(owner),
      meta(options.player ?? findPlayer(owner), "w"),
      meta(LOOT_MINT, "w"),
      meta(LOOT_AUTHORITY),
      meta(options.destination ?? world.loot, "w"),
      meta(TOKEN_PROGRAM_ID),
      meta(options.session ?? absent ?? session?.address ?? ARENA, session === null ? "" : "w"),
      meta(options.config ?? absent ?? world.config),
      meta(options.instructions ?? absent ?? SYSVAR_INSTRUCTIONS_PUBKEY),
      meta(options.valetkey ?? absent ?? world.programId),
    ],
    data: Buffer.from([...discriminator("claim_loot_for"), ...bytes(amount, 8)]),
  });
}

/** Sends what a session key alone signs; somebody else pays the fee. */
export const play = (
  world: Pick<World, "svm">,
  instructions: readonly TransactionInstruction[],
  ...signers: readonly Keypair[]
): SendResult => world.svm.send(instructions, signers, { payer: world.svm.payer });

/** The instruction `consume`. */
export function consumeInstruction(
  world: Pick<World, "programId" | "config">,
  session: Session,
  rule = 0,
  argument = 0n,
): TransactionInstruction {
  return new TransactionInstruction({
    programId: world.programId,
    keys: [
      meta(session.key.publicKey, "s"),
      meta(session.address, "w"),
      meta(world.config),
      meta(SYSVAR_INSTRUCTIONS_PUBKEY),
    ],
    data: Buffer.from([...discriminator("consume"), rule, ...bytes(argument, 8)]),
  });
}

/** An instruction of the hostile program that calls each of `inner`, as a game's program would. */
export function callFrom(
  caller: PublicKey,
  inner: readonly TransactionInstruction[],
): TransactionInstruction {
  const metas: AccountMeta[] = [];
  const place = (wanted: AccountMeta): number => {
    const found = metas.findIndex(({ pubkey }) => pubkey.equals(wanted.pubkey));
    const known = metas[found];
    if (known === undefined) return metas.push({ ...wanted }) - 1;
    known.isSigner ||= wanted.isSigner;
    known.isWritable ||= wanted.isWritable;
    return found;
  };
  const script = inner.map((one): Operation => {
    const accounts = one.keys.map((wanted) => ({
      ...{ account: place(wanted), signer: wanted.isSigner, writable: wanted.isWritable },
    }));
    return invoke(place(meta(one.programId)), accounts, one.data);
  });
  const call = hostileInstruction(metas, script);
  call.programId = caller;
  return call;
}

/** The refusal that the arena reported: by its own error, in Valetkey's log line and return data. */
export function sessionRefusal(result: SendResult): string {
  if (result.ok) return "it passed";
  if (arenaError(result.customError) !== "SessionRefused") {
    return arenaError(result.customError) ?? String(result.err);
  }
  const data = Buffer.from(result.returnData);
  const code = data.length === 24 ? data.readUInt32LE(0) : 0;
  const found = Object.entries(PROGRAM_ERRORS).find(([, { number }]) => number === code);
  const name = found?.[0] ?? "no refusal in the return data";
  return result.logs.some((line) => line.includes(`valetkey: ${name}`)) ? name : `unlogged ${name}`;
}

/** What {@link sessionRefusal} may say. */
export type SessionRefusal = ProgramErrorCode | "NotTheOwner" | "it passed";
