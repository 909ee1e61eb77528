/**
 * Two threads after the same thing: before every single access of one, reads included, the other does a whole operation on
 * the same pages. What both were told must agree, and the heap must be whole.
 */

import { once, Stop, stopAfter } from '@hakmem/conformance';
import {
  classIn,
  headOf,
  kindOf,
  NOTE_ROOM,
  noteOf,
  OWNER_MASK,
  ownerOf,
  type PageIndex,
  PageKind,
  SlotState,
  SPAN_BLOCKS,
  SPAN_PAGES,
  stateOf,
  Tier,
} from '@hakmem/contracts';
import { describe, expect, test } from 'vitest';
import { census, faults, faultsOfCapacity } from './audit.js';
import { ACTOR, DEEDS, GONE, keptRun, leaveBehind, OTHER, SPAN_3, SPAN_4, sceneOf, setLive, TINY } from './deeds.js';
import { acquireMany, lengthOf, type Stand, stand, superSlabOf, type Thread } from './stand.js';

const RIVAL = 12;

interface Duel<Place> {
  /** SuperSlabs that there is memory for; default 4. */
  readonly superSlabs?: number;
  /** Of the accesses of the actor, the rival comes before each of this many; default 1: before every one. */
  readonly every?: number;
  set(at: Stand, actor: Thread, rival: Thread): Place;
  actor(thread: Thread, place: Place, at: Stand): unknown;
  rival(thread: Thread, place: Place, at: Stand): unknown;
  /** What is wrong with what both were told; `at` is at rest. */
  judge?(mine: unknown, theirs: unknown, place: Place, at: Stand): string[];
}

/** Lets the rival come before every access of the actor in turn; the answers that were seen, and what went wrong. */
function fight<Place>(duel: Duel<Place>): { wrong: string[]; answers: Set<string>; moments: number } {
  const wrong: string[] = [];
  const answers = new Set<string>();
  for (let moment = 0; ; moment += duel.every ?? 1) {
    const at = stand({ pageLimit: 32 + 32 * (duel.superSlabs ?? 4) });
    const rival = at.thread(RIVAL);
    const place = duel.set(at, at.thread(ACTOR), rival);
    let theirs: unknown;
    const hook = once(moment, () => {
      theirs = duel.rival(rival, place, at);
    });
    const mine = duel.actor(at.thread(ACTOR, hook.onAccess), place, at);
    if (!hook.done()) return { wrong, answers, moments: moment };
    answers.add(`${mine} ${theirs}`);
    const found = [...faults(at), ...(duel.judge?.(mine, theirs, place, at) ?? [])];
    if (found.length === 0) found.push(...faultsOfCapacity(at));
    wrong.push(...found.map((each) => `before access ${moment}: ${each}`));
  }
}

/** Slabs of the founder, live, until `free` pages of the last SuperSlab are left. */
function fillUp(at: Stand, free: number): PageIndex[] {
  const heads: PageIndex[] = [];
  do heads.push(...acquireMany(at.pool, OTHER, 1));
  while (((heads.at(-1) ?? 0) & 31) !== 31 - free);
  for (const head of heads) setLive(at, head, OTHER);
  return heads;
}

const disjoint = (mine: unknown, theirs: unknown): string[] => (mine === theirs ? [`both have ${mine}`] : []);
const owned = (at: Stand, head: unknown, owner: number): string[] =>
  census(at).slabs.get(head as PageIndex)?.owner === owner ? [] : [`thread ${owner} does not have slab ${head}`];

