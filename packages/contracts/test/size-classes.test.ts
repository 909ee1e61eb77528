// Proves the table of size classes over every size from 0 to 256 KiB: each request gets the smallest class that holds it,
// each alignment the smallest class all of whose blocks have it, each span is the one that the rule in the source names.

import { describe, expect, test } from 'vitest';
import {
  alignedBytes,
  BLOCK_BYTES,
  CLASS_COUNT,
  classOf,
  GRANULE_BYTES,
  MAX_SPAN_PAGES,
  MID_MAX_BYTES,
  PAGE_BYTES,
  SPAN_BLOCKS,
  SPAN_PAGES,
  TINY_CLASS_COUNT,
  TINY_MAX_BYTES,
} from '../src/index.js';

const classes = Array.from({ length: CLASS_COUNT }, (_, c) => c);
const alignments = Array.from({ length: 13 }, (_, i) => GRANULE_BYTES << i);

/** What is left after the last block of a span, as a part of the span. */
function tail(bytes: number, pages: number): number {
  return ((pages * PAGE_BYTES) % bytes) / (pages * PAGE_BYTES);
}

/** Whether every block of the class starts at a multiple of `alignment`, block by block. */
function aligns(c: number, alignment: number): boolean {
  for (let i = 0; i < SPAN_BLOCKS[c]; i++) if ((i * BLOCK_BYTES[c]) % alignment !== 0) return false;
  return true;
}

describe('block sizes', () => {
  test('ascend, are multiples of 16, and end at 1 KiB for tiny and at 256 KiB for mid classes', () => {
    expect(BLOCK_BYTES).toHaveLength(CLASS_COUNT);
    for (const c of classes) {
      expect(BLOCK_BYTES[c] % GRANULE_BYTES, `class ${c}`).toBe(0);
      if (c > 0) expect(BLOCK_BYTES[c], `class ${c}`).toBeGreaterThan(BLOCK_BYTES[c - 1]);
    }
    expect(BLOCK_BYTES[0]).toBe(16);
    expect(BLOCK_BYTES[TINY_CLASS_COUNT - 1]).toBe(TINY_MAX_BYTES);
    expect(BLOCK_BYTES[CLASS_COUNT - 1]).toBe(MID_MAX_BYTES);
  });

  test('go in steps of 16 up to 256 bytes, then in eight equal steps per doubling', () => {
    const expected = Array.from({ length: 16 }, (_, i) => 16 * (i + 1));
    for (let base = 256; base < MID_MAX_BYTES; base *= 2) {
      for (let step = 1; step <= 8; step++) expected.push(base + (base * step) / 8);
    }
    expect(Array.from(BLOCK_BYTES)).toEqual(expected);
  });

  test('waste at most 1/9 of a block above 256 bytes', () => {
    for (const c of classes) {
      if (BLOCK_BYTES[c] <= 256) continue;
      const smallest = BLOCK_BYTES[c - 1] + 1;
      expect((BLOCK_BYTES[c] - smallest) / BLOCK_BYTES[c], `class ${c}`).toBeLessThan(1 / 9);
    }
  });
});

describe('classOf', () => {
  test('is the smallest class that holds the size, for every size from 0 to 262,144', () => {
    let smallest = 0;
    for (let bytes = 0; bytes <= MID_MAX_BYTES; bytes++) {
      while (BLOCK_BYTES[smallest] < bytes) smallest++;
      if (classOf(bytes) !== smallest) expect.fail(`classOf(${bytes}) is ${classOf(bytes)}, not ${smallest}`);
    }
    expect(smallest).toBe(CLASS_COUNT - 1);
  });

  test('parts tiny from mid at 1 KiB', () => {
    expect(classOf(TINY_MAX_BYTES)).toBe(TINY_CLASS_COUNT - 1);
    expect(classOf(TINY_MAX_BYTES + 1)).toBe(TINY_CLASS_COUNT);
  });
});

describe('alignedBytes', () => {
  for (const alignment of alignments) {
    test(`leads to the smallest class whose every block is a multiple of ${alignment}, for every size`, () => {
      const aligned = classes.filter((c) => aligns(c, alignment));
      for (let bytes = 0, next = 0; bytes <= MID_MAX_BYTES; bytes++) {
        while (BLOCK_BYTES[aligned[next]] < bytes) next++;
        if (classOf(alignedBytes(bytes, alignment)) !== aligned[next]) expect.fail(`${bytes} bytes`);
      }
    });
  }
});

describe('spans', () => {
  test('of tiny classes are one page', () => {
    for (const c of classes.slice(0, TINY_CLASS_COUNT)) expect(SPAN_PAGES[c], `class ${c}`).toBe(1);
  });

  test('of mid classes are the shortest with a tail of at most 1/32, or else have the smallest tail', () => {
    for (const c of classes.slice(TINY_CLASS_COUNT)) {
      const bytes = BLOCK_BYTES[c];
      const lengths = Array.from({ length: MAX_SPAN_PAGES }, (_, i) => i + 1).filter((n) => n * PAGE_BYTES >= bytes);
      const smallest = Math.min(...lengths.map((n) => tail(bytes, n)));
      const expected =
        lengths.find((n) => tail(bytes, n) <= 1 / 32) ?? lengths.find((n) => tail(bytes, n) === smallest);
      expect(SPAN_PAGES[c], `class ${c}, ${bytes} bytes`).toBe(expected);
    }
  });

  test('hold as many blocks as fit, at least one, and the last ends within the span', () => {
    for (const c of classes) {
      const span = SPAN_PAGES[c] * PAGE_BYTES;
      expect(SPAN_BLOCKS[c], `class ${c}`).toBe(Math.floor(span / BLOCK_BYTES[c]));
      expect(SPAN_BLOCKS[c], `class ${c}`).toBeGreaterThanOrEqual(1);
      expect(SPAN_BLOCKS[c] * BLOCK_BYTES[c], `class ${c}`).toBeLessThanOrEqual(span);
      expect(SPAN_PAGES[c], `class ${c}`).toBeLessThanOrEqual(MAX_SPAN_PAGES);
    }
  });

  test('lose at most 1/32 of their bytes to the tail, in every class', () => {
    for (const c of classes) expect(tail(BLOCK_BYTES[c], SPAN_PAGES[c]), `class ${c}`).toBeLessThanOrEqual(1 / 32);
  });
});
