import { z } from "zod";
import type { Chain } from "../chain/chain.js";
import { accountMethods } from "./accounts.js";
import { blockhashMethods } from "./blockhashes.js";
import { clusterMethods } from "./cluster.js";
import type { Methods } from "./method.js";
import { RPC_CODES, RpcError } from "./rpc-error.js";
import { sendMethods } from "./send.js";
import { simulateMethods } from "./simulate.js";
import { tokenMethods } from "./tokens.js";
import { transactionMethods } from "./transactions.js";

/** Methods that answer over HTTP and over the WebSocket. */
export const baseMethods: Methods = {
  ...clusterMethods,
  ...blockhashMethods,
  ...accountMethods,
  ...tokenMethods,
  ...transactionMethods,
  ...sendMethods,
  ...simulateMethods,
};

const request = z.object({
  jsonrpc: z.literal("2.0"),
  method: z.string(),
  params: z.unknown().optional(),
  id: z.union([z.string(), z.number(), z.null()]).optional(),
});

/** A JSON-RPC response. */
export type RpcResponse =
  | { jsonrpc: "2.0"; id: string | number | null; result: unknown }
  | { jsonrpc: "2.0"; id: string | number | null; error: ReturnType<RpcError["toJSON"]> };

/** Answers one request; undefined for a notification, which wants no answer. */
export function answer(chain: Chain, methods: Methods, raw: unknown): RpcResponse | undefined {
  const parsed = request.safeParse(raw);
  if (!parsed.success) {
    return failure(null, new RpcError(RPC_CODES.invalidRequest, "Invalid request"));
  }
  const { method: name, params, id } = parsed.data;
  if (id === undefined) return undefined;
  try {
    const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
    if (method === undefined) throw unknownMethod(name, methods);
    return { jsonrpc: "2.0", id, result: method(chain, params) };
  } catch (error) {
    return failure(id, error);
  }
}

/** Answers a request or a batch of them. */
export function answerBody(chain: Chain, methods: Methods, body: unknown) {
  if (!Array.isArray(body)) return answer(chain, methods, body);
  if (body.length === 0) {
    return failure(null, new RpcError(RPC_CODES.invalidRequest, "Invalid request: empty batch"));
  }
  const answers = body.map((raw) => answer(chain, methods, raw));
  return answers.filter((response) => response !== undefined);
}

/** The response that carries an error; anything unforeseen becomes `-32603`. */
export function failure(id: string | number | null, error: unknown): RpcResponse {
  const known =
    error instanceof RpcError
      ? error
      : new RpcError(RPC_CODES.internal, `Internal error: ${String(error)}`);
  return { jsonrpc: "2.0", id, error: known.toJSON() };
}

function unknownMethod(name: string, methods: Methods): RpcError {
  const available = Object.keys(methods).sort().join(", ");
  return new RpcError(
    RPC_CODES.methodNotFound,
    `Method ${name} is not available on the localnet. Available: ${available}.`,
  );
}
