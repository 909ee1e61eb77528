// node tooling/ci/test-on-node.mjs <version>
//
// Runs the tests of all packages, but a few that no engine can change, on another version of Node, taken from the npm
// registry into .tools/. Sources are tested, so nothing needs to be built, except what the tests of apps/ start themselves.
// As many packages at a time as `npm test` takes; what each of them prints is shown when it is done.

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { root, testedPackages } from './workspace.mjs';

/** As the `test` script of tooling/setup/run.mjs asks of turbo. */
const AT_ONCE = 2;

/** Tests that take a tenth of a minute or more and that no engine can change: one thread, fixed seeds. One version runs them. */
const THE_SAME_EVERYWHERE = {
  'apps/torture': ['test/explore.test.ts'],
  'packages/conformance': ['test/wrong/{cache,pool,registry}.test.ts'],
  'packages/hakmem': ['test/{exhaustion,model}.test.ts'],
  'packages/remote-queue': ['test/model.test.ts'],
  'packages/shared-pool-sp-slot': ['test/{death,duels,interleave}.test.ts'],
  'packages/unified-cache': ['test/model.test.ts'],
};

const version = process.argv[2];
const major = version.split('.')[0];
const home = join(root, '.tools', `node-${version}`);
const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
const node = join(home, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

if (!existsSync(node)) {
  mkdirSync(home, { recursive: true });
  const flags = ['--prefix', home, '--no-audit', '--no-fund', '--no-package-lock', '--no-save', '--loglevel=error'];
  const { status } = spawnSync('npm', ['install', ...flags, `${name}@${version}`], { stdio: 'inherit' });
  if (status !== 0) {
    console.error(`Node ${version} could not be installed (${name})`);
    process.exit(1);
  }
}
const actual = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
if (actual !== `v${version}`) throw new Error(`${node} is ${actual}, not v${version}`);

const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` };
const left = testedPackages().reverse(); // those of apps/ take longest
let failed = 0;

async function work() {
  for (let dir = left.shift(); dir !== undefined; dir = left.shift()) {
    const { status, output } = await runTests(join(root, dir), THE_SAME_EVERYWHERE[dir] ?? []);
    process.stdout.write(`\n${dir} on Node ${major}\n${output}`);
    if (status !== 0) failed++;
  }
}

function runTests(cwd, without) {
  const excluded = without.flatMap((files) => ['--exclude', files]);
  const child = spawn(node, [join(cwd, 'node_modules', 'vitest', 'vitest.mjs'), 'run', ...excluded], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const add = (text) => {
    output += text;
  };
  child.stdout.setEncoding('utf8').on('data', add);
  child.stderr.setEncoding('utf8').on('data', add);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, output }));
  });
}

await Promise.all(Array.from({ length: AT_ONCE }, work));
process.exit(failed === 0 ? 0 : 1);
