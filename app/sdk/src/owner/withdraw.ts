import { SystemProgram, type PublicKey, type TransactionInstruction } from "@solana/web3.js";

import { isValetkeyError } from "../errors/index.js";
import type { Landed } from "../send/index.js";
import { compileTransaction } from "../transaction/index.js";
import { checkAmounts, mintsAmong, type Amount } from "./amounts.js";
import { sendAsOwner, type CallOptions, type OwnerContext } from "./context.js";
import { readHoldings, type HeldToken } from "./holdings.js";
import { ownerPlan } from "./owner-plan.js";
import {
  associatedToken,
  closeToken,
  createAssociatedToken,
  readMints,
  transferChecked,
} from "./token.js";

/** What a withdrawal did. */
export interface Withdrawal {
  /** One entry per transaction; several when "everything" doesn't fit one. */
  readonly transactions: readonly Landed[];
  /** Token accounts that were left alone, and why. */
  readonly skipped: readonly { readonly account: PublicKey; readonly reason: string }[];
}

// What one asset needs: `before` runs outside with the wallet as payer, `inside` with the vault as signer.
interface Step {
  readonly before: readonly TransactionInstruction[];
  readonly inside: readonly TransactionInstruction[];
}

/**
 * Brings assets of the vault back to the wallet, without any session: the amounts asked, or everything
 * (all SOL, all tokens; emptied token accounts are closed and their rent goes to the wallet too).
 */
export async function withdraw(
  context: OwnerContext,
  input: { readonly amounts: readonly Amount[] | "everything" } & CallOptions,
): Promise<Withdrawal> {
  await context.checkCluster();
  const { steps, skipped } =
    input.amounts === "everything"
      ? await everything(context)
      : { steps: await listed(context, input.amounts), skipped: [] };
  const transactions: Landed[] = [];
  for (const batch of batches(context, steps, input))
    transactions.push(await sendAsOwner(context, instructionsOf(context, batch), input));
  return { transactions, skipped };
}

async function listed(
  { connection, wallet, vault }: OwnerContext,
  amounts: readonly Amount[],
): Promise<readonly Step[]> {
  checkAmounts("withdrawal", amounts);
  const owner = wallet.publicKey;
  const mints = await readMints(connection, mintsAmong(amounts));
  return amounts.flatMap(({ asset, amount }): readonly Step[] => {
    if (asset === "SOL") return [{ before: [], inside: [payOut(vault, owner, amount)] }];
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

async function everything(context: OwnerContext) {
  const { connection, wallet, vault } = context;
  const owner = wallet.publicKey;
  const { lamports, tokens } = await readHoldings(connection, vault);
  const skipped = tokens.flatMap((token) => {
    const reason = reasonToSkip(token);
    return reason === null ? [] : [{ account: token.account, reason }];
  });
  const movable = tokens.filter((token) => reasonToSkip(token) === null);
  const mints = await readMints(
    connection,
    movable.map(({ mint }) => mint),
  );
  const steps = movable.map((token, i): Step => {
    const { account, tokenProgram, amount, native, closable } = token;
    const mint = mints[i];
    const close = closable
      ? [closeToken({ tokenProgram, account, to: owner, authority: vault })]
      : [];
    if ((native && closable) || amount === 0n || mint === undefined)
      return { before: [], inside: close };
    const to = associatedToken(owner, mint);
    const move = transferChecked({ mint, from: account, to, authority: vault, amount });
    return { before: [createAssociatedToken(owner, owner, mint)], inside: [move, ...close] };
  });
  const sol = lamports === 0n ? [] : [{ before: [], inside: [payOut(vault, owner, lamports)] }];
  return { steps: [...steps, ...sol], skipped };
}

function reasonToSkip({ frozen, amount, closable }: HeldToken): string | null {
  if (frozen) return "its mint's authority froze it";
  return amount === 0n && !closable ? "it is empty, and another key may close it" : null;
}

function payOut(vault: PublicKey, toPubkey: PublicKey, lamports: bigint): TransactionInstruction {
  return SystemProgram.transfer({ fromPubkey: vault, toPubkey, lamports });
}

function instructionsOf(context: OwnerContext, steps: readonly Step[]) {
  return [
    ...steps.flatMap(({ before }) => before),
    ownerPlan(
      context,
      steps.flatMap(({ inside }) => inside),
    ),
  ];
}

/** Packs steps into as few transactions as they fit, in order. */
function batches(
  context: OwnerContext,
  steps: readonly Step[],
  { lookupTables: tables = [] }: CallOptions,
): readonly (readonly Step[])[] {
  const done: Step[][] = [];
  for (const step of steps) {
    const last = done.at(-1);
    if (last !== undefined && fits([...last, step])) last.push(step);
    else done.push([step]);
  }
  return done;

  function fits(batch: readonly Step[]): boolean {
    try {
      compileTransaction({
        payer: context.wallet.publicKey,
        instructions: instructionsOf(context, batch),
        tables,
        blockhash: SystemProgram.programId.toBase58(),
        computeUnitLimit: 1_400_000,
      });
      return true;
    } catch (error) {
      if (isValetkeyError(error)) return false;
      throw error;
    }
  }
}
