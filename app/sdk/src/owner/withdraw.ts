import { SystemProgram } from "@solana/web3.js";

import type { Landed } from "../send/index.js";
import { checkAmounts, mintsAmong, type Amount } from "./amounts.js";
import { usableTables } from "./act.js";
import type { CallOptions, OwnerContext } from "./context.js";
import { openDoor, type ActingContext } from "./door.js";
import { planEverything } from "./everything.js";
import { associatedToken, createAssociatedToken, readMints, transferChecked } from "./token.js";
import { batches, sendSteps, sendWays, type Skipped, type Way } from "./withdraw-steps.js";

/** What a withdrawal did. */
export interface Withdrawal {
  /** One entry per transaction; several when it doesn't fit one. Of "everything" the SOL comes first, alone. */
  readonly transactions: readonly Landed[];
  /** Token accounts that were left alone or stay open, and why. */
  readonly skipped: readonly Skipped[];
}

/**
 * Brings assets of the vault back to the wallet, without any session: the amounts asked, or everything
 * (all SOL, all tokens; emptied token accounts are closed and their rent goes to the wallet too). Of everything, a token that can't
 * move blocks nothing else: it is skipped. Tokens that can't be transferred by their mint's rules are burned, for their rent.
 */
export async function withdraw(
  context: OwnerContext,
  input: { readonly amounts: readonly Amount[] | "everything" } & CallOptions,
): Promise<Withdrawal> {
  await context.checkCluster();
  const acting = await openDoor(context);
  const tables = await usableTables(context, input);
  if (input.amounts === "everything") return await everything(acting, tables, input);
  const ways = await listed(context, input.amounts);
  const transactions: Landed[] = [];
  for (const batch of batches(acting, ways, (way) => way, tables))
    transactions.push(await sendWays(acting, batch, input));
  return { transactions, skipped: [] };
}

async function listed(context: OwnerContext, amounts: readonly Amount[]): Promise<readonly Way[]> {
  checkAmounts("withdrawal", amounts);
  const { connection, wallet, vault } = context;
  const owner = wallet.publicKey;
  const mints = await readMints(connection, mintsAmong(amounts));
  return amounts.flatMap(({ asset, amount }): readonly Way[] => {
    if (asset === "SOL") return [payOut(context, amount)];
    const mint = mints.find((one) => one.mint.equals(asset));
    if (mint === undefined) return [];
    const [from, to] = [associatedToken(vault, mint), associatedToken(owner, mint)];
    return [
      {
        before: [createAssociatedToken(owner, owner, mint)],
        inside: [transferChecked({ mint, from, to, authority: vault, amount })],
      },
    ];
  });
}

async function everything(
  context: ActingContext,
  tables: Parameters<typeof batches>[3],
  options: CallOptions,
): Promise<Withdrawal> {
  const { lamports, steps, skipped } = await planEverything(context);
  const done = { transactions: [] as Landed[], skipped: [...skipped] };
  if (lamports > 0n)
    done.transactions.push(await sendWays(context, [payOut(context, lamports)], options));
  for (const batch of batches(context, steps, ({ ways }) => ways[0], tables))
    await sendSteps(context, batch, options, done);
  return done;
}

function payOut({ vault, wallet }: OwnerContext, lamports: bigint): Way {
  const pay = { fromPubkey: vault, toPubkey: wallet.publicKey, lamports };
  return { before: [], inside: [SystemProgram.transfer(pay)] };
}
