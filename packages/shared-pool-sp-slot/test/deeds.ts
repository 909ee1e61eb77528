/**
 * The operations of a pool, each with what must stand before it, for tests that end or interrupt a thread at every access.
 * The stand is four SuperSlabs with memory for all of them; the thread in question is `ACTOR`, others stand by.
 */

import { BLOCK_BYTES, GRANULE_BYTES, type PageIndex, SPAN_BLOCKS, SPAN_PAGES } from '@hakmem/contracts';
import { acquireMany, classOfSpan, lengthOf, type Stand, stand, type Thread } from './stand.js';

/** The thread that does the deed. */
export const ACTOR = 9;
/** A thread that has died before, and left slabs behind. */
export const GONE = 11;

/** A thread that keeps runs. */
const KEEPER = 14;

export const TINY = 3;
export const OTHER = 5;
export const THIRD = 8;
/** A class with spans of four pages, and one with spans of three. */
export const SPAN_4 = classOfSpan(4);
export const SPAN_3 = classOfSpan(3);

export interface Scene {
  readonly at: Stand;
  /** The run that the deed is about, or 0. */
  readonly run: PageIndex;
  readonly runPages: number;
  /** A slab of ACTOR's with nothing live in it, or 0. */
  readonly slab: PageIndex;
}

export interface Deed {
  readonly name: string;
  /** Arranges the scene; `actor` is the thread that will do the deed. */
  set(at: Stand, actor: Thread): Partial<Pick<Scene, 'run' | 'slab'>> | undefined;
  /** Does it; what it answers. */
  act(thread: Thread, scene: Scene): number | boolean | undefined;
}

/** Makes the first `blocks` blocks of a slab live. */
export function setLive({ records }: Stand, head: PageIndex, sizeClass: number, blocks = 1): void {
  const granules = BLOCK_BYTES[sizeClass] / GRANULE_BYTES;
  for (let i = 0; i < blocks; i++) records.live[head * 4_096 + i * granules] = 1;
}

/** Slabs of a thread that is gone: one with a live block, one that is full, one in which the last block died later. */
export function leaveBehind(at: Stand, sizeClass: number): PageIndex[] {
  const gone = at.thread(GONE).pool;
  const heads = acquireMany(gone, sizeClass, 3);
  const [full, used, idle] = heads;
  setLive(at, used, sizeClass);
  setLive(at, full, sizeClass, SPAN_BLOCKS[sizeClass]);
  setLive(at, idle, sizeClass);
  gone.leave(GONE);
  at.records.live.fill(0, idle * 4_096, (idle + SPAN_PAGES[sizeClass]) * 4_096);
  return heads;
}

/** Fills what is there but for the last `pages` pages of its last SuperSlab, with slabs of the founder, all of them live. */
function fillUp(at: Stand, pages: number): PageIndex[] {
  const heads = acquireMany(at.pool, OTHER, 1);
  while ((heads[heads.length - 1] & 31) !== 31 - pages) heads.push(...acquireMany(at.pool, OTHER, 1));
  for (const head of heads) setLive(at, head, OTHER);
  return heads;
}

/** A run that the thread keeps. */
export function keptRun({ pool }: Pick<Thread, 'pool'>, pages: number): PageIndex {
  const run = pool.acquireRun(pages, 1);
  if (!pool.keepRun(run)) throw new Error(`run ${run} of ${pages} pages cannot be kept`);
  return run;
}

/** No page is left but those of two neighbouring runs of 4 and 8 pages, which two threads keep. */
function keptInTheWay(at: Stand): undefined {
  at.registry.memory = 3;
  fillUp(at, 9);
  keptRun(at, 4);
  keptRun(at.thread(KEEPER), 8);
  fillUp(at, 0);
}

