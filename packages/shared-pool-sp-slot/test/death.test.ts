/**
 * A thread dies after every write of every operation, and another one relieves it of what it had: the heap is whole again,
 * nothing is lost, and what was being freed is there or gone.
 */

import { type OnAccess, Stop, stopAfter } from '@hakmem/conformance';
import { ownerOf, type PageIndex, SPAN_PAGES } from '@hakmem/contracts';
import { describe, expect, test } from 'vitest';
import { census, faults, faultsOfCapacity } from './audit.js';
import {
  ACTOR,
  DEEDS,
  type Deed,
  leaveMine,
  OTHER,
  type Scene,
  SPAN_3,
  SPAN_4,
  sceneOf,
  setLive,
  THIRD,
  TINY,
} from './deeds.js';
import { acquireMany, OWNER, type Stand } from './stand.js';

const HEIR = 20;
const HEIR_OF_HEIR = 21;

/** Does it, and says whether it came to its end. */
function survives(act: () => unknown): boolean {
  try {
    act();
    return true;
  } catch (error) {
    if (error instanceof Stop) return false;
    throw error;
  }
}

function carrying({ records, registry }: Stand, owner: number): PageIndex[] {
  const found: PageIndex[] = [];
  for (let page = registry.first * 32; page < registry.end * 32; page++) {
    if (ownerOf(records.words[page]) === owner) found.push(page);
  }
  return found;
}

/** A run that was there before is there still, as long as it was or will be; or gone, when it was being freed. */
function faultsOfRun({ at, run, runPages }: Scene, deed: Deed, others: PageIndex | 0 = 0): string[] {
  if (run === 0 || run === others) return [];
  const length = census(at).runs.get(run);
  const allowed: Record<string, (number | undefined)[]> = {
    extend: [runPages, runPages + 5],
    release: [runPages, undefined],
    shrink: [runPages, 3],
    keep: [runPages, undefined],
    reuse: [runPages, undefined],
    split: [runPages, 3],
    join: [undefined],
    drop: [undefined],
  };
  const lengths = allowed[deed.name.split(' ')[0]];
  return lengths.includes(length) ? [] : [`the run of ${runPages} pages has ${length}`];
}

/** Ends the actor after each write in turn, lets `after` bring the heap to rest, and collects what is wrong then. */
function die(deed: Deed, after: (scene: Scene) => PageIndex | undefined): { stops: number; wrong: string[] } {
  const wrong: string[] = [];
  for (let writes = 0; ; writes++) {
    const scene = sceneOf(deed);
    const before = census(scene.at);
    const mortal = scene.at.thread(ACTOR, stopAfter(writes));
    const done = survives(() => deed.act(mortal, scene));
    const othersRun = after(scene);
    const now = census(scene.at);
    const found = [...faults(scene.at), ...faultsOfRun(scene, deed, othersRun)];
    for (const page of carrying(scene.at, ACTOR)) found.push(`page ${page} carries the dead thread`);
    for (const [head, { owner }] of before.slabs) {
      if (owner === OWNER && now.slabs.get(head)?.owner !== OWNER) found.push(`the founder has lost its slab ${head}`);
    }
    if (found.length === 0) found.push(...faultsOfCapacity(scene.at));
    wrong.push(...found.map((each) => `after ${writes} writes: ${each}`));
    if (done) return { stops: writes, wrong };
  }
}

describe('a thread dies after each of its writes', () => {
  test.each(DEEDS.map((deed) => [deed.name, deed] as const))('%s', (_, deed) => {
    const { stops, wrong } = die(deed, ({ at }) => at.thread(HEIR).pool.leave(ACTOR) as undefined);
    expect(wrong).toEqual([]);
    expect(stops).toBeGreaterThan(1);
  });
});

/** What others do before anybody knows that the thread is dead: they must pass over what it left, and lose nothing. */
function goOn(at: Stand): PageIndex {
  const { pool } = at.thread(HEIR);
  const run = pool.acquireRun(7, 1);
  const heads = [TINY, SPAN_4, OTHER, SPAN_4].map((sizeClass) => [sizeClass, pool.acquire(sizeClass)] as const);
  for (const [sizeClass, head] of heads) if (head !== 0) setLive(at, head, sizeClass);
  if (run !== 0) pool.releaseRun(run, 2);
  pool.sweep();
  pool.reclaim();
  const [sizeClass, head] = heads[3];
  if (head === 0) return run;
  at.records.live.fill(0, head * 4_096, (head + SPAN_PAGES[sizeClass]) * 4_096);
  pool.release(head);
  return run;
}

