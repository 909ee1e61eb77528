/** Letting go: overflow, retirement, drains and flushAll; and when changes of the policy act. */

import { clause, MAX_CAP, PAGE_SHIFT, SPAN_BLOCKS } from '@hakmem/contracts';
import { describe, expect, test } from 'vitest';
import { CLASSES, MID_PAIR, MID_SINGLE, MID_SPAN, SMALLEST, TINY_256, TINY_1024 } from './classes.js';
import { setUp } from './set-up.js';

const pages = (addresses: readonly number[]): Set<number> =>
  new Set(addresses.map((address) => address >>> PAGE_SHIFT));
const ascending = (addresses: readonly number[]): number[] => [...addresses].sort((a, b) => a - b);

describe(clause('CACHE-5'), () => {
  test('a full stack of 8 lets the 4 blocks go that were given first, and keeps the one that overflowed it', () => {
    const { cache, take, give, cached, source, setCap, setBatch, problems } = setUp();
    setCap(TINY_1024, 8);
    setBatch(TINY_1024, 9);
    const addresses = take(TINY_1024, 16);
    give(TINY_1024, addresses.slice(0, 8));
    expect(cache.stats().flushes).toBe(0);
    give(TINY_1024, addresses.slice(8, 9));
    expect(cached(TINY_1024)).toEqual(ascending(addresses.slice(4, 9)));
    expect(source.room(1)).toBe(64 - 16 + 4);
    expect(cache.stats()).toMatchObject({ flushes: 1, flushed: 4, drains: 0, retired: 0 });
    expect(problems()).toEqual([]);
  });

  test.each(CLASSES)('class %i: with the full cap, half of the stack goes', (sizeClass) => {
    const cap = MAX_CAP[sizeClass];
    const { cache, take, give, cached, problems } = setUp({ pageLimit: 64 });
    const addresses = take(sizeClass, cap + 1);
    cache.flushAll();
    give(sizeClass, addresses);
    expect(cached(sizeClass)).toEqual(ascending(addresses.slice(cap - Math.floor(cap / 2))));
    expect(problems()).toEqual([]);
  });

  test('a stack of one keeps the last block given', () => {
    const { take, give, cached, setCap, problems } = setUp();
    setCap(TINY_256, 1);
    const addresses = take(TINY_256, 5);
    for (const address of addresses) {
      give(TINY_256, [address]);
      expect(cached(TINY_256)).toEqual([address]);
      expect(problems()).toEqual([]);
    }
  });

  test('spans of one block are retired as they overflow, and no others', () => {
    const { take, give, cached, source, setCap, setBatch, problems } = setUp();
    setCap(MID_SINGLE, 4);
    setBatch(MID_SINGLE, 1);
    const addresses = take(MID_SINGLE, 6);
    give(MID_SINGLE, addresses.slice(0, 4));
    expect(source.retired).toEqual([]);
    give(MID_SINGLE, addresses.slice(4, 5));
    expect(new Set(source.retired)).toEqual(pages(addresses.slice(0, 2)));
    expect(cached(MID_SINGLE)).toEqual(ascending(addresses.slice(2, 5)));
    expect(problems()).toEqual([]);
  });

  test('a slab of several blocks is retired by the flush that lets its last cached block go', () => {
    const { cache, take, give, source, setCap, setBatch, problems } = setUp();
    setCap(MID_PAIR, 4);
    setBatch(MID_PAIR, 2);
    const [a, b, c, d, e, f] = take(MID_PAIR, 6);
    give(MID_PAIR, [a, c, d, e, b]); // a and c go: each has a neighbour that is cached or live
    expect(source.retired).toEqual([]);
    give(MID_PAIR, [f]); // cached: d e b f; full again
    const [g] = take(MID_PAIR, 1); // f
    expect(g).toBe(f);
    give(MID_PAIR, [g]);
    const extra = cache.stats().retired;
    expect(extra).toBe(0);
    cache.flushAll();
    expect(new Set(source.retired)).toEqual(pages([a, c, e]));
    expect(cache.stats().retired).toBe(3);
    expect(problems()).toEqual([]);
  });

  test('the block that overflows the stack is not let go with the others, though all else of its slab is room', () => {
    const { take, give, source, setCap, cached, problems } = setUp();
    setCap(MID_PAIR, 1);
    const [a, b] = take(MID_PAIR, 2);
    give(MID_PAIR, [a, b]);
    expect(cached(MID_PAIR)).toEqual([b]);
    expect(source.retired).toEqual([]);
    expect(problems()).toEqual([]);
  });
});