export const DEEDS: readonly Deed[] = [
  {
    name: 'acquire a tiny slab, UNUSED',
    set: (at) => void acquireMany(at.pool, TINY, 2),
    act: ({ pool }) => pool.acquire(TINY),
  },
  {
    name: 'acquire a tiny slab, EMPTY',
    set(at) {
      const heads = acquireMany(at.pool, TINY, 8);
      at.pool.release(heads[2]);
      return {};
    },
    act: ({ pool }) => pool.acquire(TINY),
  },
  {
    name: 'acquire a span of 4 pages, UNUSED',
    set: (at) => void acquireMany(at.pool, TINY, 2),
    act: ({ pool }) => pool.acquire(SPAN_4),
  },
  {
    name: 'acquire a span of 4 pages, EMPTY',
    set(at) {
      const heads = acquireMany(at.pool, SPAN_4, 3);
      at.pool.release(heads[1]);
      return {};
    },
    act: ({ pool }) => pool.acquire(SPAN_4),
  },
  {
    name: 'acquire a span from a new SuperSlab',
    set: (at) => void fillUp(at, 2),
    act: ({ pool }) => pool.acquire(SPAN_4),
  },
  {
    name: 'acquire a span where EMPTY slots of another class must be swept',
    set(at) {
      for (const head of fillUp(at, 0).slice(4, 9)) {
        at.records.live[head * 4_096] = 0;
        at.pool.release(head);
      }
      return {};
    },
    act: ({ pool }) => pool.acquire(SPAN_4),
  },
  {
    name: 'adopt a tiny slab, past a full one',
    set: (at) => void leaveBehind(at, TINY),
    act: ({ pool }) => pool.acquire(TINY),
  },
  {
    name: 'adopt a span of 4 pages, past a full one',
    set(at) {
      acquireMany(at.pool, TINY, 1);
      leaveBehind(at, SPAN_4);
      return {};
    },
    act: ({ pool }) => pool.acquire(SPAN_4),
  },
  {
    name: 'release a tiny slab',
    set(at, actor) {
      acquireMany(at.pool, TINY, 6);
      return { slab: acquireMany(actor.pool, TINY, 1)[0] };
    },
    act: ({ pool }, { slab }) => pool.release(slab) as undefined,
  },
  {
    name: 'release a span of 4 pages',
    set(at, actor) {
      acquireMany(at.pool, TINY, 6);
      return { slab: acquireMany(actor.pool, SPAN_4, 2)[0] };
    },
    act: ({ pool }, { slab }) => pool.release(slab) as undefined,
  },
  {
    name: 'release the last span of a SuperSlab, which frees it',
    set(at, actor) {
      fillUp(at, 2);
      return { slab: acquireMany(actor.pool, SPAN_4, 1)[0] };
    },
    act: ({ pool }, { slab }) => pool.release(slab) as undefined,
  },
  {
    name: 'release a slab, so that its SuperSlab drains',
    set(at, actor) {
      const heads = fillUp(at, 1);
      const [slab] = acquireMany(actor.pool, TINY, 2);
      for (const head of heads.slice(0, 27)) {
        at.records.live[head * 4_096] = 0;
        at.pool.release(head);
      }
      at.pool.sweep();
      return { slab };
    },
    act: ({ pool }, { slab }) => pool.release(slab) as undefined,
  },
  {
    name: 'acquire a run over the border of SuperSlabs',
    set(at) {
      fillUp(at, 5);
      at.pool.releaseRun(at.pool.acquireRun(20, 1), 0);
      return {};
    },
    act: ({ pool }) => pool.acquireRun(19, 1),
  },
  {
    name: 'acquire a run that takes new SuperSlabs, aligned',
    set: (at) => void fillUp(at, 7),
    act: ({ pool }) => pool.acquireRun(34, 16),
  },
  {
    name: 'acquire a run where EMPTY slots must be swept and idle slabs reclaimed',
    set(at) {
      at.registry.memory = 3;
      const idle = leaveBehind(at, TINY)[2];
      setLive(at, idle, TINY);
      const heads = [...fillUp(at, 0), ...acquireMany(at.pool, OTHER, 32)];
      for (const head of [idle, heads[0], heads[1], heads[40]]) at.records.live[head * 4_096] = 0;
      for (const head of [heads[0], heads[1], heads[40]]) at.pool.release(head);
      return {};
    },
    act: ({ pool }) => pool.acquireRun(3, 1),
  },
  {
    name: 'extend a run over the border of SuperSlabs',
    set(at, actor) {
      fillUp(at, 6);
      return { run: actor.pool.acquireRun(4, 1) };
    },
    act: ({ pool }, { run, runPages }) => pool.extendRun(run, runPages, runPages + 5),
  },
  {
    name: 'release a run of one SuperSlab',
    set(at, actor) {
      acquireMany(at.pool, TINY, 2);
      return { run: actor.pool.acquireRun(6, 1) };
    },
    act: ({ pool }, { run }) => pool.releaseRun(run, 0),
  },
  {
    name: 'release a run of three SuperSlabs',
    set(at, actor) {
      fillUp(at, 3);
      return { run: actor.pool.acquireRun(40, 1) };
    },
    act: ({ pool }, { run }) => pool.releaseRun(run, 0),
  },
  {
    name: 'shrink a run over the border of SuperSlabs',
    set(at, actor) {
      fillUp(at, 6);
      return { run: actor.pool.acquireRun(12, 1) };
    },
    act: ({ pool }, { run }) => pool.releaseRun(run, 3),
  },
  {
    name: 'keep a run of one SuperSlab',
    set(at, actor) {
      acquireMany(at.pool, TINY, 2);
      return { run: actor.pool.acquireRun(6, 1) };
    },
    act: ({ pool }, { run }) => pool.keepRun(run),
  },
  {
    name: 'keep a run of three SuperSlabs',
    set(at, actor) {
      fillUp(at, 3);
      return { run: actor.pool.acquireRun(40, 1) };
    },
    act: ({ pool }, { run }) => pool.keepRun(run),
  },
  {
    name: 'reuse a run of three SuperSlabs',
    set(at, actor) {
      fillUp(at, 3);
      return { run: keptRun(actor, 40) };
    },
    act: ({ pool }, { run, runPages }) => pool.reuseRun(run, runPages),
  },
  {
    name: 'reuse a run that is another one by now',
    set(at, actor) {
      acquireMany(at.pool, TINY, 2);
      return { run: keptRun(actor, 6) };
    },
    act: ({ pool }, { run, runPages }) => pool.reuseRun(run, runPages - 1),
  },
  {
    name: 'split a run in a SuperSlab',
    set(at, actor) {
      acquireMany(at.pool, TINY, 2);
      return { run: actor.pool.acquireRun(6, 1) };
    },
    act: ({ pool }, { run }) => pool.splitRun(run, 3) as undefined,
  },
  {
    name: 'split a run over the border of SuperSlabs',
    set(at, actor) {
      fillUp(at, 3);
      return { run: actor.pool.acquireRun(40, 1) };
    },
    act: ({ pool }, { run }) => pool.splitRun(run, 3) as undefined,
  },
  {
    name: 'join two runs',
    set(at, actor) {
      acquireMany(at.pool, TINY, 2);
      const run = keptRun(actor, 6);
      keptRun(actor, 4);
      return { run };
    },
    act: ({ pool }, { run }) => pool.joinRuns(run, run + 6),
  },
  {
    name: 'join two runs over the border of SuperSlabs',
    set(at, actor) {
      fillUp(at, 3);
      const [run, next] = [actor.pool.acquireRun(7, 1), actor.pool.acquireRun(40, 1)];
      for (const head of [run, next]) actor.pool.keepRun(head);
      return { run };
    },
    act: ({ pool }, { run }) => pool.joinRuns(run, run + 7),
  },
  {
    name: 'join a run with one that another thread keeps',
    set(at, actor) {
      acquireMany(at.pool, TINY, 2);
      const run = keptRun(actor, 6);
      keptRun(at, 4);
      return { run };
    },
    act: ({ pool }, { run }) => pool.joinRuns(run, run + 6),
  },
  {
    name: 'drop a run of three SuperSlabs',
    set(at, actor) {
      fillUp(at, 3);
      return { run: keptRun(actor, 40) };
    },
    act: ({ pool }, { run }) => pool.dropRun(run),
  },
  {
    name: 'acquire a run where kept ones must be taken back',
    set: keptInTheWay,
    act: ({ pool }) => pool.acquireRun(11, 1),
  },
  {
    name: 'acquire a span where kept pages must be taken back',
    set: keptInTheWay,
    act: ({ pool }) => pool.acquire(SPAN_4),
  },
  {
    name: 'extend a run over kept ones and the border of SuperSlabs',
    set(at, actor) {
      fillUp(at, 8);
      const run = actor.pool.acquireRun(4, 1);
      keptRun(at, 2);
      keptRun(actor, 1);
      keptRun(at, 20);
      return { run };
    },
    act: ({ pool }, { run, runPages }) => pool.extendRun(run, runPages, runPages + 5),
  },
  {
    name: 'reclaim, with kept runs of several threads',
    set(at, actor) {
      leaveBehind(at, TINY);
      for (const [thread, pages] of [[at, 3] as const, [actor, 40] as const, [at, 2] as const]) keptRun(thread, pages);
      return {};
    },
    act: ({ pool }) => pool.reclaim(),
  },
  {
    name: 'sweep',
    set(at) {
      const heads = [...acquireMany(at.pool, TINY, 4), ...acquireMany(at.pool, SPAN_3, 12)];
      for (const head of [heads[1], heads[3], heads[5], heads[6], heads[14]]) at.pool.release(head);
      return {};
    },
    act: ({ pool }) => pool.sweep(),
  },
  {
    name: 'reclaim',
    set(at) {
      acquireMany(at.pool, OTHER, 1);
      leaveBehind(at, TINY);
      leaveBehind(at, SPAN_4);
      return {};
    },
    act: ({ pool }) => pool.reclaim(),
  },
  {
    name: 'leave, as oneself',
    set(at, actor) {
      acquireMany(at.pool, OTHER, 2);
      leaveMine(at, actor);
      return {};
    },
    act: ({ pool }) => pool.leave(ACTOR) as undefined,
  },
];

/** Slabs and spans of the actor, with live blocks and without, a run, and one that it keeps. */
export function leaveMine(at: Stand, actor: Thread): void {
  const heads = [...acquireMany(actor.pool, THIRD, 3), ...acquireMany(actor.pool, SPAN_3, 3)];
  setLive(at, heads[1], THIRD);
  setLive(at, heads[3], SPAN_3);
  actor.pool.acquireRun(3, 1);
  keptRun(actor, 2);
}

/** The scene of a deed: SuperSlabs 1 … 4. `before` comes before the deed's own arrangements. */
export function sceneOf(deed: Deed, before?: (at: Stand, actor: Thread) => void): Scene {
  const at = stand({ pageLimit: 160 });
  const actor = at.thread(ACTOR);
  before?.(at, actor);
  const { run = 0, slab = 0 } = deed.set(at, actor) ?? {};
  return { at, run, runPages: run === 0 ? 0 : lengthOf(at.records, run), slab };
}
