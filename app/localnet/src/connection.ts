import type { Connection } from "@solana/web3.js";

/** Parts of `Connection` that its types hide; there is no public way to do either. */
interface ConnectionInternals {
  _rpcWebSocket?: { setAutoReconnect(reconnect: boolean): void; close(): void };
  _updateSubscriptions?: () => Promise<void>;
  _blockhashInfo?: { latestBlockhash: unknown; lastFetch: number };
}

/**
 * Closes the WebSocket of a connection for good. Without this it would reconnect for ever once its
 * server is gone, and keep the process alive.
 *
 * @example
 * const second = new Connection(localnet.url, { wsEndpoint: localnet.wsUrl });
 * closeConnection(second);
 */
export function closeConnection(connection: Connection): void {
  const internals = connection as unknown as ConnectionInternals;
  // It would subscribe and unsubscribe again and again on the closed socket.
  internals._updateSubscriptions = () => Promise.resolve();
  internals._rpcWebSocket?.setAutoReconnect(false);
  internals._rpcWebSocket?.close();
}

/**
 * Lets the event loop turn before a connection looks at its subscriptions again. web3.js tries an unsubscription on a closed
 * socket again at once, and the socket tells that it is closed only in a later turn: without a turn in between that is a loop
 * without end, which starves everything else in the process.
 */
export function steadyConnection(connection: Connection): void {
  const internals = connection as unknown as ConnectionInternals;
  const update = internals._updateSubscriptions?.bind(connection);
  if (update === undefined) return;
  const steady = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    // Closed in between: nothing is to be looked at any more.
    if (internals._updateSubscriptions === steady) await update();
  };
  internals._updateSubscriptions = steady;
}

/** Makes a connection ask for a new block hash where it would use the one that it caches. */
export function forgetBlockhash(connection: Connection): void {
  const { _blockhashInfo: cache } = connection as unknown as ConnectionInternals;
  if (cache === undefined) return;
  cache.latestBlockhash = null;
  cache.lastFetch = 0;
}
