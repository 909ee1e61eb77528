/**
 * Where a shared library may be: where its environment variable says, or else where the dynamic linker's cache
 * (`ldconfig -p`) and the C compiler know it, under each of its usual names. Linux only. A path is no promise:
 * whether it can be preloaded shows when it is (rivals.ts).
 */

import { spawnSync } from 'node:child_process';
import { findCompiler } from './compile.js';
import type { RivalName } from './names.js';

/** Paths to try, the best first. */
export function findLibrary({ files, variable }: NonNullable<RivalName['preload']>): readonly string[] {
  const named = process.env[variable];
  if (named !== undefined && named !== '') return [named];
  const cached = linkerCache();
  return files.flatMap((file) => [...(cached.get(file) ?? []), ...knownToCompiler(file)]);
}

let cache: ReadonlyMap<string, readonly string[]> | undefined;

/** Paths by the name of the library, one for each architecture. Empty where the linker has no such cache. */
function linkerCache(): ReadonlyMap<string, readonly string[]> {
  return (cache ??= parseLinkerCache(printedBy('ldconfig', '-p') || printedBy('/sbin/ldconfig', '-p')));
}

/** Reads lines like `libc.so.6 (libc6,x86-64) => /lib/…/libc.so.6`. */
export function parseLinkerCache(text: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const [, name, path] of text.matchAll(/^\s*(\S+) \(.*\) => (.+)$/gm)) {
    found.set(name, [...(found.get(name) ?? []), path]);
  }
  return found;
}

/** The compiler answers with the bare name when it knows no such file. */
function knownToCompiler(file: string): readonly string[] {
  const [command, ...args] = findCompiler()?.command ?? [];
  if (command === undefined) return [];
  const path = printedBy(command, ...args, `-print-file-name=${file}`).trim();
  return path === file || path === '' ? [] : [path];
}

function printedBy(command: string, ...args: readonly string[]): string {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? stdout : '';
}
