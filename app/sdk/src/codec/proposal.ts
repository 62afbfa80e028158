// The proposal account and what it carries, byte by byte.
import { sha256 } from "@noble/hashes/sha2";

import { refused } from "../errors/error.js";
import { addressToBytes, bytesToAddress, type Address, type AddressLike } from "./address.js";
import { Reader, sameBytes, Writer } from "./bytes.js";
import { VERSION } from "./constants.js";
import { discriminator } from "./discriminator.js";
import { decodeOwnersInner, encodeOwnersInner } from "./plan.js";
import { decodeTerms, encodeTerms } from "./terms.js";
import type { PlanInner, TermsData } from "./types.js";

/** First 8 bytes of every proposal. */
export const PROPOSAL_DISCRIMINATOR = /* @__PURE__ */ discriminator("account", "Proposal");

/** Offsets for `getProgramAccounts` filters. */
export const PROPOSAL_OFFSETS = { kind: 9, config: 24, payer: 56 } as const;

/** Bytes before the payload. */
export const PROPOSAL_HEADER_SIZE = 192;
/** Most bytes of a payload. */
export const MAX_PAYLOAD_SIZE = 4096;
/** Longest life of a proposal: 60 days. */
export const MAX_PROPOSAL_SECONDS = 5_184_000;

/** Where terms say which keys accounts give. */
const BITMAP = 25;

const KINDS = ["grant", "renewal", "owners", "plan", "recovery"] as const;

/** Which act a proposal carries. */
export type ProposalKind = (typeof KINDS)[number];

/** Owners, threshold and timelock of a vault config. */
export interface OwnersData {
  /** Sorted by their bytes, each once. */
  readonly owners: readonly AddressLike[];
  readonly threshold: number;
  readonly timelockSeconds: number;
}

/** What a proposal carries. */
export type ProposalPayload =
  | {
      readonly kind: "grant";
      readonly grantId: bigint;
      readonly sessionKey: Address;
      readonly terms: TermsData;
    }
  | {
      readonly kind: "renewal";
      readonly session: Address;
      readonly revision: number;
      readonly terms: TermsData;
    }
  | {
      readonly kind: "owners";
      readonly owners: readonly Address[];
      readonly threshold: number;
      readonly timelockSeconds: number;
    }
  | {
      readonly kind: "plan" | "recovery";
      /** sha256 of the act's accounts from index 1 on. */
      readonly keysHash: Uint8Array;
      readonly inner: readonly PlanInner[];
    };

/** A proposal account, decoded. */
export interface ProposalAccount {
  readonly kind: ProposalKind;
  readonly bump: number;
  /** Wholly written; its content can't change any more. */
  readonly sealed: boolean;
  /** Bit i: owner i of the config has approved. */
  readonly approvals: number;
  readonly id: bigint;
  readonly config: Address;
  /** Paid the rent and gets it back. */
  readonly payer: Address;
  readonly epoch: bigint;
  readonly ownersRevision: bigint;
  readonly createdAt: bigint;
  /** No approval and no act after this second. */
  readonly deadline: bigint;
  /** When it may be enacted; 0 while approvals are missing. */
  readonly readyAt: bigint;
  /** The program's hash of the content; zeros until it is sealed. */
  readonly hash: Uint8Array;
  /** Bytes of the payload when it is whole. */
  readonly length: number;
  /** The bytes written so far. */
  readonly payload: Uint8Array;
}

/**
 * Reads a proposal. Foreign bytes are `NotAProposal`, a newer layout is `UnknownVersion`.
 *
 * @example
 * ```ts
 * const { deadline, approvals } = decodeProposal(account.data);
 * ```
 */
export function decodeProposal(bytes: Uint8Array): ProposalAccount {
  const head = bytes.slice(0, 8);
  if (bytes.length < PROPOSAL_HEADER_SIZE || !sameBytes(head, PROPOSAL_DISCRIMINATOR)) {
    throw refused("NotAProposal");
  }
  const reader = new Reader(bytes, "proposal", (reason) =>
    refused("NotAProposal", { detail: `${reason}.` }),
  );
  reader.take(8);
  if (reader.u8() !== VERSION) throw refused("UnknownVersion");
  const kind = KINDS[reader.u8()] ?? reader.fail("unknown kind");
  const bump = reader.u8();
  const flags = reader.u8();
  if (flags > 1) reader.fail("unknown flag");
  const approvals = reader.u16();
  reader.zeros(2);
  const id = reader.u64();
  const keys = { config: bytesToAddress(reader.take(32)), payer: bytesToAddress(reader.take(32)) };
  const numbers = { epoch: reader.u64(), ownersRevision: reader.u64() };
  const times = { createdAt: reader.i64(), deadline: reader.i64(), readyAt: reader.i64() };
  const hash = reader.take(32);
  const length = reader.u32();
  const written = reader.u32();
  reader.zeros(24);
  if (written > length || length > MAX_PAYLOAD_SIZE || (flags === 1 && written < length))
    reader.fail("lengths contradict each other");
  const payload = reader.take(written);
  // What isn't written yet is nothing.
  reader.take(length - written);
  reader.end();
  const state = { kind, bump, sealed: flags === 1, approvals, id };
  return { ...state, ...keys, ...numbers, ...times, hash, length, payload };
}

