/** Every clause of the warm pool's contract by example, over a parent that records what it is asked. */

import {
  CLASS_COUNT,
  CompositionError,
  clause,
  NOTE_ROOM,
  noteOf,
  PageKind,
  pageWord,
  type SlabSource,
  SlotState,
  SPAN_BLOCKS,
  standaloneGround,
} from '@hakmem/contracts';
import { describe, expect, test } from 'vitest';
import { MAX_SLABS, WARM_WORDS, warmPool } from '../src/index.js';
import { OWNER } from './fake-parent.js';
import { type Stand, stand } from './stand.js';

const TINY = 3;
const OTHER = 4;
const MID = 80;

/** Offers `count` new slabs of the class. */
function offerNew({ parent, checked }: Stand, sizeClass: number, count: number): number[] {
  return Array.from({ length: count }, () => {
    const head = parent.make(sizeClass);
    checked.offer(sizeClass, head);
    return head;
  });
}

/** Pops `times` times, giving each slab back. */
function cycle({ checked }: Stand, sizeClass: number, times: number): void {
  for (let i = 0; i < times; i++) checked.offer(sizeClass, checked.acquire(sizeClass));
}

describe(clause('WARM-1'), () => {
  test('last in, first out, for every class by itself', () => {
    const real = stand();
    const tiny = offerNew(real, TINY, 5);
    const mid = offerNew(real, MID, 3);
    expect(real.entries(TINY)).toEqual(tiny);
    expect(tiny.map(() => real.checked.acquire(TINY))).toEqual([...tiny].reverse());
    expect(mid.map(() => real.checked.acquire(MID))).toEqual([...mid].reverse());
    expect(real.parent.calls).toEqual([]);
  });

  test.each([1, 2, 7, 15, 16])('of 20 slabs a pool of %i keeps the last so many, the parent gets the first', (size) => {
    const real = stand();
    real.size(size);
    const heads = offerNew(real, TINY, 20);
    expect(real.entries(TINY)).toEqual(heads.slice(20 - size));
    expect(real.parent.holds(TINY)).toEqual(heads.slice(0, 20 - size));
    expect(real.fenced()).toBe(true);
  });

  test('a pool of size 0 keeps nothing and fetches nothing ahead', () => {
    const real = stand();
    real.size(0);
    const heads = offerNew(real, TINY, 3);
    expect(real.parent.holds(TINY)).toEqual(heads);
    expect(real.checked.acquire(TINY)).toBe(heads[2]);
    expect(real.parent.calls.filter((call) => call.startsWith('spare'))).toEqual([]);
    expect(real.warm.stats()).toEqual({ hits: 0, misses: 1, prefills: 0, stale: 0, hitRate: 0 });
  });

  test('a policy that asks for more than fit gets as many as fit', () => {
    const real = stand();
    real.size(MAX_SLABS + 9);
    real.prefill(MAX_SLABS + 9);
    const heads = offerNew(real, TINY, MAX_SLABS + 1);
    expect(real.entries(TINY)).toEqual(heads.slice(1));
    real.parent.stock(OTHER, 40);
    real.checked.acquire(OTHER);
    expect(real.entries(OTHER)).toHaveLength(MAX_SLABS);
    expect(real.entries(TINY)).toHaveLength(MAX_SLABS);
    expect(real.problems()).toEqual([]);
  });

  test('every class has cells of its own, up to the last', () => {
    const real = stand(CLASS_COUNT * MAX_SLABS + 1);
    const heads = Array.from({ length: CLASS_COUNT }, (_, c) => offerNew(real, c, MAX_SLABS));
    heads.forEach((expected, c) => {
      expect(real.entries(c)).toEqual(expected);
    });
    expect(real.problems()).toEqual([]);
    expect(real.fenced()).toBe(true);
    expect(real.region.length).toBe(WARM_WORDS);
  });

  test('acquire and offer touch a constant number of words: popping one of 16 moves no other', () => {
    const real = stand();
    offerNew(real, TINY, 16);
    const before = real.parent.records.words.slice();
    real.warm.acquire(TINY);
    const changed = before.reduce((n, word, at) => n + (word === real.parent.records.words[at] ? 0 : 1), 0);
    expect(changed).toBeLessThanOrEqual(3);
  });
});

