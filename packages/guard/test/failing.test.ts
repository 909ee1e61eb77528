/** Memory that runs out on purpose: as a layer, as an address space, and in the loop over every request. */

import { createHeap, localMemory, sharedMemory } from 'hakmem';
import { describe, expect, test } from 'vitest';
import { type BlockRequest, failEach, failing, guarded, quarantine, redzones, scarce } from '../src/index.js';
import { newHeap, thrown } from './heaps.js';

const silent = { log: () => {} };

describe('failing', () => {
  test('refuses the kth request alone', () => {
    const layer = failing({ at: 2 });
    const heap = guarded(newHeap(), [redzones(), layer], silent);
    expect([heap.malloc(1), heap.malloc(1), heap.malloc(1)].map((address) => address > 0)).toEqual([true, false, true]);
    expect([layer.asked, layer.refused]).toEqual([3, 1]);
  });

  test('refuses from the kth on', () => {
    const layer = failing({ from: 2 });
    const heap = guarded(newHeap(), [layer], silent);
    expect([heap.malloc(1) > 0, heap.calloc(1, 1), heap.allocArray(Int8Array, 4), heap.alignedAlloc(64, 1)]).toEqual([
      true,
      0,
      null,
      0,
    ]);
    expect([layer.asked, layer.refused]).toEqual([4, 3]);
  });

  test('refuses when a function says so, which sees verb, bytes and number', () => {
    const seen: (BlockRequest & { count: number })[] = [];
    const when = (request: BlockRequest & { count: number }): boolean => {
      seen.push(request);
      return request.bytes > 100;
    };
    const heap = guarded(newHeap(), [redzones(), failing({ when })], silent);
    const block = heap.malloc(5);
    expect(heap.calloc(20, 6)).toBe(0);
    expect(heap.realloc(block, 101)).toBe(0);
    expect(heap.usableSize(block)).toBe(5);
    expect(heap.alignedAlloc(64, 7)).toBeGreaterThan(0);
    expect(heap.allocArray(Float64Array, 20)).toBe(null);
    expect(seen).toEqual([
      { call: 'malloc', bytes: 5, count: 1 },
      { call: 'calloc', bytes: 120, count: 2 },
      { call: 'realloc', bytes: 101, count: 3 },
      { call: 'alignedAlloc', bytes: 7, count: 4 },
      { call: 'allocArray', bytes: 160, count: 5 },
    ]);
  });

  test('is not asked again by a quarantine', () => {
    const layer = failing({ at: 3 });
    const heap = guarded(newHeap(), [redzones(), quarantine(), layer], silent);
    heap.free(heap.malloc(64));
    heap.malloc(64);
    expect(heap.malloc(64)).toBe(0);
    expect(layer.asked).toBe(3);
    expect(heap.stats().blocks.live).toBe(2);
  });

  test('options out of their range', () => {
    for (const options of [{ at: 0 }, { from: 0 }, { at: 1.5 }, { when: 3 as never }]) {
      expect(thrown(() => failing(options)).name).toBe('OptionError');
    }
  });
});