describe('slots', () => {
  test.each([TINY, SPAN_3, SPAN_4])('two threads take slabs of class %i out of one SuperSlab', (sizeClass) => {
    const { wrong, moments } = fight({
      set: (at) => acquireMany(at.pool, OTHER, 1),
      actor: ({ pool }) => pool.acquire(sizeClass),
      rival: ({ pool }) => pool.acquire(sizeClass),
      judge: (mine, theirs, _, at) => [
        ...disjoint(mine, theirs),
        ...owned(at, mine, ACTOR),
        ...owned(at, theirs, RIVAL),
        ...(superSlabOf(mine as number) === superSlabOf(theirs as number) ? [] : ['not in one SuperSlab']),
      ],
    });
    expect(wrong).toEqual([]);
    expect(moments).toBeGreaterThan(20);
  });

  test('two threads take the last pages there are: one of them gets 0', () => {
    const { wrong, answers } = fight({
      superSlabs: 1,
      set: (at) => fillUp(at, 5),
      actor: ({ pool }) => pool.acquire(SPAN_4),
      rival: ({ pool }) => pool.acquire(SPAN_4),
      judge: (mine, theirs) => (Number(mine === 0) + Number(theirs === 0) === 1 ? [] : [`${mine} and ${theirs}`]),
    });
    expect(wrong).toEqual([]);
    // A pair that was lost on its way is found again one page on.
    expect([...answers].sort()).toEqual(['0 59', '0 60', '59 0']);
  });

  test('two threads take EMPTY spans: each its own', () => {
    const { wrong, answers } = fight({
      set(at) {
        const heads = acquireMany(at.pool, SPAN_4, 4);
        for (const head of heads.slice(1, 3)) at.pool.release(head);
      },
      actor: ({ pool }) => pool.acquire(SPAN_4),
      rival: ({ pool }) => pool.acquire(SPAN_4),
      judge: (mine, theirs) => disjoint(mine, theirs),
    });
    expect(wrong).toEqual([]);
    expect([...answers].some((each) => each === '40 36')).toBe(true);
  });

  test('a sweep against reuse: EMPTY spans are swept, or taken, never both', () => {
    const set = (at: Stand): void => {
      const heads = acquireMany(at.pool, SPAN_4, 4);
      for (const head of heads.slice(1, 3)) at.pool.release(head);
    };
    const reuse = fight({
      set,
      actor: ({ pool }) => pool.sweep(),
      rival: ({ pool }) => pool.acquire(SPAN_4),
      judge: (swept, head, _, at) => [
        ...owned(at, head, RIVAL),
        ...(census(at).empty === 0 ? [] : [`${census(at).empty} slots are EMPTY still`]),
        ...(swept === 8 || (swept === 4 && at.pool.stats().reuse === 1) ? [] : [`${swept} slots were swept`]),
      ],
    });
    expect(reuse.wrong).toEqual([]);
    const sweep = fight({
      set,
      actor: ({ pool }) => pool.acquire(SPAN_4),
      rival: ({ pool }) => pool.sweep(),
      judge: (head, _, __, at) => owned(at, head, ACTOR),
    });
    expect(sweep.wrong).toEqual([]);
  });

  test('a slab is released while its neighbour is: the SuperSlab that has nothing left is FREE', () => {
    const { wrong } = fight({
      set(at, actor, rival) {
        fillUp(at, 0);
        return { mine: acquireMany(actor.pool, TINY, 1)[0], theirs: acquireMany(rival.pool, TINY, 1)[0] };
      },
      actor: ({ pool }, { mine }) => pool.release(mine),
      rival: ({ pool }, { theirs }) => pool.release(theirs),
      judge: (_, __, { mine }, at) =>
        at.registry.tier(superSlabOf(mine)) === Tier.FREE ? [] : [`tier ${at.registry.tier(superSlabOf(mine))}`],
    });
    expect(wrong).toEqual([]);
  });

  test('the same where the SuperSlab may drain, as another is open', () => {
    const { wrong } = fight({
      set(at, actor, rival) {
        fillUp(at, 4);
        const theirs = acquireMany(rival.pool, SPAN_3, 10);
        const mine = acquireMany(actor.pool, SPAN_3, 1)[0];
        return { mine, theirs: theirs.find((head) => superSlabOf(head) === superSlabOf(mine)) ?? 0, all: theirs };
      },
      actor: ({ pool }, { mine }) => pool.release(mine),
      rival: ({ pool }, { mine, all }) => {
        for (const head of all) if (superSlabOf(head) === superSlabOf(mine)) pool.release(head);
      },
      judge: (_, __, { mine }, at) =>
        at.registry.tier(superSlabOf(mine)) === Tier.FREE ? [] : [`tier ${at.registry.tier(superSlabOf(mine))}`],
    });
    expect(wrong).toEqual([]);
  });

  test('the last slab of a SuperSlab is released while another thread takes a slot of it', () => {
    for (const sizeClass of [TINY, SPAN_4]) {
      const { wrong } = fight({
        set(at, actor) {
          fillUp(at, 0);
          return acquireMany(actor.pool, TINY, 1)[0];
        },
        actor: ({ pool }, mine) => pool.release(mine),
        rival: ({ pool }) => pool.acquire(sizeClass),
        judge: (_, theirs, mine, at) => [
          ...owned(at, theirs, RIVAL),
          ...(superSlabOf(theirs as number) === superSlabOf(mine) ? [] : ['in another SuperSlab']),
          ...(at.registry.tier(superSlabOf(mine)) === Tier.FREE ? ['FREE with an ACTIVE slab'] : []),
        ],
      });
      expect(wrong).toEqual([]);
    }
  });

  test('a slot of a FREE SuperSlab is taken while another thread releases it again', () => {
    const { wrong } = fight({
      set(at, _, rival) {
        fillUp(at, 0);
        return acquireMany(rival.pool, TINY, 1)[0];
      },
      actor: ({ pool }) => pool.acquire(TINY),
      rival: ({ pool }, theirs) => pool.release(theirs),
      judge: (mine, _, __, at) => owned(at, mine, ACTOR),
    });
    expect(wrong).toEqual([]);
  });

  test('two threads make the next SuperSlab from memory: it is made once, and serves both', () => {
    const { wrong, answers } = fight({
      superSlabs: 2,
      set: (at) => fillUp(at, 0),
      actor: ({ pool }) => pool.acquire(SPAN_4),
      rival: ({ pool }) => pool.acquire(TINY),
      judge: (mine, theirs, _, at) => [
        ...owned(at, mine, ACTOR),
        // Where memory is made but not said to be there yet, the other is refused: nobody waits for anybody.
        ...(theirs === 0 ? [] : owned(at, theirs, RIVAL)),
        ...(at.registry.stats().created === 2 ? [] : [`${at.registry.stats().created} SuperSlabs made`]),
      ],
    });
    expect(wrong).toEqual([]);
    const refused = [...answers].filter((each) => each.endsWith(' 0'));
    expect(refused.length).toBeLessThanOrEqual(1);
    expect(answers.size).toBeGreaterThan(1);
  });

  test('two threads take the last FREE SuperSlab: it serves both', () => {
    const { wrong } = fight({
      superSlabs: 2,
      set(at) {
        fillUp(at, 0);
        at.pool.release(at.pool.acquire(TINY));
        return at.registry.tier(2);
      },
      actor: ({ pool }) => pool.acquire(SPAN_4),
      rival: ({ pool }) => pool.acquire(TINY),
      judge: (mine, _, tier, at) => [...owned(at, mine, ACTOR), ...(tier === Tier.FREE ? [] : ['it was not FREE'])],
    });
    expect(wrong).toEqual([]);
  });
});

