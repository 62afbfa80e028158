import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { Connection, PublicKey } from "@solana/web3.js";

const NODE = ["--conditions=@valetkey/source", "--import", "tsx"];
const BIN = "app/localnet/src/bin.ts";

describe("localnet: as a process", function () {
  this.timeout(60_000);

  function start(args: string[]) {
    const child = spawn(process.execPath, [...NODE, ...args], { stdio: "pipe" });
    const output = { out: "", err: "" };
    child.stdout.on("data", (chunk: Buffer) => (output.out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output.err += chunk.toString()));
    return { child, output, exit: once(child, "exit") as Promise<[number | null]> };
  }

  it("lets mocha end by itself after stop(), with subscriptions still open", async () => {
    const mocha = ["node_modules/mocha/bin/mocha.js", "--no-config"];
    const { exit, output } = start([...mocha, "tests/localnet/fixtures/ends-by-itself.ts"]);
    const [code] = await exit;
    assert.equal(code, 0, output.err);
    assert.match(output.out, /1 passing/);
  });

  it("prints one JSON object, serves, and ends on a signal", async () => {
    const { child, output, exit } = start([
      BIN,
      "--json",
      "--port",
      "0",
      "--root",
      "tests/localnet",
    ]);
    while (!output.out.includes("\n")) await once(child.stdout, "data");
    const facts = JSON.parse(output.out) as {
      url: string;
      programs: object;
      wallets: { address: string; secretKey: number[]; sol: number }[];
    };
    assert.match(facts.url, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.deepEqual(facts.programs, {});
    const [wallet] = facts.wallets;
    assert.ok(wallet);
    const balance = await new Connection(facts.url).getBalance(new PublicKey(wallet.address));
    assert.equal(balance, wallet.sol * 1e9);
    const port = new URL(facts.url).port;
    const second = start([BIN, "--port", port]);
    assert.deepEqual((await second.exit)[0], 1);
    assert.match(second.output.err, /^PortTaken: Port \d+ is in use/);
    child.kill("SIGINT");
    assert.equal((await exit)[0], 0);
    assert.equal(output.out.trim().split("\n").length, 1);
  });

  it("says what its options are, and refuses what is none", async () => {
    const help = start([BIN, "--help"]);
    const wrong = start([BIN, "--port", "many"]);
    assert.equal((await help.exit)[0], 0);
    assert.match(help.output.out, /--port/);
    assert.equal((await wrong.exit)[0], 1);
    assert.match(wrong.output.err, /whole number/);
  });
});