describe(clause('WARM-2'), () => {
  test('a miss fetches the 3 of the default beside the one asked for, out of what the parent holds', () => {
    const real = stand();
    const heads = real.parent.stock(TINY, 9);
    expect(real.checked.acquire(TINY)).toBe(heads[8]);
    expect(real.entries(TINY)).toEqual([heads[7], heads[6], heads[5]]);
    expect(real.parent.holds(TINY)).toEqual(heads.slice(0, 5));
    expect(real.warm.stats()).toEqual({ hits: 0, misses: 1, prefills: 3, stale: 0, hitRate: 0 });
    for (let i = 0; i < 3; i++) real.checked.acquire(TINY);
    expect(real.warm.stats()).toEqual({ hits: 3, misses: 1, prefills: 3, stale: 0, hitRate: 0.75 });
  });

  test('a parent that holds less gives less, and nothing is made for the prefill', () => {
    const real = stand();
    real.parent.stock(TINY, 2);
    real.checked.acquire(TINY);
    expect(real.entries(TINY)).toHaveLength(1);
    expect(real.parent.made).toBe(0);
    expect(real.parent.calls).toEqual([`acquire ${TINY}`, `spare ${TINY}`, `spare ${TINY}`]);
    expect(real.warm.stats().prefills).toBe(1);
  });

  test.each([
    [0, 16, 0],
    [1, 16, 1],
    [16, 16, 16],
    [3, 2, 2],
    [40, 5, 5],
  ])('a prefill of %i in a pool of %i fetches %i', (prefill, size, fetched) => {
    const real = stand();
    real.prefill(prefill);
    real.size(size);
    real.parent.stock(TINY, 50);
    real.checked.acquire(TINY);
    expect(real.entries(TINY)).toHaveLength(fetched);
    expect(real.warm.stats().prefills).toBe(fetched);
    expect(real.fenced()).toBe(true);
  });

  test('when memory is exhausted the answer is 0 and nothing is fetched ahead', () => {
    const real = stand();
    real.parent.memory = 0;
    expect(real.checked.acquire(TINY)).toBe(0);
    expect(real.parent.calls).toEqual([`acquire ${TINY}`]);
    expect(real.warm.stats()).toEqual({ hits: 0, misses: 0, prefills: 0, stale: 0, hitRate: 0 });
  });

  test('a spare that finds the pool empty fetches as many, and asks for no memory', () => {
    const real = stand();
    real.parent.memory = 0;
    const heads = real.parent.stock(TINY, 9);
    expect(real.checked.spare(TINY)).toBe(heads[8]);
    expect(real.entries(TINY)).toEqual([heads[7], heads[6], heads[5]]);
    expect(real.parent.calls).toEqual(Array(4).fill(`spare ${TINY}`));
    expect(real.warm.stats()).toEqual({ hits: 0, misses: 1, prefills: 3, stale: 0, hitRate: 0 });
  });

  test('a spare of a chain that holds none fetches nothing', () => {
    const real = stand();
    expect(real.checked.spare(TINY)).toBe(0);
    expect(real.parent.calls).toEqual([`spare ${TINY}`]);
    expect(real.entries(TINY)).toEqual([]);
  });
});

describe(clause('WARM-3'), () => {
  test('on the 64th pop, and not before, entries without room are dropped and counted', () => {
    const real = stand();
    const heads = offerNew(real, TINY, 6);
    real.setRoom(heads[1], 0);
    real.setRoom(heads[3], 0);
    cycle(real, TINY, 63);
    expect(real.entries(TINY)).toEqual(heads);
    expect(real.problems()).toHaveLength(2);
    cycle(real, TINY, 1);
    expect(real.entries(TINY)).toEqual([heads[0], heads[2], heads[4], heads[5]]);
    expect(real.warm.stats()).toMatchObject({ hits: 64, misses: 0, stale: 2 });
    expect(real.problems()).toEqual([]);
    real.setRoom(heads[0], 0);
    cycle(real, TINY, 63);
    expect(real.warm.stats().stale).toBe(2);
    cycle(real, TINY, 1);
    expect(real.warm.stats().stale).toBe(3);
  });

  test('entries are dropped whose page is another owner’s, of another class, or not ACTIVE', () => {
    const real = stand();
    const heads = offerNew(real, TINY, 5);
    const { words } = real.parent.records;
    words[heads[0]] = pageWord(SlotState.ACTIVE, PageKind.TINY, OWNER + 1, TINY);
    words[heads[1]] = pageWord(SlotState.ACTIVE, PageKind.TINY, OWNER, OTHER);
    words[heads[2]] = pageWord(SlotState.EMPTY, PageKind.NONE, OWNER, TINY);
    expect(real.problems()).toHaveLength(3);
    cycle(real, TINY, 64);
    expect(real.entries(TINY)).toEqual([heads[3], heads[4]]);
    expect(real.warm.stats().stale).toBe(3);
  });

  test('each class counts its own pops; a miss is none', () => {
    const real = stand();
    const heads = offerNew(real, TINY, 2);
    offerNew(real, OTHER, 2);
    real.setRoom(heads[0], 0);
    cycle(real, TINY, 40);
    cycle(real, OTHER, 40);
    for (let i = 0; i < 40; i++) real.checked.acquire(MID);
    expect(real.entries(TINY)).toEqual(heads);
    cycle(real, TINY, 24);
    expect(real.entries(TINY)).toEqual([heads[1]]);
  });

  test('when the 64th pop finds nothing but stale entries it is a miss', () => {
    const real = stand();
    const [head] = offerNew(real, TINY, 1);
    cycle(real, TINY, 63);
    real.setRoom(head, 0);
    const next = real.checked.acquire(TINY);
    expect(next).not.toBe(head);
    expect(next).not.toBe(0);
    expect(real.warm.stats()).toEqual({ hits: 63, misses: 1, prefills: 0, stale: 1, hitRate: 63 / 64 });
  });
});