describe('adoption', () => {
  test.each([TINY, SPAN_4])(
    'two threads adopt slabs of class %i: each has its own, all room is counted',
    (sizeClass) => {
      const { wrong, answers } = fight({
        set: (at) => leaveBehind(at, sizeClass),
        actor: ({ pool }) => pool.acquire(sizeClass),
        rival: ({ pool }) => pool.acquire(sizeClass),
        judge(mine, theirs, [full, used, idle], at) {
          const room = (head: PageIndex): number => at.records.words[noteOf(head) + NOTE_ROOM];
          const found = [...disjoint(mine, theirs), ...owned(at, mine, ACTOR), ...owned(at, theirs, RIVAL)];
          if (room(used) !== SPAN_BLOCKS[sizeClass] - 1) found.push(`room ${room(used)} of the used slab`);
          if (room(idle) !== SPAN_BLOCKS[sizeClass]) found.push(`room ${room(idle)} of the idle slab`);
          if (room(full) !== 0) found.push(`room ${room(full)} of the full slab`);
          if (![ACTOR, RIVAL].includes(census(at).slabs.get(full)?.owner ?? 0)) found.push('nobody has the full slab');
          return found;
        },
      });
      expect(wrong).toEqual([]);
      expect(answers.size).toBe(2);
    },
  );

  test.each([TINY, SPAN_4])('an idle slab of class %i is adopted or reclaimed', (sizeClass) => {
    const duel = {
      set: (at: Stand) => leaveBehind(at, sizeClass),
      actor: ({ pool }: Thread) => pool.reclaim(),
      rival: ({ pool }: Thread) => [pool.acquire(sizeClass), pool.acquire(sizeClass)],
      judge: (_: unknown, heads: unknown, __: unknown, at: Stand) =>
        (heads as PageIndex[]).flatMap((head) => owned(at, head, RIVAL)),
    };
    expect(fight(duel).wrong).toEqual([]);
    const other = { ...duel, actor: duel.rival, rival: duel.actor };
    const judge = (heads: unknown, _: unknown, __: unknown, at: Stand): string[] =>
      (heads as PageIndex[]).flatMap((head) => owned(at, head, ACTOR));
    expect(fight({ ...other, judge }).wrong).toEqual([]);
  });

  test('a block of an abandoned slab dies while the slab is looked at, and it is made live again by who adopted it', () => {
    // The slab is idle when it is looked at; then another thread adopts it, uses it and leaves: the second look tells.
    const { wrong } = fight({
      set: (at) => leaveBehind(at, TINY)[2],
      actor: ({ pool }) => pool.reclaim(),
      rival({ pool }, idle, at) {
        for (let head = pool.acquire(TINY); head !== idle && head !== 0; )
          head = pool.acquire(TINY) === idle ? idle : 0;
        if (headOf(at.records.words, idle) === idle && census(at).slabs.get(idle)?.owner === RIVAL)
          setLive(at, idle, TINY);
        pool.leave(RIVAL);
        return at.records.live[idle * 4_096];
      },
      judge: (_, live, idle, at) =>
        live === 1 && !census(at).slabs.has(idle) ? ['a slab with a live block was reclaimed'] : [],
    });
    expect(wrong).toEqual([]);
  });
});

