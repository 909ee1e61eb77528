/** Where blocks were made: which are sampled, what a stack shows, and what is left when the table is swept. */

import { describe, expect, test } from 'vitest';
import {
  type BlockSites,
  formatLeaks,
  type Ground,
  guarded,
  Link,
  poison,
  quarantine,
  redzones,
  type SiteOptions,
  sites,
} from '../src/index.js';
import { sampler } from '../src/sampler.js';
import { captureStack } from '../src/stack.js';
import { flip, newHeap, thrown } from './heaps.js';

const silent = { log: () => {} };
const make = (options: SiteOptions = {}) =>
  guarded(newHeap(), [redzones(), poison(), sites(options), quarantine()], silent);
type Made = ReturnType<typeof make>;

function here(heap: Made, bytes: number): number {
  return heap.malloc(bytes);
}
function there(heap: Made, bytes: number): number {
  return heap.calloc(1, bytes);
}
/** The function that a stack begins in. */
const top = (stack: string | null): string =>
  /^at (?:Module\.|Object\.)?(\S+) /.exec(stack ?? '')?.[1] ?? String(stack);

describe('leaks', () => {
  test('are grouped by site, largest first', () => {
    const heap = make();
    for (let i = 0; i < 3; i++) here(heap, 10);
    const freed = here(heap, 10);
    for (let i = 0; i < 2; i++) there(heap, 100);
    heap.free(freed);
    const report = heap.leaks();
    expect(report).toMatchObject({ blocks: 5, bytes: 230 });
    expect(report.groups.map(({ site, blocks, bytes }) => [top(site), blocks, bytes])).toEqual([
      ['there', 2, 200],
      ['here', 3, 30],
    ]);
    const lines = formatLeaks(report).split('\n');
    expect(lines[0]).toBe('230 bytes in 5 blocks live');
    expect(lines[1]).toBe('200 bytes in 2 blocks from');
    expect(lines[2]).toMatch(/^ {4}at there \(.*sites\.test\.ts:\d+:\d+\)$/);
    expect(formatLeaks(report, 1).split('\n').at(-1)).toBe('30 bytes in 3 blocks in 1 more groups');
  });

  test('every verb that makes a block has its site, and realloc a new one', () => {
    const heap = make();
    const verbs = {
      calloc: () => heap.calloc(2, 8),
      alignedAlloc: () => heap.alignedAlloc(64, 8),
      allocArray: () => heap.allocArray(Float64Array, 1)?.byteOffset,
      fresh: () => heap.realloc(0, 8),
    };
    for (const verb of Object.values(verbs)) verb();
    const moves = (): number => heap.realloc(here(heap, 5), 50);
    moves();
    const tops = heap
      .leaks()
      .groups.map(({ site }) => top(site))
      .sort();
    expect(tops).toEqual(['allocArray', 'alignedAlloc', 'calloc', 'fresh', 'moves'].sort());
  });

  test('what is not sampled is one group', () => {
    const heap = make({ every: 3 });
    for (let i = 0; i < 7; i++) here(heap, 10);
    const { groups } = heap.leaks();
    expect(groups.map(({ site, blocks, bytes }) => [site === null, blocks, bytes])).toEqual([
      [true, 5, 50],
      [false, 2, 20],
    ]);
    expect(formatLeaks(heap.leaks())).toContain('50 bytes in 5 blocks not sampled');
  });

  test('a block in an address of a sampled one that is gone has no site', () => {
    const heap = guarded(newHeap(), [sites({ every: 2 })], silent);
    heap.malloc(64);
    const sampled = heap.malloc(64);
    heap.free(sampled);
    expect(heap.malloc(64)).toBe(sampled);
    expect(heap.leaks().groups).toEqual([{ site: null, blocks: 2, bytes: 128 }]);
  });

  test('nothing is nothing', () => {
    expect(formatLeaks(make().leaks())).toBe('no leaks');
  });
});

test('a fault has the sites of malloc and free', () => {
  const heap = make();
  const block = here(heap, 40);
  const frees = (): void => heap.free(block);
  frees();
  flip(heap, block);
  const [fault] = heap.flush();
  expect(top(fault.sites.allocated)).toBe('here');
  expect(top(fault.sites.freed)).toBe('frees');
  expect(fault.message).toMatch(/\n {2}allocated\n {4}at here .*\n/);
  expect(fault.message).toMatch(/\n {2}freed\n {4}at frees .*/);
  const live = here(heap, 40);
  flip(heap, live + 40);
  const error = thrown(() => heap.free(live)) as unknown as typeof fault;
  expect([top(error.sites.allocated), error.sites.freed]).toEqual(['here', null]);
  flip(heap, live - 32);
  expect(top((thrown(() => heap.free(live)) as unknown as typeof fault).sites.allocated)).toBe('here');
});

