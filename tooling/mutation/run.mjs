// Changes the sources of a package in all the small ways that Stryker knows, one at a time, and sees whether a test of the
// package fails; see README.md. Stryker is installed into .tools/ when it is first asked for. A mutant costs a third of a
// second and the tests that reach it until one fails: minutes for most packages.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root, testedPackages } from '../ci/workspace.mjs';
import { compare, mergeOpen, rangesOfOpen, readList, readReport, writeList } from './survivors.mjs';

const USAGE = `npm run mutants -- <package>… [options]

  Fails when less than 90 % of a package's mutants are seen by its tests, or when one lives that its etc/mutants.json gives no
  reason for.

  --live   runs only those that were alive after the last run in this checkout, for after a test was added, and those that were
           ended by the clock, for a quieter hour; the others count as they did then
  --files  runs only these, with lines as in src/a.ts:10-20,src/b.ts; the score is not judged
  --write  renews the numbers and the list in etc/mutants.json; new survivors get an empty reason, which fails
  --again  judges the last report without running anything
  --table  shows the numbers of all packages as they are written down
`;
/** The last that runs on Node 20. */
const STRYKER = '9.6.1';
const LEAST_SCORE = 90;
const home = join(root, '.tools', `stryker-${STRYKER}`);
const stryker = join(home, 'node_modules', '@stryker-mutator', 'core', 'bin', 'stryker.js');
const config = join(root, 'tooling', 'mutation', 'stryker.config.mjs');

const options = { files: { type: 'string' } };
for (const flag of ['live', 'write', 'again', 'table', 'help']) options[flag] = { type: 'boolean', default: false };
const { values, positionals } = parseArgs({ options, allowPositionals: true });
const known = testedPackages().filter((dir) => dir.startsWith('packages/'));
const folders = positionals.map((name) => known.find((dir) => dir === `packages/${name}`) ?? unknown(name));

if (values.help) console.log(USAGE);
else if (values.table) printTable();
else if (folders.length === 0) unknown('');
else process.exitCode = folders.map((folder) => test(join(root, folder))).every(Boolean) ? 0 : 1;

function unknown(name) {
  const names = known.map((dir) => dir.slice('packages/'.length)).join(', ');
  console.error(`mutants: expected packages, and "${name}" is none; one or more of: ${names}`);
  process.exit(1);
}

/** Whether a package passes. */
function test(folder) {
  const began = performance.now();
  const whole = join(folder, 'temp', 'mutants.json');
  const part = join(folder, 'temp', 'mutants-part.json');
  if (values.live) {
    const ranges = rangesOfOpen(whole, folder);
    if (ranges !== '') mutate(folder, ranges, part);
    if (ranges !== '') mergeOpen(whole, part);
  } else if (!values.again) mutate(folder, values.files ?? '', values.files === undefined ? whole : part);
  const seconds = Math.round((performance.now() - began) / 1_000);
  const report = readReport(values.files === undefined ? whole : part);
  if (values.write && values.files === undefined) {
    writeList(folder, report, values.again || values.live ? null : seconds);
  }
  return judge(folder, report, seconds);
}

function judge(folder, report, seconds) {
  const { unlisted, gone } = compare(report.survivors, readList(folder));
  const { mutants, killed, timeouts, survivors, score } = report;
  const whole = values.files === undefined;
  for (const { place, name } of unlisted) console.log(`lives without a reason: ${place}\n    ${name}`);
  if (whole) for (const name of gone) console.log(`listed, but killed: ${name}`);
  for (const place of report.errors) console.log(`could not be run: ${place}`);
  console.log(
    `${folder.slice(root.length + 1)}: ${mutants} mutants, ${killed} killed, ${timeouts} timeouts, ` +
      `${survivors.length} live, ${unlisted.length} of them without a reason; score ${score} %; ${seconds} s`,
  );
  if (whole && score < LEAST_SCORE) console.log(`the score is ${score} %, at least ${LEAST_SCORE} % is wanted`);
  return unlisted.length === 0 && (!whole || score >= LEAST_SCORE);
}

function mutate(folder, files, report) {
  install();
  const env = { ...process.env, MUTANTS_IN: files, MUTANTS_REPORT: report };
  const { status } = spawnSync(process.execPath, [stryker, 'run', config], { cwd: folder, env, stdio: 'inherit' });
  if (status === 0) return;
  console.error('mutants: Stryker has failed, see above');
  process.exit(1);
}

function install() {
  if (existsSync(stryker)) return;
  console.error(`mutants: installing Stryker ${STRYKER} into .tools/`);
  mkdirSync(home, { recursive: true });
  const catalog = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8');
  const pinned = (name) => `${name}@${new RegExp(`^ {2}${name}: (\\S+)$`, 'm').exec(catalog)[1]}`;
  // npm looks for the nearest package.json; this folder is to be one of its own. The runner's peer is vitest, and of
  // that and of Vite it is to take those of the workspace.
  writeFileSync(join(home, 'package.json'), '{ "private": true }\n');
  const flags = ['--prefix', home, '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
  const packages = ['core', 'vitest-runner'].map((name) => `@stryker-mutator/${name}@${STRYKER}`);
  const args = ['install', ...flags, ...packages, pinned('vitest'), pinned('vite')];
  const { status } = spawnSync('npm', args, { stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) {
    console.error(`mutants: Stryker ${STRYKER} could not be installed`);
    process.exit(1);
  }
}

function printTable() {
  console.log('| package | mutants | killed | timeouts | live | score | seconds |\n|---|--:|--:|--:|--:|--:|--:|');
  for (const folder of known) {
    const { measured } = readList(join(root, folder));
    if (measured === null) continue;
    const { mutants, killed, timeouts, survivors, score, seconds } = measured;
    const cells = [
      folder.slice('packages/'.length),
      mutants,
      killed,
      timeouts,
      survivors,
      `${score} %`,
      seconds ?? '–',
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}
