// The lending fixture (tests/fixtures/programs/lending): a market that owes deposits and pays them out to any token account.
import { TOKEN_PROGRAM_ID } from "@solana/spl-token";
import {
  PublicKey,
  SystemProgram,
  TransactionInstruction,
  type AccountMeta,
} from "@solana/web3.js";
import { discriminator } from "@valetkey/sdk/layers";

import { artifact, type ProgramInput, type Svm } from "./svm.js";

/** Address of the lending program in tests. */
export const LENDING = new PublicKey("2oPWqAux6wkLHtaAJEUxVMXBCDBKqVrEWX95NCRbfG8k");

/** The lending program, to deploy into a runtime. */
export const lendingProgram = (): ProgramInput => ({
  address: LENDING,
  program: artifact("fixtures/lending"),
});

/** An open market. */
export interface Market {
  readonly market: PublicKey;
  readonly pool: PublicKey;
}

/** Names of the lending program's instructions. */
export type LendingInstruction =
  "open_market" | "open_position" | "deposit" | "withdraw" | "set_delegate";

/** First bytes of an instruction's data, as a rule wants them. */
export const lendingDiscriminator = (name: LendingInstruction): readonly number[] => [
  ...discriminator("global", name),
];

const derive = (...seeds: (string | PublicKey)[]): PublicKey =>
  PublicKey.findProgramAddressSync(
    seeds.map((seed) => (typeof seed === "string" ? Buffer.from(seed) : seed.toBytes())),
    LENDING,
  )[0];

const build = (name: LendingInstruction, keys: readonly AccountMeta[], args: Buffer) =>
  new TransactionInstruction({
    programId: LENDING,
    keys: [...keys],
    data: Buffer.concat([Buffer.from(lendingDiscriminator(name)), args]),
  });

const meta = (pubkey: PublicKey, flags: "" | "s" | "w" | "sw" = ""): AccountMeta => ({
  pubkey,
  isSigner: flags.includes("s"),
  isWritable: flags.includes("w"),
});

const u64 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
};

/** Address of an authority's position in a market. */
export const findPosition = (market: Market, authority: PublicKey): PublicKey =>
  derive("position", market.market, authority);

/** Opens the market of a mint. */
export function openMarket(svm: Svm, mint: PublicKey): Market {
  const market = derive("market", mint);
  const pool = derive("pool", market);
  const keys = [meta(svm.payer.publicKey, "sw"), meta(market, "w"), meta(mint), meta(pool, "w")];
  const programs = [meta(TOKEN_PROGRAM_ID), meta(SystemProgram.programId)];
  svm.mustSend([build("open_market", [...keys, ...programs], Buffer.alloc(0))]);
  return { market, pool };
}

/** Opens the authority's position, paid by itself. */
export const openPosition = (market: Market, authority: PublicKey): TransactionInstruction =>
  build(
    "open_position",
    [
      ...[meta(authority, "s"), meta(authority, "sw"), meta(market.market)],
      ...[meta(findPosition(market, authority), "w"), meta(SystemProgram.programId)],
    ],
    Buffer.alloc(0),
  );

/** Deposits from the authority's token account. */
export const deposit = (
  market: Market,
  authority: PublicKey,
  source: PublicKey,
  amount: bigint,
): TransactionInstruction =>
  build(
    "deposit",
    [
      ...[meta(authority, "s"), meta(market.market), meta(findPosition(market, authority), "w")],
      ...[meta(source, "w"), meta(market.pool, "w"), meta(TOKEN_PROGRAM_ID)],
    ],
    u64(amount),
  );

/** Pays out of a position; `authority` is its owner or its delegate. */
export const withdraw = (
  market: Market,
  authority: PublicKey,
  destination: PublicKey,
  amount: bigint,
  position = findPosition(market, authority),
): TransactionInstruction =>
  build(
    "withdraw",
    [
      ...[meta(authority, "s"), meta(market.market), meta(position, "w")],
      ...[meta(market.pool, "w"), meta(destination, "w"), meta(TOKEN_PROGRAM_ID)],
    ],
    u64(amount),
  );

/** Lets another key withdraw from the authority's position. */
export const setDelegate = (
  market: Market,
  authority: PublicKey,
  delegate: PublicKey,
): TransactionInstruction =>
  build(
    "set_delegate",
    [meta(authority, "s"), meta(market.market), meta(findPosition(market, authority), "w")],
    delegate.toBuffer(),
  );
