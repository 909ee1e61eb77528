/** Every clause of the pool's contract by example, each arranged so that only the clause can explain the outcome. */

import {
  CLASS_COUNT,
  CompositionError,
  clause,
  headOf,
  NOTE_SPAN,
  noteOf,
  OptionError,
  PageKind,
  pageWord,
  SlotState,
  SPAN_PAGES,
  type SuperRegistry,
  standaloneGround,
  stateOf,
  Tier,
} from '@hakmem/contracts';
import { describe, expect, test } from 'vitest';
import { sharedPool } from '../src/index.js';
import { hintsOff } from './exact.js';
import { acquireMany, classPerSpan, lengthOf, OWNER, stand, superSlabOf } from './stand.js';

const TINY = 0;
const OTHER = 5;
const THIRD = 9;
const PAIR = [...classPerSpan()].find(([span]) => span === 2)?.[1] ?? -1;

describe(clause('POOL-1'), () => {
  test('a hint that calls a slot of another owner UNUSED is found wrong when the slot is claimed', () => {
    const { pool, records, hints, problems } = stand();
    const [head] = acquireMany(pool, TINY, 1);
    const foreign = pageWord(SlotState.ACTIVE, PageKind.TINY, OWNER + 1, TINY);
    records.words[head + 1] = foreign;
    expect(problems()).toEqual([]);
    expect(pool.acquire(TINY)).toBe(head + 2);
    expect(records.words[head + 1]).toBe(foreign);
    expect(pool.stats()).toMatchObject({ unused: 1, retries: { slot: 1, run: 0, adopt: 0 } });
    expect(hints.unused(superSlabOf(head))).toBe(-1 << 3);
    expect(problems()).toEqual([]);
  });

  test('a span that is lost half-way to another owner is let go of whole, and found behind it', () => {
    const at = stand();
    const { pool, records } = at;
    const [head] = acquireMany(pool, TINY, 1);
    const foreign = pageWord(SlotState.ACTIVE, PageKind.TINY, OWNER + 1, TINY);
    records.words[head + 2] = foreign;
    expect(pool.acquire(PAIR)).toBe(head + 3);
    expect(records.words.slice(head + 1, head + 3)).toEqual(Int32Array.of(0, foreign));
    expect(pool.stats().retries).toEqual({ slot: 1, run: 0, adopt: 0 });
    expect(hintsOff(at)).toEqual([]);
  });

  test('one lost claim corrects the hint of the whole SuperSlab', () => {
    const at = stand();
    const { pool, records } = at;
    const [head] = acquireMany(pool, TINY, 1);
    for (let slot = 2; slot < 32; slot += 2) {
      records.words[head + slot] = pageWord(SlotState.ACTIVE, PageKind.TINY, OWNER + 1, TINY);
    }
    expect(superSlabOf(pool.acquire(PAIR))).toBe(superSlabOf(head) + 1);
    expect(pool.stats()).toMatchObject({ fresh: 2, retries: { slot: 1, run: 0, adopt: 0 } });
    expect(hintsOff(at)).toEqual([]);
  });

  test('an EMPTY slot that another owner has taken meanwhile is passed over', () => {
    const { pool, records } = stand();
    const heads = acquireMany(pool, TINY, 32);
    pool.release(heads[3]);
    pool.release(heads[7]);
    records.words[heads[3]] = pageWord(SlotState.ACTIVE, PageKind.TINY, OWNER + 1, TINY);
    expect(pool.acquire(TINY)).toBe(heads[7]);
    expect(pool.stats().reuse).toBe(1);
  });

  test('verify finds every single hint that does not say what the page words say, and no hint that says more', () => {
    const at = stand();
    const { pool, records, hints, registry, problems } = at;
    const [first] = acquireMany(pool, TINY, 31);
    const others = acquireMany(pool, OTHER, 33);
    const drained = acquireMany(pool, THIRD, 20);
    expect(pool.keepRun(pool.acquireRun(1, 1))).toBe(true);
    for (const head of drained.slice(0, 17)) pool.release(head);
    pool.release(others[9]);
    pool.sweep();
    pool.release(drained[17]);
    pool.release(first);
    pool.release(first + 4);
    at.slots.abandon(first + 7);
    expect(problems()).toEqual([]);
    expect(hintsOff(at)).toEqual([]);
    expect([1, 2, 3].map((superSlab) => registry.tier(superSlab))).toEqual([Tier.HOT, Tier.HOT, Tier.DRAINING]);

    for (let superSlab = registry.first; superSlab < registry.end; superSlab++) {
      for (let slot = 0; slot < 32; slot++) {
        const mask = 1 << slot;
        const unused = records.words[superSlab * 32 + slot] === 0;
        if (unused) hints.dropUnused(superSlab, mask);
        else hints.addUnused(superSlab, mask);
        expect(problems()).toEqual(unused ? [expect.stringContaining('misses the unused slots')] : []);
        expect(hintsOff(at)).toEqual([expect.stringMatching(/^unused of/)]);
        if (unused) hints.addUnused(superSlab, mask);
        else hints.dropUnused(superSlab, mask);
      }
    }
    let belonged = 0;
    const flip = (set: number, superSlab: number, what: string): void => {
      const belongs = hints.has(set, superSlab);
      if (belongs) hints.drop(set, superSlab, () => false);
      else hints.add(set, superSlab);
      const wanted = belongs ? [`SuperSlab ${superSlab} is not in the set ${what}`] : [];
      expect([...new Set(problems())]).toEqual(wanted);
      expect(hintsOff(at).length).toBe(1);
      if (belongs) hints.add(set, superSlab);
      else hints.drop(set, superSlab, () => false);
      if (belongs) belonged++;
    };
    for (let superSlab = registry.first; superSlab < registry.end; superSlab++) {
      flip(hints.open, superSlab, 'open');
      flip(hints.draining, superSlab, 'draining');
      flip(hints.empty, superSlab, 'empty');
      flip(hints.kept, superSlab, 'kept');
      for (let c = 0; c < CLASS_COUNT; c++) {
        flip(hints.holds(c), superSlab, `holds class ${c}`);
        flip(hints.empties(c), superSlab, `EMPTY slots of class ${c}`);
        flip(hints.abandoned(c), superSlab, `abandoned slabs of class ${c}`);
      }
    }
    // Open: 2. Draining: 3. Empty: 1, of TINY. Holding TINY and OTHER: 1; OTHER: 2; THIRD: 3. An abandoned TINY: 1. Kept: 3.
    expect(belonged).toBe(10);
    expect(problems()).toEqual([]);
    expect(hintsOff(at)).toEqual([]);
  });

  test('verify finds a SuperSlab that is FREE with an ACTIVE slot, and one that is not with none', () => {
    const { pool, records, registry, problems } = stand();
    const [head] = acquireMany(pool, TINY, 1);
    registry.free(superSlabOf(head));
    expect(problems()).toEqual(['SuperSlab 1 has tier 3 and the active slots 1']);
    registry.heat(superSlabOf(head));
    expect(problems()).toEqual([]);
    records.words[head] = 0;
    expect(problems().join()).toMatch(/has tier 1 and the active slots 0/);
  });

  test('verify finds a page in doubt, and says whose it is', () => {
    const { pool, slots, problems } = stand();
    const [head] = acquireMany(pool, TINY, 1);
    expect(slots.claim(head + 1, TINY, 0)).toBe(true);
    expect(problems()).toEqual([`page ${head + 1} is in doubt, left by thread ${OWNER}`]);
  });

  test('RESERVED pages of a region that starts and ends inside a SuperSlab are never handed out', () => {
    const { pool, records, problems } = stand({ firstPage: 40, pageLimit: 84 });
    const heads = new Set<number>();
    for (let head = pool.acquire(TINY); head !== 0; head = pool.acquire(TINY)) heads.add(head);
    expect([...heads].sort((a, b) => a - b)).toEqual(Array.from({ length: 44 }, (_, i) => 40 + i));
    for (let page = 32; page < 96; page++) {
      const wanted = page < 40 || page >= 84 ? SlotState.RESERVED : SlotState.ACTIVE;
      expect(stateOf(records.words[page])).toBe(wanted);
    }
    expect(problems()).toEqual([]);
  });
});

