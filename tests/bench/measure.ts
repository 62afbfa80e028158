// Each row of the cost table: what is done, and what it costs, measured on the built programs. Compute units are exact and repeatable.
import assert from "node:assert/strict";

import {
  AddressLookupTableAccount,
  AddressLookupTableProgram,
  PublicKey,
  SystemProgram,
  TransactionMessage,
  type Keypair,
  type TransactionInstruction,
} from "@solana/web3.js";
import {
  closeSessionInstruction,
  grantSessionInstruction,
  revokeSessionInstruction,
} from "@valetkey/sdk/layers";

import { floorInstruction } from "../support/floor.js";
import { executeInstruction, type ExecuteOptions, type Session } from "../support/session.js";
import type { Step } from "../support/plan.js";
import type { SendOptions, SendResult } from "../support/svm.js";
import { toTermsData } from "../support/terms.js";
import { measureNative } from "./native.js";
import { delegateTransfer } from "./delegate.js";
import { measureOwnerActs } from "./owner-acts.js";
import { createScene, sceneSession, type Scene } from "./scene.js";

/** One line of the table. */
export interface Row {
  readonly work: string;
  readonly computeUnits: number;
  /** The same work by the program that checks nothing; null where there is no such thing. */
  readonly floor: number | null;
  readonly ratio: number | null;
  /** Serialized transaction, v0, one signature (grant and close: as sent). */
  readonly bytes: number;
  /** Distinct accounts that the transaction names. */
  readonly accounts: number;
  /** Rent of the account that the work creates or gives back, in lamports; null where none is. */
  readonly rentLamports: number | null;
}

const GRANT_ID = 7n;

/** Measures every row, in the order of the table. */
export async function measure(): Promise<readonly Row[]> {
  const scene = createScene();
  const granted = grant(scene);
  const execute = (work: string, instructions: readonly Step[], options: MeasureOptions = {}) =>
    executeRow(scene, granted.session, work, instructions, options);
  const sol = { rule: 0, instruction: scene.sol() };
  const five = Array.from({ length: 5 }, () => sol);
  const table = lookupTable(scene);
  const overLimit = { rule: 0, instruction: scene.sol() };
  overLimit.instruction.data.writeBigUInt64LE(10_001n, 4);
  const rows = [
    execute("sol-transfer", [sol]),
    execute("sol-transfer-with-table", [sol], { lookupTables: [table] }),
    execute("token-transfer", [{ rule: 1, instruction: scene.token() }]),
    execute("five-sol-transfers", five),
    execute("denied", [overLimit], { refusedAs: "DataConstraintFailed" }),
    execute("denied-after-cpi", [sol], {
      refusedAs: "MinReceiveNotMet",
      guards: { minReceive: [{ asset: "SOL", amount: 1n }] },
    }),
  ];
  const acts = measureOwnerActs(scene, granted.session);
  return [
    ...[...rows, delegateRow(scene), granted.row, ...end(scene), ...acts],
    ...(await measureNative()),
  ];
}

interface MeasureOptions extends SendOptions {
  readonly guards?: ExecuteOptions;
  /** The refusal that this work must meet. */
  readonly refusedAs?: string;
}

function executeRow(
  scene: Scene,
  session: Session,
  work: string,
  steps: readonly Step[],
  { guards = {}, refusedAs, ...options }: MeasureOptions,
): Row {
  const instruction = executeInstruction(scene.world, session, steps, guards);
  const result = send(scene, [instruction], [scene.sessionKey], options, refusedAs);
  const bare = steps.map((step) =>
    fromFloor(scene, "instruction" in step ? step.instruction : step),
  );
  const floor =
    refusedAs === undefined
      ? send(
          scene,
          [floorInstruction(scene.sessionKey.publicKey, bare)],
          [scene.sessionKey],
          options,
        )
      : null;
  return row(work, scene, [instruction], result, {
    floor: floor === null ? null : Number(floor.computeUnits),
  });
}

function delegateRow(scene: Scene): Row {
  const { session, instruction } = delegateTransfer(scene);
  const result = send(scene, [instruction], [session.key]);
  return row("delegate-transfer", scene, [instruction], result, {});
}

