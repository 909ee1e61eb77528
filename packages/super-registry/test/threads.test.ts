// Proves the registry for several threads: each has a Registry of its own over one region, and another thread acts in the middle
// of a call, where the address space is asked for memory. The end moves once per SuperSlab, whoever moves it.

import {
  clause,
  PageKind,
  POLICY_RETAIN,
  pageWord,
  SLOTS_PER_SUPERSLAB,
  SlotState,
  type SuperRegistry,
  Tier,
} from '@hakmem/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FakeSpace } from './helpers/fakes.js';
import { Field, HEADER, makeThreads, problemsOf, RECORD, type Threads } from './helpers/setup.js';

const PAGES = 8 * SLOTS_PER_SUPERSLAB;
const SEED = 20_260_841;
const RUNS = 300;
const RESERVED = pageWord(SlotState.RESERVED, PageKind.NONE, 0, 0);

/** The registries of two threads. */
function two(space: FakeSpace, options: { prewarm?: number; shared?: boolean } = {}) {
  const made = makeThreads(space, options);
  return { ...made, one: made.join(), other: made.join() };
}

const tiersOf = (registry: SuperRegistry): Tier[] =>
  Array.from({ length: registry.end - registry.first }, (_, i) => registry.tier(registry.first + i));

/** Pages that are RESERVED, of all that have a word. */
const reservedIn = ({ records }: Pick<Threads, 'records'>): number[] =>
  Array.from({ length: 65_536 }, (_, page) => page).filter((page) => records.words[page] === RESERVED);

describe('a second registry over the region of a first', () => {
  test('sees all that the first has made, and changes nothing when it is built', () => {
    const { space, records, join } = makeThreads(new FakeSpace(PAGES, { firstPage: 35 }), { prewarm: 4 });
    const first = join();
    first.reuse();
    first.drain(1);
    const before = records.words.slice();
    const late = join();
    expect(records.words).toEqual(before);
    expect([late.first, late.end, space.committedPages]).toEqual([1, 5, 160]);
    expect(tiersOf(late)).toEqual([Tier.DRAINING, Tier.FREE, Tier.FREE, Tier.FREE]);
    expect(late.stats()).toEqual(first.stats());
  });

  test('both answer the same, whichever made the change', () => {
    const { one, other } = two(new FakeSpace(PAGES, { firstPage: 35 }));
    one.extend(3);
    other.drain(2);
    one.free(1);
    expect([one.first, one.end]).toEqual([other.first, other.end]);
    expect([tiersOf(one), tiersOf(other)]).toEqual(Array(2).fill([Tier.FREE, Tier.DRAINING, Tier.HOT]));
    expect(one.stats()).toEqual(other.stats());
    expect([problemsOf(one), problemsOf(other)]).toEqual([[], []]);
  });

  test(`${clause('REGISTRY-3')} (freed by different threads)`, () => {
    const { one, other } = two(new FakeSpace(PAGES, { shrinks: false }));
    one.extend(4);
    one.free(2);
    other.free(0);
    one.free(3);
    other.free(1);
    expect([other.reuse(), one.reuse(), one.reuse(), other.reuse(), one.reuse()]).toEqual([1, 3, 0, 2, -1]);
  });
});

describe.each([{ shared: true }, { shared: false }])(
  'extend, when another thread is first (shared: $shared)',
  (where) => {
    test.each([
      [1, 1],
      [3, 1],
      [1, 3],
      [2, 2],
    ])(
      'of %i by one and %i by the other: it answers the first of the winner\u2019s, and nothing is made twice',
      (mine, theirs) => {
        const made = two(new FakeSpace(PAGES), where);
        const { space, one, other } = made;
        one.extend(1);
        space.onCommit = () => expect(other.extend(theirs)).toBe(1);
        expect(one.extend(mine)).toBe(1);
        expect(one.end).toBe(1 + theirs);
        expect(tiersOf(one)).toEqual(Array(1 + theirs).fill(Tier.HOT));
        expect(one.stats()).toEqual({
          hot: 1 + theirs,
          draining: 0,
          free: 0,
          peak: 1 + theirs,
          created: 1 + theirs,
          returned: 0,
          retries: 1,
        });
        expect(other.stats()).toEqual(one.stats());
        expect(problemsOf(one)).toEqual([]);
        expect(one.extend(1)).toBe(1 + theirs);
        expect(one.stats().retries).toBe(1);
      },
    );

    test(`${clause('REGISTRY-5')} (the winner\u2019s and the loser\u2019s)`, () => {
      const made = two(new FakeSpace(100, { firstPage: 35 }), where);
      const { space, one, other, records } = made;
      const outside = [32, 33, 34, ...Array.from({ length: 28 }, (_, i) => 100 + i)];
      space.onCommit = () => {
        other.extend(3);
        // In use before the loser goes on.
        records.words[35] = pageWord(SlotState.ACTIVE, PageKind.TINY, 2, 3);
        records.words[99] = pageWord(SlotState.ACTIVE, PageKind.TINY, 2, 4);
      };
      expect(one.extend(3)).toBe(1);
      expect(reservedIn(made)).toEqual(outside);
      expect([records.words[35], records.words[99]]).toEqual([
        pageWord(SlotState.ACTIVE, PageKind.TINY, 2, 3),
        pageWord(SlotState.ACTIVE, PageKind.TINY, 2, 4),
      ]);
      expect(one.stats().retries).toBe(1);
      expect(problemsOf(one)).toEqual([]);
    });

    test('the tiers that the winner\u2019s have by then are left to it', () => {
      const { space, one, other } = two(new FakeSpace(PAGES, { shrinks: false }), where);
      space.onCommit = () => {
        other.extend(3);
        other.drain(1);
        other.free(2);
      };
      expect(one.extend(3)).toBe(0);
      expect(tiersOf(one)).toEqual([Tier.HOT, Tier.DRAINING, Tier.FREE]);
    });

    test('a commit that is refused meanwhile answers -1, counts no retry, and leaves the winner\u2019s alone', () => {
      const { space, one, other } = two(new FakeSpace(PAGES), where);
      space.onCommit = () => {
        other.extend(1);
        space.available = 32;
      };
      expect(one.extend(2)).toBe(-1);
      expect([one.end, one.stats().created, one.stats().retries]).toEqual([1, 1, 0]);
      expect(problemsOf(one)).toEqual([]);
    });

    test('three threads, each in the middle of the next one’s: one wins, two retries', () => {
      const { space, join } = makeThreads(new FakeSpace(PAGES), where);
      const [first, second, third] = [join(), join(), join()];
      space.onCommit = () => {
        space.onCommit = () => expect(third.extend(2)).toBe(0);
        expect(second.extend(1)).toBe(0);
      };
      expect(first.extend(4)).toBe(0);
      expect(first.stats()).toMatchObject({ hot: 2, created: 2, retries: 2 });
      expect(problemsOf(first)).toEqual([]);
    });
  },
);

