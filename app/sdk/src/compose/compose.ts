// Ordinary instructions in, plan out.
import { PublicKey, type AccountMeta, type TransactionInstruction } from "@solana/web3.js";

import type { Address } from "../codec/address.js";
import { assetIndex } from "../codec/keys.js";
import type { PlanData, PlanInner, SessionAccount } from "../codec/types.js";
import { invalid, refused, ValetkeyError } from "../errors/error.js";
import type { AccountFact, AccountView, PlanAccount } from "../policy/accounts.js";
import { isProtected } from "../policy/accounts.js";
import { accountTable, writableOutside, type AccountTable } from "./accounts.js";
import { chooseRule } from "./choose.js";
import { normalise, type Change, type Wishes } from "./normalise.js";

/** A position key that instructions may name as signer. */
export interface PositionKey {
  readonly address: PublicKey;
  readonly number: number;
  readonly bump: number;
}

/** What a plan is composed from. */
export interface ComposeInput {
  readonly programId: PublicKey;
  /** Address of the session account. */
  readonly address: PublicKey;
  readonly session: SessionAccount;
  /** Fee payer of the transaction; pays for what is hoisted out. */
  readonly payer: PublicKey;
  readonly instructions: readonly TransactionInstruction[];
  /** At least these amounts must have come in after the whole plan; `asset` is SOL or a mint of the session's key table. */
  readonly minReceive?: readonly { readonly asset: "SOL" | PublicKey; readonly amount: bigint }[];
  readonly positionKeys?: readonly PositionKey[];
  /** What is known of accounts, by address: null = no such account. Unknown ones make a choice less sure. */
  readonly facts?: ReadonlyMap<Address, AccountFact | null>;
}

/** A composed plan. */
export interface ComposedPlan {
  readonly inner: readonly PlanInner[];
  /** For `executeInstruction`: metas from index 4 on. */
  readonly accounts: readonly AccountMeta[];
  readonly vaultWritable: boolean;
  /** The parts of `PlanData` that compose decides: inner instructions, `minReceive`, position keys. */
  readonly plan: PlanData;
  /** Everything from index 0 on with what is known of it, for `explainPlan`. */
  readonly planAccounts: readonly PlanAccount[];
  /** Instructions of the transaction itself, before the execute. */
  readonly outer: readonly TransactionInstruction[];
  readonly wishes: Wishes;
  readonly changes: readonly Change[];
  /** False when an account that nobody read decides whether a rule matches. */
  readonly sure: boolean;
}

/**
 * Composes ordinary instructions to one plan: normalises them, lists their accounts, chooses a rule for each. Named errors:
 * `ForeignSigner`, `NotInScope`, `RuleUsesSpent`, `ForbiddenAccount`, `SelfCall`, `TooManyInner`, `EmptyRequest`.
 *
 * @example
 * ```ts
 * const composed = composePlan({ programId, address, session: sessionAccount, payer, instructions });
 * const execute = executeInstruction({
 *   ...{ programId, sessionKey, session: address, config, vault: session.vault, ...composed },
 *   plan: { ...composed.plan, once: 7n },
 * });
 * ```
 */
export function composePlan(input: ComposeInput): ComposedPlan {
  const { session, payer, address, programId } = input;
  const key = (text: Address): PublicKey => new PublicKey(text);
  const vault = key(session.vault);
  const { inside, outside, wishes, changes } = normalise({
    instructions: input.instructions,
    ...{ vault, payer, closesAllowed: session.closeAccounts },
  });
  if (inside.length === 0) {
    throw new ValetkeyError("EmptyRequest", { what: "The list of instructions for the session" });
  }
  if (inside.length > 16)
    throw refused("TooManyInner", { asked: BigInt(inside.length), left: 16n });
  const keys = new Map((input.positionKeys ?? []).map((one) => [one.address.toBase58(), one]));
  for (const { index, instruction } of inside)
    refuseForeignSigners(instruction, index, input, keys);
  const table = accountTable({
    first: [key(session.sessionKey), address, key(session.config), vault],
    instructions: inside.map(({ instruction }) => instruction),
    writableElsewhere: writableOutside(payer, outside),
  });
  const planAccounts = table.all.map(({ pubkey, isWritable }): PlanAccount => {
    const text = pubkey.toBase58();
    const known = input.facts?.has(text) ?? false;
    return {
      address: text,
      writable: isWritable,
      ...(known ? { fact: input.facts?.get(text) } : {}),
    };
  });
  const view: AccountView = {
    accounts: planAccounts,
    vault: session.vault,
    programId: programId.toBase58(),
  };
  const used = session.rules.map(() => 0);
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
    return { rule: choice.rule, ...call };
  });
  const plan: PlanData = { inner, ...minReceiveOf(input), ...positionKeysOf(table, keys) };
  return {
    ...{ inner, accounts: table.rest, vaultWritable: table.vaultWritable, plan, planAccounts },
    ...{ outer: outside, wishes, changes, sure },
  };
}

function refuseForeignSigners(
  instruction: TransactionInstruction,
  index: number,
  input: ComposeInput,
  positionKeys: ReadonlyMap<Address, PositionKey>,
): void {
  for (const { pubkey, isSigner } of instruction.keys) {
    const signer = pubkey.toBase58();
    if (!isSigner || signer === input.session.vault || positionKeys.has(signer)) continue;
    const own = signer === input.session.sessionKey;
    const name = own ? "the session key" : pubkey.equals(input.payer) ? "the fee payer" : undefined;
    const context = { index, signer, ...(name === undefined ? {} : { name }) };
    throw new ValetkeyError("ForeignSigner", context);
  }
}

function refuseProtected(call: Omit<PlanInner, "rule">, inner: number, view: AccountView): void {
  if (view.accounts[call.program]?.address === view.programId) throw refused("SelfCall", { inner });
  const at = call.accounts.findIndex((account) => isProtected(view, account));
  if (at >= 0) throw refused("ForbiddenAccount", { inner, subject: "position", index: at });
}

function minReceiveOf(input: ComposeInput): Pick<PlanData, "minReceive"> {
  if (input.minReceive === undefined || input.minReceive.length === 0) return {};
  const { keys } = input.session;
  return {
    minReceive: input.minReceive.map(({ asset, amount }) => {
      const text = asset === "SOL" ? asset : asset.toBase58();
      if (text !== "SOL" && !keys.includes(text)) {
        throw invalid("minReceive", `the session's terms don't name the mint ${text}`);
      }
      return { asset: assetIndex(keys, text), amount };
    }),
  };
}

function positionKeysOf(
  table: AccountTable,
  keys: ReadonlyMap<Address, PositionKey>,
): Pick<PlanData, "positionKeys"> {
  const used = [...keys.values()].flatMap(({ address, number, bump }) => {
    const account = table.indexOf(address);
    return account < 0 ? [] : [{ account, number, bump }];
  });
  return used.length === 0 ? {} : { positionKeys: used };
}
