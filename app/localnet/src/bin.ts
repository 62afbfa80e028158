#!/usr/bin/env node
import { Command, InvalidArgumentError } from "commander";
import { findArtifacts } from "./artifacts.js";
import { LocalnetError } from "./errors.js";
import { startLocalnet, type Localnet } from "./localnet.js";

const WALLETS = 3;
const WALLET_SOL = 1_000;

interface Flags {
  readonly port: number;
  readonly slotMs: number;
  readonly root: string;
  readonly json?: boolean;
}

const command = new Command("localnet")
  .description("Runs a local Solana network with the project's programs until Ctrl-C.")
  .option("--port <number>", "port on 127.0.0.1; 0 takes any free one", wholeNumber, 8899)
  .option("--slot-ms <milliseconds>", "real time per slot", wholeNumber, 400)
  .option("--root <folder>", "project folder with artifacts/ and migrations/keys/", process.cwd())
  .option("--json", "print one JSON object instead of text")
  .action(run);

await command.parseAsync();

async function run(flags: Flags): Promise<void> {
  try {
    await start(flags);
  } catch (error) {
    if (!(error instanceof LocalnetError)) throw error;
    process.stderr.write(`${error.code}: ${error.message}\n`);
    process.exitCode = 1;
  }
}

async function start({ port, slotMs, root, json }: Flags): Promise<void> {
  const artifacts = findArtifacts(root);
  const programs = artifacts.map(({ programId, path, authority }) => ({
    programId,
    path,
    upgradeAuthority: authority,
  }));
  const localnet = await startLocalnet({ port, slotMs, programs });
  const wallets = await Promise.all(
    Array.from({ length: WALLETS }, () => localnet.wallet({ sol: WALLET_SOL })),
  );
  const facts = {
    url: localnet.url,
    wsUrl: localnet.wsUrl,
    programs: Object.fromEntries(artifacts.map((a) => [a.name, a.programId.toBase58()])),
    wallets: wallets.map((wallet) => ({
      address: wallet.publicKey.toBase58(),
      secretKey: [...wallet.secretKey],
      sol: WALLET_SOL,
    })),
  };
  process.stdout.write(json === true ? `${JSON.stringify(facts)}\n` : describe(facts));
  stopOnSignal(localnet, json === true);
}

function describe(facts: {
  url: string;
  wsUrl: string;
  programs: Record<string, string>;
  wallets: { address: string; secretKey: number[]; sol: number }[];
}): string {
  const programs = Object.entries(facts.programs).map(([name, id]) => `  ${name.padEnd(10)} ${id}`);
  const wallets = facts.wallets.map(
    ({ address, secretKey, sol }) =>
      `  ${address}  ${sol} SOL\n    secret key [${secretKey.join(",")}]`,
  );
  return [
    "Local Solana network (LiteSVM), for this machine only.",
    "",
    `RPC        ${facts.url}`,
    `WebSocket  ${facts.wsUrl}`,
    "",
    programs.length > 0 ? "Programs" : "Programs: none found in artifacts/.",
    ...programs,
    "",
    "Funded keys (worth nothing anywhere else)",
    ...wallets,
    "",
    "Ctrl-C ends it; nothing is kept.",
    "",
  ].join("\n");
}

function stopOnSignal(localnet: Localnet, quiet: boolean): void {
  const stop = () => {
    if (!quiet) process.stdout.write("\nStopped.\n");
    void localnet.stop();
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("A whole number is needed.");
  return Number(text);
}
