// Plans byte by byte, as docs/layout.md describes them.
import { SystemProgram, TransactionInstruction, type AccountMeta } from "@solana/web3.js";
import { instructionDiscriminator } from "@valetkey/sdk/layers";

import type { Session } from "./session.js";
import { u16, u64 } from "./raw-terms.js";
import type { World } from "./world.js";

/** An inner instruction; what is left out is System `Transfer` of one lamport from account 3 to account 4 by program 5. */
export function rawInner(
  inner: {
    readonly rule?: number;
    readonly program?: number;
    readonly accounts?: readonly number[];
    readonly data?: readonly number[];
    /** The bytes of the counts, when they shall not be true. */
    readonly accountCount?: number;
    readonly dataLength?: number;
  } = {},
): readonly number[] {
  const { rule = 0, program = 5, accounts = [3, 4] } = inner;
  const { data = [2, 0, 0, 0, ...u64(1)] } = inner;
  return [
    ...[rule, program, inner.accountCount ?? accounts.length, ...accounts],
    ...[...u16(inner.dataLength ?? data.length), ...data],
  ];
}

/** Arguments of `execute`: flags, brackets, plan. */
export const rawPlan = (
  inner: readonly (readonly number[])[] = [rawInner()],
  flags = 0,
  brackets: readonly number[] = [],
): readonly number[] => [flags, ...brackets, inner.length, ...inner.flat()];

/** `execute` with these bytes as arguments; accounts: the fixed four, the thief at 4, System at 5, then `more`. */
export function rawExecute(
  world: World,
  session: Session,
  args: readonly number[],
  more: readonly AccountMeta[] = [],
): TransactionInstruction {
  const meta = (pubkey: AccountMeta["pubkey"], flags = ""): AccountMeta => ({
    pubkey,
    isSigner: flags.includes("s"),
    isWritable: flags.includes("w"),
  });
  return new TransactionInstruction({
    programId: world.programId,
    keys: [
      ...[meta(session.key.publicKey, "s"), meta(session.address, "w"), meta(world.config)],
      ...[meta(world.vault, "w"), meta(world.thief.publicKey, "w")],
      ...[meta(SystemProgram.programId), ...more],
    ],
    data: Buffer.from([...instructionDiscriminator("execute"), ...args]),
  });
}