describe('a thread dies after each of its writes, and others go on before it is relieved', () => {
  test.each(DEEDS.map((deed) => [deed.name, deed] as const))('%s', (_, deed) => {
    const { wrong } = die(deed, ({ at }) => {
      const run = goOn(at);
      at.thread(HEIR_OF_HEIR).pool.leave(ACTOR);
      return run;
    });
    expect(wrong).toEqual([]);
  });
});

/** Deaths whose heir dies, too: after half of the writes of an operation, with slabs of the dead thread's beside it. */
function writesOf(deed: Deed): number {
  const scene = sceneOf(deed, leaveMine);
  let writes = 0;
  const count: OnAccess = (access) => {
    if (access === 'write') writes++;
  };
  deed.act(scene.at.thread(ACTOR, count), scene);
  return writes;
}

describe('the thread that relieves a dead one dies after each of its writes, and a third one relieves both', () => {
  const heirDies = (deed: Deed, atWrite: number, onAccess: OnAccess): { done: boolean; wrong: string[] } => {
    const scene = sceneOf(deed, leaveMine);
    const { at } = scene;
    survives(() => deed.act(at.thread(ACTOR, stopAfter(atWrite)), scene));
    const done = survives(() => at.thread(HEIR, onAccess).pool.leave(ACTOR));
    const third = at.thread(HEIR_OF_HEIR).pool;
    third.leave(ACTOR);
    third.leave(HEIR);
    const wrong = [...faults(at), ...faultsOfRun(scene, deed)];
    for (const owner of [ACTOR, HEIR])
      wrong.push(...carrying(at, owner).map((page) => `page ${page} carries ${owner}`));
    if (wrong.length === 0) wrong.push(...faultsOfCapacity(at));
    return { done, wrong };
  };

  test.each(DEEDS.map((deed) => [deed.name, deed] as const))('%s', (_, deed) => {
    const total = writesOf(deed);
    expect(total).toBeGreaterThan(1);
    const found: string[] = [];
    // The first writes, the last ones and some between: each leaves another half of the operation.
    const stops = new Set([1, 2, 3, 5, 8, 12, Math.floor(total / 2), total - 4, total - 1]);
    for (const stop of [...stops].filter((each) => each > 0 && each < total)) {
      for (let writes = 0; ; writes++) {
        const { done, wrong } = heirDies(deed, stop, stopAfter(writes));
        found.push(...wrong.map((each) => `stopped after ${stop} of ${total}, heir after ${writes}: ${each}`));
        if (done) break;
      }
    }
    expect(found).toEqual([]);
  });
});

test('leave may be repeated, and changes nothing then', () => {
  for (const deed of DEEDS) {
    const { at } = sceneOf(deed);
    const heir = at.thread(HEIR).pool;
    heir.leave(ACTOR);
    const before = at.records.words.slice();
    heir.leave(ACTOR);
    expect(Buffer.compare(Buffer.from(at.records.words.buffer), Buffer.from(before.buffer))).toBe(0);
    expect(faults(at)).toEqual([]);
  }
});

test('when a thread leaves, what is live stays: its slabs are abandoned, its runs are there, the rest is let go of', () => {
  const deed = DEEDS.find((each) => each.name === 'leave, as oneself');
  if (deed === undefined) throw new Error('no such deed');
  const { at } = sceneOf(deed);
  const before = census(at);
  acquireMany(at.pool, OTHER, 1);
  at.thread(HEIR).pool.leave(ACTOR);
  const after = census(at);
  const mine = [...before.slabs].filter(([, slab]) => slab.owner === ACTOR);
  const kept = mine.filter(([head]) => after.slabs.has(head)).map(([head, slab]) => [head, slab.sizeClass] as const);
  expect(mine.length).toBe(6);
  expect(kept.map(([, sizeClass]) => sizeClass)).toEqual([THIRD, SPAN_3]);
  for (const [head] of kept) expect(after.slabs.get(head)?.owner).toBe(0);
  expect(after.runs).toEqual(before.runs);
  expect([[...before.kept.values()], after.kept.size]).toEqual([[{ pages: 2, owner: ACTOR }], 0]);
  expect(at.pool.stats().abandoned).toBe(2);
});