describe('the table', () => {
  /** Blocks at 16, 32, …, with the stamps that the test sets. */
  class Blocks extends Link {
    readonly stamps = new Map<number, number>();
    #next = 0;
    override take(): number {
      this.#next += 16;
      this.stamps.set(this.#next, this.#next);
      return this.#next;
    }
    override retire(): boolean {
      return true;
    }
    override stamp(address: number): number {
      return this.stamps.get(address) ?? 0;
    }
    override sites(): BlockSites {
      return { allocated: null, freed: null };
    }
  }
  const FREED = 2 ** 31;

  test('is swept of what others have freed or made anew, and of nothing else', () => {
    const blocks = new Blocks(null as unknown as Link);
    const layer = sites({ frames: 1 }).build({ entry: () => undefined } as unknown as Ground, blocks);
    const take = (): number => layer.take(1, 16, 'malloc');
    const [live, freedElsewhere, madeAnew, freedHere, lost] = [take(), take(), take(), take(), take()];
    layer.retire(freedHere, 1, 'free');
    const now = { [freedElsewhere]: FREED + freedElsewhere, [madeAnew]: 7, [freedHere]: FREED + freedHere, [lost]: 0 };
    for (const [address, stamp] of Object.entries(now)) blocks.stamps.set(Number(address), stamp);
    for (let i = 5; i < 1_024; i++) take();
    for (const address of [live, freedElsewhere, madeAnew, freedHere, lost]) blocks.stamps.set(address, address);
    const known = (address: number): boolean => layer.sites(address).allocated !== null;
    expect([live, freedElsewhere, madeAnew, freedHere, lost].map(known)).toEqual([true, false, false, true, false]);
    expect(known(16 * 1_000)).toBe(true);
    blocks.stamps.set(live, 3);
    expect(known(live)).toBe(false);
  });

  test('forgets what was at an address that is handed out again and not sampled', () => {
    const heap = newHeap();
    const [maker, other] = [guarded(heap, [sites({ every: 2 })], silent), guarded(heap, [], silent)];
    maker.malloc(64);
    const sampled = maker.malloc(64);
    other.free(sampled);
    expect(maker.malloc(64)).toBe(sampled);
    expect(maker.leaks().groups).toEqual([{ site: null, blocks: 2, bytes: 128 }]);
  });

  test('forgets a block when it goes back to the heap', () => {
    const heap = guarded(newHeap(), [sites()], silent);
    const block = heap.malloc(64);
    heap.free(block);
    heap.heap.malloc(64);
    expect(heap.leaks().groups).toEqual([{ site: null, blocks: 1, bytes: 64 }]);
  });
});

describe('stacks', () => {
  function outer(frames: number): string {
    return inner(frames);
  }
  function inner(frames: number): string {
    return captureStack(inner, frames);
  }

  test('begin behind the function that was called and have as many frames as asked for', () => {
    const stack = outer(2).split('\n');
    expect(stack).toHaveLength(2);
    expect(top(stack[0])).toBe('outer');
    expect(outer(50).split('\n').length).toBeGreaterThan(2);
    expect(outer(50)).not.toContain('node:internal');
  });

  test('leave Error.stackTraceLimit as it was, and work when it cannot be set', () => {
    const before = Error.stackTraceLimit;
    try {
      Error.stackTraceLimit = 3;
      expect(outer(5).split('\n')).toHaveLength(5);
      expect(Error.stackTraceLimit).toBe(3);
      Object.defineProperty(Error, 'stackTraceLimit', { value: 1, writable: false, configurable: true });
      expect(outer(5).split('\n')).toHaveLength(1);
      Object.defineProperty(Error, 'stackTraceLimit', { value: undefined, writable: true, configurable: true });
      outer(5);
      expect(Error.stackTraceLimit).toBe(undefined);
    } finally {
      Object.defineProperty(Error, 'stackTraceLimit', { value: before, writable: true, configurable: true });
    }
  });

  test('are read where the engine has no captureStackTrace, and are empty where it says nothing', () => {
    const { captureStackTrace, prepareStackTrace } = Error;
    try {
      Object.defineProperty(Error, 'captureStackTrace', { value: undefined, writable: true, configurable: true });
      expect(outer(9)).toContain('outer');
      Object.defineProperty(Error, 'captureStackTrace', { value: captureStackTrace });
      Error.prepareStackTrace = () => 5;
      expect(outer(3)).toBe('');
    } finally {
      Object.defineProperty(Error, 'captureStackTrace', { value: captureStackTrace });
      Error.prepareStackTrace = prepareStackTrace;
    }
  });
});

describe('sampling', () => {
  const picks = (mean: number, seed: number | null, weights: number[]): number[] => {
    const sample = sampler(mean, seed);
    return weights.map((weight, i) => (sample(weight) ? i : -1)).filter((i) => i >= 0);
  };
  const ones = (n: number): number[] => new Array(n).fill(1);

  test('by count, each nth', () => {
    expect(picks(1, null, ones(3))).toEqual([0, 1, 2]);
    expect(picks(3, null, ones(10))).toEqual([2, 5, 8]);
  });

  test('by bytes, one for each so many', () => {
    expect(picks(100, null, [30, 30, 30, 30, 500, 1, 99, 0])).toEqual([3, 4, 6]);
  });

  test('by seed: the same again, another for another seed, the mean as asked for', () => {
    const first = picks(10, 1, ones(100_000));
    expect(picks(10, 1, ones(100_000))).toEqual(first);
    expect(picks(10, 2, ones(100_000))).not.toEqual(first);
    expect(first.length).toBeGreaterThan(9_700);
    expect(first.length).toBeLessThan(10_300);
    const distances = new Set(first.slice(1).map((at, i) => at - first[i]));
    expect([...distances].sort((a, b) => a - b)).toEqual(Array.from({ length: 19 }, (_, i) => i + 1));
  });

  test('by bytes through the layer', () => {
    const heap = make({ everyBytes: 1_000 });
    for (let i = 0; i < 10; i++) here(heap, 100);
    there(heap, 5_000);
    expect(heap.leaks().groups.map(({ site, blocks }) => [top(site), blocks])).toEqual([
      ['there', 1],
      ['null', 9],
      ['here', 1],
    ]);
  });

  test('options out of their range', () => {
    const wrong: SiteOptions[] = [
      { every: 0 },
      { everyBytes: 0 },
      { every: 1, everyBytes: 1 },
      { seed: -1 },
      { frames: 0 },
    ];
    for (const options of wrong) expect(thrown(() => sites(options)).name).toBe('OptionError');
  });
});
