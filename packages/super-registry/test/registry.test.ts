// Proves the clauses of REGISTRY one by one, what the walker finds when a record is damaged, and the lines of the log.

import {
  clause,
  Ground,
  groundLiveBytes,
  groundWords,
  PAGE_BYTES,
  PageKind,
  POLICY_RETAIN,
  pageWord,
  SLOTS_PER_SUPERSLAB,
  SlotState,
  SUPERSLAB_BYTES,
  stateOf,
  Tier,
} from '@hakmem/contracts';
import { describe, expect, test } from 'vitest';
import { superRegistry } from '../src/index.js';
import { FakeSpace } from './helpers/fakes.js';
import { Field, HEADER, makeRegistry, problemsOf, RECORD, Word } from './helpers/setup.js';

const PAGES = 8 * SLOTS_PER_SUPERSLAB;
const MANY = 1_000;

describe(clause('REGISTRY-1'), () => {
  test('for addresses of all 4 GiB', () => {
    const { registry } = makeRegistry(new FakeSpace(PAGES));
    for (const address of [0, 16, 65_535, 65_536, SUPERSLAB_BYTES - 16, SUPERSLAB_BYTES, 2 ** 31, 2 ** 32 - 16]) {
      expect(registry.superSlabOf(address), `${address}`).toBe(Math.floor(address / SUPERSLAB_BYTES));
      expect(registry.pageOf(address), `${address}`).toBe(Math.floor(address / PAGE_BYTES));
    }
  });

  test('also as a signed word, in which the upper half is negative', () => {
    const { registry } = makeRegistry(new FakeSpace(PAGES));
    expect(registry.superSlabOf(0xfff0_0000 | 0)).toBe(2_047);
    expect(registry.pageOf(0xfff0_0000 | 0)).toBe(65_520);
  });

  test('without a read of a control word', () => {
    const { registry, reads } = watched();
    const before = reads();
    registry.superSlabOf(2 ** 31);
    registry.pageOf(2 ** 31);
    expect(reads()).toBe(before);
    registry.tier(0);
    expect(reads()).toBeGreaterThan(before);
  });
});

describe(clause('REGISTRY-2'), () => {
  test('a registry begins with none', () => {
    const { registry } = makeRegistry(new FakeSpace(PAGES));
    expect([registry.first, registry.end]).toEqual([0, 0]);
    expect(registry.stats()).toEqual({ hot: 0, draining: 0, free: 0, peak: 0, created: 0, returned: 0, retries: 0 });
    expect(problemsOf(registry)).toEqual([]);
  });

  test('none is no problem either where the first would not be SuperSlab 0', () => {
    const { registry, space } = makeRegistry(new FakeSpace(PAGES, { firstPage: 70 }));
    expect([registry.first, registry.end, space.committedPages]).toEqual([2, 2, 0]);
    expect(problemsOf(registry)).toEqual([]);
  });

  test('each change of tier moves one count', () => {
    const { registry } = makeRegistry(new FakeSpace(PAGES));
    const counts = (): number[] => {
      const { hot, draining, free } = registry.stats();
      expect(hot + draining + free).toBe(registry.end - registry.first);
      expect(problemsOf(registry)).toEqual([]);
      return [hot, draining, free];
    };
    registry.extend(3);
    expect(counts()).toEqual([3, 0, 0]);
    registry.drain(1);
    expect(counts()).toEqual([2, 1, 0]);
    registry.free(1);
    expect(counts()).toEqual([2, 0, 1]);
    registry.free(0);
    expect(counts()).toEqual([1, 0, 2]);
    registry.heat(1);
    expect(counts()).toEqual([2, 0, 1]);
    expect([0, 1, 2].map((i) => registry.tier(i))).toEqual([Tier.FREE, Tier.HOT, Tier.HOT]);
  });

  test('heat takes a DRAINING one back, and leaves a HOT one HOT', () => {
    const { registry } = makeRegistry(new FakeSpace(PAGES));
    registry.extend(2);
    registry.drain(0);
    registry.heat(0);
    registry.heat(1);
    expect(registry.stats()).toMatchObject({ hot: 2, draining: 0, free: 0 });
  });

  test('below first and from end on is ABSENT', () => {
    const { registry } = makeRegistry(new FakeSpace(PAGES, { firstPage: 2 * SLOTS_PER_SUPERSLAB }));
    registry.extend(1);
    expect(registry.first).toBe(2);
    expect([0, 1, 2, 3, 2_047].map((i) => registry.tier(i))).toEqual([
      Tier.ABSENT,
      Tier.ABSENT,
      Tier.HOT,
      Tier.ABSENT,
      Tier.ABSENT,
    ]);
  });

  test('peak is the most that were HOT or DRAINING at once', () => {
    const { registry } = makeRegistry(new FakeSpace(PAGES));
    registry.extend(2);
    registry.drain(0);
    registry.extend(1);
    registry.free(1);
    registry.reuse();
    registry.free(2);
    expect(registry.stats().peak).toBe(3);
    registry.extend(2);
    expect(registry.stats()).toMatchObject({ peak: 4, created: 5 });
  });
});

