/** Taking and giving: what a block is, that it is handed out once, and what refills bring in which order. */

import { BLOCK_BYTES, clause, MAX_CAP, PAGE_BYTES, type SizeClass, SPAN_BLOCKS, SPAN_PAGES } from '@hakmem/contracts';
import { describe, expect, test } from 'vitest';
import { CLASSES, MID_PAIR, MID_SINGLE, MID_SPAN, TINY_256, TINY_1024, TINY_TAIL } from './classes.js';
import { setUp } from './set-up.js';

const ascending = (addresses: readonly number[]): number[] => [...addresses].sort((a, b) => a - b);
const range = (start: number, count: number, step: number): number[] =>
  Array.from({ length: count }, (_, i) => start + i * step);

describe(clause('CACHE-1'), () => {
  test.each(CLASSES)('class %i: blocks of two whole slabs, each once, each live, none across its slab', (sizeClass) => {
    const { take, live, source, problems } = setUp({ pageLimit: 1 + 4 * SPAN_PAGES[sizeClass] });
    const bytes = BLOCK_BYTES[sizeClass];
    const blocks = SPAN_BLOCKS[sizeClass];
    const seen = new Set<number>();
    for (let i = 0; i < 2 * blocks; i++) {
      const before = live.slice();
      const [address] = take(sizeClass, 1);
      before[address >>> 4] += 1;
      if (Buffer.compare(before, live) !== 0 || live[address >>> 4] !== 1) expect.unreachable(`${address}`);
      seen.add(address);
    }
    expect(seen.size).toBe(2 * blocks);
    for (const head of source.made.slice(0, 2)) {
      for (const address of range(head * PAGE_BYTES, blocks, bytes)) seen.delete(address);
    }
    expect(seen.size).toBe(0);
    expect(problems()).toEqual([]);
  });

  test('a block that was given back is taken again, the last one first', () => {
    const { cache, take, give } = setUp();
    const addresses = take(TINY_256, 3);
    give(TINY_256, addresses);
    expect(take(TINY_256, 3)).toEqual(addresses.toReversed());
    expect(addresses.every((address) => cache.give(TINY_256, address))).toBe(true);
  });

  test('the answer is 0 when the source refuses, as often as it does, and a block when it has one again', () => {
    const { cache, source, take, give, live, problems } = setUp();
    source.refusing = true;
    for (const sizeClass of CLASSES) expect([cache.take(sizeClass), cache.take(sizeClass)]).toEqual([0, 0]);
    expect(live.every((byte) => byte === 0)).toBe(true);
    expect(problems()).toEqual([]);
    source.refusing = false;
    for (const sizeClass of CLASSES) give(sizeClass, take(sizeClass, 1));
    expect(problems()).toEqual([]);
  });

  test('when memory runs out, every block of every slab has been handed out; one given back is the next one taken', () => {
    const { cache, source, take, give } = setUp({ pageLimit: 11 });
    for (const sizeClass of [MID_SPAN, MID_SINGLE, TINY_1024]) {
      const addresses: number[] = [];
      for (let address = cache.take(sizeClass); address !== 0; address = cache.take(sizeClass)) addresses.push(address);
      const slabs = source.slabs().filter((slab) => slab.sizeClass === sizeClass);
      expect(addresses).toHaveLength(slabs.length * SPAN_BLOCKS[sizeClass]);
      if (addresses.length === 0) continue;
      give(sizeClass, [addresses[0]]);
      expect(take(sizeClass, 1)).toEqual([addresses[0]]);
    }
    // Pages 1 to 10 are three spans of three pages and one slab; nothing is left for a span of four.
    expect(source.slabs().map(({ sizeClass }) => sizeClass)).toEqual([MID_SPAN, MID_SPAN, MID_SPAN, TINY_1024]);
  });

  test('addresses from 2 GiB on are unsigned, and taken, cached, visited, drained and retired like any other', () => {
    const high = setUp({ pageLimit: 65_536, firstPage: 32_768 });
    for (const sizeClass of [TINY_1024, MID_SPAN, MID_SINGLE]) {
      high.setCap(sizeClass, 4);
      const addresses = high.take(sizeClass, 5);
      for (const address of addresses) {
        expect(address).toBeGreaterThanOrEqual(2 ** 31);
        expect(high.live[address / 16]).toBe(1);
      }
      expect(high.problems()).toEqual([]);
      high.give(sizeClass, addresses);
      for (const address of addresses) expect(high.cache.give(sizeClass, address)).toBe(false);
      for (const address of high.cached(sizeClass)) expect(addresses).toContain(address);
      expect(high.problems()).toEqual([]);
      high.cache.drain(sizeClass);
      expect(high.cached(sizeClass)).toEqual([]);
    }
    expect(high.source.slabs()).toEqual([]);

    const top = setUp({ ground: high.ground, firstPage: 65_531, owner: 2 });
    const last = top.take(MID_SINGLE, 1)[0];
    expect(last).toBe(65_531 * PAGE_BYTES);
    const rest = top.take(TINY_1024, SPAN_BLOCKS[TINY_1024]);
    expect(Math.max(...rest)).toBe(2 ** 32 - BLOCK_BYTES[TINY_1024]);
    expect(top.cache.take(TINY_1024)).toBe(0);
    top.give(TINY_1024, rest);
    top.give(MID_SINGLE, [last]);
    expect(top.problems()).toEqual([]);
    top.cache.flushAll();
    expect([top.source.slabs(), top.problems()]).toEqual([[], []]);
  });
});