describe(clause('CACHE-6'), () => {
  test('a drain retires slabs whose blocks are cached or room, and leaves the others as they are', () => {
    const { cache, take, give, cached, source, setCap, setBatch, problems } = setUp();
    setCap(TINY_1024, 8);
    setBatch(TINY_1024, 8);
    const addresses = take(TINY_1024, 72); // a whole slab, and the first refill of a second
    const [first, second] = source.made;
    give(TINY_1024, addresses.slice(0, 62));
    give(TINY_1024, addresses.slice(66, 68));
    give(TINY_1024, addresses.slice(62, 64));
    const before = cached(TINY_1024).filter((address) => address >>> PAGE_SHIFT === second);
    const room = source.room(second);
    expect(before).toHaveLength(2);
    expect(source.retired).toEqual([]);
    cache.drain(TINY_1024);
    expect(source.retired).toEqual([first]);
    expect(cached(TINY_1024)).toEqual(before);
    expect(source.room(second)).toBe(room);
    expect(cache.stats()).toMatchObject({ drains: 1, retired: 1 });
    expect(problems()).toEqual([]);
  });

  test.each(CLASSES)('class %i: with all given back, a drain retires every slab and empties the stack', (sizeClass) => {
    const { cache, take, give, cached, source, live, problems } = setUp({ pageLimit: 128 });
    give(sizeClass, take(sizeClass, Math.min(100, 6 * SPAN_BLOCKS[sizeClass])));
    cache.drain(sizeClass);
    expect(cached(sizeClass)).toEqual([]);
    expect(source.slabs()).toEqual([]);
    expect(new Set(source.retired).size).toBe(source.made.length);
    expect(cache.stats().retired).toBe(source.made.length);
    expect(live.every((byte) => byte === 0)).toBe(true);
    expect(problems()).toEqual([]);
    give(sizeClass, take(sizeClass, 3));
    expect(problems()).toEqual([]);
  });

  test('what is kept stays in the order of its giving', () => {
    const { cache, take, give, setBatch } = setUp();
    setBatch(TINY_1024, 1);
    const [, ...mixed] = take(TINY_1024, 5);
    const [lone] = take(MID_SINGLE, 1);
    give(TINY_1024, mixed);
    give(MID_SINGLE, [lone]);
    cache.drain(TINY_1024);
    expect(take(TINY_1024, 4)).toEqual(mixed.toReversed());
  });

  test('comes by itself with the overflow that completes the interval, class by class', () => {
    const { cache, take, give, cached, source, setCap, setBatch, setInterval, problems } = setUp();
    setInterval(12);
    for (const sizeClass of [TINY_1024, TINY_256]) {
      setCap(sizeClass, 8);
      setBatch(sizeClass, 8);
    }
    // At full stacks every 9th block given, then every 4th, lets 4 go; the third flush in turn completes the 12.
    give(TINY_256, take(TINY_256, 32).slice(0, 16));
    expect(cache.stats()).toMatchObject({ flushed: 8, drains: 0 });
    const addresses = take(TINY_1024, 72);
    const first = addresses[0] >>> PAGE_SHIFT;
    give(TINY_1024, addresses.slice(0, 16));
    expect(cache.stats()).toMatchObject({ flushed: 16, drains: 0 });
    give(TINY_1024, addresses.slice(16, 17));
    expect(cache.stats()).toMatchObject({ flushed: 20, drains: 1, retired: 0 });
    give(TINY_1024, addresses.slice(17, 64));
    expect(cached(TINY_1024).every((address) => address >>> PAGE_SHIFT === first)).toBe(true);
    expect(cache.stats()).toMatchObject({ drains: 4, retired: 0 });
    give(TINY_1024, addresses.slice(64, 65)); // of the second slab
    expect(cache.stats()).toMatchObject({ drains: 5, retired: 1 });
    expect(source.retired).toEqual([first]);
    expect(cached(TINY_1024)).toEqual([addresses[64]]);
    expect(problems()).toEqual([]);
  });

  test('counts the blocks let go, and begins anew after each drain', () => {
    const { cache, take, give, setCap, setBatch, setInterval } = setUp();
    setInterval(10);
    setCap(SMALLEST, 8);
    setBatch(SMALLEST, 8);
    const addresses = take(SMALLEST, 201);
    const drainsAt: number[] = [];
    for (const address of addresses) {
      const { drains } = cache.stats();
      give(SMALLEST, [address]);
      if (cache.stats().drains !== drains) drainsAt.push(cache.stats().flushed);
    }
    // 4 blocks go at a time; the third flush passes 10.
    expect(drainsAt.slice(0, 3)).toEqual([12, 24, 36]);
  });

  test('a drain that was asked for begins the interval anew', () => {
    const { cache, take, give, setCap, setInterval } = setUp();
    setInterval(8);
    setCap(TINY_256, 8);
    const addresses = take(TINY_256, 40);
    cache.flushAll();
    const { drains } = cache.stats();
    give(TINY_256, addresses.slice(0, 13));
    cache.drain(TINY_256);
    give(TINY_256, addresses.slice(13, 17));
    // One by the interval, which the blocks of flushAll had completed, and the one asked for; 4 blocks since then.
    expect(cache.stats().drains - drains).toBe(2);
  });

  test('a drain is told to the log, nothing else is', () => {
    const lines: string[] = [];
    const { cache, take, give } = setUp({ log: (line) => lines.push(line) });
    give(TINY_256, take(TINY_256, 40));
    cache.flushAll();
    expect(lines).toEqual([]);
    const [kept] = take(TINY_256, 1);
    give(MID_SINGLE, take(MID_SINGLE, 1));
    cache.drain(TINY_256);
    cache.drain(MID_SINGLE);
    expect(lines[0]).toMatch(/^\[TLS_SLL_DRAIN\] class=15 kept=\d+ dropped=0$/);
    expect(lines[1]).toMatch(/^\[TLS_SLL_DRAIN\] class=95 kept=0 dropped=\d+$/);
    expect(lines).toHaveLength(2);
    expect(kept).toBeGreaterThan(0);
  });
});

