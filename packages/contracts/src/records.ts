/**
 * The records that several boxes touch, and the view through which they do.
 *
 * control buffer   ┌ page words 65,536 ┐┌ page notes 16 per page ┐┌ regions of the boxes ┐┌ live bytes 1 per 16 bytes ┐
 *
 * live byte   1 exactly while a block that starts in that granule is in the user's hands, else 0. It is the truth; every
 *             cache, list and count is a cache of it. Writer: the owner of the slab when it hands the block out, and
 *             whoever frees the block: plainly when it owns the slab, with one atomic exchange when it does not.
 *
 * page note   of the first page of a slab, span or run (the head), written by its owner; a line of the processor's cache,
 *             so that neighbours of different owners do not disturb each other. It means something only while the page is
 *             ACTIVE and not in doubt:
 *   +0 span     head: length in pages · other pages of a mid span: −(distance to the head) · else 0
 *   +1 room     blocks of the slab that the owner knows to be neither live nor in its cache
 *   +2 cursor   granule of the slab below which there was no room when it was set
 *   +3 next     ┐ links of the list of slabs with room; 0: none
 *   +4 prev     ┘
 *   +5 … +15    spare
 *
 * What holds for an ACTIVE slab with an owner: live + cached + room + news = blocks in the slab, where news are blocks that
 * other threads have freed and the owner has not counted yet. Room > 0 means that one link of the owner's chain of slab
 * sources holds the slab, and only one; room = 0 means that none does. Of an abandoned slab only the live bytes count.
 */

import { type AtomicOps, atomicsFor } from './atomics.js';
import { classIn, kindOf, PageKind, SlotState, stateOf } from './page-word.js';
import { BLOCK_BYTES, SPAN_BLOCKS, TINY_CLASS_COUNT } from './size-classes.js';
import { GRANULE_SHIFT, MAX_PAGES, PAGE_GRANULE_SHIFT, type PageIndex, type SizeClass } from './units.js';

/** Words in the note of one page. */
export const NOTE_WORDS = 16;
/** Offsets into a note. */
export const NOTE_SPAN = 0;
export const NOTE_ROOM = 1;
export const NOTE_CURSOR = 2;
export const NOTE_NEXT = 3;
export const NOTE_PREV = 4;

/** Index of the first note in the control words. */
export const NOTES_START: number = MAX_PAGES;

/** Index in the control words of a page's note. */
export function noteOf(page: PageIndex): number {
  return NOTES_START + page * NOTE_WORDS;
}

/** The shared records of one heap. */
export interface Records {
  /** The control words: page words from index 0, page notes from `NOTES_START`, then the regions of the boxes. */
  readonly words: Int32Array;
  /** The live bytes; index: granule of the data buffer. */
  readonly live: Uint8Array;
  /** Pages that the heap may ever have, page 0 included: notes and live bytes exist for these. */
  readonly pageLimit: number;
  /** How cold paths read and write what other threads do, too. */
  readonly atomics: AtomicOps;
}

/** The records in these arrays. */
export function recordsOf(words: Int32Array, live: Uint8Array, pageLimit: number): Records {
  return { words, live, pageLimit, atomics: atomicsFor(words) };
}

/** A run of control words that one box alone reads and writes. All zero when the box is built for the first time. */
export interface Region {
  readonly words: Int32Array;
  /** Index of the region's first word. */
  readonly start: number;
  /** Number of words. */
  readonly length: number;
}

/** The head of the slab, span or run that a page below `pageLimit` belongs to; the page itself when it belongs to none. */
export function headOf(words: Int32Array, page: PageIndex): PageIndex {
  const word = words[page];
  if (stateOf(word) !== SlotState.ACTIVE) return page;
  if (kindOf(word) === PageKind.LARGE) return runAround(words, page) || page;
  return kindOf(word) === PageKind.NONE ? page : page + Math.min(0, words[noteOf(page) + NOTE_SPAN]);
}

/** The head of the large run whose length takes an ACTIVE page in, one in doubt, too; 0 when there is none. */
export function runAround(words: Int32Array, page: PageIndex): PageIndex | 0 {
  for (let head = page; head > 0; head--) {
    const word = words[head];
    if (stateOf(word) !== SlotState.ACTIVE) return 0;
    if (kindOf(word) === PageKind.NONE) continue;
    const length = kindOf(word) === PageKind.LARGE ? words[noteOf(head) + NOTE_SPAN] : 1;
    if (length > 0) return kindOf(word) === PageKind.LARGE && head + length > page ? head : 0;
  }
  return 0;
}

/** Blocks of a slab whose live byte is 0: those in caches, if any, and the room. O(blocks). */
export function countFree({ words, live }: Records, head: PageIndex): number {
  const sizeClass = classIn(words[head]);
  const granules = BLOCK_BYTES[sizeClass] >>> GRANULE_SHIFT;
  const first = head << PAGE_GRANULE_SHIFT;
  const end = first + SPAN_BLOCKS[sizeClass] * granules;
  let free = 0;
  for (let granule = first; granule < end; granule += granules) free += 1 - live[granule];
  return free;
}

/** Whether no block of a slab is live. O(blocks), and ends at the first that is. */
export function isIdle({ words, live }: Records, head: PageIndex): boolean {
  const sizeClass = classIn(words[head]);
  const granules = BLOCK_BYTES[sizeClass] >>> GRANULE_SHIFT;
  const first = head << PAGE_GRANULE_SHIFT;
  const end = first + SPAN_BLOCKS[sizeClass] * granules;
  for (let granule = first; granule < end; granule += granules) if (live[granule] !== 0) return false;
  return true;
}

/** The kind of the slabs of a class. */
export function kindFor(sizeClass: SizeClass): PageKind {
  return sizeClass < TINY_CLASS_COUNT ? PageKind.TINY : PageKind.MID;
}

/**
 * Claims a page: swaps its word from `expected` to `next` in one step and says whether it did. The new word carries the
 * claimer, so that a claim left half-done by a thread that died can be found and undone.
 */
export function claimPage({ words, atomics }: Records, page: PageIndex, expected: number, next: number): boolean {
  return atomics.compareExchange(words, page, expected, next) === expected;
}
