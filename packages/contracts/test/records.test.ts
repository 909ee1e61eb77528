// Proves the places of the shared records: notes follow the page words and never overlap, the constants of units.ts divide
// as drawn, and headOf finds the first page of any slab, span or run of a random layout.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  CLASS_COUNT,
  GRANULE_BYTES,
  GRANULE_SHIFT,
  headOf,
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
  SLOT_SHIFT,
  SLOTS_PER_SUPERSLAB,
  SlotState,
  SPAN_PAGES,
  SUPERSLAB_BYTES,
  SUPERSLAB_SHIFT,
  TINY_CLASS_COUNT,
} from '../src/index.js';

const SEED = 20_260_802;
const RUNS = 300;
const OWNER = 3;

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
      words.fill(pageWord(SlotState.ACTIVE, PageKind.LARGE, OWNER, 0), head, head + each.pages);
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
    words.fill(pageWord(SlotState.ACTIVE, PageKind.LARGE, OWNER, 0), 1, 12);
    expect(headOf(words, 7)).toBe(7);
    words[noteOf(2) + NOTE_SPAN] = 5;
    expect([6, 7].map((page) => headOf(words, page))).toEqual([2, 7]);
  });
});