describe(clause('POOL-2'), () => {
  test('the stages are asked in order, and each counts', () => {
    const { pool, lines } = stand();
    const [a] = acquireMany(pool, TINY, 1);
    expect(pool.stats()).toMatchObject({ reuse: 0, unused: 0, fresh: 1 });
    const [b] = acquireMany(pool, TINY, 1);
    expect(pool.stats()).toMatchObject({ reuse: 0, unused: 1, fresh: 1 });
    pool.release(a);
    expect(pool.acquire(TINY)).toBe(a);
    expect(pool.stats()).toMatchObject({ reuse: 1, unused: 1, fresh: 1, released: 1 });
    expect(b).toBe(a + 1);
    expect(lines.filter((line) => line.startsWith('[SP_ACQUIRE')).map((line) => line.slice(0, 20))).toEqual([
      '[SP_ACQUIRE_STAGE3] ',
      '[SP_ACQUIRE_STAGE2] ',
      '[SP_ACQUIRE_STAGE1] ',
    ]);
    expect(lines.at(-1)).toMatch(/^\[SP_ACQUIRE_STAGE1\] .*class=0 .*\(ss=1 slot=0\)$/);
  });

  test('who looks for an EMPTY slot in vain takes the SuperSlab off the sets, whoever took the last one', () => {
    const at = stand();
    const heads = acquireMany(at.pool, TINY, 3);
    at.pool.release(heads[1]);
    acquireMany(at.pool, TINY, 1);
    expect(at.problems()).toEqual([]);
    expect(hintsOff(at)).toEqual(['empty of 1: hint true', `empties ${TINY} of 1: hint true`]);
    acquireMany(at.pool, TINY, 1);
    expect(hintsOff(at)).toEqual([]);
  });

  test('an EMPTY slot of the class in a far SuperSlab comes before an UNUSED one nearby', () => {
    const { pool } = stand();
    acquireMany(pool, OTHER, 31);
    const heads = acquireMany(pool, TINY, 20);
    const far = heads.filter((head) => superSlabOf(head) === 2)[7];
    pool.release(far);
    expect(pool.acquire(TINY)).toBe(far);
    expect(pool.stats().reuse).toBe(1);
  });

  test('an EMPTY slot of another class is no answer while there are UNUSED ones', () => {
    const { pool } = stand();
    const heads = acquireMany(pool, TINY, 8);
    pool.release(heads[2]);
    expect(pool.acquire(OTHER)).toBe(heads[7] + 1);
    expect(pool.stats()).toMatchObject({ reuse: 0, swept: 0, emptySlots: 1 });
  });

  test('an EMPTY span serves its class, and so do as many neighbours that are left of several', () => {
    const { pool, records, problems } = stand();
    acquireMany(pool, TINY, 8);
    const [, span, next] = acquireMany(pool, PAIR, 3);
    pool.release(span);
    pool.release(next);
    expect(next).toBe(span + 2);
    expect(pool.acquire(PAIR)).toBe(span);
    pool.release(span);
    // Somebody else has taken the first page: the second and the first of the next span are neighbours of the class, too.
    records.words[span] = pageWord(SlotState.ACTIVE, PageKind.TINY, OWNER + 1, TINY);
    expect(pool.acquire(PAIR)).toBe(span + 1);
    expect(pool.stats()).toMatchObject({ reuse: 2, emptySlots: 1, retries: { slot: 0 } });
    // The last one alone is no span: stage 2.
    expect(pool.acquire(PAIR)).toBe(next + 2);
    expect(problems()).toEqual([]);
  });

  test('a DRAINING SuperSlab is asked after all HOT ones, and before a new one is made', () => {
    const { pool, registry, problems } = stand();
    const heads = acquireMany(pool, TINY, 33);
    for (const head of heads.slice(0, 29)) pool.release(head);
    pool.sweep();
    pool.release(heads[29]);
    expect(registry.tier(1)).toBe(Tier.DRAINING);
    const later = acquireMany(pool, TINY, 31).map(superSlabOf);
    expect(new Set(later)).toEqual(new Set([2]));
    expect(superSlabOf(pool.acquire(TINY))).toBe(1);
    expect(registry.tier(1)).toBe(Tier.HOT);
    expect(registry.stats().created).toBe(2);
    expect(problems()).toEqual([]);
  });

  test('stage 3 takes the FREE SuperSlab that was freed last before it asks for memory', () => {
    const { pool, registry } = stand({ prewarm: 3 });
    expect(superSlabOf(pool.acquire(TINY))).toBe(1);
    acquireMany(pool, TINY, 31);
    expect(superSlabOf(pool.acquire(TINY))).toBe(2);
    expect(registry.stats()).toMatchObject({ created: 3, free: 1 });
    expect(pool.stats()).toMatchObject({ fresh: 2, unused: 31 });
  });
});

