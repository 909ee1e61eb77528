#!/usr/bin/env node
// The way into the workspace for a machine that has only Node and npm:
//
//   node tooling/setup/run.mjs <command> [arguments]        (what the scripts of the root package.json call)
//
// It puts the pinned pnpm into .tools/, installs what the lockfile says, and runs the command. Both steps are skipped
// when nothing has changed since the last time. Nothing is installed outside of this folder but pnpm's own store.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const pnpmVersion = readJson(join(root, 'package.json')).packageManager.split('@')[1];
const pnpmHome = join(root, '.tools', 'pnpm');
const pnpmEntry = join(pnpmHome, 'node_modules', 'pnpm', 'bin', 'pnpm.cjs');
const turboEntry = join(root, 'node_modules', 'turbo', 'bin', 'turbo');
const stampFile = join(root, 'node_modules', '.hakmem-install');
const env = cleanEnvironment();

const turbo = (...args) => runNode(turboEntry, ['run', ...args]);
const pnpm = (...args) => runNode(pnpmEntry, args);

const commands = {
  start(args) {
    // Its output goes to stderr: stdout belongs to the program, which is called directly so that it keeps the terminal.
    runNode(turboEntry, ['run', 'build', '--filter=@hakmem/bench', '--output-logs=errors-only'], { stdout: 2 });
    runNode(join(root, 'apps', 'bench', 'dist', 'main.js'), args);
  },
  test: (args) => turbo('test', '--continue=dependencies-successful', ...args),
  build: (args) => turbo('build', ...args),
  typecheck: (args) => turbo('typecheck', '--continue=dependencies-successful', ...args),
  lint: (args) => turbo('lint', 'lint:root', '--continue=dependencies-successful', ...args),
  bench: (args) => turbo('bench', ...args),
  api: (args) => turbo('api', '--continue=dependencies-successful', ...args),
  'api:update': (args) => turbo('api:update', ...args),
  pack: (args) => turbo('pack', '--continue=dependencies-successful', ...args),
  boundaries: () =>
    pnpm('exec', 'depcruise', '--config', 'tooling/boundaries/rules.cjs', 'packages', 'apps', 'examples'),
  torture: (args) => pnpm('--silent', '--filter', '@hakmem/torture', 'start', ...args),
  mutants: (args) => runNode(join(root, 'tooling', 'mutation', 'run.mjs'), args),
  format: () => pnpm('exec', 'biome', 'check', '--write', '.'),
  turbo: (args) => turbo(...(args[0] === 'run' ? args.slice(1) : args)),
  // The pinned pnpm itself, for instance `npm run pnpm -- install` after a change to a package.json.
  pnpm: (args) => pnpm(...args),
};

const [name = '', ...args] = process.argv.slice(2);
if (!Object.hasOwn(commands, name)) fail(`unknown command "${name}"; one of: ${Object.keys(commands).join(', ')}`);
// turbo.json says one task at a time, so that no benchmark shares the machine, however turbo is called. What measures
// nothing may run two.
if (name !== 'bench' && name !== 'turbo') env.TURBO_CONCURRENCY ??= '2';
if (Number(process.versions.node.split('.')[0]) < 20) fail(`Node 20 or newer is needed, this is ${process.version}`);

installPnpm();
if (name !== 'pnpm') installDependencies();
commands[name](args);

function installPnpm() {
  const manifest = join(pnpmHome, 'node_modules', 'pnpm', 'package.json');
  if (existsSync(manifest) && existsSync(pnpmEntry) && readJson(manifest).version === pnpmVersion) return;
  say(`installing pnpm ${pnpmVersion} into .tools/`);
  rmSync(pnpmHome, { recursive: true, force: true });
  mkdirSync(pnpmHome, { recursive: true });
  const flags = ['--prefix', pnpmHome, '--no-audit', '--no-fund', '--no-package-lock', '--no-save', '--loglevel=error'];
  npm(
    ['install', ...flags, `pnpm@${pnpmVersion}`],
    `npm could not install pnpm ${pnpmVersion}; is the registry in reach?`,
  );
}

function installDependencies() {
  const stamp = installHash();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  say('installing dependencies');
  rmSync(stampFile, { force: true });
  const hint = 'pnpm install failed (see above); if a package.json was changed, run: npm run pnpm -- install';
  runNode(pnpmEntry, ['install', '--frozen-lockfile'], { message: hint, stdout: 2 });
  writeFileSync(stampFile, stamp);
}

/** Changes whenever an install could give another result. */
function installHash() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch} pnpm@${pnpmVersion}\n`);
  const manifests = ['packages', 'apps', 'examples', 'tooling'].flatMap((group) =>
    existsSync(join(root, group)) ? readdirSync(join(root, group)).map((dir) => join(group, dir, 'package.json')) : [],
  );
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...manifests.sort()]) {
    if (existsSync(join(root, file))) hash.update(`${file}\n`).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

/**
 * The environment for everything below: the local pnpm and this Node first in the path, telemetry off. npm tells its
 * scripts its own settings as npm_* variables; pnpm would take them for its own, so only those stay that say how to
 * reach the registry. BENCH_MACHINE is part of turbo's key for the results of benchmarks: those of another Node or
 * processor are not shown for this one.
 */
function cleanEnvironment() {
  const keep =
    /^npm_config_(.*registry|.*proxy|.*auth.*|ca|cafile|cert|key|strict_ssl|userconfig|globalconfig|store_dir|offline|prefer_offline|\/\/.*)$/i;
  const result = {};
  for (const [key, value] of Object.entries(process.env)) {
    const isNpm = /^(npm|pnpm)_/i.test(key) || key === 'INIT_CWD';
    if (!isNpm || (keep.test(key) && value !== '')) result[key] = value;
  }
  const pathKey = Object.keys(result).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH';
  const bins = [join(pnpmHome, 'node_modules', '.bin'), dirname(process.execPath)];
  result[pathKey] = [...bins, result[pathKey] ?? ''].join(delimiter);
  const machine = [process.version, process.platform, process.arch, cpus()[0]?.model.trim()].join(' ');
  return { ...result, BENCH_MACHINE: machine, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' };
}

function npm(args, message) {
  const cli = process.env.npm_execpath;
  if (cli && basename(cli) === 'npm-cli.js') run(process.execPath, [cli, ...args], { message, stdout: 2 });
  else run('npm', args, { message, stdout: 2, shell: process.platform === 'win32' });
}

function runNode(file, args, options) {
  if (!existsSync(file)) fail(`${file.slice(root.length + 1)} is missing`);
  run(process.execPath, [file, ...args], options);
}

/** Runs a program to its end; if it fails, this process ends with its exit code. */
function run(program, args, { message, shell = false, stdout = 'inherit' } = {}) {
  const stdio = ['inherit', stdout, 'inherit'];
  const { status, signal, error } = spawnSync(program, args, { cwd: root, env, stdio, shell });
  if (error) fail(`cannot start ${basename(program)}: ${error.message}`);
  if (status === 0) return;
  fail(message ?? `"${name}" failed${signal ? ` (${signal})` : ''}`, status ?? 1);
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function say(text) {
  process.stderr.write(`hakmem: ${text}\n`);
}

function fail(text, code = 1) {
  say(text);
  process.exit(code);
}
