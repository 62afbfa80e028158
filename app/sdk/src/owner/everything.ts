import type { PublicKey } from "@solana/web3.js";

import { rpc } from "../send/rpc.js";
import type { OwnerContext } from "./context.js";
import { readHoldings, type HeldToken } from "./holdings.js";
import {
  associatedToken,
  burnChecked,
  closeToken,
  createAssociatedToken,
  findMints,
  transferChecked,
  withdrawExcess,
  type MintInfo,
} from "./token.js";
import type { Skipped, Step, Way } from "./withdraw-steps.js";

/** What it takes to empty a vault. */
export interface Everything {
  readonly lamports: bigint;
  readonly steps: readonly Step[];
  /** Token accounts for which nothing can be done. */
  readonly skipped: readonly Skipped[];
}

/** Plans how each token account of a vault is emptied and closed. Strangers may have put anything there. */
export async function planEverything(context: OwnerContext): Promise<Everything> {
  const { connection, vault } = context;
  const { lamports, tokens } = await readHoldings(connection, vault);
  const mints = await findMints(
    connection,
    tokens.map(({ mint }) => mint),
  );
  const [steps, skipped]: [Step[], Skipped[]] = [[], []];
  for (const [i, token] of tokens.entries()) {
    const { account } = token;
    const { ways, left } = planToken(context, token, mints[i] ?? null);
    const excess = left === null ? [] : await excessOf(context, token);
    const all = [...ways, ...excess];
    if (all.length > 0) steps.push({ account, ways: all, left });
    else if (left !== null) skipped.push({ account, reason: left });
  }
  return { lamports, steps, skipped };
}

interface TokenPlan {
  readonly ways: readonly Way[];
  /** Why the account stays, when it is known beforehand. */
  readonly left: string | null;
}

function planToken(
  { wallet, vault }: OwnerContext,
  token: HeldToken,
  mint: MintInfo | null,
): TokenPlan {
  const { account, tokenProgram, amount, native, closable, frozen } = token;
  const owner = wallet.publicKey;
  const close = closeToken({ tokenProgram, account, to: owner, authority: vault });
  if (frozen) return { ways: [], left: "its mint's authority froze it" };
  if (closable && (native || amount === 0n))
    return { ways: [{ before: [], inside: [close] }], left: null };
  if (amount === 0n) return { ways: [], left: "it is empty, and another key may close it" };
  if (mint === null) return { ways: [], left: "its mint doesn't exist any more" };
  if (token.nonTransferable) {
    if (!closable) return { ways: [], left: "its tokens can't be transferred" };
    const burn = burnChecked({ mint, account, authority: vault, amount });
    return { ways: [{ before: [], inside: [burn, close] }], left: null };
  }
  const before = [createAssociatedToken(owner, owner, mint)];
  const to = associatedToken(owner, mint);
  const move = transferChecked({ mint, from: account, to, authority: vault, amount });
  const open = { before, inside: [move] };
  return { ways: closable ? [{ before, inside: [move, close] }, open] : [open], left: null };
}

// Lamports above the rent of an account that must stay are the vault's all the same.
async function excessOf({ connection, wallet, vault }: OwnerContext, token: HeldToken) {
  const { account, tokenProgram, native, size } = token;
  if (native) return [];
  const rent = await rpc("getMinimumBalanceForRentExemption", () =>
    connection.getMinimumBalanceForRentExemption(size),
  );
  if (token.lamports <= BigInt(rent)) return [];
  const to: PublicKey = wallet.publicKey;
  const take = withdrawExcess({ tokenProgram, account, to, authority: vault });
  return [{ before: [], inside: [take] }];
}
