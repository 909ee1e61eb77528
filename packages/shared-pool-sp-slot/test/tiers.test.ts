/** When a SuperSlab drains, and what a transition leaves alone beside the pages that it changes. */

import { clause, NOTE_WORDS, noteOf, SPAN_BLOCKS, Tier } from '@hakmem/contracts';
import { describe, expect, test } from 'vitest';
import { hintsOff } from './exact.js';
import { acquireMany, classOfSpan, OWNER, type Stand, stand } from './stand.js';

const TINY = 0;
const FIRST = 32; // the first page of SuperSlab 1

/** SuperSlab 1 has 12 slabs and 20 UNUSED slots, SuperSlab 2 one slab; says the slabs of the first. */
function twoOpen({ pool }: Stand): number[] {
  const run = pool.acquireRun(20, 1);
  const heads = acquireMany(pool, TINY, 13);
  expect([run, heads[0], heads[12]]).toEqual([FIRST, FIRST + 20, FIRST + 32]);
  pool.releaseRun(run, 0);
  return heads.slice(0, 12);
}

describe(clause('POOL-5'), () => {
  test('beside an open one a SuperSlab is HOT with 5 slots ACTIVE and drains with 4', () => {
    const at = stand();
    const heads = twoOpen(at);
    const tiers = heads.slice(0, 8).map((head) => {
      at.pool.release(head);
      return at.registry.tier(1);
    });
    expect(tiers).toEqual([...new Array(7).fill(Tier.HOT), Tier.DRAINING]);
    expect(hintsOff(at)).toEqual([]);
  });

  test('so does the higher one of two', () => {
    const at = stand();
    const below = acquireMany(at.pool, TINY, 20);
    const run = at.pool.acquireRun(30, 32);
    expect([below[0], run, at.hints.has(at.hints.open, 2)]).toEqual([FIRST, FIRST + 32, true]);
    at.pool.releaseRun(run, 2);
    expect([at.registry.tier(1), at.registry.tier(2)]).toEqual([Tier.HOT, Tier.DRAINING]);
    expect(hintsOff(at)).toEqual([]);
  });

  test('one that was full and becomes almost empty at once drains, too', () => {
    const at = stand();
    acquireMany(at.pool, TINY, 20);
    const run = at.pool.acquireRun(32, 32);
    expect(run).toBe(FIRST + 32);
    expect(at.hints.has(at.hints.open, 2)).toBe(false);
    at.pool.releaseRun(run, 3);
    expect(at.registry.tier(2)).toBe(Tier.DRAINING);
  });

  test('without UNUSED slots it is HOT, however few are ACTIVE, and keeps its EMPTY ones', () => {
    const at = stand();
    const heads = acquireMany(at.pool, TINY, 33);
    for (const head of heads.slice(0, 31)) at.pool.release(head);
    expect(at.registry.tier(1)).toBe(Tier.HOT);
    expect(at.pool.stats()).toMatchObject({ emptySlots: 31, swept: 0 });
  });

  test('one that drains goes on when no other is open any more', () => {
    const at = stand();
    const heads = twoOpen(at);
    for (const head of heads.slice(0, 8)) at.pool.release(head);
    acquireMany(at.pool, TINY, 31);
    expect([at.registry.tier(1), at.hints.has(at.hints.open, 2)]).toEqual([Tier.DRAINING, false]);
    at.pool.release(heads[8]);
    expect(at.registry.tier(1)).toBe(Tier.DRAINING);
  });

  test('a tier that another thread has left wrong is set right by the next look', () => {
    const at = stand();
    acquireMany(at.pool, TINY, 20);
    at.registry.free(1);
    at.slots.settle(1);
    expect(at.registry.tier(1)).toBe(Tier.HOT);
    expect(at.problems()).toEqual([]);
  });

  test('a run that ends where memory does leaves nothing behind it changed', () => {
    const at = stand();
    const run = at.pool.acquireRun(32, 1);
    expect([run, at.registry.end]).toEqual([FIRST, 2]);
    at.pool.releaseRun(run, 0);
    expect([at.registry.tier(1), at.registry.tier(2)]).toEqual([Tier.FREE, Tier.ABSENT]);
    expect([at.hints.unused(1), at.hints.unused(2)]).toEqual([-1, 0]);
  });
});

describe(clause('GENERAL-D'), () => {
  test.each([1, 2, 4])('the notes of a slab of %i pages are written whole, and those beside it not at all', (span) => {
    const { pool, records } = stand();
    const notes = records.words.subarray(noteOf(0), noteOf(records.pageLimit)).fill(9);
    const sizeClass = classOfSpan(span);
    const head = pool.acquire(sizeClass);
    const expected = notes.slice().fill(9);
    expected.set([span, SPAN_BLOCKS[sizeClass], 0, 0, 0], head * NOTE_WORDS);
    for (let i = 1; i < span; i++) expected[(head + i) * NOTE_WORDS] = -i;
    expect(notes).toEqual(expected);
  });

  test('cutting a run leaves the one before it alone', () => {
    const at = stand();
    const before = at.pool.acquireRun(12, 1);
    const run = at.pool.acquireRun(12, 1);
    const words = at.records.words.slice(before, run);
    at.pool.releaseRun(run, 4);
    expect(at.records.words.slice(before, run)).toEqual(words);
    expect(hintsOff(at)).toEqual([]);
  });
});

describe('a founder over SuperSlabs that are there already', () => {
  test('gives them out before it asks for memory', () => {
    const at = stand({ prewarm: 2 });
    expect(hintsOff(at)).toEqual([]);
    expect(at.pool.acquire(TINY)).toBe(FIRST);
    expect([at.registry.end, at.pool.stats().fresh]).toEqual([3, 1]);
    expect(at.problems()).toEqual([]);
  });
});

test(`${clause('POOL-11')} those of one SuperSlab at a time: one that starts where the next begins stays kept`, () => {
  const at = stand({ pageLimit: 96 });
  const [first, second] = [at.pool.acquireRun(32, 1), at.pool.acquireRun(32, 1)];
  for (const run of [first, second]) at.pool.keepRun(run);
  expect(at.pool.acquireRun(8, 1)).toBe(first);
  expect(at.pool.reuseRun(second, 32)).toBe(true);
  expect(at.thread(OWNER + 1).pool.dropRun(second)).toBe(false);
});