describe(clause('POOL-3'), () => {
  const arrange = (classAffinity: boolean): { placed: number; affine: number } => {
    const { pool } = stand({}, { classAffinity });
    const filler = acquireMany(pool, OTHER, 32);
    acquireMany(pool, THIRD, 1);
    for (const head of filler.slice(0, 20)) pool.release(head);
    pool.sweep();
    const before = pool.stats().affine;
    return { placed: superSlabOf(pool.acquire(THIRD)), affine: pool.stats().affine - before };
  };

  test('with affinity the slab goes beside its like, without it to the lowest SuperSlab', () => {
    expect(arrange(true)).toEqual({ placed: 2, affine: 1 });
    expect(arrange(false)).toEqual({ placed: 1, affine: 0 });
  });

  test('it is a preference: without room beside its like the slab goes elsewhere', () => {
    const { pool, registry } = stand();
    const heads = acquireMany(pool, OTHER, 30);
    const spans = acquireMany(pool, PAIR, 1);
    acquireMany(pool, TINY, 1);
    expect(superSlabOf(spans[0])).toBe(1);
    expect(superSlabOf(pool.acquire(PAIR))).toBe(2);
    expect(pool.stats().affine).toBe(heads.length - 1);
    expect(registry.end).toBe(3);
  });

  test('without sharing each SuperSlab holds one class', () => {
    const { pool, registry } = stand({}, { slotSharing: false });
    const heads = [TINY, OTHER, THIRD, PAIR].map((c) => pool.acquire(c));
    expect(new Set(heads.map(superSlabOf)).size).toBe(4);
    expect(superSlabOf(pool.acquire(OTHER))).toBe(superSlabOf(heads[1]));
    expect(registry.stats().created).toBe(4);
    const shared = stand();
    const together = [TINY, OTHER, THIRD, PAIR].map((c) => shared.pool.acquire(c));
    expect(new Set(together.map(superSlabOf)).size).toBe(1);
  });
});

