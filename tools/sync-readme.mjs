// Keeps what the README quotes true: the first session (examples/first-session.ts, between its two marks) and the cost table
// (docs/costs.md). usage: node tools/sync-readme.mjs [--check]
import { readFileSync, writeFileSync } from "node:fs";

const at = (path) => new URL(`../${path}`, import.meta.url);
const read = (path) => readFileSync(at(path), "utf8");

/** What stands between two marks; throws when they are gone. */
function between(text, begin, end, where) {
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from + begin.length);
  if (from < 0 || to < 0) throw new Error(`${where} has lost its marks "${begin}" … "${end}"`);
  return { from: from + begin.length, to, text: text.slice(from + begin.length, to).trim() };
}

const example = between(
  read("examples/first-session.ts"),
  "// README: begin",
  "// README: end",
  "examples/first-session.ts",
).text;
const costs = between(
  read("docs/costs.md"),
  "<!-- begin: npm run bench -->",
  "<!-- end: npm run bench -->",
  "docs/costs.md",
).text;
const quotes = [
  ["examples/first-session.ts", `\`\`\`ts\n${example}\n\`\`\``],
  ["cost table", costs],
];

let readme = read("README.md");
const before = readme;
for (const [name, content] of quotes) {
  const place = between(readme, `<!-- begin: ${name} -->`, `<!-- end: ${name} -->`, "README.md");
  readme = `${readme.slice(0, place.from)}\n\n${content}\n\n${readme.slice(place.to)}`;
}
if (process.argv.includes("--check")) {
  if (readme !== before) {
    console.error("README.md quotes something that has changed: run `node tools/sync-readme.mjs`.");
    process.exit(1);
  }
  console.log("README.md quotes what the files say");
} else {
  writeFileSync(at("README.md"), readme);
}
