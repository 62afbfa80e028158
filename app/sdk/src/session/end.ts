import { PublicKey, SystemProgram, type TransactionInstruction } from "@solana/web3.js";

import { closeSessionInstruction, revokeSessionInstruction } from "../codec/index.js";
import { ValetkeyError } from "../errors/index.js";
import { signWithKeys } from "../keys/session-key.js";
import { send, type Landed } from "../send/index.js";
import { rpc } from "../send/rpc.js";
import { compileTransaction } from "../transaction/index.js";
import type { SessionContext } from "./context.js";
import { readClosableState, type SessionState } from "./state.js";

// What the transaction may use; its fee is asked for the very message, so that nothing is left over.
const COMPUTE_UNITS = 60_000;

/**
 * Ends a session with its own key: revokes it where it still lives, closes its account where that is
 * possible (rent goes to its payer), and sends the key's left-over lamports to the owner.
 */
export async function endSession(
  context: SessionContext,
  input: { readonly signal?: AbortSignal },
): Promise<Landed | null> {
  const { connection, programId, key, config, address: session } = context;
  const state = await readClosableState({ connection, config, session, signal: input.signal });
  const instructions = ending(context, state);
  const payer = key.publicKey;
  const balance = await rpc("getBalance", () => connection.getBalance(payer, "confirmed"));
  if (instructions.length === 0 && balance === 0) return null;
  const price =
    context.computeUnitPrice === undefined ? {} : { computeUnitPrice: context.computeUnitPrice };
  const build = async ({ blockhash }: { readonly blockhash: string }) => {
    const compile = (lamports: bigint) =>
      compileTransaction({
        payer,
        instructions: [...instructions, leftOver(context, lamports)],
        blockhash,
        computeUnitLimit: COMPUTE_UNITS,
        ...price,
      });
    const fee = await feeOf(context, compile(0n).message);
    if (BigInt(balance) < fee)
      throw new ValetkeyError("InsufficientFunds", {
        account: payer.toBase58(),
        needed: fee,
        available: BigInt(balance),
      });
    return compile(BigInt(balance) - fee);
  };
  return await send({
    connection,
    programId,
    payer,
    build,
    sign: (transaction) => signWithKeys(transaction, [key]),
    computeUnitLimit: COMPUTE_UNITS,
    signal: input.signal,
    onEvent: [context.onEvent],
  });
}

function ending(
  { programId, key, config, address: session }: SessionContext,
  { account, config: vault, now }: SessionState,
): readonly TransactionInstruction[] {
  if (account === null) return [];
  const stale = vault !== null && vault.epoch !== account.epoch;
  const revoke = revokeSessionInstruction({ programId, authority: key.publicKey, session, config });
  const rentPayer = new PublicKey(account.rentPayer);
  const close = closeSessionInstruction({ programId, session, config, rentPayer });
  return [
    ...(account.revoked || stale || now >= account.expiresAt ? [] : [revoke]),
    ...(stale || now > account.grantDeadline ? [close] : []),
  ];
}

function leftOver({ key, owner }: SessionContext, lamports: bigint): TransactionInstruction {
  return SystemProgram.transfer({ fromPubkey: key.publicKey, toPubkey: owner, lamports });
}

async function feeOf(
  { connection }: SessionContext,
  message: Parameters<typeof connection.getFeeForMessage>[0],
): Promise<bigint> {
  const { value } = await rpc("getFeeForMessage", () =>
    connection.getFeeForMessage(message, "confirmed"),
  );
  if (value === null) throw new ValetkeyError("BlockhashExpired", {});
  return BigInt(value);
}
