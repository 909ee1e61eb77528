/**
 * The pool's hints: what the page words say, gathered into masks so that no search has to read the words of a whole
 * heap. A hint may be wrong: the claim of the page word decides.
 *
 *   per SuperSlab   ┌ unused ┬ empty ┬ reserved ┬ touched ┐  a bit per slot; ACTIVE is none of the first three
 *   sets            a bit per SuperSlab:
 *                   open         HOT, with an UNUSED slot
 *                   draining     DRAINING, with an UNUSED slot
 *                   holds[c]     has an ACTIVE slab of class c
 *                   empties[c]   has an EMPTY slot of class c
 *
 * Written by the pool, on each change of a page word.
 */

import {
  CLASS_COUNT,
  classIn,
  kindOf,
  PageKind,
  type Region,
  type SizeClass,
  SLOTS_PER_SUPERSLAB,
  SlotState,
  type SuperSlabIndex,
  stateOf,
} from '@hakmem/contracts';
import { lowest } from './bits.js';

const MASKS = 4;

function superSlabsIn(pageLimit: number): number {
  return Math.ceil(pageLimit / SLOTS_PER_SUPERSLAB);
}

/** Words of the hints for a heap of `pageLimit` pages. */
export function hintWords(pageLimit: number): number {
  const superSlabs = superSlabsIn(pageLimit);
  return MASKS * superSlabs + (2 + 2 * CLASS_COUNT) * Math.ceil(superSlabs / 32);
}

/** A set of SuperSlabs: the index of its first word. */
export type SuperSlabSet = number;

export class Hints {
  readonly words: Int32Array;
  /** Words of one set. */
  readonly setWords: number;
  readonly open: SuperSlabSet;
  readonly draining: SuperSlabSet;
  readonly #masks: number;
  readonly #holds: SuperSlabSet;
  readonly #empties: SuperSlabSet;

  constructor(region: Region, pageLimit: number) {
    const superSlabs = superSlabsIn(pageLimit);
    this.words = region.words;
    this.setWords = Math.ceil(superSlabs / 32);
    this.#masks = region.start;
    this.open = region.start + MASKS * superSlabs;
    this.draining = this.open + this.setWords;
    this.#holds = this.draining + this.setWords;
    this.#empties = this.#holds + CLASS_COUNT * this.setWords;
  }

  holds(sizeClass: SizeClass): SuperSlabSet {
    return this.#holds + sizeClass * this.setWords;
  }

  empties(sizeClass: SizeClass): SuperSlabSet {
    return this.#empties + sizeClass * this.setWords;
  }

  has(set: SuperSlabSet, superSlab: SuperSlabIndex): boolean {
    return (this.words[set + (superSlab >>> 5)] & (1 << superSlab)) !== 0;
  }

  put(set: SuperSlabSet, superSlab: SuperSlabIndex, member: boolean): void {
    const at = set + (superSlab >>> 5);
    const bit = 1 << superSlab;
    this.words[at] = member ? this.words[at] | bit : this.words[at] & ~bit;
  }

  unused(superSlab: SuperSlabIndex): number {
    return this.words[this.#masks + MASKS * superSlab];
  }

  setUnused(superSlab: SuperSlabIndex, mask: number): void {
    this.words[this.#masks + MASKS * superSlab] = mask;
  }

  empty(superSlab: SuperSlabIndex): number {
    return this.words[this.#masks + MASKS * superSlab + 1];
  }

  setEmpty(superSlab: SuperSlabIndex, mask: number): void {
    this.words[this.#masks + MASKS * superSlab + 1] = mask;
  }

  setReserved(superSlab: SuperSlabIndex, mask: number): void {
    this.words[this.#masks + MASKS * superSlab + 2] = mask;
  }

  active(superSlab: SuperSlabIndex): number {
    const at = this.#masks + MASKS * superSlab;
    return ~(this.words[at] | this.words[at + 1] | this.words[at + 2]);
  }

  touched(superSlab: SuperSlabIndex): number {
    return this.words[this.#masks + MASKS * superSlab + 3];
  }

  setTouched(superSlab: SuperSlabIndex, mask: number): void {
    this.words[this.#masks + MASKS * superSlab + 3] = mask;
  }

  /** First member of both sets after `after` (-1: from the start), in order of address; -1 when there is none. */
  next(one: SuperSlabSet, other: SuperSlabSet, after: SuperSlabIndex | -1): SuperSlabIndex | -1 {
    const from = after + 1;
    let keep = -1 << from;
    for (let i = from >>> 5; i < this.setWords; i++) {
      const both = this.words[one + i] & this.words[other + i] & keep;
      if (both !== 0) return i * 32 + lowest(both);
      keep = -1;
    }
    return -1;
  }
}

/** The masks of a SuperSlab as its page words say. */
export function masksOf(
  pages: Int32Array,
  superSlab: SuperSlabIndex,
): { unused: number; empty: number; active: number } {
  const masks = { unused: 0, empty: 0, active: 0 };
  for (let slot = 0; slot < SLOTS_PER_SUPERSLAB; slot++) {
    const state = stateOf(pages[superSlab * SLOTS_PER_SUPERSLAB + slot]);
    if (state === SlotState.UNUSED) masks.unused |= 1 << slot;
    else if (state === SlotState.EMPTY) masks.empty |= 1 << slot;
    else if (state === SlotState.ACTIVE) masks.active |= 1 << slot;
  }
  return masks;
}

/** Whether a slot of the SuperSlab is in `state` for the class, by the page words. */
export function contains(
  pages: Int32Array,
  superSlab: SuperSlabIndex,
  state: SlotState,
  sizeClass: SizeClass,
): boolean {
  const base = superSlab * SLOTS_PER_SUPERSLAB;
  for (let page = base; page < base + SLOTS_PER_SUPERSLAB; page++) {
    const word = pages[page];
    if (stateOf(word) === state && classIn(word) === sizeClass && kindOf(word) !== PageKind.LARGE) return true;
  }
  return false;
}
