/** What is read from the page words of a SuperSlab: all 32 of its pages, and none of the next one's. */

import { NOTE_SPAN, noteOf, PageKind, pageWord, SlotState } from '@hakmem/contracts';
import { describe, expect, test } from 'vitest';
import {
  emptyWord,
  holdsClass,
  keptWord,
  masksOf,
  mayHoldKept,
  nextHead,
  RUN_WORD,
  slabWord,
  slotsWith,
} from '../src/hints.js';
import { OWNER, stand } from './stand.js';

const { records } = stand();
const { words } = records;
const DOUBT = pageWord(SlotState.ACTIVE, PageKind.NONE, OWNER, 0);
const BASE = 64; // SuperSlab 2
const PAGES = Array.from({ length: 34 }, (_, i) => BASE - 1 + i);
const inside = (page: number): boolean => page >= BASE && page < BASE + 32;

/** What `read` says while one page alone has this word, for each page of SuperSlab 2 and the one on either side. */
function whileAt<T>(word: number, read: () => T): T[] {
  return PAGES.map((page) => {
    words[page] = word;
    const seen = read();
    words[page] = 0;
    return seen;
  });
}

describe('of SuperSlab 2, with one page of it or beside it that is not UNUSED', () => {
  test.each([
    ['the first of a run that a thread keeps', keptWord(OWNER), true],
    ['in doubt', DOUBT, true],
    ['a run’s', RUN_WORD, false],
    ['a slab’s', slabWord(3, OWNER), false],
    ['EMPTY', emptyWord(3), false],
  ])('a page that is %s', (_, word, may) => {
    expect(whileAt(word, () => mayHoldKept(records, 2))).toEqual(PAGES.map((page) => may && inside(page)));
  });

  test.each([
    ['of this thread', slabWord(3, OWNER), true],
    ['of none', slabWord(3, 0), true],
    ['of another class', slabWord(4, OWNER), false],
  ])('holdsClass of a slab %s', (_, word, holds) => {
    expect(whileAt(word, () => holdsClass(records, 2, 3))).toEqual(PAGES.map((page) => holds && inside(page)));
  });

  test('slotsWith and the masks have its bit', () => {
    const bits = PAGES.map((page) => (inside(page) ? 1 << (page - BASE) : 0));
    expect(whileAt(emptyWord(3), () => slotsWith(records, 2, emptyWord(3)))).toEqual(bits);
    expect(whileAt(emptyWord(3), () => slotsWith(records, 2, emptyWord(4)))).toEqual(bits.map(() => 0));
    expect(whileAt(emptyWord(3), () => masksOf(records, 2))).toEqual(
      bits.map((empty) => ({ unused: ~empty, empty, active: 0 })),
    );
    expect(whileAt(DOUBT, () => masksOf(records, 2))).toEqual(
      bits.map((active) => ({ unused: ~active, empty: 0, active })),
    );
  });

  test.each([
    [1, true],
    [0, false],
    [-1, false],
  ])('nextHead of a page whose note says %i', (span, isHead) => {
    const word = slabWord(3, 0);
    for (const page of PAGES) words[noteOf(page) + NOTE_SPAN] = span;
    expect(whileAt(word, () => nextHead(records, 2, word))).toEqual(
      PAGES.map((page) => (isHead && inside(page) ? page : -1)),
    );
    expect(whileAt(word, () => nextHead(records, 2, word, BASE + 10))).toEqual(
      PAGES.map((page) => (isHead && inside(page) && page > BASE + 10 ? page : -1)),
    );
  });
});
