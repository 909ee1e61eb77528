/** What becomes an event and what does not, call by call, over a heap that answers what the test says. */

import { beforeEach, describe, expect, test, vi } from 'vitest';
import { decodeTrace, encodeTrace, type Recorder, recordTrace, type Trace } from '../src/index.js';
import { FakeHeap } from './fake-heap.js';
import { faultOf } from './faults.js';

const VERBS = ['', 'malloc', 'free', 'calloc', 'realloc', 'memalign'];

/** One line per event: verb, object, size, and alignment and thread where they are not 0. */
function listed(trace: Trace): string[] {
  expect(decodeTrace(encodeTrace(trace))).toEqual(trace);
  return [...trace.op].map((op, i) => {
    const aligned = trace.alignLog2[i] > 0 ? ` at 2^${trace.alignLog2[i]}` : '';
    const thread = trace.tid[i] > 0 ? ` by ${trace.tid[i]}` : '';
    return `${VERBS[op]} ${trace.object[i]}: ${trace.size[i]}${aligned}${thread}`;
  });
}

let heap: FakeHeap;
let recorder: Recorder;

beforeEach(() => {
  heap = new FakeHeap();
  recorder = recordTrace(heap);
});

/** Makes the block at this address with this many bytes. */
function make(address: number, bytes = 10, by: Recorder = recorder): void {
  heap.next = address;
  expect(by.malloc(bytes)).toBe(address);
}

/** Moves a block from one address to another. */
function move(from: number, to: number, bytes = 20, by: Recorder = recorder): void {
  heap.next = to;
  expect(by.realloc(from, bytes)).toBe(to);
}

describe('every verb is an event', () => {
  test('malloc, of 0 bytes too', () => {
    make(16, 100);
    make(32, 0);
    make(2 ** 32 - 16, 2 ** 32 - 1);
    expect(listed(recorder.trace())).toEqual(['malloc 1: 100', 'malloc 2: 0', `malloc 3: ${2 ** 32 - 1}`]);
  });

  test('calloc and allocArray, of their bytes', () => {
    heap.next = 16;
    expect(recorder.calloc(3, 7)).toBe(16);
    heap.next = 64;
    expect(recorder.allocArray(Float64Array, 5)).toEqual(new Float64Array(5));
    expect(listed(recorder.trace())).toEqual(['calloc 1: 21', 'calloc 2: 40']);
  });

  test('alignedAlloc, with log2 of the alignment', () => {
    for (const [i, alignment] of [1, 64, 2 ** 31].entries()) {
      heap.next = 16 * (i + 1);
      recorder.alignedAlloc(alignment, 5);
    }
    expect(listed(recorder.trace())).toEqual(['memalign 1: 5', 'memalign 2: 5 at 2^6', 'memalign 3: 5 at 2^31']);
  });

  test('free, by address and by array', () => {
    make(16);
    heap.next = 64;
    const array = recorder.allocArray(Uint8Array, 8) as Uint8Array;
    recorder.free(array);
    recorder.free(16);
    expect(heap.freed).toEqual([array, 16]);
    expect(listed(recorder.trace())).toEqual(['malloc 1: 10', 'calloc 2: 8', 'free 2: 0', 'free 1: 0']);
  });

  test('realloc, in place and to another address, keeps its object', () => {
    make(16);
    move(16, 16, 12);
    move(16, 64, 99);
    make(16);
    recorder.free(64);
    const wanted = ['malloc 1: 10', 'realloc 1: 12', 'realloc 1: 99', 'malloc 2: 10', 'free 1: 0'];
    expect(listed(recorder.trace())).toEqual(wanted);
  });

  test('realloc of address 0 is a malloc, and takes no more room', () => {
    recorder = recordTrace(heap, { maxEvents: 2 });
    move(0, 16, 50);
    move(0, 32, 51);
    expect(listed(recorder.trace())).toEqual(['malloc 1: 50', 'malloc 2: 51']);
  });
});

