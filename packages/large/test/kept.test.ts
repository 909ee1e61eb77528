/** Runs that a thread keeps after a free: which one serves a malloc, how many it keeps, and what it does when one is gone. */

import { clause, NOTE_SPAN, noteOf, PAGE_SHIFT } from '@hakmem/contracts';
import { describe, expect, test } from 'vitest';
import { OTHER, OWNER, PAGE, type Stand, stand } from './stand.js';

/** Blocks of so many pages each, with a page in use between any two, so that what is freed does not grow together. */
function blocks({ large }: Stand, ...pages: number[]): number[] {
  return pages.map((each) => {
    const address = large.malloc(each * PAGE, 1);
    if (address === 0 || large.malloc(PAGE, 1) === 0) throw new Error('memory is exhausted');
    return address;
  });
}

const headsKept = ({ pool }: Stand): number[] => [...pool.kept.keys()];

describe(clause('LARGE-3'), () => {
  test('a run that was freed serves the next malloc of its length, and the pool is not asked for one', () => {
    const at = stand();
    const { large, pool, liveAddresses, problems } = at;
    const [address] = blocks(at, 5);
    expect(large.free(address)).toBe(true);
    expect(pool.kept).toEqual(new Map([[address / PAGE, { pages: 5, owner: OWNER }]]));
    expect(problems()).toEqual([]);
    const { acquired } = pool;
    expect(large.malloc(4 * PAGE + 1, 1)).toBe(address);
    expect([pool.acquired, pool.kept.size, pool.runs.get(address / PAGE)]).toEqual([acquired, 0, 5]);
    expect(liveAddresses()).toContain(address);
    expect(problems()).toEqual([]);
  });

  test('the smallest that fits is taken, of several the one that was freed last', () => {
    const at = stand(800);
    const [a, b, c, d] = blocks(at, 16, 12, 10, 12);
    for (const address of [b, a, d, c]) at.large.free(address);
    expect(at.large.malloc(11 * PAGE, 1)).toBe(d);
    expect(at.large.malloc(11 * PAGE, 1)).toBe(b);
    expect(at.large.malloc(11 * PAGE, 1)).toBe(a);
    expect(headsKept(at)).toEqual([c / PAGE, a / PAGE + 11]);
    expect(at.large.malloc(11 * PAGE, 1)).not.toBe(c);
  });

  test.each([
    [8, 9, 9],
    [8, 10, 8],
    [7, 8, 7],
    [16, 18, 18],
    [16, 19, 16],
    [1, 20, 1],
  ])(
    'for %i pages out of %i the block has %i: more than an eighth too much is kept as a run of its own',
    (wants, has, gets) => {
      const at = stand();
      const [address] = blocks(at, has);
      at.large.free(address);
      expect(at.large.malloc(wants * PAGE, 1)).toBe(address);
      expect(at.pool.runs.get(address / PAGE)).toBe(gets);
      const rest = address + gets * PAGE;
      const kept = { pages: has - gets, owner: OWNER };
      expect(at.pool.kept).toEqual(new Map(gets < has ? [[rest / PAGE, kept]] : []));
      expect(at.large.stats()).toMatchObject({ kept: gets < has ? 1 : 0, shrunkInPlace: 0 });
      expect(at.problems()).toEqual([]);
      if (gets < has) expect(at.large.malloc((has - gets) * PAGE, 1)).toBe(rest);
    },
  );

  test.each([2, 4, 16])('a run that does not start at a multiple of %i pages does not serve one that must', (pages) => {
    const at = stand(400);
    at.large.malloc(PAGE, 1); // page 1
    const odd = at.large.malloc(6 * PAGE, 1); // page 2
    const even = at.large.malloc(6 * PAGE, 16 * PAGE);
    const longer = at.large.malloc(8 * PAGE, 16 * PAGE);
    for (const address of [longer, even, odd]) at.large.free(address);
    const address = at.large.malloc(6 * PAGE, pages * PAGE);
    expect(address).toBe(pages === 2 ? odd : even);
    expect(at.large.malloc(6 * PAGE, 16 * PAGE)).toBe(pages === 2 ? even : longer);
  });

  test('at most 32 are kept, the oldest goes', () => {
    const at = stand(2_000);
    const addresses = blocks(at, ...Array(34).fill(1));
    for (const address of addresses.slice(0, 32)) at.large.free(address);
    expect(headsKept(at)).toEqual(addresses.slice(0, 32).map((address) => address / PAGE));
    for (const address of addresses.slice(32)) expect(at.large.free(address)).toBe(true);
    expect(headsKept(at)).toEqual(addresses.slice(2).map((address) => address / PAGE));
    expect(at.pool.records.words[addresses[0] / PAGE]).toBe(0);
    expect(at.large.stats().kept).toBe(32);
  });

  test.each([
    ['an eighth of the heap', 800, 4, 100],
    ['an eighth of the heap, without the rest', 807, 4, 100],
    ['four times what the policy retains', 4_000, 1, 128],
  ])('their pages are limited: %s', (_, pageLimit, retain, limit) => {
    const at = stand(pageLimit, 1, retain);
    const [a, b, c, d, most] = blocks(at, 40, limit - 40, 1, limit + 1, limit);
    for (const address of [a, b]) at.large.free(address);
    expect(headsKept(at)).toEqual([a / PAGE, b / PAGE]);
    at.large.free(c);
    expect(headsKept(at)).toEqual([b / PAGE, c / PAGE]);
    expect(at.large.free(d)).toBe(true); // longer than all may be
    expect(headsKept(at)).toEqual([b / PAGE, c / PAGE]);
    expect(at.pool.records.words[d / PAGE]).toBe(0);
    at.large.free(most);
    expect(headsKept(at)).toEqual([most / PAGE]);
  });

  test('what is reused counts no more, what is cut off it does', () => {
    const at = stand(800);
    const [a, b, c] = blocks(at, 60, 40, 60);
    for (const address of [a, b]) at.large.free(address);
    expect(at.large.malloc(60 * PAGE, 1)).toBe(a);
    at.large.free(c);
    expect(headsKept(at)).toEqual([b / PAGE, c / PAGE]); // 100 pages
    expect(at.large.malloc(20 * PAGE, 1)).toBe(b);
    expect(at.large.malloc(20 * PAGE, 1)).toBe(b + 20 * PAGE);
    expect(at.large.malloc(20 * PAGE, 1)).toBe(c);
    expect(headsKept(at)).toEqual([c / PAGE + 20]); // 40
    at.large.free(b); // 20 more
    at.large.free(a); // 60 more: the oldest goes
    expect(headsKept(at)).toEqual([b / PAGE, a / PAGE]);
  });

  test.each([
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ])('neighbours become one run, freed in the order %i %i %i', (...order) => {
    const at = stand(800);
    const three = [5, 6, 7].map((pages) => at.large.malloc(pages * PAGE, 1));
    at.large.malloc(PAGE, 1);
    for (const i of order) {
      expect(at.large.free(three[i])).toBe(true);
      expect(at.problems()).toEqual([]);
    }
    expect(at.pool.kept).toEqual(new Map([[three[0] / PAGE, { pages: 18, owner: OWNER }]]));
    expect(at.large.malloc(18 * PAGE, 1)).toBe(three[0]);
    expect(at.pool.kept.size).toBe(0);
  });

  test('neighbours of another thread stay by themselves, and so does what lies between blocks', () => {
    const at = stand(800);
    const [a, b, c, d] = [5, 6, 7, 8].map((pages) => at.large.malloc(pages * PAGE, 1));
    at.large.free(a);
    at.other.free(b);
    at.large.free(d);
    const kept = new Map([a, b, d].map((address) => [address / PAGE, at.pool.kept.get(address / PAGE)?.pages]));
    expect([...kept.values()]).toEqual([5, 6, 8]);
    at.large.free(c);
    expect([...at.pool.kept].map(([head, { pages }]) => [head * PAGE, pages])).toEqual([
      [a, 5],
      [b, 6],
      [c, 15],
    ]);
    expect(at.problems()).toEqual([]);
  });

  test('a block and its neighbour that is kept no more do not become one', () => {
    for (const first of [0, 1]) {
      const at = stand(800);
      const two = [5, 6].map((pages) => at.large.malloc(pages * PAGE, 1));
      at.large.malloc(PAGE, 1);
      at.large.free(two[first]);
      at.pool.afterKeep = () => {
        at.pool.takeBack(two[first] / PAGE);
        expect(at.other.malloc(3 * PAGE, 1)).toBe(two[first]);
      };
      at.large.free(two[1 - first]);
      expect(headsKept(at)).toEqual([two[1 - first] / PAGE]);
      expect(at.pool.kept.get(two[1 - first] / PAGE)?.pages).toBe([6, 5][first]);
      expect(at.problems()).toEqual([]);
      expect(at.large.malloc([6, 5][first] * PAGE, 1)).toBe(two[1 - first]);
    }
  });

  test('a neighbour serves still when the block that was freed beside it is kept no more', () => {
    for (const first of [0, 1]) {
      const at = stand(800);
      const two = [5, 6].map((pages) => at.large.malloc(pages * PAGE, 1));
      at.large.malloc(PAGE, 1);
      at.large.free(two[first]);
      at.pool.afterKeep = () => at.pool.takeBack(two[1 - first] / PAGE);
      at.large.free(two[1 - first]);
      const { acquired } = at.pool;
      expect(at.large.malloc([5, 6][first] * PAGE, 1)).toBe(two[first]);
      expect(at.pool.acquired).toBe(acquired);
      expect(at.problems()).toEqual([]);
    }
  });

  test('runs that have become one are limited as one', () => {
    const at = stand(800);
    const [a, b, c] = [40, 50, 30].map((pages) => at.large.malloc(pages * PAGE, 1));
    at.large.malloc(PAGE, 1);
    at.large.free(a);
    at.large.free(b);
    expect(at.pool.kept).toEqual(new Map([[a / PAGE, { pages: 90, owner: OWNER }]]));
    at.large.free(c);
    const pages = [...at.pool.kept.values()].reduce((sum, kept) => sum + kept.pages, 0);
    expect(pages).toBeLessThanOrEqual(100);
    expect(at.large.malloc(600 * PAGE, 1)).not.toBe(0);
    expect(at.problems()).toEqual([]);
  });

  test('when the policy retains nothing, or comes to, nothing is kept', () => {
    const none = stand(800, 1, 0);
    const [address] = blocks(none, 5);
    expect(none.large.free(address)).toBe(true);
    expect([none.pool.kept.size, none.pool.records.words[address >>> PAGE_SHIFT]]).toEqual([0, 0]);

    const at = stand(4_000);
    const [a, b, c] = blocks(at, 5, 200, 6);
    for (const each of [a, b]) at.large.free(each);
    expect(at.pool.kept.size).toBe(2);
    at.retain(1);
    at.large.free(c);
    expect(headsKept(at)).toEqual([c / PAGE]);
  });

  test('each thread keeps what it frees, whoever made it, and reuses its own only', () => {
    const at = stand();
    const [a, b] = blocks(at, 5, 5);
    expect([at.other.free(a), at.large.free(b)]).toEqual([true, true]);
    expect([a, b].map((address) => at.pool.kept.get(address / PAGE)?.owner)).toEqual([OTHER, OWNER]);
    expect(at.large.malloc(5 * PAGE, 1)).toBe(b);
    expect(at.large.malloc(5 * PAGE, 1)).not.toBe(a);
    expect(at.other.malloc(5 * PAGE, 1)).toBe(a);
  });

  test('a free that another thread is quicker with keeps nothing: the next malloc finds a run of its own', () => {
    const at = stand();
    const [address] = blocks(at, 5);
    at.pool.meanwhile = () => expect(at.other.free(address)).toBe(true);
    expect(at.large.free(address)).toBe(false);
    const { acquired } = at.pool;
    expect(at.large.malloc(5 * PAGE, 1)).not.toBe(address);
    expect(at.pool.acquired).toBe(acquired + 1);
  });
});

