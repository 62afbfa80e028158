// Completes package-lock.json after an `npm install` whose registry mirror lacks prebuilt packages of other platforms: npm then leaves
// them out of the lock, and `npm ci` refuses the lock everywhere. Each is written down with the version, system and processor that
// its parent and its name give; npm installs only the one that fits the machine. usage: node tools/complete-lock.mjs [--check]
import { readFileSync, writeFileSync } from "node:fs";

const file = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(file, "utf8"));

const SYSTEMS = [
  "android",
  "darwin",
  "freebsd",
  "linux",
  "netbsd",
  "openbsd",
  "openharmony",
  "win32",
];
const PROCESSORS = ["arm64", "arm", "ia32", "loong64", "ppc64", "riscv64", "s390x", "x64"];

/** What the name of a prebuilt package says of the machine it is for; null when it doesn't. */
function machineOf(name) {
  const words = name.split(/[-/]/);
  const os = SYSTEMS.find((system) => words.includes(system));
  const cpu = PROCESSORS.find((processor) => words.includes(processor));
  if (os === undefined || cpu === undefined) return null;
  const libc = words.some((word) => word.startsWith("musl"))
    ? "musl"
    : words.some((word) => word.startsWith("gnu"))
      ? "glibc"
      : undefined;
  return {
    os: [os],
    cpu: [cpu],
    ...(os === "linux" && libc !== undefined ? { libc: [libc] } : {}),
  };
}

const missing = {};
for (const [place, { optionalDependencies = {}, dev }] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const places = [`${place}/node_modules/${name}`, `node_modules/${name}`];
    if (places.some((one) => one in lock.packages)) continue;
    const machine = machineOf(name);
    if (machine === null || !/^\d+\.\d+\.\d+$/.test(version)) continue;
    missing[`node_modules/${name}`] = {
      version,
      ...(dev === true ? { dev } : {}),
      ...machine,
      optional: true,
    };
  }
}

const names = Object.keys(missing);
if (process.argv.includes("--check")) {
  if (names.length > 0) {
    console.error(`package-lock.json lacks ${names.join(", ")}: run node tools/complete-lock.mjs`);
    process.exit(1);
  }
  console.log("package-lock.json is complete");
} else if (names.length > 0) {
  const packages = { ...lock.packages, ...missing };
  const [root, ...rest] = Object.entries(packages);
  const sorted = rest.sort(([a], [b]) => (a < b ? -1 : 1));
  lock.packages = Object.fromEntries([root, ...sorted]);
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`added ${names.length} optional packages`);
}