describe(clause('REGISTRY-3'), () => {
  test('reuse is last in, first out, and -1 when none is FREE', () => {
    const { registry } = makeRegistry(new FakeSpace(PAGES), {}, MANY);
    registry.extend(4);
    expect(registry.reuse()).toBe(-1);
    for (const superSlab of [2, 0, 3]) registry.free(superSlab);
    expect([registry.reuse(), registry.reuse(), registry.reuse(), registry.reuse()]).toEqual([3, 0, 2, -1]);
    expect(registry.stats()).toMatchObject({ hot: 4, free: 0 });
  });

  test.each([
    [0, [3, 2, 1]],
    [2, [3, 1, 0]],
    [3, [2, 1, 0]],
  ])('heat of FREE %i leaves the others in order', (heated, order) => {
    const { registry } = makeRegistry(new FakeSpace(PAGES), {}, MANY);
    registry.extend(4);
    for (const superSlab of [0, 1, 2, 3]) registry.free(superSlab);
    registry.heat(heated);
    expect(problemsOf(registry)).toEqual([]);
    expect([registry.reuse(), registry.reuse(), registry.reuse(), registry.reuse()]).toEqual([...order, -1]);
  });

  test.each([
    ['2³¹, where the word turns negative', 2 ** 31 - 3],
    ['2³², where it turns to 0', -3],
  ])('the order holds when the clock passes %s', (_, clock) => {
    const { registry, ground, region } = makeRegistry(new FakeSpace(PAGES), {}, MANY);
    registry.extend(6);
    ground.records.words[region.start + Word.CLOCK] = clock;
    const order = [4, 1, 5, 0, 3, 2];
    for (const superSlab of order) registry.free(superSlab);
    const stamps = order.map((i) => ground.records.words[region.start + HEADER + RECORD * i + Field.FREED_AT]);
    expect(stamps).toEqual([1, 2, 3, 4, 5, 6].map((after) => (clock + after) | 0));
    for (const superSlab of order.toReversed()) expect(registry.reuse()).toBe(superSlab);
    expect(registry.reuse()).toBe(-1);
  });

  test('one that is freed again is the last freed', () => {
    const { registry } = makeRegistry(new FakeSpace(PAGES), {}, MANY);
    registry.extend(3);
    for (const superSlab of [0, 1, 2]) registry.free(superSlab);
    registry.heat(0);
    registry.free(0);
    expect([registry.reuse(), registry.reuse(), registry.reuse()]).toEqual([0, 2, 1]);
  });

  test('extend makes HOT neighbours at the top and commits their pages', () => {
    const { registry, space } = makeRegistry(new FakeSpace(PAGES));
    expect(registry.extend(1)).toBe(0);
    expect(space.committedPages).toBe(32);
    expect(registry.extend(3)).toBe(1);
    expect(space.committedPages).toBe(128);
    expect(registry.end).toBe(4);
    expect([0, 1, 2, 3].map((i) => registry.tier(i))).toEqual(new Array(4).fill(Tier.HOT));
  });

  test('extend answers -1 and changes nothing when memory is refused', () => {
    const { registry, space, ground } = makeRegistry(new FakeSpace(PAGES, { available: 3 * 32 }));
    registry.extend(2);
    const before = ground.records.words.slice();
    expect(registry.extend(2)).toBe(-1);
    expect(ground.records.words).toEqual(before);
    expect(space.committedPages).toBe(64);
    expect(registry.extend(1)).toBe(2);
    expect(registry.extend(1)).toBe(-1);
  });

  test('extend answers -1 beyond the end of the address space', () => {
    const { registry } = makeRegistry(new FakeSpace(PAGES));
    expect(registry.extend(9)).toBe(-1);
    expect(registry.extend(8)).toBe(0);
    expect(registry.extend(1)).toBe(-1);
    expect(registry.stats()).toMatchObject({ hot: 8, created: 8 });
  });
});

