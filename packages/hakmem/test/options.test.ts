/** Options and environment: defaults, ranges, which of the two wins, and errors that name the name, the value and the range. */

import { describe, expect, it } from 'vitest';
import { createHeap, type HeapOptions, OptionError } from '../src/index.ts';
import { heapOf, MIB } from './support.ts';

const RANGES: readonly [keyof HeapOptions, string | null, number, number][] = [
  ['warmPoolSize', 'HAKMEM_WARM_POOL_SIZE', 1, 16],
  ['prewarmCount', 'HAKMEM_TINY_PREWARM_COUNT', 0, 64],
  ['refillCountHot', 'HAKMEM_TINY_REFILL_COUNT_HOT', 1, 512],
  ['refillCountMid', 'HAKMEM_TINY_REFILL_COUNT_MID', 1, 512],
  ['drainInterval', 'HAKMEM_TINY_DRAIN_INTERVAL', 64, 65_536],
  ['poolRefillBatch', 'HAKMEM_POOL_REFILL_BATCH', 1, 4],
  ['prewarmSuperSlabs', null, 0, 2_048],
  ['retainSuperSlabs', null, 0, 2_048],
  ['maxBytes', null, 131_072, 2 ** 32],
];

describe('numbers', () => {
  for (const [option, variable, low, high] of RANGES) {
    it(`${option}: ${low} … ${high}`, () => {
      for (const good of [low, high]) expect(() => heapOf({ [option]: good })).not.toThrow();
      for (const bad of [low - 1, high + 1, low + 0.5, Number.NaN, '4', null, {}]) {
        expect(() => heapOf({ [option]: bad })).toThrow(OptionError);
        expect(() => heapOf({ [option]: bad })).toThrow(
          new RegExp(`^${option} is .*expected an integer from ${low} to ${high}`),
        );
      }
      if (variable === null) return;
      for (const good of [low, high])
        expect(() => createHeap({ maxBytes: MIB, env: { [variable]: `${good}` } })).not.toThrow();
      for (const bad of [`${low - 1}`, `${high + 1}`, 'abc', '1.5', '-', ' ']) {
        const make = (): unknown => createHeap({ maxBytes: MIB, env: { [variable]: bad } });
        expect(make).toThrow(
          new RegExp(`^${variable} is ${JSON.stringify(bad)}; expected an integer from ${low} to ${high}`),
        );
      }
      expect(() => createHeap({ maxBytes: MIB, env: { [variable]: '' } })).not.toThrow();
    });
  }
});

