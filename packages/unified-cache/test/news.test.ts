/** Blocks that other threads free: when the cache takes the news of them, what it counts, and which slabs it lets go of. */

import { BLOCK_BYTES, clause, PAGE_BYTES, PAGE_SHIFT, policyBatch, SPAN_BLOCKS } from '@hakmem/contracts';
import { describe, expect, test } from 'vitest';
import { MID_PAIR, MID_SINGLE, MID_SMALLEST, MID_SPAN, TINY_256, TINY_1024, TINY_TAIL } from './classes.js';
import { IDLE_KEPT, type SetUp, type SetUpOptions, setUp } from './set-up.js';

const withNews = (options: SetUpOptions = {}): SetUp => setUp({ remote: true, ...options });
const ascending = (addresses: readonly number[]): number[] => [...addresses].sort((a, b) => a - b);
const inPage = (addresses: readonly number[], page: number): number[] =>
  addresses.filter((address) => address >>> PAGE_SHIFT === page);

/** Whole slabs of the class, all of them live and none cached; per slab, its addresses. */
function fillSlabs(on: SetUp, sizeClass: number, slabs: number): number[][] {
  const { words, start } = on.ground.policy;
  const batch = words[start + policyBatch(sizeClass)];
  on.setBatch(sizeClass, 1);
  const blocks = SPAN_BLOCKS[sizeClass];
  const addresses = on.take(sizeClass, slabs * blocks);
  on.setBatch(sizeClass, batch);
  expect(on.cached(sizeClass)).toEqual([]);
  return Array.from({ length: slabs }, (_, i) => addresses.slice(i * blocks, (i + 1) * blocks));
}