describe(clause('POOL-4'), () => {
  test.each([...classPerSpan()])('spans of %i pages (class %i)', (span, sizeClass) => {
    const { pool, records, problems } = stand();
    const heads = acquireMany(pool, sizeClass, 3 * Math.floor(32 / span));
    const pages = new Set<number>();
    for (const head of heads) {
      expect(superSlabOf(head + span - 1)).toBe(superSlabOf(head));
      const kind = sizeClass < 32 ? PageKind.TINY : PageKind.MID;
      for (let i = 0; i < span; i++) {
        expect(records.words[head + i]).toBe(pageWord(SlotState.ACTIVE, kind, OWNER, sizeClass));
        expect(headOf(records.words, head + i)).toBe(head);
        expect(records.words[noteOf(head + i) + NOTE_SPAN]).toBe(i === 0 ? span : -i);
        pages.add(head + i);
      }
    }
    expect(pages.size).toBe(heads.length * span);
    pool.release(heads[1]);
    expect(pool.acquire(sizeClass)).toBe(heads[1]);
    expect(problems()).toEqual([]);
  });

  test('the lengths above are all that there are, among them 1 page and more than 8', () => {
    const lengths = [...classPerSpan().keys()];
    expect(new Set(SPAN_PAGES)).toEqual(new Set(lengths));
    expect(lengths[0]).toBe(1);
    expect(lengths.at(-1)).toBeGreaterThan(8);
  });
});