describe('flags and choices', () => {
  it('memory', () => {
    expect(heapOf({ memory: 'shared' }).buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(heapOf({ memory: 'local' }).buffer).toBeInstanceOf(ArrayBuffer);
    expect(() => heapOf({ memory: 'heap' as never })).toThrow(
      /^memory is "heap"; expected 'shared', 'local' or an address space/,
    );
  });

  it('profile', () => {
    expect(() => heapOf({ profile: 'fast' as never })).toThrow(
      /^profile is "fast"; expected one of full, conservative/,
    );
    expect(() => createHeap({ env: { HAKMEM_TINY_PROFILE: 'x' } })).toThrow(/^HAKMEM_TINY_PROFILE is "x"/);
    expect(heapOf({ profile: 'conservative' }).stats().blocks.cached).toBe(0);
    expect(heapOf({ profile: 'full' }).stats().blocks.cached).toBe(40 * 16);
  });

  it('booleans', () => {
    expect(() => heapOf({ slotSharing: 1 as never })).toThrow(/^slotSharing is 1; expected true or false/);
    expect(() => createHeap({ env: { HAKMEM_WARM_POOL_STATS: 'yes' } })).toThrow(
      /^HAKMEM_WARM_POOL_STATS is "yes"; expected 0 or 1/,
    );
  });

  it('unknown options and options that are no object', () => {
    expect(() => heapOf({ warmPool: 4 } as never)).toThrow(/^warmPool is 4; expected one of the options/);
    expect(() => createHeap(null as never)).toThrow(/^options is null; expected an object/);
  });
});

describe('what options do', () => {
  it('code wins over the environment, the environment over the default', () => {
    const cached = (options: HeapOptions): number =>
      createHeap({ maxBytes: 16 * MIB, ...options }).stats().blocks.cached;
    expect(cached({ env: {} })).toBe(40 * 16);
    expect(cached({ env: { HAKMEM_TINY_PREWARM_COUNT: '2' } })).toBe(40 * 2);
    expect(cached({ env: { HAKMEM_TINY_PREWARM_COUNT: '2' }, prewarmCount: 3 })).toBe(40 * 3);
    expect(cached({ env: false, prewarmCount: 0 })).toBe(0);
  });

  it('the process environment is read unless told not to', () => {
    process.env.HAKMEM_TINY_PREWARM_COUNT = '5';
    try {
      expect(createHeap({ maxBytes: 16 * MIB }).stats().blocks.cached).toBe(40 * 5);
      expect(heapOf().stats().blocks.cached).toBe(40 * 16);
    } finally {
      delete process.env.HAKMEM_TINY_PREWARM_COUNT;
    }
  });

  it('refill counts and batches', () => {
    const refilled = (options: HeapOptions, bytes: number): number => {
      const heap = heapOf({ prewarmCount: 0, ...options });
      heap.malloc(bytes);
      return heap.stats().cache.refilled;
    };
    expect(refilled({ refillCountHot: 1 }, 64)).toBe(1);
    expect(refilled({ refillCountHot: 5 }, 128)).toBe(5);
    expect(refilled({ refillCountMid: 7 }, 144)).toBe(7);
    expect(refilled({}, 64)).toBe(256);
    expect(refilled({ poolRefillBatch: 1 }, 262_144)).toBe(1);
    expect(refilled({ poolRefillBatch: 2 }, 262_144)).toBe(2);
  });

  it('prewarmed SuperSlabs are there, FREE, and retained', () => {
    const heap = heapOf({ memory: 'local', prewarmSuperSlabs: 6, prewarmCount: 0 });
    expect(heap.stats().superSlabs).toMatchObject({ free: 6, created: 6 });
    heap.free(heap.malloc(3 * MIB));
    expect(heap.stats().superSlabs).toMatchObject({ free: 6, created: 6, returned: 0 });
  });

  it('debug lines have one format and come only when asked for', () => {
    const lines: string[] = [];
    const run = (options: HeapOptions): string[] => {
      lines.length = 0;
      const heap = heapOf({
        memory: 'local',
        prewarmCount: 0,
        drainInterval: 64,
        retainSuperSlabs: 0,
        log: (line) => lines.push(line),
        ...options,
      });
      const live = Array.from({ length: 5_000 }, () => heap.malloc(100));
      for (const address of live) heap.free(address);
      heap.free(heap.malloc(100));
      heap.collect({ force: true });
      heap.destroy();
      return [...new Set(lines.map((line) => /^\[[A-Z_0-9]+\]/.exec(line)?.[0] ?? line))].sort();
    };
    expect(run({})).toEqual([]);
    expect(run({ debug: { acquire: true } })).toEqual(['[SP_ACQUIRE_STAGE2]', '[SP_ACQUIRE_STAGE3]']);
    expect(run({ debug: { free: true } })).toEqual(['[SS_FREE]']);
    expect(run({ debug: { drain: true } })).toEqual(['[TLS_SLL_DRAIN]']);
    expect(run({ debug: { lru: true } })).toContain('[SS_LRU_PUSH]');
    expect(run({ warmPoolStats: true })).toEqual(['[WARM_POOL]']);
    run({ env: { HAKMEM_SS_ACQUIRE_DEBUG: '1' } });
    expect(lines).toContain('[SP_ACQUIRE_STAGE2] class=6 using UNUSED slot (ss=0 slot=2)');
  });
});
