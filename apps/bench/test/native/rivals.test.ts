import { readdirSync, rmSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { NO_COMPILER } from '../../src/native/compile.js';
import { choosePackage, installRivals } from '../../src/native/install.js';
import { findLibrary, parseLinkerCache } from '../../src/native/libraries.js';
import { RIVALS } from '../../src/native/names.js';
import { missingLines } from '../../src/native/rivals.js';
import { packagePath } from '../../src/paths.js';

afterEach(() => vi.unstubAllEnvs());

/** The modules as a process has them that has not looked for anything yet. */
async function fresh() {
  vi.resetModules();
  return { ...(await import('../../src/native/rivals.js')), ...(await import('../../src/native/compile.js')) };
}

const { findCompiler, availableRivals } = await fresh();
const why = findCompiler() === null ? NO_COMPILER : undefined;
const jemalloc = availableRivals().available.find(({ name }) => name === 'jemalloc')?.preload;
const notLinux = why ?? (process.platform === 'linux' ? undefined : 'libraries are preloaded on Linux only');
const noJemalloc = why ?? (jemalloc === undefined ? 'no jemalloc here' : undefined);
const skipped = (reason: string | undefined) => (reason === undefined ? '' : ` [skipped: ${reason}]`);

describe('the native rivals', () => {
  it('are available or missing with a reason', () => {
    const { available, missing } = availableRivals();
    expect([...available, ...missing].map(({ name }) => name).sort()).toEqual(RIVALS.map(({ name }) => name).sort());
    for (const { reason } of missing) expect(reason).not.toBe('');
    expect(availableRivals()).toBe(availableRivals());
  });

  it.skipIf(notLinux)(`are available where their libraries are${skipped(notLinux)}`, () => {
    const found = RIVALS.filter(({ preload }) => preload === undefined || findLibrary(preload).length > 0);
    expect(availableRivals().available.map(({ name }) => name)).toEqual(found.map(({ name }) => name));
  });

  it.skipIf(why)(`have the versions that the libraries tell${skipped(why)}`, () => {
    for (const { name, version } of availableRivals().available) {
      expect(version).toMatch(name === 'system' ? /^(\w+ [\d.]+)?$/ : /^(gperftools )?\d+(\.\d+)+$/);
    }
  });

  it('are missing for one reason without a compiler', async () => {
    vi.stubEnv('PATH', '');
    vi.stubEnv('CC', '');
    const { availableRivals, findRival } = await fresh();
    const { available, missing } = availableRivals();
    expect(available).toEqual([]);
    expect(missingLines(missing)).toEqual([`system, mimalloc, jemalloc, tcmalloc: ${NO_COMPILER}`]);
    expect(() => findRival('mimalloc')).toThrow(`mimalloc: ${NO_COMPILER}`);
  });

  it.skipIf(noJemalloc)(`are left out when something else was preloaded${skipped(noJemalloc)}`, async () => {
    vi.stubEnv('BENCH_MIMALLOC', jemalloc);
    vi.stubEnv('BENCH_TCMALLOC', packagePath('package.json'));
    const { availableRivals } = await fresh();
    const { available, missing } = availableRivals();
    expect(available.map(({ name }) => name)).toEqual(['system', 'jemalloc']);
    expect(missingLines(missing)).toEqual([
      `mimalloc: ${jemalloc} cannot be preloaded, malloc is then that of jemalloc; BENCH_MIMALLOC may name another file`,
      expect.stringMatching(
        /^tcmalloc: .*package.json cannot be preloaded, malloc is then that of glibc; BENCH_TCMALLOC/,
      ),
    ]);
  });

  it('run without what this process has preloaded', async () => {
    vi.stubEnv('LD_PRELOAD', '');
    const { rivalEnvironment } = await fresh();
    expect(rivalEnvironment({})).not.toHaveProperty('LD_PRELOAD');
    expect(rivalEnvironment({ preload: 'lib.so' })).toMatchObject({ LD_PRELOAD: 'lib.so', PATH: process.env.PATH });
  });
});

describe.skipIf(why)(`the compiler${skipped(why)}`, () => {
  const compiled = () => readdirSync(packagePath('dist/native')).filter((name) => name.startsWith('cell-'));

  it('makes a program once for the same sources and flags', async () => {
    const { compileNative } = await fresh();
    const path = compileNative('cell');
    const before = compiled();
    expect(compileNative('cell')).toBe(path);
    expect(compiled()).toEqual(before);
    const other = compileNative('cell', ['-DANOTHER']);
    expect(other).not.toBe(path);
    rmSync(other);
  });

  it('is the one that CC names, with its arguments', async () => {
    const [file] = findCompiler()!.command;
    vi.stubEnv('CC', ` ${file}  -DCHOSEN `);
    expect((await fresh()).findCompiler()).toMatchObject({ command: [file, '-DCHOSEN'] });
    vi.stubEnv('CC', 'no-such-compiler');
    expect((await fresh()).findCompiler()!.command).not.toContain('no-such-compiler');
  });

  it('complains with what was wrong', async () => {
    const { compileNative } = await fresh();
    expect(() => compileNative('cell', ['-Dmain=1'])).toThrow(/cannot compile native\/cell.c: .*error/);
  });
});

describe('what the system says', () => {
  it('of libraries is read with all paths of a name', () => {
    const text =
      '2 libs found in cache\n\tlibz.so.1 (libc6,x86-64) => /a/libz.so.1\n\tlibz.so.1 (libc6) => /b/libz.so.1\n';
    expect(parseLinkerCache(text)).toEqual(new Map([['libz.so.1', ['/a/libz.so.1', '/b/libz.so.1']]]));
    expect(parseLinkerCache('')).toEqual(new Map());
  });

  it('of packages is read for the newest one', () => {
    const listing = [
      'libmimalloc-dev - headers',
      'libmimalloc2.0 - allocator',
      'libmimalloc10.1 - allocator',
      'libtcmalloc-minimal4t64 - allocator',
      '',
    ].join('\n');
    const chosen = RIVALS.flatMap(({ preload }) => (preload ? [choosePackage(preload.debian, listing)] : []));
    expect(chosen).toEqual(['libmimalloc10.1', undefined, 'libtcmalloc-minimal4t64']);
  });

  it('is not asked when there is no apt-get', () => {
    vi.stubEnv('PATH', '');
    expect(() => installRivals()).toThrow('there is no apt-get here: install a C compiler');
  });
});
