/** What the tests of the heap share: the compositions that they run over, a seeded generator, a full check of a heap. */

import { CLASS_COUNT, policyBatch, policyCap, type RecipeOf, type Region } from '@hakmem/contracts';
import { sharedPool } from '@hakmem/shared-pool-sp-slot';
import { tinyFront } from '@hakmem/tiny-front';
import { expect } from 'vitest';
import {
  compose,
  createHeap,
  type Heap,
  type HeapOf,
  type HeapOptions,
  localMemory,
  type PartsOf,
  type SharedHeap,
  sharedMemory,
  wasmMemory,
} from '../src/index.ts';

export const MIB = 2 ** 20;

/** A heap with the given options and an environment that changes nothing. */
export function heapOf(): SharedHeap;
export function heapOf<const O extends HeapOptions>(options: O): HeapOf<PartsOf<O>>;
export function heapOf(options: HeapOptions = {}): Heap {
  return createHeap({ maxBytes: 16 * MIB, env: false, ...options });
}

/** One of each kind of composition, each of 16 MiB or less. */
export const COMPOSITIONS: Readonly<Record<string, () => Heap>> = {
  shared: () => heapOf(),
  local: () => heapOf({ memory: 'local', retainSuperSlabs: 0 }),
  'wasm, shared': () =>
    heapOf({ memory: wasmMemory(new WebAssembly.Memory({ initial: 2, maximum: 256, shared: true })) }),
  'wasm, growing': () => heapOf({ memory: wasmMemory(new WebAssembly.Memory({ initial: 2, maximum: 256 })) }),
  'wasm, a region': () =>
    heapOf({ memory: wasmMemory(new WebAssembly.Memory({ initial: 200 }), { start: 1_000_000, end: 12_345_678 }) }),
  'one class per SuperSlab': () => heapOf({ slotSharing: false, prewarmCount: 0 }),
  'conservative, no affinity': () => heapOf({ profile: 'conservative', classAffinity: false, poolRefillBatch: 4 }),
  'small caches': () =>
    heapOf({ prewarmCount: 0, refillCountHot: 1, refillCountMid: 1, warmPoolSize: 1, drainInterval: 64 }),
  'no warm pool': () => compose({ memory: localMemory({ maxBytes: 16 * MIB }), warm: null }),
  'no tiny front': () => compose({ memory: sharedMemory({ maxBytes: 16 * MIB }), front: null }),
  'no mid front': () => compose({ memory: sharedMemory({ maxBytes: 64 * MIB }), mid: null }),
};

/** A front of a user's own: every size gets the largest tiny class. */
function oneSize(): RecipeOf<'front'> {
  return {
    ...tinyFront(),
    box: 'one-size',
    build: (_scope, cache) => ({
      maxBytes: 1_024,
      malloc: () => cache.take(31),
      free: (sizeClass, address) => cache.give(sizeClass, address),
      classOf: () => 31,
    }),
  };
}

/** Refills bring one block, caches hold few. */
function refillOne({ words, start }: Region): void {
  for (let c = 0; c < CLASS_COUNT; c++) {
    words[start + policyBatch(c)] = 1;
    words[start + policyCap(c)] = 4;
  }
}

/** Four SuperSlabs: a checked call costs a walk over what there is. */
const small = { maxBytes: 8 * MIB };
const shared = (): ReturnType<typeof sharedMemory> => sharedMemory({ maxBytes: 16 * MIB });
const local = (): ReturnType<typeof localMemory> => localMemory({ maxBytes: 16 * MIB });

/** Boxes left out, exchanged and behind checks, in mixtures. */
export const MIXTURES: Readonly<Record<string, () => Heap>> = {
  'no warm pool, one class per SuperSlab, refills of one block': () =>
    compose({ memory: local(), warm: null, pool: sharedPool({ slotSharing: false }), policy: refillOne }),
  'no warm pool, no fronts: large serves all': () => compose({ memory: shared(), warm: null, front: null, mid: null }),
  'no mid front, no remote queue': () => compose({ memory: shared(), mid: null, remote: null }),
  "a user's own front": () => compose({ memory: shared(), front: oneSize() }),
};

/** Every box behind checks. */
export const CHECKED: Readonly<Record<string, () => Heap>> = {
  'checked, local': () => compose({ memory: localMemory(small), checked: true }),
  'checked, shared, no warm pool, refills of one block': () =>
    compose({ memory: sharedMemory(small), warm: null, policy: refillOne, checked: true }),
};

/** A generator of unsigned 32-bit numbers, the same for the same seed (xorshift32, Marsaglia 2003). */
export function generator(seed: number): (below: number) => number {
  let x = seed | 1;
  return (below) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % below;
  };
}

/** Every equation holds, and every byte of the heap is in one line of the stats. */
export function expectSound(heap: Heap): void {
  expect(heap.verify().problems).toEqual([]);
  const { capacity, ...lines } = heap.stats().bytes;
  expect(Object.values(lines).reduce((sum, bytes) => sum + bytes, 0)).toBe(capacity);
}

/** Frees every live block and checks that all memory is then free. */
export function expectEmpties(heap: Heap): void {
  const live: number[] = [];
  heap.walk((address) => live.push(address));
  for (const address of live) heap.free(address);
  heap.collect({ force: true });
  expectSound(heap);
  const { bytes, blocks, superSlabs } = heap.stats();
  expect(blocks).toEqual({ live: 0, cached: 0, room: 0 });
  expect(superSlabs.hot + superSlabs.draining).toBe(0);
  expect(bytes.free + bytes.uncommitted + bytes.reserved).toBe(bytes.capacity);
}
