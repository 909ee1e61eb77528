/** What a heap says that it can do, in each kind of composition, and that it can: methods that are there, memory, alignment. */

import {
  type AddressSpace,
  type Capabilities,
  clause,
  flawOf,
  MAX_BYTES,
  PAGE_BYTES,
  type Scope,
  type SuperRegistry,
} from '@hakmem/contracts';
import { superRegistry } from '@hakmem/super-registry';
import { unifiedCache } from '@hakmem/unified-cache';
import { warmPool } from '@hakmem/warm-pool';
import { describe, expect, it } from 'vitest';
import { attachHeap, compose, type Heap, localMemory, SharedHeap, sharedMemory, wasmMemory } from '../src/index.ts';
import { COMPOSITIONS, expectEmpties, heapOf, MIB } from './support.ts';

const wasm = (shared: boolean): WebAssembly.Memory => new WebAssembly.Memory({ initial: 2, maximum: 256, shared });
const memory = (): ReturnType<typeof sharedMemory> => sharedMemory({ maxBytes: 16 * MIB });

/** The standard cache, but its blocks are multiples of 16 and no more. */
function cacheOf16(): ReturnType<typeof unifiedCache> {
  const recipe = unifiedCache();
  return { ...recipe, capabilities: { ...recipe.capabilities, alignment: 16 } };
}

/** The standard warm pool, which says that it has state of its own elsewhere. */
function warmOutside(): ReturnType<typeof warmPool> {
  const recipe = warmPool();
  return { ...recipe, capabilities: { ...recipe.capabilities, stateInBuffer: false as never } };
}

const SHARED: Capabilities = {
  alignment: MAX_BYTES / 2,
  concurrency: 'any',
  grows: false,
  shrinks: false,
  zeroed: false,
  retries: true,
  stateInBuffer: true,
};
const ONE: Capabilities = { ...SHARED, concurrency: 'owner', retries: false };

describe('heap.capabilities', () => {
  it.each<[string, () => Heap, Capabilities]>([
    ['shared', () => heapOf(), SHARED],
    ['local', () => heapOf({ memory: 'local' }), { ...ONE, grows: true, shrinks: true }],
    ['wasm, shared', () => heapOf({ memory: wasmMemory(wasm(true)) }), { ...SHARED, grows: true }],
    ['wasm', () => heapOf({ memory: wasmMemory(wasm(false)) }), { ...ONE, grows: true }],
    [
      'wasm, a region',
      () => heapOf({ memory: wasmMemory(new WebAssembly.Memory({ initial: 256 }), { end: 16 * MIB }) }),
      ONE,
    ],
    ['one thread', () => heapOf({ maxThreads: 1 }), ONE],
    ['no remote queue', () => compose({ memory: memory(), remote: null }), ONE],
    ['no large', () => compose({ memory: memory(), large: null }), { ...SHARED, alignment: PAGE_BYTES }],
    ['a cache of 16', () => compose({ memory: memory(), cache: cacheOf16() }), SHARED],
    [
      'a cache of 16, no large',
      () => compose({ memory: memory(), cache: cacheOf16(), large: null }),
      { ...SHARED, alignment: 16 },
    ],
    [
      'state outside of the buffer',
      () => compose({ memory: memory(), warm: warmOutside() as never, maxThreads: 1 }),
      { ...ONE, stateInBuffer: false },
    ],
    [
      'a registry that returns nothing',
      () => {
        const registry = superRegistry();
        const capabilities = { ...registry.capabilities, shrinks: false };
        const build = (scope: Scope, space: AddressSpace): SuperRegistry =>
          Object.assign(registry.build(scope, space), { trim: undefined }) as unknown as SuperRegistry;
        return compose({ memory: localMemory({ maxBytes: 16 * MIB }), registry: { ...registry, capabilities, build } });
      },
      { ...ONE, grows: true },
    ],
  ])('%s', (_, make, expected) => {
    const heap = make();
    expect(heap.capabilities).toEqual(expected);
    expectEmpties(heap);
  });

  it('are the same in a thread that attaches', () => {
    const heap = compose({ memory: memory(), large: null });
    expect(attachHeap(heap.handle, { large: null }).capabilities).toEqual(heap.capabilities);
  });
});

describe.each(Object.entries(COMPOSITIONS))(`${clause('GENERAL-E')} (%s)`, (_, make) => {
  it('a capability that the heap names is there, one that it lacks is not', () => {
    const heap = make();
    const { concurrency, grows, shrinks, alignment } = heap.capabilities;
    expect(flawOf(heap.capabilities)).toBeNull();
    expect(heap instanceof SharedHeap).toBe(concurrency === 'any');
    for (const method of ['handle', 'detach', 'reap', 'watch']) expect(method in heap).toBe(concurrency === 'any');
    const before = heap.buffer.byteLength;
    heap.free(heap.malloc(6 * MIB));
    const grown = heap.buffer.byteLength;
    expect(grown > before).toBe(grows);
    expect(heap.collect({ force: true }) > 0).toBe(shrinks);
    expect(heap.buffer.byteLength < grown).toBe(shrinks);
    expect(heap.alignedAlloc(Math.min(alignment, 2 * MIB), 16) % Math.min(alignment, 2 * MIB)).toBe(0);
  });
});

describe('alignment', () => {
  it('blocks of classes whose cache keeps 16 are not asked for more: large serves what is', () => {
    const heap = compose({ memory: memory(), cache: cacheOf16() });
    const aligned = heap.alignedAlloc(64, 100);
    expect(aligned % PAGE_BYTES).toBe(0);
    expect(heap.usableSize(aligned)).toBe(PAGE_BYTES);
    expect(heap.stats().large.live).toBe(1);
    expect(heap.usableSize(heap.alignedAlloc(16, 100))).toBe(112);
    expect(heap.stats().large.live).toBe(1);
    expectEmpties(heap);
  });

  it('and without large nothing does', () => {
    const heap = compose({ memory: memory(), cache: cacheOf16(), large: null });
    expect(heap.alignedAlloc(32, 100)).toBe(0);
    expect(heap.alignedAlloc(16, 100)).not.toBe(0);
    expectEmpties(heap);
  });

  it('a cache of pages serves it from a class', () => {
    const heap = compose({ memory: memory() });
    expect(heap.usableSize(heap.alignedAlloc(64, 100))).toBeLessThan(1_024);
    expect(heap.stats().large.live).toBe(0);
    expectEmpties(heap);
  });
});