describe('runs', () => {
  test.each([
    [20, 20],
    [3, 33],
    [33, 3],
    [30, 30],
  ])('claims of runs of %i and %i pages cross: each gets one whole', (pages, others) => {
    const { wrong } = fight({
      set: (at) => void fillUp(at, 6),
      actor: ({ pool }) => pool.acquireRun(pages, 1),
      rival: ({ pool }) => pool.acquireRun(others, 1),
      judge: (mine, theirs, _, at) => {
        const { runs } = census(at);
        return runs.get(mine as number) === pages && runs.get(theirs as number) === others && mine !== theirs
          ? []
          : [`${mine} and ${theirs}: ${JSON.stringify([...runs])}`];
      },
    });
    expect(wrong).toEqual([]);
  });

  test('a run is refused only where there is no room for it, though another thread makes the memory that it was to have', () => {
    const roomFor = ({ records: { words } }: Stand, pages: number): boolean => {
      let free = 0;
      for (let page = 32; page < 128 && free < pages; page++) free = words[page] === 0 ? free + 1 : 0;
      return free === pages;
    };
    for (const pages of [40, 50, 60]) {
      const { wrong, answers } = fight({
        superSlabs: 3,
        set: (at) => void fillUp(at, 6),
        actor: ({ pool }) => pool.acquireRun(pages, 1),
        rival: ({ pool }) => pool.acquireRun(8, 1),
        judge: (mine, _, __, at) => (mine === 0 && roomFor(at, pages) ? [`${pages} pages are refused`] : []),
      });
      expect(wrong).toEqual([]);
      expect([...answers].some((each) => each.startsWith('66 '))).toBe(true);
    }
  });

  test('claims that cross where there is room for one run only: exactly one wins', () => {
    const { wrong, answers } = fight({
      superSlabs: 2,
      set: (at) => void fillUp(at, 6),
      actor: ({ pool }) => pool.acquireRun(30, 1),
      rival: ({ pool }) => pool.acquireRun(20, 1),
      judge: (mine, theirs) => (Number(mine === 0) + Number(theirs === 0) === 1 ? [] : [`${mine} and ${theirs}`]),
    });
    expect(wrong).toEqual([]);
    expect(answers).toContain('58 0');
    expect(answers).toContain('0 58');
  });

  test('a run is released twice: exactly one release answers true', () => {
    for (const pages of [1, 5, 40]) {
      const { wrong, answers } = fight({
        set(at, actor) {
          acquireMany(at.pool, TINY, 1);
          return actor.pool.acquireRun(pages, 1);
        },
        actor: ({ pool }, run) => pool.releaseRun(run, 0),
        rival: ({ pool }, run) => pool.releaseRun(run, 0),
        judge: (mine, theirs) => (mine !== theirs ? [] : [`both were told ${mine}`]),
      });
      expect(wrong).toEqual([]);
      expect(answers).toEqual(new Set(['false true', 'true false']));
    }
  });

  test('a run that grows against slabs taken behind it: it grows whole, or not at all', () => {
    for (const sizeClass of [TINY, SPAN_4]) {
      const { wrong, answers } = fight({
        superSlabs: 3,
        set(at, actor) {
          fillUp(at, 8);
          const run = actor.pool.acquireRun(3, 1);
          at.pool.releaseRun(at.pool.acquireRun(9, 1), 0);
          return run;
        },
        actor: ({ pool }, run) => pool.extendRun(run, 3, 12),
        rival: ({ pool }) => pool.acquire(sizeClass),
        judge(grown, head, run, at) {
          const length = census(at).runs.get(run);
          return [...owned(at, head, RIVAL), ...(length === (grown ? 12 : 3) ? [] : [`${grown}, but ${length} pages`])];
        },
      });
      expect(wrong).toEqual([]);
      expect(new Set([...answers].map((each) => each.split(' ')[0]))).toEqual(new Set(['true', 'false']));
    }
  });

  test('a run that grows into memory not there yet, against a slab taken in between', () => {
    const { wrong } = fight({
      set(at, actor) {
        fillUp(at, 8);
        return actor.pool.acquireRun(3, 1);
      },
      actor: ({ pool }, run) => pool.extendRun(run, 3, 40),
      rival: ({ pool }) => pool.acquire(TINY),
      judge(grown, head, run, at) {
        const length = census(at).runs.get(run);
        return [...owned(at, head, RIVAL), ...(length === (grown ? 40 : 3) ? [] : [`${grown}, but ${length} pages`])];
      },
    });
    expect(wrong).toEqual([]);
  });

  test('the tail of a run is cut off while another thread takes pages', () => {
    for (const take of [1, 4, 20]) {
      const { wrong } = fight({
        set(at, actor) {
          fillUp(at, 8);
          return actor.pool.acquireRun(20, 1);
        },
        actor: ({ pool }, run) => pool.releaseRun(run, 5),
        rival: ({ pool }) => pool.acquireRun(take, 1),
        judge(_, theirs, run, at) {
          const { runs } = census(at);
          const found = runs.get(run) === 5 ? [] : [`the run has ${runs.get(run)} pages`];
          return runs.get(theirs as number) === take
            ? found
            : [...found, `the other has ${runs.get(theirs as number)}`];
        },
      });
      expect(wrong).toEqual([]);
    }
  });

  test('a run is released while another thread takes pages for one', () => {
    const { wrong } = fight({
      superSlabs: 2,
      set(at, actor) {
        fillUp(at, 8);
        return actor.pool.acquireRun(30, 1);
      },
      actor: ({ pool }, run) => pool.releaseRun(run, 0),
      rival: ({ pool }) => pool.acquireRun(10, 1),
      judge: (_, theirs, __, at) => (census(at).runs.get(theirs as number) === 10 ? [] : [`${theirs}`]),
    });
    expect(wrong).toEqual([]);
  });
});