describe(`${clause('CACHE-8')} A refill`, () => {
  test.each([TINY_1024, TINY_TAIL, MID_SMALLEST, MID_SPAN, MID_PAIR])(
    'class %i: takes what others have freed, the lowest first, and makes no slab while there is some',
    (sizeClass) => {
      const on = withNews();
      on.setBatch(sizeClass, 4);
      const slabs = fillSlabs(on, sizeClass, 2);
      const freed = slabs.flatMap((addresses) => [addresses[0], addresses.at(-1)!]);
      on.freeElsewhere(freed);
      expect(on.problems()).toEqual([]);
      const made = on.source.made.length;
      expect(ascending(on.take(sizeClass, freed.length))).toEqual(ascending(freed));
      expect(on.source.made).toHaveLength(made);
      expect(on.remote.told.size).toBe(0);
      expect(on.problems()).toEqual([]);
    },
  );

  test('takes no news while a slab with room is at hand, and none while the stack has blocks', () => {
    const on = withNews();
    on.setBatch(TINY_1024, 8);
    const [addresses] = fillSlabs(on, TINY_1024, 1);
    on.give(TINY_1024, addresses.slice(0, 10));
    on.cache.flushAll();
    on.freeElsewhere(addresses.slice(10, 20));
    const { take } = on.remote.calls;
    on.take(TINY_1024, 10); // 8 of the room, then its last 2
    expect(on.remote.calls.take).toBe(take);
    expect(on.remote.told.size).toBe(1);
    expect(on.problems()).toEqual([]);
    on.take(TINY_1024, 1);
    expect(on.remote.calls.take).toBe(take + 1);
    expect(on.remote.told.size).toBe(0);
    expect(on.cached(TINY_1024)).toHaveLength(7);
    expect(on.problems()).toEqual([]);
  });

  test('finds blocks that others have freed by their live bytes, in place of those that were counted', () => {
    const on = withNews();
    on.setBatch(TINY_1024, 1);
    const [addresses] = fillSlabs(on, TINY_1024, 1);
    on.give(TINY_1024, [addresses[40]]);
    on.cache.flushAll();
    on.freeElsewhere([addresses[50], addresses[45]]);
    // One block is room, and three are free: each comes once, and the news are counted when the room is used up.
    expect(ascending(on.take(TINY_1024, 3))).toEqual([addresses[40], addresses[45], addresses[50]]);
    expect(on.source.made).toHaveLength(1);
    expect(on.problems()).toEqual([]);
  });

  test('scans a slab that was counted anew from its start: what others have freed below the last scan comes first', () => {
    const on = withNews();
    on.setBatch(TINY_1024, 1);
    const [addresses] = fillSlabs(on, TINY_1024, 1);
    on.give(TINY_1024, [addresses[40]]);
    on.cache.flushAll();
    expect(on.take(TINY_1024, 1)).toEqual([addresses[40]]);
    on.freeElsewhere([addresses[50], addresses[10]]);
    expect(on.take(TINY_1024, 2)).toEqual([addresses[10], addresses[50]]);
  });

  test('of several spans takes the news before the first, and not again: then blocks of it are on their way', () => {
    const on = withNews();
    const [[a, b], [c, d]] = fillSlabs(on, MID_PAIR, 2);
    on.setBatch(MID_PAIR, 4);
    on.give(MID_PAIR, [a]);
    on.cache.flushAll();
    on.freeElsewhere([b, c]);
    const { take } = on.remote.calls;
    const brought = on.take(MID_PAIR, 1);
    brought.push(...on.take(MID_PAIR, on.cached(MID_PAIR).length));
    expect(new Set(brought).size).toBe(brought.length);
    expect(brought).not.toContain(d);
    expect(on.remote.calls.take).toBe(take);
    expect(on.problems()).toEqual([]);
    // Of the first slab one block was room and one was news; it is still told of what was not taken.
    expect(on.remote.told.size).toBe(2);
  });

  test('counts a slab that is told twice once: by one link held, once', () => {
    const on = withNews();
    on.setBatch(TINY_1024, 2);
    const [addresses] = fillSlabs(on, TINY_1024, 1);
    on.freeElsewhere(addresses.slice(0, 8));
    on.take(TINY_1024, 1);
    on.remote.late(addresses[0] >>> PAGE_SHIFT);
    expect(on.problems()).toEqual([]);
    on.take(TINY_1024, 1);
    on.freeElsewhere(addresses.slice(8, 9));
    const rest = on.take(TINY_1024, 7);
    expect(on.source.made).toHaveLength(1);
    expect(new Set(rest).size).toBe(7);
    expect(on.problems()).toEqual([]);
  });

  test('a block that is freed in the middle of the visit is counted now or told again', () => {
    const on = withNews();
    const [addresses] = fillSlabs(on, TINY_1024, 1);
    on.freeElsewhere(addresses.slice(0, 1));
    on.remote.beforeVisit = () => {
      on.remote.beforeVisit = null;
      on.freeElsewhere(addresses.slice(1, 2));
    };
    expect(ascending(on.take(TINY_1024, 2))).toEqual(ascending(addresses.slice(0, 2)));
    expect(on.source.made).toHaveLength(1);
    expect(on.remote.told.size).toBe(1);
    expect(on.problems()).toEqual([]);
  });

  test('prewarm counts the news, too', () => {
    const on = withNews();
    const [addresses] = fillSlabs(on, TINY_256, 1);
    on.freeElsewhere(addresses.slice(100, 105));
    expect(on.cache.prewarm(TINY_256, 16)).toBe(5);
    expect(on.cached(TINY_256)).toEqual(addresses.slice(100, 105));
    expect(on.source.made).toHaveLength(1);
    expect(on.problems()).toEqual([]);
  });

  test('without a remote queue asks the source at once', () => {
    const on = setUp();
    const [addresses] = fillSlabs(on, TINY_1024, 1);
    on.remote.free(addresses[0]);
    on.take(TINY_1024, 1);
    expect(on.remote.calls).toEqual({ take: 0, nextClass: 0, isTold: 0 });
    expect(on.source.made).toHaveLength(2);
  });
});

