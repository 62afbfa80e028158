// One execute of a transaction: consecutive instructions that run inside, their accounts, a rule for each.
import { PublicKey, type AccountMeta, type TransactionInstruction } from "@solana/web3.js";

import type { Address } from "../codec/address.js";
import { assetIndex } from "../codec/keys.js";
import type { PlanData, PlanInner, SessionAccount } from "../codec/types.js";
import { invalid, refused, ValetkeyError } from "../errors/error.js";
import type { AccountFact, AccountView, PlanAccount } from "../policy/accounts.js";
import { isProtected } from "../policy/accounts.js";
import { accountTable, type AccountTable } from "./accounts.js";
import { chooseRule } from "./choose.js";

/** A position key that instructions may name as signer. */
export interface PositionKey {
  readonly address: PublicKey;
  readonly number: number;
  readonly bump: number;
}

/** At least these amounts must have come in after the whole plan; `asset` is SOL or a mint of the session's key table. */
export type MinReceive = readonly { readonly asset: "SOL" | PublicKey; readonly amount: bigint }[];

/** What every plan of a session is composed under. */
export interface RunContext {
  readonly programId: PublicKey;
  /** Address of the session account. */
  readonly address: PublicKey;
  readonly session: SessionAccount;
  /** Fee payer of the transaction; pays for what is hoisted out. */
  readonly payer: PublicKey;
  readonly positionKeys?: readonly PositionKey[];
  /** What is known of accounts, by address: null = no such account. Unknown ones make a choice less sure. */
  readonly facts?: ReadonlyMap<Address, AccountFact | null>;
}

/** The arguments and accounts of one execute. */
export interface ComposedRun {
  readonly inner: readonly PlanInner[];
  /** For `executeInstruction`: metas from index 4 on. */
  readonly accounts: readonly AccountMeta[];
  readonly vaultWritable: boolean;
  /** The parts of `PlanData` that compose decides: inner instructions, `minReceive`, position keys. */
  readonly plan: PlanData;
  /** Everything from index 0 on with what is known of it, for `explainPlan`. */
  readonly planAccounts: readonly PlanAccount[];
  /** False when an account that nobody read decides whether a rule matches. */
  readonly sure: boolean;
}

/** An instruction and its position in the list that was given. */
export interface Placed {
  readonly index: number;
  readonly instruction: TransactionInstruction;
}

/** Composes the instructions of one execute. `used` counts inner instructions per rule, over all runs of the transaction. */
export function composeRun(
  context: RunContext,
  input: {
    readonly inside: readonly Placed[];
    /** Addresses that the rest of the transaction marks writable. */
    readonly writableElsewhere: ReadonlySet<Address>;
    readonly used: number[];
    readonly minReceive?: MinReceive | undefined;
  },
): ComposedRun {
  const { session, address, programId } = context;
  const { inside, used } = input;
  if (inside.length > 16)
    throw refused("TooManyInner", { asked: BigInt(inside.length), left: 16n });
  const keys = new Map((context.positionKeys ?? []).map((one) => [one.address.toBase58(), one]));
  for (const placed of inside) refuseForeignSigners(placed, context, keys);
  const [sessionKey, config, vault] = [session.sessionKey, session.config, session.vault].map(
    (key) => new PublicKey(key),
  ) as [PublicKey, PublicKey, PublicKey];
  const table = accountTable({
    first: [sessionKey, address, config, vault],
    instructions: inside.map(({ instruction }) => instruction),
    writableElsewhere: input.writableElsewhere,
  });
  const planAccounts = table.all.map(({ pubkey, isWritable }) =>
    planAccount(context, pubkey.toBase58(), isWritable),
  );
  const known = [...keys.values()].map((one) => table.indexOf(one.address));
  const view: AccountView = {
    ...{ accounts: planAccounts, vault: session.vault, programId: programId.toBase58() },
    ...{ terms: session, positionKeys: known.filter((index) => index >= 0) },
  };
  let sure = true;
  const inner = inside.map(({ index, instruction }): PlanInner => {
    const call = {
      program: table.indexOf(instruction.programId),
      accounts: instruction.keys.map(({ pubkey }) => table.indexOf(pubkey)),
      data: Uint8Array.from(instruction.data),
    };
    refuseProtected(call, index, view);
    const choice = chooseRule({ rules: session.rules, inner: call, view, used, index });
    used[choice.rule] = (used[choice.rule] ?? 0) + 1;
    sure &&= choice.sure;
    refuseUnmarkedSigners({ index, instruction }, session, choice.rule, keys);
    return { rule: choice.rule, ...call };
  });
  const plan: PlanData = {
    inner,
    ...minReceiveOf(session, input.minReceive),
    ...positionKeysOf(session, inner, table, keys),
  };
  const pins = missingPins(context, inner, planAccounts);
  return {
    ...{ inner, plan, sure, vaultWritable: table.vaultWritable },
    accounts: [...table.rest, ...pins.map(({ meta }) => meta)],
    planAccounts: [...planAccounts, ...pins.map(({ account }) => account)],
  };
}

