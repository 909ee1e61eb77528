/**
 * Fetches what the native rivals need with Debian's package manager: a C compiler, the C library's headers, and the
 * shared libraries, under the names that this release of Debian or of a relative has for them. It changes the
 * machine, so it runs only when asked to (`--install-rivals`), and only as root.
 */

import { spawnSync } from 'node:child_process';
import { BenchError } from '../errors.js';
import { RIVALS } from './names.js';

const COMPILER = ['gcc', 'libc6-dev'];

/**
 * Installs them, or what is missing of them; apt-get's output goes to the terminal. To be called before anything has
 * looked for rivals. Returns the names of the packages. Throws a BenchError that says what to do where there is no
 * apt-get, without root, and when apt-get fails.
 */
export function installRivals(): readonly string[] {
  if (spawnSync('apt-get', ['--version']).status !== 0) {
    throw new BenchError(
      'there is no apt-get here: install a C compiler, the headers of the C library, and mimalloc, jemalloc and ' +
        'tcmalloc as shared libraries in the way of this system',
    );
  }
  if (process.getuid?.() !== 0) {
    const packages = [...COMPILER, ...libraryPackages()].join(' ');
    throw new BenchError(`only root installs packages: apt-get update && apt-get install ${packages}`);
  }
  runAptGet('update');
  const packages = [...COMPILER, ...libraryPackages()];
  runAptGet('install', '--yes', '--no-install-recommends', ...packages);
  return packages;
}

/** One for each rival that has a package here. */
function libraryPackages(): readonly string[] {
  return RIVALS.flatMap(({ preload }) => {
    if (preload === undefined) return [];
    const { stdout } = spawnSync('apt-cache', ['search', '--names-only', '^lib.*malloc'], { encoding: 'utf8' });
    return choosePackage(preload.debian, stdout ?? '') ?? [];
  });
}

/** The newest of the packages of that name in what `apt-cache search` prints. */
export function choosePackage(name: RegExp, listing: string): string | undefined {
  return listing
    .split('\n')
    .map((line) => line.split(' ')[0])
    .filter((candidate) => name.test(candidate))
    .sort(new Intl.Collator('en', { numeric: true }).compare)
    .at(-1);
}

function runAptGet(...args: readonly string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { status } = spawnSync('apt-get', args, { stdio: 'inherit', env });
  if (status !== 0) throw new BenchError(`apt-get ${args.join(' ')} failed; what it printed says why`);
}
