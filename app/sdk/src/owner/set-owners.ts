import { setOwnersInstruction, setOwnersProposedInstruction } from "../codec/index.js";
import { ValetkeyError } from "../errors/index.js";
import type { Line } from "../grant/describe.js";
import type { Landed } from "../send/index.js";
import { chainNow } from "./clock.js";
import { actAtOnce } from "./at-once.js";
import type { CallOptions, OwnerContext } from "./context.js";
import { openDoor } from "./door.js";
import { checkOwners, ownersWarnings, type OwnersInput } from "./owners.js";

/** Owners that were set. */
export interface OwnersChange extends Landed {
  /** What the owners should know about these numbers, in words. */
  readonly warnings: readonly Line[];
}

/** Sets owners, threshold and timelock of the vault; every session, text and proposal of it is dead afterwards. */
export async function setOwners(
  context: OwnerContext,
  input: OwnersInput & CallOptions,
): Promise<OwnersChange> {
  const wanted = checkOwners(input, context);
  const acting = await openDoor(context);
  const { programId, config, owners: signers, state, wallet, connection } = acting;
  // A vault that isn't open yet has nothing to change.
  if (state === null) throw new ValetkeyError("VaultNotFound", { config: config.toBase58() });
  const set = setOwnersInstruction({ programId, config, signers, epoch: state.epoch, ...wanted });
  const now = await chainNow(connection);
  const longWay = () => ({
    payload: { kind: "owners", ...wanted } as const,
    ...{ now, subject: config, first: [], around: [] },
    enact: (proposal: typeof config) =>
      setOwnersProposedInstruction({
        ...{ programId, config, proposal, proposalPayer: wallet.publicKey },
      }),
  });
  const landed = await actAtOnce(acting, { instructions: [set] }, longWay, input);
  return { ...landed, warnings: ownersWarnings(wanted) };
}
