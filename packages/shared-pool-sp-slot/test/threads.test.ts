/**
 * Several threads over one region, each a pool with an owner of its own: adoption, claims that are lost at each of their
 * pages, and what is looked at again. Where one thread must be quick, a hook in the other's atomic operations lets it.
 */

import { PlainRegistry, Stop } from '@hakmem/conformance';
import {
  type AtomicOps,
  clause,
  NOTE_CURSOR,
  NOTE_NEXT,
  NOTE_ROOM,
  NOTE_SPAN,
  noteOf,
  ownerOf,
  type PageIndex,
  PageKind,
  PLAIN,
  pageWord,
  type Records,
  SlotState,
  SPAN_BLOCKS,
  SPAN_PAGES,
  standaloneGround,
  Tier,
} from '@hakmem/contracts';
import { describe, expect, test } from 'vitest';
import { slabWord } from '../src/hints.js';
import { sharedPool } from '../src/index.js';
import { Slots } from '../src/slots.js';
import { census, faults } from './audit.js';
import { ACTOR, GONE, leaveBehind, OTHER, SPAN_3, SPAN_4, setLive, TINY } from './deeds.js';
import { hintsOff } from './exact.js';
import { acquireMany, OWNER, type Stand, stand, superSlabOf } from './stand.js';

const RIVAL = 12;

/** A thread whose claims of pages a hook sees first: `before(page)` is called before each compare-and-swap of a page word. */
function hooked(at: Stand, owner: number, before: (page: PageIndex) => void): { slots: Slots; pool: Stand['pool'] } {
  const atomics: AtomicOps = {
    ...PLAIN,
    compareExchange(cells, index, expected, value) {
      if (cells === at.records.words && index < 65_536) before(index);
      return PLAIN.compareExchange(cells, index, expected, value);
    },
  };
  const records: Records = { ...at.records, atomics };
  const ground = standaloneGround(at.records.pageLimit, 0);
  const scope = { ...ground.scopeOf(at.region, { owner, founding: false }), records };
  const registry = at.registry.seenBy(() => {});
  return { slots: new Slots(scope, registry), pool: sharedPool().build(scope, registry) };
}

describe('one region, several threads', () => {
  test('the rules are the founder’s, and the hints are not made anew by those who come later', () => {
    const at = stand({}, { slotSharing: false });
    acquireMany(at.pool, TINY, 2);
    const before = at.records.words.slice();
    const { pool } = at.thread(ACTOR);
    expect(Buffer.compare(Buffer.from(before.buffer), Buffer.from(at.records.words.buffer))).toBe(0);
    expect(superSlabOf(pool.acquire(OTHER))).toBe(2);
    // A thread that was given other rules.
    const { pool: another } = hooked(at, RIVAL, () => {});
    expect(superSlabOf(another.acquire(SPAN_4))).toBe(3);
  });

  test('leave makes all hints anew, whatever they said too little', () => {
    const at = stand();
    const heads = [...acquireMany(at.pool, TINY, 40), ...acquireMany(at.pool, SPAN_4, 3)];
    leaveBehind(at, SPAN_3);
    at.pool.release(heads[41]);
    at.pool.releaseRun(at.pool.acquireRun(40, 1), 0);
    const { words, start, length } = at.region;
    words.fill(0, start + 16, start + length);
    const missing = at.problems().join();
    for (const what of ['misses the unused', 'open', 'holds class', 'abandoned slabs']) {
      expect(missing).toContain(what);
    }
    at.pool.leave(GONE);
    expect(hintsOff(at)).toEqual([]);
  });

  test('slabs carry their thread, counters are of all', () => {
    const at = stand();
    const [mine] = acquireMany(at.pool, TINY, 1);
    const [theirs] = acquireMany(at.thread(ACTOR).pool, TINY, 1);
    const [span] = acquireMany(at.thread(RIVAL).pool, SPAN_4, 1);
    expect([mine, theirs, span, span + 3].map((page) => ownerOf(at.records.words[page]))).toEqual([
      OWNER,
      ACTOR,
      RIVAL,
      RIVAL,
    ]);
    expect(at.thread(ACTOR).pool.stats()).toMatchObject({ fresh: 1, unused: 2 });
    expect(hintsOff(at)).toEqual([]);
  });
});

