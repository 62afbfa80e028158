// npm start: an owner approves once, then a session key plays and trades within limits that the chain enforces.
//
//   npm start                     tell the story on an embedded local network
//   npm start -- --json           print its facts as one JSON object, alone on standard output
//   npm start -- --url URL        the same on another cluster (programs deployed: npm run deploy)
//   npm start -- --ws-url URL     where its WebSocket is, when that isn't the next port
import { Command } from "commander";

import { openNetwork } from "./network.js";
import { quietTeller, terminalTeller } from "./report.js";
import { tellStory } from "./story.js";

const program = new Command("npm start --")
  .description("Valetkey's main job, step by step, on a local network.")
  .option("--json", "print the facts as one JSON object, alone on standard output")
  .option("--url <url>", "JSON-RPC of another cluster", process.env["VALETKEY_RPC_URL"])
  .option("--ws-url <url>", "WebSocket of that cluster", process.env["VALETKEY_WS_URL"])
  .parse();
const options = program.opts<{ json?: boolean; url?: string; wsUrl?: string }>();

try {
  const network = await openNetwork(options);
  try {
    const teller = options.json === true ? quietTeller : terminalTeller;
    const facts = await tellStory(network, teller);
    if (options.json === true) console.log(JSON.stringify(facts, null, 2));
    else terminalTeller.title("Done. Facts as JSON: npm start -- --json");
  } finally {
    await network.stop();
  }
} catch (error) {
  console.error(error instanceof Error ? (error.stack ?? error.message) : error);
  process.exitCode = 1;
}
