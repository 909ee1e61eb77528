/** The stacks of neighbouring classes: none reaches into the next one's cells, whatever comes, and what a refill is bounded by. */

import {
  type Address,
  BLOCK_BYTES,
  clause,
  MAX_CAP,
  NOTE_WORDS,
  noteOf,
  PAGE_BYTES,
  SPAN_BLOCKS,
} from '@hakmem/contracts';
import { describe, expect, test } from 'vitest';
import { CLASSES, SMALLEST, TINY_256, TINY_1024 } from './classes.js';
import { type SetUp, setUp } from './set-up.js';

const COUNTERS = 8;
const BELOW = TINY_256 - 1;

/** Indices of a class's top and limit. */
const topOf = ({ region }: SetUp, sizeClass: number): number => region.start + COUNTERS + 2 * sizeClass;
const roomFor = (on: SetUp, sizeClass: number): number =>
  on.words[topOf(on, sizeClass) + 1] - on.words[topOf(on, sizeClass)];

/** Live blocks of `slabs` new slabs that the cache has not handed out, as those of a slab that was adopted. */
function adopted({ source, live, words }: SetUp, sizeClass: number, slabs: number): Address[] {
  return Array.from({ length: slabs }, () => {
    const head = source.acquire(sizeClass);
    words[noteOf(head) + 1] = 0;
    return Array.from({ length: SPAN_BLOCKS[sizeClass] }, (_, i) => {
      const address = head * PAGE_BYTES + i * BLOCK_BYTES[sizeClass];
      live[address >>> 4] = 1;
      return address;
    });
  }).flat();
}

describe('a new cache', () => {
  test.each(CLASSES)('has room for the cap of class %i', (sizeClass) => {
    expect(roomFor(setUp(), sizeClass)).toBe(MAX_CAP[sizeClass]);
  });

  test('flushes at the cap of a class that it never refilled, and its neighbours stay empty', () => {
    const on = setUp();
    const blocks = adopted(on, TINY_256, 2);
    on.give(TINY_256, blocks.slice(0, MAX_CAP[TINY_256]));
    expect(on.cache.stats().flushes).toBe(0);
    on.give(TINY_256, blocks.slice(MAX_CAP[TINY_256]));
    expect(on.cache.stats().flushes).toBeGreaterThan(0);
    expect(on.cached(TINY_256 + 1)).toEqual([]);
    expect(on.problems()).toEqual([]);
  });
});

describe('after a stack was full', () => {
  test('it has room for the rest of its cap', () => {
    const on = setUp();
    on.setCap(TINY_1024, 8);
    on.setBatch(TINY_1024, 1);
    on.give(TINY_1024, on.take(TINY_1024, 9));
    expect([on.cached(TINY_1024).length, roomFor(on, TINY_1024)]).toEqual([5, 3]);
  });

  test('the class below it flushes at its own cap as before', () => {
    const on = setUp();
    on.setCap(BELOW, 8);
    on.give(BELOW, on.take(BELOW, 4));
    on.setCap(TINY_256, 8);
    on.give(TINY_256, on.take(TINY_256, 9));
    expect(roomFor(on, BELOW)).toBe(8 - on.cached(BELOW).length);
  });

  test('a higher cap takes the next block without letting one go', () => {
    const on = setUp();
    on.setCap(TINY_1024, 8);
    const blocks = on.take(TINY_1024, 16);
    on.give(TINY_1024, blocks.slice(0, 8));
    on.setCap(TINY_1024, 64);
    on.give(TINY_1024, blocks.slice(8, 9));
    expect([on.cached(TINY_1024).length, on.cache.stats().flushes]).toEqual([9, 0]);
    expect(on.problems()).toEqual([]);
  });
});

test('a drain counts the blocks of its own stack: not those of a full one below it, and nothing of page 0', () => {
  const on = setUp();
  const below = adopted(on, BELOW, 2);
  on.give(BELOW, below.slice(0, MAX_CAP[BELOW]));
  expect(roomFor(on, BELOW)).toBe(0);
  const blocks = adopted(on, TINY_256, 1);
  on.give(TINY_256, blocks);
  on.cache.drain(TINY_256);
  expect(on.source.retired).toHaveLength(1);
  expect(on.problems()).toEqual([]);
  expect([...on.words.subarray(noteOf(0), noteOf(0) + NOTE_WORDS)]).toEqual(new Array(NOTE_WORDS).fill(0));
});

describe('verify', () => {
  test.each([-1, MAX_CAP[SMALLEST] + 1])('finds a stack of depth %i', (depth) => {
    const on = setUp();
    on.words[topOf(on, SMALLEST)] += depth;
    expect(on.problems().map(({ box, message }) => [box, message])).toContainEqual([
      'unified-cache',
      `the stack of class ${SMALLEST} is damaged, depth ${depth}`,
    ]);
  });
});

test(`${clause('GENERAL-G')} news that never end are looked for once per class, and then memory is exhausted`, () => {
  const on = setUp({ remote: true });
  const [first] = on.take(TINY_1024, SPAN_BLOCKS[TINY_1024]);
  on.source.refusing = true;
  on.remote.beforeVisit = (head) => on.remote.late(head);
  on.remote.late(first / PAGE_BYTES);
  expect(on.cache.take(TINY_256)).toBe(0);
  expect(on.cache.stats().drains).toBe(97);
});
