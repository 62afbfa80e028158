// Runs a TypeScript file, or the test suite, on a fresh clone: installs the locked dependencies first when they are missing.
//
//   node tools/run.mjs FILE.ts [arguments]     runs the file
//   node tools/run.mjs --test [mocha arguments]  runs the suite (all of it without arguments)
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Valetkey needs Node 20.19 or newer; this is ${process.version}.`);
  process.exit(1);
}

const run = (command, args, options = {}) => {
  const done = spawnSync(command, args, { cwd: root, stdio: "inherit", ...options });
  if (done.error) {
    console.error(`${command}: ${done.error.message}`);
    return 1;
  }
  return done.status ?? 1;
};

// The lock file that npm leaves in node_modules is written last: without it an install was never finished.
if (!existsSync(join(root, "node_modules", ".package-lock.json"))) {
  console.error("Installing the locked dependencies (once)…");
  // What npm prints goes to standard error: `npm start -- --json` keeps standard output for its one object.
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const status = run(npm, ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (status !== 0) {
    console.error("npm ci failed; see above.");
    process.exit(status);
  }
}

const [target, ...rest] = process.argv.slice(2);
if (target === undefined) {
  console.error("usage: node tools/run.mjs FILE.ts [arguments] | --test [mocha arguments]");
  process.exit(2);
}
const node = ["--conditions=@valetkey/source", "--import", "tsx"];
const file =
  target === "--test"
    ? [join(root, "node_modules", "mocha", "bin", "mocha.js"), ...rest]
    : [join(root, target), ...rest];
process.exit(run(process.execPath, [...node, ...file]));