describe(`${clause('CACHE-9')} Such slabs`, () => {
  test.each([TINY_1024, MID_SPAN, MID_SINGLE])(
    'class %i: are retired by the next refill of the class, but for 4',
    (sizeClass) => {
      const on = withNews();
      on.setBatch(sizeClass, 1);
      const slabs = fillSlabs(on, sizeClass, 7);
      on.freeElsewhere(slabs.flat());
      const before = on.source.slabs().map(({ head }) => head);
      const [address] = on.take(sizeClass, 1);
      expect(on.source.retired).toEqual(before.slice(IDLE_KEPT));
      expect(on.source.slabs().map(({ head }) => head)).toEqual(before.slice(0, IDLE_KEPT));
      expect(before.slice(0, IDLE_KEPT)).toContain(address >>> PAGE_SHIFT);
      expect(on.cache.stats().retired).toBe(7 - IDLE_KEPT);
      expect(on.source.made).toHaveLength(7);
      expect(on.problems()).toEqual([]);
    },
  );

  test('beside slabs that are not empty: those are all kept, whatever their place', () => {
    const on = withNews();
    on.setBatch(TINY_1024, 1);
    const slabs = fillSlabs(on, TINY_1024, 9);
    const [lone] = slabs[2];
    const [other] = slabs[8];
    on.freeElsewhere(slabs.flat().filter((address) => address !== lone && address !== other));
    on.take(TINY_1024, 1);
    const heads = slabs.map(([address]) => address >>> PAGE_SHIFT);
    expect(on.source.retired).toEqual([5, 6, 7].map((i) => heads[i]));
    expect(on.cache.stats().retired).toBe(3);
    expect(on.problems()).toEqual([]);
  });

  test('of a class that is not asked for again are retired before the next new slab of another: one class each time', () => {
    const on = withNews();
    const tails = fillSlabs(on, TINY_TAIL, 6).flat();
    const spans = fillSlabs(on, MID_SPAN, 2).flat();
    const [single] = fillSlabs(on, MID_SINGLE, 1).flat();
    on.freeElsewhere([...tails, ...spans, single]);
    const retired = (): number[] =>
      [TINY_TAIL, MID_SPAN, MID_SINGLE].map((c) => on.source.slabs().filter(({ sizeClass }) => sizeClass === c).length);
    expect(retired()).toEqual([6, 2, 1]);
    on.setBatch(TINY_256, 256);
    on.take(TINY_256, 1);
    expect(retired()).toEqual([0, 2, 1]);
    on.take(TINY_256, 255); // no new slab: no drain
    expect(retired()).toEqual([0, 2, 1]);
    on.take(TINY_256, 1);
    expect(retired()).toEqual([0, 0, 1]);
    on.take(TINY_256, 256);
    expect(retired()).toEqual([0, 0, 0]);
    expect(on.cache.stats()).toMatchObject({ retired: 9, drains: 3 });
    expect(on.problems()).toEqual([]);
    on.take(TINY_256, 256);
    expect(on.cache.stats().drains).toBe(3);
  });

  test('are used by the very refill for which they were retired', () => {
    const on = withNews({ pageLimit: 3 });
    const tails = fillSlabs(on, TINY_TAIL, 2).flat();
    on.freeElsewhere(tails);
    expect(on.take(TINY_1024, 128)).toHaveLength(128);
    expect(on.source.refusals).toBe(0);
    expect(on.cache.take(TINY_1024)).toBe(0);
    expect(on.problems()).toEqual([]);
  });

  test('are all looked for before memory is exhausted, whichever class has them', () => {
    const on = withNews({ pageLimit: 1 + 2 + 3 + 4 });
    const [tails] = fillSlabs(on, TINY_TAIL, 1);
    const [tiny] = fillSlabs(on, TINY_256, 1);
    const [spans] = fillSlabs(on, MID_SPAN, 1);
    const [single] = fillSlabs(on, MID_SINGLE, 1).flat();
    expect(on.cache.take(TINY_1024)).toBe(0);
    expect(on.problems()).toEqual([]);
    // The first three classes in turn have news, and nothing to retire; the last one has a span.
    on.freeElsewhere([tails[0], tiny[0], spans[0], single]);
    expect(on.cache.take(TINY_1024)).toBe(single);
    expect(on.source.refusals).toBe(2);
    expect(on.remote.told.size).toBe(0);
    expect(on.cache.stats()).toMatchObject({ drains: 4, retired: 1 });
    expect(on.problems()).toEqual([]);
    // The others were counted, and are held.
    for (const [sizeClass, freed] of [
      [TINY_TAIL, tails],
      [TINY_256, tiny],
      [MID_SPAN, spans],
    ] as const) {
      expect(on.take(sizeClass, 1)).toEqual([freed[0]]);
    }
  });

  test('memory that is exhausted is exhausted: 0 when the news bring nothing, at once when there are none', () => {
    const on = withNews({ pageLimit: 3 });
    const [tails, others] = fillSlabs(on, TINY_TAIL, 2);
    on.freeElsewhere([tails[0], others[0]]);
    expect(on.cache.take(TINY_1024)).toBe(0);
    const { acquire } = on.source.calls;
    expect(on.cache.take(TINY_1024)).toBe(0);
    expect(on.source.calls.acquire).toBe(acquire + 1);
    expect(on.problems()).toEqual([]);
  });

  test('are retired at the drain interval of another class: one class with each drain', () => {
    const on = withNews();
    on.setCap(TINY_1024, 8);
    on.setInterval(4);
    const tails = fillSlabs(on, TINY_TAIL, 2);
    const spans = fillSlabs(on, MID_SPAN, 1);
    const addresses = on.take(TINY_1024, 64);
    on.freeElsewhere([...tails, ...spans].flat());
    on.give(TINY_1024, addresses.slice(0, 8));
    expect(on.cache.stats()).toMatchObject({ drains: 0, retired: 0 });
    on.give(TINY_1024, addresses.slice(8, 9)); // 4 blocks go
    expect(on.cache.stats()).toMatchObject({ drains: 2, retired: 2 });
    on.give(TINY_1024, addresses.slice(9, 12));
    expect(on.cache.stats()).toMatchObject({ drains: 2, retired: 2 });
    on.give(TINY_1024, addresses.slice(12, 13));
    expect(on.cache.stats()).toMatchObject({ drains: 4, retired: 3 });
    on.give(TINY_1024, addresses.slice(13, 17)); // no class has news any more
    expect(on.cache.stats()).toMatchObject({ drains: 5, retired: 3 });
    expect(on.problems()).toEqual([]);
  });

  test('a drain that was asked for is of its class alone, and keeps none that it hears of', () => {
    const on = withNews();
    const tails = fillSlabs(on, TINY_TAIL, 6).flat();
    const tiny = fillSlabs(on, TINY_1024, 1).flat();
    on.freeElsewhere([...tails, ...tiny]);
    on.cache.drain(TINY_TAIL);
    expect(on.cache.stats()).toMatchObject({ drains: 1, retired: 6 });
    expect(on.source.slabs()).toHaveLength(1);
    expect([...on.remote.classes]).toEqual([TINY_1024]);
    expect(on.problems()).toEqual([]);
  });
});