describe('no event', () => {
  test('what got no memory; a block that could not be reallocated lives on', () => {
    make(16);
    heap.next = 0;
    expect([recorder.malloc(5), recorder.calloc(1, 5), recorder.alignedAlloc(64, 5)]).toEqual([0, 0, 0]);
    expect(recorder.allocArray(Uint8Array, 5)).toBeNull();
    expect([recorder.realloc(0, 5), recorder.realloc(16, 5)]).toEqual([0, 0]);
    recorder.free(16);
    expect(listed(recorder.trace())).toEqual(['malloc 1: 10', 'free 1: 0']);
    expect(recorder.dropped).toBe(0);
  });

  test('what threw; the error comes through, and the block lives on', () => {
    make(16);
    heap.fault = new RangeError('as the heap says');
    const calls = [
      () => recorder.malloc(-1),
      () => recorder.calloc(1, -1),
      () => recorder.alignedAlloc(3, 1),
      () => recorder.allocArray(Uint8Array, -1),
      () => recorder.realloc(16, -1),
      () => recorder.free(16),
    ];
    for (const call of calls) expect(call).toThrow(heap.fault);
    heap.fault = null;
    recorder.free(16);
    expect(listed(recorder.trace())).toEqual(['malloc 1: 10', 'free 1: 0']);
    expect(recorder.dropped).toBe(0);
  });

  test('a free of address 0', () => {
    recorder.free(0);
    expect(heap.freed).toEqual([0]);
    expect(listed(recorder.trace())).toEqual([]);
    expect(recorder.dropped).toBe(0);
  });

  test('a free of a block that was live before; its realloc makes it', () => {
    recorder.free(16);
    move(32, 48, 30);
    recorder.free(48);
    expect(heap.freed).toEqual([16, 48]);
    expect(listed(recorder.trace())).toEqual(['malloc 1: 30', 'free 1: 0']);
  });
});

test('a block that is given out again was freed past the recorder', () => {
  make(16);
  make(32);
  make(16, 11);
  move(16, 32, 12);
  recorder.free(32);
  const first = ['malloc 1: 10', 'malloc 2: 10', 'free 1: 0', 'malloc 3: 11'];
  expect(listed(recorder.trace())).toEqual([...first, 'free 2: 0', 'realloc 3: 12', 'free 3: 0']);
});

describe('a full log', () => {
  test('has the first events, counts the others, and passes all of them on', () => {
    recorder = recordTrace(heap, { maxEvents: 2 });
    make(16);
    make(32);
    make(48);
    recorder.free(16);
    move(32, 64);
    expect(heap.freed).toEqual([16]);
    expect(listed(recorder.trace())).toEqual(['malloc 1: 10', 'malloc 2: 10']);
    expect(recorder.dropped).toBe(3);
  });

  test('with room for half of a realloc: the block lives on, where is not known', () => {
    recorder = recordTrace(heap, { maxEvents: 3 });
    const other = recordTrace(heap, { thread: 1, log: recorder.log });
    make(16);
    heap.realloc = () => {
      make(16, 11, other);
      return 32;
    };
    recorder.realloc(16, 20);
    expect(recorder.dropped).toBe(1);
    expect(listed(recorder.trace())).toEqual(['malloc 1: 10', 'malloc 2: 11 by 1']);
  });

  test('that another thread fills after this one has looked', () => {
    recorder = recordTrace(heap, { maxEvents: 1 });
    const load = Atomics.load;
    vi.spyOn(Atomics, 'load').mockImplementation(((words: Uint32Array, at: number) => {
      const seen = load(words, at);
      if (at === 1) Atomics.add(words, 1, 1);
      return seen;
    }) as typeof Atomics.load);
    make(16);
    vi.restoreAllMocks();
    expect(listed(recorder.trace())).toEqual([]);
    expect(recorder.dropped).toBe(1);
  });

  test('does not count what is no event', () => {
    recorder = recordTrace(heap, { maxEvents: 1 });
    make(16);
    heap.next = 0;
    recorder.malloc(1);
    recorder.realloc(16, 1);
    recorder.free(0);
    expect(recorder.dropped).toBe(0);
  });

  test('stays full however long it goes on', () => {
    recorder = recordTrace(heap, { maxEvents: 1 });
    for (let i = 0; i < 10_000; i++) make(16);
    expect(recorder.dropped).toBe(9_999);
    expect(new Uint32Array(recorder.log)[1]).toBe(1);
  });
});

test('what does not fit into 32 bits is dropped and counted', () => {
  make(2 ** 32);
  make(16, 2 ** 32);
  make(16.5);
  recorder.free(2 ** 32);
  expect(listed(recorder.trace())).toEqual([]);
  expect(recorder.dropped).toBe(4);
});

describe('stop', () => {
  test('ends the recording, not the heap', () => {
    make(16);
    recorder.stop();
    make(32);
    move(32, 48);
    recorder.free(16);
    expect(heap.freed).toEqual([16]);
    expect(listed(recorder.trace())).toEqual(['malloc 1: 10']);
    expect(recorder.dropped).toBe(0);
  });

  test('ends it for the recorders of all threads', () => {
    const other = recordTrace(heap, { thread: 1, log: recorder.log });
    make(16, 10, other);
    recorder.stop();
    make(32, 10, other);
    expect(listed(other.trace())).toEqual(['malloc 1: 10']);
  });
});

