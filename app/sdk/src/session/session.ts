import type { PublicKey, TransactionInstruction } from "@solana/web3.js";

import { findPositionKey } from "../addresses.js";
import type { SessionAccount } from "../codec/index.js";
import type { PositionKey } from "../compose/index.js";
import { ValetkeyError } from "../errors/index.js";
import type { SessionKey } from "../keys/session-key.js";
import type { Owner } from "../owner/create-owner.js";
import type { Renewal, RenewInput } from "../owner/renew.js";
import type { Verdict } from "../policy/index.js";
import { emit } from "../send/events.js";
import type { Landed } from "../send/index.js";
import type { SessionContext } from "./context.js";
import { readWithApprovals } from "./approvals.js";
import { endSession } from "./end.js";
import { explain, type ExplainInput } from "./explain.js";
import { nativeAccounts, type NativeAccounts } from "./native-accounts.js";
import { createOnceNumbers } from "./once.js";
import { createProvider, type SessionProvider } from "./provider.js";
import { remainingOf, type Remaining } from "./remaining.js";
import { sendLists, type SendOptions, type Sent, type SessionParts } from "./send.js";
import type { SessionState } from "./state.js";
import { createStore, type SessionNotice, type SessionSnapshot } from "./store.js";
import { createSessionTables, type SessionTables } from "./tables.js";

/** A live session in the hands of whoever holds its key. */
export interface Session {
  readonly address: PublicKey;
  readonly vault: PublicKey;
  readonly key: SessionKey;
  /** The terms as the chain stores them, with counters as of the last call. */
  readonly terms: SessionAccount;
  /** Unix seconds. */
  readonly expiresAt: bigint;
  /** An Anchor provider: `new Program(idl, session.provider)`, then `.rpc()` and `.simulate()` as always. The user is the vault. */
  readonly provider: SessionProvider;
  /**
   * An Anchor provider for games that check sessions themselves: its user is the session key, and what a native rule allows is sent
   * as it is, unwrapped. Add `session.nativeAccounts()` to the accounts of the call.
   *
   * @example
   * const { publicKey: authority } = session.native; // new Program(idl, session.native) fills it in
   * const accounts = { authority, owner: wallet.publicKey, ...session.nativeAccounts() };
   */
  readonly native: SessionProvider;
  /** The accounts by which a game's program finds and checks this session; a call takes those of them that its IDL names. */
  readonly nativeAccounts: () => NativeAccounts;
  /** Lookup tables of this session's key. */
  readonly tables: Omit<SessionTables, "isTrusted">;
  /**
   * Runs instructions within the terms, signed by the session key alone. A list runs in one transaction, all of it or
   * nothing; a list of lists runs one after the other, and what ran stays when a later one fails. Any number of calls
   * may be under way together.
   *
   * The rule's mode says how an instruction runs: under a vault rule inside `execute`, under a native rule as it stands, both in
   * their order in one transaction. Its `once` number covers all of it. Native instructions alone have no number: they are signed
   * again only when the cluster has finalized that the first copy can't land any more, and a call that was `Aborted` or
   * `NotConfirmed` can't be sent again safely but by looking its signature up.
   *
   * A session that was renewed meanwhile is read again: the action is composed for the new terms and sent under the same number.
   *
   * @throws ValetkeyError by name, e.g. `NotInScope`, `LimitTotalExceeded`, `InnerInstructionFailed`.
   * @example
   * const { signature } = await session.send({ instructions: [strike, loot] });
   */
  readonly send: {
    (
      input: { readonly instructions: readonly TransactionInstruction[] } & SendOptions,
    ): Promise<Sent>;
    (
      input: {
        readonly instructions: readonly (readonly TransactionInstruction[])[];
      } & SendOptions,
    ): Promise<readonly Sent[]>;
  };
  /** Says whether the terms allow instructions, without sending; `simulate: true` turns "depends" into yes or no. */
  readonly explain: (input: ExplainInput) => Promise<Verdict>;
  /** What is left, read from the chain; of a wallet's tokens never more than the wallet has approved for the vault. */
  readonly remaining: () => Promise<Remaining>;
  /**
   * The address of position key `number` (0 to 65,535), for instructions that want a fresh signing account: it signs where a rule of
   * the terms marks the position. Take a number that nobody used: the account must not exist yet.
   *
   * @example
   * const position = session.positionKey(0);
   */
  readonly positionKey: (number: number) => PublicKey;
  /** Listens; returns the function that stops listening. "expiring" comes a minute before the end. */
  readonly on: (notice: SessionNotice, listener: () => void) => () => void;
  /** The session as it is known: the same object until something changes (fit for `useSyncExternalStore`). */
  readonly getSnapshot: () => SessionSnapshot;
  /**
   * Gives the session new terms while it runs, by its owner: the one that opened it, or the one given here, whose wallet is asked.
   * What was spent stays counted; sends that are under way are composed again under the new terms.
   *
   * @throws ValetkeyError those of `owner.renew`; `InvalidInput` without an owner.
   * @example
   * const { difference } = await session.renew({ terms: myTerms, owner });
   */
  readonly renew: (
    input: Omit<RenewInput, "session"> & { readonly owner?: Pick<Owner, "renew"> },
  ) => Promise<Renewal>;
  /**
   * Ends the session: revokes it, closes its account where possible, and sends the key's left-over lamports to the
   * owner. Returns null when there was nothing left to do. Sweep its lookup tables first.
   */
  readonly end: (input?: { readonly signal?: AbortSignal }) => Promise<Landed | null>;
}

