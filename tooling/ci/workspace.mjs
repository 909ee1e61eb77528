import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Folders of the packages that have tests to run, relative to the root. */
export function testedPackages() {
  return ['packages', 'apps', 'examples']
    .flatMap((group) => readdirSync(join(root, group)).map((dir) => join(group, dir)))
    .filter((dir) => existsSync(join(root, dir, 'package.json')))
    .filter((dir) => JSON.parse(readFileSync(join(root, dir, 'package.json'), 'utf8')).scripts?.test !== undefined);
}

/** Where the vitest preset writes its report. */
export function reportFile(dir, nodeMajor) {
  return join(root, dir, '.reports', `test-node${nodeMajor}.json`);
}