describe('retireIdle', () => {
  test('retires what refills kept, of every class, and nothing that has a block live, cached or told', () => {
    const on = withNews({ pageLimit: 128 });
    for (const sizeClass of [TINY_1024, MID_SPAN]) {
      on.setBatch(sizeClass, 1);
      const slabs = fillSlabs(on, sizeClass, 6);
      on.freeElsewhere(slabs.flat());
      on.take(sizeClass, 1); // 3 are kept beside the one that it is of
    }
    const [lone] = on.take(TINY_TAIL, 1);
    on.give(MID_SMALLEST, on.take(MID_SMALLEST, 1));
    const [told] = fillSlabs(on, MID_PAIR, 1);
    on.freeElsewhere(told);
    const before = on.cache.stats();
    expect(on.source.slabs()).toHaveLength(2 * IDLE_KEPT + 3);
    on.cache.retireIdle();
    const left = on.source.slabs().map(({ sizeClass }) => sizeClass);
    expect(left.sort((a, b) => a - b)).toEqual([TINY_TAIL, TINY_1024, MID_SMALLEST, MID_SPAN, MID_PAIR]);
    expect(on.live[lone >>> 4]).toBe(1);
    expect(on.remote.told.size).toBe(1);
    expect(on.cache.stats()).toEqual({ ...before, retired: before.retired + 6 });
    on.source.idleKept = 0;
    expect(on.problems()).toEqual([]);
    on.cache.retireIdle();
    expect(on.cache.stats().retired).toBe(before.retired + 6);
  });

  test('after a drain and flushAll of all classes leaves no slab in which nothing is live', () => {
    const on = withNews();
    on.setBatch(TINY_1024, 1);
    on.freeElsewhere(fillSlabs(on, TINY_1024, 6).flat());
    on.give(TINY_1024, on.take(TINY_1024, 1));
    on.cache.drain(TINY_1024);
    on.cache.flushAll();
    on.cache.retireIdle();
    expect(on.source.slabs()).toEqual([]);
  });
});

