// Rules from an example instruction.
import type { PublicKey, TransactionInstruction } from "@solana/web3.js";

import type { AccountConstraint, CapData, DataConstraint } from "../codec/types.js";
import { invalid, ValetkeyError } from "../errors/error.js";
import { roleObject, type Role, type RoleObject } from "./roles.js";
import { makeRule, type ProgramRuleOptions, type Rule } from "./rule.js";

/** What `allowLike` derives a rule from. */
export interface AllowLikeInput extends ProgramRuleOptions {
  /** An instruction as the program's own client builds it, with the vault (native mode: the session key) as signer. */
  readonly example: TransactionInstruction;
  /** How many bytes of its data say which instruction it is: 8 for Anchor, 1 or 4 for others. */
  readonly discriminatorLength: 1 | 4 | 8;
  /** Roles by position; every other account is pinned to the example's. */
  readonly accounts?: Readonly<Record<number, Role>>;
  /** Conditions on the data, by offset. */
  readonly data?: readonly DataConstraint[];
  /** What one argument may add up to over all uses. */
  readonly cap?: CapData;
  /** Number of accounts; the example's when left out. */
  readonly accountCount?: { readonly min: number; readonly max: number };
}

/** Account constraints of one rule. */
const MOST = 16;

/**
 * A rule for instructions like an example: same program and discriminator, every account pinned unless it has a role. Signers
 * of the example, and the same key elsewhere, are the vault (native mode: whoever signs, without a constraint). A rule holds 16 account constraints: with more accounts, readonly
 * ones beyond them are `RuleIncomplete` until they get the role `free` (or the rule is `unbound`).
 *
 * @example
 * ```ts
 * allowLike({ example: swap, discriminatorLength: 8, accounts: { 3: vaultToken(usdc), 4: vaultToken(gold) }, uses: 10 });
 * ```
 */
export function allowLike(input: AllowLikeInput): Rule {
  const { example, discriminatorLength, accounts: roles = {}, unbound = false } = input;
  const { mode = "vault", cap = null } = input;
  const label = `${example.programId.toBase58()} like the example`;
  const data = Uint8Array.from(example.data);
  if (data.length < discriminatorLength) {
    throw invalid("example", `its data has ${data.length} bytes, less than its discriminator`);
  }
  const count = example.keys.length;
  const beyond = Object.keys(roles).find((position) => !(Number(position) in example.keys));
  if (beyond !== undefined) throw invalid("accounts", `the example has no account ${beyond}`);
  const { min, max } = input.accountCount ?? { min: count, max: count };
  const signers = new Set(
    example.keys.filter((key) => key.isSigner).map((key) => text(key.pubkey)),
  );
  const constraints: AccountConstraint[] = [];
  const optional: number[] = [];
  for (const [position, { pubkey, isSigner, isWritable }] of example.keys.entries()) {
    const said = roles[position];
    if (said === undefined && mode === "native" && signers.has(text(pubkey))) continue;
    const role =
      said === undefined ? pinnedTo(pubkey, signers) : roleObject(said, text(example.programId));
    const signs = role.kind === "vault" || role.kind === "positionKey" || mode === "native";
    if (isSigner && !signs) {
      throw new ValetkeyError("SignerNotVault", {
        instruction: label,
        account: `account ${position}`,
      });
    }
    if (role.kind === "free") continue;
    constraints.push({ position, ...role });
    if (said === undefined && !isWritable && role.kind !== "vault") optional.push(position);
  }
  return makeRule(
    {
      label,
      program: text(example.programId),
      discriminator: data.slice(0, discriminatorLength),
      minAccounts: min,
      maxAccounts: max,
      data: input.data ?? [],
      accounts: fitting(constraints, optional, label, unbound),
      ...{ unbound, cap },
    },
    input,
  );
}

function text(key: PublicKey): string {
  return key.toBase58();
}

function pinnedTo(pubkey: PublicKey, signers: ReadonlySet<string>): RoleObject {
  return signers.has(text(pubkey)) ? { kind: "vault" } : { kind: "key", key: text(pubkey) };
}

function fitting(
  constraints: readonly AccountConstraint[],
  optional: readonly number[],
  label: string,
  unbound: boolean,
): readonly AccountConstraint[] {
  const over = constraints.length - MOST;
  if (over <= 0) return constraints;
  // Readonly pins may go when the rule is unbound; else the caller says which.
  if (unbound && optional.length >= over) {
    const dropped = new Set(optional.slice(-over));
    return constraints.filter(({ position }) => !dropped.has(position));
  }
  const candidates = optional.length > 0 ? optional : constraints.map(({ position }) => position);
  const positions = candidates.map((position) => ({
    position,
    name: `account (a rule holds ${MOST} constraints, ${over} too many)`,
    choices: ["free"],
  }));
  throw new ValetkeyError("RuleIncomplete", { instruction: label, positions });
}
