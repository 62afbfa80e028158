// Checks the doc comments of what the packages export: every exported function has one, nine in ten have an example, and every
// example compiles. usage: node tools/check-doc-examples.mjs [--list]
//
// An example may use what the packages export, without an import, and the names of tools/doc-examples/prelude.d.mts.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, "target", "doc-examples");
const prelude = join(root, "tools", "doc-examples", "prelude.d.mts");
const LEAST_WITH_EXAMPLE = 0.9;

const entries = ["app/sdk", "app/localnet"].flatMap((path) => {
  const { name, exports } = JSON.parse(readFileSync(join(root, path, "package.json"), "utf8"));
  return Object.entries(exports).map(([entry, to]) => ({
    module: `${name}${entry.slice(1)}`,
    file: join(root, path, to["@valetkey/source"]),
  }));
});

const config = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile).config;
const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
// An example may well name a value that it doesn't go on to use.
Object.assign(options, { noUnusedLocals: false, noUnusedParameters: false, noEmit: true });
const host = ts.createCompilerHost(options);

const program = ts.createProgram({ rootNames: entries.map(({ file }) => file), options, host });
const checker = program.getTypeChecker();
const place = (node) => {
  const file = node.getSourceFile();
  const { line } = file.getLineAndCharacterOfPosition(node.getStart());
  return { file, line, text: `${relative(root, file.fileName)}:${line + 1}` };
};

/** Every exported declaration once, with the modules that export its name. */
const modulesOf = new Map();
const functions = new Map();
const files = new Map();
for (const { module, file } of entries) {
  files.set(program.getSourceFile(file), module);
  const symbol = checker.getSymbolAtLocation(program.getSourceFile(file));
  for (const exported of checker.getExportsOfModule(symbol)) {
    const found =
      exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const declaration = found.declarations?.[0];
    if (declaration === undefined) continue;
    const isType = (found.flags & ts.SymbolFlags.Value) === 0;
    const known = modulesOf.get(exported.name);
    if (known === undefined) modulesOf.set(exported.name, { modules: [module], isType });
    else known.modules.push(module);
    if (!files.has(declaration.getSourceFile())) files.set(declaration.getSourceFile(), module);
    const type = isType ? undefined : checker.getTypeOfSymbolAtLocation(found, declaration);
    if (type?.getCallSignatures().length > 0)
      functions.set(declaration, { name: exported.name, symbol: found });
  }
}

const problems = [];
let withExample = 0;
const without = [];
for (const [declaration, { name, symbol }] of functions) {
  if (symbol.getDocumentationComment(checker).length === 0) {
    problems.push(`${place(declaration).text}: ${name} has no doc comment`);
  }
  if (symbol.getJsDocTags(checker).some((tag) => tag.name === "example")) withExample += 1;
  else without.push(`${place(declaration).text}: ${name}`);
}
if (process.argv.includes("--list")) console.log(without.join("\n"));
if (withExample < LEAST_WITH_EXAMPLE * functions.size) {
  problems.push(
    `${withExample} of ${functions.size} exported functions have an example:`,
    ...without,
  );
}

/** The code after `@example` in a file's doc comments, in a `ts` fence or bare, with the line where each begins. */
function examplesIn(source) {
  const found = [];
  for (const comment of source.text.matchAll(/\/\*\*[\s\S]*?\*\//g)) {
    const { line } = source.getLineAndCharacterOfPosition(comment.index);
    const rows = comment[0].split("\n").map((row) => row.replace(/^\s*\*(\/| )?/, ""));
    for (const [i, row] of rows.entries()) {
      if (row.trim() !== "@example") continue;
      const fenced = rows[i + 1]?.startsWith("```ts");
      const first = fenced ? i + 2 : i + 1;
      const end = rows.findIndex(
        (one, at) => at >= first && (fenced ? one.startsWith("```") : one.startsWith("@")),
      );
      found.push({
        code: rows.slice(first, end < 0 ? rows.length : end).join("\n"),
        line: line + first + 1,
      });
    }
  }
  return found;
}

/** Imports for what an example uses of the packages and doesn't declare itself. */
function importsFor(code, own) {
  const source = ts.createSourceFile("example.ts", code, options.target, true);
  const used = new Set();
  const declared = new Set();
  const visit = (node) => {
    if (ts.isIdentifier(node)) {
      const { parent } = node;
      const isMember =
        (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
        (ts.isPropertyAssignment(parent) && parent.name === node);
      const isDeclared =
        (ts.isVariableDeclaration(parent) ||
          ts.isParameter(parent) ||
          ts.isBindingElement(parent) ||
          ts.isImportSpecifier(parent) ||
          ts.isFunctionDeclaration(parent)) &&
        parent.name === node;
      if (isDeclared) declared.add(node.text);
      else if (!isMember) used.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return [...used].flatMap((name) => {
    const known = declared.has(name) ? undefined : modulesOf.get(name);
    if (known === undefined) return [];
    const module = known.modules.includes(own) ? own : known.modules[0];
    return [`import ${known.isType ? "type " : ""}{ ${name} } from "${module}";`];
  });
}

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const examples = new Map();
for (const [source, module] of files) {
  for (const { code, line } of examplesIn(source)) {
    const imports = importsFor(code, module);
    const file = join(
      folder,
      `${relative(root, source.fileName).replaceAll(/[/\\]/g, "-").replace(/\.ts$/, "")}-${line}.ts`,
    );
    writeFileSync(file, [...imports, "export {};", code].join("\n"));
    examples.set(file, {
      source: relative(root, source.fileName),
      line,
      before: imports.length + 1,
    });
  }
}

const rootNames = [...entries.map(({ file }) => file), prelude, ...examples.keys()];
const checked = ts.createProgram({ rootNames, options, host, oldProgram: program });
const report = (diagnostic, where) =>
  problems.push(`${where}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n  ")}`);
for (const [path, { source, line, before }] of examples) {
  const file = checked.getSourceFile(path);
  for (const diagnostic of [
    ...checked.getSyntacticDiagnostics(file),
    ...checked.getSemanticDiagnostics(file),
  ]) {
    const row = file.getLineAndCharacterOfPosition(diagnostic.start ?? 0).line - before;
    report(diagnostic, `${source}:${line + Math.max(row, 0)}`);
  }
}
for (const diagnostic of checked.getSemanticDiagnostics(checked.getSourceFile(prelude)))
  report(diagnostic, relative(root, prelude));

console.log(
  `${functions.size} exported functions, ${withExample} with an example; ${examples.size} examples`,
);
if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(1);
}
