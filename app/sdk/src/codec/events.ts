// The program's events: `Program data:` log lines, discriminator and Borsh.
import { base64ToBytes } from "./base64.js";
import { bytesToAddress, type Address } from "./address.js";
import { Reader, toHex } from "./bytes.js";
import { discriminator } from "./discriminator.js";
import { kindOf, type ProposalKind } from "./proposal.js";

/** An event of the program. */
export type ValetkeyEvent =
  | {
      readonly name: "VaultCreated";
      readonly config: Address;
      readonly vault: Address;
      readonly owner: Address;
      readonly index: number;
    }
  | {
      readonly name: "SessionGranted";
      readonly session: Address;
      readonly config: Address;
      readonly sessionKey: Address;
      readonly grantId: bigint;
      readonly expiresAt: bigint;
    }
  | {
      readonly name: "SessionUsed";
      readonly session: Address;
      readonly grantId: bigint;
      readonly seq: bigint;
      readonly once: bigint | null;
    }
  | { readonly name: "SessionRevoked"; readonly session: Address; readonly authority: Address }
  | { readonly name: "AllRevoked"; readonly config: Address; readonly epoch: bigint }
  | {
      readonly name: "SessionClosed";
      readonly session: Address;
      readonly rentPayer: Address;
      readonly lamports: bigint;
    }
  | { readonly name: "OwnerExecuted"; readonly config: Address; readonly inner: number }
  | {
      readonly name: "CouncilCreated";
      readonly config: Address;
      readonly vault: Address;
      readonly base: Address;
      readonly threshold: number;
      readonly owners: number;
    }
  | {
      readonly name: "OwnersSet";
      readonly config: Address;
      readonly epoch: bigint;
      readonly threshold: number;
      readonly timelockSeconds: number;
      readonly owners: number;
    }
  | {
      readonly name: "Proposed";
      readonly proposal: Address;
      readonly config: Address;
      readonly kind: ProposalKind;
      readonly id: bigint;
    }
  | {
      readonly name: "ProposalApproved";
      readonly proposal: Address;
      readonly owner: Address;
      readonly approvals: number;
      /** 0 while approvals are missing. */
      readonly readyAt: bigint;
    }
  | { readonly name: "ProposalCancelled"; readonly proposal: Address; readonly authority: Address }
  | { readonly name: "ProposalEnacted"; readonly proposal: Address; readonly config: Address }
  | {
      readonly name: "SessionRenewed";
      readonly session: Address;
      readonly config: Address;
      readonly revision: number;
      readonly expiresAt: bigint;
    }
  | {
      readonly name: "SessionConsumed";
      readonly session: Address;
      readonly grantId: bigint;
      readonly rule: number;
      readonly argument: bigint;
    };

type Read<N extends ValetkeyEvent["name"]> = (
  reader: Reader,
) => Omit<Extract<ValetkeyEvent, { name: N }>, "name">;

const key = (reader: Reader): Address => bytesToAddress(reader.take(32));

const READERS: { readonly [N in ValetkeyEvent["name"]]: Read<N> } = {
  VaultCreated: (r) => ({ config: key(r), vault: key(r), owner: key(r), index: r.u8() }),
  SessionGranted: (r) => ({
    ...{ session: key(r), config: key(r), sessionKey: key(r) },
    ...{ grantId: r.u64(), expiresAt: r.i64() },
  }),
  SessionUsed: (r) => {
    const fields = { session: key(r), grantId: r.u64(), seq: r.u64() };
    const once = r.u64();
    return { ...fields, once: once === 0n ? null : once };
  },
  SessionRevoked: (r) => ({ session: key(r), authority: key(r) }),
  AllRevoked: (r) => ({ config: key(r), epoch: r.u64() }),
  SessionClosed: (r) => ({ session: key(r), rentPayer: key(r), lamports: r.u64() }),
  OwnerExecuted: (r) => ({ config: key(r), inner: r.u8() }),
  CouncilCreated: (r) => ({
    ...{ config: key(r), vault: key(r), base: key(r) },
    ...{ threshold: r.u8(), owners: r.u8() },
  }),
  OwnersSet: (r) => ({
    ...{ config: key(r), epoch: r.u64(), threshold: r.u8() },
    ...{ timelockSeconds: r.u32(), owners: r.u8() },
  }),
  Proposed: (r) => ({
    ...{ proposal: key(r), config: key(r) },
    ...{ kind: kindOf(r.u8()) ?? r.fail("unknown kind"), id: r.u64() },
  }),
  ProposalApproved: (r) => ({
    ...{ proposal: key(r), owner: key(r), approvals: r.u8(), readyAt: r.i64() },
  }),
  ProposalCancelled: (r) => ({ proposal: key(r), authority: key(r) }),
  ProposalEnacted: (r) => ({ proposal: key(r), config: key(r) }),
  SessionRenewed: (r) => ({
    ...{ session: key(r), config: key(r), revision: r.u32(), expiresAt: r.i64() },
  }),
  SessionConsumed: (r) => ({
    ...{ session: key(r), grantId: r.u64(), rule: r.u8(), argument: r.u64() },
  }),
};

const NAMES = /* @__PURE__ */ new Map(
  (Object.keys(READERS) as ValetkeyEvent["name"][]).map((name) => [
    toHex(discriminator("event", name)),
    name,
  ]),
);

/**
 * Reads one event from the bytes of a `Program data:` line; null when they are no event of ours.
 *
 * @example
 * ```ts
 * const event = decodeEvent(bytes);
 * if (event?.name === "SessionUsed") console.log(event.seq);
 * ```
 */
export function decodeEvent(bytes: Uint8Array): ValetkeyEvent | null {
  const name = NAMES.get(toHex(bytes.slice(0, 8)));
  if (name === undefined) return null;
  const reader = new Reader(bytes.slice(8), `event ${name}`);
  try {
    const fields = READERS[name](reader);
    reader.end();
    return { name, ...fields } as ValetkeyEvent;
  } catch {
    return null;
  }
}

/**
 * The program's events in a transaction's logs, in order. Only lines logged while the program itself runs count, so a called
 * program can't forge one. Logs may be cut off by the runtime: the accounts are the truth.
 *
 * @example
 * ```ts
 * const used = decodeEvents({ logs, programId }).filter((event) => event.name === "SessionUsed");
 * ```
 */
export function decodeEvents(input: {
  readonly logs: readonly string[];
  readonly programId: { toString(): string };
}): readonly ValetkeyEvent[] {
  const own = input.programId.toString();
  const stack: string[] = [];
  const events: ValetkeyEvent[] = [];
  for (const line of input.logs) {
    const invoke = /^Program (\w+) invoke \[\d+\]$/.exec(line);
    if (invoke?.[1] !== undefined) stack.push(invoke[1]);
    else if (/^Program \w+ (success$|failed: )/.test(line)) stack.pop();
    else if (stack.at(-1) === own && line.startsWith("Program data: ")) {
      const bytes = base64ToBytes(line.slice("Program data: ".length));
      const event = bytes === null ? null : decodeEvent(bytes);
      if (event !== null) events.push(event);
    }
  }
  return events;
}
