// Builds the published packages as they would be published and loads every entry point both ways, as an app would that knows
// nothing of this repository. usage: node tools/check-packages.mjs
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

function run(command, args, cwd) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}\n${stdout}${stderr}`);
  return stdout.trim();
}

for (const folder of ["app/sdk", "app/localnet"]) {
  const cwd = `${root}${folder}`;
  run("npx", ["tsup"], cwd);
  console.log(run("npx", ["publint", "--strict"], cwd).split("\n").at(-1), folder);
  const { name, exports } = JSON.parse(readFileSync(`${cwd}/package.json`, "utf8"));
  for (const path of Object.keys(exports)) {
    const entry = `${name}${path.slice(1)}`;
    const count = "Object.keys(loaded).length";
    const check = `if (${count} === 0) throw new Error("no exports"); console.log(${count})`;
    const ways = [
      ["--input-type=module", "-e", `import * as loaded from "${entry}"; ${check}`],
      ["--input-type=commonjs", "-e", `const loaded = require("${entry}"); ${check}`],
    ];
    const [imported, required] = ways.map((args) => run(process.execPath, args, root));
    console.log(`${entry}: ${imported} by import, ${required} by require`);
  }
}

// The CommonJS builds don't only load, they work: a session key signs, a network starts and stops.
run(
  process.execPath,
  [
    "--input-type=commonjs",
    "-e",
    `const { generateKey, VALETKEY_PROGRAM_ID } = require("@valetkey/sdk");
     const { toAddress } = require("@valetkey/sdk/layers");
     const { startLocalnet } = require("@valetkey/localnet");
     (async () => {
       if (toAddress(VALETKEY_PROGRAM_ID) !== VALETKEY_PROGRAM_ID.toBase58()) throw new Error("base58");
       if ((await generateKey().signMessage(new Uint8Array(3))).length !== 64) throw new Error("signature");
       const localnet = await startLocalnet();
       const wallet = await localnet.wallet();
       if ((await localnet.connection.getBalance(wallet.publicKey)) === 0) throw new Error("wallet");
       await localnet.stop();
     })();`,
  ],
  root,
);

// One class however many entry points an app uses, and a grant can be read without web3.js.
run(
  process.execPath,
  [
    "--input-type=module",
    "-e",
    `import { ValetkeyError } from "@valetkey/sdk";
     import * as errors from "@valetkey/sdk/errors";
     if (ValetkeyError !== errors.ValetkeyError) throw new Error("two classes ValetkeyError");`,
  ],
  root,
);
const seen = new Set();
const walk = (file) => {
  if (seen.has(file)) return;
  seen.add(file);
  const text = readFileSync(`${root}app/sdk/dist/${file}`, "utf8");
  if (text.includes("@solana/web3.js")) throw new Error(`/grant reaches web3.js by ${file}`);
  for (const [, next] of text.matchAll(/from "\.\/([^"]+)"/g)) walk(next);
};
walk("grant.js");
console.log("one class of errors; /grant needs no web3.js");
