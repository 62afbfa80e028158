import { PublicKey, type Connection, type TransactionInstruction } from "@solana/web3.js";

import { VALETKEY_PROGRAM_ID } from "../addresses.js";
import { decodeSession, type SessionAccount } from "../codec/index.js";
import { ValetkeyError } from "../errors/index.js";
import { send, type Landed, type OnEvent } from "../send/index.js";
import { compileTransaction } from "../transaction/index.js";
import { readAccounts } from "./accounts.js";
import { clusterCheck } from "./cluster.js";
import { approvals, revocations, type DelegateContext } from "./delegate.js";
import { toOwnerWallet, type WalletLike } from "./wallet.js";

/** A wallet whose tokens a session may take, and the session. */
export interface DelegateInput {
  readonly connection: Connection;
  /** Whose tokens: it signs and pays. It needn't be an owner of the vault. */
  readonly wallet: WalletLike;
  /** Address of the session. */
  readonly session: PublicKey;
  readonly programId?: PublicKey;
  readonly signal?: AbortSignal;
  readonly onEvent?: OnEvent;
}

/**
 * Approves for a session's vault exactly what the session's limits have left of the wallet's tokens. `owner.session` and
 * `owner.renew` do this by themselves for the wallets that sign there; this is for every other wallet, and for an approval that was
 * lost. Null when just that is approved already.
 *
 * @throws ValetkeyError `DelegateSlotTaken`, `SessionNotFound`.
 * @example
 * await approveDelegate({ connection, wallet, session: session.address });
 */
export async function approveDelegate(input: DelegateInput): Promise<Landed | null> {
  const { account, context } = await open(input);
  const { limits } = account;
  const { session } = input;
  // Of what was spent something was approved for this session.
  const before = limits.filter(({ spent }) => spent > 0n);
  return await run(input, context, await approvals(context, { session, limits, before }));
}

/**
 * Takes back what the wallet approved for a session's vault, where the vault is still the delegate; an approval for anybody else,
 * or from which another live session of the vault takes, stays. For a session that ended by its own key, which can't do it. Null when there is nothing to take back.
 *
 * @throws ValetkeyError `SessionNotFound`: after the session's account was closed, use the token program's own `Revoke`.
 * @example
 * await revokeDelegate({ connection, wallet, session: session.address });
 */
export async function revokeDelegate(input: DelegateInput): Promise<Landed | null> {
  const { account, context } = await open(input);
  const { limits } = account;
  const { session } = input;
  return await run(input, context, await revocations(context, { session, limits }));
}

async function open({
  connection,
  wallet,
  session,
  programId = VALETKEY_PROGRAM_ID,
}: DelegateInput): Promise<{
  readonly account: SessionAccount;
  readonly context: DelegateContext;
}> {
  const { publicKey: payer } = toOwnerWallet(wallet);
  await clusterCheck(connection, programId)();
  const [info] = await readAccounts(connection, [session]);
  if (info == null || !info.owner.equals(programId))
    throw new ValetkeyError("SessionNotFound", {
      ...{ session: session.toBase58(), config: "unknown", sessionKey: "unknown" },
    });
  const account = decodeSession(info.data);
  const [config, vault] = [new PublicKey(account.config), new PublicKey(account.vault)];
  return { account, context: { connection, programId, config, vault, payer, wallets: [payer] } };
}

async function run(
  { connection, wallet, signal, onEvent }: DelegateInput,
  { programId, payer }: DelegateContext,
  instructions: readonly TransactionInstruction[],
): Promise<Landed | null> {
  if (instructions.length === 0) return null;
  const { sign } = toOwnerWallet(wallet);
  return await send({
    ...{ connection, programId, payer, signal, onEvent: [onEvent] },
    build: (input) => compileTransaction({ payer, instructions, ...input }),
    sign: (transaction) => sign(transaction, []),
  });
}
