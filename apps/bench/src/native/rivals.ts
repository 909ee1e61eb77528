/**
 * Which native rivals this machine has. A rival is available when the native program, run with its library preloaded,
 * says that malloc is in that library; the version is what the library says of itself. Nobody is measured on the
 * strength of a file name.
 */

import { spawnSync } from 'node:child_process';
import { BenchError } from '../errors.js';
import { compileNative } from './compile.js';
import { findLibrary } from './libraries.js';
import { RIVALS, type RivalName } from './names.js';

export interface Rival {
  readonly name: string;
  /** Head of the column. */
  readonly title: string;
  /** As `glibc 2.36`, `2.0.9`, `gperftools 2.10`; empty when the library does not tell. */
  readonly version: string;
  /** Path of the library to preload; absent for the system's malloc. */
  readonly preload?: string;
}

export interface MissingRival {
  readonly name: string;
  /** A line that says what is missing and what would help. */
  readonly reason: string;
}

export interface RivalList {
  readonly available: readonly Rival[];
  readonly missing: readonly MissingRival[];
}

/** What `cell which` answers. */
interface Identity {
  readonly library: string;
  readonly version: string;
}

let list: RivalList | undefined;

/** Compiles the native program when it is not there yet, and looks for the libraries; once per process. */
export function availableRivals(): RivalList {
  return (list ??= lookForRivals());
}

/** Throws a BenchError that says why when the rival is not available. */
export function findRival(name: string): Rival {
  const { available, missing } = availableRivals();
  const found = available.find((rival) => rival.name === name);
  if (found !== undefined) return found;
  const reason = missing.find((rival) => rival.name === name)?.reason ?? 'no native rival is called that';
  throw new BenchError(`${name}: ${reason}`);
}

/** The environment in which a program has the rival's malloc. */
export function rivalEnvironment({ preload }: Pick<Rival, 'preload'>): NodeJS.ProcessEnv {
  const { LD_PRELOAD: _, ...rest } = process.env;
  return preload === undefined ? rest : { ...rest, LD_PRELOAD: preload };
}

/** Lines that name the missing ones and why; one line for all that have the same reason. */
export function missingLines(missing: readonly MissingRival[]): readonly string[] {
  const names = new Map<string, string[]>();
  for (const { name, reason } of missing) names.set(reason, [...(names.get(reason) ?? []), name]);
  return [...names].map(([reason, those]) => `${those.join(', ')}: ${reason}`);
}

function lookForRivals(): RivalList {
  try {
    const program = compileNative('cell');
    const looked = RIVALS.map((rival) => lookFor(rival, program));
    return {
      available: looked.filter((found): found is Rival => !('reason' in found)),
      missing: looked.filter((found): found is MissingRival => 'reason' in found),
    };
  } catch (error) {
    if (!(error instanceof BenchError)) throw error;
    return { available: [], missing: RIVALS.map(({ name }) => ({ name, reason: error.message })) };
  }
}

function lookFor({ name, title, preload }: RivalName, program: string): Rival | MissingRival {
  if (preload === undefined) {
    const seen = identify(program);
    if (seen === undefined) return { name, reason: 'the native program was compiled, but does not run' };
    return { name, title, version: seen.library === 'unknown' ? '' : `${seen.library} ${seen.version}` };
  }
  if (process.platform !== 'linux') return { name, reason: 'libraries are preloaded on Linux only' };
  const { files, variable } = preload;
  let reason = `no ${files[0]} was found; --install-rivals fetches it, ${variable} may name its file`;
  for (const path of findLibrary(preload)) {
    const seen = identify(program, path);
    if (seen?.library === name) return { name, title, version: seen.version, preload: path };
    const instead = seen === undefined ? 'no program runs with it' : `malloc is then that of ${seen.library}`;
    reason = `${path} cannot be preloaded, ${instead}; ${variable} may name another file`;
  }
  return { name, reason };
}

/** Absent when the program does not run. */
function identify(program: string, preload?: string): Identity | undefined {
  const env = rivalEnvironment(preload === undefined ? {} : { preload });
  const { status, stdout } = spawnSync(program, ['which'], { encoding: 'utf8', env });
  return status === 0 ? (JSON.parse(stdout) as Identity) : undefined;
}
