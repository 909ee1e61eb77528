// node tooling/ci/examples.mjs [--built] [--keep] [package ...]
//
// Follows the README of every package that is published, or of the named ones (folders of packages/), as a stranger
// would: types what stands under `## Install` in an empty folder, saves the example as example.mjs and runs it; then
// saves it as example.mts, compiles it, and runs what has come of it. The program must print exactly the text block
// under it, each time. What npm installs are the packages as they will be published, packed from the build: `npm run
// build` before.
//
// A package has six checks: `install`; `JavaScript`; `node16` and `bundler`, the ways to compile, and `node16 output`;
// `declarations`, of all of its entries, for a compiler that knows ES2022 and no platform. What could not be tried has
// failed. The last line is `N passed, N failed`.
//
// --built: `JavaScript` alone, with the packages of the workspace instead of packed ones: one second. --keep: leaves
// the folders.

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { compileExample, HOME, ways } from './example-types.mjs';
import { openNpm, packAll } from './packed.mjs';
import { eachOf, runProcess } from './processes.mjs';
import { readReadme } from './readme.mjs';
import { root } from './workspace.mjs';

const AT_ONCE = 2;

const { values, positionals } = parseArgs({
  options: { built: { type: 'boolean' }, keep: { type: 'boolean' } },
  allowPositionals: true,
});
const published = readdirSync(join(root, 'packages')).filter((name) => manifestOf(name)?.private === undefined);
const chosen = positionals.length > 0 ? positionals : published;
const checks = values.built
  ? ['JavaScript']
  : ['install', 'JavaScript', 'node16', 'node16 output', 'bundler', 'declarations'];

/** Per package, the checks that were tried: '' for one that has passed, else what is wrong. */
const results = new Map(chosen.map((name) => [name, new Map()]));

const home = mkdtempSync(join(realpathSync(tmpdir()), HOME));
try {
  const examples = chosen.map(readExample).filter((example) => example !== null);
  if (values.built) await runBuilt(examples);
  else await runPacked(examples);
} finally {
  if (values.keep) console.log(`the folders are in ${home}`);
  else rmSync(home, { recursive: true, force: true });
}
process.exit(report() ? 0 : 1);

/** The package.json of a folder of packages/; what is private in it, or none, is not published. */
function manifestOf(name) {
  const file = join(root, 'packages', name, 'package.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { private: true };
}

function readExample(name) {
  const folder = join(home, name);
  mkdirSync(folder);
  try {
    return { name, folder, ...readReadme(join(root, 'packages', name)) };
  } catch (error) {
    results.get(name).set(checks[0], error.message);
    return null;
  }
}

async function runBuilt(examples) {
  for (const name of published) {
    const link = join(home, 'node_modules', manifestOf(name).name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, 'packages', name), link, 'junction');
  }
  await eachOf(examples, AT_ONCE, (example) => runSource(example));
}

async function runPacked(examples) {
  const tarballs = packAll(join(home, 'tarballs'));
  const npm = await openNpm(home, tarballs);
  const installed = [];
  await eachOf(examples, AT_ONCE, async (example) => {
    const problem = await install(example, npm);
    results.get(example.name).set('install', problem);
    if (problem !== '') return;
    installed.push(example);
    await runSource(example);
    rmSync(join(example.folder, 'example.mjs'));
    writeFileSync(join(example.folder, 'example.mts'), example.source);
    writeFileSync(join(example.folder, 'entries.mts'), importAll(example, tarballs));
  });
  await npm.close();

  for (const example of installed) {
    for (const way of ways) results.get(example.name).set(way.name, compileExample(way, example));
  }
  const compiled = installed.filter(({ name }) => results.get(name).get('node16') === '');
  await eachOf(compiled, AT_ONCE, (example) => runProgram(example, 'node16 output'));
}

/** Types the command of the README; what is wrong with it, or ''. */
async function install({ command, folder, imports }, npm) {
  const { status, stderr } = await npm.type(command, folder);
  if (status !== 0) return `\`${command}\` ended with exit code ${status}\n${stderr}`;
  const untold = imports.filter((each) => each !== 'node:' && !command.split(' ').includes(each));
  return untold.length > 0 ? `the example imports ${untold.join(', ')}, which \`${command}\` does not name` : '';
}

/** A module that imports all entries of the package of the example. */
function importAll({ name }, tarballs) {
  const own = manifestOf(name).name;
  const { exports } = tarballs.find(({ manifest }) => manifest.name === own).manifest;
  const entries = Object.keys(exports).filter((entry) => !entry.endsWith('.json'));
  return entries.map((entry, i) => `export * as entry${i} from '${own}${entry.slice(1)}';\n`).join('');
}

async function runSource(example) {
  writeFileSync(join(example.folder, 'example.mjs'), example.source);
  await runProgram(example, 'JavaScript');
}

/** Runs example.mjs and notes the result as that of the check. */
async function runProgram({ name, folder, printed }, check) {
  const { status, signal, stdout, stderr } = await runProcess(process.execPath, ['example.mjs'], { cwd: folder });
  let problem = '';
  if (status !== 0) problem = `it ended with ${signal ?? `exit code ${status}`}\n${stderr}`;
  else if (stdout !== printed) problem = `it prints something else\n${difference(printed, stdout)}`;
  results.get(name).set(check, problem);
}

/** The lines of both, with `-` those of README.md that are not printed, with `+` those that are printed instead. */
function difference(expected, printed) {
  const old = expected.replace(/\n$/, '').split('\n');
  const now = printed.replace(/\n$/, '').split('\n');
  const lines = [];
  for (let i = 0; i < Math.max(old.length, now.length); i++) {
    if (old[i] === now[i]) {
      lines.push(`  ${old[i]}`);
      continue;
    }
    if (i < old.length) lines.push(`- ${old[i]}`);
    if (i < now.length) lines.push(`+ ${now[i]}`);
  }
  return lines.join('\n');
}

/** Prints the results and their sum; whether all checks have passed. */
function report() {
  let passed = 0;
  for (const [name, found] of results) {
    const good = checks.filter((check) => found.get(check) === '');
    const untried = checks.filter((check) => !found.has(check));
    passed += good.length;
    if (good.length > 0) console.log(`passed: packages/${name}: ${good.join(', ')}`);
    for (const [check, problem] of found) {
      if (problem !== '')
        console.log(`FAILED: packages/${name}: ${check}: ${problem.trimEnd().replaceAll('\n', '\n    ')}`);
    }
    if (untried.length > 0) console.log(`FAILED: packages/${name}: not tried for that: ${untried.join(', ')}`);
  }
  const failed = results.size * checks.length - passed;
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0;
}