describe(clause('WARM-4'), () => {
  test('hits and misses add up to the slabs that acquire and spare handed out', () => {
    const real = stand();
    expect(real.warm.stats()).toEqual({ hits: 0, misses: 0, prefills: 0, stale: 0, hitRate: 0 });
    real.parent.stock(TINY, 2);
    real.checked.acquire(TINY);
    real.checked.acquire(TINY);
    real.checked.acquire(TINY);
    expect(real.warm.stats()).toEqual({ hits: 1, misses: 2, prefills: 1, stale: 0, hitRate: 1 / 3 });
    offerNew(real, TINY, 2);
    real.checked.spare(TINY);
    real.checked.spare(TINY);
    expect(real.warm.stats()).toEqual({ hits: 3, misses: 2, prefills: 1, stale: 0, hitRate: 3 / 5 });
    real.parent.stock(TINY, 1);
    real.checked.spare(TINY);
    expect(real.warm.stats()).toEqual({ hits: 3, misses: 3, prefills: 1, stale: 0, hitRate: 1 / 2 });
  });

  test('where no slab is handed out nothing is counted, and an offer, a retirement or a prefill is neither', () => {
    const real = stand();
    real.parent.memory = 0;
    for (let i = 0; i < 3; i++) expect([real.checked.acquire(TINY), real.checked.spare(TINY)]).toEqual([0, 0]);
    const heads = offerNew(real, TINY, 18);
    real.checked.retire(TINY, heads[17]);
    expect(real.warm.stats()).toEqual({ hits: 0, misses: 0, prefills: 0, stale: 0, hitRate: 0 });
    real.parent.stock(OTHER, 6);
    real.checked.acquire(OTHER);
    expect(real.warm.stats()).toEqual({ hits: 0, misses: 1, prefills: 3, stale: 0, hitRate: 0 });
  });
});

describe(clause('SOURCE-1'), () => {
  test('a slab that was handed out is held by no link', () => {
    const real = stand();
    const heads = offerNew(real, TINY, 20);
    const out = heads.map((_, i) => (i % 2 === 0 ? real.checked.acquire(TINY) : real.checked.spare(TINY)));
    expect(new Set(out)).toEqual(new Set(heads));
    real.warm.held(() => expect.unreachable('nothing is held any more'));
  });
});

describe(clause('SOURCE-2'), () => {
  test('slabs that were offered come back before memory is asked for, those that did not fit too', () => {
    const real = stand();
    real.size(4);
    real.parent.memory = 0;
    const heads = offerNew(real, TINY, 11);
    const back = heads.map(() => real.checked.acquire(TINY));
    expect(new Set(back)).toEqual(new Set(heads));
    expect(real.checked.acquire(TINY)).toBe(0);
  });
});

describe(clause('SOURCE-3'), () => {
  test('spare gives what the pool holds, then what the parent holds, and then 0', () => {
    const real = stand();
    const [far] = real.parent.stock(TINY, 1);
    const [near] = offerNew(real, TINY, 1);
    expect([real.checked.spare(TINY), real.checked.spare(TINY), real.checked.spare(TINY)]).toEqual([near, far, 0]);
    expect(real.parent.made).toBe(0);
    // The second finds the pool empty and looks for more to fetch ahead.
    expect(real.parent.calls).toEqual([`spare ${TINY}`, `spare ${TINY}`, `spare ${TINY}`]);
  });
});

