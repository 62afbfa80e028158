/** Deploys the built programs to a cluster. `npm run deploy -- --help` says how. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Connection, Keypair, LAMPORTS_PER_SOL } from "@solana/web3.js";
import { Command } from "commander";
import colors from "picocolors";
import { airdropUpTo, identifyCluster, type Cluster } from "./lib/cluster.js";
import {
  deployProgram,
  type Deployer,
  type Deployment,
  type Program,
} from "./lib/deploy-program.js";
import { DeployError } from "./lib/errors.js";
import { readKeypair } from "./lib/keys.js";

const MIGRATIONS = dirname(fileURLToPath(import.meta.url));
const LOCAL_KEYS = join(MIGRATIONS, "keys");
const NAMES = ["valetkey", "arena"];
/** Rent for both programs and their buffers at today's price, several times over. */
const AIRDROP_SOL = 100;

interface Flags {
  readonly url?: string;
  readonly payer?: string;
  readonly artifacts: string;
  readonly keys: string;
  readonly program?: readonly string[];
  readonly json?: true;
}

interface Report {
  readonly genesisHash: string;
  /** Null when there was nothing to pay. */
  readonly payer: string | null;
  readonly programs: readonly Deployment[];
}

const command = new Command("deploy")
  .description(
    "Deploys the built programs to a cluster: new ones, and those that differ from what is there.",
  )
  .option("--url <url>", "RPC address of the cluster [or VALETKEY_RPC_URL]")
  .option("--payer <file>", "keypair that pays and may upgrade [a fresh one with airdrop]")
  .option("--artifacts <folder>", "folder of NAME.so", join(MIGRATIONS, "..", "artifacts"))
  .option("--keys <folder>", "folder of NAME.json: the programs' keypairs", LOCAL_KEYS)
  .option("--program <name...>", `only these programs [${NAMES.join(", ")}]`)
  .option("--json", "print one JSON object instead of text")
  .addHelpText(
    "after",
    "\nWithout --payer (not on a public cluster) each program's own throw-away key may upgrade it.",
  )
  .action(run);

await command.parseAsync();

async function run(flags: Flags): Promise<void> {
  try {
    const report = await deployAll(flags);
    process.stdout.write(flags.json ? `${JSON.stringify(report)}\n` : describe(report));
  } catch (error) {
    if (!(error instanceof DeployError)) throw error;
    process.stderr.write(`${colors.red("error:")} ${error.message}\n`);
    process.exitCode = 1;
  }
}

async function deployAll(flags: Flags): Promise<Report> {
  const connection = new Connection(rpcUrl(flags), "confirmed");
  const programs = (flags.program ?? NAMES).map((name) => readProgram(flags, name));
  const named = flags.payer === undefined ? undefined : readKeypair(flags.payer);
  const cluster = await identifyCluster(connection);
  checkCluster(cluster, programs, named);

  const payer = named ?? Keypair.generate();
  const fundPayer = () =>
    named === undefined
      ? airdropUpTo(connection, payer.publicKey, AIRDROP_SOL * LAMPORTS_PER_SOL)
      : Promise.resolve();
  const done: Deployment[] = [];
  for (const program of programs) {
    const newAuthority = named ?? program.key;
    const deployer: Deployer = { payer, fundPayer, newAuthority, keys: [payer, program.key] };
    done.push(await deployProgram(connection, deployer, program));
  }
  const paid = done.some(({ action }) => action !== "unchanged");
  return {
    genesisHash: cluster.genesisHash,
    payer: paid ? payer.publicKey.toBase58() : null,
    programs: done,
  };
}

function rpcUrl({ url = process.env["VALETKEY_RPC_URL"] }: Flags): string {
  if (url === undefined || url === "") {
    throw new DeployError("Which cluster? Give --url or set VALETKEY_RPC_URL.");
  }
  if (!/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : "")) {
    throw new DeployError("--url must be an http or https address.");
  }
  return url;
}

function readProgram({ artifacts, keys }: Flags, name: string): Program {
  const file = join(artifacts, `${name}.so`);
  if (!existsSync(file)) {
    throw new DeployError(`${file} is missing: build the programs with npm run build:program.`);
  }
  const content = readFileSync(file);
  if (content.subarray(0, 4).toString("latin1") !== "\x7fELF") {
    throw new DeployError(`${file} is not a program (no ELF header).`);
  }
  return { name, content, key: readKeypair(join(keys, `${name}.json`)) };
}

/** Throw-away keys are public: whoever saw the repository could take such a program over. */
function checkCluster(
  { publicName }: Cluster,
  programs: readonly Program[],
  payer: Keypair | undefined,
): void {
  if (publicName === undefined) return;
  const throwAway = new Set(
    NAMES.map((name) => join(LOCAL_KEYS, `${name}.json`))
      .filter((file) => existsSync(file))
      .map((file) => readKeypair(file).publicKey.toBase58()),
  );
  const named = programs.find(({ key }) => throwAway.has(key.publicKey.toBase58()));
  if (named !== undefined) {
    throw new DeployError(
      `This is ${publicName}, and ${named.name} has its throw-away key of the local network. Build with an ` +
        "id of your own (npm run build:program -- --cluster NAME --program-id ADDRESS) and name the " +
        "folders with --keys and --artifacts.",
    );
  }
  if (payer === undefined)
    throw new DeployError(`This is ${publicName}: name who pays with --payer.`);
}

function describe({ genesisHash, payer, programs }: Report): string {
  const paint = { deployed: colors.green, upgraded: colors.yellow, unchanged: colors.dim };
  const lines = programs.flatMap(({ name, address, action, bytes, authority, signature }) => [
    `${paint[action](action.padEnd(9))} ${colors.bold(name)} at ${address} (${bytes} bytes)`,
    `          upgrade authority ${authority ?? "none: frozen"}`,
    ...(signature === null ? [] : [`          transaction ${signature}`]),
  ]);
  const by = payer === null ? "nothing to do" : `paid by ${payer}`;
  return [`Cluster ${genesisHash}, ${by}`, ...lines, ""].join("\n");
}
