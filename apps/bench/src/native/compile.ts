/**
 * Compiles the native programs: `native/<program>.c` with all `native/<program>-*.c` into `dist/native`.
 *
 * The name of what comes out ends with a digest of all sources, the flags and what the compiler says of its version,
 * so a program is compiled when one of them is new and never otherwise. It is written beside its place and moved
 * there, which two processes may do at once.
 */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { BenchError } from '../errors.js';
import { packagePath } from '../paths.js';

export interface Compiler {
  /** The command and what always follows it. */
  readonly command: readonly [string, ...string[]];
  /** What it says of itself. */
  readonly version: string;
}

/**
 * -fno-builtin: the compiler must not know what these functions do, or it may leave out a malloc whose block is
 * freed. Without -fno-tree-slp-vectorize GCC puts both generators of a loop into one vector register, which it has to
 * save at every call: 15 % slower.
 */
const FLAGS = [
  ...['-std=c11', '-O2', '-fno-tree-slp-vectorize'],
  ...['malloc', 'free', 'calloc', 'realloc', 'posix_memalign'].map((name) => `-fno-builtin-${name}`),
];
const LIBRARIES = ['-ldl'];

export const NO_COMPILER = 'no C compiler (CC, cc, gcc, clang); Debian has one in gcc and libc6-dev';

let compiler: Compiler | null | undefined;

/** The first of CC, cc, gcc and clang that runs; null for none. */
export function findCompiler(): Compiler | null {
  if (compiler !== undefined) return compiler;
  const named = process.env.CC?.split(/\s+/).filter((word) => word !== '') ?? [];
  compiler = [named, ['cc'], ['gcc'], ['clang']].map(asCompiler).find((found) => found !== null) ?? null;
  return compiler;
}

function asCompiler([file, ...args]: readonly string[]): Compiler | null {
  if (file === undefined) return null;
  const { status, stdout } = spawnSync(file, [...args, '--version'], { encoding: 'utf8' });
  return status === 0 ? { command: [file, ...args], version: stdout.split('\n')[0] } : null;
}

/** The path of the compiled program. Throws a BenchError without a compiler, or with what the compiler said. */
export function compileNative(program: string, flags: readonly string[] = []): string {
  const found = findCompiler();
  if (found === null) throw new BenchError(NO_COMPILER);
  const options = [...FLAGS, ...flags];
  const path = packagePath(`dist/native/${program}-${digest(found, options)}`);
  if (existsSync(path)) return path;
  mkdirSync(packagePath('dist/native'), { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  const [file, ...args] = found.command;
  const inputs = sourcesOf(program);
  const { status, stderr, error } = spawnSync(file, [...args, ...options, '-o', unfinished, ...inputs, ...LIBRARIES], {
    encoding: 'utf8',
  });
  if (status !== 0) {
    const complaint = error?.message ?? stderr.split('\n').find((line) => /error/i.test(line)) ?? stderr.trim();
    throw new BenchError(`${found.command.join(' ')} cannot compile native/${program}.c: ${complaint}`);
  }
  renameSync(unfinished, path);
  return path;
}

function nativeFiles(): readonly string[] {
  return readdirSync(packagePath('native')).sort();
}

function sourcesOf(program: string): readonly string[] {
  return nativeFiles()
    .filter((name) => name === `${program}.c` || (name.startsWith(`${program}-`) && name.endsWith('.c')))
    .map((name) => join(packagePath('native'), name));
}

function digest({ command, version }: Compiler, flags: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify([command, version, flags]));
  for (const name of nativeFiles()) hash.update(name).update(readFileSync(join(packagePath('native'), name)));
  return hash.digest('hex').slice(0, 16);
}