/** Programdata accounts of pinned rules: they stand behind the rest, in no inner instruction. */
function missingPins(
  context: RunContext,
  inner: readonly PlanInner[],
  accounts: readonly PlanAccount[],
): readonly { readonly meta: AccountMeta; readonly account: PlanAccount }[] {
  const pinned = inner.flatMap(({ rule }) => context.session.rules[rule]?.pin?.programData ?? []);
  return [...new Set(pinned)]
    .filter((address) => !accounts.some((one) => one.address === address))
    .map((address) => ({
      meta: { pubkey: new PublicKey(address), isSigner: false, isWritable: false },
      account: planAccount(context, address, false),
    }));
}

function planAccount({ facts }: RunContext, address: Address, writable: boolean): PlanAccount {
  return {
    address,
    writable,
    ...(facts?.has(address) === true ? { fact: facts.get(address) } : {}),
  };
}

function refuseForeignSigners(
  { index, instruction }: Placed,
  { session, payer }: RunContext,
  positionKeys: ReadonlyMap<Address, PositionKey>,
): void {
  for (const { pubkey, isSigner } of instruction.keys) {
    const signer = pubkey.toBase58();
    if (!isSigner || signer === session.vault || positionKeys.has(signer)) continue;
    const own = signer === session.sessionKey;
    const name = own ? "the session key" : pubkey.equals(payer) ? "the fee payer" : undefined;
    const context = { index, signer, ...(name === undefined ? {} : { name }) };
    throw new ValetkeyError("ForeignSigner", context);
  }
}

/** A position key signs where the rule marks it, and nowhere else. */
function refuseUnmarkedSigners(
  { index, instruction }: Placed,
  { rules }: SessionAccount,
  rule: number,
  keys: ReadonlyMap<Address, PositionKey>,
): void {
  const marked = markedPositions(rules, rule);
  for (const [position, { pubkey, isSigner }] of instruction.keys.entries()) {
    const signer = pubkey.toBase58();
    if (!isSigner || !keys.has(signer) || marked.includes(position)) continue;
    const name = `a position key, at account ${String(position)} which rule ${String(rule)} doesn't mark`;
    throw new ValetkeyError("ForeignSigner", { index, signer, name });
  }
}

function markedPositions(rules: SessionAccount["rules"], rule: number): readonly number[] {
  const accounts = rules[rule]?.accounts ?? [];
  return accounts.flatMap(({ kind, position }) => (kind === "positionKey" ? [position] : []));
}

function refuseProtected(call: Omit<PlanInner, "rule">, inner: number, view: AccountView): void {
  if (view.accounts[call.program]?.address === view.programId) throw refused("SelfCall", { inner });
  const at = call.accounts.findIndex((account) => isProtected(view, account));
  if (at >= 0) throw refused("ForbiddenAccount", { inner, subject: "position", index: at });
}

function minReceiveOf(
  { keys }: SessionAccount,
  minReceive: MinReceive | undefined,
): Pick<PlanData, "minReceive"> {
  if (minReceive === undefined || minReceive.length === 0) return {};
  return {
    minReceive: minReceive.map(({ asset, amount }) => {
      const text = asset === "SOL" ? asset : asset.toBase58();
      if (text !== "SOL" && !keys.includes(text)) {
        throw invalid("minReceive", `the session's terms don't name the mint ${text}`);
      }
      return { asset: assetIndex(keys, text), amount };
    }),
  };
}

/** The plan's list of position keys: those that stand where a chosen rule marks one. */
function positionKeysOf(
  { rules }: SessionAccount,
  inner: readonly PlanInner[],
  table: AccountTable,
  keys: ReadonlyMap<Address, PositionKey>,
): Pick<PlanData, "positionKeys"> {
  const marked = new Set(
    inner.flatMap(({ rule, accounts }) =>
      markedPositions(rules, rule).map((position) => accounts[position]),
    ),
  );
  const used = [...keys.values()].flatMap(({ address, number, bump }) => {
    const account = table.indexOf(address);
    return marked.has(account) ? [{ account, number, bump }] : [];
  });
  return used.length === 0 ? {} : { positionKeys: used };
}