describe('a kept run that was taken back meanwhile', () => {
  test('is passed over: the next one that fits is reused, or a run is acquired', () => {
    const at = stand();
    const [a, b] = blocks(at, 5, 6);
    for (const address of [b, a]) at.large.free(address);
    at.pool.takeBack(a / PAGE);
    expect(at.large.malloc(5 * PAGE, 1)).toBe(b);
    at.large.free(b);
    at.pool.takeBack(b / PAGE);
    const { acquired } = at.pool;
    expect(at.large.malloc(5 * PAGE, 1)).toBe(a);
    expect(at.pool.acquired).toBe(acquired + 1);
    expect(at.problems()).toEqual([]);
  });

  test('right when it was to be reused', () => {
    const at = stand();
    const [a] = blocks(at, 5);
    at.large.free(a);
    at.pool.meanwhile = () => {
      at.pool.takeBack(a / PAGE);
      expect(at.other.malloc(3 * PAGE, 1)).toBe(a);
    };
    const address = at.large.malloc(5 * PAGE, 1);
    expect(address).not.toBe(a);
    expect(at.pool.runs.get(a / PAGE)).toBe(3);
    expect(at.problems()).toEqual([]);
  });

  test('another of the thread’s starts there since, of another length: it is found by its own', () => {
    for (const length of [3, 9]) {
      const at = stand();
      const [a] = blocks(at, 5);
      at.large.free(a);
      at.pool.takeBack(a / PAGE);
      at.large.resize(a + 5 * PAGE, 0);
      const other = at.large.malloc(3 * PAGE, 1);
      expect(other).toBe(a);
      if (length === 9) {
        at.large.free(a + 5 * PAGE);
        at.pool.takeBack(a / PAGE + 5);
        expect(at.large.resize(a, 9 * PAGE)).toBe(true);
      }
      at.large.free(a);
      expect(headsKept(at)).toEqual([a / PAGE]);
      expect(at.large.malloc(length * PAGE, 1)).toBe(a);
      expect(at.pool.runs.get(a / PAGE)).toBe(length);
      expect(at.large.malloc(5 * PAGE, 1)).not.toBe(a);
      expect(at.problems()).toEqual([]);
    }
  });

  test('as soon as it was kept, and its pages are another’s: what its note says then is nothing to go by', () => {
    for (const note of [0, -3, 5, 3_000]) {
      const at = stand();
      const { words } = at.pool.records;
      const [a, b] = blocks(at, 5, 5);
      at.large.free(b);
      at.pool.afterKeep = () => {
        at.pool.takeBack(a / PAGE);
        words[noteOf(a / PAGE) + NOTE_SPAN] = note;
      };
      expect(at.large.free(a)).toBe(true);
      const addresses = [at.large.malloc(5 * PAGE, 1), at.large.malloc(5 * PAGE, 1), at.large.malloc(5 * PAGE, 1)];
      expect(new Set(addresses).size).toBe(3);
      for (const address of addresses) expect(at.large.free(address)).toBe(true);
      // What was believed of it is forgotten in the end: the limits are those of runs that are there.
      const many = blocks(at, ...Array(33).fill(1));
      for (const address of many) at.large.free(address);
      expect(at.pool.kept.size).toBeGreaterThan(20);
      expect(at.problems()).toEqual([]);
    }
  });

  test('takes no place for long: 32 newer ones are kept', () => {
    const at = stand(2_000);
    const [a, ...others] = blocks(at, 5, ...Array(32).fill(1));
    at.large.free(a);
    at.pool.takeBack(a / PAGE);
    for (const address of others) at.large.free(address);
    expect(headsKept(at)).toEqual(others.map((address) => address / PAGE));
  });
});

test('memory is not exhausted while runs are kept, by whomever', () => {
  const at = stand(400);
  const [a, b] = [at.large.malloc(20 * PAGE, 1), at.large.malloc(30 * PAGE, 1)];
  at.large.malloc(349 * PAGE, 1);
  expect([at.large.free(a), at.other.free(b)]).toEqual([true, true]);
  expect(at.large.malloc(45 * PAGE, 1)).toBe(a);
  expect(at.large.stats()).toMatchObject({ live: 2, kept: 0 });
});

test('a block grows over a kept run behind it', () => {
  const at = stand();
  const [a, b] = [at.large.malloc(5 * PAGE, 1), at.large.malloc(4 * PAGE, 1)];
  at.large.free(b);
  expect(at.large.resize(a, 8 * PAGE)).toBe(true);
  expect(at.pool.runs.get(a / PAGE)).toBe(8);
  expect(at.large.malloc(4 * PAGE, 1)).toBe(a + 8 * PAGE);
  expect(at.problems()).toEqual([]);
});