describe('runs that threads keep', () => {
  /** What is at the pages of a run: a block, a kept run, or nothing. */
  const stateAt = (at: Stand, run: PageIndex): string => {
    const { runs, kept } = census(at);
    if (runs.has(run)) return `block of ${runs.get(run)}`;
    return kept.has(run) ? `${kept.get(run)?.pages} kept by ${kept.get(run)?.owner}` : 'gone';
  };
  /** A duel about a run that a thread keeps, with others beside it that nobody touches. */
  const about = (pages: number, keeper: (actor: Thread, rival: Thread) => Thread) => ({
    set(at: Stand, actor: Thread, rival: Thread): PageIndex {
      acquireMany(at.pool, TINY, 1);
      return keptRun(keeper(actor, rival), pages);
    },
  });

  test.each([1, 5, 40])(
    'a run of %i pages is reused while another thread reclaims: it is a block, or gone',
    (pages) => {
      const reuse = ({ pool }: Thread, run: PageIndex): boolean => pool.reuseRun(run, pages);
      const reclaim = ({ pool }: Thread): number => pool.reclaim();
      const judge = (told: unknown, run: PageIndex, at: Stand): string[] =>
        stateAt(at, run) === (told ? `block of ${pages}` : 'gone') ? [] : [`${told}, but ${stateAt(at, run)}`];
      const one = fight({
        ...about(pages, (actor) => actor),
        actor: reuse,
        rival: reclaim,
        judge: (mine, _, run, at) => judge(mine, run, at),
      });
      const other = fight({
        ...about(pages, (_, rival) => rival),
        actor: reclaim,
        rival: reuse,
        judge: (_, theirs, run, at) => judge(theirs, run, at),
      });
      expect([...one.wrong, ...other.wrong]).toEqual([]);
      expect(one.answers).toEqual(new Set(['false 1', 'true 0']));
      expect(other.answers).toEqual(new Set(['1 false', '0 true']));
    },
  );

  test('a run is reused while another thread needs its pages, as no others are left: exactly one gets them', () => {
    const set = (at: Stand, keeper: Thread): PageIndex => {
      fillUp(at, 7);
      return keptRun(keeper, 7);
    };
    const wants = [
      ['a run', ({ pool }: Thread): number => pool.acquireRun(6, 1)],
      ['a span', ({ pool }: Thread): number => pool.acquire(SPAN_4)],
      ['a slab', ({ pool }: Thread): number => pool.acquire(TINY)],
    ] as const;
    for (const [, want] of wants) {
      const reuse = ({ pool }: Thread, run: PageIndex): boolean => pool.reuseRun(run, 7);
      const judge = (has: unknown, page: unknown): string[] => (has === (page === 0) ? [] : [`${has}, and ${page}`]);
      const one = fight({
        superSlabs: 1,
        set: (at, actor) => set(at, actor),
        actor: reuse,
        rival: want,
        judge: (mine, theirs) => judge(mine, theirs),
      });
      const other = fight({
        superSlabs: 1,
        set: (at, _, rival) => set(at, rival),
        actor: want,
        rival: reuse,
        judge: (mine, theirs) => judge(theirs, mine),
      });
      expect([...one.wrong, ...other.wrong]).toEqual([]);
      expect([one.answers.size, other.answers.size]).toEqual([2, 2]);
    }
  });

  test.each([1, 5, 40])('a run of %i pages is kept while another thread frees or keeps it: one is told so', (pages) => {
    const keep = ({ pool }: Thread, run: PageIndex): boolean => pool.keepRun(run);
    const free = ({ pool }: Thread, run: PageIndex): boolean => pool.releaseRun(run, 0);
    for (const [actor, rival] of [[keep, free] as const, [free, keep] as const, [keep, keep] as const]) {
      const { wrong, answers } = fight({
        set(at, mine) {
          acquireMany(at.pool, TINY, 1);
          return mine.pool.acquireRun(pages, 1);
        },
        actor,
        rival,
        judge(mine, theirs, run, at) {
          const by = (thread: number, act: unknown): string => (act === keep ? `${pages} kept by ${thread}` : 'gone');
          const wanted = mine ? by(ACTOR, actor) : by(RIVAL, rival);
          const found = mine === theirs ? [`both were told ${mine}`] : [];
          return stateAt(at, run) === wanted ? found : [...found, `${stateAt(at, run)} and not ${wanted}`];
        },
      });
      expect(wrong).toEqual([]);
      expect(answers).toEqual(new Set(['false true', 'true false']));
    }
  });

  test.each([1, 5, 40])('a run of %i pages is dropped while another thread reclaims: one has done it', (pages) => {
    const { wrong, answers } = fight({
      ...about(pages, (actor) => actor),
      actor: ({ pool }, run) => pool.dropRun(run),
      rival: ({ pool }) => pool.reclaim(),
      judge: (_, __, run, at) => (stateAt(at, run) === 'gone' ? [] : [stateAt(at, run)]),
    });
    expect(wrong).toEqual([]);
    expect(answers).toEqual(new Set(['true 0', 'false 1']));
  });

  test('a run is kept, or put back as another one than was believed, while another thread takes hints off', () => {
    const acts = [
      ({ pool }: Thread, run: PageIndex): boolean => pool.reuseRun(run, 4),
      ({ pool }: Thread, run: PageIndex): boolean => pool.reuseRun(run, 5) && pool.keepRun(run),
    ];
    for (const act of acts) {
      const { wrong, answers } = fight({
        ...about(5, (actor) => actor),
        actor: act,
        rival: ({ pool }) => pool.reclaim(),
        judge: (_, reclaimed, run, at) =>
          stateAt(at, run) === (reclaimed ? 'gone' : `5 kept by ${ACTOR}`) ? [] : [`${reclaimed} ${stateAt(at, run)}`],
      });
      expect(wrong).toEqual([]);
      expect(answers.size).toBeGreaterThan(1);
    }
  });

  test('a run is split while another thread takes kept ones back: the block stays, the rest is kept or gone', () => {
    for (const pages of [6, 40]) {
      const { wrong, answers } = fight({
        set(at, actor) {
          fillUp(at, 3);
          return actor.pool.acquireRun(pages, 1);
        },
        actor: ({ pool }, run) => pool.splitRun(run, 2),
        rival: ({ pool }) => pool.reclaim(),
        judge: (_, reclaimed, run, at) =>
          stateAt(at, run) === 'block of 2' &&
          stateAt(at, run + 2) === (reclaimed ? 'gone' : `${pages - 2} kept by ${ACTOR}`)
            ? []
            : [`${stateAt(at, run)}, ${reclaimed} reclaimed, ${stateAt(at, run + 2)}`],
      });
      expect(wrong).toEqual([]);
      expect(answers.has('undefined 0')).toBe(true);
    }
  });

  test('two runs are joined while another thread takes kept ones back: they are one, or gone, or one is', () => {
    for (const [pages, more] of [
      [6, 3],
      [2, 40],
      [40, 2],
    ]) {
      const { wrong, answers } = fight({
        set(at, actor) {
          fillUp(at, 3);
          const [run, next] = [actor.pool.acquireRun(pages, 1), actor.pool.acquireRun(more, 1)];
          for (const head of [run, next]) expect(actor.pool.keepRun(head)).toBe(true);
          return run;
        },
        actor: ({ pool }, run) => pool.joinRuns(run, run + pages),
        rival: ({ pool }) => pool.reclaim(),
        judge(joined, reclaimed, run, at) {
          const found = [stateAt(at, run), stateAt(at, run + pages)];
          const mine = (length: number): string => `${length} kept by ${ACTOR}`;
          const wanted: Record<string, string[]> = {
            'true 0': [mine(pages + more), 'gone'],
            'true 1': ['gone', 'gone'],
            'false 1': [mine(pages), 'gone'],
            'false 2': ['gone', 'gone'],
          };
          return `${found}` === `${wanted[`${joined} ${reclaimed}`]}` ? [] : [`${joined} ${reclaimed}: ${found}`];
        },
      });
      expect(wrong).toEqual([]);
      expect(answers).toEqual(new Set(['true 0', 'false 1', 'false 2']));
    }
  });

  test('two runs are joined while another thread needs their pages, as no others are left', () => {
    const { wrong, answers } = fight({
      superSlabs: 1,
      set(at, actor) {
        fillUp(at, 8);
        const [run, next] = [actor.pool.acquireRun(3, 1), actor.pool.acquireRun(5, 1)];
        for (const head of [run, next]) expect(actor.pool.keepRun(head)).toBe(true);
        return run;
      },
      actor: ({ pool }, run) => pool.joinRuns(run, run + 3) && pool.reuseRun(run, 8),
      rival: ({ pool }) => pool.acquireRun(5, 1),
      judge(has, page, run, at) {
        if (has && page !== 0) return [`both: ${page}`];
        return has && stateAt(at, run) !== 'block of 8' ? [stateAt(at, run)] : [];
      },
    });
    expect(wrong).toEqual([]);
    expect(answers.size).toBeGreaterThan(2);
  });

  test('a run is kept in a SuperSlab whose kept runs are being taken back: it goes, too, or the hint says that it is there', () => {
    const { wrong, answers } = fight({
      set(at, actor) {
        const first = actor.pool.acquireRun(3, 1);
        expect(first & 31).toBe(0);
        keptRun(actor, 5);
        return first;
      },
      actor: ({ slots }) => slots.reclaimRuns(1),
      rival: ({ pool }, first) => pool.keepRun(first),
      judge: (_, kept, first, at) => (kept && stateAt(at, first).startsWith('block') ? ['a block still'] : []),
    });
    expect(wrong).toEqual([]);
    expect(answers).toEqual(new Set(['1 true', '2 true']));
  });

  test('a run grows over the pages of one that another thread reuses: one of them has them', () => {
    interface Neighbours {
      readonly run: PageIndex;
      readonly kept: PageIndex;
    }
    const set = (at: Stand, mine: Thread, theirs: Thread): Neighbours => {
      fillUp(at, 8);
      return { run: mine.pool.acquireRun(3, 1), kept: keptRun(theirs, 9) };
    };
    const grow = ({ pool }: Thread, { run }: Neighbours): boolean => pool.extendRun(run, 3, 12);
    const reuse = ({ pool }: Thread, { kept }: Neighbours): boolean => pool.reuseRun(kept, 9);
    const judge = (grown: unknown, has: unknown): string[] =>
      grown !== has ? [] : [`grown: ${grown}, reused: ${has}`];
    const one = fight({ set, actor: grow, rival: reuse, judge });
    const other = fight({ set: (at, a, b) => set(at, b, a), actor: reuse, rival: grow, judge });
    expect([...one.wrong, ...other.wrong]).toEqual([]);
    const both = new Set(['false true', 'true false']);
    expect([one.answers, other.answers]).toEqual([both, both]);
  });

  test('a dead thread is relieved of a run that it kept while another one takes it back', () => {
    const { wrong } = fight({
      set: (at) => {
        acquireMany(at.pool, TINY, 1);
        return keptRun(at.thread(GONE), 40);
      },
      actor: ({ pool }) => pool.leave(GONE),
      rival: ({ pool }) => pool.acquireRun(100, 1),
      judge: (_, theirs, run, at) => (theirs !== 0 && census(at).kept.has(run) ? ['kept still'] : []),
    });
    expect(wrong).toEqual([]);
  });
});

