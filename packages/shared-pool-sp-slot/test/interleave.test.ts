/**
 * Two threads: while one is at an operation, another one does a whole operation of its own, before every write of the
 * first and between its reads. When both are done the heap is whole, the walker finds nothing, each has what it was told
 * that it has, and nothing is lost.
 */

import { once } from '@hakmem/conformance';
import { classIn, type PageIndex } from '@hakmem/contracts';
import { describe, expect, test } from 'vitest';
import { census, faults, faultsOfCapacity } from './audit.js';
import { ACTOR, DEEDS, type Deed, GONE, OTHER, type Scene, SPAN_4, sceneOf, setLive, THIRD, TINY } from './deeds.js';
import { acquireMany, type Stand, type Thread } from './stand.js';

const RIVAL = 12;
/** Of the reads between two writes, the first, the last and each of this many. */
const EVERY = 5;

/** What the rival has before the deed is arranged. */
interface Rival {
  readonly pool: Thread['pool'];
  readonly slab: PageIndex;
  readonly span: PageIndex;
  readonly run: PageIndex;
  /** A run of 2 pages that it keeps, with one of a page behind it. */
  readonly kept: PageIndex;
}

/** A slab of one page, a span, a run and a kept one in the first SuperSlab; and slabs of a thread that is dead, not relieved yet. */
function rivalIn(at: Stand): Rival {
  const { pool } = at.thread(RIVAL);
  const gone = at.thread(GONE).pool;
  const [slab] = acquireMany(pool, TINY, 1);
  const [span] = acquireMany(pool, SPAN_4, 1);
  const [used] = acquireMany(gone, THIRD, 2);
  setLive(at, used, THIRD);
  const [run, kept, next] = [3, 2, 1].map((pages) => pool.acquireRun(pages, 1));
  for (const head of [kept, next]) pool.keepRun(head);
  return { pool, slab, span, run, kept };
}

interface Intrusion {
  readonly name: string;
  act(rival: Rival, scene: Scene): number | boolean | undefined;
}

const INTRUSIONS: readonly Intrusion[] = [
  { name: 'acquires a tiny slab', act: ({ pool }) => pool.acquire(TINY) },
  { name: 'acquires a tiny slab of another class', act: ({ pool }) => pool.acquire(OTHER) },
  { name: 'acquires a span', act: ({ pool }) => pool.acquire(SPAN_4) },
  { name: 'acquires a run', act: ({ pool }) => pool.acquireRun(2, 1) },
  { name: 'acquires a long run', act: ({ pool }) => pool.acquireRun(35, 1) },
  { name: 'releases a tiny slab', act: ({ pool, slab }) => pool.release(slab) as undefined },
  { name: 'releases a span', act: ({ pool, span }) => pool.release(span) as undefined },
  { name: 'releases a run', act: ({ pool, run }) => pool.releaseRun(run, 0) },
  { name: 'shrinks a run', act: ({ pool, run }) => pool.releaseRun(run, 1) },
  { name: 'keeps a run', act: ({ pool, run }) => pool.keepRun(run) },
  { name: 'reuses a run that it keeps', act: ({ pool, kept }) => pool.reuseRun(kept, 2) },
  { name: 'wants to reuse a run that is another one by now', act: ({ pool, kept }) => pool.reuseRun(kept, 1) },
  { name: 'splits a run', act: ({ pool, run }) => pool.splitRun(run, 1) as undefined },
  { name: 'joins two runs that it keeps', act: ({ pool, kept }) => pool.joinRuns(kept, kept + 2) },
  { name: 'drops a run that it keeps', act: ({ pool, kept }) => pool.dropRun(kept) },
  { name: 'sweeps', act: ({ pool }) => pool.sweep() },
  { name: 'reclaims', act: ({ pool }) => pool.reclaim() },
  { name: 'relieves a dead thread', act: ({ pool }) => pool.leave(GONE) as undefined },
];

/** The accesses of a deed before which the rival comes. */
function moments(deed: Deed): number[] {
  const scene = sceneOf(deed, rivalIn);
  const found: number[] = [];
  let index = 0;
  let reads = 0;
  const onAccess = (access: string): void => {
    if (access === 'write' || reads === 0 || reads % EVERY === 0) found.push(index);
    reads = access === 'write' ? 0 : reads + 1;
    index++;
  };
  deed.act(scene.at.thread(ACTOR, onAccess), scene);
  return found;
}

/** That a slab or run which a thread was told that it has is there, and is its own. */
function claims(at: Stand, who: string, name: string, owner: number, answer: number | boolean | undefined): string[] {
  if (typeof answer !== 'number' || !/acquire|adopt/.test(name) || answer === 0) return [];
  const { slabs, runs } = census(at);
  if (/run/.test(name)) return runs.has(answer) ? [] : [`${who} has no run at ${answer}`];
  if (slabs.get(answer)?.owner === owner) return [];
  return [`${who} does not have the slab at ${answer} of class ${classIn(at.records.words[answer])}`];
}

/** That a run which a thread was told to have again is its block, and one that it was refused is not. */
function reused(at: Stand, who: string, run: PageIndex, pages: number, answer: unknown): string[] {
  const length = census(at).runs.get(run);
  return (length === pages) === answer
    ? []
    : [`${who} was told ${answer} for the run ${run}, which has ${length} pages`];
}

function intrude(deed: Deed, intrusion: Intrusion, moment: number): string[] {
  let rival: Rival | undefined;
  const scene = sceneOf(deed, (at) => {
    rival = rivalIn(at);
  });
  const { at } = scene;
  const before = census(at);
  let theirs: number | boolean | undefined;
  const hook = once(moment, () => {
    if (rival !== undefined) theirs = intrusion.act(rival, scene);
  });
  const mine = deed.act(at.thread(ACTOR, hook.onAccess), scene);
  if (!hook.done()) return [`there is no access ${moment}`];
  const found = [...faults(at), ...claims(at, 'the actor', deed.name, ACTOR, mine)];
  found.push(...claims(at, 'the rival', intrusion.name, RIVAL, theirs));
  if (deed.name.startsWith('reuse')) found.push(...reused(at, 'the actor', scene.run, scene.runPages, mine));
  if (/reuse/.test(intrusion.name)) found.push(...reused(at, 'the rival', rival?.kept ?? 0, 2, theirs));
  const bothAcquire = /acquire|adopt/.test(deed.name) && /acquires/.test(intrusion.name);
  if (bothAcquire && mine !== 0 && mine === theirs) found.push(`both have ${mine}`);
  const { slabs } = census(at);
  for (const [head, { owner }] of before.slabs) {
    const released =
      owner === ACTOR || owner === 0 || (owner === RIVAL && /releases/.test(intrusion.name)) || owner === GONE;
    if (!released && slabs.get(head)?.owner !== owner) found.push(`thread ${owner} has lost its slab ${head}`);
  }
  if (found.length === 0 && moment % 3 === 0) found.push(...faultsOfCapacity(at));
  return found.map((each) => `before access ${moment}: ${each}`);
}

describe.each(DEEDS.map((deed) => [deed.name, deed] as const))('%s', (_, deed) => {
  const when = moments(deed);
  test.each(INTRUSIONS.map((each) => [each.name, each] as const))('while another thread %s', (_, intrusion) => {
    const found = when.flatMap((moment) => intrude(deed, intrusion, moment));
    expect(found).toEqual([]);
  });
});
