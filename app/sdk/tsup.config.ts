// Builds every entry point of package.json as ESM and CommonJS with types. What they share lies in common
// chunks, so that `ValetkeyError` is one class however many entry points an app imports.
import { defineConfig } from "tsup";

export default defineConfig({
  entry: {
    index: "src/index.ts",
    grant: "src/grant/index.ts",
    "keys/browser": "src/keys/browser.ts",
    "keys/node": "src/keys/node.ts",
    layers: "src/layers.ts",
    errors: "src/errors/index.ts",
  },
  format: ["esm", "cjs"],
  target: "es2022",
  platform: "neutral",
  external: [/^node:/],
  // Node gives CommonJS another `default` of bs58 than bundlers do: inside there is only one.
  noExternal: ["bs58", "base-x"],
  dts: true,
  sourcemap: true,
  splitting: true,
  clean: true,
});
