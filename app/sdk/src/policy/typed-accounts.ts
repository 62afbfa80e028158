// The accounts of typed instructions: who pays, who signs, what leaves whom.
import type { Address } from "../codec/address.js";
import { SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, TOKEN_PROGRAM } from "../codec/constants.js";
import { TOKEN_EXTENSIONS } from "../codec/extensions.js";
import type { ProgramErrorCode } from "../errors/codes.js";
import { factOf, type AccountView, type Maybe, type PlanAccount } from "./accounts.js";
import { isClean, readTokenAccount, type TokenAccount } from "./token-account.js";
import type { Typed, TypedRefusal, Visible } from "./typed.js";

/** What judging the accounts of a typed instruction found. */
export type TypedVerdict =
  | { readonly refused: TypedRefusal }
  | { readonly visible: Visible | null; readonly known: boolean };

const COUNTS: Readonly<Record<Typed["kind"], number>> = {
  systemTransfer: 2,
  transfer: 3,
  transferChecked: 4,
  syncNative: 1,
  closeAccount: 3,
  createAssociated: 6,
  delegateStake: 6,
  deactivateStake: 3,
};

function refuse(code: ProgramErrorCode, position?: number): TypedVerdict {
  return { refused: position === undefined ? { code } : { code, position } };
}

/** Whether the accounts of a transfer hook may follow those of the instruction. */
export function takesHook(typed: Typed, program: Address, view: AccountView): boolean {
  const allowed = (view.terms.extensions >> BigInt(TOKEN_EXTENSIONS.transferHook)) & 1n;
  return typed.kind === "transferChecked" && program === TOKEN_2022_PROGRAM && allowed === 1n;
}

/** Number of accounts that the decoder itself knows; those of a transfer hook come after. */
export function ownAccounts(typed: Typed): number {
  return COUNTS[typed.kind];
}

/** Judges the accounts of a typed instruction; `known` is false when it depends on accounts that nobody read. */
export function judgeTyped(
  typed: Typed,
  program: Address,
  accounts: readonly PlanAccount[],
  view: AccountView,
): TypedVerdict {
  const at = (position: number): PlanAccount =>
    accounts[position] ?? { address: "", writable: false };
  const isVault = (position: number): boolean => at(position).address === view.vault;
  const most = takesHook(typed, program, view) ? accounts.length : COUNTS[typed.kind];
  if (accounts.length < COUNTS[typed.kind] || accounts.length > most) {
    return refuse("TypedAccountsRefused");
  }
  switch (typed.kind) {
    case "systemTransfer": {
      if (!isVault(0)) return refuse("SourceNotVaults", 0);
      if (isVault(1)) return refuse("SelfTransfer", 1);
      const stays = cleanAccount(at(1), view, null);
      const leaves = typed.amount > 0n && stays.clean !== true;
      return {
        visible: leaves ? { asset: "SOL", source: "vault", amount: typed.amount } : null,
        known: typed.amount === 0n || stays.clean !== null,
      };
    }
    case "transfer":
      return judgeTransfer(typed.amount, [at(0), null, at(1)], [2, at(2)], program, view);
    case "transferChecked":
      return judgeTransfer(typed.amount, [at(0), at(1), at(2)], [3, at(3)], program, view);
    case "syncNative": {
      const { clean, account } = cleanAccount(at(0), view, program);
      if (clean === false || account?.native === false) return refuse("SourceNotVaults", 0);
      return { visible: null, known: clean !== null };
    }
    case "closeAccount":
      return judgeClose(at(0), [isVault(1), isVault(2)], program, view);
    case "createAssociated":
      if (!isVault(0)) return refuse("TypedAccountsRefused", 0);
      if (at(4).address !== SYSTEM_PROGRAM) return refuse("TypedAccountsRefused", 4);
      if (at(5).address !== TOKEN_PROGRAM && at(5).address !== TOKEN_2022_PROGRAM) {
        return refuse("TypedAccountsRefused", 5);
      }
      // Its rent leaves when the account is new and not the vault's own: only running it tells.
      return { visible: null, known: isVault(2) };
    case "delegateStake":
      return isVault(5) ? { visible: null, known: true } : refuse("TypedAccountsRefused", 5);
    case "deactivateStake":
      return isVault(2) ? { visible: null, known: true } : refuse("TypedAccountsRefused", 2);
  }
}

