// Proves the places of the shared records: notes follow the page words and never overlap, the constants of units.ts divide
// as drawn, headOf finds the first page of any slab, span or run of a random layout and runAround the run whatever a page of
// it says, and countFree and isIdle agree with the live bytes.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BLOCK_BYTES,
  CLASS_COUNT,
  countFree,
  GRANULE_BYTES,
  GRANULE_SHIFT,
  headOf,
  isIdle,
  kindFor,
  MAX_BYTES,
  MAX_PAGES,
  NOTE_CURSOR,
  NOTE_NEXT,
  NOTE_PREV,
  NOTE_ROOM,
  NOTE_SPAN,
  NOTE_WORDS,
  NOTES_START,
  noteOf,
  PAGE_BYTES,
  PAGE_GRANULE_SHIFT,
  PAGE_SHIFT,
  PageKind,
  pageWord,
  runAround,
  SLOT_SHIFT,
  SLOTS_PER_SUPERSLAB,
  SlotState,
  SPAN_BLOCKS,
  SPAN_PAGES,
  SUPERSLAB_BYTES,
  SUPERSLAB_SHIFT,
  standaloneGround,
  TINY_CLASS_COUNT,
} from '../src/index.js';

const SEED = 20_260_802;
const RUNS = 300;
const OWNER = 3;
/** Runs have no owner. */
const LARGE = pageWord(SlotState.ACTIVE, PageKind.LARGE, 0, 0);
/** A page that is being claimed or let go of. */
const DOUBT = pageWord(SlotState.ACTIVE, PageKind.NONE, OWNER, 0);

describe('units', () => {
  test('divide as drawn', () => {
    expect(2 ** GRANULE_SHIFT).toBe(GRANULE_BYTES);
    expect(2 ** PAGE_SHIFT).toBe(PAGE_BYTES);
    expect(2 ** SUPERSLAB_SHIFT).toBe(SUPERSLAB_BYTES);
    expect(PAGE_GRANULE_SHIFT).toBe(PAGE_SHIFT - GRANULE_SHIFT);
    expect(SLOT_SHIFT).toBe(SUPERSLAB_SHIFT - PAGE_SHIFT);
    expect(2 ** SLOT_SHIFT).toBe(SLOTS_PER_SUPERSLAB);
    expect(MAX_PAGES * PAGE_BYTES).toBe(MAX_BYTES);
    expect(0xffff_ffff >>> PAGE_SHIFT).toBe(MAX_PAGES - 1);
  });
});

describe('page notes', () => {
  test('start after all page words and lie side by side', () => {
    expect(NOTES_START).toBe(MAX_PAGES);
    expect(noteOf(0)).toBe(NOTES_START);
    expect(NOTE_WORDS).toBe(16);
    for (const page of [0, 1, 31, 65_534]) expect(noteOf(page + 1) - noteOf(page)).toBe(NOTE_WORDS);
    expect(noteOf(65_535)).toBe(NOTES_START + 65_535 * NOTE_WORDS);
  });

  test('have their fields at the offsets of the drawing', () => {
    expect([NOTE_SPAN, NOTE_ROOM, NOTE_CURSOR, NOTE_NEXT, NOTE_PREV]).toEqual([0, 1, 2, 3, 4]);
  });
});

const PAGES = 160;

/** A stretch of pages: what uses them, and how many they are. */
type Stretch = { readonly use: 'unused' | 'empty' | 'large'; readonly pages: number } | { readonly sizeClass: number };

const stretch: fc.Arbitrary<Stretch> = fc.oneof(
  fc.record({
    use: fc.constantFrom('unused' as const, 'empty' as const, 'large' as const),
    pages: fc.integer({ min: 1, max: 9 }),
  }),
  fc.record({ sizeClass: fc.integer({ min: 0, max: CLASS_COUNT - 1 }) }),
);

