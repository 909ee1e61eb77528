/**
 * The size classes: block sizes, the pages of a slab or span, and the blocks in it.
 *
 *   tiny  class  0 … 31   16 … 256 in steps of 16, then 8 steps per doubling up to 1,024 bytes; a slab is one page
 *   mid   class 32 … 95   8 steps per doubling from 1,152 bytes up to 256 KiB; a span is 1 … 16 neighbouring pages
 *
 * Every block size is a multiple of 16 and every block starts at `span start + i × size`, so that a class whose size is
 * a multiple of an alignment (up to a page) hands out addresses of that alignment. Eight steps and not four: four leave
 * 10 % of a mixed load unused inside blocks, eight 4–5 %. The span of a mid class is the shortest one whose tail (what
 * is left after the last block) is at most 1/32 of it, or else the one with the smallest tail.
 */

import { GRANULE_BYTES, MID_MAX_BYTES, PAGE_BYTES, type SizeClass, TINY_MAX_BYTES } from './units.js';

/** Number of tiny classes; the mid classes follow them. */
export const TINY_CLASS_COUNT = 32;
/** Number of all classes. */
export const CLASS_COUNT = 96;
/** Longest span of a class in pages. */
export const MAX_SPAN_PAGES = 16;

/** Bytes in a block of each class. */
export const BLOCK_BYTES: Int32Array = blockSizes();
/** Pages in a slab or span of each class. */
export const SPAN_PAGES: Int32Array = BLOCK_BYTES.map(spanPages);
/** Blocks in a slab or span of each class. */
export const SPAN_BLOCKS: Int32Array = BLOCK_BYTES.map((bytes, c) => Math.floor((SPAN_PAGES[c] * PAGE_BYTES) / bytes));

/** The smallest class that holds `bytes` (0 … 256 KiB). Not hot: the fronts have faster maps of their own. */
export function classOf(bytes: number): SizeClass {
  let c = bytes > TINY_MAX_BYTES ? TINY_CLASS_COUNT : 0;
  while (BLOCK_BYTES[c] < bytes) c++;
  return c;
}

/**
 * The bytes (0 … 256 KiB) to ask for so that the class which serves them has blocks at multiples of `alignment` (a power of two
 * up to a page) only: the next multiple. In a doubling whose classes are `step` apart, a multiple of an alignment of
 * `step` or more is itself a block size, and a smaller alignment divides every block size.
 */
export function alignedBytes(bytes: number, alignment: number): number {
  return (Math.max(bytes, 1) + alignment - 1) & -alignment;
}

function blockSizes(): Int32Array {
  const sizes: number[] = [];
  for (let bytes = GRANULE_BYTES; bytes <= 256; bytes += GRANULE_BYTES) sizes.push(bytes);
  for (let base = 256; base < MID_MAX_BYTES; base *= 2) {
    for (let step = 1; step <= 8; step++) sizes.push(base + (base / 8) * step);
  }
  const ascends = sizes.every((bytes, i) => bytes % GRANULE_BYTES === 0 && (i === 0 || bytes > sizes[i - 1]));
  if (!ascends || sizes.length !== CLASS_COUNT || sizes[TINY_CLASS_COUNT - 1] !== TINY_MAX_BYTES) {
    throw new Error('the table of size classes is wrong: a change to its constants broke it');
  }
  return Int32Array.from(sizes);
}

function spanPages(bytes: number): number {
  if (bytes <= TINY_MAX_BYTES) return 1;
  let best = 0;
  let bestTail = 1;
  for (let pages = Math.ceil(bytes / PAGE_BYTES); pages <= MAX_SPAN_PAGES; pages++) {
    const tail = ((pages * PAGE_BYTES) % bytes) / (pages * PAGE_BYTES);
    if (tail <= 1 / 32) return pages;
    if (tail < bestTail) {
      best = pages;
      bestTail = tail;
    }
  }
  return best;
}
