import { PublicKey } from "@solana/web3.js";
import bs58 from "bs58";
import type { Account } from "litesvm/dist/internal.js";
import { decimalsOf } from "../chain/balances.js";
import type { Chain } from "../chain/chain.js";
import { readMint, readTokenAccount, tokenProgram, uiTokenAmount } from "../chain/tokens.js";
import type { AccountConfig, AccountFilter } from "./params.js";
import { invalidParams, RPC_CODES, RpcError } from "./rpc-error.js";

const MAX_BASE58_BYTES = 128;
type Shape = Pick<AccountConfig, "encoding" | "dataSlice">;

/** An account as the RPC writes it. */
export function accountJson(chain: Chain, account: Account, { encoding, dataSlice }: Shape = {}) {
  const data = account.data();
  const parsed = encoding === "jsonParsed" ? parsedData(chain, account) : undefined;
  const start = dataSlice?.offset ?? 0;
  const slice = dataSlice ? data.subarray(start, start + dataSlice.length) : data;
  return {
    lamports: Number(account.lamports()),
    owner: new PublicKey(account.owner()).toBase58(),
    executable: account.executable(),
    rentEpoch: Number(account.rentEpoch()),
    space: data.length,
    data: parsed ?? encodeData(slice, encoding),
  };
}

/** The same, or null when there is no account. */
export function maybeAccountJson(chain: Chain, account: Account | null, shape?: Shape) {
  return account === null ? null : accountJson(chain, account, shape);
}

/** A test for all filters at once, the filters' bytes decoded only once. */
export function accountTest(filters: readonly AccountFilter[]): (account: Account) => boolean {
  const tests = filters.map((filter) => {
    if ("dataSize" in filter) {
      return (data: Uint8Array) => data.length === filter.dataSize;
    }
    const { offset, bytes, encoding } = filter.memcmp;
    const wanted = decodeBytes(bytes, encoding ?? "base58");
    return (data: Uint8Array) =>
      Buffer.compare(data.subarray(offset, offset + wanted.length), wanted) === 0;
  });
  return (account) => {
    const data = account.data();
    return tests.every((test) => test(data));
  };
}

function decodeBytes(text: string, encoding: "base58" | "base64"): Uint8Array {
  try {
    const bytes = encoding === "base64" ? Buffer.from(text, "base64") : bs58.decode(text);
    if (bytes.length <= MAX_BASE58_BYTES) return bytes;
  } catch {
    // Falls through to the same refusal.
  }
  throw invalidParams(`Invalid params: memcmp bytes must be at most 128 bytes of ${encoding}`);
}

function encodeData(data: Uint8Array, encoding: AccountConfig["encoding"]) {
  if (encoding === "base64" || encoding === "jsonParsed") {
    return [Buffer.from(data).toString("base64"), "base64"];
  }
  if (data.length > MAX_BASE58_BYTES) {
    throw new RpcError(
      RPC_CODES.invalidRequest,
      "Encoded binary (base 58) data should be less than 128 bytes, please use Base64 encoding.",
    );
  }
  const text = bs58.encode(data);
  return encoding === "base58" ? [text, "base58"] : text;
}

function parsedData(chain: Chain, account: Account) {
  const program = tokenProgram(account);
  const space = account.data().length;
  const mint = readMint(account);
  if (mint !== undefined) {
    const info = { ...mint, supply: mint.supply.toString(), isInitialized: true };
    return { program, space, parsed: { type: "mint", info } };
  }
  const token = readTokenAccount(account);
  if (token === undefined) return undefined;
  const decimals = decimalsOf(chain.engine.svm, token.mint);
  const info = {
    mint: token.mint,
    owner: token.owner,
    state: token.state,
    isNative: token.nativeReserve !== undefined,
    tokenAmount: uiTokenAmount(token.amount, decimals),
    ...(token.delegate === undefined
      ? {}
      : {
          delegate: token.delegate,
          delegatedAmount: uiTokenAmount(token.delegatedAmount, decimals),
        }),
    ...(token.nativeReserve === undefined
      ? {}
      : { rentExemptReserve: uiTokenAmount(token.nativeReserve, decimals) }),
    ...(token.closeAuthority === undefined ? {} : { closeAuthority: token.closeAuthority }),
  };
  return { program, space, parsed: { type: "account", info } };
}