/**
 * The bytes that a proposal carries.
 *
 * @example
 * ```ts
 * const payload = encodePayload({ kind: "owners", owners: [wallet.publicKey.toBase58()], threshold: 1, timelockSeconds: 0 });
 * ```
 */
export function encodePayload(payload: ProposalPayload): Uint8Array {
  const writer = new Writer("proposal");
  switch (payload.kind) {
    case "grant":
      writer.u64(payload.grantId).bytes(addressToBytes(payload.sessionKey));
      writer.bytes(encodeTerms(payload.terms));
      break;
    case "renewal":
      writer.bytes(addressToBytes(payload.session)).u32(payload.revision);
      writer.bytes(encodeTerms(payload.terms));
      break;
    case "owners":
      writer.u8(payload.threshold).u32(payload.timelockSeconds).u8(payload.owners.length);
      for (const owner of payload.owners) writer.bytes(addressToBytes(owner));
      break;
    case "plan":
    case "recovery":
      writer.fixed(payload.keysHash, 32).bytes(encodeOwnersInner(payload.inner));
  }
  const bytes = writer.done();
  if (bytes.length > MAX_PAYLOAD_SIZE) {
    const sizes = { asked: BigInt(bytes.length), left: BigInt(MAX_PAYLOAD_SIZE) };
    throw refused("ProposalTooLarge", sizes);
  }
  return bytes;
}

/**
 * Reads what a proposal carries; bytes that aren't exactly those of the kind are `ProposalMalformed`, or named after their part.
 *
 * @example
 * ```ts
 * const payload = decodePayload("owners", bytes);
 * ```
 */
export function decodePayload(kind: ProposalKind, bytes: Uint8Array): ProposalPayload {
  const reader = new Reader(bytes, "proposal", (reason, offset) =>
    refused("ProposalMalformed", {
      subject: "offset",
      asked: BigInt(offset),
      detail: `${reason}.`,
    }),
  );
  const key = (): Address => bytesToAddress(reader.take(32));
  const rest = (): Uint8Array => reader.take(reader.left);
  // A proposal has no accounts to give keys by.
  const terms = (): TermsData => {
    const bytes = rest();
    if (bytes.slice(BITMAP, BITMAP + 4).some((byte) => byte !== 0)) reader.fail("a key by account");
    return decodeTerms(bytes);
  };
  switch (kind) {
    case "grant": {
      const head = { grantId: reader.u64(), sessionKey: key() };
      return { kind, ...head, terms: terms() };
    }
    case "renewal": {
      const head = { session: key(), revision: reader.u32() };
      return { kind, ...head, terms: terms() };
    }
    case "owners": {
      const numbers = { threshold: reader.u8(), timelockSeconds: reader.u32() };
      const owners = Array.from({ length: reader.u8() }, key);
      reader.end();
      return { kind, ...numbers, owners };
    }
    case "plan":
    case "recovery":
      return { kind, keysHash: reader.take(32), inner: decodeOwnersInner(rest()) };
  }
}

/** The kind's number on chain. */
export function kindNumber(kind: ProposalKind): number {
  return KINDS.indexOf(kind);
}

/** The kind of a number on chain. */
export function kindOf(number: number): ProposalKind | undefined {
  return KINDS[number];
}

/**
 * What an approval names: sha256 over kind, config, id, epoch, deadline and payload.
 *
 * @example
 * ```ts
 * const hash = proposalHash({ ...decodeProposal(account.data) });
 * ```
 */
export function proposalHash(input: {
  readonly kind: ProposalKind;
  readonly config: AddressLike;
  readonly id: bigint;
  readonly epoch: bigint;
  readonly deadline: bigint;
  readonly payload: Uint8Array;
}): Uint8Array {
  const { kind, config, id, epoch, deadline, payload } = input;
  const writer = new Writer("proposal").u8(kindNumber(kind)).bytes(addressToBytes(config));
  writer.u64(id).u64(epoch).i64(deadline).bytes(payload);
  return sha256(writer.done());
}