describe(clause('REGISTRY-4'), () => {
  test('the top goes when more are FREE than are to be retained', () => {
    const { registry, space } = makeRegistry(new FakeSpace(PAGES), {}, 2);
    registry.extend(5);
    for (const superSlab of [0, 3]) registry.free(superSlab);
    expect(registry.end).toBe(5);
    registry.free(4);
    expect([registry.end, space.releases]).toEqual([4, [128]]);
    expect(registry.stats()).toEqual({ hot: 2, draining: 0, free: 2, peak: 5, created: 5, returned: 1, retries: 0 });
    expect(registry.tier(4)).toBe(Tier.ABSENT);
    expect(problemsOf(registry)).toEqual([]);
  });

  test('nothing goes while the topmost is in use, then all that is too many at once', () => {
    const { registry, space } = makeRegistry(new FakeSpace(PAGES), {}, 1);
    registry.extend(6);
    for (const superSlab of [1, 2, 3, 4]) registry.free(superSlab);
    expect([registry.end, space.releases]).toEqual([6, []]);
    registry.drain(5);
    expect(registry.end).toBe(6);
    registry.free(5);
    expect([registry.end, space.releases]).toEqual([2, [64]]);
    expect(registry.stats()).toMatchObject({ hot: 1, free: 1, returned: 4 });
  });

  test('as many as are in use stay FREE, however few are to be retained', () => {
    const { registry, space } = makeRegistry(new FakeSpace(PAGES), {}, 0);
    registry.extend(8);
    for (const superSlab of [0, 1, 2]) registry.drain(superSlab);
    for (const superSlab of [7, 6, 5, 4]) registry.free(superSlab);
    expect([registry.end, space.releases]).toEqual([8, []]);
    registry.free(3);
    expect([registry.end, space.releases]).toEqual([6, [192]]);
    expect(registry.stats()).toMatchObject({ hot: 0, draining: 3, free: 3 });
    expect(registry.trim(0)).toBe(3);
  });

  test('trim returns down to what is to be retained and says how many', () => {
    const { registry, space } = makeRegistry(new FakeSpace(PAGES), {}, MANY);
    registry.extend(6);
    for (const superSlab of [5, 1, 4, 3]) registry.free(superSlab);
    expect(registry.trim(4)).toBe(0);
    expect(registry.trim(3)).toBe(1);
    expect(registry.trim(0)).toBe(2);
    expect(registry.trim(0)).toBe(0);
    expect([registry.end, space.releases]).toEqual([3, [160, 96]]);
    expect(registry.reuse()).toBe(1);
  });

  test('all can go, down to first', () => {
    const { registry, space } = makeRegistry(new FakeSpace(PAGES, { firstPage: 40 }), {}, 0);
    registry.extend(2);
    registry.free(2);
    registry.free(1);
    expect([registry.first, registry.end, space.releases]).toEqual([1, 1, [32]]);
    expect(registry.extend(1)).toBe(1);
    expect(registry.stats()).toMatchObject({ hot: 1, created: 3, returned: 2 });
  });

  test('a space that cannot return memory keeps all of it', () => {
    const { registry, space } = makeRegistry(new FakeSpace(PAGES, { shrinks: false }), {}, 0);
    registry.extend(3);
    for (const superSlab of [0, 1, 2]) registry.free(superSlab);
    expect(registry.trim(0)).toBe(0);
    expect([registry.end, space.releases]).toEqual([3, []]);
  });

  test('a change of the policy acts from the next free on', () => {
    const { registry, policy } = makeRegistry(new FakeSpace(PAGES), {}, MANY);
    registry.extend(4);
    for (const superSlab of [3, 2]) registry.free(superSlab);
    policy(POLICY_RETAIN, 1);
    expect(registry.end).toBe(4);
    registry.free(1);
    expect(registry.end).toBe(2);
  });
});

describe(clause('REGISTRY-5'), () => {
  const reserved = pageWord(SlotState.RESERVED, PageKind.NONE, 0, 0);

  test('in the first and the last SuperSlab, and nowhere else', () => {
    const { registry, ground } = makeRegistry(new FakeSpace(100, { firstPage: 35 }));
    expect(registry.first).toBe(1);
    registry.extend(3);
    for (let page = 32; page < 128; page++) {
      expect(ground.records.words[page], `page ${page}`).toBe(page < 35 || page >= 100 ? reserved : 0);
    }
  });

  test('only the pages that the space gives are committed', () => {
    const { registry, space } = makeRegistry(new FakeSpace(100));
    expect(registry.extend(4)).toBe(0);
    expect(space.committedPages).toBe(100);
    expect(problemsOf(registry)).toEqual([]);
  });

  test('each word is written while its SuperSlab is still ABSENT', () => {
    const { registry, writes } = watched();
    registry.extend(4);
    expect(writes.map(({ page }) => page)).toEqual([0, ...Array.from({ length: 28 }, (_, i) => 100 + i)]);
    for (const { page, value, end } of writes) {
      expect(stateOf(value)).toBe(SlotState.RESERVED);
      expect(end, `page ${page}`).toBeLessThanOrEqual(page >>> 5);
    }
  });
});

