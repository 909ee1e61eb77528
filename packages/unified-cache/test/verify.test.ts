/** The walker sees each broken equation: damage is planted, found where it is, and repaired. */

import { clause, NOTE_ROOM, noteOf, PAGE_BYTES, PageKind, pageWord, SlotState, SPAN_BLOCKS } from '@hakmem/contracts';
import { beforeEach, describe, expect, test } from 'vitest';
import { MID_PAIR, MID_SPAN, TINY_256 } from './classes.js';
import { type SetUp, setUp } from './set-up.js';

/** The cell that an address is cached in, wherever the cache has put it. */
function cellOf({ words, region }: SetUp, address: number): number {
  const at = words.indexOf(address, region.start);
  expect(at).toBeGreaterThan(0);
  return at;
}

/** Plants damage in one word or byte, expects the walker to complain so, repairs it, and expects the walker to be content. */
function plant(
  on: SetUp,
  array: Int32Array | Uint8Array,
  at: number,
  value: number,
  message: RegExp,
  where: number,
): void {
  const before = array[at];
  expect(value).not.toBe(before);
  array[at] = value;
  const problems = on.problems();
  array[at] = before;
  expect(problems).toContainEqual({ box: 'unified-cache', message: expect.stringMatching(message), address: where });
  expect(on.problems()).toEqual([]);
}

let on: SetUp;
let livingTiny: number;
let cachedTiny: number[];

beforeEach(() => {
  on = setUp({ firstPage: 16 }); // every address is larger than the index of a control word
  livingTiny = on.take(TINY_256, 2)[0];
  cachedTiny = on.cached(TINY_256);
  expect(cachedTiny.length).toBeGreaterThan(2);
  expect(on.problems()).toEqual([]);
});

describe(`${clause('CACHE-3')} verify finds`, () => {
  test('a cached address that is live', () => {
    plant(on, on.live, cachedTiny[1] >>> 4, 1, /cached and live/, cachedTiny[1]);
  });

  test('an address that is cached twice', () => {
    plant(on, on.words, cellOf(on, cachedTiny[0]), cachedTiny[1], /cached twice/, cachedTiny[1]);
  });

  test('a cached address in a page of another class, another owner, or none', () => {
    const page = cachedTiny[0] >>> 16;
    const { ACTIVE, EMPTY } = SlotState;
    const expected = /is cached in class 15/;
    plant(on, on.words, page, pageWord(ACTIVE, PageKind.TINY, 1, 16), expected, cachedTiny[0]);
    plant(on, on.words, page, pageWord(ACTIVE, PageKind.TINY, 2, TINY_256), expected, cachedTiny[0]);
    plant(on, on.words, page, pageWord(EMPTY, PageKind.NONE, 0, TINY_256), expected, cachedTiny[0]);
    plant(on, on.words, cellOf(on, cachedTiny[0]), 60 * PAGE_BYTES, expected, 60 * PAGE_BYTES);
  });

  test('a cached address at which no block starts, in the first page of a span and in a later one', () => {
    plant(on, on.words, cellOf(on, cachedTiny[2]), cachedTiny[2] + 16, /starts no block/, cachedTiny[2] + 16);
    on.take(MID_SPAN, 1);
    const late = on.cached(MID_SPAN).find((address) => address >>> 16 > on.source.slabOf(address)!.head)!;
    expect(late).toBeGreaterThan(0);
    plant(on, on.words, cellOf(on, late), late + 16, /starts no block/, late + 16);
  });
});

describe(`${clause('CACHE-4')} verify finds`, () => {
  test('room that is one too much or one too little', () => {
    on.take(MID_PAIR, 5);
    for (const { head } of on.source.slabs()) {
      const at = noteOf(head) + NOTE_ROOM;
      const room = on.words[at];
      for (const wrong of [room - 1, room + 1]) {
        plant(on, on.words, at, wrong, new RegExp(`slab ${head} .*${wrong} room ≠`), head * PAGE_BYTES);
      }
    }
  });

  test('a live byte that was lost, and one too many', () => {
    const slab = livingTiny & -PAGE_BYTES;
    plant(on, on.live, livingTiny >>> 4, 0, /slab 16 of class 15: 1 live/, slab);
    plant(on, on.live, (slab >>> 4) + (SPAN_BLOCKS[TINY_256] - 1) * 16, 1, /slab 16 of class 15: 3 live/, slab);
    plant(on, on.live, livingTiny >>> 4, 3, /slab 16 of class 15/, slab);
  });

  test('in the last block of a span, and in a slab behind it', () => {
    const blocks = on.take(MID_SPAN, SPAN_BLOCKS[MID_SPAN]);
    const [behind] = on.take(MID_PAIR, 1);
    const { head } = on.source.slabOf(blocks[0])!;
    plant(on, on.live, Math.max(...blocks) >>> 4, 0, /18 live/, head * PAGE_BYTES);
    plant(on, on.live, behind >>> 4, 0, /class 71: 0 live/, behind & -PAGE_BYTES);
  });
});

test('verify asks its source, too', () => {
  on.words[noteOf(livingTiny >>> 16) + NOTE_ROOM] = 0;
  expect(on.problems().map(({ box }) => box)).toEqual(['unified-cache', 'fake-source']);
});

test('verify leaves slabs of other threads and pages that are not slabs alone', () => {
  const { words, problems } = on;
  words[40] = pageWord(SlotState.ACTIVE, PageKind.TINY, 2, TINY_256);
  words[41] = pageWord(SlotState.ACTIVE, PageKind.LARGE, 1, 0);
  words[42] = pageWord(SlotState.EMPTY, PageKind.NONE, 0, TINY_256);
  words[43] = pageWord(SlotState.ACTIVE, PageKind.NONE, 1, TINY_256);
  words[44] = pageWord(SlotState.RESERVED, PageKind.NONE, 0, 0);
  expect(problems()).toEqual([]);
});

describe('the stacks themselves', () => {
  test('the 0 below the first cell', () => {
    const [lowest] = [...cachedTiny].map((address) => cellOf(on, address)).sort((a, b) => a - b);
    plant(on, on.words, lowest - 1, 20 * PAGE_BYTES, /stack of class \d+ is damaged/, 0);
  });

  test('counts do not turn negative', () => {
    on.words[on.region.start + 1] = 2 ** 31 - 1;
    on.take(TINY_256, SPAN_BLOCKS[TINY_256]);
    expect(on.cache.stats().refilled).toBeGreaterThan(2 ** 31);
  });
});
