// node tooling/ci/examples.mjs [package ...]
//
// Runs the example of every packages/*/README.md, or of the named ones, against the build: the js block under `## Example`,
// whose output must be exactly the text block that follows it. Ends with the line `N passed, N failed`; a package without
// an example has failed.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './workspace.mjs';

const TIMEOUT_MS = 60_000;
const EXAMPLE = /^## Example\n(?:(?!#+ |```).*\n)*```js\n([\s\S]*?)^```\n\s*```text\n([\s\S]*?)^```$/m;

const names = process.argv.slice(2);
const packages = readdirSync(join(root, 'packages')).filter((dir) =>
  existsSync(join(root, 'packages', dir, 'package.json')),
);
const chosen = names.length > 0 ? names : packages;

let passed = 0;
for (const name of chosen) {
  const problem = check(join(root, 'packages', name));
  if (problem === null) passed++;
  console.log(problem === null ? `passed: packages/${name}` : `FAILED: packages/${name}: ${problem}`);
}
const failed = chosen.length - passed;
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);

/** What is wrong with the example of the package in `dir`; null when nothing is. */
function check(dir) {
  const readme = join(dir, 'README.md');
  if (!existsSync(readme)) return 'there is no README.md';
  const example = EXAMPLE.exec(readFileSync(readme, 'utf8').replaceAll('\r\n', '\n'));
  if (example === null) return 'README.md has no `## Example` with a js block and, directly after it, a text block';
  const [, source, expected] = example;
  const { status, signal, stdout, stderr } = run(dir, source);
  if (status !== 0) return `it ended with ${signal ?? `exit code ${status}`}\n${indent(stderr)}`;
  return stdout === expected ? null : `it prints something else\n${indent(difference(expected, stdout))}`;
}

/** Runs the source in a file inside the package, where its own name and its dependencies resolve. */
function run(dir, source) {
  const folder = join(dir, 'temp');
  const file = join(folder, `example-${process.pid}.mjs`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, source);
  try {
    return spawnSync(process.execPath, [file], { cwd: dir, encoding: 'utf8', timeout: TIMEOUT_MS });
  } finally {
    rmSync(file);
  }
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

function indent(text) {
  return text.trimEnd().replaceAll(/^/gm, '    ');
}
