/**
 * The page word: one i32 per page, the authority on who may do what with it. Boxes claim and release pages by changing
 * this word alone, with one compare-and-swap; masks, lists and counts elsewhere are hints that can be rebuilt from it.
 *
 *    31           21 20   19 18    16 15           8 7            0
 *   ┌───────────────┬───────┬────────┬──────────────┬──────────────┐
 *   │ 0             │ state │ kind   │ owner        │ class        │
 *   └───────────────┴───────┴────────┴──────────────┴──────────────┘
 *
 * state  UNUSED    nobody's; never used since its SuperSlab came, or swept
 *        ACTIVE    in use; kind says by what. ACTIVE with kind NONE is in doubt: being claimed or let go of by its owner
 *        EMPTY     was used by the class in `class`, nothing live in it: kept for that class first
 *        RESERVED  not the heap's to use (page 0, pages outside a wasm region)
 * owner  the thread that alone hands out its blocks; 0: none. A slab without an owner is abandoned: the thread that swaps
 *        its own number in has it. Runs of large blocks have none; their page word decides who frees them.
 * class  in the lowest bits, so that `word ^ (ACTIVE | kind | owner)` is the class when all the rest agrees, and more
 *        than 255 when it does not: one operation is the hot path's whole routing.
 *
 * All pages of a span carry the same word; that of the first decides, the others follow it. The words of all 65,536 pages stand at index 0 of the control words, so that
 * any 32-bit number can be looked up without a bounds check of ours. Written by whoever claims or owns the page.
 */

import type { SizeClass, ThreadId } from './units.js';

/** The state of a page (also: slot). */
export const SlotState = { UNUSED: 0, ACTIVE: 1, EMPTY: 2, RESERVED: 3 } as const;
export type SlotState = (typeof SlotState)[keyof typeof SlotState];

/** What a page is used for. */
export const PageKind = { NONE: 0, TINY: 1, MID: 2, LARGE: 3 } as const;
export type PageKind = (typeof PageKind)[keyof typeof PageKind];

const OWNER_SHIFT = 8;
const KIND_SHIFT = 16;
const STATE_SHIFT = 19;

/** The word of a page that `owner` has, to be compared by XOR: see the drawing. */
export function pageWord(state: SlotState, kind: PageKind, owner: ThreadId, sizeClass: SizeClass): number {
  return (state << STATE_SHIFT) | (kind << KIND_SHIFT) | (owner << OWNER_SHIFT) | sizeClass;
}

/** The state in a page word. */
export function stateOf(word: number): SlotState {
  return ((word >>> STATE_SHIFT) & 3) as SlotState;
}

/** The kind in a page word. */
export function kindOf(word: number): PageKind {
  return ((word >>> KIND_SHIFT) & 7) as PageKind;
}

/** The owner in a page word. */
export function ownerOf(word: number): ThreadId {
  return (word >>> OWNER_SHIFT) & 255;
}

/** The class in a page word; meaningful for tiny and mid pages. */
export function classIn(word: number): SizeClass {
  return word & 255;
}

/** The owner's mask: two words that agree under `~OWNER_MASK` differ by their owner alone. */
export const OWNER_MASK = 0xff00;
