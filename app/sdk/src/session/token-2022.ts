import { PublicKey, type AccountInfo, type TransactionInstruction } from "@solana/web3.js";

import type { SessionAccount, SessionRule } from "../codec/index.js";
import { TOKEN_2022_PROGRAM } from "../codec/constants.js";
import { makeInstruction } from "../codec/instruction.js";
import type { Change } from "../compose/index.js";
import { rpc } from "../send/rpc.js";
import type { SessionContext } from "./context.js";

/** Instructions with what Token-2022's extensions ask for around them. */
export interface Dressed {
  readonly instructions: readonly TransactionInstruction[];
  /** For each instruction its position in the list that was given. */
  readonly origins: readonly number[];
  readonly changes: readonly Change[];
}

const TRANSFER = 3;
const TRANSFER_CHECKED = 12;
const EXTENSION_MEMO_TRANSFER = 8;
const EXTENSION_TRANSFER_HOOK = 14;
const MEMO_PROGRAMS: readonly string[] = [
  "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr",
  "Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo",
];

/** A transfer of Token-2022, and where its parts stand. */
interface Transfer {
  readonly index: number;
  readonly instruction: TransactionInstruction;
  readonly checked: boolean;
  readonly destination: PublicKey;
  readonly mint: PublicKey | null;
}

/**
 * Puts a memo in front of transfers whose destination asks for one (in the text that the terms' memo rule allows), and the accounts
 * of its mint's hook behind a checked transfer, where the terms allow hooks. Reads nothing when there is no transfer of Token-2022.
 */
export async function dressTransfers(
  context: SessionContext,
  session: SessionAccount,
  instructions: readonly TransactionInstruction[],
): Promise<Dressed> {
  const transfers = instructions.flatMap((one, index) => transferOf(one, index) ?? []);
  if (transfers.length === 0)
    return { instructions, origins: instructions.map((_, i) => i), changes: [] };
  const facts = await readAll(context, transfers);
  const result: TransactionInstruction[] = [];
  const origins: number[] = [];
  const changes: Change[] = [];
  for (const [index, instruction] of instructions.entries()) {
    const transfer = transfers.find((one) => one.index === index);
    if (transfer !== undefined && asksForMemo(facts.get(transfer.destination.toBase58()))) {
      const before = result.at(-1);
      if (before === undefined || !MEMO_PROGRAMS.includes(before.programId.toBase58())) {
        result.push(memo(session.rules));
        origins.push(index);
        changes.push({ instruction: index, kind: "memo", text: "its destination asks for a memo" });
      }
    }
    const hooked =
      transfer === undefined ? null : await withHook(context, session, transfer, facts);
    if (hooked !== null)
      changes.push({
        instruction: index,
        kind: "hook",
        text: "got the accounts of its mint's hook",
      });
    result.push(hooked ?? instruction);
    origins.push(index);
  }
  return { instructions: result, origins, changes };
}

function transferOf(instruction: TransactionInstruction, index: number): Transfer | null {
  const { programId, data, keys } = instruction;
  const checked = data[0] === TRANSFER_CHECKED;
  if (programId.toBase58() !== TOKEN_2022_PROGRAM || !(checked || data[0] === TRANSFER))
    return null;
  const destination = keys[checked ? 2 : 1]?.pubkey;
  if (destination === undefined) return null;
  return { index, instruction, checked, destination, mint: (checked && keys[1]?.pubkey) || null };
}

async function readAll(
  { connection }: SessionContext,
  transfers: readonly Transfer[],
): Promise<ReadonlyMap<string, AccountInfo<Uint8Array>>> {
  const wanted = transfers.flatMap(({ destination, mint }) => [
    destination,
    ...(mint === null ? [] : [mint]),
  ]);
  const keys = [...new Map(wanted.map((key) => [key.toBase58(), key])).values()];
  const accounts = await rpc("getMultipleAccounts", () =>
    connection.getMultipleAccountsInfo(keys, "confirmed"),
  );
  return new Map(
    keys.flatMap((key, i) => {
      const account = accounts[i];
      return account == null ? [] : [[key.toBase58(), account] as const];
    }),
  );
}

function asksForMemo(account: AccountInfo<Uint8Array> | undefined): boolean {
  return account !== undefined && extension(account.data, EXTENSION_MEMO_TRANSFER)?.[0] === 1;
}

/** The content of an extension of a Token-2022 account or mint; null where it hasn't that one. */
function extension(data: Uint8Array, wanted: number): Uint8Array | null {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let at = 166; at + 4 <= data.length;) {
    const type = view.getUint16(at, true);
    const length = view.getUint16(at + 2, true);
    if (type === 0) return null;
    if (type === wanted) return data.slice(at + 4, at + 4 + length);
    at += 4 + length;
  }
  return null;
}

/** A memo in the words that a rule of the terms allows: its discriminator is the text's beginning. */
function memo(rules: readonly SessionRule[]): TransactionInstruction {
  const rule = rules.find(
    ({ program, mode, minAccounts }) =>
      MEMO_PROGRAMS.includes(program) && mode === "vault" && minAccounts === 0,
  );
  const [newest = ""] = MEMO_PROGRAMS;
  const text = rule?.discriminator ?? new TextEncoder().encode("Valetkey");
  return makeInstruction(new PublicKey(rule?.program ?? newest), [], text);
}

async function withHook(
  { connection }: SessionContext,
  { extensions }: SessionAccount,
  { instruction, mint, checked }: Transfer,
  facts: ReadonlyMap<string, AccountInfo<Uint8Array>>,
): Promise<TransactionInstruction | null> {
  const allowed = (extensions & (1n << BigInt(EXTENSION_TRANSFER_HOOK))) !== 0n;
  const account = mint === null ? undefined : facts.get(mint.toBase58());
  const hook = account === undefined ? null : extension(account.data, EXTENSION_TRANSFER_HOOK);
  const [source, , destination, owner] = instruction.keys.map(({ pubkey }) => pubkey);
  if (!allowed || !checked || mint === null || hook === null || instruction.keys.length !== 4)
    return null;
  if (source === undefined || destination === undefined || owner === undefined) return null;
  const program = new PublicKey(hook.slice(32, 64));
  if (program.equals(PublicKey.default)) return null;
  const amount = new DataView(Uint8Array.from(instruction.data).buffer).getBigUint64(1, true);
  const dressed = makeInstruction(instruction.programId, [...instruction.keys], instruction.data);
  // Only whoever moves such tokens pays for the code.
  const { addExtraAccountMetasForExecute } = await import("@solana/spl-token");
  await rpc("getAccountInfo", () =>
    addExtraAccountMetasForExecute(
      connection,
      dressed,
      program,
      source,
      mint,
      destination,
      owner,
      amount,
      "confirmed",
    ),
  );
  return dressed;
}
