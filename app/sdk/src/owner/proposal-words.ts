import { describeDifference } from "../grant/difference.js";
import { describeGrant, type Line } from "../grant/describe.js";
import type { Names } from "../grant/names.js";
import { describeOwners } from "../grant/owners.js";
import { describePlan } from "../grant/plan.js";
import type { OwnerContext } from "./context.js";
import type { ProposalContent, ProposalState } from "./proposal-state.js";

/** What a proposal would do, in words, from the bytes that its hash covers. */
export function proposalLines(
  { config, vault }: OwnerContext,
  content: ProposalContent,
  state: ProposalState,
  given: Names,
): readonly Line[] {
  const { payload, decimals, session, accounts, address, payer } = content;
  const names = { ...given, decimals: { ...given.decimals, ...decimals } };
  const line = (text: string, level: Line["level"] = "info"): Line => ({
    ...{ key: "proposal", text, level },
  });
  if (payload === null)
    return [line("It isn't wholly written yet: what it would do can't be read.", "danger")];
  switch (payload.kind) {
    case "grant":
      return [
        line(`Grants a session: key ${payload.sessionKey} signs for the vault ${String(vault)}.`),
        ...describeGrant(payload.terms, names),
      ];
    case "renewal": {
      const head = `Renews session ${payload.session}`;
      if (session === null) return [line(`${head}, which isn't there.`, "danger")];
      if (session.revision !== payload.revision)
        return [line(`${head}, which was renewed meanwhile: it can't be enacted.`, "danger")];
      const lines = describeDifference(session, payload.terms, names);
      const what = lines.length === 0 ? "nothing changes" : "what changes";
      return [line(`${head} (key ${session.sessionKey}): ${what}.`), ...lines];
    }
    case "owners":
      return [line("Changes who owns the vault."), ...describeOwners(state.config, payload, names)];
    case "plan":
    case "recovery": {
      const about =
        payload.kind === "plan"
          ? "Runs the owners' own plan."
          : "Runs the owners' own plan to recover a vault that isn't sound.";
      if (accounts === null) {
        const text =
          "Its accounts aren't known here: ask whoever proposed it for them, and open it with them.";
        return [line(about), line(text, "danger")];
      }
      const fixed = [config, vault, address, payer].map((key) => key.toBase58());
      const rest = accounts.map(({ pubkey, isWritable: writable }) => ({
        ...{ address: pubkey.toBase58(), writable },
      }));
      const { inner } = payload;
      return [
        line(about),
        ...describePlan({ inner, accounts: [...fixed, ...rest], vault: vault.toBase58(), names }),
      ];
    }
  }
}
