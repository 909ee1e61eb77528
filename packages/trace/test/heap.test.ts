/** Recordings of a real heap: of one thread, event by event, and of two Workers that free each other's blocks. */

import { Worker } from 'node:worker_threads';
import { createHeap, type Heap, type HeapOf, type PartsOf, type SharedHeap } from 'hakmem';
import { afterEach, describe, expect, test } from 'vitest';
import { decodeTrace, encodeTrace, FREE, MALLOC, REALLOC, recordTrace, type Trace } from '../src/index.js';
import type { Done, Task } from './worker.js';

const MIB = 1_048_576;
const heaps: Heap[] = [];

function newHeap<const M extends 'shared' | 'local'>(memory: M): HeapOf<PartsOf<{ readonly memory: M }>> {
  const heap = createHeap({ memory, maxBytes: 64 * MIB, env: false });
  heaps.push(heap);
  return heap;
}

afterEach(() => {
  for (const heap of heaps.splice(0)) heap.destroy();
});

/** How often each operation is in the trace, and how many objects are alive at its end. */
function counted({ op, objects }: Trace): { made: number; moved: number; freed: number; alive: number } {
  const freed = op.filter((each) => each === FREE).length;
  const moved = op.filter((each) => each === REALLOC).length;
  return { made: op.length - freed - moved, moved, freed, alive: objects - freed };
}

describe.each(['shared', 'local'] as const)('a %s heap of one thread', (memory) => {
  test('does the same with a recorder as without', () => {
    const heap = newHeap(memory);
    const before = heap.malloc(100);
    const recorder = recordTrace(heap);
    const array = recorder.allocArray(Float64Array, 16) as Float64Array;
    array.fill(1.5);
    const small = recorder.malloc(64);
    heap.u8(small, 64).fill(7);
    const grown = recorder.realloc(small, 500_000);
    expect(grown).not.toBe(small);
    expect(heap.u8(grown, 64)).toEqual(new Uint8Array(64).fill(7));
    expect(recorder.alignedAlloc(4_096, 10) % 4_096).toBe(0);
    recorder.free(array);
    recorder.free(before);
    recorder.free(grown);
    expect(() => recorder.free(grown)).toThrow(/free/);
    expect(recorder.malloc(3 * 1_024 * MIB)).toBe(0);
    const trace = recorder.trace();
    expect([...trace.size]).toEqual([128, 64, 500_000, 10, 0, 0]);
    expect([...trace.object]).toEqual([1, 2, 2, 3, 1, 2]);
    expect(heap.stats().blocks.live).toBe(1);
    expect(heap.verify().ok).toBe(true);
  });

  test('frees and gets the same addresses again without an event too many', () => {
    const heap = newHeap(memory);
    const recorder = recordTrace(heap, { maxEvents: 10_000 });
    const held: number[] = [];
    for (let i = 0; i < 4_000; i++) {
      held.push(recorder.malloc((i * 37) % 2_000));
      if (i % 3 > 0) recorder.free(held.splice((i * 7) % held.length, 1)[0]);
    }
    const freed = 4_000 - held.length;
    expect(recorder.dropped).toBe(0);
    expect(counted(recorder.trace())).toEqual({ made: 4_000, moved: 0, freed, alive: held.length });
  });
});

function start(task: Task): Promise<Done> {
  const worker = new Worker(new URL('./worker.mjs', import.meta.url), {
    workerData: task,
    execArgv: ['--conditions=@hakmem/source'],
  });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

const shared = (words: number): Int32Array => new Int32Array(new SharedArrayBuffer(4 * words));

/** Two Workers at once, `steps` each, over a log of this many entries. */
async function record(heap: SharedHeap, steps: number, maxEvents: number) {
  const recorder = recordTrace(heap, { maxEvents });
  const log = recorder.log as SharedArrayBuffer;
  const common = { handle: heap.handle, log, boxes: shared(64), ready: shared(1), workers: 2, steps };
  const done = await Promise.all([1, 2].map((seed) => start({ ...common, seed })));
  return { recorder, done, boxes: common.boxes };
}

describe('two Workers that free each other’s blocks', () => {
  test('make one trace without a fault and without a free of the recorder’s own', { timeout: 60_000 }, async () => {
    const heap = newHeap('shared');
    const { recorder, done, boxes } = await record(heap, 30_000, 400_000);
    const left = [...boxes].filter((address) => address !== 0);
    const sum = (of: (each: Done) => number): number => done.reduce((total, each) => total + of(each), 0);
    const trace = recorder.trace();
    expect(recorder.dropped).toBe(0);
    expect(decodeTrace(encodeTrace(trace))).toEqual(trace);
    expect(trace.threads).toBe(2);
    expect(counted(trace)).toEqual({
      made: 60_000,
      moved: sum(({ moved }) => moved),
      freed: sum(({ freed }) => freed),
      alive: left.length,
    });
    expect(heap.stats().blocks.live).toBe(left.length);

    // The threads are numbered in the order of their numbers in the heap, and each has its own events.
    const inOrder = [...done].sort((a, b) => a.thread - b.thread);
    inOrder.forEach(({ made }, tid) => {
      expect(trace.op.filter((op, i) => op === MALLOC && trace.tid[i] === tid)).toHaveLength(made);
    });
    const maker = new Map([...trace.object].map((object, i) => [object, trace.tid[i]] as const).reverse());
    const passed = trace.op.filter((op, i) => op === FREE && maker.get(trace.object[i]) !== trace.tid[i]);
    expect(passed.length).toBeGreaterThan(0);

    for (const address of left) recorder.free(address >>> 0);
    expect(recorder.trace()).toMatchObject({ events: trace.events + left.length, threads: 3 });
    expect(counted(recorder.trace()).alive).toBe(0);
    expect(heap.stats().blocks.live).toBe(0);
  });

  test('fill a log together: it has the first events, the others are counted', { timeout: 60_000 }, async () => {
    const { recorder, done } = await record(newHeap('shared'), 5_000, 3_000);
    const all = done.reduce((total, { made, moved, freed }) => total + made + moved + freed, 0);
    const trace = recorder.trace();
    expect(decodeTrace(encodeTrace(trace))).toEqual(trace);
    // A realloc takes two entries; the last of a Worker may have got one, and is none then.
    const entries = trace.events + counted(trace).moved;
    expect(entries).toBeGreaterThanOrEqual(2_998);
    expect(entries).toBeLessThanOrEqual(3_000);
    expect(trace.events + recorder.dropped).toBe(all);
  });
});
