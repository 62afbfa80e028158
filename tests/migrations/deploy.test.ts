import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Keypair } from "@solana/web3.js";
import { startLocalnet, type Localnet } from "@valetkey/localnet";
import { programDataAddress } from "../../migrations/lib/loader.js";

const DEVNET_GENESIS = "EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG";
const SMALL = join("artifacts", "fixtures", "floor.so");
const LARGE = join("artifacts", "fixtures", "hostile.so");

describe("migrations: deploy", function () {
  this.timeout(120_000);
  let localnet: Localnet;
  let folder: string;
  const program = Keypair.generate();

  before(async () => {
    localnet = await startLocalnet();
    folder = mkdtempSync(join(tmpdir(), "valetkey-deploy-"));
    writeKey("game.json", program);
  });

  after(async () => {
    await localnet.stop();
    rmSync(folder, { recursive: true });
  });

  it("deploys a new program, with its own key as upgrade authority", async () => {
    copyFileSync(SMALL, join(folder, "game.so"));
    const { action, address, authority } = await deployGame();
    assert.deepEqual([action, address, authority], ["deployed", id(), id()]);
    await assertOnChain(SMALL);
  });

  it("does nothing, and pays nothing, when the bytes are equal", async () => {
    const { stdout } = await deploy("--json");
    const report = JSON.parse(stdout) as Report;
    assert.equal(report.payer, null);
    assert.deepEqual(
      [report.programs[0]?.action, report.programs[0]?.signature],
      ["unchanged", null],
    );
  });

  it("upgrades to a longer program, and back to the shorter one", async () => {
    for (const file of [LARGE, SMALL]) {
      copyFileSync(file, join(folder, "game.so"));
      assert.equal((await deployGame()).action, "upgraded");
      await assertOnChain(file);
      assert.equal((await deployGame()).action, "unchanged");
    }
  });

  it("refuses to upgrade a program of somebody else's", async () => {
    const [owner, other] = [await localnet.wallet(), Keypair.generate()];
    writeKey("payer.json", owner);
    writeKey("other.json", other);
    copyFileSync(SMALL, join(folder, "other.so"));
    const args = ["--program", "other"];
    const payer = ["--payer", join(folder, "payer.json")];
    assert.equal((await deploy(...args, ...payer)).code, 0);
    copyFileSync(LARGE, join(folder, "other.so"));
    const refused = await deploy(...args);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, new RegExp(`only ${owner.publicKey.toBase58()} may upgrade it`));
  });

  it("refuses a payer without money before anything is sent", async () => {
    writeKey("poor.json", Keypair.generate());
    writeKey("new.json", Keypair.generate());
    copyFileSync(SMALL, join(folder, "new.so"));
    const refused = await deploy("--program", "new", "--payer", join(folder, "poor.json"));
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /has 0 SOL/);
  });

  it("refuses files that are no program and no key", async () => {
    writeFileSync(join(folder, "text.so"), "not a program");
    writeFileSync(join(folder, "text.json"), "[1,2,3]");
    assert.match((await deploy("--program", "text")).stderr, /is not a program/);
    copyFileSync(SMALL, join(folder, "text.so"));
    assert.match((await deploy("--program", "text")).stderr, /is not a keypair file/);
    assert.match((await deploy("--program", "absent")).stderr, /absent\.so is missing/);
  });

  it("refuses the throw-away keys, and an unnamed payer, on a public cluster", async () => {
    const server = await devnet();
    const port = (server.address() as { port: number }).port;
    const url = `http://127.0.0.1:${port}`;
    try {
      const throwAway = await deploy(
        "--url",
        url,
        "--artifacts",
        "artifacts",
        "--keys",
        "migrations/keys",
      );
      assert.match(throwAway.stderr, /This is devnet, and .* throw-away key/s);
      assert.match((await deploy("--url", url)).stderr, /This is devnet: name who pays/);
    } finally {
      server.close();
    }
  });

  it("says which cluster is meant to be named", async () => {
    const refused = await deploy("--url", "");
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /Give --url or set VALETKEY_RPC_URL/);
  });

  interface Report {
    readonly payer: string | null;
    readonly programs: readonly {
      readonly action: string;
      readonly address: string;
      readonly authority: string | null;
      readonly signature: string | null;
    }[];
  }

  function id(): string {
    return program.publicKey.toBase58();
  }

  function writeKey(name: string, key: Keypair): void {
    writeFileSync(join(folder, name), JSON.stringify([...key.secretKey]));
  }

  /** Runs the script; later arguments win over the test's own. */
  function deploy(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const own = ["--url", localnet.url, "--artifacts", folder, "--keys", folder];
    const named =
      args.includes("--program") || args.includes("--keys") ? [] : ["--program", "game"];
    const script = ["tools/run.mjs", "migrations/deploy.ts", ...own, ...named, ...args];
    return new Promise((resolve) => {
      execFile(process.execPath, script, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });
  }

  async function deployGame(): Promise<Report["programs"][number]> {
    const { code, stdout, stderr } = await deploy("--json");
    assert.equal(code, 0, stderr);
    const [game] = (JSON.parse(stdout) as Report).programs;
    assert.ok(game);
    return game;
  }

  /** The program's data is the file's bytes, with nothing but zeros behind. */
  async function assertOnChain(file: string): Promise<void> {
    const account = await localnet.connection.getAccountInfo(program.publicKey);
    assert.equal(account?.executable, true);
    const [data] = await localnet.connection.getMultipleAccountsInfo([
      programDataAddress(program.publicKey),
    ]);
    assert.ok(data);
    const wanted = readFileSync(file);
    const content = data.data.subarray(45);
    assert.ok(content.subarray(0, wanted.length).equals(wanted));
    assert.ok(content.subarray(wanted.length).every((byte) => byte === 0));
  }

  /** A server that says it is devnet, and nothing else. */
  function devnet(): Promise<Server> {
    const server = createServer((request, response) => {
      let body = "";
      request.on("data", (part: Buffer) => (body += part.toString()));
      request.on("end", () => {
        const { id } = JSON.parse(body) as { id: unknown };
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify({ jsonrpc: "2.0", id, result: DEVNET_GENESIS }));
      });
    });
    return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
  }
});
