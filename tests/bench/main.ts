// npm run bench: measures the cost table, prints it, writes docs/costs.md and the figures that CI holds on to.
//
//   npm run bench                 measure, print, write
//   npm run bench -- --json       measure, print one JSON object, write nothing
//   npm run bench -- --check      measure, compare with the committed figures, fail when one rose
import { readFileSync, writeFileSync } from "node:fs";

import { Command } from "commander";

import { measure, type Row } from "./measure.js";
import { missed, renderTable, rises } from "./table.js";

const FIGURES = new URL("./figures.json", import.meta.url);
const PAGE = new URL("../../docs/costs.md", import.meta.url);
const BEGIN = "<!-- begin: npm run bench -->";
const END = "<!-- end: npm run bench -->";

const options = new Command("npm run bench --")
  .description("Measures what Valetkey's instructions cost, beside a program that checks nothing.")
  .option("--json", "print { rows } as one JSON object and write nothing")
  .option("--check", "compare with the committed figures; exit 1 when one rose")
  .parse()
  .opts<{ json?: boolean; check?: boolean }>();

const rows = await measure();
if (options.json === true) console.log(JSON.stringify({ rows }, null, 2));
else if (options.check === true) check(rows);
else write(rows);

function check(measured: readonly Row[]): void {
  const committed = JSON.parse(readFileSync(FIGURES, "utf8")) as { readonly rows: readonly Row[] };
  const risen = rises(committed.rows, measured);
  console.log(renderTable(measured));
  for (const { work, figure, before, now } of risen) {
    console.error(`${work}: ${figure} rose from ${before} to ${now}`);
  }
  if (risen.length > 0) {
    console.error("If the rise is wanted, run `npm run bench`, commit, and say why.");
    process.exitCode = 1;
    return;
  }
  const better = rises(measured, committed.rows);
  if (better.length > 0) console.log("Some figures fell: run `npm run bench` to hold on to them.");
  else console.log("No figure rose.");
}

function write(measured: readonly Row[]): void {
  const table = renderTable(measured);
  const page = readFileSync(PAGE, "utf8");
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin)
    throw new Error(`docs/costs.md has lost its markers ${BEGIN} … ${END}`);
  const before = page.slice(0, begin + BEGIN.length);
  writeFileSync(PAGE, `${before}\n\n${table}\n\n${page.slice(end)}`);
  writeFileSync(FIGURES, `${JSON.stringify({ rows: measured }, null, 2)}\n`);
  console.log(table);
  const missing = missed(measured);
  if (missing.length > 0) console.log(`\nBar missed: ${missing.map((row) => row.work).join(", ")}`);
  console.log("\nWritten: docs/costs.md, tests/bench/figures.json");
}
