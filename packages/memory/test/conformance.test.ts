/** Every address space of this package keeps its contract: shared, local, and wasm in its forms, each in two sizes or regions. */

import { run, type SpaceSuiteOptions, spaceSuite } from '@hakmem/conformance';
import { PAGE_BYTES } from '@hakmem/contracts';
import { describe, test } from 'vitest';
import { type LocalMemory, localMemory, openMemory, sharedMemory, wasmMemory } from '../src/index.js';

const bytes = (pages: number): number => pages * PAGE_BYTES;

/** A memory that can grow to `pages` pages, but no further. */
const memory = (shared: boolean, pages: number, initial = 2): WebAssembly.Memory =>
  new WebAssembly.Memory({ initial, maximum: pages, shared });

/** Local memory of which the system gives twelve pages. */
function hungry(): LocalMemory {
  const space = localMemory({ maxBytes: bytes(24) });
  const buffer = space.buffer as ArrayBuffer;
  const resize = buffer.resize.bind(buffer);
  const value = (length: number): void => {
    if (length > bytes(12)) throw new RangeError('no memory');
    resize(length);
  };
  Object.defineProperty(buffer, 'resize', { value });
  return space;
}

const CONFIGURATIONS: Readonly<Record<string, SpaceSuiteOptions>> = {
  'sharedMemory, 24 pages': { space: () => sharedMemory({ maxBytes: bytes(24) }), open: openMemory },
  'sharedMemory, 100 pages': { space: () => sharedMemory({ maxBytes: bytes(100) }), open: openMemory },
  'localMemory, 24 pages': { space: () => localMemory({ maxBytes: bytes(24) }), starved: hungry },
  'localMemory, 100 pages, more than a SuperSlab': { space: () => localMemory({ maxBytes: bytes(100) }) },
  'wasmMemory, its own': {
    space: () => wasmMemory(memory(false, 24), { maxBytes: bytes(24) }),
    starved: () => wasmMemory(memory(false, 12), { maxBytes: bytes(24) }),
  },
  'wasmMemory, from the tenth page on': {
    space: () => wasmMemory(memory(false, 30, 3), { start: bytes(9) - 5, maxBytes: bytes(30) }),
  },
  'wasmMemory, shared': {
    space: () => wasmMemory(memory(true, 24), { maxBytes: bytes(24) }),
    starved: () => wasmMemory(memory(true, 12), { maxBytes: bytes(24) }),
    open: openMemory,
  },
  'wasmMemory, a region': { space: () => wasmMemory(memory(false, 30, 30), { start: bytes(3), end: bytes(24) }) },
  'wasmMemory, a region, shared': {
    space: () => wasmMemory(memory(true, 30, 30), { start: bytes(3), end: bytes(24) }),
    open: openMemory,
  },
};

for (const [title, options] of Object.entries(CONFIGURATIONS)) {
  run({ ...spaceSuite(options), title }, { describe, test });
}
