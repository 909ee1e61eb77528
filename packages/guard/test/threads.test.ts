/** Two threads with a guard each, over one heap: blocks travel, and their records with them. */

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { createHeap, type SharedHeap, wasmMemory } from 'hakmem';
import { afterEach, describe, expect, test } from 'vitest';
import { type Guarded, guarded, poison, quarantine, redzones, sites } from '../src/index.js';
import { flip, newShared, poke, thrown } from './heaps.js';
import type { Answer, Step } from './worker.js';

const workers: Worker[] = [];
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.terminate();
});

/** A Worker that attaches to the heap, with redzones of its own width. */
function start(heap: SharedHeap, width = 16): (step: Step) => Promise<Answer> {
  const worker = new Worker(new URL('./worker.mjs', import.meta.url), {
    workerData: { handle: heap.handle, width },
    execArgv: ['--conditions=@hakmem/source'],
  });
  workers.push(worker);
  return async (step) => {
    worker.postMessage(step);
    const [answer] = await Promise.race([
      once(worker, 'message'),
      once(worker, 'error').then(([error]) => Promise.reject(error)),
    ]);
    return answer as Answer;
  };
}

function guardOf(heap: SharedHeap): Guarded<SharedHeap> {
  const layers = [redzones(), poison(), sites(), quarantine({ blocks: 4 })];
  return guarded(heap, layers, { log: () => {} });
}

function makeHere(heap: Guarded<SharedHeap>, bytes: number): number {
  return heap.malloc(bytes);
}