function judgeClose(
  account: PlanAccount,
  [paysVault, signedByVault]: readonly [boolean, boolean],
  program: Address,
  view: AccountView,
): TypedVerdict {
  if (!view.terms.closeAccounts) return refuse("TypedInstructionRefused");
  if (!paysVault) return refuse("TypedAccountsRefused", 1);
  if (!signedByVault) return refuse("TypedAccountsRefused", 2);
  const { clean, account: token } = cleanAccount(account, view, program);
  if (clean === false) return refuse("SourceNotVaults", 0);
  if (token !== null && token.amount > 0n && !token.native) {
    return refuse("TypedAccountsRefused", 0);
  }
  return { visible: null, known: clean !== null };
}

function judgeTransfer(
  amount: bigint,
  [from, mint, to]: readonly [PlanAccount, PlanAccount | null, PlanAccount],
  [authorityPosition, authority]: readonly [number, PlanAccount],
  program: Address,
  view: AccountView,
): TypedVerdict {
  if (authority.address !== view.vault) return refuse("TypedAccountsRefused", authorityPosition);
  if (from.address === to.address) return refuse("SelfTransfer", 0);
  const source = sourceOf(from, view, program);
  if (source === null) return refuse("SourceNotVaults", 0);
  const { account } = source;
  if (mint !== null && account !== null && account.mint !== mint.address) {
    return refuse("TypedAccountsRefused", 1);
  }
  const destination = cleanAccount(to, view, program);
  // What goes from a wallet to the vault has left the wallet all the same.
  const stays = source.from === "vault" && destination.clean === true;
  const isVaults = account !== null || !hasWallets(view);
  if (amount === 0n || (stays && isVaults)) {
    return { visible: null, known: account !== null };
  }
  const known = account !== null && (destination.clean !== null || source.from !== "vault");
  if (account === null && (mint === null || hasWallets(view)))
    return { visible: null, known: false };
  const asset = account?.native === true ? "SOL" : (account?.mint ?? mint?.address ?? "SOL");
  return { visible: { asset, source: source.from, amount }, known };
}

/** Whether a transfer may come from a wallet's account instead of the vault's. */
function hasWallets(view: AccountView): boolean {
  return view.terms.limits.some(({ source }) => source !== "vault");
}

/** From where a transfer takes: a clean account, or that of a wallet whose limit is in the terms; null for any other. */
function sourceOf(
  from: PlanAccount,
  view: AccountView,
  program: Address,
): { readonly from: Address; readonly account: TokenAccount | null } | null {
  const { clean, account } = cleanAccount(from, view, program);
  if (clean !== false) return { from: "vault", account };
  const fact = factOf(from);
  const token = fact === undefined || fact.owner !== program ? null : readTokenAccount(fact);
  if (token?.delegate !== view.vault) return null;
  const asset = token.native ? "SOL" : token.mint;
  const limited = view.terms.limits.some(
    (limit) => limit.source === token.owner && limit.asset === asset,
  );
  return limited ? { from: token.owner, account: token } : null;
}

function cleanAccount(
  account: PlanAccount,
  view: AccountView,
  program: Address | null,
): { readonly clean: Maybe; readonly account: TokenAccount | null } {
  const fact = factOf(account);
  if (fact === undefined) return { clean: null, account: null };
  const token = readTokenAccount(fact);
  const clean =
    token !== null && isClean(token, view.vault) && (program === null || fact.owner === program);
  return { clean, account: clean ? token : null };
}
