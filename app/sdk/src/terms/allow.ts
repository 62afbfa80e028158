// Rules from an Anchor program: fail closed.
import type { AccountConstraint } from "../codec/types.js";
import type { OpenPosition } from "../errors/client-errors.js";
import { invalid, ValetkeyError } from "../errors/error.js";
import { argumentConstraints, type ArgumentRule } from "./argument-rules.js";
import { constantPda } from "./constant-pda.js";
import {
  findInstruction,
  findNamed,
  flatAccounts,
  programAddress,
  type IdlAccountItem,
  type ProgramLike,
} from "./idl.js";
import { roleObject, type Role, type RoleObject } from "./roles.js";
import { makeRule, type ProgramRuleOptions, type Rule } from "./rule.js";

/** What `allow` derives a rule from. */
export interface AllowInput extends ProgramRuleOptions {
  /** An Anchor `Program`, or `{ idl, programId }`. */
  readonly program: ProgramLike;
  /** Name of the instruction, in snake_case or camelCase. */
  readonly instruction: string;
  /** Roles by account name (`group.account` in groups). */
  readonly accounts?: Readonly<Record<string, Role>>;
  /** Conditions by argument name (`params.amount` in structs). */
  readonly args?: Readonly<Record<string, ArgumentRule>>;
  /** How many accounts may follow those of the IDL; none when left out. */
  readonly remainingAccounts?: { readonly min?: number; readonly max: number };
}

/** What can be said of an open position. */
const CHOICES = [
  "a PublicKey",
  "a list of PublicKeys",
  "vault",
  "vaultToken(mint?)",
  "ownerToken(wallet, mint?)",
  "positionKey",
  "programOwned",
  "any",
] as const;

/**
 * A rule for one instruction of an Anchor program. Discriminator, number of accounts, fixed addresses and constant PDAs come
 * from the IDL; a sole signer is the vault; an optional account without role must be left out. Every other writable position,
 * program or second signer needs a role, else `RuleIncomplete` lists positions and choices.
 *
 * In native mode the session key sends the instruction itself: signers sign for themselves and need no role, and neither do
 * optional accounts (the session and its config are passed there).
 *
 * @example
 * ```ts
 * allow({ program: arena, instruction: "strike", accounts: { player, enemy: programOwned }, args: { energy: { max: 10, cap: 200n } } });
 * ```
 */
export function allow(input: AllowInput): Rule {
  const { program, accounts: roles = {}, unbound = false, mode = "vault" } = input;
  const instruction = findInstruction(program, input.instruction);
  const address = programAddress(program);
  const items = flatAccounts(instruction.accounts);
  refuseUnknown(instruction.name, items, roles);
  const signers = items.filter(({ signer, optional }) => signer === true && optional !== true);
  const open: OpenPosition[] = [];
  const constraints: AccountConstraint[] = [];
  for (const [position, item] of items.entries()) {
    const role = deriveRole({ item, roles, address, soleSigner: signers.length === 1, mode });
    if (role === "open") {
      if (item.signer !== true && unbound) continue;
      const choices = item.signer === true ? ["vault", "positionKey"] : CHOICES;
      open.push({ position, name: item.name, choices });
    } else if (role !== null && role.kind !== "free") {
      const signs = role.kind === "vault" || role.kind === "positionKey" || mode === "native";
      if (item.signer === true && !signs && !isAbsent(role, item, address)) {
        throw new ValetkeyError("SignerNotVault", {
          instruction: instruction.name,
          account: item.name,
        });
      }
      constraints.push({ position, ...role });
    }
  }
  if (open.length > 0) {
    throw new ValetkeyError("RuleIncomplete", { instruction: instruction.name, positions: open });
  }
  const more = remaining(input.remainingAccounts);
  return makeRule(
    {
      label: instruction.name,
      program: address,
      discriminator: Uint8Array.from(instruction.discriminator),
      minAccounts: items.length + more.min,
      maxAccounts: items.length + more.max,
      ...argumentConstraints(program, instruction, input.args ?? {}),
      accounts: withoutSysvars(constraints),
      unbound,
    },
    input,
  );
}

function refuseUnknown(
  instruction: string,
  items: readonly IdlAccountItem[],
  roles: Readonly<Record<string, Role>>,
): void {
  const account = Object.keys(roles).find((name) => findNamed(items, name) === undefined);
  if (account === undefined) return;
  const known = items.map(({ name }) => name);
  throw new ValetkeyError("UnknownAccount", { instruction, account, known });
}

/** The role of a position; null: none needed; "open": the caller must say. */
function deriveRole(input: {
  readonly item: IdlAccountItem;
  readonly roles: Readonly<Record<string, Role>>;
  readonly address: string;
  readonly soleSigner: boolean;
  readonly mode: "vault" | "native";
}): RoleObject | "open" | null {
  const { item, roles, address, soleSigner, mode } = input;
  const name = Object.keys(roles).find((one) => findNamed([item], one) !== undefined);
  const said = name === undefined ? undefined : roles[name];
  if (said !== undefined) {
    if (said === null && item.optional !== true) {
      throw invalid(`role of ${item.name}`, "null means left out, and this account isn't optional");
    }
    return roleObject(said, address);
  }
  const fixed = item.address ?? constantPda(item, address);
  // In native mode who signs signs for himself, and the session's own accounts are optional ones; the program lets nothing else
  // stand there that is written or run.
  if (mode === "native" && fixed === null && (item.signer === true || item.optional === true)) {
    return null;
  }
  if (item.optional === true) {
    return fixed === null ? { kind: "key", key: address } : { kind: "set", keys: [fixed, address] };
  }
  if (item.signer === true) return soleSigner && fixed === null ? { kind: "vault" } : "open";
  if (fixed !== null) return { kind: "key", key: fixed };
  const isProgram = /program$/i.test(item.name);
  return item.writable === true || isProgram ? "open" : null;
}

function isAbsent(role: RoleObject, item: IdlAccountItem, address: string): boolean {
  return item.optional === true && role.kind === "key" && role.key === address;
}

function remaining(input: AllowInput["remainingAccounts"]): {
  readonly min: number;
  readonly max: number;
} {
  if (input === undefined) return { min: 0, max: 0 };
  const { min = 0, max } = input;
  if (!Number.isInteger(min) || !Number.isInteger(max) || min < 0 || max < min) {
    throw invalid("remainingAccounts", "min and max must be integers with 0 <= min <= max");
  }
  return { min, max };
}

/** Sysvars are readonly data at a fixed address: their constraints go first when there are too many. */
function withoutSysvars(constraints: readonly AccountConstraint[]): readonly AccountConstraint[] {
  if (constraints.length <= 16) return constraints;
  return constraints.filter((one) => one.kind !== "key" || !one.key.startsWith("Sysvar"));
}
