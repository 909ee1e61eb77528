#!/usr/bin/env node
// Packs the package in the current folder as it will be published, and checks what a user would get.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

const require = createRequire(import.meta.url);
const out = resolve('temp', 'pack');
const tarball = join(out, 'package.tgz');

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
execFileSync('pnpm', ['pack', '--out', tarball], { stdio: ['ignore', 'ignore', 'inherit'] });

execFileSync('tar', ['-xzf', tarball, '-C', out]);
const manifest = readFileSync(join(out, 'package', 'package.json'), 'utf8');
const unwanted = ['workspace:', 'catalog:', '@hakmem/source'].filter((text) => manifest.includes(text));
if (unwanted.length > 0) throw new Error(`the published package.json still says: ${unwanted.join(', ')}`);
readFileSync(join(out, 'package', 'LICENSE'));

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
