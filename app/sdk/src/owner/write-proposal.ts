// A proposal in as few transactions as its bytes need, and what follows it.
import type {
  AccountMeta,
  AddressLookupTableAccount,
  PublicKey,
  TransactionInstruction,
} from "@solana/web3.js";

import { findProposal } from "../addresses.js";
import {
  appendProposalInstruction,
  approveInstruction,
  encodePayload,
  proposalHash,
  proposeInstruction,
  type ProposalPayload,
} from "../codec/index.js";
import { compileMessage } from "../transaction/compile.js";
import { MAX_TRANSACTION_BYTES, transactionSize } from "../transaction/size.js";
import { BUDGET_BYTES, proposedActOf, type OwnerAct } from "./act.js";
import type { OwnerContext } from "./context.js";
import { fits } from "./fits.js";

/** A proposal to be written. */
export interface ProposalDraft {
  readonly payload: ProposalPayload;
  readonly id: bigint;
  readonly epoch: bigint;
  /** Unix seconds. */
  readonly deadline: bigint;
  /** Accounts of a plan, from index 4 on: named in the transactions, so that other owners can read them. */
  readonly mentioned: readonly AccountMeta[];
  /** Runs before it is opened. */
  readonly first: readonly TransactionInstruction[];
  /** Owners who approve at once; they must sign. */
  readonly approvers: readonly PublicKey[];
  /** Runs before the act, in its transaction where that fits. */
  readonly around: readonly TransactionInstruction[];
  /** The act, where it can follow at once; null: others must approve, or time must pass. */
  readonly enact: ((proposal: PublicKey) => TransactionInstruction) | null;
}

/** A proposal's transactions, in order, and where it will be. */
export interface WrittenProposal {
  readonly address: PublicKey;
  readonly steps: readonly OwnerAct[];
}

/** Lays out the transactions of a proposal. */
export function writeProposal(
  context: OwnerContext,
  draft: ProposalDraft,
  tables: readonly AddressLookupTableAccount[],
): WrittenProposal {
  const { programId, config } = context;
  const { payload, id, epoch, deadline } = draft;
  const address = findProposal({ config, id, programId });
  const bytes = encodePayload(payload);
  const hash = proposalHash({ kind: payload.kind, config, id, epoch, deadline, payload: bytes });
  const pieces = writing(context, draft, { address, bytes });
  const place = { programId, config, proposal: address };
  const before = [
    ...draft.approvers.map((owner) => approveInstruction({ ...place, owner, hash })),
    ...draft.around,
  ];
  const enact = draft.enact?.(address) ?? null;
  const tail = enact === null ? before : [...before, enact];
  const actOf = (all: readonly TransactionInstruction[]): OwnerAct =>
    enact !== null && all.at(-1) === enact
      ? proposedActOf(all.slice(0, -1), enact)
      : { instructions: all };
  const fit = (all: readonly TransactionInstruction[]) => fits(context, actOf(all), tables);
  const lists = pieces.map((one) => [...one]);
  const last = lists.at(-1) ?? [];
  if (fit([...last, ...tail])) last.push(...tail);
  else if (fit(tail)) lists.push([...tail]);
  else
    for (const instruction of tail) {
      const current = lists.at(-1) ?? [];
      if (fit([...current, instruction])) current.push(instruction);
      else lists.push([instruction]);
    }
  return { address, steps: lists.map(actOf) };
}

// What one more byte of data, and one more account, can add beside itself: lengths that grow.
const SLACK = 4;
const ACCOUNT_BYTES = 33;

/** One list of instructions per transaction, each as full as it gets. */
function writing(
  context: OwnerContext,
  draft: ProposalDraft,
  { address, bytes }: { readonly address: PublicKey; readonly bytes: Uint8Array },
): readonly (readonly TransactionInstruction[])[] {
  const { programId, config, wallet } = context;
  const { payload, id, epoch, deadline, mentioned, first } = draft;
  const payer = wallet.publicKey;
  const place = { programId, config, proposal: address, payer };
  const head = { kind: payload.kind, id, epoch, deadline, length: bytes.length };
  const make = (offset: number, part: Uint8Array, named: readonly AccountMeta[]) =>
    offset === 0
      ? [...first, proposeInstruction({ ...place, ...head, bytes: part, mentioned: named })]
      : [appendProposalInstruction({ ...place, offset, bytes: part, mentioned: named })];
  const lists: (readonly TransactionInstruction[])[] = [];
  let named = 0;
  for (let offset = 0; offset < bytes.length;) {
    const room = roomBeside(payer, make(offset, new Uint8Array(0), [])) - SLACK;
    const accounts = Math.min(mentioned.length - named, Math.floor((room - 1) / ACCOUNT_BYTES));
    const left = bytes.length - offset;
    // As long as accounts are left, a byte must be left to bring them.
    const later = named + accounts < mentioned.length && left > 1 ? 1 : 0;
    const length = Math.max(1, Math.min(left - later, room - accounts * ACCOUNT_BYTES));
    const part = bytes.slice(offset, offset + length);
    lists.push(make(offset, part, mentioned.slice(named, named + accounts)));
    offset += length;
    named += accounts;
  }
  return lists;
}

function roomBeside(payer: PublicKey, instructions: readonly TransactionInstruction[]): number {
  const blockhash = payer.toBase58();
  const size = transactionSize(compileMessage({ payer, instructions, blockhash }));
  return MAX_TRANSACTION_BYTES - size - BUDGET_BYTES;
}
