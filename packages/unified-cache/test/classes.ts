/** The classes that the tests use, by what is special about them. */

import { BLOCK_BYTES, type SizeClass, SPAN_BLOCKS, SPAN_PAGES } from '@hakmem/contracts';

/** The smallest: 4,096 blocks to a slab. */
export const SMALLEST: SizeClass = 0;
/** 256 bytes: 256 blocks to a slab. */
export const TINY_256: SizeClass = 15;
/** The largest tiny class: 64 blocks to a slab, which they fill without a tail. */
export const TINY_1024: SizeClass = 31;
/** A tiny class whose slab has a tail: 73 blocks of 896 bytes. */
export const TINY_TAIL: SizeClass = 29;
/** The smallest mid class: 56 blocks in one page. */
export const MID_SMALLEST: SizeClass = 32;
/** 10,240 bytes: 19 blocks in a span of 3 pages, so that blocks cross pages. */
export const MID_SPAN: SizeClass = 57;
/** 32 KiB: 2 blocks to a page. */
export const MID_PAIR: SizeClass = 71;
/** The largest mid class: a span of 4 pages is one block. */
export const MID_SINGLE: SizeClass = 95;

export const CLASSES: readonly SizeClass[] = [
  SMALLEST,
  TINY_256,
  TINY_1024,
  TINY_TAIL,
  MID_SMALLEST,
  MID_SPAN,
  MID_PAIR,
  MID_SINGLE,
];

/** What the comments above say, as numbers: `bytes/pages/blocks`. */
export function shapeOf(sizeClass: SizeClass): string {
  return `${BLOCK_BYTES[sizeClass]}/${SPAN_PAGES[sizeClass]}/${SPAN_BLOCKS[sizeClass]}`;
}