describe('several recorders over one log', () => {
  test('make one trace, in the order of their calls; threads are numbered without gaps', () => {
    const [second, ninth] = [2, 9].map((thread) => recordTrace(heap, { thread, log: recorder.log }));
    make(16, 1, ninth);
    make(32, 2);
    recorder.free(16);
    make(16, 3, second);
    move(32, 48, 4, ninth);
    expect(listed(ninth.trace())).toEqual([
      'malloc 1: 1 by 2',
      'malloc 2: 2',
      'free 1: 0',
      'malloc 3: 3 by 1',
      'realloc 2: 4 by 2',
    ]);
    expect(recorder.trace()).toMatchObject({ events: 5, objects: 3, threads: 3 });
    expect(recorder.trace()).toEqual(second.trace());
  });

  test('another thread gets the old address of a block and frees the new one before the realloc has returned', () => {
    const other = recordTrace(heap, { thread: 1, log: recorder.log });
    make(16, 1);
    make(32, 2, other);
    heap.realloc = () => {
      other.free(32);
      make(16, 3, other);
      return 32;
    };
    recorder.realloc(16, 4);
    recorder.free(16);
    recorder.free(32);
    expect(listed(recorder.trace())).toEqual([
      'malloc 1: 1',
      'malloc 2: 2 by 1',
      'free 2: 0 by 1',
      'malloc 3: 3 by 1',
      'realloc 1: 4',
      'free 3: 0',
      'free 1: 0',
    ]);
  });

  test('another thread gets a block before the free of it has returned', () => {
    const other = recordTrace(heap, { thread: 1, log: recorder.log });
    make(16);
    heap.free = () => make(16, 11, other);
    recorder.free(16);
    expect(listed(recorder.trace())).toEqual(['malloc 1: 10', 'free 1: 0', 'malloc 2: 11 by 1']);
  });

  test('a thread that ends in the middle of a free, or of a realloc, leaves the trace sound', () => {
    make(16);
    make(32);
    // An end of a Worker in the heap's call: what comes after it is not done.
    heap.fault = new Error('ended');
    expect(() => recorder.free(16)).toThrow('ended');
    expect(() => recorder.realloc(32, 5)).toThrow('ended');
    heap.fault = null;
    const other = recordTrace(heap, { thread: 1, log: recorder.log });
    make(16, 11, other);
    make(32, 12, other);
    expect(listed(other.trace())).toEqual([
      'malloc 1: 10',
      'malloc 2: 10',
      'free 1: 0 by 1',
      'malloc 3: 11 by 1',
      'free 2: 0 by 1',
      'malloc 4: 12 by 1',
    ]);
  });
});

describe('options', () => {
  test('the thread is the heap’s unless given', () => {
    const numbered = Object.assign(new FakeHeap(), { threadId: 7 });
    const first = recordTrace(numbered);
    const other = recordTrace(numbered, { thread: 3, log: first.log });
    numbered.next = 16;
    first.malloc(1);
    numbered.next = 32;
    other.malloc(2);
    expect(listed(first.trace())).toEqual(['malloc 1: 1 by 1', 'malloc 2: 2']);
  });

  test('a trace without events has one thread', () => {
    expect(recorder.trace()).toMatchObject({ events: 0, threads: 1, objects: 0 });
  });

  test.each<[string, Parameters<typeof recordTrace>[1]]>([
    ['thread -1', { thread: -1 }],
    ['thread 256', { thread: 256 }],
    ['thread 0.5', { thread: 0.5 }],
    ['maxEvents 0', { maxEvents: 0 }],
    ['maxEvents 2^24 + 1', { maxEvents: 2 ** 24 + 1 }],
    ['maxEvents NaN', { maxEvents: Number.NaN }],
    ['a log that is no log', { log: new SharedArrayBuffer(28) }],
    ['a log of another length', { log: new SharedArrayBuffer(30) }],
    ['a log without entries', { log: new SharedArrayBuffer(0) }],
    ['a copy of a log', { log: new ArrayBuffer(28) }],
  ])('refuses %s', (_, options) => {
    expect(faultOf(() => recordTrace(heap, options))).toBe('option');
  });

  test('refuses a copy of a real log, a longer one, and maxEvents beside a log', () => {
    const { log } = recordTrace(heap, { maxEvents: 2 });
    const words = new Uint32Array(log);
    const copy = words.slice().buffer;
    const longer = new SharedArrayBuffer(log.byteLength + 4);
    new Uint32Array(longer).set(words);
    expect(faultOf(() => recordTrace(heap, { log: copy }))).toBe('option');
    expect(faultOf(() => recordTrace(heap, { log: longer }))).toBe('option');
    expect(faultOf(() => recordTrace(heap, { log, maxEvents: 2 }))).toBe('option');
    expect(faultOf(() => recordTrace(heap, { log }))).toBe('none');
  });
});