describe('flushAll', () => {
  test('lets go of everything cached, retires what is all room, offers what has room', () => {
    const { cache, take, give, cached, source, live, problems } = setUp({ pageLimit: 256 });
    const kept: number[] = [];
    for (const sizeClass of CLASSES) {
      const addresses = take(sizeClass, 5);
      if (sizeClass !== MID_SINGLE) kept.push(addresses[0]);
      give(sizeClass, sizeClass === MID_SINGLE ? addresses : addresses.slice(1));
    }
    cache.flushAll();
    for (const sizeClass of CLASSES) expect(cached(sizeClass)).toEqual([]);
    expect(source.slabs().map(({ head }) => head)).toEqual([...pages(kept)].sort((a, b) => a - b));
    for (const address of kept) expect(live[address >>> 4]).toBe(1);
    expect(problems()).toEqual([]);
    const { flushes } = cache.stats();
    cache.flushAll();
    expect(cache.stats().flushes).toBe(flushes);
  });

  test('drops without reading or writing the live bytes', () => {
    const touched: string[] = [];
    const spy = <T extends object>(array: T): T =>
      new Proxy(array, {
        get: (target, key) => {
          touched.push(String(key));
          return Reflect.get(target, key, target);
        },
        set: (target, key, value) => {
          touched.push(String(key));
          return Reflect.set(target, key, value, target);
        },
      });
    const { cache, take, give } = setUp({
      wrap: (scope) => ({ ...scope, records: { ...scope.records, live: spy(scope.records.live) } }),
    });
    give(TINY_256, take(TINY_256, 20));
    expect(touched.length).toBeGreaterThan(0);
    touched.length = 0;
    cache.flushAll();
    expect(touched).toEqual([]);
  });
});

