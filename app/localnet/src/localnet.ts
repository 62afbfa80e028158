import {
  Connection,
  Keypair,
  LAMPORTS_PER_SOL,
  type AccountInfo,
  type PublicKey,
} from "@solana/web3.js";
import type { LiteSvm } from "litesvm/dist/internal.js";
import { Chain } from "./chain/chain.js";
import { loadEngine } from "./chain/engine.js";
import { createFaucet } from "./chain/faucet.js";
import { addProgram, type LocalnetProgram } from "./chain/programs.js";
import { closeConnection, forgetBlockhash, steadyConnection } from "./connection.js";
import { LocalnetError } from "./errors.js";
import { baseMethods } from "./rpc/dispatch.js";
import { faucetMethods } from "./rpc/send.js";
import { serve } from "./server.js";
import {
  openLocalSession,
  valetkeyProgram,
  type LocalSession,
  type LocalSessionRequest,
} from "./session.js";

/** How a local network is set up. Everything has a default. */
export interface LocalnetOptions {
  /** Programs that are deployed from the start, beside Valetkey itself. */
  readonly programs?: readonly LocalnetProgram[];
  /** Port on 127.0.0.1; 0 (the default) takes any free one. */
  readonly port?: number;
  /** Real milliseconds per slot and block; 400 by default. */
  readonly slotMs?: number;
  /** Block time at the start in unix seconds; real time by default. */
  readonly genesisUnixSeconds?: number;
}

/** A running local network. */
export interface Localnet {
  /** An ordinary connection with commitment `confirmed`. `stop()` closes it. */
  readonly connection: Connection;
  /** HTTP address of the JSON-RPC server. */
  readonly url: string;
  /** Address of its WebSocket, on the same port. */
  readonly wsUrl: string;
  /** The virtual machine itself (raw: bytes, not keys), for what an RPC can't do. */
  readonly svm: LiteSvm;
  /**
   * Makes a funded key.
   *
   * @param options.sol SOL that it holds, 100 by default.
   */
  wallet(options?: { readonly sol?: number }): Promise<Keypair>;
  /**
   * Opens a session: a wallet grants these terms to a key, both new unless they are given.
   *
   * @throws ValetkeyError what `owner.session` throws.
   * @example
   * const { session } = await localnet.session({ terms: myTerms });
   */
  session(request: LocalSessionRequest): Promise<LocalSession>;
  /** Writes an account as it is, past all rules, and tells its subscribers. */
  setAccount(address: PublicKey, account: LocalnetAccount): void;
  /**
   * Jumps ahead in block time and slots, at once.
   *
   * Block hashes stay usable, so that connections that cache one (for 30 s) go on. `blocks` ages
   * them, one is too old after 150; this network's own connection then drops the one that it caches.
   *
   * @param by.seconds seconds of block time, 0 by default
   * @param by.blocks blocks, 0 by default
   * @throws LocalnetError `InvalidOption` when a number is negative, or not whole for `blocks`
   */
  advance(by: { readonly seconds?: number; readonly blocks?: number }): Promise<void>;
  /** Block time in unix seconds: what the clock sysvar says now. */
  now(): number;
  /** Closes the connection's socket, then the server. May be called twice. */
  stop(): Promise<void>;
}

/** An account as `setAccount` takes it: what `connection.getAccountInfo` gives, or lamports as bigint. */
export interface LocalnetAccount extends Pick<AccountInfo<Uint8Array>, "data" | "owner"> {
  readonly lamports: number | bigint;
  readonly executable?: boolean;
}

/**
 * Starts a local Solana network in this process: LiteSVM behind loopback JSON-RPC and WebSocket.
 *
 * @throws LocalnetError `PlatformUnsupported`, `PortTaken`, `ProgramUnreadable`, `InvalidOption`
 * @example
 * const localnet = await startLocalnet({ programs: [{ programId, path: "game.so" }] });
 * const player = await localnet.wallet({ sol: 10 });
 * await localnet.stop();
 */
export async function startLocalnet(options: LocalnetOptions = {}): Promise<Localnet> {
  const { port = 0, slotMs = 400, programs = [], genesisUnixSeconds } = options;
  requireNumber("port", port, Number.isInteger(port) && port >= 0 && port < 65_536);
  requireNumber("slotMs", slotMs, slotMs >= 1 && Number.isFinite(slotMs));
  if (genesisUnixSeconds !== undefined) {
    const whole = Number.isSafeInteger(genesisUnixSeconds) && genesisUnixSeconds >= 0;
    requireNumber("genesisUnixSeconds", genesisUnixSeconds, whole);
  }
  const engine = await loadEngine();
  const chain = new Chain(engine, { slotMs, genesisUnixSeconds });
  const own = valetkeyProgram();
  const given = programs.some(({ programId }) => programId.equals(own.programId));
  for (const program of given ? programs : [own, ...programs]) addProgram(engine, program);
  const faucet = createFaucet(chain);
  const server = await serve(chain, { ...baseMethods, ...faucetMethods(faucet.airdrop) }, port);
  const ticks = setInterval(() => chain.time(), slotMs);
  ticks.unref();
  const url = `http://127.0.0.1:${server.port}`;
  const wsUrl = `ws://127.0.0.1:${server.port}`;
  const connection = new Connection(url, { wsEndpoint: wsUrl, commitment: "confirmed" });
  steadyConnection(connection);
  let stopped: Promise<void> | undefined;
  const shutDown = async () => {
    clearInterval(ticks);
    closeConnection(connection);
    await server.close();
  };
  const wallet: Localnet["wallet"] = ({ sol = 100 } = {}) =>
    promised(() => {
      const keypair = Keypair.generate();
      faucet.airdrop(keypair.publicKey, BigInt(Math.round(sol * LAMPORTS_PER_SOL)));
      return keypair;
    });
  return {
    connection,
    url,
    wsUrl,
    svm: engine.svm,
    wallet,
    session: (request) => openLocalSession({ connection, wallet }, request),
    setAccount: (address, { lamports, data, owner, executable = false }) =>
      chain.setAccount(
        address,
        new engine.module.Account(BigInt(lamports), data, owner.toBytes(), executable, 0n),
      ),
    advance: ({ seconds = 0, blocks = 0 }) =>
      promised(() => {
        requireNumber("seconds", seconds, Number.isFinite(seconds) && seconds >= 0);
        requireNumber("blocks", blocks, Number.isSafeInteger(blocks) && blocks >= 0);
        chain.advance({ seconds, blocks });
        if (blocks > 0) forgetBlockhash(connection);
      }),
    now: () => chain.time().unixSeconds,
    stop: () => (stopped ??= shutDown()),
  };
}

function requireNumber(name: string, value: number, valid: boolean): void {
  if (valid) return;
  throw new LocalnetError("InvalidOption", `${name} can't be ${value}.`);
}

/** Does the work at once; what it throws becomes a rejection. */
function promised<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => resolve(work()));
}