describe(`${clause('POOL-2')} Before them: what others abandoned`, () => {
  test.each([TINY, SPAN_4])('a slab of class %i with room is adopted before anything is made', (sizeClass) => {
    const at = stand();
    acquireMany(at.pool, OTHER, 1);
    const [full, used, idle] = leaveBehind(at, sizeClass);
    const span = SPAN_PAGES[sizeClass];
    expect(ownerOf(at.records.words[used])).toBe(0);
    at.records.words[noteOf(used) + NOTE_CURSOR] = 77;
    at.records.words[noteOf(used) + NOTE_NEXT] = 77;
    at.records.words[noteOf(used) + NOTE_ROOM] = 77;
    const { pool } = at.thread(ACTOR);
    const before = pool.stats();
    expect(pool.acquire(sizeClass)).toBe(used);
    // The full one came first: it is this thread's, too, and was not returned.
    for (const head of [full, used]) {
      for (let i = 0; i < span; i++) expect(at.records.words[head + i]).toBe(slabWord(sizeClass, ACTOR));
      const note = noteOf(head);
      const room = head === full ? 0 : SPAN_BLOCKS[sizeClass] - 1;
      expect([...at.records.words.slice(note, note + 5)]).toEqual([span, room, 0, 0, 0]);
    }
    expect(pool.stats()).toEqual({ ...before, adopted: before.adopted + 2 });
    expect(pool.acquire(sizeClass)).toBe(idle);
    expect(pool.acquire(sizeClass)).not.toBe(0);
    expect(pool.stats()).toMatchObject({ adopted: 3, retries: { slot: 0, run: 0, adopt: 0 } });
    expect(hintsOff(at)).toEqual([]);
    expect(faults(at)).toEqual([]);
  });

  test('only slabs of the class are adopted, of any SuperSlab, lowest first', () => {
    const at = stand();
    const gone = at.thread(GONE).pool;
    const heads = acquireMany(gone, TINY, 40);
    for (const head of heads) setLive(at, head, TINY);
    gone.leave(GONE);
    const { pool } = at.thread(ACTOR);
    expect(superSlabOf(pool.acquire(OTHER))).toBe(2);
    expect(acquireMany(pool, TINY, 40)).toEqual(heads);
    expect(faults(at)).toEqual([]);
  });

  test('an abandoned slab that another thread wins is passed over and counted', () => {
    const at = stand();
    const [, used, idle] = leaveBehind(at, TINY);
    let quick = true;
    const { pool } = hooked(at, ACTOR, (page) => {
      if (page !== used || !quick) return;
      quick = false;
      expect(at.thread(RIVAL).pool.acquire(TINY)).toBe(used);
    });
    expect(pool.acquire(TINY)).toBe(idle);
    expect(pool.stats().retries).toEqual({ slot: 0, run: 0, adopt: 1 });
    expect(ownerOf(at.records.words[used])).toBe(RIVAL);
    expect(faults(at)).toEqual([]);
  });

  /**
   * Two abandoned spans; and what makes them, while the second is being claimed, into one that begins a page before the
   * second did: its first page is an inner one then.
   */
  function shifting(): { at: Stand; first: PageIndex; seen: PageIndex; shift: (page: PageIndex) => void } {
    const at = stand();
    const gone = at.thread(GONE).pool;
    acquireMany(at.pool, OTHER, 1);
    const [lone, seen] = acquireMany(gone, SPAN_4, 2);
    for (const head of [lone, seen]) setLive(at, head, SPAN_4);
    gone.leave(GONE);
    // The first one is somebody's again.
    at.records.words.fill(slabWord(SPAN_4, RIVAL), lone, lone + 4);
    let quick = true;
    const shift = (page: PageIndex): void => {
      if (page !== seen || !quick) return;
      quick = false;
      const { words, live } = at.records;
      live.fill(0, lone * 4_096, (seen + 4) * 4_096);
      words.fill(0, lone, seen + 4);
      words.fill(slabWord(SPAN_4, 0), seen - 1, seen + 3);
      for (let i = 0; i < 4; i++) words[noteOf(seen - 1 + i) + NOTE_SPAN] = i === 0 ? 4 : -i;
      live[(seen - 1) * 4_096] = 1;
      at.slots.rebuild(1);
    };
    return { at, first: seen - 1, seen, shift };
  }

  test('a page that was the first one when it was seen, and is an inner one of another span when it is claimed', () => {
    const { at, first, shift } = shifting();
    const { slots } = hooked(at, ACTOR, shift);
    expect(slots.adopt(1, SPAN_4)).toBe(0);
    for (let i = 0; i < 4; i++) expect(at.records.words[first + i]).toBe(slabWord(SPAN_4, 0));
    expect(at.hints.has(at.hints.abandoned(SPAN_4), 1)).toBe(true);
    expect(faults(at)).toEqual([]);
    expect(slots.adopt(1, SPAN_4)).toBe(first);
    expect(at.pool.stats()).toMatchObject({ adopted: 1, retries: { adopt: 0 } });
    expect(faults(at)).toEqual([]);
  });

  test.each([
    ['is abandoned', false],
    ['is adopted by another', true],
  ])('a thread dies with such an inner page, whose span %s: the page goes with its span', (_, adopted) => {
    const { at, first, seen, shift } = shifting();
    let claims = 0;
    const { slots } = hooked(at, ACTOR, (page) => {
      shift(page);
      // It has claimed the page, and does not come to give it back.
      if (page === seen && claims++ === 1) throw new Stop('dead');
    });
    expect(() => slots.adopt(1, SPAN_4)).toThrow(Stop);
    expect(at.records.words[seen]).toBe(slabWord(SPAN_4, ACTOR));
    const heir = hooked(at, OWNER, (page) => {
      // The heir has seen that the span is abandoned.
      if (adopted && page === seen && ownerOf(at.records.words[first]) === 0) {
        expect(at.thread(RIVAL).slots.adopt(1, SPAN_4)).toBe(first);
      }
    });
    heir.pool.leave(ACTOR);
    for (let i = 0; i < 4; i++) expect(at.records.words[first + i]).toBe(slabWord(SPAN_4, adopted ? RIVAL : 0));
    expect(faults(at)).toEqual([]);
  });

  test('the set of abandoned slabs loses a SuperSlab in which none is found, and no sooner', () => {
    const at = stand();
    leaveBehind(at, TINY);
    const set = at.hints.abandoned(TINY);
    const { pool } = at.thread(ACTOR);
    acquireMany(pool, TINY, 2);
    expect(at.hints.has(set, 1)).toBe(true);
    acquireMany(pool, TINY, 1);
    expect(at.hints.has(set, 1)).toBe(false);
  });
});

