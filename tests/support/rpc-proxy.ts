// A JSON-RPC proxy on the loopback that a test tells to lie, to lose answers, or to hold them back.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { Connection } from "@solana/web3.js";

/** One call as it comes from the client. */
export interface RpcCall {
  readonly method: string;
  readonly params: readonly unknown[];
}

/** Sends a call on (changed or not) and returns the endpoint's answer: `{ result }` or `{ error }`. */
export type Forward = (call: RpcCall) => Promise<Record<string, unknown>>;

/** What to answer to a call; null forwards it unchanged. "hang up" closes the socket without an answer. */
export type Intercept = (
  call: RpcCall,
  forward: Forward,
) => Promise<Record<string, unknown> | "hang up"> | null;

/** A running proxy. */
export interface RpcProxy {
  /** An ordinary connection through the proxy (polling only: it has no WebSocket). */
  readonly connection: Connection;
  /** Replaces what the proxy does with calls; null: nothing. */
  intercept: Intercept | null;
  /** How often each method was called. */
  readonly calls: ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

/** Starts a proxy in front of the endpoint `url`. */
export async function startRpcProxy(url: string): Promise<RpcProxy> {
  const calls = new Map<string, number>();
  const proxy = { intercept: null as Intercept | null };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as RpcCall & { id: unknown };
      calls.set(body.method, (calls.get(body.method) ?? 0) + 1);
      const forward: Forward = async ({ method, params }) => {
        const answer = await fetch(url, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
        });
        return (await answer.json()) as Record<string, unknown>;
      };
      const own = proxy.intercept?.(body, forward) ?? null;
      void (own ?? forward(body)).then((answer) => {
        if (answer === "hang up") return response.destroy();
        response.setHeader("content-type", "application/json");
        return response.end(JSON.stringify({ ...answer, jsonrpc: "2.0", id: body.id }));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const connection = new Connection(`http://127.0.0.1:${port}`, "confirmed");
  return Object.assign(proxy, { connection, calls, stop: () => close(server) });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