describe(clause('POOL-5'), () => {
  test('a slab that is released becomes EMPTY of its class; the last one frees the SuperSlab', () => {
    const { pool, records, registry, problems } = stand();
    const heads = acquireMany(pool, TINY, 3);
    pool.release(heads[0]);
    expect(records.words[heads[0]]).toBe(pageWord(SlotState.EMPTY, PageKind.NONE, 0, TINY));
    expect(registry.tier(1)).toBe(Tier.HOT);
    pool.release(heads[1]);
    pool.release(heads[2]);
    expect(registry.tier(1)).toBe(Tier.FREE);
    for (const head of heads) expect(records.words[head]).toBe(0);
    expect(pool.stats()).toMatchObject({ released: 3, swept: 3, emptySlots: 0, unusedSlots: 32, touchedPages: 3 });
    expect(problems()).toEqual([]);
  });

  test('with an eighth of its slots ACTIVE a SuperSlab drains when another has UNUSED slots, and not before', () => {
    const { pool, records, registry, problems } = stand();
    const heads = acquireMany(pool, TINY, 33);
    for (const head of heads.slice(0, 27)) pool.release(head);
    expect(registry.tier(1)).toBe(Tier.HOT);
    pool.sweep();
    pool.release(heads[27]);
    expect(registry.tier(1)).toBe(Tier.DRAINING);
    expect(stateOf(records.words[heads[27]])).toBe(SlotState.UNUSED);
    pool.release(heads[28]);
    expect(stateOf(records.words[heads[28]])).toBe(SlotState.UNUSED);
    for (const head of heads.slice(29, 32)) pool.release(head);
    expect(registry.tier(1)).toBe(Tier.FREE);
    expect(problems()).toEqual([]);
  });

  test('a lone SuperSlab does not drain: there is no other to allocate from', () => {
    const { pool, registry } = stand();
    const heads = acquireMany(pool, TINY, 20);
    for (const head of heads.slice(0, 19)) pool.release(head);
    expect(registry.tier(1)).toBe(Tier.HOT);
    expect(pool.stats().emptySlots).toBe(19);
  });

  test('the pages of a run become UNUSED at once; SuperSlabs that it alone used become FREE', () => {
    const { pool, records, registry, problems } = stand();
    pool.acquire(TINY);
    const run = pool.acquireRun(100, 1);
    expect(run).toBe(33);
    expect(registry.stats()).toMatchObject({ hot: 4, created: 4 });
    expect(pool.releaseRun(run, 40)).toBe(true);
    for (let page = run; page < run + 100; page++) {
      const wanted = page < run + 40 ? pageWord(SlotState.ACTIVE, PageKind.LARGE, 0, 0) : 0;
      expect(records.words[page]).toBe(wanted);
      expect(headOf(records.words, page)).toBe(page < run + 40 ? run : page);
    }
    expect([3, 4].map((superSlab) => registry.tier(superSlab))).toEqual([Tier.FREE, Tier.FREE]);
    expect(lengthOf(records, run)).toBe(40);
    expect(records.live[run * 4_096]).toBe(1);
    expect(pool.releaseRun(run, 0)).toBe(true);
    expect(registry.stats()).toMatchObject({ hot: 1, free: 3 });
    expect(records.words.slice(run, run + 40).every((word) => word === 0)).toBe(true);
    expect(records.live[run * 4_096]).toBe(0);
    expect(problems()).toEqual([]);
  });

  test('pages count as touched until their memory is returned', () => {
    const { pool, registry, problems } = stand({ retain: 0 });
    const heads = acquireMany(pool, TINY, 40);
    expect(pool.stats().touchedPages).toBe(40);
    for (const head of heads) pool.release(head);
    expect(registry.end).toBe(registry.first);
    expect(pool.stats()).toMatchObject({ touchedPages: 0, unusedSlots: 0 });
    pool.acquire(TINY);
    expect(pool.stats()).toMatchObject({ touchedPages: 1, unusedSlots: 31 });
    expect(problems()).toEqual([]);
  });
});

