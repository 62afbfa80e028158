// An owners' plan in words: no rule and no limit stands behind it, so every byte is shown.
import type { Address, Asset } from "../codec/address.js";
import { bytesToAddress } from "../codec/address.js";
import { toHex } from "../codec/bytes.js";
import { SYSTEM_PROGRAM } from "../codec/constants.js";
import type { PlanInner } from "../codec/types.js";
import { accountName } from "./account-lines.js";
import type { Line } from "./describe.js";
import { knownInstruction } from "./known.js";
import type { ArgumentNames, InstructionNames, Names } from "./names.js";
import { createSpeaker, isIdentifier, type Speaker } from "./speaker.js";

/** An owners' plan and the accounts that it runs on. */
export interface PlanWords {
  readonly inner: readonly PlanInner[];
  /** All accounts of the instruction, from index 0 (the config) on. */
  readonly accounts: readonly (
    Address | { readonly address: Address; readonly writable: boolean }
  )[];
  /** Signs every instruction where it asks. */
  readonly vault: Address;
  readonly names?: Names;
}

/**
 * What an owners' plan does, line by line: each program, its instruction, its arguments and its accounts. Bytes that no interface
 * names are shown as they are.
 *
 * @example
 * ```ts
 * const accounts = [config.toBase58(), session.vault.toBase58(), ...addresses.map(String)];
 * const lines = describePlan({ inner: plan.inner, accounts, vault: session.vault.toBase58(), names: namesFromIdl(idl) });
 * ```
 */
export function describePlan(input: PlanWords): readonly Line[] {
  const { inner, names = {} } = input;
  const speaker = createSpeaker(names);
  const text =
    "The vault signs what follows; no limit and no rule binds it: it can move and give away all that the vault has.";
  return [
    { key: "plan", text, level: "danger" },
    ...inner.flatMap((one, index) => innerLines(one, index, input, speaker)),
  ];
}

function innerLines(
  inner: PlanInner,
  index: number,
  input: PlanWords,
  speaker: Speaker,
): readonly Line[] {
  const { names = {}, vault } = input;
  const at = (position: number) => {
    const account = input.accounts[position];
    return typeof account === "string" ? { address: account, writable: undefined } : account;
  };
  const program = at(inner.program)?.address;
  const prefix = `inner.${index}`;
  if (program === undefined) {
    const text = `Step ${index + 1}: account ${inner.program}, which isn't there, is called.`;
    return [{ key: prefix, text, level: "danger" }];
  }
  const found = instructionOf(program, inner.data, names);
  const data = toHex(inner.data);
  const what =
    found === undefined ? `data ${data === "" ? "none" : data} (hex)` : found.called.name;
  const effect = found?.effect === undefined ? "" : ` (${found.effect})`;
  const lines: Line[] = [
    {
      key: prefix,
      text: `Step ${index + 1}: ${speaker.key(program)}: ${what}${effect}.`,
      level: found === undefined ? "warning" : "info",
    },
  ];
  if (found !== undefined) {
    lines.push({ key: `${prefix}.data`, text: `Data ${data} (hex).`, level: "info" });
    const asset = program === SYSTEM_PROGRAM ? "SOL" : null;
    for (const [i, argument] of found.called.args.entries()) {
      const value = argumentText(argument, inner.data, asset, speaker);
      if (value === null) continue;
      const text = `\`${argument.name}\` is ${value}.`;
      lines.push({ key: `${prefix}.argument.${i}`, text, level: "info" });
    }
  }
  for (const [position, account] of inner.accounts.entries()) {
    const { address, writable } = at(account) ?? {};
    const key = `${prefix}.account.${position}`;
    const name = accountName(found?.called, position);
    const subject = name.charAt(0).toUpperCase() + name.slice(1);
    if (address === undefined) {
      const text = `${subject} is account ${account}, which isn't there.`;
      lines.push({ key, text, level: "danger" });
      continue;
    }
    const who = address === vault ? "the vault, which signs" : speaker.key(address);
    const mode = writable === undefined ? "" : writable ? ", writable" : ", read only";
    lines.push({ key, text: `${subject} is ${who}${mode}.`, level: "info" });
  }
  return lines;
}

/** The interface's instruction whose discriminator the data begins with; the longest one that does. */
function instructionOf(
  program: Address,
  data: Uint8Array,
  names: Names,
): { readonly called: InstructionNames; readonly effect?: string } | undefined {
  for (const length of [8, 4, 1].filter((one) => one <= data.length)) {
    const code = toHex(data.slice(0, length));
    const known = knownInstruction(program, code);
    if (known !== undefined) return { called: known, effect: known.effect };
    const called = names.programs?.[program]?.[code];
    if (called !== undefined && isIdentifier(called.name)) return { called };
  }
  return undefined;
}

function argumentText(
  argument: ArgumentNames,
  data: Uint8Array,
  asset: Asset | null,
  speaker: Speaker,
): string | null {
  const { fromStart, fromEnd, size, field, signed, values } = argument;
  if (!isIdentifier(argument.name)) return null;
  const offset = fromStart ?? (fromEnd === null ? null : data.length - fromEnd);
  if (offset === null || offset < 0 || offset + size > data.length) return null;
  const bytes = data.slice(offset, offset + size);
  if (field === "key") return speaker.key(bytesToAddress(bytes));
  if (field === "bytes") return `${toHex(bytes)} (hex)`;
  const raw = bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const value = signed || field === "i64" ? BigInt.asIntN(8 * size, raw) : raw;
  const word = values?.[Number(value)];
  if (word !== undefined && isIdentifier(word)) return `${word} (${value.toString()})`;
  return asset !== null && argument.name === "amount"
    ? speaker.amount(value, asset)
    : value.toString();
}