describe('a drain of slabs in which blocks are live, cached, room and news', () => {
  test('counts the news as room, offers what was not held, and leaves the stack as it is', () => {
    const on = withNews();
    on.setBatch(TINY_1024, 1);
    const slabs = fillSlabs(on, TINY_1024, 3);
    const [held, full, quiet] = slabs;
    on.give(TINY_1024, held.slice(0, 5));
    on.cache.flushAll();
    const given = [held[10], full[10], quiet[10], held[11], full[11]];
    on.give(TINY_1024, given);
    on.freeElsewhere([...held.slice(20, 23), ...full.slice(20, 24)]);
    expect(on.problems()).toEqual([]);
    const { take } = on.remote.calls;
    on.cache.drain(TINY_1024);
    // Once, before it counts: a mark that is set after the count is for the next time.
    expect(on.remote.calls.take).toBe(take + 1);
    expect(slabs.map(([first]) => on.source.room(first >>> PAGE_SHIFT))).toEqual([8, 4, 0]);
    expect(on.remote.told.size).toBe(0);
    expect(on.source.retired).toEqual([]);
    expect(on.problems()).toEqual([]);
    expect(on.take(TINY_1024, 5)).toEqual(given.toReversed());
    const rest = ascending(on.take(TINY_1024, 12));
    expect(rest).toEqual(ascending([...held.slice(0, 5), ...held.slice(20, 23), ...full.slice(20, 24)]));
  });

  test('retires a slab whose last live block another thread has freed, and drops its cached blocks, and no others', () => {
    const on = withNews();
    const [first, second] = fillSlabs(on, TINY_1024, 2);
    const mixed = [first[0], second[0], first[1], second[1]];
    on.give(TINY_1024, mixed);
    on.freeElsewhere(first.slice(2));
    on.cache.drain(TINY_1024);
    expect(on.source.retired).toEqual([first[0] >>> PAGE_SHIFT]);
    expect(on.cached(TINY_1024)).toEqual(ascending([second[0], second[1]]));
    expect(on.cache.stats()).toMatchObject({ retired: 1, drains: 1 });
    expect(on.problems()).toEqual([]);
    expect(on.take(TINY_1024, 2)).toEqual([second[1], second[0]]);
  });

  test.each([0, 1, 63])('retires it once, with %i of its blocks cached and the others news', (cached) => {
    const on = withNews();
    const [addresses] = fillSlabs(on, TINY_1024, 1);
    on.give(TINY_1024, addresses.slice(0, cached));
    on.freeElsewhere(addresses.slice(cached));
    on.cache.drain(TINY_1024);
    expect(on.source.retired).toEqual([addresses[0] >>> PAGE_SHIFT]);
    expect(on.cached(TINY_1024)).toEqual([]);
    expect(on.problems()).toEqual([]);
  });

  test('a mark that was set too late costs a look: at a slab as it was, at one that a refill kept', () => {
    const on = withNews();
    on.setBatch(TINY_1024, 1);
    const [first, second, third] = fillSlabs(on, TINY_1024, 3);
    on.give(TINY_1024, [first[5]]);
    on.remote.late(first[0] >>> PAGE_SHIFT);
    on.cache.drain(TINY_1024);
    expect([on.cached(TINY_1024), on.source.room(first[0] >>> PAGE_SHIFT)]).toEqual([[first[5]], 0]);
    expect(on.problems()).toEqual([]);

    on.take(TINY_1024, 1);
    on.freeElsewhere([...second, ...third]);
    const kept = on.take(TINY_1024, 1)[0] >>> PAGE_SHIFT === second[0] >>> PAGE_SHIFT ? third : second;
    expect(on.source.room(kept[0] >>> PAGE_SHIFT)).toBe(64);
    on.remote.late(kept[0] >>> PAGE_SHIFT);
    on.cache.drain(TINY_1024);
    expect(on.source.retired).toEqual([kept[0] >>> PAGE_SHIFT]);
    expect(on.problems()).toEqual([]);
  });

  test('flushAll takes no news; what it lets go of is room of its slab beside them', () => {
    const on = withNews();
    const [addresses] = fillSlabs(on, TINY_1024, 1);
    on.give(TINY_1024, addresses.slice(0, 4));
    on.freeElsewhere(addresses.slice(4));
    on.cache.flushAll();
    expect([on.source.room(addresses[0] >>> PAGE_SHIFT), on.source.retired]).toEqual([4, []]);
    expect(on.remote.told.size).toBe(1);
    expect(on.problems()).toEqual([]);
    on.cache.drain(TINY_1024);
    expect(on.source.slabs()).toEqual([]);
    expect(on.problems()).toEqual([]);
  });

  test('is told to the log with what it kept and dropped, and so is the one that comes in turn', () => {
    const lines: string[] = [];
    const on = withNews({ log: (line) => lines.push(line) });
    const [tails] = fillSlabs(on, TINY_TAIL, 1);
    on.give(TINY_TAIL, tails.slice(0, 2));
    on.freeElsewhere(tails.slice(2));
    on.take(TINY_1024, 1);
    expect(lines).toEqual(['[TLS_SLL_DRAIN] class=29 kept=0 dropped=2']);
  });
});