describe('failEach', () => {
  /** Three blocks or none; `careless` forgets the first when the third is refused. */
  const program = (heap: Pick<ReturnType<typeof newHeap>, 'malloc' | 'free'>, careless: boolean): void => {
    const a = heap.malloc(10);
    const b = a && heap.malloc(20);
    const c = b && heap.malloc(30);
    if (c !== 0) heap.free(c);
    if (b !== 0) heap.free(b);
    if (a !== 0 && (c !== 0 || !careless)) heap.free(a);
  };

  const leaksOf = async (careless: boolean, stays: boolean): Promise<{ leaks: string[]; requests: number }> => {
    const leaks: string[] = [];
    const requests = await failEach(
      async (layer, k) => {
        const heap = guarded(newHeap(), [redzones(), layer], silent);
        await Promise.resolve();
        program(heap, careless);
        if (heap.leaks().blocks > 0) leaks.push(`${k}: ${heap.leaks().bytes}`);
      },
      { stays },
    );
    return { leaks, requests };
  };

  test.each([true, false])('takes every path once (stays: %s)', async (stays) => {
    expect(await leaksOf(false, stays)).toEqual({ leaks: [], requests: 3 });
    expect(await leaksOf(true, stays)).toEqual({ leaks: ['2: 10', '3: 10'], requests: 3 });
  });

  test('a fault in a run comes out, and a run without an end ends', async () => {
    const broken = failEach(() => {
      throw new Error('broken');
    });
    await expect(broken).rejects.toThrow('broken');
    let runs = 0;
    const endless = failEach(
      (layer) => {
        runs++;
        const heap = guarded(newHeap(), [layer], silent);
        while (layer.refused === 0) heap.malloc(1);
      },
      { most: 5 },
    );
    await expect(endless).rejects.toThrow(/most is 5/);
    expect(runs).toBe(5);
    await expect(failEach(() => {}, { most: 0 })).rejects.toThrow(/most is 0/);
  });
});

describe('scarce', () => {
  const MIB = 1_048_576;

  test('refuses pages beyond a bound, and the heap answers 0', () => {
    const space = scarce(localMemory({ maxBytes: 64 * MIB }), { pages: 64 });
    const heap = createHeap({ memory: space, env: false });
    expect(heap.malloc(5 * MIB)).toBe(0);
    const small = heap.malloc(100_000);
    expect(small).toBeGreaterThan(0);
    expect(space.refused).toBeGreaterThan(0);
    expect(space.committedPages).toBeLessThanOrEqual(64);
    heap.free(small);
    expect(heap.verify().ok).toBe(true);
    heap.destroy();
  });

  test('refuses the kth commit, those from it on, or when a function says so', () => {
    const answers = (options: Parameters<typeof scarce>[1]): boolean[] => {
      const space = scarce(localMemory({ maxBytes: 64 * MIB }), options);
      return [2, 4, 4, 1, 6, 8].map((pages) => space.commit(pages));
    };
    expect(answers({})).toEqual([true, true, true, true, true, true]);
    expect(answers({ at: 2 })).toEqual([true, false, true, true, true, true]);
    expect(answers({ from: 3 })).toEqual([true, true, true, true, false, false]);
    expect(answers({ pages: 6 })).toEqual([true, true, true, true, true, false]);
    expect(answers({ pages: 0 })).toEqual([false, false, false, false, false, false]);
    const seen: unknown[] = [];
    answers({ when: (request) => seen.push(request) < 0 });
    expect(seen.slice(0, 2)).toEqual([
      { pages: 2, committed: 0, count: 1 },
      { pages: 4, committed: 2, count: 2 },
    ]);
    expect(seen).toHaveLength(4);
  });

  test('is else the space that it is around', () => {
    const inner = localMemory({ maxBytes: 4 * MIB });
    const space = scarce(inner, { at: 9 });
    expect(space.commit(3)).toBe(true);
    expect([space.committedPages, space.pageLimit, space.firstPage, space.kind]).toEqual([3, 64, 1, 'local']);
    expect(space.buffer).toBe(inner.buffer);
    expect(space.bytes().length).toBe(3 * 65_536);
    expect('handle' in space).toBe('handle' in inner);
    expect([space.asked, space.refused]).toEqual([1, 0]);
    expect('asked' in space).toBe(true);
  });

  test('finds nothing to refuse in a fixed shared memory', () => {
    const space = scarce(sharedMemory({ maxBytes: 4 * MIB }), { from: 1 });
    const heap = createHeap({ memory: space, env: false });
    expect(heap.malloc(100)).toBeGreaterThan(0);
    expect(space.asked).toBe(0);
    heap.destroy();
  });

  test('options out of their range', () => {
    for (const options of [{ pages: -1 }, { pages: 65_537 }, { at: 0 }, { when: 3 as never }]) {
      expect(thrown(() => scarce(localMemory(), options)).name).toBe('OptionError');
    }
  });
});