describe('leaving (one thread at a time relieves a dead one: who it is is not the pool’s to say)', () => {
  test('a slab is abandoned while another thread looks for one: the hint says that it is there', () => {
    for (const sizeClass of [TINY, SPAN_4]) {
      const { wrong } = fight({
        set(at, actor) {
          const [head] = acquireMany(actor.pool, sizeClass, 1);
          setLive(at, head, sizeClass);
          return head;
        },
        actor: ({ slots }, head) => slots.abandon(head),
        rival: ({ pool }) => pool.acquire(sizeClass),
      });
      expect(wrong).toEqual([]);
    }
  });

  test.each([TINY, SPAN_3, SPAN_4])('slabs of class %i are adopted while they are being abandoned', (sizeClass) => {
    const { wrong, answers } = fight({
      superSlabs: 2,
      set(at) {
        acquireMany(at.pool, OTHER, 1);
        const heads = acquireMany(at.thread(GONE).pool, sizeClass, 2);
        for (const head of heads) setLive(at, head, sizeClass);
        return heads;
      },
      actor: ({ pool }) => pool.leave(GONE),
      rival: ({ pool }) => pool.acquire(sizeClass),
      judge(_, theirs, heads, at) {
        const { slabs } = census(at);
        const room = at.records.words[noteOf(theirs as PageIndex) + NOTE_ROOM];
        const found = owned(at, theirs, RIVAL);
        if (room !== SPAN_BLOCKS[sizeClass] - Number(heads.includes(theirs as PageIndex))) found.push(`room ${room}`);
        for (const head of heads)
          if (head !== theirs && slabs.get(head)?.owner !== 0) found.push(`${head} is not abandoned`);
        return found;
      },
    });
    expect(wrong).toEqual([]);
    expect(answers.size).toBeGreaterThan(1);
  });

  /** The ways in which a thread may have died with a span: after so many writes of an operation. */
  const halves = (operation: (thread: Thread, span: PageIndex) => unknown, has: boolean, writes: number) => ({
    set(at: Stand, _: Thread, __: Thread): PageIndex {
      acquireMany(at.pool, TINY, 5);
      const span = has ? acquireMany(at.thread(GONE).pool, SPAN_4, 1)[0] : 0;
      try {
        operation(at.thread(GONE, stopAfter(writes)), span);
      } catch (error) {
        if (!(error instanceof Stop)) throw error;
      }
      return span;
    },
  });
  const WAYS = [
    ['taking a span', (thread: Thread) => thread.pool.acquire(SPAN_4), false],
    ['releasing a span', (thread: Thread, span: PageIndex) => thread.pool.release(span), true],
    ['abandoning a span', (thread: Thread, span: PageIndex) => thread.slots.abandon(span), true],
  ] as const;
  const rivals = [
    ['spans of the class are taken', (thread: Thread) => acquireMany(thread.pool, SPAN_4, 2).length],
    ['a page is taken', (thread: Thread) => thread.pool.acquire(TINY)],
    ['slots are swept and slabs reclaimed', (thread: Thread) => thread.pool.sweep() + thread.pool.reclaim()],
  ] as const;
  describe.each(WAYS)('a thread died %s', (_, operation, has) => {
    test.each(rivals)('it is relieved while %s', (__, rival) => {
      const found: string[] = [];
      for (let writes = 1; writes < 20; writes += 3) {
        const { wrong } = fight({
          superSlabs: 2,
          every: 3,
          ...halves(operation, has, writes),
          actor: ({ pool }) => pool.leave(GONE),
          rival: (thread) => rival(thread),
        });
        found.push(...wrong.map((each) => `died after ${writes} writes: ${each}`));
      }
      expect(found).toEqual([]);
    });
  });

  test('a span of the class is taken that ends where the dead one began: its pages are not taken for the other’s', () => {
    const { wrong } = fight({
      set(at) {
        const [front, last] = [acquireMany(at.pool, TINY, 3), acquireMany(at.pool, SPAN_4, 1)[0]];
        // The dead thread has published all pages of its span but the first.
        const dead = at.thread(GONE);
        try {
          at.thread(GONE, stopAfter(4 + 5 + 3 + 3)).pool.acquire(SPAN_4);
        } catch (error) {
          if (!(error instanceof Stop)) throw error;
        }
        void dead;
        // Free the four pages before it but the last three: with its first page they are a span again.
        at.pool.release(last);
        at.pool.sweep();
        acquireMany(at.pool, OTHER, 1);
        return front;
      },
      actor: ({ pool }) => pool.leave(GONE),
      rival: ({ pool }) => pool.acquire(SPAN_4),
      judge: (_, theirs, __, at) => owned(at, theirs, RIVAL),
    });
    expect(wrong).toEqual([]);
  });
});

