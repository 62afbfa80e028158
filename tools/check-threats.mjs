// Compares docs/threats.md with the threat tests, both ways: every id of the first table has a test in the file that its row names,
// and every test in tests/threats begins with an id of that table. Prints each difference, exits 1 when there is one.
//
//   node tools/check-threats.mjs
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const folder = join(root, "tests", "threats");

/** Rows of one table of the catalogue: `{ id, file }`. */
function rows(markdown, heading) {
  const section = markdown.split(/^## /m).find((part) => part.startsWith(heading));
  if (section === undefined) throw new Error(`docs/threats.md has no section "${heading}"`);
  return [...section.matchAll(/^\| ([A-L]\d\d) [CHML] \|.*\| ([^|]+) \|$/gm)].map((match) => ({
    id: match[1],
    file: match[2].trim(),
  }));
}

/** Names of the tests of a file (literal, or `name:` of a row of a table), with the id that they begin with ("" when there is none). */
function tests(file) {
  const text = readFileSync(join(folder, file), "utf8");
  const literal = [...text.matchAll(/\bit\(\s*[`"']([^`"'$]+)/g)];
  const rows = [...text.matchAll(/\bname: "([a-l]\d\d_[^"]+)"/g)];
  return [...literal, ...rows].map((match) => ({
    name: match[1],
    id: /^([a-l]\d\d)_/.exec(match[1])?.[1]?.toUpperCase() ?? "",
  }));
}

/** Every difference between catalogue and tests, as sentences; none when they agree. */
export function differences() {
  const markdown = readFileSync(join(root, "docs", "threats.md"), "utf8");
  const covered = rows(markdown, "Covered by tests");
  const found = [];
  const seen = new Set();
  const files = readdirSync(folder).filter((name) => name.endsWith(".test.ts"));
  const byFile = new Map(files.map((file) => [file, tests(file)]));
  for (const { id, file } of covered) {
    if (seen.has(id)) found.push(`${id} stands twice in the catalogue`);
    seen.add(id);
    if (!(byFile.get(file) ?? []).some((test) => test.id === id))
      found.push(`${id}: no test named ${id.toLowerCase()}_… in tests/threats/${file}`);
  }
  for (const [file, list] of byFile) {
    if (file === "catalogue.test.ts") continue;
    for (const { name, id } of list)
      if (!seen.has(id)) found.push(`tests/threats/${file}: "${name}" has no row in the catalogue`);
  }
  for (const { id, file } of rows(markdown, "Covered elsewhere"))
    if (!existsSync(join(root, file))) found.push(`${id}: ${file} does not exist`);
  return found;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const found = differences();
  for (const line of found) console.error(line);
  if (found.length === 0) console.log("the threat catalogue and the tests agree");
  process.exit(found.length === 0 ? 0 : 1);
}