describe('a block that another thread made', { timeout: 60_000 }, () => {
  test.each([16, 64])('is freed, measured and moved here; the other’s redzones are %d wide', async (width) => {
    const heap = guardOf(newShared());
    const ask = start(heap.heap, width);
    const { numbers } = await ask({ do: 'make', bytes: [10, 20, 30, 5_000_000] });
    const [a, b, c, d] = numbers as number[];
    expect([a, b, c, d].map((address) => heap.usableSize(address))).toEqual([10, 20, 30, 5_000_000]);
    heap.u8(a, 10).set([1, 2, 3]);
    const moved = heap.realloc(a, 40);
    expect([...heap.u8(moved, 3)]).toEqual([1, 2, 3]);
    flip(heap, b + 20);
    expect(thrown(() => heap.free(b))).toMatchObject({ name: 'RedzoneError', address: b, bytes: 20, offset: 20 });
    expect(heap.check()).toHaveLength(1);
    flip(heap, b + 20);
    for (const address of [b, c, d, moved]) heap.free(address);
    // The first is in the quarantine here, and freed for the thread that made it.
    expect((await ask({ do: 'free', address: c })).error).toMatchObject({ name: 'DoubleFreeError', address: c });
    expect((await ask({ do: 'usableSize', address: c })).error).toMatchObject({ name: 'NotLiveError', address: c });
    expect((await ask({ do: 'detach' })).faults).toEqual([]);
    expect(heap.flush()).toEqual([]);
    expect(heap.stats().blocks.live).toBe(0);
    expect(heap.verify().ok).toBe(true);
  });

  test('goes the other way, aligned, and back', async () => {
    const heap = guardOf(newShared());
    const ask = start(heap.heap, 48);
    const block = heap.alignedAlloc(256, 77);
    expect(await ask({ do: 'usableSize', address: block })).toEqual({ numbers: [77] });
    const [theirs] = (await ask({ do: 'make', bytes: [99], alignment: 1_024 })).numbers as number[];
    expect(theirs % 1_024).toBe(0);
    expect(heap.usableSize(theirs)).toBe(99);
    const seen: number[][] = [];
    heap.walk((address, bytes) => seen.push([address, bytes]));
    expect(seen.sort((x, y) => x[1] - y[1])).toEqual([
      [block, 77],
      [theirs, 99],
    ]);
    expect(await ask({ do: 'free', address: block })).toEqual({});
    expect(thrown(() => heap.free(block)).name).toBe('DoubleFreeError');
    poke(heap, block + 5, 1);
    expect((await ask({ do: 'flush' })).faults).toMatchObject([{ name: 'UseAfterFreeError', address: block }]);
    heap.free(theirs);
  });

  test('leaks: each thread knows the sites of its own blocks, and of none that has gone', async () => {
    const heap = guardOf(newShared());
    const ask = start(heap.heap);
    makeHere(heap, 500);
    const { numbers } = await ask({ do: 'make', bytes: [40, 40, 40] });
    const [first] = numbers as number[];
    const named = (groups: readonly { site: string | null; blocks: number; bytes: number }[] = []) =>
      groups.map(({ site, blocks, bytes }) => [/makeHere|makeInWorker/.exec(site ?? '')?.[0] ?? site, blocks, bytes]);
    expect(named(heap.leaks().groups)).toEqual([
      ['makeHere', 1, 500],
      [null, 3, 120],
    ]);
    expect(named((await ask({ do: 'leaks' })).leaks)).toEqual([
      [null, 1, 500],
      ['makeInWorker', 3, 120],
    ]);
    heap.free(first);
    expect(named((await ask({ do: 'leaks' })).leaks)).toEqual([
      [null, 1, 500],
      ['makeInWorker', 2, 80],
    ]);
    const end = await ask({ do: 'detach' });
    expect(end.faults).toEqual([]);
    expect(heap.leaks()).toMatchObject({ blocks: 3, bytes: 580 });
  });

  test('a Worker that detaches gives back what its quarantine keeps, and reports its faults', async () => {
    const heap = guardOf(newShared());
    const ask = start(heap.heap);
    const { numbers } = await ask({ do: 'make', bytes: [40, 40] });
    for (const address of numbers as number[]) await ask({ do: 'free', address });
    expect(heap.stats().blocks.live).toBe(2);
    expect(heap.leaks().blocks).toBe(0);
    poke(heap, (numbers as number[])[1] + 7, 0);
    const { faults } = await ask({ do: 'detach' });
    expect(faults).toMatchObject([{ name: 'UseAfterFreeError', address: numbers?.[1] }]);
    expect(faults?.[0].allocated).toContain('makeInWorker');
    expect(heap.stats().blocks.live).toBe(0);
  });

  test('in a shared WebAssembly.Memory that the other thread has grown', async () => {
    const memory = new WebAssembly.Memory({ initial: 2, maximum: 1_024, shared: true });
    const heap = createHeap({ memory: wasmMemory(memory, { maxBytes: 1_024 * 65_536 }), env: false }) as SharedHeap;
    const mine = guardOf(heap);
    const ask = start(heap);
    const own = mine.allocArray(Uint8Array, 100) as Uint8Array;
    const { numbers } = await ask({ do: 'make', bytes: [100, 30_000_000] });
    const big = numbers?.[1] as number;
    expect(mine.usableSize(big)).toBe(30_000_000);
    mine.u8(big + 29_999_990, 10).fill(1);
    mine.free(big);
    expect(new Uint8Array(mine.buffer)[big + 29_999_999]).toBe(0xdf);
    expect(own.buffer).not.toBe(mine.buffer);
    mine.free(own);
    expect(thrown(() => mine.free(own)).name).toBe('DoubleFreeError');
    expect(mine.flush()).toEqual([]);
    heap.destroy();
  });
});

test('an entry of a block that another guard freed goes when the table is swept', () => {
  const heap = newShared();
  const [maker, other] = [guardOf(heap), guardOf(heap)];
  // Both guards are thread 1: the numbers of their blocks agree, so that only the addresses and the bit tell.
  const live = makeHere(maker, 10);
  for (let i = 0; i < 5_000; i++) other.free(makeHere(maker, 10 + (i % 700)));
  expect(maker.leaks().groups).toMatchObject([{ blocks: 1, bytes: 10 }]);
  expect(maker.usableSize(live)).toBe(10);
});