describe(`${clause('CACHE-4')} Where there are other threads: + news, and only of slabs that are told. verify`, () => {
  test('accepts a difference while the slab is told, and not when its mark is lost', () => {
    const on = withNews();
    const [addresses] = fillSlabs(on, TINY_1024, 1);
    const head = addresses[0] >>> PAGE_SHIFT;
    on.freeElsewhere(addresses.slice(0, 3));
    expect(on.problems()).toEqual([]);
    on.remote.forget(head);
    expect(on.problems()).toEqual([
      {
        box: 'unified-cache',
        message: `slab ${head} of class 31: 61 live + 0 cached + 0 room ≠ 64 blocks, and the owner is not told`,
        address: head * PAGE_BYTES,
      },
    ]);
  });

  test('finds room that is too much though the slab is told', () => {
    const on = withNews();
    const [a, b] = fillSlabs(on, MID_PAIR, 1).flat();
    const { head } = on.source.slabOf(a)!;
    on.give(MID_PAIR, [a]);
    on.cache.flushAll();
    on.remote.late(head);
    expect(on.problems()).toEqual([]);
    on.live[b >>> 4] = 0;
    on.live[a >>> 4] = 1;
    expect(on.problems()).toEqual([]); // one live, one room
    on.live[b >>> 4] = 1;
    expect(on.problems().map(({ message }) => message)).toEqual([
      `slab ${head} of class ${MID_PAIR}: 2 live + 0 cached + 1 room ≠ 2 blocks`,
    ]);
  });

  test('accepts none without a remote queue', () => {
    const on = setUp();
    const [addresses] = fillSlabs(on, MID_SPAN, 1);
    const { head } = on.source.slabOf(addresses[0])!;
    on.remote.free(addresses[0]);
    expect(on.remote.told.has(head)).toBe(true);
    expect(on.problems().map(({ message }) => message)).toEqual([
      `slab ${head} of class 57: 18 live + 0 cached + 0 room ≠ 19 blocks, and the owner is not told`,
    ]);
    expect(BLOCK_BYTES[MID_SPAN]).toBe(10_240);
  });

  test('asks only about slabs that differ, and changes nothing', () => {
    const on = withNews();
    const slabs = fillSlabs(on, TINY_1024, 3);
    on.freeElsewhere(slabs[1].slice(0, 1));
    const before = on.words.slice();
    expect(on.problems()).toEqual([]);
    expect(on.remote.calls.isTold).toBe(1);
    expect(Buffer.compare(new Uint8Array(on.words.buffer), new Uint8Array(before.buffer))).toBe(0);
    expect(inPage(on.cached(TINY_1024), 1)).toEqual([]);
  });
});