describe(clause('SOURCE-4'), () => {
  test.each([0, 1, 2, 3, 4])('a slab at place %i leaves the stack, the others keep their order', (at) => {
    const real = stand();
    const heads = offerNew(real, TINY, 5);
    const others = offerNew(real, OTHER, 2);
    real.checked.retire(TINY, heads[at]);
    expect(real.entries(TINY)).toEqual(heads.filter((head) => head !== heads[at]));
    expect(real.entries(OTHER)).toEqual(others);
    expect(real.parent.retired).toEqual([heads[at]]);
  });

  test('a slab that the parent holds, or nobody, goes to the parent', () => {
    const real = stand();
    const [held] = real.parent.stock(TINY, 1);
    const nobodys = real.parent.make(TINY);
    const [kept] = offerNew(real, TINY, 1);
    real.checked.retire(TINY, held);
    real.checked.retire(TINY, nobodys);
    expect(real.parent.retired).toEqual([held, nobodys]);
    expect(real.entries(TINY)).toEqual([kept]);
  });

  test('cells above the count are not looked at: a slab popped and retired takes no other with it', () => {
    const real = stand();
    const heads = offerNew(real, TINY, 3);
    const popped = real.checked.acquire(TINY);
    real.checked.retire(TINY, popped);
    expect(real.entries(TINY)).toEqual(heads.slice(0, 2));
  });
});

test('a full pool drops an entry without room instead of handing it to the parent, and counts it', () => {
  const real = stand();
  real.size(2);
  const [first] = offerNew(real, TINY, 2);
  real.setRoom(first, 0);
  offerNew(real, TINY, 1);
  expect(real.parent.holds(TINY)).toEqual([]);
  expect(real.warm.stats().stale).toBe(1);
});

describe(clause('GENERAL-B'), () => {
  test('a smaller size takes nothing away; it acts on the next offer and the next miss', () => {
    const real = stand();
    const heads = offerNew(real, TINY, 10);
    real.size(2);
    expect(real.entries(TINY)).toEqual(heads);
    const [late] = offerNew(real, TINY, 1);
    expect(real.entries(TINY)).toEqual([heads[9], late]);
    expect(real.parent.holds(TINY)).toEqual(heads.slice(0, 9));
    expect([1, 2].map(() => real.checked.acquire(TINY))).toEqual([late, heads[9]]);
    for (const _ of heads.slice(0, 9)) real.parent.spare(TINY);
    real.parent.stock(TINY, 9);
    real.checked.acquire(TINY);
    expect(real.entries(TINY)).toHaveLength(2);
  });

  test('a larger size and another prefill act from the next call on', () => {
    const real = stand();
    real.size(1);
    offerNew(real, TINY, 2);
    real.size(3);
    offerNew(real, TINY, 2);
    expect(real.entries(TINY)).toHaveLength(3);
    expect(real.parent.holds(TINY)).toHaveLength(1);
    real.prefill(1);
    for (let i = 0; i < 4; i++) real.checked.acquire(TINY);
    real.parent.stock(TINY, 5);
    real.checked.acquire(TINY);
    expect(real.entries(TINY)).toHaveLength(1);
  });
});

describe('verify', () => {
  test('finds entries without room, a count that cannot be, and asks the parent', () => {
    const real = stand();
    const [head] = offerNew(real, TINY, 1);
    expect(real.problems()).toEqual([]);
    expect(real.parent.calls).toContain('verify');
    for (const room of [0, -1]) {
      real.setRoom(head, room);
      expect(real.problems()).toEqual([`slab ${head} of class ${TINY} has no room`]);
    }
    real.setRoom(head, SPAN_BLOCKS[TINY]);
    const { words, start } = real.region;
    const count = start + 8 + TINY * (2 + MAX_SLABS);
    expect([...words.subarray(count, count + 3)]).toEqual([1, 0, head]);
    for (const wrong of [-1, MAX_SLABS + 1]) {
      words[count] = wrong;
      expect(real.problems()).toEqual([`class ${TINY} counts ${wrong} slabs, at most ${MAX_SLABS} fit`]);
    }
  });

  test('says where the slab is', () => {
    const real = stand();
    const [head] = offerNew(real, TINY, 1);
    real.parent.records.words[noteOf(head) + NOTE_ROOM] = 0;
    const places: number[] = [];
    real.warm.verify(({ box, address }) => {
      expect(box).toBe('warm-pool');
      places.push(address);
    });
    expect(places).toEqual([head * 65_536]);
  });
});

describe('the recipe', () => {
  test('a parent that lacks a method is named in the error', () => {
    const scope = standaloneGround(64, WARM_WORDS).scope(WARM_WORDS);
    const parent = { acquire() {}, offer() {}, retire() {}, held() {}, verify() {} } as unknown as SlabSource;
    expect(() => warmPool().build(scope, parent)).toThrow(CompositionError);
    expect(() => warmPool().build(scope, parent)).toThrow(/warm-pool wants spare\(\) of its parent/);
  });
});
