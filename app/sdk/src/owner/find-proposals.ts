import bs58 from "bs58";
import type { GetProgramAccountsFilter } from "@solana/web3.js";

import { PROPOSAL_DISCRIMINATOR, PROPOSAL_OFFSETS, type ProposalKind } from "../codec/index.js";
import { kindNumber } from "../codec/proposal.js";
import { isValetkeyError, ValetkeyError } from "../errors/index.js";
import type { OwnerContext } from "./context.js";
import { openProposal, type Proposal } from "./proposal.js";

/** Which proposals are looked for; every member given must hold. */
export interface ProposalFilter {
  readonly kind?: ProposalKind;
  /** Dead ones too, whose rent their payer can get back by `cancel`. Default false. */
  readonly dead?: boolean;
}

/**
 * Lists the proposals of a vault with `getProgramAccounts`: the account begins with the discriminator of `Proposal`, kind at byte 9,
 * config at 24. Those that can't be read are left out.
 *
 * @throws ValetkeyError `IndexUnavailable` when the endpoint doesn't offer that: then pass proposals' addresses on.
 */
export async function findProposals(
  context: OwnerContext,
  { kind, dead = false }: ProposalFilter,
): Promise<readonly Proposal[]> {
  const { connection, programId, config } = context;
  await context.checkCluster();
  const at = (offset: number, bytes: Uint8Array): GetProgramAccountsFilter => ({
    memcmp: { offset, bytes: bs58.encode(bytes) },
  });
  const filters = [
    at(0, PROPOSAL_DISCRIMINATOR),
    at(PROPOSAL_OFFSETS.config, config.toBytes()),
    ...(kind === undefined ? [] : [at(PROPOSAL_OFFSETS.kind, Uint8Array.of(kindNumber(kind)))]),
  ];
  const found = await connection
    .getProgramAccounts(programId, {
      ...{ commitment: "confirmed", filters },
      dataSlice: { offset: 0, length: 0 },
    })
    .catch((cause: unknown) => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new ValetkeyError("IndexUnavailable", { reason }, { cause });
    });
  const opened = await Promise.all(
    found.map(({ pubkey }) =>
      openProposal(context, pubkey).catch((error: unknown) => {
        if (LEFT_OUT.some((code) => isValetkeyError(error, code))) return null;
        throw error;
      }),
    ),
  );
  return opened
    .filter((proposal): proposal is Proposal => proposal !== null)
    .filter(({ status }) => status !== "closed" && (dead || status !== "dead"))
    .sort((a, b) => Number(a.deadline - b.deadline));
}

const LEFT_OUT = [
  "ProposalNotFound",
  "ProposalUnreadable",
  "NotAProposal",
  "UnknownVersion",
] as const;
