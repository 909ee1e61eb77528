// node tooling/sizes/sizes.mjs [--update] [--why]
//
// What the build weighs, as a user's bundler and server would deliver it: bundled and minified by esbuild, compressed
// by gzip (level 9) and brotli (level 11). First whole heaps with all that they import, then each package that is
// published: all of its entries, without its dependencies. Ends with exit code 1 when a size is above its bound in
// bounds.json (bytes after brotli; `others` is the bound of packages that it does not name), or when SIZES.md is off
// by more than a fiftieth.
//
// --update writes SIZES.md; bounds are changed by hand. --why says what each file adds to the whole heaps. Needs a
// build.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { analyzeMetafile, build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const packagesFolder = join(here, '..', '..', 'packages');
const table = join(here, 'SIZES.md');
const STALE = 1 / 50;

const { values } = parseArgs({ options: { update: { type: 'boolean' }, why: { type: 'boolean' } } });
const bounds = readJson(join(here, 'bounds.json'));
const folders = new Map(publishedFolders().map((folder) => [readJson(join(folder, 'package.json')).name, folder]));

const wholes = [];
for (const { what, from, code, brotli: bound } of bounds.wholes) {
  wholes.push({ what, bound, ...(await measure(code, folders.get(from), [])) });
}
const packages = [];
for (const [name, folder] of folders) {
  const { exports, dependencies = {}, peerDependencies = {} } = readJson(join(folder, 'package.json'));
  const entries = Object.values(exports).filter((entry) => typeof entry === 'object');
  const code = entries.map((entry, i) => `export * as entry${i} from '${entry.default}';`).join('\n');
  const bound = bounds.packages[name] ?? bounds.packages.others;
  const others = Object.keys({ ...dependencies, ...peerDependencies });
  packages.push({ what: `\`${name}\``, bound, ...(await measure(code, folder, others)) });
}

const report = render();
console.log(report);
const problems = [...wholes, ...packages].filter(({ brotli, bound }) => brotli > bound).map(tooLarge);
if (values.update) writeFileSync(table, report);
else if (isStale())
  problems.push(`${relative(process.cwd(), table)} is out of date: node tooling/sizes/sizes.mjs --update`);
for (const problem of problems) console.log(`FAILED: ${problem}`);
process.exit(problems.length === 0 ? 0 : 1);

/** Bytes of what `code` brings, resolved from `folder`, without the packages in `others` and what Node has. */
async function measure(code, folder, others) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: folder },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    external: ['node:*', ...builtinModules, ...others],
    write: false,
    metafile: true,
    logLevel: 'error',
  });
  if (values.why && others.length === 0) console.log(`${code}${await analyzeMetafile(metafile)}`);
  const minified = outputFiles[0].contents;
  const gzip = gzipSync(minified, { level: constants.Z_BEST_COMPRESSION });
  const brotli = brotliCompressSync(minified, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  return { minified: minified.length, gzip: gzip.length, brotli: brotli.length };
}

function publishedFolders() {
  const all = readdirSync(packagesFolder).map((name) => join(packagesFolder, name));
  return all.filter((folder) => {
    const manifest = join(folder, 'package.json');
    return existsSync(manifest) && readJson(manifest).private !== true;
  });
}

function render() {
  return `# Sizes

In kB (1,000 bytes), minified and then compressed. The bounds are in [bounds.json](bounds.json), for brotli. \`node
tooling/sizes/sizes.mjs\` measures a build and compares; with \`--update\` it writes this file.

## A heap, with all that it imports

${rows('import', wholes)}
## Packages, each without its dependencies

${rows('package', packages)}`;
}

/** A table in the form that the formatter gives it: columns as wide as their widest cell. */
function rows(title, measured) {
  const kB = (bytes) => (bytes / 1_000).toFixed(1);
  const cells = [[title, 'minified', 'gzip', 'brotli', 'bound']];
  for (const { what, minified, gzip, brotli, bound } of measured) {
    cells.push([what, ...[minified, gzip, brotli, bound].map(kB)]);
  }
  const widths = cells[0].map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  const lines = cells.map((row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))));
  lines.splice(
    1,
    0,
    widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)),
  );
  return lines.map((line) => `| ${line.join(' | ')} |\n`).join('');
}

/** Whether SIZES.md has other rows than the report, or a number that is off by more than STALE and the rounding. */
function isStale() {
  const cells = (text) => text.split(/[\s|]+/);
  const old = existsSync(table) ? cells(readFileSync(table, 'utf8')) : [];
  const now = cells(report);
  const same = (a, b) => a === b || Math.abs(Number(a) - Number(b)) <= STALE * Number(b) + 0.1;
  return old.length !== now.length || now.some((cell, i) => !same(old[i], cell));
}

function tooLarge({ what, brotli, bound }) {
  return `${what} has ${brotli} bytes after brotli; at most ${bound} in tooling/sizes/bounds.json`;
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}
