/** Where searches and runs stop: at the border of a SuperSlab, at the end of memory; and the lines of the log. */

import { clause, PAGE_BYTES, Tier } from '@hakmem/contracts';
import { describe, expect, test } from 'vitest';
import { acquireMany, OWNER, stand } from './stand.js';

const TINY = 0;
const OTHER = 5;
const FIRST = 32; // the first page of SuperSlab 1

describe('a run that grows', () => {
  test('up to the end of its SuperSlab leaves the next one as it is: EMPTY slots, and runs that are kept', () => {
    const at = stand();
    const run = at.pool.acquireRun(20, 1);
    const kept = at.pool.acquireRun(8, 32);
    const [slab] = acquireMany(at.pool, TINY, 13).slice(12);
    expect([run, kept, slab]).toEqual([FIRST, FIRST + 32, FIRST + 40]);
    for (let slot = 0; slot < 12; slot++) at.pool.release(FIRST + 20 + slot);
    acquireMany(at.pool, OTHER, 5);
    at.pool.release(slab);
    at.pool.keepRun(kept);
    expect(at.pool.extendRun(run, 20, 32)).toBe(true);
    expect(at.pool.stats()).toMatchObject({ emptySlots: 1, swept: 12 });
    expect(at.pool.reuseRun(kept, 8)).toBe(true);
  });

  test('to one page before that end, too', () => {
    const at = stand();
    const run = at.pool.acquireRun(31, 1);
    acquireMany(at.pool, TINY, 1);
    const heads = acquireMany(at.pool, OTHER, 6);
    at.pool.release(heads[5]);
    at.pool.release(FIRST + 31);
    expect(at.pool.extendRun(run, 31, 32)).toBe(true);
    expect(at.pool.stats()).toMatchObject({ emptySlots: 1, swept: 1 });
  });

  test('in a higher SuperSlab does not ask the lower ones', () => {
    const at = stand();
    acquireMany(at.pool, TINY, 32);
    const run = at.pool.acquireRun(40, 1);
    expect(run).toBe(FIRST + 32);
    expect(at.pool.extendRun(run, 40, 50)).toBe(true);
  });

  test('is refused where the next SuperSlab is in use, and nothing has changed', () => {
    const at = stand();
    const run = at.pool.acquireRun(30, 1);
    const next = at.pool.acquireRun(8, 32);
    const before = at.records.words.slice();
    expect([run, next]).toEqual([FIRST, FIRST + 32]);
    expect(at.pool.extendRun(run, 30, 33)).toBe(false);
    expect(at.records.words).toEqual(before);
  });
});

test(`${clause('POOL-7')} a run that is refused after memory was given for its start leaves all of that FREE`, () => {
  const at = stand({ firstPage: 61 });
  at.registry.memory = 3;
  expect(at.pool.acquireRun(40, 1)).toBe(0);
  expect([at.registry.end, at.registry.tier(1), at.registry.tier(2)]).toEqual([3, Tier.FREE, Tier.FREE]);
});

test(`${clause('POOL-2')} a FREE SuperSlab comes before EMPTY slots of other classes are swept`, () => {
  const at = stand();
  const heads = acquireMany(at.pool, TINY, 33);
  at.pool.release(heads[32]);
  at.pool.release(heads[0]);
  expect([at.registry.tier(2), at.pool.stats().emptySlots]).toEqual([Tier.FREE, 1]);
  expect(at.pool.acquire(OTHER)).toBe(FIRST + 32);
  expect(at.pool.stats()).toMatchObject({ emptySlots: 1, fresh: 3 });
});

test(`${clause('POOL-11')} a hint of kept runs without cause does not hide those behind it`, () => {
  const at = stand();
  acquireMany(at.pool, TINY, 32);
  const run = at.pool.acquireRun(8, 1);
  at.pool.keepRun(run);
  at.hints.add(at.hints.kept, 1);
  expect(at.pool.reclaim()).toBe(1);
});

describe('the log', () => {
  test('has a line for each slot and run that comes or goes, with its place', () => {
    const { pool, lines } = stand();
    const [head, second] = acquireMany(pool, TINY, 2);
    pool.release(head);
    pool.acquire(TINY);
    const run = pool.acquireRun(5, 1);
    pool.releaseRun(run, 2);
    pool.releaseRun(run, 0);
    pool.leave(OWNER);
    expect(lines).toEqual([
      '[SP_ACQUIRE_STAGE3] class=0 using new SuperSlab (ss=1 slot=0)',
      '[SP_ACQUIRE_STAGE2] class=0 using UNUSED slot (ss=1 slot=1)',
      '[SS_FREE] slot EMPTY (ss=1 slot=0)',
      '[SP_ACQUIRE_STAGE1] class=0 using EMPTY slot (ss=1 slot=0)',
      '[SP_ACQUIRE_RUN] pages=5 (ss=1 slot=2)',
      '[SS_FREE] run pages=3 UNUSED (ss=1 slot=4)',
      '[SS_FREE] run pages=2 UNUSED (ss=1 slot=2)',
    ]);
    expect(second).toBe(FIRST + 1);
  });

  test('has one for a slab that is adopted', () => {
    const at = stand();
    const other = at.thread(OWNER + 1);
    const [head] = acquireMany(other.pool, TINY, 1);
    at.records.live[head << 12] = 1;
    other.pool.leave(OWNER + 1);
    expect(at.pool.acquire(TINY)).toBe(head);
    expect(at.lines).toEqual(['[SP_ACQUIRE_STAGE0] class=0 adopting (ss=1 slot=0)']);
  });

  test('need not be there', () => {
    const { pool } = stand().thread(OWNER + 1);
    const run = pool.acquireRun(5, 1);
    const [head] = acquireMany(pool, TINY, 1);
    pool.release(head);
    expect([pool.releaseRun(run, 1), pool.releaseRun(run, 0), pool.acquire(TINY)]).toEqual([true, true, FIRST]);
  });
});

describe('verify', () => {
  test('names the pool, and the place', () => {
    const at = stand();
    const [head] = acquireMany(at.pool, TINY, 1);
    at.slots.claim(head + 1, TINY, 0);
    const found: [string, number][] = [];
    at.pool.verify(({ box, address }) => found.push([box, address]));
    expect(found).toEqual([['shared-pool-sp-slot', (head + 1) * PAGE_BYTES]]);
  });

  test.each(['HOT', 'DRAINING'] as const)('wants a SuperSlab without UNUSED slots in no set while it is %s', (tier) => {
    const at = stand();
    acquireMany(at.pool, TINY, 32);
    if (tier === 'DRAINING') at.registry.drain(1);
    expect([at.registry.tier(1), at.problems()]).toEqual([Tier[tier], []]);
  });
});
