/**
 * Runs that threads keep: what they are, whose they are, and that all of them go before memory grows, whichever thread asks
 * and whichever keeps. What happens when two threads meet at one is in duels.test.ts.
 */

import {
  clause,
  headOf,
  NOTE_SPAN,
  noteOf,
  type PageIndex,
  PageKind,
  pageWord,
  SlotState,
  Tier,
} from '@hakmem/contracts';
import { describe, expect, test } from 'vitest';
import { census, faults } from './audit.js';
import { ACTOR, GONE, keptRun, OTHER, SPAN_4, TINY } from './deeds.js';
import { hintsOff } from './exact.js';
import { acquireMany, OWNER, type Stand, stand, superSlabOf } from './stand.js';

const RIVAL = 12;
const wordFor = (owner: number): number => pageWord(SlotState.ACTIVE, PageKind.LARGE, owner, 0);

/** Runs of so many pages each, one behind the other. */
function runs(at: Stand, ...lengths: number[]): PageIndex[] {
  return lengths.map((pages) => at.pool.acquireRun(pages, 1));
}

describe('a run that a thread keeps', () => {
  test('is ACTIVE, its first page carries the thread, nothing in it is live; to reuse it writes that page alone', () => {
    const at = stand();
    const { words, live } = at.records;
    const [run] = runs(at, 40);
    const block = words.slice();
    const { pool } = at.thread(ACTOR);
    expect(pool.keepRun(run)).toBe(true);
    expect([...words.slice(run, run + 40)]).toEqual([wordFor(ACTOR), ...Array(39).fill(wordFor(0))]);
    expect([headOf(words, run + 39), words[noteOf(run) + NOTE_SPAN], live.indexOf(1)]).toEqual([run, 40, -1]);
    expect([superSlabOf(run), superSlabOf(run + 39)].map((each) => at.registry.tier(each))).toEqual([
      Tier.HOT,
      Tier.HOT,
    ]);
    expect(faults(at)).toEqual([]);
    expect(hintsOff(at)).toEqual([]);
    expect(pool.reuseRun(run, 40)).toBe(true);
    expect([words[run], live[run * 4_096]]).toEqual([wordFor(0), 1]);
    expect(words.filter((word, i) => word !== block[i]).length).toBe(1); // the hint, which may say too much
    expect(hintsOff(at)).toEqual(['kept of 1: hint true']);
    expect(faults(at)).toEqual([]);
    expect(pool.stats()).toMatchObject({ runs: 1, retries: { run: 0 } });
  });

  test('is its thread’s alone: no other can reuse, drop, free or keep it', () => {
    const at = stand();
    const run = keptRun(at.thread(ACTOR), 6);
    const before = at.records.words.slice();
    for (const { pool } of [at.thread(RIVAL), at]) {
      expect([pool.reuseRun(run, 6), pool.dropRun(run), pool.releaseRun(run, 0), pool.keepRun(run)]).toEqual([
        ...[false, false, false, false],
      ]);
    }
    expect(Buffer.compare(Buffer.from(before.buffer), Buffer.from(at.records.words.buffer))).toBe(0);
    expect(census(at).kept).toEqual(new Map([[run, { pages: 6, owner: ACTOR }]]));
  });

  test('is dropped whole: its pages are UNUSED, SuperSlabs that it alone used are FREE', () => {
    const at = stand();
    acquireMany(at.pool, TINY, 1);
    const { pool } = at.thread(ACTOR);
    const run = keptRun({ pool }, 70);
    expect([pool.dropRun(run), pool.dropRun(run)]).toEqual([true, false]);
    expect(at.records.words.slice(run, run + 70).every((word) => word === 0)).toBe(true);
    expect([1, 2, 3].map((superSlab) => at.registry.tier(superSlab))).toEqual([Tier.HOT, Tier.FREE, Tier.FREE]);
    expect(faults(at)).toEqual([]);
  });

  test('was taken back, and another one is kept there since: only with its length is it reused', () => {
    const at = stand();
    const { pool } = at.thread(ACTOR);
    const run = keptRun({ pool }, 6);
    expect(at.thread(RIVAL).pool.reclaim()).toBe(1);
    expect([pool.reuseRun(run, 6), pool.dropRun(run)]).toEqual([false, false]);
    expect(keptRun({ pool }, 4)).toBe(run);
    expect([pool.reuseRun(run, 6), pool.reuseRun(run, 3), pool.reuseRun(run, 0)]).toEqual([false, false, false]);
    expect(census(at).kept).toEqual(new Map([[run, { pages: 4, owner: ACTOR }]]));
    expect(at.records.live[run * 4_096]).toBe(0);
    expect(hintsOff(at)).toEqual([]);
    expect(pool.reuseRun(run, 4)).toBe(true);
    expect(census(at).runs).toEqual(new Map([[run, 4]]));
    expect(faults(at)).toEqual([]);
  });

  test('is what is cut off a block: the block is shorter, the rest kept, and nothing else written', () => {
    const at = stand();
    const [run] = runs(at, 40);
    const before = at.records.words.slice();
    at.thread(ACTOR).pool.splitRun(run, 5);
    expect(census(at)).toMatchObject({
      runs: new Map([[run, 5]]),
      kept: new Map([[run + 5, { pages: 35, owner: ACTOR }]]),
    });
    // Two lengths, a page word, a hint.
    expect(at.records.words.filter((word, i) => word !== before[i]).length).toBe(4);
    expect(hintsOff(at)).toEqual([]);
    expect(faults(at)).toEqual([]);
  });

  test('becomes one with the one behind it, when its thread keeps both', () => {
    const at = stand();
    const [a, b, c, d] = runs(at, 5, 30, 6, 7);
    const { pool } = at.thread(ACTOR);
    for (const head of [a, b, d]) expect(pool.keepRun(head)).toBe(true);
    expect(at.thread(RIVAL).pool.keepRun(c)).toBe(true);
    const before = at.records.words.slice();
    for (const [head, next] of [
      [b, c], // another thread's
      [a, d], // elsewhere
      [b, a],
      [a, a + 1],
      [a + 1, b],
      [c, d],
    ])
      expect(pool.joinRuns(head, next)).toBe(false);
    expect(Buffer.compare(Buffer.from(before.buffer), Buffer.from(at.records.words.buffer))).toBe(0);
    expect(pool.joinRuns(a, b)).toBe(true);
    expect(census(at).kept.get(a)).toEqual({ pages: 35, owner: ACTOR });
    expect([at.records.words[b], at.records.words[noteOf(b) + NOTE_SPAN]]).toEqual([wordFor(0), 0]);
    expect(hintsOff(at)).toEqual([]);
    expect(faults(at)).toEqual([]);
    expect([pool.reuseRun(a, 5), pool.reuseRun(a, 35)]).toEqual([false, true]);
  });

  test('goes with its thread, and stays when another one leaves', () => {
    const at = stand();
    const [mine, gone] = runs(at, 6, 33);
    expect([at.thread(ACTOR).pool.keepRun(mine), at.thread(GONE).pool.keepRun(gone)]).toEqual([true, true]);
    at.pool.leave(GONE);
    expect([...census(at).kept.keys()]).toEqual([mine]);
    expect(at.records.words.slice(gone, gone + 33).every((word) => word === 0)).toBe(true);
    at.pool.leave(ACTOR);
    expect(census(at).kept.size).toBe(0);
    expect([1, 2].map((superSlab) => at.registry.tier(superSlab))).toEqual([Tier.FREE, Tier.FREE]);
    expect(faults(at)).toEqual([]);
  });

  test('is found again when the hints are made anew', () => {
    const at = stand();
    keptRun(at, 3);
    at.hints.drop(at.hints.kept, 1, () => false);
    expect(at.problems()).toEqual(['SuperSlab 1 is not in the set kept']);
    at.pool.leave(GONE);
    expect(faults(at)).toEqual([]);
    expect(at.pool.reclaim()).toBe(1);
  });
});