describe('reclaim', () => {
  test('slabs in which nothing is live become EMPTY, others stay abandoned; with all gone their SuperSlab is FREE', () => {
    const at = stand();
    const heads = [...leaveBehind(at, TINY), ...leaveBehind(at, SPAN_4)];
    expect(at.pool.reclaim()).toBe(2);
    const { slabs, empty } = census(at);
    expect([...slabs.keys()]).toEqual([heads[0], heads[1], heads[3], heads[4]]);
    expect([...slabs.values()].every((slab) => slab.owner === 0)).toBe(true);
    expect(empty).toBe(1 + 4);
    at.records.live.fill(0);
    expect(at.pool.reclaim()).toBe(4);
    expect(at.registry.tier(1)).toBe(Tier.FREE);
    expect(at.pool.reclaim()).toBe(0);
    expect(faults(at)).toEqual([]);
  });

  test('a slab in which a block is live by the time that it is claimed is abandoned again', () => {
    const at = stand();
    const idle = leaveBehind(at, TINY)[2];
    const { slots } = hooked(at, ACTOR, (page) => {
      if (page === idle) setLive(at, idle, TINY);
    });
    expect(slots.reclaim(1, TINY)).toBe(0);
    expect(at.records.words[idle]).toBe(slabWord(TINY, 0));
    expect(at.hints.has(at.hints.abandoned(TINY), 1)).toBe(true);
    expect(faults(at)).toEqual([]);
  });

  test(`${clause('POOL-6')} What reclaiming frees serves another class, whole SuperSlabs, too`, () => {
    const at = stand();
    at.registry.memory = 2;
    const gone = at.thread(GONE).pool;
    const heads = acquireMany(gone, TINY, 32);
    for (const head of heads) setLive(at, head, TINY);
    gone.leave(GONE);
    expect(at.pool.acquire(OTHER)).toBe(0);
    at.records.live.fill(0);
    expect(superSlabOf(at.pool.acquire(OTHER))).toBe(1);
    expect(faults(at)).toEqual([]);
  });
});