describe(clause('POOL-6'), () => {
  test('a slab: EMPTY slots of other classes are swept and used', () => {
    const { pool, registry, problems } = stand();
    const heads = acquireMany(pool, TINY, 32);
    for (const head of heads.slice(4, 12)) pool.release(head);
    expect(pool.acquire(OTHER)).toBe(heads[4]);
    expect(registry.stats().created).toBe(1);
    expect(pool.stats()).toMatchObject({ swept: 8, unused: 32, fresh: 1 });
    expect(problems()).toEqual([]);
  });

  test('a span: EMPTY slots of several classes side by side make room for it', () => {
    const { pool, registry } = stand();
    const heads = [...acquireMany(pool, TINY, 16), ...acquireMany(pool, OTHER, 16)];
    pool.release(heads[15]);
    pool.release(heads[16]);
    expect(pool.acquire(PAIR)).toBe(heads[15]);
    expect(registry.stats().created).toBe(1);
  });

  test('a run, and a run that grows', () => {
    const { pool, registry, problems } = stand();
    const heads = acquireMany(pool, TINY, 32);
    for (const head of heads.slice(10, 20)) pool.release(head);
    expect(pool.acquireRun(6, 1)).toBe(heads[10]);
    for (const head of heads.slice(20, 24)) pool.release(head);
    expect(pool.extendRun(heads[10], 6, 14)).toBe(true);
    expect(registry.stats().created).toBe(1);
    expect(pool.stats()).toMatchObject({ emptySlots: 0, swept: 14 });
    expect(problems()).toEqual([]);
  });
});

describe(clause('POOL-7'), () => {
  test('acquire, acquireRun and extendRun answer 0 or false, and no control word has changed', () => {
    const { pool, records, registry, problems } = stand();
    registry.memory = 3;
    const heads = acquireMany(pool, TINY, 60);
    const run = pool.acquireRun(4, 1);
    expect(run).toBe(heads[59] + 1);
    const before = records.words.slice();
    for (const [, sizeClass] of classPerSpan()) expect(pool.acquire(sizeClass)).toBe(0);
    expect(pool.acquireRun(1, 1)).toBe(0);
    expect(pool.acquireRun(5, 32)).toBe(0);
    expect(pool.acquireRun(65_536, 1)).toBe(0);
    expect(pool.extendRun(run, 4, 5)).toBe(false);
    expect(pool.extendRun(run, 4, 65_536)).toBe(false);
    expect(records.words).toEqual(before);
    expect(registry.stats().created).toBe(2);
    expect(problems()).toEqual([]);
  });

  test('a run does not grow over a page in use, EMPTY slots before it stay', () => {
    const { pool, records } = stand();
    const run = pool.acquireRun(4, 1);
    const heads = acquireMany(pool, TINY, 3);
    pool.release(heads[0]);
    const before = records.words.slice();
    expect(pool.extendRun(run, 4, 7)).toBe(false);
    expect(records.words).toEqual(before);
    expect(pool.extendRun(run, 4, 5)).toBe(true);
    expect(headOf(records.words, run + 4)).toBe(run);
  });

  test('with more memory the same request is served', () => {
    const { pool, registry, problems } = stand();
    registry.memory = 2;
    acquireMany(pool, TINY, 32);
    expect(pool.acquire(PAIR)).toBe(0);
    registry.memory = 3;
    expect(pool.acquire(PAIR)).toBe(64);
    expect(SPAN_PAGES[PAIR]).toBe(2);
    expect(problems()).toEqual([]);
  });
});

describe('runs', () => {
  test('the first page is a multiple of the alignment, pages before it stay UNUSED', () => {
    const { pool, problems } = stand();
    pool.acquire(TINY);
    for (const align of [1, 2, 4, 8, 16, 32]) expect(pool.acquireRun(3, align) % align).toBe(0);
    expect(pool.stats().runs).toBe(6);
    expect(problems()).toEqual([]);
  });

  test('a SuperSlab that is made only because alignment skips it is FREE', () => {
    const { pool, registry, problems } = stand();
    pool.acquire(TINY);
    const run = pool.acquireRun(3, 128);
    expect(run).toBe(128);
    expect([2, 3].map((superSlab) => registry.tier(superSlab))).toEqual([Tier.FREE, Tier.FREE]);
    expect(problems()).toEqual([]);
  });

  test('a run that grows past the top makes SuperSlabs for the rest', () => {
    const { pool, registry, problems } = stand();
    const run = pool.acquireRun(30, 1);
    expect(pool.extendRun(run, 30, 100)).toBe(true);
    expect(registry.end).toBe(5);
    expect(pool.stats().touchedPages).toBe(100);
    expect(problems()).toEqual([]);
  });
});

