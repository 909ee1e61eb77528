/**
 * The records that several boxes touch, and the view through which they do.
 *
 * control buffer   ┌ page words 65,536 ┐┌ page notes 8 per page ┐┌ regions of the boxes ┐┌ live bytes 1 per 16 bytes ┐
 *
 * live byte   1 exactly while a block that starts in that granule is in the user's hands, else 0. It is the truth; every
 *             cache, list and count is a cache of it. Writer: the owner of the slab when it hands the block out, and
 *             whoever frees the block.
 *
 * page note   of the first page of a slab, span or run (the head), written by its owner:
 *   +0 span     head: length in pages · other pages of a mid span: −(distance to the head) · else 0
 *   +1 room     blocks of the slab that are neither live nor in a cache (exact while one thread frees)
 *   +2 cursor   granule of the slab at which the next scan for such blocks begins
 *   +3 next     ┐ links of the list of slabs with room; 0: none
 *   +4 prev     ┘
 *   +5 … +7     spare
 *
 * What holds for an ACTIVE slab: live + cached + room = blocks in the slab. Room > 0 means that one link of the chain
 * of slab sources holds the slab, and only one; room = 0 means that none does.
 */

import { kindOf, PageKind } from './page-word.js';
import { MAX_PAGES, type PageIndex } from './units.js';

/** Words in the note of one page. */
export const NOTE_WORDS = 8;
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
}

/** A run of control words that one box alone reads and writes. All zero when the box is built. */
export interface Region {
  readonly words: Int32Array;
  /** Index of the region's first word. */
  readonly start: number;
  /** Number of words. */
  readonly length: number;
}

/** The head of the slab, span or run that a page below `pageLimit` belongs to; the page itself when it belongs to none. */
export function headOf(words: Int32Array, page: PageIndex): PageIndex {
  const span = words[noteOf(page) + NOTE_SPAN];
  if (span < 0) return page + span;
  if (span > 0) return page;
  const word = words[page];
  if (kindOf(word) !== PageKind.LARGE) return page;
  for (let at = page - 1; at > 0 && words[at] === word; at--) {
    const length = words[noteOf(at) + NOTE_SPAN];
    if (length > 0) return at + length > page ? at : page;
  }
  return page;
}
