// node tooling/ci/test-on-node.mjs <version>
//
// Runs the tests of all packages on another version of Node, taken from the npm registry into .tools/. Sources are tested,
// so nothing needs to be built, except what the tests of apps/ start themselves.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { root, testedPackages } from './workspace.mjs';

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
let failed = 0;
for (const dir of testedPackages()) {
  const cwd = join(root, dir);
  process.stdout.write(`\n${dir} on Node ${major}\n`);
  const { status } = spawnSync(node, [join(cwd, 'node_modules', 'vitest', 'vitest.mjs'), 'run'], {
    cwd,
    env,
    stdio: 'inherit',
  });
  if (status !== 0) failed++;
}
process.exit(failed === 0 ? 0 : 1);
