/** Every composition keeps the contract of a heap: whatever is left out, exchanged, or put behind checks. */

import { heapSuite, run } from '@hakmem/conformance';
import { describe, test } from 'vitest';
import { attachHeap, compose, sharedMemory } from '../src/index.ts';
import { CHECKED, COMPOSITIONS, MIB, MIXTURES } from './support.ts';

const RUNNER = { describe, test };
const WORKERS = {
  module: new URL('./conformance-worker.mjs', import.meta.url),
  execArgv: ['--conditions=@hakmem/source'],
};

for (const [name, heap] of Object.entries({ ...COMPOSITIONS, ...MIXTURES })) {
  run(heapSuite({ name, heap, runs: 6 }), RUNNER);
}

for (const [name, heap] of Object.entries(CHECKED)) {
  run(heapSuite({ name, heap, runs: 2, smallest: 20_000 }), RUNNER);
}

run(
  heapSuite({
    name: 'no large blocks',
    heap: () => compose({ memory: sharedMemory({ maxBytes: 16 * MIB }), large: null }),
    largest: 262_144,
    runs: 6,
  }),
  RUNNER,
);

run(
  heapSuite({
    name: 'four threads, and Workers',
    heap: () => compose({ memory: sharedMemory({ maxBytes: 16 * MIB }), maxThreads: 4 }),
    attach: attachHeap,
    maxThreads: 4,
    workers: WORKERS,
    runs: 40,
  }),
  RUNNER,
);
