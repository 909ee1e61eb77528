/**
 * AssemblyScript's TLSF in WebAssembly. The workload calls the module's exports directly: V8 compiles such calls without a
 * wrapper in between. The memory starts at 512 MiB, which is committed lazily, so that no growth falls into a measured
 * run; it may still grow up to the 4 GiB of a wasm memory.
 */

import { readFileSync } from 'node:fs';
import { BenchError } from '../errors.js';
import { packagePath } from '../paths.js';
import { addressSlots, type Blocks, type Subject } from './subject.js';

export async function tlsfSubject(): Promise<Subject<number>> {
  const { instance } = await WebAssembly.instantiate(readModule(), { env: { abort } });
  return { blocks: instance.exports as unknown as Blocks<number>, none: 0, slots: addressSlots };
}

function readModule(): Uint8Array {
  try {
    return readFileSync(packagePath('dist/tlsf.wasm'));
  } catch {
    throw new BenchError('dist/tlsf.wasm is missing; the build of apps/bench makes it');
  }
}

/** Called by the module with pointers to its strings when it gives up. */
function abort(_message: number, _file: number, line: number, column: number): never {
  throw new BenchError(`tlsf aborted at ${line}:${column} of its source`);
}