describe(clause('GENERAL-B'), () => {
  test('a new batch acts at the next refill', () => {
    const { cache, take, cached, setBatch } = setUp();
    setBatch(TINY_256, 8);
    take(TINY_256, 1);
    setBatch(TINY_256, 3);
    expect(cached(TINY_256)).toHaveLength(7);
    take(TINY_256, 7);
    expect(cache.stats().refills).toBe(1);
    take(TINY_256, 1);
    expect(cached(TINY_256)).toHaveLength(2);
  });

  test('a batch below 1 is taken for 1', () => {
    for (const batch of [0, -5]) {
      const { cache, cached, setBatch } = setUp();
      setBatch(TINY_256, batch);
      expect(cache.take(TINY_256)).not.toBe(0);
      expect(cached(TINY_256)).toEqual([]);
    }
  });

  test('a lower cap drops nothing by itself; the next overflow brings the stack down to it', () => {
    const { take, give, cached, setCap, setBatch, live, problems } = setUp();
    setCap(TINY_256, 32);
    setBatch(TINY_256, 32);
    const addresses = take(TINY_256, 64);
    give(TINY_256, addresses.slice(0, 31));
    setCap(TINY_256, 4);
    expect(cached(TINY_256)).toHaveLength(31);
    expect(addresses.slice(31).every((address) => live[address >>> 4] === 1)).toBe(true);
    expect(problems()).toEqual([]);
    give(TINY_256, addresses.slice(31, 33));
    expect(cached(TINY_256)).toEqual(ascending(addresses.slice(30, 33)));
    give(TINY_256, addresses.slice(33));
    expect(cached(TINY_256).length).toBeLessThanOrEqual(4);
    expect(problems()).toEqual([]);
  });

  test('a lower cap acts at the next refill, too', () => {
    const { cache, take, give, cached, setCap, setBatch } = setUp();
    setBatch(TINY_256, 16);
    const addresses = take(TINY_256, 16);
    setCap(TINY_256, 4);
    addresses.push(...take(TINY_256, 1));
    expect(cached(TINY_256)).toHaveLength(3);
    give(TINY_256, addresses.slice(0, 1));
    expect(cache.stats().flushes).toBe(0);
    give(TINY_256, addresses.slice(1, 2));
    expect(cache.stats().flushes).toBe(1);
    expect(cached(TINY_256)).toHaveLength(3);
  });

  test('a higher cap lets no block go that fits into it', () => {
    const { cache, take, give, cached, setCap, setBatch, problems } = setUp();
    setCap(TINY_256, 4);
    setBatch(TINY_256, 4);
    const addresses = take(TINY_256, 12);
    setCap(TINY_256, 8);
    give(TINY_256, addresses.slice(0, 8));
    expect(cached(TINY_256)).toEqual(ascending(addresses.slice(0, 8)));
    expect(cache.stats().flushes).toBe(0);
    give(TINY_256, addresses.slice(8, 9));
    expect(cached(TINY_256)).toHaveLength(5);
    expect(problems()).toEqual([]);
  });

  test('a cap outside of 1 … the cells of the class is taken for the nearest that is inside', () => {
    const { cache, take, give, cached, setCap, problems } = setUp({ pageLimit: 256 });
    setCap(MID_SPAN, 1_000_000);
    setCap(MID_PAIR, 0);
    setCap(MID_SINGLE, -5);
    for (const sizeClass of [MID_SPAN, MID_PAIR, MID_SINGLE]) {
      give(sizeClass, take(sizeClass, 2 * MAX_CAP[sizeClass]));
      expect(cached(sizeClass).length).toBeLessThanOrEqual(sizeClass === MID_SPAN ? MAX_CAP[MID_SPAN] : 1);
      expect(problems()).toEqual([]);
    }
    expect(cache.prewarm(MID_PAIR, 16)).toBe(1);
  });

  test('a new interval acts at the next overflow', () => {
    const { cache, take, give, setCap, setInterval } = setUp();
    setCap(SMALLEST, 8);
    setInterval(100);
    const addresses = take(SMALLEST, 40);
    give(SMALLEST, addresses.slice(0, 20));
    expect(cache.stats()).toMatchObject({ drains: 0 });
    setInterval(2);
    expect(cache.stats()).toMatchObject({ drains: 0 });
    give(SMALLEST, addresses.slice(20));
    expect(cache.stats().drains).toBeGreaterThan(1);
  });
});

describe('stats', () => {
  test('what was refilled is live, cached, let go or drained', () => {
    const { cache, take, give, cached, setCap, setBatch } = setUp();
    setCap(TINY_1024, 16);
    setBatch(TINY_1024, 12);
    const addresses = take(TINY_1024, 50);
    give(TINY_1024, addresses.slice(0, 30));
    const { refills, refilled, flushed, flushes } = cache.stats();
    expect(refills).toBe(5);
    expect(refilled).toBe(20 + cached(TINY_1024).length + flushed);
    expect(flushes).toBe(3);
    expect(flushed).toBe(24);
  });
});
