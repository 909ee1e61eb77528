/**
 * AssemblyScript's TLSF in WebAssembly. The workload calls the module's exports directly: V8 compiles such calls without a
 * wrapper in between. The memory starts at 512 MiB, which is committed lazily, so that no growth falls into a measured
 * run; it may still grow up to the 4 GiB of a wasm memory.
 */

import { readFileSync } from 'node:fs';
import { BenchError } from '../errors.js';
import { packagePath } from '../paths.js';
import { addressSlots, type Blocks, type Subject } from './subject.js';

/** What the module exports. */
export type TlsfExports = Blocks<number> & Required<Pick<Blocks<number>, 'calloc' | 'realloc'>>;

export async function tlsfSubject(): Promise<Subject<number>> {
  const { instance } = await WebAssembly.instantiate(readModule('dist/tlsf.wasm'), { env: { abort } });
  return { blocks: instance.exports as unknown as TlsfExports, none: 0, slots: addressSlots };
}

/** The bytes of a module that the build has made. */
export function readModule(name: string): Uint8Array {
  try {
    return readFileSync(packagePath(name));
  } catch {
    throw new BenchError(`${name} is missing; the build of apps/bench makes it`);
  }
}

/** Called by the module with pointers to its strings when it gives up. */
export function abort(_message: number, _file: number, line: number, column: number): never {
  throw new BenchError(`tlsf aborted at ${line}:${column} of its source`);
}
