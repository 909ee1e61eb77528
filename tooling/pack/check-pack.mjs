#!/usr/bin/env node
// Packs the package in the current folder as it will be published, into temp/pack, and checks what a user would get:
// the files are exactly those that belong (contents.mjs), package.json is complete (manifest.mjs), and publint and
// are-the-types-wrong have nothing to say. Needs a build. What is wrong is printed, and the exit code is 1.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { contentProblems } from './contents.mjs';
import { manifestProblems } from './manifest.mjs';

const require = createRequire(import.meta.url);
const out = resolve('temp', 'pack');
const tarball = join(out, 'package.tgz');

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
execFileSync('pnpm', ['pack', '--out', tarball], { stdio: ['ignore', 'ignore', 'inherit'] });
execFileSync('tar', ['-xzf', tarball, '-C', out]);

const unpacked = join(out, 'package');
const text = readFileSync(join(unpacked, 'package.json'), 'utf8');
const manifest = JSON.parse(text);
const problems = [...manifestProblems(manifest, text), ...contentProblems(unpacked, resolve('.'), manifest)];
for (const problem of problems) console.log(`FAILED: ${manifest.name}: ${problem}`);
if (problems.length > 0) process.exit(1);

check('publint', ['--strict', tarball]);
check('@arethetypeswrong/cli', ['--profile', 'esm-only', '--no-emoji', '--format', 'ascii', tarball]);

function check(name, args) {
  const manifestPath = findManifest(name);
  const { bin } = JSON.parse(readFileSync(manifestPath, 'utf8'));
  const entry = join(dirname(manifestPath), typeof bin === 'string' ? bin : Object.values(bin)[0]);
  const { status } = spawnSync(process.execPath, [entry, ...args], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/** Where a dependency lies, also when its exports hide its package.json. */
function findManifest(name) {
  for (const folder of require.resolve.paths(name)) {
    const file = join(folder, name, 'package.json');
    try {
      readFileSync(file);
      return file;
    } catch {}
  }
  throw new Error(`${name} is not installed`);
}