describe('a claim that is lost at one of its pages', () => {
  const foreign = pageWord(SlotState.ACTIVE, PageKind.TINY, RIVAL, TINY);

  /** The rival's slab of one page at `page`, as it makes it. */
  function take(at: Stand, page: PageIndex, expected: number): void {
    const { slots } = at.thread(RIVAL);
    expect(slots.claim(page, TINY, expected)).toBe(true);
    slots.publish(page, TINY);
  }

  test.each([0, 1, 2, 3])('a span of UNUSED slots, at page %i', (lost) => {
    const at = stand();
    const [first] = acquireMany(at.pool, OTHER, 1);
    const head = first + 1;
    const { slots } = hooked(at, ACTOR, (page) => {
      if (page === head + lost && at.records.words[page] === 0) take(at, page, 0);
    });
    expect(slots.claim(head, SPAN_4, 0)).toBe(false);
    for (let i = 0; i < 4; i++) expect(at.records.words[head + i]).toBe(i === lost ? foreign : 0);
    expect(at.pool.stats().retries).toEqual({ slot: 1, run: 0, adopt: 0 });
    expect(hintsOff(at)).toEqual([]);
    expect(faults(at)).toEqual([]);
  });

  test.each([0, 1, 2, 3])('a span of EMPTY slots, at page %i, which was swept', (lost) => {
    const at = stand();
    acquireMany(at.pool, OTHER, 6);
    const head = acquireMany(at.pool, SPAN_4, 2)[0];
    at.pool.release(head);
    const empty = pageWord(SlotState.EMPTY, PageKind.NONE, 0, SPAN_4);
    const { slots } = hooked(at, ACTOR, (page) => {
      if (page === head + lost) expect(at.thread(RIVAL).pool.sweep()).toBe(4 - lost);
    });
    expect(slots.claim(head, SPAN_4, empty)).toBe(false);
    // What the sweep could not have as it was claimed is EMPTY again, and the sets say so though the sweep took it off.
    for (let i = 0; i < 4; i++) expect(at.records.words[head + i]).toBe(i < lost ? empty : 0);
    expect(at.hints.has(at.hints.empties(SPAN_4), 1)).toBe(lost > 0);
    expect(at.pool.stats()).toMatchObject({ emptySlots: lost, retries: { slot: 1 } });
    expect(hintsOff(at)).toEqual([]);
    expect(faults(at)).toEqual([]);
    expect(at.pool.sweep()).toBe(lost);
  });

  test.each([0, 1, 5, 6, 37, 38, 39])('a run over three SuperSlabs, at page %i', (lost) => {
    const at = stand();
    acquireMany(at.pool, OTHER, 26);
    at.pool.releaseRun(at.pool.acquireRun(50, 1), 0);
    expect([2, 3].map((superSlab) => at.registry.tier(superSlab))).toEqual([Tier.FREE, Tier.FREE]);
    const from = 58;
    const { slots } = hooked(at, ACTOR, (page) => {
      if (page === from + lost && at.records.words[page] === 0) take(at, page, 0);
    });
    expect(slots.claimRun(from, 40)).toBe(false);
    for (let i = 0; i < 40; i++) expect(at.records.words[from + i]).toBe(i === lost ? foreign : 0);
    expect(at.records.live.indexOf(1)).toBe(-1);
    expect(at.pool.stats().retries).toEqual({ slot: 0, run: 1, adopt: 0 });
    expect(hintsOff(at)).toEqual([]);
    // FREE are those in which nothing is, whatever was claimed in them meanwhile.
    expect(faults(at)).toEqual([]);
  });

  test('others that saw its pages claimed have taken them off the hints: they are put back', () => {
    for (const pages of [4, 40]) {
      const at = stand();
      acquireMany(at.pool, OTHER, 26);
      at.pool.releaseRun(at.pool.acquireRun(50, 1), 0);
      const from = 58;
      let their = 0;
      const { slots } = hooked(at, ACTOR, (page) => {
        // The rival fails at the first page, corrects the hint, and takes what was not claimed yet.
        if (page === from + pages - 1 && their === 0) their = at.thread(RIVAL).pool.acquire(TINY);
      });
      expect(slots.claimRun(from, pages)).toBe(their === from + pages - 1 ? false : pages === 40);
      if (their !== from + pages - 1) continue;
      expect(hintsOff(at)).toEqual([]);
      expect(faults(at)).toEqual([]);
    }
  });

  test('the search goes on behind a SuperSlab in which four claims were lost', () => {
    const at = stand();
    const [first] = acquireMany(at.pool, OTHER, 1);
    let lost = 0;
    const { pool } = hooked(at, ACTOR, (page) => {
      // The second page of each span is taken just before it is claimed.
      if (superSlabOf(page) !== 1 || at.records.words[page] !== 0 || at.records.words[page - 1] >>> 16 !== 8) return;
      take(at, page, 0);
      lost++;
    });
    expect(superSlabOf(pool.acquire(SPAN_3))).toBe(2);
    // For affinity nothing is asked, as no slab of the class is there; then SuperSlab 1 four times.
    expect([lost, at.pool.stats().retries.slot]).toEqual([4, 4]);
    expect(first).toBe(32);
    expect(faults(at)).toEqual([]);
  });
});