describe('the walker', () => {
  const damaged = (damage: (words: Int32Array, start: number, space: FakeSpace) => void) => {
    const { registry, ground, region, space } = makeRegistry(new FakeSpace(PAGES), {}, MANY);
    registry.extend(5);
    registry.drain(1);
    for (const superSlab of [2, 0, 3]) registry.free(superSlab);
    expect(problemsOf(registry)).toEqual([]);
    damage(ground.records.words, region.start, space);
    return problemsOf(registry);
  };
  const at = (superSlab: number, field: number): number => HEADER + RECORD * superSlab + field;
  const problem = (message: string, superSlab = 0) => ({
    box: 'super-registry',
    message,
    address: superSlab * SUPERSLAB_BYTES,
  });

  test.each([0, 2, 4])('finds SuperSlab %i, ABSENT below the end, and says where', (superSlab) => {
    const problems = damaged((words, start) => {
      words[start + at(superSlab, Field.TIER)] = Tier.ABSENT;
    });
    expect(problems).toEqual([problem(`SuperSlab ${superSlab} is ABSENT below the end`, superSlab)]);
  });

  test.each([
    [5, Tier.HOT],
    [6, Tier.DRAINING],
    [7, Tier.FREE],
  ])('finds SuperSlab %i behind the end with tier %i', (superSlab, tier) => {
    const problems = damaged((words, start) => {
      words[start + at(superSlab, Field.TIER)] = tier;
    });
    expect(problems).toEqual([problem(`SuperSlab ${superSlab} behind the end has tier ${tier}`, superSlab)]);
  });

  test('finds an end that was moved, in either direction', () => {
    expect(damaged((words, start) => words[start + Word.END]--)).toEqual([
      problem('SuperSlab 4 behind the end has tier 1', 4),
    ]);
    expect(damaged((words, start) => words[start + Word.END]++)).toEqual([
      problem('SuperSlab 5 is ABSENT below the end', 5),
      problem('SuperSlabs end at 6, memory at page 160'),
    ]);
  });

  test('finds SuperSlabs without memory', () => {
    const problems = damaged((_words, _start, space) => {
      space.committedPages = 4 * 32;
    });
    expect(problems).toEqual([problem('SuperSlabs end at 5, memory at page 128')]);
  });

  test('wants no more memory than the space may give, and none where there is no SuperSlab', () => {
    const { registry, space } = makeRegistry(new FakeSpace(100));
    expect(problemsOf(registry)).toEqual([]);
    registry.extend(4);
    expect(problemsOf(registry)).toEqual([]);
    space.committedPages = 99;
    expect(problemsOf(registry)).toEqual([problem('SuperSlabs end at 4, memory at page 99')]);
  });

  test('does not mind tiers that other threads have left: any tier below the end is right', () => {
    for (const tier of [Tier.HOT, Tier.DRAINING, Tier.FREE]) {
      const problems = damaged((words, start) => {
        for (let i = 0; i < 5; i++) words[start + at(i, Field.TIER)] = tier;
      });
      expect(problems).toEqual([]);
    }
  });
});

test('the log has a line for each FREE SuperSlab that comes, goes, or is returned', () => {
  const { registry, log } = makeRegistry(new FakeSpace(PAGES), {}, 1);
  registry.extend(3);
  registry.free(2);
  registry.reuse();
  registry.free(1);
  registry.free(2);
  expect(log).toEqual([
    '[SS_LRU_PUSH] ss=2',
    '[SS_LRU_POP] ss=2',
    '[SS_LRU_PUSH] ss=1',
    '[SS_LRU_PUSH] ss=2',
    '[SS_LRU_RETURN] count=1 end=2',
  ]);
});

/** A registry of 100 pages whose control words are watched: reads are counted, writes of page words kept. */
function watched() {
  const space = new FakeSpace(100);
  const recipe = superRegistry();
  const length = recipe.words(space.pageLimit);
  const words = new Int32Array(groundWords(space.pageLimit) + length);
  const ground = new Ground({ words, live: new Uint8Array(groundLiveBytes(space.pageLimit)) }, space.pageLimit);
  const scope = ground.scope(length);
  const writes: { page: number; value: number; end: number }[] = [];
  let count = 0;
  const watching = new Proxy(words, {
    get(target, key) {
      count++;
      return Reflect.get(target, key, target);
    },
    set(target, key, value) {
      const index = Number(key);
      if (index < 65_536) writes.push({ page: index, value, end: words[scope.region.start + Word.END] });
      return Reflect.set(target, key, value, target);
    },
  });
  const registry = recipe.build(
    {
      ...scope,
      records: { ...scope.records, words: watching },
      region: { ...scope.region, words: watching },
    },
    space,
  );
  return { registry, writes, reads: () => count };
}
