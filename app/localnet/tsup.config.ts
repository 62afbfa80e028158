// Builds the entry point of package.json as ESM and CommonJS, with types.
import { copyFileSync } from "node:fs";

import { defineConfig } from "tsup";

export default defineConfig({
  entry: { index: "src/index.ts" },
  format: ["esm", "cjs"],
  target: "es2022",
  // Node gives CommonJS another `default` of bs58 than bundlers do: inside there is only one.
  noExternal: ["bs58", "base-x"],
  platform: "node",
  dts: true,
  sourcemap: true,
  clean: true,
  shims: true,
  // The program that the package deploys.
  onSuccess: () => {
    copyFileSync("../../artifacts/valetkey.so", "dist/valetkey.so");
    return Promise.resolve();
  },
});