describe(clause('POOL-11'), () => {
  /** A run of the founder's in every SuperSlab but for 2 pages, and kept ones of 2 by these threads. */
  function full(superSlabs: number, ...keepers: number[]): { at: Stand; kept: PageIndex[] } {
    const at = stand();
    at.registry.memory = superSlabs + 1;
    const kept = Array.from({ length: superSlabs }, () => runs(at, 30, 2)[1]);
    for (const [i, head] of kept.entries())
      expect(at.thread(keepers[i % keepers.length]).pool.keepRun(head)).toBe(true);
    expect(at.pool.stats()).toMatchObject({ unusedSlots: 0, emptySlots: 0 });
    return { at, kept };
  }

  test.each([
    ['a slab', (at: Stand) => at.pool.acquire(TINY)],
    ['a run', (at: Stand) => at.pool.acquireRun(2, 1)],
  ])('%s takes those of another thread, of one SuperSlab, and leaves the others', (_, acquire) => {
    const { at, kept } = full(4, ACTOR, RIVAL);
    at.registry.memory = 9;
    expect(acquire(at)).toBe(kept[0]);
    expect(at.registry.stats().created).toBe(4);
    expect([...census(at).kept.keys()]).toEqual(kept.slice(1));
    expect(hintsOff(at)).toEqual([]);
    expect(faults(at)).toEqual([]);
  });

  test('a request takes as many as it needs, of all threads, and is refused only when none is left', () => {
    const { at, kept } = full(3, ACTOR, OWNER);
    expect(at.pool.acquire(SPAN_4)).toBe(0); // no two of them are neighbours
    expect(census(at).kept.size).toBe(0);
    expect(acquireMany(at.pool, TINY, 6)).toEqual(kept.flatMap((head) => [head, head + 1]));
    expect(at.pool.acquire(TINY)).toBe(0);
    expect(faults(at)).toEqual([]);
  });

  test('several in one SuperSlab go together, and one that reaches into the next', () => {
    const at = stand();
    at.registry.memory = 4;
    const heads = runs(at, 3, 20, 5, 20, 48);
    for (const head of heads.slice(0, 4)) expect(at.thread(ACTOR).pool.keepRun(head)).toBe(true);
    expect(at.pool.acquireRun(40, 1)).toBe(heads[0]);
    expect(census(at).kept.size).toBe(0);
    expect(at.pool.stats().unusedSlots).toBe(8);
    expect(faults(at)).toEqual([]);
  });

  test('they go before EMPTY slots are swept and slabs of other threads reclaimed', () => {
    const at = stand();
    const [slab] = acquireMany(at.pool, TINY, 26);
    keptRun(at.thread(ACTOR), 6);
    at.pool.release(slab);
    expect(at.pool.acquireRun(4, 1)).toBe(slab + 26);
    expect(at.pool.stats()).toMatchObject({ emptySlots: 1, swept: 0 });
  });

  test('without sharing, too: a SuperSlab that only kept runs were in serves a class', () => {
    const at = stand({}, { slotSharing: false });
    at.registry.memory = 3;
    acquireMany(at.pool, TINY, 32);
    expect(keptRun(at.thread(ACTOR), 32)).toBe(64);
    expect(at.pool.acquire(OTHER)).toBe(64);
    expect(at.registry.stats().created).toBe(2);
    expect(faults(at)).toEqual([]);
  });

  test('a run grows over those behind it, also past the border of a SuperSlab, and not over what is in use', () => {
    const at = stand();
    const [run, one, other, end] = runs(at, 20, 10, 40, 1);
    expect([at.thread(ACTOR).pool.keepRun(one), at.pool.keepRun(other)]).toEqual([true, true]);
    expect(at.pool.extendRun(run, 20, 71)).toBe(false);
    expect(census(at).runs.get(run)).toBe(20);
    expect(at.pool.extendRun(run, 20, 70)).toBe(true);
    expect(census(at)).toMatchObject({
      runs: new Map([
        [run, 70],
        [end, 1],
      ]),
      kept: new Map(),
    });
    expect(faults(at)).toEqual([]);
  });

  test('memory that is given back with them is made anew, and SuperSlabs that are skipped then are FREE', () => {
    const at = stand({ retain: 0 });
    expect(keptRun(at.thread(ACTOR), 100)).toBe(32);
    expect(at.pool.acquireRun(3, 128)).toBe(128);
    expect(at.registry.stats()).toMatchObject({ hot: 1, returned: 4 });
    expect(faults(at)).toEqual([]);
  });

  test('reclaim takes all of them, of all threads, and says how many', () => {
    const { at, kept } = full(5, ACTOR, RIVAL, OWNER);
    expect(at.pool.reclaim()).toBe(5);
    expect(kept.every((head) => at.records.words[head] === 0)).toBe(true);
    expect(at.pool.reclaim()).toBe(0);
    expect(hintsOff(at)).toEqual([]);
    expect(faults(at)).toEqual([]);
  });
});