describe(clause('CACHE-2'), () => {
  test.each(CLASSES)(
    'class %i: a block given twice, dropped, never handed out, or inside another is refused',
    (sizeClass) => {
      const { cache, source, take, give, words, live, problems } = setUp();
      const addresses = take(sizeClass, 3);
      const never = 63 * PAGE_BYTES;
      const kept = take(sizeClass, 1);
      const inside = BLOCK_BYTES[sizeClass] === 16 ? [] : [kept[0] + 16];
      give(sizeClass, addresses.slice(0, 2));
      cache.flushAll();
      give(sizeClass, addresses.slice(2));
      for (const address of [...addresses, never, ...inside]) {
        const before = [words.slice(), live.slice()];
        const calls = { ...source.calls };
        expect(cache.give(sizeClass, address)).toBe(false);
        expect(Buffer.compare(live, before[1] as Uint8Array)).toBe(0);
        expect(words.every((word, i) => word === before[0][i])).toBe(true);
        expect(source.calls).toEqual(calls);
      }
      give(sizeClass, kept);
      expect(problems()).toEqual([]);
    },
  );

  test('so is one beyond the last page', () => {
    const { cache, live } = setUp({ pageLimit: 8 });
    for (const address of [8 * PAGE_BYTES, 2 ** 31, 2 ** 32 - 16]) {
      expect(cache.give(TINY_256, address)).toBe(false);
      expect(Object.hasOwn(live, address >>> 4)).toBe(false);
    }
  });
});