test('prewarming is the founder’s alone: threads that come later make none', () => {
  const { space, one, other } = two(new FakeSpace(PAGES, { shrinks: false }), { prewarm: 3 });
  expect(other.stats()).toMatchObject({ free: 3, created: 3 });
  expect(space.committedPages).toBe(96);
  expect([one.reuse(), other.reuse(), one.reuse(), other.reuse()]).toEqual([0, 1, 2, -1]);
});

test('peak counts what all threads have HOT or DRAINING at once', () => {
  const { one, other } = two(new FakeSpace(PAGES, { shrinks: false }));
  one.extend(2);
  other.extend(2);
  one.free(3);
  one.drain(0);
  other.heat(3);
  expect([one.stats().peak, other.stats().peak]).toEqual([4, 4]);
});

test('a thread that died between the end and the tiers leaves a SuperSlab ABSENT, which the walker finds and heat heals', () => {
  const { one, other, records, region } = two(new FakeSpace(PAGES));
  one.extend(2);
  records.words[region.start + HEADER + RECORD + Field.TIER] = Tier.ABSENT;
  expect(problemsOf(other).map(({ message }) => message)).toEqual(['SuperSlab 1 is ABSENT below the end']);
  other.heat(1);
  expect([problemsOf(other), tiersOf(one), one.stats().created]).toEqual([[], [Tier.HOT, Tier.HOT], 2]);
});

test(`${clause('REGISTRY-2')} (two threads, any calls, extends within extends; seed ${SEED}, ${RUNS} runs)`, () => {
  const call = fc.record({
    by: fc.nat(1),
    verb: fc.constantFrom('extend', 'reuse', 'heat', 'drain', 'free', 'trim'),
    count: fc.integer({ min: 1, max: 3 }),
    pick: fc.nat(20),
    meanwhile: fc.option(fc.integer({ min: 1, max: 3 })),
  });
  let lost = 0;
  fc.assert(
    fc.property(fc.array(call, { maxLength: 40 }), fc.boolean(), fc.nat(3), (calls, shrinks, retain) => {
      const space = new FakeSpace(PAGES, { firstPage: 35, shrinks });
      const { one, other, records, policy } = two(space);
      records.words[policy.start + POLICY_RETAIN] = retain;
      let made = 0;
      let retries = 0;
      for (const { by, verb, count, pick, meanwhile } of calls) {
        const [mine, theirs] = by === 0 ? [one, other] : [other, one];
        if (verb === 'extend') {
          const from = mine.end;
          const fits = (more: number): boolean => from + more <= 8;
          const second = meanwhile !== null && fits(count) && fits(meanwhile) ? meanwhile : 0;
          if (second > 0) space.onCommit = () => expect(theirs.extend(second)).toBe(from);
          expect(mine.extend(count)).toBe(fits(count) ? from : -1);
          if (second > 0) retries++;
          made += second || (fits(count) ? count : 0);
          expect(mine.end).toBe(from + (second || (fits(count) ? count : 0)));
        } else if (verb === 'reuse') mine.reuse();
        else if (verb === 'trim') mine.trim(count - 1);
        else if (mine.end > mine.first) mine[verb](mine.first + (pick % (mine.end - mine.first)));
        const { hot, draining, free, created, returned, ...rest } = other.stats();
        expect(hot + draining + free).toBe(one.end - one.first);
        expect({ created, retries: rest.retries, there: one.end - one.first }).toEqual({
          created: made,
          retries,
          there: made - returned,
        });
        expect(one.stats()).toEqual(other.stats());
        expect([...problemsOf(one), ...problemsOf(other)]).toEqual([]);
        expect([records.words[32], records.words[33], records.words[34]]).toEqual(
          Array(3).fill(made > 0 ? RESERVED : 0),
        );
      }
      lost += retries;
    }),
    { seed: SEED, numRuns: RUNS },
  );
  expect(lost).toBeGreaterThan(100);
});
