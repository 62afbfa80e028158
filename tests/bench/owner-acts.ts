// Rows of owners' acts beside the grant: new terms for a live session, a proposal and its approval, a plan without a session.
import assert from "node:assert/strict";

import { PublicKey, type TransactionInstruction } from "@solana/web3.js";
import { encodePayload, renewSessionInstruction } from "@valetkey/sdk/layers";

import { ownerInstruction } from "../support/owner.js";
import {
  approveInstruction,
  draft,
  findProposal,
  proposeInstruction,
} from "../support/proposal.js";
import type { Session } from "../support/session.js";
import type { Row } from "./measure.js";
import type { Scene } from "./scene.js";

/**
 * `renew`: the terms of the scene's session again. `propose`: a renewal of it, in one piece, with the proposal's account opened.
 * `approve`: the owner's approval of that. `owner-execute`: one SOL transfer out of the vault.
 */
export function measureOwnerActs(scene: Scene, session: Session): readonly Row[] {
  const { world } = scene;
  const { svm, programId, config, owner } = world;
  const send = (work: string, instruction: TransactionInstruction, opened?: PublicKey): Row => {
    const result = svm.send([instruction], [owner]);
    assert.ok(result.ok, result.logs.join("\n"));
    const named = [programId, owner.publicKey, ...instruction.keys.map(({ pubkey }) => pubkey)];
    return {
      ...{ work, computeUnits: Number(result.computeUnits), bytes: result.bytes },
      accounts: new Set(named.map(String)).size,
      ...{ floor: null, ratio: null },
      rentLamports: opened === undefined ? null : Number(svm.balance(opened)),
    };
  };
  const owners = [owner.publicKey];
  const { terms, address } = session;
  const renew = renewSessionInstruction({
    ...{ programId, config, session: address, owners, epoch: 1n, revision: 0, terms },
  });
  const payload = encodePayload({
    ...{ kind: "renewal", session: address.toBase58(), revision: 1, terms },
  });
  // The first id whose address has the highest bump: a search then costs one try.
  const bump = (id: bigint) => {
    const number = Buffer.alloc(8);
    number.writeBigUInt64LE(id);
    const seeds = [Buffer.from("proposal"), config.toBuffer(), number];
    return PublicKey.findProgramAddressSync(seeds, programId)[1];
  };
  let id = 1n;
  while (bump(id) !== 255) id += 1n;
  const proposal = draft(world, 1, Buffer.from(payload), { id, payer: owner });
  return [
    send("renew", renew),
    send("propose", proposeInstruction(world, proposal), findProposal(world, id)),
    send("approve", approveInstruction(world, proposal, owner.publicKey)),
    send("owner-execute", ownerInstruction(world, [scene.sol()])),
  ];
}