/** What a thread that only looks must see of slabs and runs, whatever another one is at. */
function unseemly({ records, registry }: Stand, emptying: boolean): string[] {
  const { words, live } = records;
  const wrong: string[] = [];
  for (let page = registry.first * 32; page < registry.end * 32; page++) {
    const word = words[page];
    const kind = stateOf(word) === SlotState.ACTIVE ? kindOf(word) : PageKind.NONE;
    if (kind === PageKind.NONE) continue;
    const head = headOf(words, page);
    const length = lengthOf(records, head);
    if (kind === PageKind.LARGE) {
      // Of a run whose first page is in doubt nothing is to be seen: it is not there yet, or any more.
      const wanted = ownerOf(word) === 0 ? 1 : 0;
      if (length > 0 && words[head] === word && live[head * 4_096] !== wanted)
        wrong.push(`run at ${head} with the word ${word} has the live byte ${1 - wanted}`);
      continue;
    }
    const span = SPAN_PAGES[classIn(word)];
    if (length !== span || page >= head + span)
      wrong.push(`page ${page} of a span of ${span}: head ${head} of ${length}`);
    if (page !== head || emptying) continue;
    for (let i = 1; i < span; i++) {
      if (((words[head + i] ^ word) & ~OWNER_MASK) !== 0) wrong.push(`slab at ${head} is there, but not its page ${i}`);
    }
  }
  return wrong;
}

describe('who looks on sees whole slabs and live runs only', () => {
  test.each(DEEDS.map((deed) => [deed.name, deed] as const))('%s', (name, deed) => {
    const scene = sceneOf(deed);
    const found: string[] = [];
    // What is let go of goes from the last page on: its first page is there while the others are EMPTY already.
    const emptying = /release|reclaim|leave/.test(name);
    const look = (): void => {
      found.push(...unseemly(scene.at, emptying));
    };
    deed.act(scene.at.thread(ACTOR, look), scene);
    look();
    expect([...new Set(found)]).toEqual([]);
  });
});
