// Acts that the owners present can do at once: in one transaction, or by a proposal that they open, approve and enact in one go.
import { sha256 } from "@noble/hashes/sha2";
import { PublicKey, type AccountMeta, type TransactionInstruction } from "@solana/web3.js";

import { findProposal } from "../addresses.js";
import { cancelInstruction, decodeProposal } from "../codec/index.js";
import { concatBytes } from "../codec/bytes.js";
import type { Landed } from "../send/index.js";
import { readAccounts } from "./accounts.js";
import { usableTables, type OwnerAct } from "./act.js";
import { sendAsOwner, type CallOptions } from "./context.js";
import type { ActingContext } from "./door.js";
import { fits } from "./fits.js";
import { landProposal } from "./land-proposal.js";
import { randomU64 } from "./random.js";
import { writeProposal, type ProposalDraft } from "./write-proposal.js";

/** The same act by the longer way. */
export interface LongWay extends Pick<ProposalDraft, "payload" | "around" | "first"> {
  /** The chain's clock. */
  readonly now: bigint;
  /** What the act is about: a second try finds what a first one left behind. */
  readonly subject: PublicKey;
  readonly mentioned?: readonly AccountMeta[];
  readonly enact: (proposal: PublicKey) => TransactionInstruction;
}

/** A session or a plan that its owners, all present, finish at once needs no more time than this. */
const SECONDS = 3_600n;

/**
 * Sends an act in one transaction where it fits; else writes it as a proposal, approves and enacts that, all signed in one go. The
 * rent of the proposal comes back with the act.
 *
 * @throws ValetkeyError `ProposalUnfinished` when that stopped half-way: the same call again closes what is left and starts anew.
 */
export async function actAtOnce(
  context: ActingContext,
  act: OwnerAct,
  longWay: (proposalId: bigint) => LongWay,
  options: CallOptions,
): Promise<Landed> {
  const tables = await usableTables(context, options);
  if (fits(context, act, tables)) return await sendAsOwner(context, act, options);
  const { id, left } = await placeFor(context, longWay(0n));
  const way = longWay(id);
  const draft = {
    ...{ payload: way.payload, id, epoch: context.state?.epoch ?? 1n },
    ...{ deadline: way.now + SECONDS, mentioned: way.mentioned ?? [] },
    first: [...way.first, ...left],
    ...{ approvers: context.owners, around: way.around, enact: way.enact },
  };
  const landed = await landProposal(
    context,
    writeProposal(context, draft, tables),
    tables,
    options,
  );
  const last = landed.at(-1);
  if (last === undefined) throw new Error("a proposal has at least one transaction");
  return last;
}

/** An id that belongs to the act's subject, and the closing of what an earlier try left there; a random one if a stranger did. */
async function placeFor(
  { connection, programId, config, wallet, owners }: ActingContext,
  { payload, subject }: LongWay,
): Promise<{ readonly id: bigint; readonly left: readonly TransactionInstruction[] }> {
  const name = new TextEncoder().encode(`valetkey ${payload.kind}`);
  const digest = sha256(concatBytes(name, subject.toBytes()));
  const id = new DataView(digest.buffer, digest.byteOffset).getBigUint64(0, true);
  const proposal = findProposal({ config, id, programId });
  const [account] = await readAccounts(connection, [proposal]);
  if (account == null) return { id, left: [] };
  const payer = account.owner.equals(programId) ? decodeProposal(account.data).payer : null;
  const [authority = wallet.publicKey] = owners;
  if (payer !== wallet.publicKey.toBase58()) return { id: randomU64(), left: [] };
  const place = { programId, config, proposal, authority, payer: new PublicKey(payer) };
  return { id, left: [cancelInstruction(place)] };
}
