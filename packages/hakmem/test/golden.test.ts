/**
 * What a hot malloc and a hot free cost, counted and not timed: control words read and written, live bytes read and
 * written, Atomics called, objects made. A change of these numbers is a change of the product.
 */

import { type AtomicOps, clause, PLAIN } from '@hakmem/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AddressSpace, compose, createHeap, type Heap, sharedMemory } from '../src/index.ts';
import { MIB } from './support.ts';

interface Counts {
  wordsRead: number;
  wordsWritten: number;
  liveRead: number;
  liveWritten: number;
  atomics: number;
}

const counts: Counts = { wordsRead: 0, wordsWritten: 0, liveRead: 0, liveWritten: 0, atomics: 0 };

/** `array`, with each read and write of an element counted. */
function counted<T extends Int32Array | Uint8Array>(array: T, read: keyof Counts, written: keyof Counts): T {
  return new Proxy(array, {
    get(target, key) {
      if (typeof key === 'string' && /^\d+$/.test(key)) {
        counts[read]++;
        return target[Number(key)];
      }
      const value = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
    set(target, key, value) {
      counts[written]++;
      target[Number(key)] = value;
      return true;
    },
  });
}

/** A heap whose control arrays are counted. */
function countedHeap(): Heap {
  const space = sharedMemory({ maxBytes: 64 * MIB });
  const memory: AddressSpace = Object.create(space, {
    control: {
      value: (words: number, liveBytes: number) => {
        const arrays = space.control(words, liveBytes);
        return {
          words: counted(arrays.words, 'wordsRead', 'wordsWritten'),
          live: counted(arrays.live, 'liveRead', 'liveWritten'),
        };
      },
    },
    kind: { value: 'shared' },
    buffer: { value: space.buffer },
    bytes: { value: () => space.bytes() },
    commit: { value: (pages: number) => space.commit(pages) },
    release: { value: () => undefined },
    committedPages: { value: space.committedPages },
    handle: { value: () => space.handle() },
  });
  return compose({ memory });
}

const originals = new Map<string, unknown>();

beforeAll(() => {
  for (const name of Object.keys(PLAIN) as (keyof AtomicOps)[]) {
    const original = Atomics[name] as (array: Int32Array, ...rest: number[]) => number;
    originals.set(name, original);
    (Atomics as unknown as Record<string, unknown>)[name] = (array: Int32Array, index: number, ...rest: number[]) => {
      counts.atomics++;
      // A proxy is no typed array: plain reads and writes stand in, which is the same while one thread runs.
      return (PLAIN[name] as (...given: unknown[]) => number)(array, index, ...rest);
    };
  }
});

afterAll(() => {
  for (const [name, original] of originals) (Atomics as unknown as Record<string, unknown>)[name] = original;
});

/** What `call` counts. */
function measure(call: () => unknown): Counts {
  for (const key of Object.keys(counts) as (keyof Counts)[]) counts[key] = 0;
  call();
  return { ...counts };
}

describe(`golden counts: ${clause('CACHE-7')}`, () => {
  for (const bytes of [1, 16, 64, 1_000, 1_024, 1_025, 10_000, 30_000]) {
    it(`hot malloc and free of ${bytes} bytes`, () => {
      const heap = countedHeap();
      heap.free(heap.malloc(bytes)); // the first malloc of a class refills its cache
      let address = 0;
      // Reads the top of the stack and the cell under it; writes the top and the live byte.
      expect(measure(() => (address = heap.malloc(bytes)))).toEqual({
        wordsRead: 2,
        wordsWritten: 1,
        liveRead: 0,
        liveWritten: 1,
        atomics: 0,
      });
      // Reads the page word, the live byte, top and limit; writes the live byte, the cell and the top.
      expect(measure(() => heap.free(address))).toEqual({
        wordsRead: 3,
        wordsWritten: 2,
        liveRead: 1,
        liveWritten: 1,
        atomics: 0,
      });
    });
  }

  it('a heap of one thread calls no Atomics, whatever it does', () => {
    const seen = measure(() => {
      const heap = createHeap({ memory: 'local', maxBytes: 64 * MIB, env: false });
      for (const bytes of [64, 1_000, 9_000, 200_000, 3 * MIB]) {
        const blocks = Array.from({ length: 12 }, () => heap.malloc(bytes));
        for (const address of blocks) heap.free(heap.realloc(address, 2 * bytes));
      }
      heap.collect({ force: true });
      heap.stats();
      heap.verify();
      heap.destroy();
    });
    expect(seen.atomics).toBe(0);
  });

  it('counts a refill, so the counting works', () => {
    const heap = countedHeap();
    const cold = measure(() => heap.malloc(64));
    expect(cold.atomics).toBeGreaterThan(0);
    expect(cold.wordsWritten).toBeGreaterThan(10);
    expect(cold.liveRead).toBeGreaterThanOrEqual(64);
  });
});

describe('objects', () => {
  it('a million hot pairs of malloc and free make none', () => {
    const heap = createHeap({ maxBytes: 64 * MIB, env: false });
    const pairs = (count: number): void => {
      for (let i = 0; i < count; i++) {
        heap.free(heap.malloc(64));
        heap.free(heap.malloc(9_000));
      }
    };
    const collect = (globalThis as { gc?: () => void }).gc as () => void;
    pairs(2_000_000);
    collect();
    const before = process.memoryUsage().heapUsed;
    pairs(1_000_000);
    const grown = process.memoryUsage().heapUsed - before;
    // One object of the smallest kind (16 bytes) in each pair would be 16 MB.
    expect(grown).toBeLessThan(1_000_000);
  });
});
