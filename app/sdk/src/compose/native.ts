// Instructions under a native rule: they stand in the transaction itself, and the game's own program checks the session.
import type { PublicKey } from "@solana/web3.js";

import { sameBytes } from "../codec/bytes.js";
import type { SessionAccount, SessionRule } from "../codec/types.js";
import { messageFor } from "../errors/codes.js";
import type { RuleMiss } from "../errors/client-errors.js";
import { refused, ValetkeyError } from "../errors/error.js";
import type { AccountView, PlanAccount } from "../policy/accounts.js";
import { matchInner } from "../policy/match.js";
import type { Placed, RunContext } from "./run.js";

/** An instruction that a game's own program checks. */
export interface NativeCall extends Placed {
  /** Position of the rule in the terms. */
  readonly rule: number;
}

/**
 * The native rule of an instruction, null when it belongs inside `execute`. What tells them apart is the session account: a native
 * instruction names it, a plan may not. `NativeAccountsMissing` when only a native rule allows the instruction and the account is
 * left out: the game would take the session key for an owner's wallet.
 */
export function nativeCall(
  { session, address, payer }: RunContext,
  { index, instruction }: Placed,
  used: number[],
): NativeCall | null {
  const program = instruction.programId.toBase58();
  const rules = [...session.rules.entries()].filter(([, rule]) => rule.program === program);
  const named = instruction.keys.some(({ pubkey }) => pubkey.equals(address));
  const natives = rules.filter(([, { mode }]) => mode === "native");
  if (!named) {
    const begins = ([, { discriminator }]: (typeof rules)[number]) =>
      sameBytes(Uint8Array.from(instruction.data.subarray(0, discriminator.length)), discriminator);
    const [native] = natives.filter(begins);
    const inside = rules.some((rule) => rule[1].mode === "vault" && begins(rule));
    if (native === undefined || inside) return null;
    throw new ValetkeyError("NativeAccountsMissing", { index, program, rule: native[0] });
  }
  refuseSigners(instruction.keys, index, session, payer);
  const misses: RuleMiss[] = [];
  let spent: number | null = null;
  for (const [rule, candidate] of natives) {
    const match = matchNative(candidate, instruction, session);
    if (match.verdict === "no") {
      const { code, context } = match.refused;
      misses.push({ rule, code, reason: messageFor(code, context) });
    } else if (candidate.uses !== null && candidate.usesSpent + (used[rule] ?? 0) >= candidate.uses)
      spent ??= rule;
    else {
      used[rule] = (used[rule] ?? 0) + 1;
      return { index, instruction, rule };
    }
  }
  if (spent !== null)
    throw refused("RuleUsesSpent", { inner: index, rule: spent, asked: 1n, left: 0n });
  throw new ValetkeyError("NotInScope", { index, program, nearest: misses });
}

/** Matches by the game's own positions. What the accounts hold is for the game's program to see. */
function matchNative(
  rule: SessionRule,
  { programId, keys, data }: Placed["instruction"],
  session: SessionAccount,
) {
  // The first three indices are those of an execute's own accounts, which a native instruction doesn't have.
  const own = Array.from({ length: 3 }, (): PlanAccount => ({ address: "", writable: false }));
  const accounts = [...keys, { pubkey: programId, isWritable: false }].map(
    ({ pubkey, isWritable }): PlanAccount => ({ address: pubkey.toBase58(), writable: isWritable }),
  );
  const view: AccountView = {
    ...{ accounts: [...own, ...accounts], vault: session.vault, programId: "" },
    ...{ terms: session, positionKeys: [] },
  };
  const inner = {
    rule: 0,
    program: own.length + keys.length,
    accounts: keys.map((_, at) => own.length + at),
    data: Uint8Array.from(data),
  };
  return matchInner({ rule: { ...rule, mode: "vault" }, inner, view });
}

function refuseSigners(
  keys: Placed["instruction"]["keys"],
  index: number,
  { sessionKey, vault }: SessionAccount,
  payer: PublicKey,
): void {
  const own = [sessionKey, payer.toBase58()];
  const foreign = keys.find(({ pubkey, isSigner }) => isSigner && !own.includes(pubkey.toBase58()));
  if (foreign === undefined) return;
  const signer = foreign.pubkey.toBase58();
  const name = signer === vault ? { name: "the vault, which signs inside execute only" } : {};
  throw new ValetkeyError("ForeignSigner", { index, signer, ...name });
}