describe('refill', () => {
  test('the lowest address of a new slab is popped first, then upward', () => {
    for (const [sizeClass, count] of [
      [TINY_256, 100],
      [TINY_TAIL, 73],
      [MID_SPAN, 19],
    ]) {
      const { take, setBatch } = setUp();
      setBatch(sizeClass, 10);
      expect(take(sizeClass, count)).toEqual(range(PAGE_BYTES, count, BLOCK_BYTES[sizeClass]));
    }
  });

  test('one refill brings a batch, and the next take that finds the stack empty the next', () => {
    const { cache, cached, take, setBatch, source } = setUp();
    setBatch(TINY_256, 10);
    take(TINY_256, 1);
    expect(cached(TINY_256)).toHaveLength(9);
    expect(cache.stats()).toMatchObject({ refills: 1, refilled: 10 });
    take(TINY_256, 9);
    expect(cache.stats()).toMatchObject({ refills: 1, refilled: 10 });
    take(TINY_256, 1);
    expect(cached(TINY_256)).toHaveLength(9);
    expect(cache.stats()).toMatchObject({ refills: 2, refilled: 20 });
    expect(source.made).toHaveLength(1);
    expect(source.calls).toEqual({ acquire: 1, spare: 2, offer: 2, retire: 0 });
  });

  test('a batch of one caches nothing', () => {
    const { cached, take, setBatch, problems } = setUp();
    for (const sizeClass of CLASSES) {
      setBatch(sizeClass, 1);
      take(sizeClass, 3);
      expect(cached(sizeClass)).toEqual([]);
    }
    expect(problems()).toEqual([]);
  });

  test('never more than the cap, however large the batch', () => {
    const { cached, take, setBatch, setCap } = setUp({ pageLimit: 256 });
    for (const sizeClass of CLASSES) {
      setBatch(sizeClass, 10_000);
      take(sizeClass, 1);
      expect(cached(sizeClass)).toHaveLength(MAX_CAP[sizeClass] - 1);
    }
    setCap(MID_PAIR, 3);
    take(MID_PAIR, MAX_CAP[MID_PAIR]);
    expect(cached(MID_PAIR)).toHaveLength(2);
  });

  test('a tiny class gets a new slab only for its first block, and more from slabs at hand', () => {
    const { cached, take, give, cache, setBatch, source, problems } = setUp();
    setBatch(TINY_1024, 40);
    take(TINY_1024, 40);
    take(TINY_1024, 1); // 24 blocks were left in the slab: the batch ends there
    expect(source.made).toHaveLength(1);
    expect(cached(TINY_1024)).toHaveLength(23);
    take(TINY_1024, 23);
    const second = take(TINY_1024, 64);
    expect(source.made).toHaveLength(2);
    const third = take(TINY_1024, 64);
    // Two slabs with 15 and 10 blocks of room: both at hand, so one refill brings them all and makes no third.
    give(TINY_1024, [...second.slice(0, 15), ...third.slice(0, 10)]);
    cache.flushAll();
    const made = source.made.length;
    take(TINY_1024, 1);
    expect(cached(TINY_1024)).toHaveLength(24);
    expect(source.made).toHaveLength(made);
    expect(problems()).toEqual([]);
  });

  test('a mid class gets as many spans as the batch takes', () => {
    const { cached, take, setBatch, source, problems } = setUp();
    const cases: [SizeClass, number, number][] = [
      [MID_SINGLE, 3, 3],
      [MID_PAIR, 5, 3],
      [MID_SPAN, 20, 2],
    ];
    for (const [sizeClass, batch, spans] of cases) {
      setBatch(sizeClass, batch);
      const made = source.made.length;
      take(sizeClass, 1);
      expect(source.made.length - made).toBe(spans);
      expect(cached(sizeClass)).toHaveLength(batch - 1);
    }
    expect(problems()).toEqual([]);
  });

  test('the blocks of the first slab of a refill are popped before those of the next, each slab upward', () => {
    const { take, setBatch, source } = setUp();
    setBatch(MID_PAIR, 5);
    const popped = take(MID_PAIR, 5);
    const [first, second, third] = source.made.map((head) => head * PAGE_BYTES);
    expect(popped).toEqual([first, first + 32_768, second, second + 32_768, third]);
  });

  test('what the source gives is kept when it refuses the rest of the batch', () => {
    const { cache, cached, take, setBatch, problems } = setUp({ pageLimit: 1 + 2 * 4 });
    setBatch(MID_SINGLE, 4);
    take(MID_SINGLE, 1);
    expect(cached(MID_SINGLE)).toHaveLength(1);
    take(MID_SINGLE, 1);
    expect(cache.take(MID_SINGLE)).toBe(0);
    expect(problems()).toEqual([]);
  });

  test('a slab is scanned from its lowest room on: what was used before is used again before what never was', () => {
    const { cache, take, give, setBatch, problems } = setUp();
    setBatch(TINY_1024, 16);
    const addresses = take(TINY_1024, 48);
    give(TINY_1024, addresses.slice(0, 8));
    cache.flushAll();
    const rest = range(PAGE_BYTES + 48 * 1_024, 16, 1_024);
    expect(take(TINY_1024, 16)).toEqual([...ascending(addresses.slice(0, 8)), ...rest.slice(0, 8)]);
    expect(take(TINY_1024, 8)).toEqual(rest.slice(8));
    expect(problems()).toEqual([]);
  });
});

describe('prewarm', () => {
  test.each(CLASSES)('class %i: an empty stack gets 16 blocks or its cap, none of them live', (sizeClass) => {
    const { cache, cached, live, take, problems } = setUp({ pageLimit: 128 });
    const expected = Math.min(16, MAX_CAP[sizeClass]);
    expect(cache.prewarm(sizeClass, 16)).toBe(expected);
    expect(cached(sizeClass)).toHaveLength(expected);
    expect(live.every((byte) => byte === 0)).toBe(true);
    expect(problems()).toEqual([]);
    take(sizeClass, expected);
    expect(cache.stats().refills).toBe(1);
  });

  test('a fuller stack keeps what it has', () => {
    const { cache, cached } = setUp();
    cache.prewarm(TINY_256, 16);
    const before = cached(TINY_256);
    expect(cache.prewarm(TINY_256, 4)).toBe(16);
    expect(cached(TINY_256)).toEqual(before);
  });

  test('says how many it got when the source refuses', () => {
    const { cache, source, problems } = setUp({ pageLimit: 1 + 2 * 4 });
    expect(cache.prewarm(MID_SINGLE, 4)).toBe(2);
    source.refusing = true;
    expect(cache.prewarm(TINY_256, 16)).toBe(0);
    expect(problems()).toEqual([]);
  });
});