/** The same transfer out of the floor program's vault. */
function fromFloor(scene: Scene, instruction: TransactionInstruction): TransactionInstruction {
  return instruction.programId.equals(SystemProgram.programId)
    ? scene.sol(scene.floor.vault)
    : scene.token(scene.floor.vault);
}

function grant(scene: Scene): { readonly row: Row; readonly session: Session } {
  const { world, sessionKey } = scene;
  const terms = toTermsData(scene.terms, world.svm.now());
  const session: Session = {
    ...{ key: sessionKey, address: sceneSession(scene), grantId: GRANT_ID, terms },
  };
  const instruction = grantSessionInstruction({
    ...{ programId: world.programId, config: world.config, session: session.address, terms },
    ...{ payer: world.owner.publicKey, owners: [world.owner.publicKey], epoch: 1n },
    ...{ sessionKey: sessionKey.publicKey, grantId: GRANT_ID },
  });
  const result = send(scene, [instruction], [world.owner]);
  const rentLamports = Number(world.svm.balance(session.address));
  return { session, row: row("grant", scene, [instruction], result, { rentLamports }) };
}

function end(scene: Scene): readonly Row[] {
  const { world } = scene;
  const session = sceneSession(scene);
  const named = { programId: world.programId, config: world.config, session };
  const owner = world.owner.publicKey;
  world.svm.advance(1n); // a session can be closed from the second after its grant on
  const revoke = [revokeSessionInstruction({ ...named, authority: owner })];
  const revoked = row("revoke", scene, revoke, send(scene, revoke, [world.owner]), {});
  const rentLamports = Number(world.svm.balance(session));
  const close = [closeSessionInstruction({ ...named, rentPayer: owner })];
  return [revoked, row("close", scene, close, send(scene, close, [world.owner]), { rentLamports })];
}

function send(
  scene: Scene,
  instructions: readonly TransactionInstruction[],
  signers: readonly Keypair[],
  options: SendOptions = {},
  refusedAs?: string,
): SendResult {
  const result = scene.world.svm.send(instructions, signers, options);
  const named =
    refusedAs === undefined || result.logs.some((line) => line.includes(` ${refusedAs} `));
  assert.ok(
    result.ok === (refusedAs === undefined) && named,
    `${refusedAs ?? "success"} was expected: ${String(result.err)}\n${result.logs.join("\n")}`,
  );
  return result;
}

function row(
  work: string,
  scene: Scene,
  instructions: readonly TransactionInstruction[],
  result: SendResult,
  more: { readonly floor?: number | null; readonly rentLamports?: number },
): Row {
  const message = new TransactionMessage({
    payerKey: scene.sessionKey.publicKey,
    recentBlockhash: PublicKey.default.toBase58(),
    instructions: [...instructions],
  }).compileToV0Message();
  const computeUnits = Number(result.computeUnits);
  const floor = more.floor ?? null;
  return {
    work,
    computeUnits,
    floor,
    ratio: floor === null ? null : Math.round((computeUnits / floor) * 100) / 100,
    bytes: result.bytes,
    accounts: message.staticAccountKeys.length,
    rentLamports: more.rentLamports ?? null,
  };
}

/** A lookup table that holds what every execute of this vault names. */
function lookupTable(scene: Scene): AddressLookupTableAccount {
  const { world } = scene;
  const addresses = [world.config, world.vault, world.thief.publicKey, SystemProgram.programId];
  const state = {
    deactivationSlot: 2n ** 64n - 1n,
    lastExtendedSlot: 0,
    lastExtendedSlotStartIndex: 0,
  };
  const header = Buffer.alloc(56);
  header.writeUInt32LE(1, 0);
  header.writeBigUInt64LE(state.deactivationSlot, 4);
  const data = Buffer.concat([header, ...addresses.map((address) => address.toBytes())]);
  const key = PublicKey.findProgramAddressSync(
    [world.owner.publicKey.toBytes()],
    AddressLookupTableProgram.programId,
  )[0];
  const owner = AddressLookupTableProgram.programId;
  world.svm.setAccount(key, { lamports: world.svm.rent(data.length), data, owner });
  world.svm.setClock({ slot: 10n });
  return new AddressLookupTableAccount({ key, state: { ...state, addresses } });
}
