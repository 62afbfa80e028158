import cors from "@fastify/cors";
import websocket, { type WebSocket } from "@fastify/websocket";
import Fastify, { type FastifyInstance } from "fastify";
import type { Chain } from "./chain/chain.js";
import { LocalnetError } from "./errors.js";
import { answer, answerBody, failure } from "./rpc/dispatch.js";
import type { Methods } from "./rpc/method.js";
import { RPC_CODES, RpcError } from "./rpc/rpc-error.js";
import { SubscriptionHub, type Channel } from "./socket/hub.js";

const HOST = "127.0.0.1";
const NORMAL_CLOSURE = 1000;

/** A server that listens. */
export interface RunningServer {
  readonly port: number;
  /** Closes all sockets (normally, so that clients needn't reconnect) and stops listening. */
  close(): Promise<void>;
}

/**
 * Serves JSON-RPC over HTTP and WebSocket on one loopback port.
 *
 * @param port 0 takes any free port.
 * @throws LocalnetError `PortTaken`
 */
export async function serve(chain: Chain, methods: Methods, port: number): Promise<RunningServer> {
  const app = Fastify({ forceCloseConnections: true });
  await app.register(cors);
  await app.register(websocket);
  app.setErrorHandler((error: { statusCode?: number; message: string }, _request, reply) => {
    const bad = error.statusCode !== undefined && error.statusCode < 500;
    const code = bad ? RPC_CODES.parseError : RPC_CODES.internal;
    return reply.code(bad ? 200 : 500).send(failure(null, new RpcError(code, error.message)));
  });
  app.get("/health", () => "ok");
  app.post("/", (request, reply) => reply.send(answerBody(chain, methods, request.body) ?? ""));
  serveSockets(app, chain, methods);
  try {
    await app.listen({ host: HOST, port });
  } catch (cause) {
    await app.close();
    if ((cause as NodeJS.ErrnoException).code !== "EADDRINUSE") throw cause;
    throw new LocalnetError(
      "PortTaken",
      `Port ${port} is in use by another program. Stop that program or choose another port ` +
        "(--port; 0 takes any free one).",
      { cause },
    );
  }
  const address = app.server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    close: async () => {
      for (const client of app.websocketServer.clients) client.close(NORMAL_CLOSURE);
      await app.close();
    },
  };
}

function serveSockets(app: FastifyInstance, chain: Chain, methods: Methods): void {
  const hub = new SubscriptionHub(chain);
  app.get("/", { websocket: true }, (socket) => {
    const channel = openChannel(socket);
    const { send } = channel;
    const all = { ...methods, ...hub.methodsFor(channel) };
    socket.on("close", () => hub.drop(channel));
    socket.on("message", (raw: Buffer) => {
      let body: unknown;
      try {
        body = JSON.parse(raw.toString("utf8"));
      } catch {
        send(failure(null, new RpcError(RPC_CODES.parseError, "Parse error")));
        return;
      }
      const response = answer(chain, all, body);
      if (response !== undefined) send(response);
    });
  });
}

/** Clients answer a ping after what came before it: the pong says that they have handled that. */
function openChannel(socket: WebSocket): Channel {
  const waiting = new Map<string, () => void>();
  let count = 0;
  socket.on("pong", (data) => {
    const token = data.toString();
    const work = waiting.get(token);
    waiting.delete(token);
    work?.();
  });
  return {
    send: (message) => socket.send(JSON.stringify(message)),
    afterAnswer: (work) => {
      const token = String(++count);
      waiting.set(token, work);
      queueMicrotask(() => socket.ping(token));
    },
  };
}