/** Writes a layout from page 1 on and returns, per page, the head that it has. */
function lay(words: Int32Array, stretches: readonly Stretch[]): number[] {
  const heads = [0];
  for (const each of stretches) {
    const head = heads.length;
    if ('sizeClass' in each) {
      const pages = SPAN_PAGES[each.sizeClass];
      const kind = each.sizeClass < TINY_CLASS_COUNT ? PageKind.TINY : PageKind.MID;
      words.fill(pageWord(SlotState.ACTIVE, kind, OWNER, each.sizeClass), head, head + pages);
      for (let i = 0; i < pages; i++) {
        words[noteOf(head + i) + NOTE_SPAN] = i === 0 ? pages : -i;
        heads.push(head);
      }
    } else if (each.use === 'large') {
      words.fill(LARGE, head, head + each.pages);
      words[noteOf(head) + NOTE_SPAN] = each.pages;
      for (let i = 0; i < each.pages; i++) heads.push(head);
    } else {
      const state = each.use === 'empty' ? SlotState.EMPTY : SlotState.UNUSED;
      words.fill(pageWord(state, PageKind.NONE, 0, 0), head, head + each.pages);
      for (let i = 0; i < each.pages; i++) heads.push(head + i);
    }
  }
  return heads;
}

describe('headOf', () => {
  test(`finds the first page of slabs, spans and runs, side by side in any order (seed ${SEED}, ${RUNS} runs)`, () => {
    fc.assert(
      fc.property(fc.array(stretch, { minLength: 1, maxLength: 10 }), (stretches) => {
        const words = new Int32Array(noteOf(PAGES + 1));
        const heads = lay(words, stretches);
        for (let page = 1; page < heads.length; page++) expect(headOf(words, page), `page ${page}`).toBe(heads[page]);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });

  test('parts two runs that stand side by side with the same word', () => {
    const words = new Int32Array(noteOf(PAGES));
    const heads = lay(words, [
      { use: 'large', pages: 3 },
      { use: 'large', pages: 40 },
      { use: 'large', pages: 1 },
    ]);
    expect(heads.map((_, page) => headOf(words, page))).toEqual(heads);
  });

  test('is the page itself when a run before it does not reach it, or when no run begins before it', () => {
    const words = new Int32Array(noteOf(PAGES));
    words.fill(LARGE, 1, 12);
    expect(headOf(words, 7)).toBe(7);
    words[noteOf(2) + NOTE_SPAN] = 5;
    expect([6, 7].map((page) => headOf(words, page))).toEqual([2, 7]);
  });
});

describe('runAround', () => {
  test(`is the head in every page of a run, also in one that is in doubt, and 0 in every page of none (seed ${SEED}, ${RUNS} runs)`, () => {
    const doubts = fc.array(fc.nat(9_999), { maxLength: 20 });
    let doubted = 0;
    fc.assert(
      fc.property(fc.array(stretch, { minLength: 1, maxLength: 10 }), doubts, (stretches, pages) => {
        const words = new Int32Array(noteOf(PAGES + 1));
        const heads = lay(words, stretches);
        for (const page of pages.map((pick) => pick % heads.length)) {
          if (words[page] !== LARGE || heads[page] === page) continue;
          words[page] = DOUBT;
          doubted++;
        }
        for (let page = 1; page < heads.length; page++) {
          const inRun = words[heads[page]] === LARGE;
          expect(runAround(words, page), `page ${page}`).toBe(inRun ? heads[page] : 0);
          expect(headOf(words, page), `page ${page}`).toBe(inRun && words[page] === DOUBT ? page : heads[page]);
        }
      }),
      { seed: SEED, numRuns: RUNS },
    );
    expect(doubted).toBeGreaterThan(100);
  });

  test('passes pages in doubt on its way to the head, and finds none when the head itself is in doubt', () => {
    const words = new Int32Array(noteOf(PAGES));
    lay(words, [
      { use: 'large', pages: 2 },
      { use: 'large', pages: 6 },
    ]);
    words[4] = DOUBT;
    words[5] = DOUBT;
    expect([3, 4, 5, 6, 8, 9].map((page) => runAround(words, page))).toEqual([3, 3, 3, 3, 3, 0]);
    words[3] = DOUBT;
    expect([2, 3, 4, 6, 8].map((page) => runAround(words, page))).toEqual([1, 0, 0, 0, 0]);
    expect([6, 8].map((page) => headOf(words, page))).toEqual([6, 8]);
  });

  test('stops at a page that is not ACTIVE, and at a slab', () => {
    const words = new Int32Array(noteOf(PAGES));
    lay(words, [{ use: 'large', pages: 9 }]);
    expect(runAround(words, 9)).toBe(1);
    words[5] = pageWord(SlotState.UNUSED, PageKind.NONE, 0, 0);
    expect([4, 5, 6].map((page) => runAround(words, page))).toEqual([1, 0, 0]);
    for (const kind of [PageKind.TINY, PageKind.MID]) {
      words[5] = pageWord(SlotState.ACTIVE, kind, OWNER, 3);
      expect([4, 5, 6].map((page) => runAround(words, page))).toEqual([1, 0, 0]);
    }
  });

  test('never takes page 0 for a head', () => {
    const words = new Int32Array(noteOf(PAGES));
    words.fill(LARGE, 0, 4);
    words[noteOf(0) + NOTE_SPAN] = 4;
    expect([0, 1, 3].map((page) => runAround(words, page))).toEqual([0, 0, 0]);
  });
});

describe('countFree and isIdle', () => {
  const HEAD = 8;
  const slab = (sizeClass: number, owner: number) => {
    const { records } = standaloneGround(HEAD + SPAN_PAGES[sizeClass] + 1, 0);
    records.words.fill(
      pageWord(SlotState.ACTIVE, kindFor(sizeClass), owner, sizeClass),
      HEAD,
      HEAD + SPAN_PAGES[sizeClass],
    );
    const granuleOf = (block: number): number => (HEAD * PAGE_BYTES + block * BLOCK_BYTES[sizeClass]) / GRANULE_BYTES;
    return { records, granuleOf, blocks: SPAN_BLOCKS[sizeClass] };
  };
  const everyClass = Array.from({ length: CLASS_COUNT }, (_, c) => c);

  test('of a slab without live blocks: all are free, it is idle; of one that is all live: none, it is not', () => {
    for (const c of everyClass) {
      const { records, granuleOf, blocks } = slab(c, OWNER);
      // Live bytes of the pages beside it, and those of no block of the class, are none of its business.
      records.live[granuleOf(0) - 1] = 1;
      records.live[((HEAD + SPAN_PAGES[c]) * PAGE_BYTES) / GRANULE_BYTES] = 1;
      expect([countFree(records, HEAD), isIdle(records, HEAD)], `class ${c}`).toEqual([blocks, true]);
      for (let i = 0; i < blocks; i++) records.live[granuleOf(i)] = 1;
      expect([countFree(records, HEAD), isIdle(records, HEAD)], `class ${c}`).toEqual([0, false]);
    }
  });

  test('one live block is seen, the first and the last of each class, also when the slab is abandoned', () => {
    for (const c of everyClass) {
      const { records, granuleOf, blocks } = slab(c, 0);
      for (const block of [0, blocks - 1]) {
        records.live[granuleOf(block)] = 1;
        expect([countFree(records, HEAD), isIdle(records, HEAD)], `class ${c}`).toEqual([blocks - 1, false]);
        records.live[granuleOf(block)] = 0;
      }
    }
  });

  test(`count what a set of the live blocks counts (seed ${SEED}, ${RUNS} runs)`, () => {
    fc.assert(
      fc.property(fc.constantFrom(...everyClass), fc.array(fc.nat(9_999), { maxLength: 60 }), (c, picks) => {
        const { records, granuleOf, blocks } = slab(c, OWNER);
        const live = new Set(picks.map((pick) => pick % blocks));
        for (const block of live) records.live[granuleOf(block)] = 1;
        expect(countFree(records, HEAD)).toBe(blocks - live.size);
        expect(isIdle(records, HEAD)).toBe(live.size === 0);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });
});

test('kindFor: tiny classes are TINY, the others MID', () => {
  for (let c = 0; c < CLASS_COUNT; c++) {
    expect(kindFor(c), `class ${c}`).toBe(BLOCK_BYTES[c] <= 1_024 ? PageKind.TINY : PageKind.MID);
  }
});
