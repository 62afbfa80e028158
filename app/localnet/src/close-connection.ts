import type { Connection } from "@solana/web3.js";

/** Parts of `Connection` that its types hide; there is no public way to close one. */
interface ConnectionInternals {
  _rpcWebSocket?: { setAutoReconnect(reconnect: boolean): void; close(): void };
  _subscriptionsByHash?: Record<string, unknown>;
}

/**
 * Closes the WebSocket of a connection for good. Without this it would reconnect for ever once its
 * server is gone, and keep the process alive.
 */
export function closeConnection(connection: Connection): void {
  const internals = connection as unknown as ConnectionInternals;
  internals._subscriptionsByHash = {};
  internals._rpcWebSocket?.setAutoReconnect(false);
  internals._rpcWebSocket?.close();
}