describe('the edges of a region', () => {
  test.each([1, 40, 63])(
    'the first run of an empty heap starts at page %i, the first that may be used',
    (firstPage) => {
      const { pool, records, problems } = stand({ firstPage });
      expect(pool.acquireRun(30, 1)).toBe(firstPage);
      for (let page = firstPage & ~31; page < firstPage; page++)
        expect(stateOf(records.words[page])).toBe(SlotState.RESERVED);
      expect(problems()).toEqual([]);
    },
  );

  test('a run that is refused only after memory was given for its start leaves that FREE', () => {
    const { pool, registry, problems } = stand({ firstPage: 61 });
    registry.memory = 2;
    expect(pool.acquireRun(10, 1)).toBe(0);
    expect(registry.tier(1)).not.toBe(Tier.HOT);
    expect(problems()).toEqual([]);
    expect(pool.acquire(TINY)).toBe(61);
  });

  test('no run is placed on pages behind the limit, and none grows onto them', () => {
    const { pool, records, registry, problems } = stand({ pageLimit: 100 });
    const run = pool.acquireRun(3, 1);
    for (const pages of [69, 93, 94, 200]) {
      expect(pool.acquireRun(pages, 1)).toBe(0);
      expect(pool.extendRun(run, 3, pages)).toBe(false);
      expect(problems()).toEqual([]);
    }
    expect(registry.end).toBeLessThanOrEqual(4);
    expect(pool.extendRun(run, 3, 68)).toBe(true);
    expect(pool.acquire(TINY)).toBe(0);
    for (let page = 100; page < 128; page++) expect(stateOf(records.words[page])).toBe(SlotState.RESERVED);
    expect(problems()).toEqual([]);
  });

  test('a SuperSlab that is too short for a span is FREE again, and serves a shorter one', () => {
    const { pool, registry, problems } = stand({ firstPage: 61, pageLimit: 96 });
    const [span, sizeClass] = [...classPerSpan()].find(([length]) => length > 3) ?? [0, 0];
    const heads = acquireMany(pool, sizeClass, Math.floor(32 / span));
    expect(new Set(heads.map(superSlabOf))).toEqual(new Set([2]));
    expect(registry.tier(1)).toBe(Tier.FREE);
    expect(pool.acquire(sizeClass)).toBe(0);
    expect(registry.tier(1)).toBe(Tier.FREE);
    expect(problems()).toEqual([]);
    const filled = acquireMany(pool, TINY, (32 % span) + 3);
    expect(superSlabOf(filled.at(-1) ?? 0)).toBe(1);
    expect(problems()).toEqual([]);
  });
});

describe('the recipe', () => {
  test('options must be booleans', () => {
    expect(() => sharedPool({ classAffinity: 1 as unknown as boolean })).toThrow(OptionError);
    expect(() => sharedPool({ slotSharing: null as unknown as boolean })).toThrow(/slotSharing is null/);
  });

  test('a registry that lacks a method is named in the error', () => {
    const recipe = sharedPool();
    const scope = standaloneGround(64, recipe.words(64)).scope(recipe.words(64));
    const registry = { tier() {}, reuse() {}, extend() {}, heat() {}, free() {} } as unknown as SuperRegistry;
    expect(() => recipe.build(scope, registry)).toThrow(CompositionError);
    expect(() => recipe.build(scope, registry)).toThrow(/drain\(\)/);
  });

  test('the region is as large as the hints need, for a limit that is no multiple of 32, too', () => {
    for (const pageLimit of [1, 31, 32, 33, 1_024, 1_025, 65_535, 65_536]) {
      const superSlabs = Math.ceil(pageLimit / 32);
      const sets = (4 + 3 * CLASS_COUNT) * Math.ceil(superSlabs / 32);
      expect(sharedPool().words(pageLimit)).toBe(16 + 2 * superSlabs + sets);
    }
  });

  test('a heap of 2,048 SuperSlabs: the sets reach over all of their words', () => {
    const { pool, registry, problems } = stand({ pageLimit: 65_536 });
    const run = pool.acquireRun(65_472, 1);
    expect(run).toBe(32);
    const top = pool.acquire(TINY);
    expect(top).toBe(65_504);
    acquireMany(pool, TINY, 31);
    expect(pool.acquire(TINY)).toBe(0);
    pool.release(top);
    expect(pool.acquire(TINY)).toBe(top);
    expect(pool.releaseRun(run, 0)).toBe(true);
    expect(registry.stats()).toMatchObject({ hot: 1, free: 2_046 });
    expect(problems()).toEqual([]);
  });
});
