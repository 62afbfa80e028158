import { PublicKey } from "@solana/web3.js";

import type { SessionLimit } from "../codec/index.js";
import { ATA_PROGRAM, NATIVE_MINT, TOKEN_2022_PROGRAM, TOKEN_PROGRAM } from "../codec/constants.js";
import { readTokenAccount } from "../policy/index.js";
import { rpc } from "../send/rpc.js";
import type { SessionContext } from "./context.js";
import { readState, type SessionState } from "./state.js";

/** The associated token account of a wallet limit: the one from which the client lets the vault take. */
export function limitAccount({ asset, source, token2022 }: SessionLimit): PublicKey {
  const program = new PublicKey(token2022 ? TOKEN_2022_PROGRAM : TOKEN_PROGRAM);
  // A wallet's SOL that a delegate can take is wrapped.
  const mint = new PublicKey(asset === "SOL" ? NATIVE_MINT : asset);
  const seeds = [new PublicKey(source), program, mint];
  const bytes = seeds.map((key) => key.toBytes());
  return PublicKey.findProgramAddressSync(bytes, new PublicKey(ATA_PROGRAM))[0];
}

/** Reads where a session stands, and what wallets have approved for its vault where its limits speak of wallets. */
export async function readWithApprovals(context: SessionContext): Promise<SessionState> {
  const { connection, config, address: session } = context;
  const state = await readState({ connection, config, session });
  const limits = state.account?.limits ?? [];
  if (limits.every(({ source }) => source === "vault")) return state;
  const accounts = limits.map((limit) => (limit.source === "vault" ? null : limitAccount(limit)));
  const wanted = accounts.filter((account) => account !== null);
  const infos = await rpc("getMultipleAccounts", () =>
    connection.getMultipleAccountsInfo(wanted, "confirmed"),
  );
  const amounts = new Map(
    wanted.map((account, i) => {
      const info = infos[i] ?? null;
      const fact = info && { owner: info.owner.toBase58(), data: info.data };
      return [account, approvedAmount(fact && readTokenAccount(fact), fact?.data, context)];
    }),
  );
  const approved = accounts.map((account) => account && (amounts.get(account) ?? 0n));
  return { ...state, approved };
}

// Offset of the delegated amount in a token account of either program.
const DELEGATED_AMOUNT = 121;

function approvedAmount(
  token: ReturnType<typeof readTokenAccount> | null,
  data: Uint8Array | undefined,
  { vault }: SessionContext,
): bigint {
  if (token === null || data === undefined || token.delegate !== vault.toBase58()) return 0n;
  return new DataView(data.buffer, data.byteOffset).getBigUint64(DELEGATED_AMOUNT, true);
}
