/**
 * What a thread of a pool may be at when it is interrupted or ended: operations, each with what must stand before it, and what
 * other threads do meanwhile. Four SuperSlabs with memory for all of them; the thread in question is `ACTOR`.
 */

import { type PageIndex, type RunPool, type SizeClass, SLOTS_PER_SUPERSLAB, SPAN_BLOCKS } from '@hakmem/contracts';
import { acquireRun, keptRun } from './pool-runs.js';
import { classOfSpan, type PoolStand } from './pool-stand.js';

/** The thread that does the deed, the one that comes in between, and one that is dead and not relieved yet. */
export const ACTOR = 9;
export const RIVAL = 12;
export const GONE = 11;

const TINY: SizeClass = 3;
const OTHER: SizeClass = 5;
const THIRD: SizeClass = 8;
const SPAN: SizeClass = classOfSpan(4);

/** What a call answered; `undefined` when it answers nothing. */
export type Answer = number | boolean | undefined;

export interface Deed {
  readonly name: string;
  /** Whether it needs runs. */
  readonly runs: boolean;
  /** Arranges the scene: `actor` is the thread that will do the deed. Answers what the deed is about, or 0. */
  readonly set: (at: PoolStand, actor: RunPool) => PageIndex;
  readonly act: (pool: RunPool, place: PageIndex) => Answer;
  /** What a number that it answers is. */
  readonly gives?: 'slab' | 'run';
  /** Lengths that the run at `place` may have when the actor was ended in the middle; undefined: it is no block. */
  readonly lengths?: readonly (number | undefined)[];
}

/** Slabs of the founder, live, until `pages` pages are UNUSED in the SuperSlab of the last one, or memory ends. */
function fillUp(at: PoolStand, pages: number): PageIndex[] {
  const heads = at.acquire(OTHER, 1);
  const unusedBeside = (head: PageIndex): number => {
    const first = head & -SLOTS_PER_SUPERSLAB;
    return at.records.words.subarray(first, first + SLOTS_PER_SUPERSLAB).filter((word) => word === 0).length;
  };
  for (let head = heads[0]; unusedBeside(head) !== pages && heads.length < at.records.pageLimit; heads.push(head)) {
    head = at.checked.acquire(OTHER);
    if (head === 0) break;
  }
  for (const head of heads) at.setLive(head, OTHER, 1);
  return heads;
}

/** Slabs of a thread that is gone, abandoned: one that is full, one with a live block, one in which nothing is live now. */
function leaveBehind(at: PoolStand, sizeClass: SizeClass): void {
  const [full, used, idle] = at.acquire(sizeClass, 3, at.peer(GONE));
  at.setLive(full, sizeClass, SPAN_BLOCKS[sizeClass]);
  for (const head of [used, idle]) at.setLive(head, sizeClass, 1);
  at.checked.leave(GONE);
  at.setLive(idle, sizeClass, 0);
}

/** A slab of the actor, with slabs of the founder before it. */
function slabOf(at: PoolStand, actor: RunPool, sizeClass: SizeClass, free: number): PageIndex {
  fillUp(at, free);
  return at.acquire(sizeClass, 1, actor)[0];
}

const SLOT_DEEDS: readonly Deed[] = [
  {
    name: 'acquire a slab',
    runs: false,
    set: (at) => at.acquire(TINY, 2).length * 0,
    gives: 'slab',
    act: (pool) => pool.acquire(TINY),
  },
  {
    name: 'acquire an EMPTY span',
    runs: false,
    set(at) {
      at.checked.release(at.acquire(SPAN, 3)[1]);
      return 0;
    },
    gives: 'slab',
    act: (pool) => pool.acquire(SPAN),
  },
  {
    name: 'acquire a span from a new SuperSlab',
    runs: false,
    set: (at) => fillUp(at, 2).length * 0,
    gives: 'slab',
    act: (pool) => pool.acquire(SPAN),
  },
  {
    name: 'acquire a span where EMPTY slots of another class are swept',
    runs: false,
    set(at) {
      for (const head of fillUp(at, 0).slice(4, 9)) {
        at.setLive(head, OTHER, 0);
        at.checked.release(head);
      }
      return 0;
    },
    gives: 'slab',
    act: (pool) => pool.acquire(SPAN),
  },
  {
    name: 'adopt a span, past a full one',
    runs: false,
    set(at) {
      at.acquire(TINY, 1);
      leaveBehind(at, SPAN);
      return 0;
    },
    gives: 'slab',
    act: (pool) => pool.acquire(SPAN),
  },
  {
    name: 'release a slab beside others',
    runs: false,
    set: (at, actor) => slabOf(at, actor, TINY, 20),
    act: (pool, slab) => pool.release(slab) as undefined,
  },
  {
    name: 'release the last span of a SuperSlab, which frees it',
    runs: false,
    set: (at, actor) => slabOf(at, actor, SPAN, 0),
    act: (pool, slab) => pool.release(slab) as undefined,
  },
  {
    name: 'sweep',
    runs: false,
    set(at) {
      const heads = [...at.acquire(TINY, 4), ...at.acquire(SPAN, 3)];
      for (const head of [heads[1], heads[3], heads[5]]) at.checked.release(head);
      return 0;
    },
    act: (pool) => pool.sweep(),
  },
  {
    name: 'reclaim',
    runs: false,
    set(at) {
      at.acquire(OTHER, 1);
      leaveBehind(at, SPAN);
      return 0;
    },
    act: (pool) => pool.reclaim(),
  },
  {
    name: 'leave, as oneself',
    runs: false,
    set(at, actor) {
      at.acquire(OTHER, 2);
      const heads = at.acquire(SPAN, 2, actor);
      at.setLive(at.acquire(THIRD, 2, actor)[1], THIRD, 1);
      at.setLive(heads[1], SPAN, 1);
      if (typeof actor.keepRun === 'function') keptRun(at, 2, actor);
      return 0;
    },
    act: (pool) => pool.leave(ACTOR) as undefined,
  },
];