describe('runs', () => {
  test('a second release answers false, and changes nothing', () => {
    const at = stand();
    acquireMany(at.pool, TINY, 1);
    const run = at.pool.acquireRun(40, 1);
    const [a, b] = [at.thread(ACTOR).pool, at.thread(RIVAL).pool];
    expect(a.releaseRun(run, 0)).toBe(true);
    const before = at.records.words.slice();
    expect(b.releaseRun(run, 0)).toBe(false);
    expect(a.releaseRun(run, 0)).toBe(false);
    expect(Buffer.compare(Buffer.from(before.buffer), Buffer.from(at.records.words.buffer))).toBe(0);
    const slab = at.pool.acquire(TINY);
    expect(b.releaseRun(slab, 0)).toBe(false);
    expect(faults(at)).toEqual([]);
  });

  test('a release is of the run that is there when it is seized, and not of one that was there before', () => {
    const at = stand();
    const run = at.pool.acquireRun(6, 1);
    const theirs = at.thread(RIVAL).pool;
    let slab = 0;
    const { pool } = hooked(at, ACTOR, (page) => {
      if (page !== run || slab !== 0) return;
      expect(theirs.releaseRun(run, 0)).toBe(true);
      expect(theirs.acquireRun(2, 1)).toBe(run);
      slab = theirs.acquire(TINY);
    });
    expect(pool.releaseRun(run, 0)).toBe(true);
    expect(slab).toBe(run + 2);
    expect(ownerOf(at.records.words[slab])).toBe(RIVAL);
    expect(census(at).runs.size).toBe(0);
    expect(faults(at)).toEqual([]);
  });

  test('a release that comes while another one is at it answers false', () => {
    const at = stand();
    const run = at.pool.acquireRun(3, 1);
    const [mine, theirs] = [at.thread(ACTOR).slots, at.thread(RIVAL)];
    expect(mine.seizeRun(run)).toBe(true);
    expect(at.records.live[run * 4_096]).toBe(0);
    expect(theirs.slots.seizeRun(run)).toBe(false);
    expect(theirs.pool.releaseRun(run, 0)).toBe(false);
    // Nor can its pages be taken yet.
    expect(theirs.pool.acquireRun(30, 1)).toBe(run + 3);
    mine.clear(run, 3);
    expect(faults(at)).toEqual([]);
  });

  test('a run whose next page another thread has does not grow, and what was claimed before it is let go of', () => {
    const at = stand();
    const run = at.pool.acquireRun(3, 1);
    const { pool } = hooked(at, ACTOR, (page) => {
      if (page !== run + 7 || at.records.words[page] !== 0) return;
      const { slots } = at.thread(RIVAL);
      slots.claim(page, TINY, 0);
      slots.publish(page, TINY);
    });
    expect(pool.extendRun(run, 3, 9)).toBe(false);
    expect(census(at).runs).toEqual(new Map([[run, 3]]));
    expect(pool.stats().retries).toEqual({ slot: 0, run: 1, adopt: 0 });
    expect(hintsOff(at)).toEqual([]);
    expect(faults(at)).toEqual([]);
  });

  test('a run of which a tail is cut is shorter before its pages can be taken', () => {
    const at = stand();
    const run = at.pool.acquireRun(6, 1);
    const { slots } = at.thread(ACTOR);
    slots.cutRun(run, 6, 2);
    expect(at.records.words[noteOf(run) + NOTE_SPAN]).toBe(2);
    expect(at.thread(RIVAL).pool.acquire(TINY)).toBe(run + 6);
    slots.clear(run + 2, 4);
    expect(at.thread(RIVAL).pool.acquire(TINY)).toBe(run + 2);
    expect(faults(at)).toEqual([]);
  });

  test('new SuperSlabs that a run has begun in are HOT, whatever else is open', () => {
    const at = stand();
    acquireMany(at.pool, OTHER, 30);
    const run = at.pool.acquireRun(5, 1);
    expect(run).toBe(62);
    const high = at.pool.acquireRun(3, 64);
    expect([high, at.registry.tier(4)]).toEqual([128, Tier.HOT]);
    expect(faults(at)).toEqual([]);
  });
});

describe('a SuperSlab that another thread makes first', () => {
  test('serves both, and is welcomed once its pages are in use', () => {
    const records = standaloneGround(160, 0).records;
    const registry = new PlainRegistry(records, { firstPage: 32, retain: Number.POSITIVE_INFINITY });
    const [one, other] = [registry.seenBy(() => {}), registry.seenBy(() => {})];
    expect(one.extend(1)).toBe(1);
    expect(other.extend(1)).toBe(2);

    const at = stand();
    const { slots } = at.thread(ACTOR);
    acquireMany(at.pool, TINY, 3);
    slots.welcome(1);
    expect(at.pool.stats().touchedPages).toBe(3);
    expect(hintsOff(at)).toEqual([]);
  });
});
