import { PublicKey, type AccountInfo, type Connection } from "@solana/web3.js";

import { rpc } from "../send/rpc.js";
import { TOKEN_2022_PROGRAM, TOKEN_PROGRAM } from "./token.js";

/** A token account whose owner field is the vault. */
export interface HeldToken {
  readonly account: PublicKey;
  readonly mint: PublicKey;
  readonly tokenProgram: PublicKey;
  readonly amount: bigint;
  /** Wrapped SOL: its lamports are its amount. */
  readonly native: boolean;
  readonly frozen: boolean;
  /** The vault may close it. */
  readonly closable: boolean;
  /** Its mint doesn't let tokens go to another account. */
  readonly nonTransferable: boolean;
  /** Lamports that it holds, its rent among them. */
  readonly lamports: bigint;
  /** Bytes of its data. */
  readonly size: number;
}

/** What a vault holds. */
export interface Holdings {
  readonly lamports: bigint;
  readonly tokens: readonly HeldToken[];
}

// Offsets in a token account, the same for both programs.
const AMOUNT = 64;
const STATE = 108;
const NATIVE = 109;
const CLOSE_AUTHORITY = 129;
const EXTENSIONS = 166;
const NON_TRANSFERABLE_ACCOUNT = 13;

/** Reads everything that a vault holds: its lamports and the token accounts that it owns. */
export async function readHoldings(connection: Connection, vault: PublicKey): Promise<Holdings> {
  const lists = [TOKEN_PROGRAM, TOKEN_2022_PROGRAM].map((programId) =>
    rpc("getTokenAccountsByOwner", () =>
      connection.getTokenAccountsByOwner(vault, { programId }, "confirmed"),
    ).then(({ value }) => value.map(({ pubkey, account }) => readToken(pubkey, account, vault))),
  );
  const [lamports, ...tokens] = await Promise.all([
    rpc("getBalance", () => connection.getBalance(vault, "confirmed")),
    ...lists,
  ]);
  return { lamports: BigInt(lamports), tokens: tokens.flat() };
}

function readToken(
  account: PublicKey,
  { owner: tokenProgram, data, lamports }: AccountInfo<Uint8Array>,
  vault: PublicKey,
): HeldToken {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const closeAuthority =
    view.getUint32(CLOSE_AUTHORITY, true) === 0
      ? vault
      : new PublicKey(data.slice(CLOSE_AUTHORITY + 4, CLOSE_AUTHORITY + 36));
  return {
    account,
    mint: new PublicKey(data.slice(0, 32)),
    tokenProgram,
    amount: view.getBigUint64(AMOUNT, true),
    native: view.getUint32(NATIVE, true) === 1,
    frozen: data[STATE] === 2,
    closable: closeAuthority.equals(vault),
    nonTransferable: hasExtension(view, NON_TRANSFERABLE_ACCOUNT),
    lamports: BigInt(lamports),
    size: data.length,
  };
}

// Extensions of Token-2022 follow the account's type: number, length, bytes.
function hasExtension(view: DataView, wanted: number): boolean {
  for (let at = EXTENSIONS; at + 4 <= view.byteLength;) {
    const number = view.getUint16(at, true);
    if (number === wanted) return true;
    if (number === 0) return false;
    at += 4 + view.getUint16(at + 2, true);
  }
  return false;
}