const RUN_DEEDS: readonly Deed[] = [
  {
    name: 'acquire a run over the border of SuperSlabs',
    runs: true,
    set: (at) => fillUp(at, 5).length * 0,
    gives: 'run',
    act: (pool) => pool.acquireRun(19, 1),
  },
  {
    name: 'acquire a run where kept ones are taken back',
    runs: true,
    set(at) {
      at.registry.memory = at.registry.first + 2;
      fillUp(at, 12);
      keptRun(at, 4);
      keptRun(at, 8, at.peer(RIVAL));
      fillUp(at, 0);
      return 0;
    },
    gives: 'run',
    act: (pool) => pool.acquireRun(11, 1),
  },
  {
    name: 'extend a run over a kept one and the border of SuperSlabs',
    runs: true,
    set(at, actor) {
      fillUp(at, 7);
      const run = acquireRun(at, 4, actor);
      keptRun(at, 3);
      return run;
    },
    act: (pool, run) => pool.extendRun(run, 4, 9),
    lengths: [4, 9],
  },
  {
    name: 'release a run of three SuperSlabs',
    runs: true,
    set(at, actor) {
      fillUp(at, 3);
      return acquireRun(at, 40, actor);
    },
    act: (pool, run) => pool.releaseRun(run, 0),
    lengths: [40, undefined],
  },
  {
    name: 'shorten a run over the border of SuperSlabs',
    runs: true,
    set(at, actor) {
      fillUp(at, 6);
      return acquireRun(at, 12, actor);
    },
    act: (pool, run) => pool.releaseRun(run, 3),
    lengths: [12, 3],
  },
  {
    name: 'keep a run',
    runs: true,
    set: (at, actor) => acquireRun(at, 6, actor),
    act: (pool, run) => pool.keepRun(run),
    lengths: [6, undefined],
  },
  {
    name: 'reuse a run',
    runs: true,
    set: (at, actor) => keptRun(at, 6, actor),
    act: (pool, run) => pool.reuseRun(run, 6),
    lengths: [6, undefined],
  },
  {
    name: 'split a run',
    runs: true,
    set: (at, actor) => acquireRun(at, 6, actor),
    act: (pool, run) => pool.splitRun(run, 2) as undefined,
    lengths: [6, 2],
  },
  {
    name: 'join two runs',
    runs: true,
    set(at, actor) {
      const run = acquireRun(at, 7, actor);
      actor.splitRun(run, 3);
      actor.keepRun(run);
      return run;
    },
    act: (pool, run) => pool.joinRuns(run, run + 3),
    lengths: [undefined],
  },
  {
    name: 'drop a run',
    runs: true,
    set: (at, actor) => keptRun(at, 6, actor),
    act: (pool, run) => pool.dropRun(run),
    lengths: [undefined],
  },
];

/** The deeds of a pool: those of slots, and those of runs when it has them. */
export function deedsOf(runs: boolean): readonly Deed[] {
  return runs ? [...SLOT_DEEDS, ...RUN_DEEDS] : SLOT_DEEDS;
}

/** What the rival has before the deed is arranged. */
export interface Rival {
  readonly pool: RunPool;
  readonly slab: PageIndex;
  readonly run: PageIndex;
}

/** What another thread does in the middle of a deed. */
export interface Intrusion {
  readonly name: string;
  readonly runs: boolean;
  /** What a number that it answers is. */
  readonly gives?: 'slab' | 'run';
  readonly act: (rival: Rival) => Answer;
}

export const INTRUSIONS: readonly Intrusion[] = [
  { name: 'acquires a slab', runs: false, gives: 'slab', act: ({ pool }) => pool.acquire(TINY) },
  { name: 'acquires a span', runs: false, gives: 'slab', act: ({ pool }) => pool.acquire(SPAN) },
  {
    name: 'releases a slab and sweeps',
    runs: false,
    act({ pool, slab }) {
      pool.release(slab);
      pool.sweep();
      return undefined;
    },
  },
  {
    name: 'relieves a dead thread and reclaims',
    runs: false,
    act({ pool }) {
      pool.leave(GONE);
      pool.reclaim();
      return undefined;
    },
  },
  { name: 'acquires a long run', runs: true, gives: 'run', act: ({ pool }) => pool.acquireRun(35, 1) },
  { name: 'keeps a run and reclaims', runs: true, act: ({ pool, run }) => pool.keepRun(run) && pool.reclaim() > 0 },
];

/** A slab and a run of the rival, and slabs of a thread that is dead and that nobody has relieved yet. */
export function rivalIn(at: PoolStand, runs: boolean): Rival {
  const pool = at.peer(RIVAL);
  const [slab] = at.acquire(THIRD, 1, pool);
  const [used] = at.acquire(THIRD, 2, at.peer(GONE));
  at.setLive(used, THIRD, 1);
  return { pool, slab, run: runs ? acquireRun(at, 2, pool) : 0 };
}