/** Makes a session object from a state that is known to be live. */
export function createSession(
  context: SessionContext,
  state: SessionState,
  opener?: Pick<Owner, "renew">,
): Session {
  const { address, programId, key } = context;
  const store = createStore(state, () => readWithApprovals(context));
  const positionKeys = new Map<number, PositionKey>();
  const parts: SessionParts = {
    context,
    store,
    numbers: createOnceNumbers(state.account?.onceHighest ?? 0n, Date.now(), numbersOf(context)),
    tables: createSessionTables(context),
    positionKeys: () => [...positionKeys.values()],
  };
  const terms = (): SessionAccount => {
    const { account } = store.state();
    if (account !== null) return account;
    const reason = "its account is closed";
    throw new ValetkeyError("SessionEnded", { session: address.toBase58(), reason });
  };
  const { create, extend, list, sweep } = parts.tables;
  const send = async (
    input: {
      readonly instructions:
        readonly TransactionInstruction[] | readonly (readonly TransactionInstruction[])[];
    } & SendOptions,
  ) => {
    const sent = await sendLists(parts, input.instructions, input);
    return Array.isArray(input.instructions[0]) ? sent : sent[0];
  };
  const session: Session = {
    address,
    vault: context.vault,
    key,
    get terms() {
      return terms();
    },
    get expiresAt() {
      return store.getSnapshot().expiresAt;
    },
    provider: createProvider(parts, context.vault),
    native: createProvider(parts, key.publicKey),
    nativeAccounts: () => nativeAccounts(context),
    tables: { create, extend, list, sweep },
    send: send as Session["send"],
    explain: (input) => explain(parts, input),
    remaining: async () => remainingOf(await store.refresh()),
    positionKey: (number) => {
      const known = positionKeys.get(number);
      const key = known ?? { number, ...findPositionKey({ session: address, number, programId }) };
      positionKeys.set(number, key);
      return key.address;
    },
    on: store.on,
    getSnapshot: store.getSnapshot,
    renew: async ({ owner = opener, ...input }) => {
      if (owner !== undefined) return await owner.renew({ ...input, session });
      const reason = "this session was opened by its key alone: give the owner who renews it";
      throw new ValetkeyError("InvalidInput", { what: "renew", reason });
    },
    end: async (input = {}) => {
      const landed = await endSession(context, input);
      store.end("it was ended");
      const signature = landed?.signature ?? null;
      emit([context.onEvent], { type: "ended", session: address.toBase58(), signature });
      return landed;
    },
  };
  return session;
}

function numbersOf({ key, address }: SessionContext) {
  const { takeNumber } = key;
  if (takeNumber === undefined) return undefined;
  const session = address.toBase58();
  return (atLeast: bigint) => takeNumber({ session, atLeast });
}
